//! Compiled modules.

#[cfg(compiler)]
pub(crate) mod binary;
mod image;
#[cfg(compiler)]
mod precompiled;
mod trusted;

use crate::engine::Engine;
use crate::error::check;
use crate::error::{Context, format_err};
#[cfg(compiler)]
use crate::sys::{
    Feature, require, wasmtime_module_new, wasmtime_module_serialize, wasmtime_module_validate,
};
use crate::sys::{
    wasm_exporttype_vec_t, wasm_importtype_vec_t, wasmtime_module_delete,
    wasmtime_module_deserialize, wasmtime_module_deserialize_file, wasmtime_module_exports,
    wasmtime_module_image_range, wasmtime_module_imports, wasmtime_module_t,
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
use std::ptr::{self, NonNull};
use std::slice;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// A compiled module, ready to be instantiated any number of times.
///
/// Clones are the same module, counted; a module can be used from several
/// threads at a time.
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
    /// Owned.
    raw: NonNull<wasmtime_module_t>,
    engine: Engine,
    /// Tells this module from all others that there are and were.
    serial: u64,
    /// What the module's name section calls it.
    name: Option<String>,
    /// The limits of the imported and of the exported tables, where the C API
    /// can't describe one of them.
    tables: [Vec<TableLimits>; 2],
    imports: OnceLock<Vec<ImportDef>>,
    exports: OnceLock<ExportDefs>,
}

// SAFETY: the C object is a counted reference to the module, which may be used
// from any thread at any time; the rest is plain data.
unsafe impl Send for Inner {}
// SAFETY: as above.
unsafe impl Sync for Inner {}

/// Where an export is in a [`Module`], so that it needn't be looked up by name;
/// see [`Module::get_export_index`].
#[derive(Clone, Copy)]
pub struct ModuleExport {
    /// The serial number of the module.
    module: u64,
    index: usize,
}

impl ModuleExport {
    /// The serial number of the module.
    pub(crate) fn module_serial(&self) -> u64 {
        self.module
    }
}

impl Module {
    /// Compiles a module in the binary format, or in the text format if the
    /// crate's feature `wat` is on.
    ///
    /// Calls `wasmtime_module_new`, and `wasmtime_wat2wasm` for text.
    ///
    /// # Errors
    ///
    /// If the module is malformed or invalid, or uses a proposal that the engine
    /// doesn't have on; if the bytes are precompiled code, which is for
    /// [`Module::deserialize`]; if the system doesn't start the threads that libwasmtime
    /// compiles on, see `Config::parallel_compilation`; or, with
    /// [`Unsupported`](crate::Unsupported), if libwasmtime was built without a
    /// compiler or without `wat`.
    #[cfg(compiler)]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
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

    /// Compiles a module from a file in either format.
    ///
    /// # Errors
    ///
    /// If the file can't be read; if it is precompiled code, which is for
    /// [`Module::deserialize_file`]; and as for [`Module::new`].
    #[cfg(compiler)]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
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

