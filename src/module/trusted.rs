//! Modules from files that the program trusts.

use super::Module;
use crate::error::Context;
use crate::{Engine, Result};
use std::fs::File;
use std::io::{Read, Seek};
#[cfg(compiler)]
use std::path::Path;

impl Module {
    /// Loads a module from a file of precompiled code or of WebAssembly.
    ///
    /// Precompiled code is deserialized as by [`Module::deserialize_file`]; anything else
    /// is compiled as by [`Module::from_file`].
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be read, or for the reasons of these two
    /// functions.
    ///
    /// # Safety
    ///
    /// The same as for [`Module::deserialize_file`].
    #[cfg(compiler)]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
    pub unsafe fn from_trusted_file(engine: &Engine, file: impl AsRef<Path>) -> Result<Module> {
        let file = file.as_ref();
        match Engine::detect_precompiled_file(file)? {
            // SAFETY: this function has the requirements of `deserialize_file`.
            Some(_) => unsafe { Module::deserialize_file(engine, file) },
            None => Module::from_file(engine, file),
        }
    }

    /// Creates a module from an open file of precompiled code, without compiling.
    ///
    /// The file is read from its beginning, whatever its position. It isn't mapped: the C
    /// API maps files only by their paths. Calls `wasmtime_module_deserialize`.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be read, or for the reasons of
    /// [`Module::deserialize`].
    ///
    /// # Safety
    ///
    /// The requirements of [`Module::deserialize`] hold for the contents of the file.
    pub unsafe fn deserialize_open_file(engine: &Engine, mut file: File) -> Result<Module> {
        let mut code = Vec::new();
        file.rewind()
            .and_then(|()| file.read_to_end(&mut code))
            .context("failed to read compiled code from an open file")?;
        // SAFETY: this function has the requirements of `deserialize`, for the contents of
        // the file.
        unsafe { Module::deserialize(engine, code) }
    }
}
