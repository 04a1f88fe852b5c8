//! The imports of a module, found among the definitions of a linker.

use super::Linker;
use crate::error::fmt_list;
use crate::instance::check_engine;
use crate::{AsContext, AsContextMut, Error, Extern, ExternType, ImportType, Module, Result};
use std::fmt;

impl<T: 'static> Linker<T> {
    /// Returns the imports of a module, in their order.
    ///
    /// They are what [`Instance::new`](crate::Instance::new) takes. [`Linker::instantiate`] reports
    /// the first import that can't be linked; this function reports all of them.
    ///
    /// A host function becomes a function of `store`, and a constant a global, anew at each call.
    /// It is freed with the store, not before. If a host function is asynchronous, the store
    /// requires asynchronous calls from then on.
    ///
    /// Calls `wasmtime_linker_get` for each import.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - imports have no definition, or definitions of other types: the error is an
    ///   [`ImportsError`], which lists them all;
    /// - `module` belongs to another engine than the linker;
    /// - an import has a definition for which [`Linker::get`] returns an error.
    ///
    /// # Panics
    ///
    /// Panics if `store` belongs to another engine, or the definition of an import to another
    /// store.
    ///
    /// # Examples
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, ImportsError, Instance, Linker, Module, Store};
    ///
    /// let engine = Engine::default();
    /// let mut linker = Linker::new(&engine);
    /// linker.func_wrap("host", "double", |x: i32| x * 2)?;
    /// let mut store = Store::new(&engine, ());
    ///
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "double" (func $double (param i32) (result i32)))
    ///         (func (export "run") (result i32) (call $double (i32.const 21))))
    /// "#)?;
    /// let imports = linker.imports_for(&mut store, &module)?;
    /// let instance = Instance::new(&mut store, &module, &imports)?;
    /// let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
    /// assert_eq!(run.call(&mut store, ())?, 42);
    ///
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "double" (func (param i64)))
    ///         (import "host" "half" (func)))
    /// "#)?;
    /// let error = linker.imports_for(&mut store, &module).unwrap_err();
    /// let error = error.downcast_ref::<ImportsError>().expect("two can't be linked");
    /// let names: Vec<_> = error.items().iter().map(|item| item.name()).collect();
    /// assert_eq!(names, ["double", "half"]);
    /// assert!(error.items()[1].found().is_none());
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn imports_for(
        &self,
        mut store: impl AsContextMut<Data = T>,
        module: &Module,
    ) -> Result<Vec<Extern>> {
        let mut store = store.as_context_mut();
        self.assert_engine(store.engine());
        check_engine(&self.engine, module)?;
        self.definitions.check_engines(module)?;
        let mut imports = Vec::new();
        let mut items = Vec::new();
        for import in module.imports() {
            match self.look_up(&mut store, import.module(), import.name())? {
                Some(item) if fits(&store, &import.ty(), &item) => imports.push(item),
                item => {
                    let found = item.map(|item| item.ty(&store));
                    items.push(ImportMismatch::new(&import, found));
                }
            }
        }
        match items.is_empty() {
            true => Ok(imports),
            false => Err(Error::new(ImportsError { items })),
        }
    }
}

/// Reports whether an item may be imported where a module imports `expected`.
// Version 48: the same is compared when modules are linked; look at `matching.rs` in `wasmtime`.
fn fits(store: impl AsContext, expected: &ExternType, item: &Extern) -> bool {
    let found = item.ty(&store);
    match (expected, &found) {
        (ExternType::Func(expected), ExternType::Func(found)) => found.matches(expected),
        (ExternType::Global(expected), ExternType::Global(found)) => {
            let (to, from) = (expected.content(), found.content());
            expected.mutability() == found.mutability()
                && match expected.mutability().is_var() {
                    true => crate::ValType::eq(to, from),
                    false => from.matches(to),
                }
        }
        (ExternType::Table(expected), ExternType::Table(found)) => {
            let limits = (found.minimum(), found.maximum());
            crate::RefType::eq(expected.element(), found.element())
                && expected.is_64() == found.is_64()
                && fits_limits(
                    store,
                    (expected.minimum(), expected.maximum()),
                    item,
                    limits,
                )
        }
        (ExternType::Memory(expected), ExternType::Memory(found)) => {
            let limits = (found.minimum(), found.maximum());
            expected.is_64() == found.is_64()
                && expected.is_shared() == found.is_shared()
                && expected.page_size_log2() == found.page_size_log2()
                && fits_limits(
                    store,
                    (expected.minimum(), expected.maximum()),
                    item,
                    limits,
                )
        }
        (ExternType::Tag(expected), ExternType::Tag(found)) => {
            crate::FuncType::eq(expected.ty(), found.ty())
        }
        (
            ExternType::Func(_)
            | ExternType::Global(_)
            | ExternType::Table(_)
            | ExternType::Memory(_)
            | ExternType::Tag(_),
            _,
        ) => false,
    }
}

/// A minimum and a maximum.
type Limits = (u64, Option<u64>);

/// Compares limits. The present size of a memory or a table counts as its minimum.
fn fits_limits(store: impl AsContext, expected: Limits, item: &Extern, found: Limits) -> bool {
    let size = match item {
        Extern::Memory(memory) => memory.size(store),
        Extern::SharedMemory(memory) => memory.size(),
        Extern::Table(table) => table.size(store),
        Extern::Func(_) | Extern::Global(_) | Extern::Tag(_) => found.0,
    };
    let fits_maximum = match (expected.1, found.1) {
        (None, _) => true,
        (Some(expected), Some(found)) => found <= expected,
        (Some(_), None) => false,
    };
    size >= expected.0 && fits_maximum
}

/// The error for imports of a module that a linker doesn't define, or defines with other types.
///
/// [`Linker::imports_for`](crate::Linker::imports_for) returns it.
/// `error.downcast_ref::<ImportsError>()` finds it.
#[derive(Clone, Debug)]
pub struct ImportsError {
    items: Vec<ImportMismatch>,
}

impl ImportsError {
    /// Returns the imports that can't be linked, in their order. There is at least one.
    pub fn items(&self) -> &[ImportMismatch] {
        &self.items
    }
}

impl fmt::Display for ImportsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_list(f, "link", "import", &self.items)
    }
}

impl std::error::Error for ImportsError {}

/// An import that a linker doesn't define, or defines with another type; see [`ImportsError`].
#[derive(Clone, Debug)]
pub struct ImportMismatch {
    module: String,
    name: String,
    expected: ExternType,
    found: Option<ExternType>,
}

impl ImportMismatch {
    fn new(import: &ImportType<'_>, found: Option<ExternType>) -> ImportMismatch {
        ImportMismatch {
            module: import.module().to_owned(),
            name: import.name().to_owned(),
            expected: import.ty(),
            found,
        }
    }

    /// Returns the module name of the import.
    pub fn module(&self) -> &str {
        &self.module
    }

    /// Returns the item name of the import.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the type that the module imports.
    pub fn expected(&self) -> &ExternType {
        &self.expected
    }

    /// Returns the type of the definition; `None` if there is no definition.
    ///
    /// The present size of a memory or a table counts, which may be more than the minimum that
    /// this type tells.
    pub fn found(&self) -> Option<&ExternType> {
        self.found.as_ref()
    }
}

impl fmt::Display for ImportMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ImportMismatch {
            module,
            name,
            expected,
            found,
        } = self;
        write!(f, "expected `{module}`.`{name}` to be {expected}, found ")?;
        match found {
            Some(found) => write!(f, "{found}"),
            None => f.write_str("no definition"),
        }
    }
}
