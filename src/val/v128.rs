//! 128-bit vectors.

use std::cmp::Ordering;
use std::fmt;

/// A 128-bit vector. As a number, its first byte in memory is the lowest one.
///
/// ```
/// use libwasmtime::V128;
///
/// // The lanes of an `i32x4`, the first of which is the lowest.
/// let lanes = [10_u32, 20, 30, 40];
/// let bits = lanes.iter().rev().fold(0, |bits, lane| bits << 32 | u128::from(*lane));
/// let vector = V128::from(bits);
/// assert_eq!(vector.as_u128() as u32, 10);
/// assert_eq!((vector.as_u128() >> 96) as u32, 40);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct V128([u8; 16]);

impl V128 {
    /// Returns the vector as a number.
    pub fn as_u128(&self) -> u128 {
        u128::from_le_bytes(self.0)
    }
}

impl PartialOrd for V128 {
    fn partial_cmp(&self, other: &V128) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for V128 {
    /// Compares the vectors as numbers.
    fn cmp(&self, other: &V128) -> Ordering {
        self.as_u128().cmp(&other.as_u128())
    }
}

impl From<u128> for V128 {
    fn from(value: u128) -> V128 {
        V128(value.to_le_bytes())
    }
}

impl From<V128> for u128 {
    fn from(value: V128) -> u128 {
        value.as_u128()
    }
}

impl fmt::Debug for V128 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Formats the number, so that `{:x?}` writes it in hexadecimal.
        self.as_u128().fmt(f)
    }
}
