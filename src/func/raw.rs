//! Functions over raw values, and as raw values.

use super::{Caller, Func, HostFunc};
use crate::store::StoreOpaque;
use crate::sys::{wasmtime_func_from_raw, wasmtime_func_to_raw};
use crate::{AsContextMut, FuncType, Result, ValRaw};
use std::ffi::c_void;
use std::mem::MaybeUninit;

impl Func {
    /// Creates a host function that reads and writes raw values.
    ///
    /// The slice that the closure gets contains the arguments. Before it returns `Ok`, the
    /// closure writes the results to the same slice, which is as long as the longer of the
    /// two lists. State, errors and panics are as described for [`Func::wrap`], which is
    /// safe and no slower.
    ///
    /// Calls `wasmtime_func_new_unchecked`.
    ///
    /// # Panics
    ///
    /// Panics if `ty` belongs to another engine than the store.
    ///
    /// # Safety
    ///
    /// The closure must read arguments as the types of the parameters in `ty`. If it returns
    /// `Ok`, it must have written all results, as the types in `ty`. References that it
    /// writes must belong to the caller's store.
    pub unsafe fn new_unchecked<T: 'static>(
        mut store: impl AsContextMut<Data = T>,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &mut [MaybeUninit<ValRaw>]) -> Result<()> + Send + Sync + 'static,
    ) -> Func {
        let mut store = store.as_context_mut();
        // SAFETY: this function requires the same of the closure.
        let host = unsafe { HostFunc::unchecked(store.engine(), ty, func) };
        host.into_store(store.opaque_mut())
    }

    /// Returns the function of a raw `funcref`, or `None` for null.
    ///
    /// [`Func::to_raw`] returns such values, and [`ValRaw`] contains them.
    ///
    /// Calls `wasmtime_func_from_raw`.
    ///
    /// # Safety
    ///
    /// `raw` must be null or a raw `funcref` of this store.
    pub unsafe fn from_raw(mut store: impl AsContextMut, raw: *mut c_void) -> Option<Func> {
        // SAFETY: this function requires the same of `raw`.
        unsafe { Func::from_raw_in(store.as_context_mut().opaque_mut(), raw) }
    }

    /// # Safety
    ///
    /// As for [`Func::from_raw`].
    pub(crate) unsafe fn from_raw_in(store: &mut StoreOpaque, raw: *mut c_void) -> Option<Func> {
        if raw.is_null() {
            return None;
        }
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariant "Context". `raw` isn't null, so it is a raw `funcref` of the
        // store, as this function requires; `out` is initialized.
        unsafe {
            wasmtime_func_from_raw(store.begin_change(), raw, out.as_mut_ptr());
            Some(Func::from_c(out.assume_init(), store))
        }
    }

    /// Returns the function as a raw `funcref`.
    ///
    /// It is the value of a [`ValRaw`] for [`Func::call_unchecked`] and
    /// [`Func::new_unchecked`], and valid for as long as the store.
    ///
    /// Calls `wasmtime_func_to_raw`.
    ///
    /// # Panics
    ///
    /// Panics if the function belongs to another store.
    pub fn to_raw(&self, mut store: impl AsContextMut) -> *mut c_void {
        self.to_raw_in(store.as_context_mut().opaque_mut())
    }

    pub(crate) fn to_raw_in(self, store: &mut StoreOpaque) -> *mut c_void {
        let func = self.to_c(store);
        // SAFETY: invariants "Context" and "Ownership".
        unsafe { wasmtime_func_to_raw(store.begin_change(), &func) }
    }
}
