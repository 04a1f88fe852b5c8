//! Values as compiled code reads and writes them.

use crate::sys::wasmtime_val_raw_t;
use std::ffi::c_void;
use std::fmt;

/// A value without its type, as compiled WebAssembly code passes it.
///
/// It is for the functions that don't check types, such as
/// [`Func::new_unchecked`](crate::Func::new_unchecked) and
/// [`Func::call_unchecked`](crate::Func::call_unchecked). Reading it as another type
/// than the one it was created with returns other bits.
///
/// ```
/// use libwasmtime::ValRaw;
///
/// let raw = ValRaw::i32(-1);
/// assert_eq!(raw.get_i32(), -1);
/// assert_eq!(raw.get_u32(), u32::MAX);
/// ```
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct ValRaw(wasmtime_val_raw_t);

// SAFETY: the value is plain bits, of which only unsafe functions that take the store
// make a reference.
unsafe impl Send for ValRaw {}
// SAFETY: the value is plain bits, and has no interior mutability.
unsafe impl Sync for ValRaw {}

/// Defines a constructor and an accessor for each type that a raw value can be read as.
/// Compiled code keeps the bytes in little-endian order.
macro_rules! views {
    ($($what:literal: $new:ident, $get:ident, $ty:ty, $field:ident as $bits:ty;)*) => {$(
        #[doc = concat!("Creates the raw value of ", $what, ".")]
        #[inline]
        pub fn $new(value: $ty) -> ValRaw {
            let mut raw = ValRaw::ZERO;
            raw.0.$field = (value as $bits).to_le();
            raw
        }

        #[doc = concat!("Returns the raw value as ", $what, ".")]
        #[inline]
        pub fn $get(&self) -> $ty {
            // SAFETY: the field is initialized: constructors write all of its bytes, and
            // compiled code those of the value's type. Any bits are a valid number.
            <$bits>::from_le(unsafe { self.0.$field }) as $ty
        }
    )*};
}

impl ValRaw {
    pub(crate) const ZERO: ValRaw = ValRaw(wasmtime_val_raw_t { v128: [0; 16] });

    /// Returns the raw value of a null reference, which is the same for all types.
    #[inline]
    pub fn null() -> ValRaw {
        ValRaw::ZERO
    }

    views! {
        "an `i32`": i32, get_i32, i32, i32 as i32;
        "an unsigned `i32`": u32, get_u32, u32, i32 as i32;
        "an `i64`": i64, get_i64, i64, i64 as i64;
        "an unsigned `i64`": u64, get_u64, u64, i64 as i64;
        "the bits of an `f32`": f32, get_f32, u32, i32 as i32;
        "the bits of an `f64`": f64, get_f64, u64, i64 as i64;
        "an `externref`": externref, get_externref, u32, externref as u32;
        "an `anyref`": anyref, get_anyref, u32, anyref as u32;
        "an `exnref`": exnref, get_exnref, u32, exnref as u32;
    }

    /// Creates the raw value of a `v128`.
    #[inline]
    pub fn v128(value: u128) -> ValRaw {
        ValRaw(wasmtime_val_raw_t {
            v128: value.to_le_bytes(),
        })
    }

    /// Returns the raw value as a `v128`.
    #[inline]
    pub fn get_v128(&self) -> u128 {
        // SAFETY: all bytes are initialized if this is a `v128`, and any bits are valid.
        u128::from_le_bytes(unsafe { self.0.v128 })
    }

    /// Creates the raw value of a `funcref`; a null pointer is the null reference.
    #[inline]
    pub fn funcref(value: *mut c_void) -> ValRaw {
        let mut raw = ValRaw::ZERO;
        raw.0.funcref = value.map_addr(usize::to_le);
        raw
    }

    /// Returns the raw value as a `funcref`.
    #[inline]
    pub fn get_funcref(&self) -> *mut c_void {
        // SAFETY: the field is initialized, as for the numbers, and any bits are a valid raw
        // pointer.
        unsafe { self.0.funcref }.map_addr(usize::from_le)
    }
}

impl fmt::Debug for ValRaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValRaw").finish_non_exhaustive()
    }
}
