//! Imports and exports of modules.

use super::{ExternType, TableLimits};
use crate::Engine;
use crate::sys::*;
use crate::vec::{ExportTypeVec, ImportTypeVec};
use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

/// An import as plain data, which doesn't borrow from its module.
#[derive(Debug, Clone)]
pub(crate) struct ImportDef {
    pub(crate) module: String,
    pub(crate) name: String,
    pub(crate) ty: ExternType,
}

/// An export as plain data, which doesn't borrow from its module.
#[derive(Debug, Clone)]
pub(crate) struct ExportDef {
    pub(crate) name: String,
    pub(crate) ty: ExternType,
}

impl ImportDef {
    /// Copies the imports of a module.
    ///
    /// # Safety
    ///
    /// The imports must be those of a module of `engine`, and `tables` the limits of
    /// the tables among them, in their order. If `tables` is empty, all limits must fit
    /// into 32 bits.
    pub(crate) unsafe fn all_from_c(
        engine: &Engine,
        imports: &ImportTypeVec,
        tables: &[TableLimits],
    ) -> Vec<ImportDef> {
        let mut tables = tables.iter().copied();
        imports
            .iter()
            .flatten()
            // SAFETY: the import is owned by `imports`, and so valid; it is of a module of
            // `engine`, and `tables` has its limits, as this function requires.
            .map(|import| unsafe { ImportDef::from_c(engine, import.as_ptr(), &mut tables) })
            .collect()
    }

    /// Copies an import.
    ///
    /// # Safety
    ///
    /// `import` must be valid, and come from a module of `engine`. If it is a table,
    /// the next of `tables`, if any, must be its limits.
    unsafe fn from_c(
        engine: &Engine,
        import: *const wasm_importtype_t,
        tables: &mut impl Iterator<Item = TableLimits>,
    ) -> ImportDef {
        // SAFETY: `import` is valid and of `engine`, as this function requires; the names
        // and the type are borrowed from it.
        unsafe {
            ImportDef {
                module: text(wasm_importtype_module(import)),
                name: text(wasm_importtype_name(import)),
                ty: ExternType::from_c(engine, wasm_importtype_type(import), tables),
            }
        }
    }
}

/// All exports of a module, in its order.
pub(crate) struct ExportDefs {
    defs: Vec<ExportDef>,
    /// The indices of the exports, sorted by the exports' names. Created at the first
    /// search.
    by_name: OnceLock<Vec<usize>>,
}

impl ExportDefs {
    /// Copies the exports of a module.
    ///
    /// # Safety
    ///
    /// As [`ImportDef::all_from_c`] requires of imports.
    pub(crate) unsafe fn from_c(
        engine: &Engine,
        exports: &ExportTypeVec,
        tables: &[TableLimits],
    ) -> ExportDefs {
        let mut tables = tables.iter().copied();
        let defs = exports
            .iter()
            .flatten()
            // SAFETY: the export is owned by `exports`, and so valid; it is of a module of
            // `engine`, and `tables` has its limits, as this function requires.
            .map(|export| unsafe { ExportDef::from_c(engine, export.as_ptr(), &mut tables) })
            .collect();
        ExportDefs {
            defs,
            by_name: OnceLock::new(),
        }
    }

    /// Returns the index of the export with that name; no two have the same.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        let name_at = |place: usize| self.defs[place].name.as_str();
        let by_name = self.by_name.get_or_init(|| {
            let mut places: Vec<_> = (0..self.defs.len()).collect();
            places.sort_unstable_by_key(|place| name_at(*place));
            places
        });
        let found = by_name.binary_search_by_key(&name, |place| name_at(*place));
        found.ok().map(|index| by_name[index])
    }
}

impl Deref for ExportDefs {
    type Target = [ExportDef];

    fn deref(&self) -> &[ExportDef] {
        &self.defs
    }
}

