//! References in a build without the feature `gc`: there are none, and none can be
//! created.

#[path = "disabled/object.rs"]
mod object;

pub(crate) use object::{ArrayPre, Object, StructPre};

use super::GcKind;
use crate::store::StoreOpaque;
use crate::sys::{Feature, wasm_trap_t, wasmtime_context_t, wasmtime_val_t, wasmtime_valunion_t};
use crate::{ExnType, HeapType, Result, Tag, Unsupported, Val};
use std::convert::Infallible;
use std::ffi::c_void;

#[derive(Clone)]
pub struct RawRef(Infallible);

impl RawRef {
    pub(crate) unsafe fn write_new(
        _: *mut wasmtime_context_t,
        data: *mut c_void,
        finalizer: unsafe extern "C" fn(*mut c_void),
        _: *mut RawRef,
    ) -> bool {
        // SAFETY: this is the one call of the finalizer with `data`, which this function
        // requires to be sound.
        unsafe { finalizer(data) };
        false
    }

    pub(crate) fn supported() -> Result<(), Unsupported> {
        Err(Unsupported {
            feature: Feature::Gc,
            library: None,
            cause: None,
        })
    }

    pub(crate) unsafe fn from_c(_: GcKind, _: wasmtime_valunion_t) -> Option<RawRef> {
        None
    }

    pub(crate) fn as_c(&self) -> wasmtime_val_t {
        match self.0 {}
    }

    pub(crate) unsafe fn from_raw(_: GcKind, _: &mut StoreOpaque, raw: u32) -> Option<RawRef> {
        assert_null(raw);
        None
    }

    pub(crate) unsafe fn write_from_raw(
        _: GcKind,
        _: *mut wasmtime_context_t,
        raw: u32,
        _: *mut RawRef,
    ) -> bool {
        assert_null(raw);
        false
    }

    pub(crate) unsafe fn to_raw(&self, _: *mut wasmtime_context_t) -> u32 {
        match self.0 {}
    }

    pub(crate) fn is(&self, _: GcKind) -> bool {
        match self.0 {}
    }

    pub(crate) unsafe fn data(&self, _: *mut wasmtime_context_t) -> *mut c_void {
        match self.0 {}
    }

    pub(crate) fn from_i31(_: &mut StoreOpaque, _: u32) -> Result<RawRef, Unsupported> {
        Err(RawRef::supported().expect_err("the feature is off"))
    }

    pub(crate) unsafe fn i31(&self, _: *mut wasmtime_context_t) -> Option<u32> {
        match self.0 {}
    }

    pub(crate) fn any_type(&self, _: &StoreOpaque) -> HeapType {
        match self.0 {}
    }

    pub(crate) unsafe fn new_exn(
        _: &mut StoreOpaque,
        _: Tag,
        _: &[wasmtime_val_t],
    ) -> Result<RawRef> {
        Err(RawRef::supported().expect_err("the feature is off").into())
    }

    pub(crate) fn set_pending_exn(&self, _: &mut StoreOpaque) -> *mut wasm_trap_t {
        match self.0 {}
    }

    pub(crate) fn take_pending_exn(_: &mut StoreOpaque) -> Option<RawRef> {
        None
    }

    pub(crate) unsafe fn take_pending_exn_at_return(_: *mut wasmtime_context_t) -> Option<RawRef> {
        None
    }

    pub(crate) fn collect(_: &mut StoreOpaque) -> Result<()> {
        Ok(RawRef::supported()?)
    }

    pub(crate) fn has_pending_exn(_: &StoreOpaque) -> bool {
        false
    }

    pub(crate) fn exn_type(&self, _: &StoreOpaque) -> ExnType {
        match self.0 {}
    }

    pub(crate) fn exn_tag(&self, _: &mut StoreOpaque) -> Result<Tag> {
        match self.0 {}
    }

    pub(crate) fn exn_field_count(&self, _: &mut StoreOpaque) -> usize {
        match self.0 {}
    }

    pub(crate) fn exn_field(&self, _: &mut StoreOpaque, _: usize) -> Result<Val> {
        match self.0 {}
    }
}

/// Panics if `raw` isn't null. A library that is loaded may have been built with `gc`.
fn assert_null(raw: u32) {
    assert!(
        raw == 0,
        "WebAssembly passed a reference to an object, and this crate was built without the Cargo \
         feature `gc`"
    );
}
