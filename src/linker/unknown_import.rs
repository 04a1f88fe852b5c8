//! The error of an import that a linker doesn't have.

use super::get;
use crate::error::{Raised, is_message};
use crate::sys::{
    wasmtime_error_t, wasmtime_extern_delete, wasmtime_linker_t, wasmtime_store_context,
    wasmtime_store_delete, wasmtime_store_new,
};
use crate::{Engine, ExternType, ImportType, Module};
use std::fmt;
use std::ptr;

/// A module imports something that the linker doesn't have.
///
/// Found with `error.downcast_ref::<UnknownImportError>()` in the error of
/// [`Linker::instantiate`](crate::Linker::instantiate) and the like.
#[derive(Clone)]
pub struct UnknownImportError {
    module: String,
    name: String,
    ty: ExternType,
}

impl UnknownImportError {
    /// The module that it is imported from.
    pub fn module(&self) -> &str {
        &self.module
    }

    /// Its name in that module.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type that it must have.
    pub fn ty(&self) -> ExternType {
        self.ty.clone()
    }

    /// The typed error, if that is what `error` is, which came from linking
    /// `module`: the C API gives its text only.
    ///
    /// How that begins is libwasmtime's. The names in it are the guest's, and
    /// those of several imports may read alike: it is the first that the linker
    /// lacks.
    ///
    /// # Safety
    ///
    /// `linker` must be valid and of the module's engine, `error` null or valid.
    #[cold]
    pub(super) unsafe fn find(
        linker: *mut wasmtime_linker_t,
        module: &Module,
        error: *mut wasmtime_error_t,
    ) -> Option<UnknownImportError> {
        // SAFETY: `error` is required to be null or valid.
        let text = unsafe { Raised::text_of(error) }?;
        module
            .imports()
            .map(|import| UnknownImportError::new(&import))
            .find(|unknown| {
                is_message(&text, &unknown.to_string())
                    // SAFETY: the linker is required to be so.
                    && unsafe { unknown.is_unknown(linker, module.engine()) }
            })
    }

    /// Whether there is no definition of that name.
    ///
    /// # Safety
    ///
    /// `linker` must be valid and of that engine.
    unsafe fn is_unknown(&self, linker: *mut wasmtime_linker_t, engine: &Engine) -> bool {
        // SAFETY: the engine is alive, and the linker is required to be of it. What
        // is found, which may be of any store, is not used; it is freed before the
        // store, which nothing else is in.
        unsafe {
            let store = wasmtime_store_new(engine.as_ptr(), ptr::null_mut(), None);
            let context = wasmtime_store_context(store);
            let found = get::find(linker, context, &self.module, &self.name);
            let is_unknown = found.is_none();
            if let Some(mut item) = found {
                wasmtime_extern_delete(&mut item);
            }
            wasmtime_store_delete(store);
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

impl fmt::Debug for UnknownImportError {
    /// Without the type: every program that links would contain what shows types.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnknownImportError")
            .field("module", &self.module)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for UnknownImportError {}
