//! `i31`: integers that pass for references.

use std::fmt;

/// An integer of 31 bits, which WebAssembly passes as a reference without
/// allocating anything.
///
/// `I31` stands for the type `(ref i31)` in [`Func::wrap`](crate::Func::wrap)
/// and [`Func::typed`](crate::Func::typed), and `Option<I31>` for `i31ref`. As
/// a [`Val`](crate::Val) it is the [`AnyRef`](crate::AnyRef) that
/// [`AnyRef::from_i31`](crate::AnyRef::from_i31) makes of it.
///
/// ```
/// use libwasmtime::I31;
///
/// let minus_one = I31::wrapping_u32(0xffff_ffff);
/// assert_eq!(minus_one.get_i32(), -1);
/// assert_eq!(minus_one.get_u32(), 0x7fff_ffff);
/// assert!(I31::new_u32(0x8000_0000).is_none());
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct I31(
    /// The upper bit is clear.
    u32,
);

impl I31 {
    /// That number; `None` if it needs more than 31 bits.
    #[inline]
    pub fn new_u32(value: u32) -> Option<I31> {
        let wrapped = I31::wrapping_u32(value);
        (wrapped.get_u32() == value).then_some(wrapped)
    }

    /// That number; `None` if it needs more than 31 bits, one of which is the
    /// sign.
    #[inline]
    pub fn new_i32(value: i32) -> Option<I31> {
        let wrapped = I31::wrapping_i32(value);
        (wrapped.get_i32() == value).then_some(wrapped)
    }

    /// The lower 31 bits of that number.
    #[inline]
    pub fn wrapping_u32(value: u32) -> I31 {
        I31(value & (u32::MAX >> 1))
    }

    /// The lower 31 bits of that number.
    #[inline]
    pub fn wrapping_i32(value: i32) -> I31 {
        I31::wrapping_u32(value as u32)
    }

    /// The number without a sign, as `i31.get_u` has it.
    #[inline]
    pub fn get_u32(&self) -> u32 {
        self.0
    }

    /// The number with its sign, as `i31.get_s` has it.
    #[inline]
    pub fn get_i32(&self) -> i32 {
        (self.0 << 1) as i32 >> 1
    }
}

impl fmt::Debug for I31 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("I31")
            .field("as_u32", &self.get_u32())
            .field("as_i32", &self.get_i32())
            .finish()
    }
}