impl ExportDef {
    /// Copies an export.
    ///
    /// # Safety
    ///
    /// As [`ImportDef::from_c`] requires of an import.
    unsafe fn from_c(
        engine: &Engine,
        export: *const wasm_exporttype_t,
        tables: &mut impl Iterator<Item = TableLimits>,
    ) -> ExportDef {
        // SAFETY: `export` is valid and of `engine`, as this function requires; the name
        // and the type are borrowed from it.
        unsafe {
            ExportDef {
                name: text(wasm_exporttype_name(export)),
                ty: ExternType::from_c(engine, wasm_exporttype_type(export), tables),
            }
        }
    }
}

/// Copies a name. Names in a valid module are UTF-8.
///
/// # Safety
///
/// `name` must be valid.
unsafe fn text(name: *const wasm_name_t) -> String {
    // SAFETY: `name` is valid, as this function requires, and a vector of this crate has
    // its layout.
    let name = unsafe { &*name.cast::<crate::vec::ByteVec>() };
    name.to_string_lossy().into_owned()
}

/// An import of a module: its two names, and the type that it must have.
///
/// [`Module::imports`](crate::Module::imports) returns them.
///
#[doc = example!(wat)]
/// use libwasmtime::{Engine, Module};
///
/// let engine = Engine::default();
/// let module = Module::new(&engine, r#"(module (import "env" "log" (func (param i32 i32))))"#)?;
/// for import in module.imports() {
///     assert_eq!((import.module(), import.name()), ("env", "log"));
///     assert_eq!(import.ty().unwrap_func().params().len(), 2);
/// }
/// # Ok::<(), libwasmtime::Error>(())
/// ```
// Covariant, `Send` and `Sync`, as shared references to plain data are.
#[derive(Clone)]
pub struct ImportType<'module> {
    module: &'module str,
    name: &'module str,
    ty: &'module ExternType,
}

impl<'module> ImportType<'module> {
    pub(crate) fn new(import: &'module ImportDef) -> ImportType<'module> {
        ImportType {
            module: &import.module,
            name: &import.name,
            ty: &import.ty,
        }
    }

    /// Returns the name of the module that the item is imported from.
    pub fn module(&self) -> &'module str {
        self.module
    }

    /// Returns the item's name in that module.
    pub fn name(&self) -> &'module str {
        self.name
    }

    /// Returns the type that the item must have.
    pub fn ty(&self) -> ExternType {
        self.ty.clone()
    }
}

impl fmt::Debug for ImportType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportType")
            .field("module", &self.module)
            .field("name", &self.name)
            .field("ty", &self.ty)
            .finish()
    }
}

/// An export of a module: its name and its type.
///
/// [`Module::exports`](crate::Module::exports) returns them.
///
#[doc = example!(wat)]
/// use libwasmtime::{Engine, ExternType, Module};
///
/// let engine = Engine::default();
/// let module = Module::new(
///     &engine,
///     r#"(module (func (export "run")) (memory (export "memory") 1))"#,
/// )?;
/// let functions: Vec<_> = module
///     .exports()
///     .filter(|export| matches!(export.ty(), ExternType::Func(_)))
///     .map(|export| export.name().to_owned())
///     .collect();
/// assert_eq!(functions, ["run"]);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
// Covariant, `Send` and `Sync`, as `ImportType` is.
#[derive(Clone)]
pub struct ExportType<'module> {
    name: &'module str,
    ty: &'module ExternType,
}

impl<'module> ExportType<'module> {
    pub(crate) fn new(export: &'module ExportDef) -> ExportType<'module> {
        ExportType {
            name: &export.name,
            ty: &export.ty,
        }
    }

    /// Returns the export's name.
    pub fn name(&self) -> &'module str {
        self.name
    }

    /// Returns the export's type.
    pub fn ty(&self) -> ExternType {
        self.ty.clone()
    }
}

impl fmt::Debug for ExportType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExportType")
            .field("name", &self.name)
            .field("ty", &self.ty)
            .finish()
    }
}
