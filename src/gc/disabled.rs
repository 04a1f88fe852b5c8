//! Stands in for references in a build without the feature `gc`: there are
//! none, and none can be made.

use crate::Unsupported;
use crate::store::StoreOpaque;
use crate::sys::{Feature, wasmtime_externref_t};
use std::convert::Infallible;
use std::ffi::c_void;

#[derive(Clone)]
pub struct RawRef(Infallible);

impl RawRef {
    pub(crate) unsafe fn new(
        _: &mut StoreOpaque,
        data: *mut c_void,
        finalizer: unsafe extern "C" fn(*mut c_void),
    ) -> Option<RawRef> {
        // SAFETY: the caller vouches for the finalizer.
        unsafe { finalizer(data) };
        None
    }

    pub(crate) fn supported() -> Result<(), Unsupported> {
        Err(Unsupported {
            feature: Feature::Gc,
            library: None,
            cause: None,
        })
    }

    pub(crate) unsafe fn from_c(_: wasmtime_externref_t) -> Option<RawRef> {
        None
    }

    pub(crate) fn as_c(&self) -> wasmtime_externref_t {
        match self.0 {}
    }

    pub(crate) unsafe fn from_raw(_: &mut StoreOpaque, _: u32) -> Option<RawRef> {
        None
    }

    pub(crate) fn to_raw(&self, _: &StoreOpaque) -> u32 {
        match self.0 {}
    }

    pub(crate) fn data(&self, _: &StoreOpaque) -> *mut c_void {
        match self.0 {}
    }
}
