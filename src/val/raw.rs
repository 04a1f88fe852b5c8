//! Values as compiled code reads and writes them.

use crate::sys::wasmtime_val_raw_t;
use std::ffi::c_void;
use std::fmt;

/// A value without its type, as compiled WebAssembly code sees it.
///
/// For the unchecked functions only: reading another type than was written
/// gives other bits.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct ValRaw(wasmtime_val_raw_t);

// SAFETY: without its type and store, the value is bits.
unsafe impl Send for ValRaw {}
// SAFETY: as above.
unsafe impl Sync for ValRaw {}

/// Defines a constructor and an accessor for each way to see the bits. Compiled
/// code keeps them in little-endian order.
macro_rules! views {
    ($($what:literal: $new:ident, $get:ident, $ty:ty, $field:ident as $bits:ty, $uint:ty;)*) => {$(
        #[doc = concat!("The raw value of ", $what, ".")]
        #[inline]
        pub fn $new(value: $ty) -> ValRaw {
            // In one piece, however short it is: the processor is slow to read
            // at once what was written bit by bit.
            let mut raw = ValRaw::ZERO;
            raw.0.i64 = u64::from(value as $uint).to_le() as i64;
            raw
        }

        #[doc = concat!("The raw value as ", $what, ".")]
        #[inline]
        pub fn $get(&self) -> $ty {
            // SAFETY: every constructor initialises all bytes, compiled code
            // those of the value's type, and any bits are a number.
            <$bits>::from_le(unsafe { self.0.$field }) as $ty
        }
    )*};
}

impl ValRaw {
    pub(crate) const ZERO: ValRaw = ValRaw(wasmtime_val_raw_t { v128: [0; 16] });

    /// The raw value of any null reference.
    #[inline]
    pub fn null() -> ValRaw {
        ValRaw::ZERO
    }

    views! {
        "an `i32`": i32, get_i32, i32, i32 as i32, u32;
        "an unsigned `i32`": u32, get_u32, u32, i32 as i32, u32;
        "an `i64`": i64, get_i64, i64, i64 as i64, u64;
        "an unsigned `i64`": u64, get_u64, u64, i64 as i64, u64;
        "the bits of an `f32`": f32, get_f32, u32, i32 as i32, u32;
        "the bits of an `f64`": f64, get_f64, u64, i64 as i64, u64;
        "an `externref`": externref, get_externref, u32, externref as u32, u32;
        "an `anyref`": anyref, get_anyref, u32, anyref as u32, u32;
        "an `exnref`": exnref, get_exnref, u32, exnref as u32, u32;
    }

    /// The raw value of a `v128`.
    #[inline]
    pub fn v128(value: u128) -> ValRaw {
        ValRaw(wasmtime_val_raw_t {
            v128: value.to_le_bytes(),
        })
    }

    /// The raw value as a `v128`.
    #[inline]
    pub fn get_v128(&self) -> u128 {
        // SAFETY: as for the numbers.
        u128::from_le_bytes(unsafe { self.0.v128 })
    }

    /// The raw value of a `funcref`; null is null.
    #[inline]
    pub fn funcref(value: *mut c_void) -> ValRaw {
        let mut raw = ValRaw::ZERO;
        raw.0.funcref = value.map_addr(usize::to_le);
        raw
    }

    /// The raw value as a `funcref`.
    #[inline]
    pub fn get_funcref(&self) -> *mut c_void {
        // SAFETY: as for the numbers; a pointer may have any bits.
        unsafe { self.0.funcref }.map_addr(usize::from_le)
    }
}

impl fmt::Debug for ValRaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValRaw").finish_non_exhaustive()
    }
}
