//! [`Module`]: compiled modules.

#[cfg(compiler)]
pub(crate) mod binary;
mod image;
#[cfg(compiler)]
mod precompiled;
mod trusted;

use crate::engine::Engine;
use crate::error::check;
use crate::error::{Context, format_err};
use crate::owned::Owned;
#[cfg(compiler)]
use crate::sys::{
    Feature, require, wasmtime_module_new, wasmtime_module_serialize, wasmtime_module_validate,
};
use crate::sys::{
    wasm_exporttype_vec_t, wasm_importtype_vec_t, wasmtime_module_deserialize,
    wasmtime_module_deserialize_file, wasmtime_module_exports, wasmtime_module_image_range,
    wasmtime_module_imports, wasmtime_module_t,
};
use crate::types::{ExportDefs, ImportDef, TableLimits};
#[cfg(compiler)]
use crate::vec::ByteVec;
use crate::vec::{ExportTypeVec, ImportTypeVec};
use crate::{ExportType, ExternType, ImportType, Result};
use std::ffi::CString;
use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::ptr;
use std::slice;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// A compiled module, which can be instantiated any number of times.
///
/// A module has no state: memories, globals and tables belong to its instances, each in a
/// store. It can be instantiated in every store of its engine, with
/// [`Instance::new`](crate::Instance::new) or [`Linker`](crate::Linker).
///
/// - [`Module::new`](Module#method.new) and the like compile WebAssembly, which takes time
///   and needs a compiler in the library.
/// - [`Module::deserialize`] and the like load the code of a module that was compiled
///   before. That is fast and needs no compiler, but the code must be trusted.
///
/// Clones share a reference count and are the same module. Several threads can use a
/// module at a time.
///
#[doc = example!(wat)]
/// use libwasmtime::{Engine, Module};
///
/// let engine = Engine::default();
/// let module = Module::new(&engine, r#"
///     (module $answers
///         (import "host" "ask" (func))
///         (func (export "answer") (result i32) i32.const 42))
/// "#)?;
/// assert_eq!(module.name(), Some("answers"));
/// assert_eq!(module.imports().next().unwrap().module(), "host");
/// assert!(module.get_export("answer").unwrap().func().is_some());
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone)]
pub struct Module {
    inner: Arc<Inner>,
}

struct Inner {
    raw: Owned<wasmtime_module_t>,
    engine: Engine,
    /// A number that no other module of the process has or had.
    serial: u64,
    /// The module's name in its name section.
    name: Option<String>,
    /// The limits of the imported and of the exported tables, where the C API
    /// can't describe one of them.
    tables: [Vec<TableLimits>; 2],
    imports: OnceLock<Vec<ImportDef>>,
    exports: OnceLock<ExportDefs>,
}

/// The index of an export of a [`Module`], which saves looking it up by name; see
/// [`Module::get_export_index`].
#[derive(Clone, Copy)]
pub struct ModuleExport {
    /// The serial number of the module.
    module: u64,
    index: usize,
}

impl ModuleExport {
    /// Returns the serial number of the module.
    pub(crate) fn module_serial(&self) -> u64 {
        self.module
    }
}

