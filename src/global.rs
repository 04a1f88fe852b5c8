//! Global variables.

use crate::entity::entity;
use crate::error::check;
use crate::gc::RawRef;
use crate::owned::Owned;
use crate::store::wrong_engine;
use crate::sys::{
    wasmtime_global_get, wasmtime_global_new, wasmtime_global_set, wasmtime_global_t,
    wasmtime_global_type,
};
use crate::{AsContext, AsContextMut, GlobalType, Result, Val};
use std::mem::MaybeUninit;

/// A global variable, mutable or not, in a store.
///
/// The handle is a plain index: it can be copied, and stays valid as long as
/// its store. Using it with another store panics.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Global(wasmtime_global_t);

entity!(Global(wasmtime_global_t): store_id, __private1, __private2, __private3);

impl Global {
    /// Makes a global.
    ///
    /// Calls `wasmtime_global_new`.
    ///
    /// # Errors
    ///
    /// If the value isn't of the type that `ty` says, or is of another store, or
    /// `ty` is of another engine than the store.
    pub fn new(mut store: impl AsContextMut, ty: GlobalType, val: Val) -> Result<Global> {
        let mut store = store.as_context_mut();
        if !ty.comes_from_same_engine(store.engine()) {
            return Err(wrong_engine().context(
                "type mismatch: initial value provided does not match the type of this global",
            ));
        }
        let val = val.to_c(store.opaque())?;
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariants "Context" and "Ownership"; `out` is initialised
        // unless there is an error.
        unsafe {
            check(wasmtime_global_new(
                store.raw(),
                ty.to_c()?.as_ptr(),
                &val,
                out.as_mut_ptr(),
            ))?;
            Ok(Global::from_c(out.assume_init(), store.opaque_mut()))
        }
    }

    /// The global's type.
    ///
    /// Calls `wasmtime_global_type`.
    ///
    /// # Panics
    ///
    /// If the global is of another store.
    pub fn ty(&self, store: impl AsContext) -> GlobalType {
        let store = store.as_context();
        let global = self.to_c(store.opaque());
        // SAFETY: invariants "Shared" and "Ownership"; the type is owned, and copied.
        unsafe {
            let ty = Owned::from_c(wasmtime_global_type(store.shared(), &global));
            GlobalType::from_c(store.engine(), ty.as_ptr())
        }
    }

    /// The value it has now.
    ///
    /// Calls `wasmtime_global_get`.
    ///
    /// # Panics
    ///
    /// If the global is of another store; or of a reference type, and libwasmtime
    /// was built without `gc`.
    pub fn get(&self, mut store: impl AsContextMut) -> Val {
        let mut store = store.as_context_mut();
        let global = self.to_c(store.opaque());
        // libwasmtime aborts the process then.
        if let Err(unsupported) = RawRef::supported() {
            assert!(
                !self.ty(&store).content().is_ref(),
                "the value of a global can't be had: {unsupported}"
            );
        }
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariants "Context" and "Ownership"; `out` is initialised,
        // and owned.
        unsafe {
            wasmtime_global_get(store.raw(), &global, out.as_mut_ptr());
            Val::from_c(store.opaque_mut(), out.assume_init())
        }
    }

    /// Sets the value.
    ///
    /// Calls `wasmtime_global_set`.
    ///
    /// # Errors
    ///
    /// If the global isn't mutable, or the value isn't of its type or is of
    /// another store.
    ///
    /// # Panics
    ///
    /// If the global is of another store.
    pub fn set(&self, mut store: impl AsContextMut, val: Val) -> Result<()> {
        let mut store = store.as_context_mut();
        let global = self.to_c(store.opaque());
        let val = val.to_c(store.opaque())?;
        // SAFETY: invariants "Context" and "Ownership".
        unsafe { check(wasmtime_global_set(store.raw(), &global, &val)) }
    }
}
