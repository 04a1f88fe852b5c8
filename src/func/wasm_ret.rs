//! What host functions may return.

use super::WasmParams;
use super::typed::ValTypes;
use crate::store::StoreOpaque;
use crate::{Result, ValRaw};

/// The result of a host function, or its results.
///
/// Implemented for `()`, a [`WasmTy`](super::WasmTy), a tuple of up to 17 of them, and a
/// [`Result`] of any of these.
///
/// # Safety
///
/// Only this crate may implement it: `into_raw` must agree with `VALTYPES`.
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
    /// As for [`WasmParams::write_raw`].
    #[doc(hidden)]
    unsafe fn into_raw(self, store: *mut StoreOpaque, raw: *mut ValRaw) -> Result<()>;
}

// SAFETY: what may be passed may be returned, and is written in the same way.
unsafe impl<A: WasmParams> WasmRet for A {
    const NEEDS_STORE: bool = A::HAS_REFERENCE;
    const VALTYPES: ValTypes = A::VALTYPES;

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