impl Module {
    /// Compiles a module in the binary format, or in the text format if the Cargo feature
    /// `wat` is on.
    ///
    /// Bytes that don't begin with the magic number of the binary format are taken for
    /// text. The whole module is validated and compiled before this returns.
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
    /// - libwasmtime was built without a compiler or without `wat`
    ///   ([`Unsupported`](crate::Unsupported)).
    #[cfg(compiler)]
    pub fn new(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Module> {
        Module::from_bytes(engine, bytes.as_ref())
    }

    #[cfg(compiler)]
    fn from_bytes(engine: &Engine, bytes: &[u8]) -> Result<Module> {
        #[cfg(feature = "wat")]
        if !bytes.starts_with(b"\0asm") {
            precompiled::refuse(bytes)?;
            return Module::from_binary(engine, &crate::wat2wasm(bytes)?);
        }
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
    #[cfg(compiler)]
    pub fn from_file(engine: &Engine, file: impl AsRef<Path>) -> Result<Module> {
        Module::from_path(engine, file.as_ref())
    }

    #[cfg(compiler)]
    fn from_path(engine: &Engine, file: &Path) -> Result<Module> {
        let bytes = std::fs::read(file)
            .with_context(|| format!("failed to read from `{}`", file.display()))?;
        precompiled::refuse_file(file, &bytes)?;
        #[cfg(feature = "wat")]
        if !bytes.starts_with(b"\0asm") {
            return Module::from_binary(engine, &crate::wat::file_to_wasm(file, &bytes)?);
        }
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
    #[cfg(compiler)]
    pub fn from_binary(engine: &Engine, binary: &[u8]) -> Result<Module> {
        precompiled::refuse(binary)?;
        engine.prepare_to_compile(binary)?;
        let mut raw = ptr::null_mut();
        // SAFETY: the engine is alive, as it is borrowed, and the bytes are readable. If
        // there is no error, `raw` is an owned module, as `from_c` requires, and its name
        // and tables are read from the same binary.
        unsafe {
            check(wasmtime_module_new(
                engine.as_ptr(),
                binary.as_ptr(),
                binary.len(),
                &mut raw,
            ))?;
            Ok(Module::from_c(
                engine,
                raw,
                binary::name(binary),
                binary::tables(binary),
            ))
        }
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
        let mut raw = ptr::null_mut();
        // SAFETY: the engine is alive, as it is borrowed, the bytes are readable, and the
        // code is libwasmtime's, as this function requires. If there is no error, `raw` is
        // an owned module.
        unsafe {
            check(wasmtime_module_deserialize(
                engine.as_ptr(),
                bytes.as_ptr(),
                bytes.len(),
                &mut raw,
            ))?;
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
        let shown = path.display();
        let text = path
            .to_str()
            .ok_or_else(|| format_err!("the path {shown} is not UTF-8"))?;
        let text = CString::new(text)
            .map_err(|_| format_err!("the path {shown} contains a NUL character"))?;
        let mut raw = ptr::null_mut();
        // SAFETY: the engine is alive, as it is borrowed, the path is a C string, and the
        // file has libwasmtime's code and doesn't change, as this function requires. If
        // there is no error, `raw` is an owned module.
        unsafe {
            check(wasmtime_module_deserialize_file(
                engine.as_ptr(),
                text.as_ptr(),
                &mut raw,
            ))
            .with_context(|| format!("failed to load code from `{shown}`"))?;
            Ok(Module::from_c(engine, raw, None, Default::default()))
        }
    }

    /// Creates a module from a C object.
    ///
    /// # Safety
    ///
    /// `raw` must be an owned module of `engine`, with this name and these tables.
    unsafe fn from_c(
        engine: &Engine,
        raw: *mut wasmtime_module_t,
        name: Option<String>,
        tables: [Vec<TableLimits>; 2],
    ) -> Module {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Module {
            inner: Arc::new(Inner {
                // SAFETY: it is owned, as this function requires.
                raw: unsafe { Owned::from_c(raw) },
                engine: engine.clone(),
                serial: NEXT.fetch_add(1, Ordering::Relaxed),
                name,
                tables,
                imports: OnceLock::new(),
                exports: OnceLock::new(),
            }),
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
    #[cfg(compiler)]
    pub fn validate(engine: &Engine, binary: &[u8]) -> Result<()> {
        precompiled::refuse(binary)?;
        engine.prepare_to_validate()?;
        // SAFETY: the engine is alive, as it is borrowed, and the bytes are readable.
        unsafe {
            check(wasmtime_module_validate(
                engine.as_ptr(),
                binary.as_ptr(),
                binary.len(),
            ))
        }
    }

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
    pub fn serialize(&self) -> Result<Vec<u8>> {
        require(Feature::Compiler)?;
        let mut done = Ok(());
        let bytes = ByteVec::out(|out| {
            // SAFETY: `self` owns a reference to the module, so it is alive; `out` is
            // overwritten unless there is an error.
            done = unsafe { check(wasmtime_module_serialize(self.as_ptr(), out)) };
        });
        done?;
        Ok(bytes.to_vec())
    }

    /// Returns the module's name in its name section.
    ///
    /// In the text format it is the identifier after `module`. The C API has no function
    /// for it, so the name is read from the binary when the module is compiled: it is
    /// `None` for a module that was deserialized.
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Module};
    ///
    /// let engine = Engine::default();
    /// assert_eq!(Module::new(&engine, "(module $answers)")?.name(), Some("answers"));
    /// assert_eq!(Module::new(&engine, "(module)")?.name(), None);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn name(&self) -> Option<&str> {
        self.inner.name.as_deref()
    }

    /// Returns an iterator over the imports of the module.
    ///
    /// They are in the order of the module, in which
    /// [`Instance::new`](crate::Instance::new) expects them.
    ///
    /// Calls `wasmtime_module_imports`, once for each module.
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, ExternType, Module};
    ///
    /// let module = Module::new(&Engine::default(), r#"
    ///     (module
    ///         (import "host" "log" (func (param i32 i32)))
    ///         (import "env" "memory" (memory 1)))
    /// "#)?;
    /// for import in module.imports() {
    ///     match import.ty() {
    ///         ExternType::Func(ty) => assert_eq!(ty.params().len(), 2),
    ///         ExternType::Memory(ty) => assert_eq!(ty.minimum(), 1),
    ///         _ => panic!("`{}` of `{}` is unexpected", import.name(), import.module()),
    ///     }
    /// }
    /// assert_eq!(module.imports().len(), 2);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn imports<'module>(
        &'module self,
    ) -> impl ExactSizeIterator<Item = ImportType<'module>> + 'module {
        self.import_defs().iter().map(ImportType::new)
    }

    /// Returns an iterator over the exports of the module, in the order of the module.
    ///
    /// Calls `wasmtime_module_exports`, once for each module.
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Module};
    ///
    /// let module = Module::new(&Engine::default(), r#"
    ///     (module
    ///         (memory (export "memory") 1)
    ///         (func (export "run") (param i32) (result i32) local.get 0))
    /// "#)?;
    /// let names: Vec<&str> = module.exports().map(|export| export.name()).collect();
    /// assert_eq!(names, ["memory", "run"]);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn exports<'module>(
        &'module self,
    ) -> impl ExactSizeIterator<Item = ExportType<'module>> + 'module {
        self.export_defs().iter().map(ExportType::new)
    }