    /// Compiles a module in the binary format only.
    ///
    /// Calls `wasmtime_module_new`.
    ///
    /// # Errors
    ///
    /// As for [`Module::new`].
    #[cfg(compiler)]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
    pub fn from_binary(engine: &Engine, binary: &[u8]) -> Result<Module> {
        precompiled::refuse(binary)?;
        engine.prepare_to_compile(binary)?;
        let mut raw = ptr::null_mut();
        // SAFETY: the engine is alive and the bytes are readable; `raw` is
        // written unless there is an error, and owned.
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

    /// Makes a module of what [`Module::serialize`](Module#method.serialize) or
    /// [`Engine::precompile_module`](Engine#method.precompile_module) returned, without
    /// compiling.
    ///
    /// The library that runs the code should be of the patch that compiled it:
    /// another of the same major version may have other defaults, and refuses code
    /// that was compiled with these. 48.0.8 refuses code of 48.0.0 for its default
    /// collector, say.
    ///
    /// The name of such a module isn't known: see [`Module::name`].
    ///
    /// Calls `wasmtime_module_deserialize`.
    ///
    /// # Errors
    ///
    /// If the bytes are no precompiled module, or one of another major version of
    /// libwasmtime, of another processor, or of an engine with other settings,
    /// defaults included.
    ///
    /// # Safety
    ///
    /// The bytes must be what a libwasmtime of this version made: they are
    /// native code, which isn't checked. And a table with 64-bit indices among
    /// the module's imports or exports must have limits below 2^32: others abort
    /// the process when the types are looked at.
    pub unsafe fn deserialize(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Module> {
        let bytes = bytes.as_ref();
        let mut raw = ptr::null_mut();
        // SAFETY: as for `from_binary`; the caller vouches for the code.
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

    /// The same from a file, which is mapped into memory rather than read.
    ///
    /// Calls `wasmtime_module_deserialize_file`.
    ///
    /// # Errors
    ///
    /// If the file can't be opened, if its path isn't UTF-8 or has a NUL, and as
    /// for [`Module::deserialize`].
    ///
    /// # Safety
    ///
    /// As for [`Module::deserialize`]; and the file must not change while the
    /// module is in use.
    pub unsafe fn deserialize_file(engine: &Engine, path: impl AsRef<Path>) -> Result<Module> {
        // SAFETY: as the caller says.
        unsafe { Module::deserialize_path(engine, path.as_ref()) }
    }

    /// # Safety
    ///
    /// As for [`Module::deserialize_file`].
    unsafe fn deserialize_path(engine: &Engine, path: &Path) -> Result<Module> {
        let shown = path.display();
        let text = path
            .to_str()
            .ok_or_else(|| format_err!("the path {shown} is not UTF-8"))?;
        let text = CString::new(text).map_err(|_| format_err!("the path {shown} has a NUL"))?;
        let mut raw = ptr::null_mut();
        // SAFETY: as for `deserialize`; the path is a C string.
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

    /// # Safety
    ///
    /// `raw` must be an owned module of `engine`, of which the rest is true.
    unsafe fn from_c(
        engine: &Engine,
        raw: *mut wasmtime_module_t,
        name: Option<String>,
        tables: [Vec<TableLimits>; 2],
    ) -> Module {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Module {
            inner: Arc::new(Inner {
                raw: NonNull::new(raw).expect("libwasmtime returns a module"),
                engine: engine.clone(),
                serial: NEXT.fetch_add(1, Ordering::Relaxed),
                name,
                tables,
                imports: OnceLock::new(),
                exports: OnceLock::new(),
            }),
        }
    }

    /// Checks a module in the binary format without compiling it.
    ///
    /// Calls `wasmtime_module_validate`.
    ///
    /// # Errors
    ///
    /// If it is malformed or invalid with the engine's settings; if the system doesn't
    /// start the threads that libwasmtime works on, as for [`Module::new`]; or, with
    /// [`Unsupported`](crate::Unsupported), if libwasmtime was built without a
    /// compiler.
    #[cfg(compiler)]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
    pub fn validate(engine: &Engine, binary: &[u8]) -> Result<()> {
        precompiled::refuse(binary)?;
        engine.prepare_to_validate()?;
        // SAFETY: the engine is alive and the bytes are readable.
        unsafe {
            check(wasmtime_module_validate(
                engine.as_ptr(),
                binary.as_ptr(),
                binary.len(),
            ))
        }
    }

    /// The compiled code, for [`Module::deserialize`].
    ///
    /// Calls `wasmtime_module_serialize`.
    ///
    /// # Errors
    ///
    /// With [`Unsupported`](crate::Unsupported), if libwasmtime was built
    /// without a compiler.
    #[cfg(compiler)]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
    pub fn serialize(&self) -> Result<Vec<u8>> {
        require(Feature::Compiler)?;
        let mut done = Ok(());
        let bytes = ByteVec::out(|out| {
            // SAFETY: the module is alive; `out` is overwritten unless there is
            // an error.
            done = unsafe { check(wasmtime_module_serialize(self.as_ptr(), out)) };
        });
        done?;
        Ok(bytes.to_vec())
    }

    /// What the module calls itself in its name section.
    ///
    /// The C API doesn't tell: the name is read from the binary, and so `None`
    /// for a module that was deserialized.
    pub fn name(&self) -> Option<&str> {
        self.inner.name.as_deref()
    }

    /// What the module imports, in the order in which
    /// [`Instance::new`](crate::Instance::new) wants it.
    ///
    /// Calls `wasmtime_module_imports`, once.
    pub fn imports<'module>(
        &'module self,
    ) -> impl ExactSizeIterator<Item = ImportType<'module>> + 'module {
        self.import_defs().iter().map(ImportType::new)
    }

    /// What the module exports.
    ///
    /// Calls `wasmtime_module_exports`, once.
    pub fn exports<'module>(
        &'module self,
    ) -> impl ExactSizeIterator<Item = ExportType<'module>> + 'module {
        self.export_defs().iter().map(ExportType::new)
    }

    /// The type of the export of that name.
    pub fn get_export(&self, name: &str) -> Option<ExternType> {
        let exports = self.export_defs();
        Some(exports[exports.place(name)?].ty.clone())
    }

    /// Where the export of that name is, for
    /// [`Instance::get_module_export`](crate::Instance::get_module_export).
    pub fn get_export_index(&self, name: &str) -> Option<ModuleExport> {
        let index = self.export_defs().place(name)?;
        Some(ModuleExport {
            module: self.inner.serial,
            index,
        })
    }

    /// What tells the module from all others that there are and were.
    pub(crate) fn serial(&self) -> u64 {
        self.inner.serial
    }

    /// The name of an export of this module; `None` if it is another module's.
    pub(crate) fn name_of_export(&self, export: &ModuleExport) -> Option<&str> {
        (export.module == self.inner.serial).then(|| self.export_defs()[export.index].name.as_str())
    }

    /// The engine that the module is of.
    pub fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// Where the compiled code is in memory, with its read-only data.
    ///
    /// For native profilers and debuggers. The range is valid as long as the
    /// module.
    ///
    /// Calls `wasmtime_module_image_range`.
    pub fn image_range(&self) -> Range<*const u8> {
        let (mut start, mut end) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: the module is alive.
        unsafe { wasmtime_module_image_range(self.as_ptr(), &mut start, &mut end) };
        start.cast_const().cast()..end.cast_const().cast()
    }

    /// The machine code of the module's functions, and of what enters and leaves
    /// them.
    ///
    /// With [`Engine::is_pulley`] it is bytecode. It is empty if the module
    /// needs no code.
    ///
    /// Calls `wasmtime_module_image_range`.
    pub fn text(&self) -> &[u8] {
        let Range { start, end } = self.image_range();
        // SAFETY: the range is one allocation, mapped for reading and as long as
        // the module, and libwasmtime doesn't write to it after compiling.
        let image = unsafe { slice::from_raw_parts(start, end.addr() - start.addr()) };
        image::text(image).unwrap_or_default()
    }

    /// Whether two are the same module: one a clone of the other.
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
                // SAFETY: the module is alive, and `out` is to be overwritten.
                unsafe { wasmtime_module_imports(self.as_ptr(), out) }
            });
            // SAFETY: the imports are those of a module of the engine; the
            // tables were read from the same binary.
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
                // SAFETY: as for the imports.
                unsafe { wasmtime_module_exports(self.as_ptr(), out) }
            });
            // SAFETY: as for the imports.
            unsafe { ExportDefs::from_c(engine, &exports, tables) }
        })
    }

    /// The C object, valid as long as `self`.
    pub(crate) fn as_ptr(&self) -> *mut wasmtime_module_t {
        self.inner.raw.as_ptr()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // SAFETY: the module is owned, and not used again.
        unsafe { wasmtime_module_delete(self.raw.as_ptr()) }
    }
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Module")
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}
