//! Compiled code of modules as bytes: serializing and deserializing.

use super::Module;
#[cfg(compiler)]
use crate::error::check;
use crate::error::{Context, format_err};
use crate::owned::{Delete, Owned};
#[cfg(compiler)]
use crate::sys::{Feature, require, wasmtime_module_serialize};
use crate::sys::{wasmtime_error_t, wasmtime_module_deserialize, wasmtime_module_deserialize_file};
#[cfg(compiler)]
use crate::vec::ByteVec;
use crate::{Engine, Result};
use std::ffi::{CString, c_char};
use std::path::Path;

impl Module {
    /// Returns the compiled code of the module, for [`Module::deserialize`].
    ///
    /// The bytes are an ELF file in a format of libwasmtime's own, which another version
    /// may change. To write a file for [`Module::deserialize_file`], write them as they
    /// are. [`Engine::precompile_module`](Engine#method.precompile_module) returns the same
    /// without keeping the module.
    ///
    /// Calls `wasmtime_module_serialize`.
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Module, Precompiled};
    ///
    /// let module = Module::new(&Engine::default(), "(module)")?;
    /// let code = module.serialize()?;
    /// assert_eq!(Engine::detect_precompiled(&code), Some(Precompiled::Module));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`Unsupported`](crate::Unsupported) if libwasmtime was built without a
    /// compiler.
    #[cfg(compiler)]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
    pub fn serialize(&self) -> Result<Vec<u8>> {
        require(Feature::Compiler)?;
        let bytes = ByteVec::try_out(|out| {
            // SAFETY: invariant "Owned object": `self` owns the module; `out` is overwritten
            // unless there is an error.
            unsafe { check(wasmtime_module_serialize(self.as_ptr(), out)) }
        })?;
        Ok(bytes.to_vec())
    }

    /// Creates a module from precompiled code, without compiling.
    ///
    /// The code is what [`Module::serialize`](Module#method.serialize) or
    /// [`Engine::precompile_module`](Engine#method.precompile_module) returned, in this
    /// process or another. The bytes are copied; [`Module::deserialize_file`] maps a file
    /// instead.
    ///
    /// Engine and library have to fit the code:
    ///
    /// - The engine must have the same settings as the one that compiled the code, as far
    ///   as they change the code: the target, the proposals, and settings such as
    ///   [`Config::consume_fuel`](crate::Config::consume_fuel) and
    ///   [`Config::memory_reservation`](crate::Config::memory_reservation).
    /// - The library should have the same patch version as the one that compiled the code.
    ///   Another patch version of the same major version may have other defaults, and
    ///   refuses code that was compiled with different ones. For example, 48.0.8 refuses
    ///   code of 48.0.0, whose default collector differs.
    ///
    /// The name of the module is unknown: see [`Module::name`].
    ///
    /// Calls `wasmtime_module_deserialize`.
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Config, Engine, Module};
    ///
    /// let engine = Engine::default();
    /// let code = Module::new(&engine, "(module)")?.serialize()?;
    /// // SAFETY: the code is what `serialize` of the same library returned.
    /// let module = unsafe { Module::deserialize(&engine, &code)? };
    ///
    /// // The code doesn't count fuel.
    /// let metered = Engine::new(Config::new().consume_fuel(true))?;
    /// // SAFETY: the code is what `serialize` of the same library returned.
    /// assert!(unsafe { Module::deserialize(&metered, &code) }.is_err());
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the bytes aren't a precompiled module;
    /// - another major version of libwasmtime compiled the code;
    /// - the code is for another processor;
    /// - the engine that compiled the code had other settings, including defaults.
    ///
    /// # Safety
    ///
    /// - The bytes must be unchanged code of a libwasmtime of this version: they contain
    ///   native code, which isn't verified.
    /// - Tables with 64-bit indices among the module's imports and exports must have limits
    ///   below 2^32: with others, libwasmtime aborts when the types are asked for.
    pub unsafe fn deserialize(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Module> {
        let bytes = bytes.as_ref();
        // SAFETY: invariant "Owned object": the engine is alive, as it is borrowed, the bytes
        // are readable, and the code is libwasmtime's, as this function requires. If there is
        // no error, an owned module is written.
        unsafe {
            let raw = Owned::out(|out| {
                let (at, len) = (bytes.as_ptr(), bytes.len());
                wasmtime_module_deserialize(engine.as_ptr(), at, len, out)
            })?;
            Ok(Module::from_c(engine, raw, None, Default::default()))
        }
    }

    /// Creates a module from a file of precompiled code, without compiling.
    ///
    /// This is [`Module::deserialize`] for a file, which is mapped into memory instead of
    /// read: pages are loaded when they are first used, and processes that load the same
    /// file share them.
    ///
    /// Calls `wasmtime_module_deserialize_file`.
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Module};
    ///
    /// let engine = Engine::default();
    /// # let path = std::env::temp_dir().join(format!("code-{}.cwasm", std::process::id()));
    /// // For example `guest.cwasm`.
    /// std::fs::write(&path, engine.precompile_module(b"(module)")?)?;
    ///
    /// // SAFETY: the file has the code of the same library, and nobody changes it.
    /// let module = unsafe { Module::deserialize_file(&engine, &path)? };
    /// # drop(module);
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be opened, if its path isn't UTF-8 or contains a
    /// NUL character, or for the reasons of [`Module::deserialize`].
    ///
    /// # Safety
    ///
    /// The requirements of [`Module::deserialize`] hold for the contents of the file.
    /// Moreover, the file must not change as long as the module is in use.
    pub unsafe fn deserialize_file(engine: &Engine, path: impl AsRef<Path>) -> Result<Module> {
        // SAFETY: this function has the requirements of `deserialize_path`.
        unsafe { Module::deserialize_path(engine, path.as_ref()) }
    }

    /// Does the work of [`Module::deserialize_file`].
    ///
    /// # Safety
    ///
    /// The same as for [`Module::deserialize_file`].
    unsafe fn deserialize_path(engine: &Engine, path: &Path) -> Result<Module> {
        // SAFETY: invariant "Owned object": the engine is alive, as it is borrowed, and the file
        // has libwasmtime's code and doesn't change, as this function requires. If there is no
        // error, an owned module is written.
        unsafe {
            let raw = load_file(path, |path, out| {
                wasmtime_module_deserialize_file(engine.as_ptr(), path, out)
            })?;
            Ok(Module::from_c(engine, raw, None, Default::default()))
        }
    }
}

/// Loads a file of precompiled code by a C function, which gets the path as a C string.
///
/// # Errors
///
/// Returns an error if the path isn't UTF-8 or contains a NUL character, or the error of the C
/// function.
///
/// # Safety
///
/// As for [`Owned::out`].
pub(crate) unsafe fn load_file<T: Delete>(
    path: &Path,
    load: impl FnOnce(*const c_char, *mut *mut T) -> *mut wasmtime_error_t,
) -> Result<Owned<T>> {
    let shown = path.display();
    let text = path
        .to_str()
        .ok_or_else(|| format_err!("the path {shown} is not UTF-8"))?;
    let text =
        CString::new(text).map_err(|_| format_err!("the path {shown} contains a NUL character"))?;
    // SAFETY: this function requires the same.
    unsafe { Owned::out(|out| load(text.as_ptr(), out)) }
        .with_context(|| format!("failed to load code from `{shown}`"))
}