    /// Returns the type of the export with that name; `None` if there is none.
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Module};
    ///
    /// let module = Module::new(&Engine::default(), r#"
    ///     (module (func (export "run") (param i32) (result i32) local.get 0))
    /// "#)?;
    /// let run = module.get_export("run").and_then(|ty| ty.func().cloned());
    /// let run = run.expect("the module exports a function `run`");
    /// assert!(run.params().chain(run.results()).all(|ty| ty.is_i32()));
    /// assert!(module.get_export("walk").is_none());
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn get_export(&self, name: &str) -> Option<ExternType> {
        let exports = self.export_defs();
        Some(exports[exports.place(name)?].ty.clone())
    }

    /// Returns the index of the export with that name; `None` if there is none.
    ///
    /// With it, [`Instance::get_module_export`](crate::Instance::get_module_export) finds
    /// the export in each instance of the module without comparing names.
    pub fn get_export_index(&self, name: &str) -> Option<ModuleExport> {
        let index = self.export_defs().place(name)?;
        Some(ModuleExport {
            module: self.inner.serial,
            index,
        })
    }

    /// Returns a number that no other module of the process has or had.
    pub(crate) fn serial(&self) -> u64 {
        self.inner.serial
    }

    /// Returns the name of an export of this module; `None` if it belongs to another
    /// module.
    pub(crate) fn name_of_export(&self, export: &ModuleExport) -> Option<&str> {
        (export.module == self.inner.serial).then(|| self.export_defs()[export.index].name.as_str())
    }

    /// Returns the engine of the module.
    pub fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// Returns the addresses of the compiled code and its read-only data.
    ///
    /// It serves native profilers and debuggers. The range is valid as long as the module.
    ///
    /// Calls `wasmtime_module_image_range`.
    pub fn image_range(&self) -> Range<*const u8> {
        let (mut start, mut end) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: `self` owns a reference to the module, so it is alive; both pointers are
        // written.
        unsafe { wasmtime_module_image_range(self.as_ptr(), &mut start, &mut end) };
        start.cast_const().cast()..end.cast_const().cast()
    }

    /// Returns the machine code of the module's functions and of their trampolines.
    ///
    /// If [`Engine::is_pulley`] it is bytecode. It is empty if the module needs no code.
    ///
    /// Calls `wasmtime_module_image_range`.
    pub fn text(&self) -> &[u8] {
        let Range { start, end } = self.image_range();
        // SAFETY: the range is one allocation, which is readable for as long as the module
        // lives, and libwasmtime doesn't write to it after compiling.
        let image = unsafe { slice::from_raw_parts(start, end.addr() - start.addr()) };
        image::text(image).unwrap_or_default()
    }

    /// Reports whether two modules are the same, as clones are.
    pub fn same(a: &Module, b: &Module) -> bool {
        Arc::ptr_eq(&a.inner, &b.inner)
    }

    pub(crate) fn import_defs(&self) -> &[ImportDef] {
        let Inner {
            engine,
            tables: [tables, _],
            ..
        } = &*self.inner;
        self.inner.imports.get_or_init(|| {
            let imports = ImportTypeVec::out(|out: *mut wasm_importtype_vec_t| {
                // SAFETY: `self` owns a reference to the module, so it is alive, and `out`
                // is to be overwritten.
                unsafe { wasmtime_module_imports(self.as_ptr(), out) }
            });
            // SAFETY: the imports are those of a module of the engine; the tables were read
            // from the same binary.
            unsafe { ImportDef::all_from_c(engine, &imports, tables) }
        })
    }

    pub(crate) fn export_defs(&self) -> &ExportDefs {
        let Inner {
            engine,
            tables: [_, tables],
            ..
        } = &*self.inner;
        self.inner.exports.get_or_init(|| {
            let exports = ExportTypeVec::out(|out: *mut wasm_exporttype_vec_t| {
                // SAFETY: `self` owns a reference to the module, so it is alive, and `out`
                // is to be overwritten.
                unsafe { wasmtime_module_exports(self.as_ptr(), out) }
            });
            // SAFETY: the exports are those of a module of the engine; the tables were read
            // from the same binary.
            unsafe { ExportDefs::from_c(engine, &exports, tables) }
        })
    }

    /// Returns the C object, which is valid as long as `self`.
    pub(crate) fn as_ptr(&self) -> *mut wasmtime_module_t {
        self.inner.raw.as_ptr()
    }
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Module")
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}
