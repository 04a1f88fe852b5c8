//! What host functions may return.

use super::typed::ValTypes;
use super::{WasmParams, WasmTy};
use crate::store::StoreOpaque;
use crate::{Result, ValRaw};

/// What a host function may return: nothing, a [`WasmTy`], a tuple of up to 16
/// of them, or a [`Result`] of any of these.
///
/// # Safety
///
/// Not to be implemented outside this crate: `into_raw` must agree with
/// `VALTYPES`.
pub unsafe trait WasmRet {
    /// Whether `into_raw` uses the store.
    #[doc(hidden)]
    const NEEDS_STORE: bool;

    /// The types of the results.
    #[doc(hidden)]
    const VALTYPES: ValTypes;

    /// Writes the results.
    ///
    /// # Safety
    ///
    /// As for [`WasmTy::as_raw`], and `raw` must have room for all results.
    #[doc(hidden)]
    unsafe fn into_raw(self, store: *mut StoreOpaque, raw: *mut ValRaw) -> Result<()>;
}

// SAFETY: one result, of the type's own type.
unsafe impl<A: WasmTy> WasmRet for A {
    const NEEDS_STORE: bool = A::NEEDS_STORE;
    const VALTYPES: ValTypes = &[A::valtype];

    #[inline]
    unsafe fn into_raw(self, store: *mut StoreOpaque, raw: *mut ValRaw) -> Result<()> {
        // SAFETY: the caller vouches for both.
        unsafe { self.write_raw(store, raw) }
    }
}

// The error is of one type only, so that a closure that ends with `Ok(())` says
// enough.
// SAFETY: the results are those of `A`.
unsafe impl<A: WasmRet> WasmRet for Result<A> {
    const NEEDS_STORE: bool = A::NEEDS_STORE;
    const VALTYPES: ValTypes = A::VALTYPES;

    #[inline]
    unsafe fn into_raw(self, store: *mut StoreOpaque, raw: *mut ValRaw) -> Result<()> {
        // SAFETY: the caller vouches for both.
        unsafe { self?.into_raw(store, raw) }
    }
}

macro_rules! tuples {
    ($n:literal $($t:ident)*) => {
        // SAFETY: each result is written to its place.
        unsafe impl<$($t: WasmTy),*> WasmRet for ($($t,)*) {
            const NEEDS_STORE: bool = false $(|| $t::NEEDS_STORE)*;
            const VALTYPES: ValTypes = <Self as WasmParams>::VALTYPES;

            #[inline]
            unsafe fn into_raw(self, store: *mut StoreOpaque, raw: *mut ValRaw) -> Result<()> {
                // SAFETY: the caller vouches for both.
                unsafe { self.write_raw(store, raw) }
            }
        }
    };
}

super::typed::for_each_arity!(tuples);
