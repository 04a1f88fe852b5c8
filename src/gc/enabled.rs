//! An owned reference of the C API.

use crate::Unsupported;
use crate::store::StoreOpaque;
use crate::sys::{
    self, Feature, wasmtime_externref_clone, wasmtime_externref_data, wasmtime_externref_from_raw,
    wasmtime_externref_new, wasmtime_externref_t, wasmtime_externref_to_raw,
    wasmtime_externref_unroot,
};
use std::ffi::c_void;
use std::mem::MaybeUninit;

/// An owned, non-null `externref`.
pub struct RawRef(wasmtime_externref_t);

// SAFETY: the reference is an index and a counted liveness flag; the C API lets
// both be cloned and released on any thread, and reads the object only through
// its store.
unsafe impl Send for RawRef {}
// SAFETY: as above.
unsafe impl Sync for RawRef {}

impl RawRef {
    /// Makes a new object of `data`, which `finalizer` frees with it. `None` if
    /// the collected heap is full, in which case `data` has been freed too.
    ///
    /// # Safety
    ///
    /// `finalizer` must be sound to call once with `data`, from any thread.
    pub(crate) unsafe fn new(
        store: &mut StoreOpaque,
        data: *mut c_void,
        finalizer: unsafe extern "C" fn(*mut c_void),
    ) -> Option<RawRef> {
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariant "Context"; `out` is initialised on success.
        unsafe {
            wasmtime_externref_new(store.raw(), data, Some(finalizer), out.as_mut_ptr())
                .then(|| RawRef(out.assume_init()))
        }
    }

    /// Whether the library has references at all.
    pub(crate) fn supported() -> Result<(), Unsupported> {
        sys::require(Feature::Gc)
    }

    /// Takes an owned reference of the C API; `None` if it is null.
    ///
    /// # Safety
    ///
    /// The caller must own it.
    pub(crate) unsafe fn from_c(raw: wasmtime_externref_t) -> Option<RawRef> {
        (raw.store_id != 0).then_some(RawRef(raw))
    }

    /// The reference, still owned by `self`.
    pub(crate) fn as_c(&self) -> wasmtime_externref_t {
        self.0
    }

    /// The object of the raw value that WebAssembly passed; `None` if null.
    ///
    /// # Safety
    ///
    /// `raw` must have come from WebAssembly code of this store just now, or
    /// from `to_raw`.
    pub(crate) unsafe fn from_raw(store: &mut StoreOpaque, raw: u32) -> Option<RawRef> {
        if raw == 0 {
            return None;
        }
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariant "Context"; the caller vouches for `raw`; `out` is
        // initialised always.
        unsafe {
            wasmtime_externref_from_raw(store.raw(), raw, out.as_mut_ptr());
            RawRef::from_c(out.assume_init())
        }
    }

    /// The raw value to pass to WebAssembly code at once.
    pub(crate) fn to_raw(&self, store: &StoreOpaque) -> u32 {
        // SAFETY: invariant "Context"; the reference is valid.
        unsafe { wasmtime_externref_to_raw(store.raw(), &self.0) }
    }

    /// What [`RawRef::new`] was given; null if the host didn't make the object.
    pub(crate) fn data(&self, store: &StoreOpaque) -> *mut c_void {
        // SAFETY: invariant "Context"; the reference is valid.
        unsafe { wasmtime_externref_data(store.raw(), &self.0) }
    }
}

impl Clone for RawRef {
    fn clone(&self) -> RawRef {
        let mut out = MaybeUninit::uninit();
        // SAFETY: the reference is valid, and `out` is initialised.
        unsafe {
            wasmtime_externref_clone(&self.0, out.as_mut_ptr());
            RawRef(out.assume_init())
        }
    }
}

impl Drop for RawRef {
    fn drop(&mut self) {
        // SAFETY: the reference is owned and not used again.
        unsafe { wasmtime_externref_unroot(&mut self.0) }
    }
}
