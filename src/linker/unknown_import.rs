//! The error of an import that a linker doesn't have.

use crate::{Error, ExternType, ImportType, Module};
use std::fmt;

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
    #[cold]
    pub(super) fn find(module: &Module, error: Error) -> Error {
        let text = format!("{error}");
        module
            .imports()
            .map(|import| UnknownImportError::new(&import))
            .find(|unknown| format!("{unknown}") == text)
            .map_or(error, Error::new)
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
