//! What host functions may return.

use super::lists::for_each_arity;
use super::{Form, IntoWasm, ValTypes, Writer};
use crate::Result;

/// The results of a host function.
///
/// They are `()` for none, a [`WasmTy`](super::WasmTy), a tuple of up to 17 of them, or a
/// [`Result`] of any of these. (Every `WasmTy` is `IntoWasm`, the crate-internal trait in the
/// list below.)
///
/// # Safety
///
/// Only this crate may implement it: `write` must agree with `VALTYPES`.
pub unsafe trait WasmRet {
    /// The types of the results, in parts.
    #[doc(hidden)]
    const VALTYPES: &'static [ValTypes];

    /// Whether `write` uses the store.
    #[doc(hidden)]
    const NEEDS_STORE: bool;

    /// Writes the results.
    ///
    /// # Safety
    ///
    /// Their places must be next in `results`.
    #[doc(hidden)]
    unsafe fn write<F: Form>(self, results: &mut Writer<'_, F>) -> Result<()>;
}

// SAFETY: the results are those of the one part.
unsafe impl<A: IntoWasm> WasmRet for A {
    const VALTYPES: &'static [ValTypes] = &[A::VALTYPES];
    const NEEDS_STORE: bool = A::NEEDS_STORE;

    #[inline]
    unsafe fn write<F: Form>(self, results: &mut Writer<'_, F>) -> Result<()> {
        // SAFETY: the places are next, as this function requires.
        unsafe { IntoWasm::write(&self, results) }
    }
}

macro_rules! tuples {
    ($n:literal $($t:ident)*) => {
        // SAFETY: the results are those of the parts, one after the other.
        unsafe impl<$($t: IntoWasm),*> WasmRet for ($($t,)*) {
            const VALTYPES: &'static [ValTypes] = &[$($t::VALTYPES),*];
            const NEEDS_STORE: bool = false $(|| $t::NEEDS_STORE)*;

            #[inline]
            #[allow(non_snake_case, reason = "the type parameters name the values as well")]
            #[allow(unused_variables, reason = "the empty tuple")]
            unsafe fn write<F: Form>(self, results: &mut Writer<'_, F>) -> Result<()> {
                let ($($t,)*) = &self;
                // SAFETY: the places are next, as this function requires.
                $(unsafe { $t.write(results)? };)*
                Ok(())
            }
        }
    };
}

for_each_arity!(tuples);

// The error is of one type only, so that a closure that ends with `Ok(())` says
// enough.
// SAFETY: the results are those of `A`.
unsafe impl<A: WasmRet> WasmRet for Result<A> {
    const VALTYPES: &'static [ValTypes] = A::VALTYPES;
    const NEEDS_STORE: bool = A::NEEDS_STORE;

    #[inline]
    unsafe fn write<F: Form>(self, results: &mut Writer<'_, F>) -> Result<()> {
        // SAFETY: the places are next, as this function requires.
        unsafe { self?.write(results) }
    }
}
