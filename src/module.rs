//! [`Module`]: compiled modules.

#[cfg(compiler)]
pub(crate) mod binary;
#[cfg(compiler)]
#[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
mod compile;
mod image;
#[cfg(compiler)]
pub(crate) mod precompiled;
mod serialize;
#[cfg(any(feature = "wat", compiler))]
pub(crate) mod text;
mod trusted;

#[cfg(feature = "component-model")]
pub(crate) use serialize::load_file;

use crate::engine::Engine;
use crate::owned::Owned;
use crate::sys::{
    wasm_exporttype_vec_t, wasm_importtype_vec_t, wasmtime_module_exports,
    wasmtime_module_image_range, wasmtime_module_imports, wasmtime_module_t,
};
use crate::types::{ExportDefs, ImportDef, TableLimits};
use crate::vec::{ExportTypeVec, ImportTypeVec};
use crate::{ExportType, ExternType, ImportType};
use std::fmt;
use std::ops::Range;
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
    inner: Arc<ModuleInner>,
}

struct ModuleInner {
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

/// The index of an export of a [`Module`]; see [`Module::get_export_index`].
///
/// It saves looking the export up by name.
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
    /// Creates a module from a C object.
    ///
    /// # Safety
    ///
    /// `raw` must be a module of `engine`, and `name` and `tables` those of its binary;
    /// `tables` may be empty if all limits are below 2^32.
    pub(crate) unsafe fn from_c(
        engine: &Engine,
        raw: Owned<wasmtime_module_t>,
        name: Option<String>,
        tables: [Vec<TableLimits>; 2],
    ) -> Module {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Module {
            inner: Arc::new(ModuleInner {
                raw,
                engine: engine.clone(),
                serial: NEXT.fetch_add(1, Ordering::Relaxed),
                name,
                tables,
                imports: OnceLock::new(),
                exports: OnceLock::new(),
            }),
        }
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
        // SAFETY: invariant "Owned object": `self` owns the module; both pointers are written.
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
        // SAFETY: invariant "Owned object": the module is alive. The range is one allocation,
        // which is readable for as long as the module lives, and libwasmtime doesn't write to
        // it after compiling.
        let image = unsafe { slice::from_raw_parts(start, end.addr() - start.addr()) };
        image::text(image).unwrap_or_default()
    }

    /// Reports whether two modules are the same, as clones are.
    pub fn same(a: &Module, b: &Module) -> bool {
        Arc::ptr_eq(&a.inner, &b.inner)
    }

    pub(crate) fn import_defs(&self) -> &[ImportDef] {
        let ModuleInner {
            engine,
            tables: [tables, _],
            ..
        } = &*self.inner;
        self.inner.imports.get_or_init(|| {
            let imports = ImportTypeVec::out(|out: *mut wasm_importtype_vec_t| {
                // SAFETY: invariant "Owned object": `self` owns the module; `out` is to be
                // overwritten.
                unsafe { wasmtime_module_imports(self.as_ptr(), out) }
            });
            // SAFETY: the imports are those of a module of the engine; the tables were read
            // from the same binary.
            unsafe { ImportDef::all_from_c(engine, &imports, tables) }
        })
    }

    pub(crate) fn export_defs(&self) -> &ExportDefs {
        let ModuleInner {
            engine,
            tables: [_, tables],
            ..
        } = &*self.inner;
        self.inner.exports.get_or_init(|| {
            let exports = ExportTypeVec::out(|out: *mut wasm_exporttype_vec_t| {
                // SAFETY: invariant "Owned object": `self` owns the module; `out` is to be
                // overwritten.
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
