//! Compiling and validating modules.

#[cfg(not(feature = "wat"))]
use super::text;
use super::{Module, binary, precompiled};
use crate::error::{Context, check};
use crate::owned::Owned;
use crate::sys::{wasmtime_module_new, wasmtime_module_validate};
use crate::{Engine, Result};
use std::path::Path;

impl Module {
    /// Compiles a module in the binary or the text format.
    ///
    /// The text format needs the Cargo feature `wat`. Bytes that don't begin with the magic
    /// number of the binary format are taken for text. The whole module is validated and
    /// compiled before this returns.
    ///
    /// Calls `wasmtime_module_new`, and `wasmtime_wat2wasm` for text.
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Module};
    ///
    /// let engine = Engine::default();
    /// let text = Module::new(&engine, "(module)")?;
    /// let binary = Module::new(&engine, b"\0asm\x01\0\0\0")?;
    ///
    /// let error = Module::new(&engine, "(module (func i32.add))").unwrap_err();
    /// assert!(format!("{error:#}").contains("type mismatch"));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the module is malformed or invalid, or uses a proposal that the engine has turned
    ///   off;
    /// - the bytes are precompiled code, which [`Module::deserialize`] loads;
    /// - the system doesn't start the threads that libwasmtime compiles on (see
    ///   `Config::parallel_compilation`);
    /// - the bytes are text, and this crate was built without the Cargo feature `wat`;
    /// - libwasmtime was built without a compiler or without `wat`
    ///   ([`Unsupported`](crate::Unsupported)).
    pub fn new(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Module> {
        Module::from_bytes(engine, bytes.as_ref())
    }

    fn from_bytes(engine: &Engine, bytes: &[u8]) -> Result<Module> {
        #[cfg(feature = "wat")]
        if !bytes.starts_with(b"\0asm") {
            precompiled::refuse(bytes)?;
            return Module::from_binary(engine, &crate::wat2wasm(bytes)?);
        }
        #[cfg(not(feature = "wat"))]
        text::refuse(bytes)?;
        Module::from_binary(engine, bytes)
    }

    /// Compiles a module from a file, in the binary or the text format.
    ///
    /// Errors in the text name the file and the line. Calls the C functions of
    /// [`Module::new`].
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Module};
    ///
    /// # let path = std::env::temp_dir().join(format!("from-file-{}.wat", std::process::id()));
    /// # std::fs::write(&path, "(module (func (export \"run\")))")?;
    /// // For example `guest.wat`, or `guest.wasm` from a compiler.
    /// let module = Module::from_file(&Engine::default(), &path)?;
    /// assert!(module.get_export("run").is_some());
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be read, if it is precompiled code, which
    /// [`Module::deserialize_file`] loads, or for the reasons of [`Module::new`].
    pub fn from_file(engine: &Engine, file: impl AsRef<Path>) -> Result<Module> {
        Module::from_path(engine, file.as_ref())
    }

    fn from_path(engine: &Engine, file: &Path) -> Result<Module> {
        let bytes = std::fs::read(file)
            .with_context(|| format!("failed to read from `{}`", file.display()))?;
        precompiled::refuse_file(file, &bytes)?;
        #[cfg(feature = "wat")]
        if !bytes.starts_with(b"\0asm") {
            return Module::from_binary(engine, &crate::wat::file_to_wasm(file, &bytes)?);
        }
        #[cfg(not(feature = "wat"))]
        text::refuse(&bytes)?;
        Module::from_binary(engine, &bytes)
    }

    /// Compiles a module in the binary format, and accepts no text.
    ///
    /// Calls `wasmtime_module_new`.
    ///
    #[doc = example!(compiler)]
    /// use libwasmtime::{Engine, Module};
    ///
    /// let engine = Engine::default();
    /// assert!(Module::from_binary(&engine, b"\0asm\x01\0\0\0").is_ok());
    /// assert!(Module::from_binary(&engine, b"(module)").is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error for the reasons of [`Module::new`].
    pub fn from_binary(engine: &Engine, binary: &[u8]) -> Result<Module> {
        precompiled::refuse(binary)?;
        engine.prepare_to_compile(binary)?;
        // SAFETY: invariant "Owned object": the engine is alive, as it is borrowed, and the
        // bytes are readable. If there is no error, an owned module is written, as `from_c`
        // requires, and its name and tables are read from the same binary.
        unsafe {
            let raw = Owned::out(|out| {
                wasmtime_module_new(engine.as_ptr(), binary.as_ptr(), binary.len(), out)
            })?;
            Ok(Module::from_c(
                engine,
                raw,
                binary::name(binary),
                binary::tables(binary),
            ))
        }
    }

    /// Validates a module in the binary format without compiling it.
    ///
    /// That is much faster than compiling. A valid module may still fail to compile, if it
    /// exceeds a limit of the compiler.
    ///
    /// Calls `wasmtime_module_validate`.
    ///
    #[doc = example!(compiler)]
    /// use libwasmtime::{Engine, Module};
    ///
    /// let engine = Engine::default();
    /// Module::validate(&engine, b"\0asm\x01\0\0\0")?;
    /// // A section whose size exceeds the module.
    /// assert!(Module::validate(&engine, b"\0asm\x01\0\0\0\x01\x7f").is_err());
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the module is malformed, or invalid with the engine's settings;
    /// - the bytes are precompiled code;
    /// - the system doesn't start the threads that libwasmtime validates on (see
    ///   `Config::parallel_compilation`);
    /// - libwasmtime was built without a compiler ([`Unsupported`](crate::Unsupported)).
    pub fn validate(engine: &Engine, binary: &[u8]) -> Result<()> {
        precompiled::refuse(binary)?;
        engine.prepare_to_validate()?;
        // SAFETY: invariant "Owned object": the engine is alive, as it is borrowed, and the
        // bytes are readable.
        unsafe {
            check(wasmtime_module_validate(
                engine.as_ptr(),
                binary.as_ptr(),
                binary.len(),
            ))
        }
    }
}
