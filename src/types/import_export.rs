//! What a module imports and exports.

use super::{ExternType, TableLimits};
use crate::Engine;
use crate::sys::*;
use crate::vec::{ExportTypeVec, ImportTypeVec};
use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

/// An import as data of its own, without the module it is of.
#[derive(Debug, Clone)]
pub(crate) struct ImportDef {
    pub(crate) module: String,
    pub(crate) name: String,
    pub(crate) ty: ExternType,
}

/// An export as data of its own, without the module it is of.
#[derive(Debug, Clone)]
pub(crate) struct ExportDef {
    pub(crate) name: String,
    pub(crate) ty: ExternType,
}

impl ImportDef {
    /// # Safety
    ///
    /// The imports must be those of a module of `engine`, and `tables` the
    /// limits of the tables among them, in their order; if there are none, all
    /// limits must fit into 32 bits.
    pub(crate) unsafe fn all_from_c(
        engine: &Engine,
        imports: &ImportTypeVec,
        tables: &[TableLimits],
    ) -> Vec<ImportDef> {
        let mut tables = tables.iter().copied();
        imports
            .iter()
            .flatten()
            // SAFETY: the import is valid; the caller vouches for the rest.
            .map(|import| unsafe { ImportDef::from_c(engine, import.as_ptr(), &mut tables) })
            .collect()
    }

    /// # Safety
    ///
    /// `import` must be valid, and come from a module of `engine`; the next of
    /// `tables` must be the limits of this table, if it is one.
    unsafe fn from_c(
        engine: &Engine,
        import: *const wasm_importtype_t,
        tables: &mut impl Iterator<Item = TableLimits>,
    ) -> ImportDef {
        // SAFETY: the caller vouches for `import`, which all the rest lives in.
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
    /// The places of the exports, in the order of their names; not before one is
    /// looked for.
    by_name: OnceLock<Vec<usize>>,
}

impl ExportDefs {
    /// # Safety
    ///
    /// As for [`ImportDef::all_from_c`].
    pub(crate) unsafe fn from_c(
        engine: &Engine,
        exports: &ExportTypeVec,
        tables: &[TableLimits],
    ) -> ExportDefs {
        let mut tables = tables.iter().copied();
        let defs = exports
            .iter()
            .flatten()
            // SAFETY: the export is a type that lives in `exports`, which come
            // from a module of `engine`; `tables` has its limits, if it is a table.
            .map(|export| unsafe { ExportDef::from_c(engine, export.as_ptr(), &mut tables) })
            .collect();
        ExportDefs {
            defs,
            by_name: OnceLock::new(),
        }
    }

    /// Where the export of that name is; no two have the same.
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
    /// # Safety
    ///
    /// As for [`ImportDef::from_c`].
    unsafe fn from_c(
        engine: &Engine,
        export: *const wasm_exporttype_t,
        tables: &mut impl Iterator<Item = TableLimits>,
    ) -> ExportDef {
        // SAFETY: the caller vouches for `export`, which all the rest lives in.
        unsafe {
            ExportDef {
                name: text(wasm_exporttype_name(export)),
                ty: ExternType::from_c(engine, wasm_exporttype_type(export), tables),
            }
        }
    }
}

/// Copies a name. Those of a module are UTF-8, or it wouldn't be valid.
///
/// # Safety
///
/// `name` must be valid.
unsafe fn text(name: *const wasm_name_t) -> String {
    // SAFETY: the caller vouches for `name`, and an owned vector has its layout.
    let name = unsafe { &*name.cast::<crate::vec::ByteVec>() };
    name.to_string_lossy().into_owned()
}

/// An import that a module needs: where it looks for it, and the type it wants.
///
/// `Module::imports` lists them.
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

    /// The name of the module that the item is imported from.
    pub fn module(&self) -> &'module str {
        self.module
    }

    /// The item's name in that module.
    pub fn name(&self) -> &'module str {
        self.name
    }

    /// The type the item must have.
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

/// An export that a module provides: its name and its type.
///
/// `Module::exports` lists them.
// As `ImportType`.
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

    /// The export's name.
    pub fn name(&self) -> &'module str {
        self.name
    }

    /// The export's type.
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
