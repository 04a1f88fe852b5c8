//! Modules from files that the program trusts.

use super::Module;
use crate::error::Context;
use crate::{Engine, Result};
use std::fs::File;
use std::io::{Read, Seek};
#[cfg(compiler)]
use std::path::Path;

impl Module {
    /// Loads a module from a file of either kind: what was compiled before is
    /// deserialized, as by [`Module::deserialize_file`], and anything else is compiled,
    /// as by [`Module::from_file`].
    ///
    /// # Errors
    ///
    /// If the file can't be read, and as for these two.
    ///
    /// # Safety
    ///
    /// As for [`Module::deserialize_file`].
    #[cfg(compiler)]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
    pub unsafe fn from_trusted_file(engine: &Engine, file: impl AsRef<Path>) -> Result<Module> {
        let file = file.as_ref();
        match Engine::detect_precompiled_file(file)? {
            // SAFETY: whoever calls this promises for the file what `deserialize_file`
            // asks for.
            Some(_) => unsafe { Module::deserialize_file(engine, file) },
            None => Module::from_file(engine, file),
        }
    }

    /// Loads a module that was serialized before from an open file, from its beginning.
    ///
    /// The file is read: the C API maps files by their paths only. Calls
    /// `wasmtime_module_deserialize`.
    ///
    /// # Errors
    ///
    /// If the file can't be read, and as for [`Module::deserialize`].
    ///
    /// # Safety
    ///
    /// As for [`Module::deserialize`].
    pub unsafe fn deserialize_open_file(engine: &Engine, mut file: File) -> Result<Module> {
        let mut code = Vec::new();
        file.rewind()
            .and_then(|()| file.read_to_end(&mut code))
            .context("failed to read compiled code from an open file")?;
        // SAFETY: whoever calls this promises for the file's bytes what `deserialize`
        // asks for.
        unsafe { Module::deserialize(engine, code) }
    }
}
