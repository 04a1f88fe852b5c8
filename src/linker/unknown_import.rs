//! The error for an import that has no definition in a linker.

use super::get;
use crate::error::{Raised, is_message};
use crate::owned::Owned;
use crate::sys::{
    wasmtime_error_t, wasmtime_extern_delete, wasmtime_linker_t, wasmtime_store_context,
    wasmtime_store_new,
};
use crate::{Engine, ExternType, ImportType, Module};
use std::fmt;
use std::ptr;

/// The error for an import of a module that has no definition in the linker.
///
/// [`Linker::instantiate`](crate::Linker::instantiate) and
/// [`Linker::instantiate_pre`](crate::Linker::instantiate_pre) return it, and functions of
/// [`Linker::define_unknown_imports_as_traps`](crate::Linker::define_unknown_imports_as_traps)
/// fail with it. `error.downcast_ref::<UnknownImportError>()` finds it.
#[derive(Clone, Debug)]
pub struct UnknownImportError {
    module: String,
    name: String,
    ty: ExternType,
}

impl UnknownImportError {
    /// Returns the module name of the import.
    pub fn module(&self) -> &str {
        &self.module
    }

    /// Returns the item name of the import.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the type that the module imports.
    pub fn ty(&self) -> ExternType {
        self.ty.clone()
    }

    /// Returns the typed form of `error`, which linking `module` failed with.
    ///
    /// Returns `None` if it is another error. The C API gives the text only, which
    /// contains names that a guest chose: the texts of several imports may be equal. The
    /// import in question is the first one of that text that the linker lacks.
    ///
    /// # Safety
    ///
    /// `linker` must be valid and belong to the module's engine. `error` must be null or
    /// valid.
    #[cold]
    pub(super) unsafe fn find(
        linker: *mut wasmtime_linker_t,
        module: &Module,
        error: *mut wasmtime_error_t,
    ) -> Option<UnknownImportError> {
        // SAFETY: `error` is null or valid, as this function requires.
        let text = unsafe { Raised::text_of(error) }?;
        module
            .imports()
            .map(|import| UnknownImportError::new(&import))
            .find(|unknown| {
                is_message(&text, &unknown.to_string())
                    // SAFETY: `linker` is valid and belongs to the module's engine, as
                    // this function requires.
                    && unsafe { unknown.is_unknown(linker, module.engine()) }
            })
    }

    /// Reports whether the linker lacks the import.
    ///
    /// # Safety
    ///
    /// `linker` must be valid and belong to `engine`.
    unsafe fn is_unknown(&self, linker: *mut wasmtime_linker_t, engine: &Engine) -> bool {
        // SAFETY: invariant "Owned object": the engine is alive, and `linker` is valid and
        // belongs to it, as this function requires. The store is new, so nothing else uses its
        // context. An item that is found may belong to any store: it is not used, only deleted,
        // before the store.
        unsafe {
            let store = Owned::from_c(wasmtime_store_new(engine.as_ptr(), ptr::null_mut(), None));
            let context = wasmtime_store_context(store.as_ptr());
            let found = get::find(linker, context, &self.module, &self.name);
            let is_unknown = found.is_none();
            if let Some(mut item) = found {
                wasmtime_extern_delete(&mut item);
            }
            is_unknown
        }
    }

    pub(super) fn new(import: &ImportType<'_>) -> UnknownImportError {
        UnknownImportError {
            module: import.module().to_owned(),
            name: import.name().to_owned(),
            ty: import.ty(),
        }
    }
}

impl fmt::Display for UnknownImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Version 48: the error has this text; look at `UnknownImportError` in
        // `wasmtime`.
        write!(
            f,
            "unknown import: `{}::{}` has not been defined",
            self.module, self.name
        )
    }
}

impl std::error::Error for UnknownImportError {}
