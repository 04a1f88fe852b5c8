//! Rust types that are WebAssembly value types.

use super::WasmParams;
use super::lists::for_each_arity;
#[cfg(feature = "async")]
use super::{Form, Reader, ValTypes, WasmResults};
use crate::store::StoreOpaque;
use crate::sys::wasmtime_val_t;
use crate::{Result, V128, Val, ValRaw, ValType};

/// A Rust type that corresponds to a value type of WebAssembly.
///
/// [`Func::wrap`](crate::Func::wrap) lists these types.
///
/// # Safety
///
/// Only this crate may implement it: the conversions must agree with `valtype`.
#[diagnostic::on_unimplemented(
    note = "the documentation of `Func::wrap` lists the types that correspond to types of \
            WebAssembly; the chapter `libwasmtime::bind` lists all that host functions take and \
            return, such as strings and structs",
    note = "a host function that may fail returns a `Result` of this crate, into whose error `?` \
            converts any other"
)]
pub unsafe trait WasmTy: Send + Sized {
    /// Whether the type is a reference to a collected object, of which there are
    /// none without the feature `gc`.
    #[doc(hidden)]
    const IS_ROOTED: bool = false;

    /// Whether the conversions use the store.
    #[doc(hidden)]
    const NEEDS_STORE: bool = true;

    /// Returns the WebAssembly type.
    #[doc(hidden)]
    fn valtype() -> ValType;

    /// Returns the raw value, which must be passed to WebAssembly before the collector may run.
    ///
    /// # Safety
    ///
    /// If `NEEDS_STORE`, `store` must be the state of a live store that the
    /// caller may use.
    #[doc(hidden)]
    unsafe fn to_val_raw(&self, store: *mut StoreOpaque) -> Result<ValRaw>;

    /// Returns the value of a raw value that WebAssembly passed.
    ///
    /// # Safety
    ///
    /// As for `to_val_raw`; `raw` must be of this type and belong to the store.
    #[doc(hidden)]
    unsafe fn from_val_raw(raw: &ValRaw, store: *mut StoreOpaque) -> Self;

    /// Takes a value of the C API.
    ///
    /// # Safety
    ///
    /// As for `to_val_raw`; `val` must be owned, of this type, and belong to the store.
    #[doc(hidden)]
    unsafe fn take(val: wasmtime_val_t, store: *mut StoreOpaque) -> Self;

    /// Returns the value with its type, to compare that with a function's type. It may be
    /// rooted in the store for that.
    ///
    /// # Safety
    ///
    /// The result must not be used after `self` is dropped.
    #[doc(hidden)]
    unsafe fn as_val(&self, store: &mut StoreOpaque) -> Result<Val>;
}

/// A list of value types: a tuple of up to 17 [`WasmTy`].
///
/// The parameters of an asynchronous host function (`Func::wrap_async`) are such a list.
///
/// # Safety
///
/// Only this crate may implement it: `valtypes` must return the types of the tuple.
pub unsafe trait WasmTyList {
    /// Returns the WebAssembly types, in their order.
    fn valtypes() -> impl Iterator<Item = ValType>;

    /// The same types.
    #[cfg(feature = "async")]
    #[doc(hidden)]
    const VALTYPES: ValTypes;

    /// Reads the values.
    ///
    /// # Safety
    ///
    /// They must be next in `values`.
    #[cfg(feature = "async")]
    #[doc(hidden)]
    unsafe fn read<F: Form>(values: &mut Reader<'_, F>) -> Self
    where
        Self: Sized;
}

macro_rules! lists {
    ($n:literal $($t:ident)*) => {
        // SAFETY: the types are those of the tuple.
        unsafe impl<$($t: WasmTy,)*> WasmTyList for ($($t,)*) {
            fn valtypes() -> impl Iterator<Item = ValType> {
                <Self as WasmParams>::VALTYPES.iter().map(|ty| ty())
            }

            #[cfg(feature = "async")]
            const VALTYPES: ValTypes = <Self as WasmParams>::VALTYPES;

            #[cfg(feature = "async")]
            #[inline]
            unsafe fn read<F: Form>(values: &mut Reader<'_, F>) -> Self {
                // SAFETY: the values are next, as this function requires.
                unsafe { <Self as WasmResults>::read(values) }
            }
        }
    };
}

for_each_arity!(lists);

macro_rules! numbers {
    ($($ty:ty: $valtype:ident, $v:ident => $to_raw:expr, $to_val:expr, $raw:ident => $from_raw:expr, $val:ident => $take:expr;)*) => {$(
        // SAFETY: the raw accessors are those of the type.
        unsafe impl WasmTy for $ty {
            const NEEDS_STORE: bool = false;

            fn valtype() -> ValType {
                ValType::$valtype
            }

            #[inline]
            unsafe fn to_val_raw(&self, _: *mut StoreOpaque) -> Result<ValRaw> {
                let $v = *self;
                Ok($to_raw)
            }

            #[inline]
            unsafe fn from_val_raw($raw: &ValRaw, _: *mut StoreOpaque) -> Self {
                $from_raw
            }

            #[inline]
            unsafe fn take($val: wasmtime_val_t, _: *mut StoreOpaque) -> Self {
                // SAFETY: the value is of this type, as this function requires, which
                // says which field is valid.
                unsafe { $take }
            }

            #[inline]
            unsafe fn as_val(&self, _: &mut StoreOpaque) -> Result<Val> {
                let $v = *self;
                Ok($to_val)
            }
        }
    )*};
}

numbers! {
    i32: I32, v => ValRaw::i32(v), Val::I32(v), raw => raw.get_i32(), val => val.of.i32;
    u32: I32, v => ValRaw::u32(v), Val::I32(v as i32), raw => raw.get_u32(), val => val.of.i32 as u32;
    i64: I64, v => ValRaw::i64(v), Val::I64(v), raw => raw.get_i64(), val => val.of.i64;
    u64: I64, v => ValRaw::u64(v), Val::I64(v as i64), raw => raw.get_u64(), val => val.of.i64 as u64;
    f32: F32, v => ValRaw::f32(v.to_bits()), Val::F32(v.to_bits()), raw => f32::from_bits(raw.get_f32()), val => val.of.f32;
    f64: F64, v => ValRaw::f64(v.to_bits()), Val::F64(v.to_bits()), raw => f64::from_bits(raw.get_f64()), val => val.of.f64;
    V128: V128, v => ValRaw::v128(v.as_u128()), Val::V128(v), raw => raw.get_v128().into(), val => u128::from_le_bytes(val.of.v128).into();
}
