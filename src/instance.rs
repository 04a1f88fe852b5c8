//! Instances of modules.

#[cfg(feature = "async")]
mod asynchronous;

use crate::entity::entity;
use crate::error::{bail, format_err};
use crate::store::StoreOpaque;
use crate::sys::{wasmtime_extern_t, wasmtime_instance_export_get, wasmtime_instance_t};
use crate::{
    AsContextMut, Engine, Error, Export, Extern, Func, Global, Memory, Module, ModuleExport,
    Result, SharedMemory, StoreContext, StoreContextMut, Table, Tag, TypedFunc, WasmParams,
    WasmResults,
};
use std::hash::{Hash, Hasher};
use std::mem::MaybeUninit;

/// An instance of a module, in a store.
///
/// Its exports are how the host calls functions, reads and writes memories, and so on:
/// [`get_typed_func`](Instance::get_typed_func), [`get_memory`](Instance::get_memory) and
/// others find one by its name, [`exports`](Instance::exports) lists them all. Instances
/// are created by [`Linker::instantiate`](crate::Linker::instantiate), which finds the
/// imports by name, or by [`Instance::new`].
///
/// The handle is an index into its store: it is `Copy`, and valid for as long as the
/// store. The instance itself is freed with the store, not before. Using the handle with
/// another store panics.
///
/// # Examples
///
#[doc = example!(wat)]
/// use libwasmtime::{Engine, Instance, Module, Store};
///
/// let engine = Engine::default();
/// let module = Module::new(&engine, r#"
///     (module
///         (func (export "add") (param i32 i32) (result i32)
///             (i32.add (local.get 0) (local.get 1))))
/// "#)?;
/// let mut store = Store::new(&engine, ());
/// let instance = Instance::new(&mut store, &module, &[])?;
/// let add = instance.get_typed_func::<(i32, i32), i32>(&mut store, "add")?;
/// assert_eq!(add.call(&mut store, (40, 2))?, 42);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Instance(wasmtime_instance_t);

entity!(Instance(wasmtime_instance_t): store_id, __private);

impl Instance {
    /// Instantiates a module with the imports given, and runs its start function.
    ///
    /// The imports are in the order in which [`Module::imports`] lists them; their names
    /// don't matter. A [`Linker`](crate::Linker) finds imports by name. The start function
    /// is the one of the module's `start` section, not a function that is exported as
    /// `_start`.
    ///
    /// An instance whose start function fails stays in the store, and counts for its
    /// limits.
    ///
    /// Calls `wasmtime_instance_new`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - there are too many or too few imports, or one doesn't have the type that the
    ///   module imports;
    /// - an import belongs to another store, or an import or the module to another engine;
    /// - a shared memory would come into the store twice; see
    ///   [`SharedMemory`](SharedMemory#in-one-store);
    /// - the store's limits don't allow the instance; see
    ///   [`Store::limiter`](crate::Store::limiter);
    /// - the memory or the tables cannot be allocated;
    /// - the store requires asynchronous calls, or an asynchronous call is running in it: use
    ///   `new_async` (see [`Store`](crate::Store#asynchronous-calls));
    /// - an active segment is out of bounds, or the start function fails, as described
    ///   for [`TypedFunc::call`].
    ///
    /// # Panics
    ///
    /// Panics if a host function that the start function calls panics.
    ///
    /// # Examples
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Func, Instance, Module, Store};
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "report" (func $report (param i32)))
    ///         (func $start (call $report (i32.const 42)))
    ///         (start $start))
    /// "#)?;
    /// let mut store = Store::new(&engine, ());
    /// let report = Func::wrap(&mut store, |x: i32| println!("{x}"));
    /// Instance::new(&mut store, &module, &[report.into()])?;
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn new(
        mut store: impl AsContextMut,
        module: &Module,
        imports: &[Extern],
    ) -> Result<Instance> {
        let mut store = store.as_context_mut();
        check_engine(store.engine(), module)?;
        check_imports(&store, imports)?;
        // Before the memories are noted as the store's.
        #[cfg(feature = "async")]
        store.opaque_mut().check_sync()?;
        store
            .opaque_mut()
            .shared_memories
            .import(imports.iter().filter_map(Extern::as_shared_memory))?;
        let imports: Vec<_> = imports
            .iter()
            .map(|import| import.to_c(store.opaque()))
            .collect();
        // SAFETY: invariants "Context" and "Ownership": the store is borrowed exclusively,
        // `to_c` has checked that the imports belong to it, and the module belongs to its
        // engine.
        let instance =
            unsafe { StoreOpaque::instantiate(store.opaque_ptr(), module.as_ptr(), &imports) };
        // SAFETY: the instance was created from this module, in this store.
        Ok(unsafe { Instance::adopt(store.opaque_mut(), instance?, module) })
    }

    /// Takes the instance of a module that libwasmtime created.
    ///
    /// # Safety
    ///
    /// `instance` must have been created from `module`, in `store`.
    pub(crate) unsafe fn adopt(
        store: &mut StoreOpaque,
        instance: wasmtime_instance_t,
        module: &Module,
    ) -> Instance {
        // SAFETY: the instance belongs to the store, as this function requires.
        let instance = unsafe { Instance::from_c(instance, store) };
        store.instances.insert(instance.0.__private, module);
        instance
    }

    /// Returns the handle of an instance, from its index and its store's id.
    pub(crate) fn from_index(store_id: u64, index: usize) -> Instance {
        Instance(wasmtime_instance_t {
            store_id,
            __private: index,
        })
    }

    /// Returns the module that was instantiated.
    ///
    /// # Panics
    ///
    /// Panics if the instance belongs to another store.
    pub fn module<'a, T: 'static>(&self, store: impl Into<StoreContext<'a, T>>) -> &'a Module {
        let opaque = store.into().opaque();
        let instance = self.to_c(opaque);
        opaque
            .instances
            .module(instance.__private)
            .expect("a handle is created together with the note of its module")
    }

    /// Returns all exports, in the module's order.
    ///
    /// # Panics
    ///
    /// Panics if the instance belongs to another store.
    ///
    /// # Examples
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Extern, Instance, Module, Store};
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (memory (export "memory") 1)
    ///         (func (export "test_a"))
    ///         (func (export "test_b")))
    /// "#)?;
    /// let mut store = Store::new(&engine, ());
    /// let instance = Instance::new(&mut store, &module, &[])?;
    ///
    /// // Collected first, as the exports borrow the store, which the calls need.
    /// let mut tests = Vec::new();
    /// for export in instance.exports(&mut store) {
    ///     let name = export.name().to_owned();
    ///     if let Extern::Func(test) = export.into_extern() {
    ///         tests.push((name, test));
    ///     }
    /// }
    /// assert_eq!(tests.len(), 2);
    /// for (name, test) in tests {
    ///     test.typed::<(), ()>(&store)?.call(&mut store, ())?;
    ///     println!("{name} passed");
    /// }
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn exports<'a, T: 'static>(
        &'a self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> impl ExactSizeIterator<Item = Export<'a>> + 'a {
        let mut store = store.into();
        let module = self.module(&store).clone();
        let items: Vec<_> = module
            .exports()
            .map(|export| {
                self.get_export(&mut store, export.name())
                    .expect("the module has this export")
            })
            .collect();
        let exports = self.module(StoreContext::from(store)).export_defs();
        exports
            .iter()
            .zip(items)
            .map(|(export, item)| Export::new(&export.name, item))
    }

    /// Returns the export of that name, or `None` if there is none.
    ///
    /// Calls `wasmtime_instance_export_get`.
    ///
    /// # Panics
    ///
    /// Panics if the instance belongs to another store.
    pub fn get_export(&self, mut store: impl AsContextMut, name: &str) -> Option<Extern> {
        self.export_in(store.as_context_mut().opaque_mut(), name)
    }

    /// Does what [`Instance::get_export`] does.
    pub(crate) fn export_in(&self, store: &mut StoreOpaque, name: &str) -> Option<Extern> {
        let instance = self.to_c(store);
        let mut out = MaybeUninit::<wasmtime_extern_t>::uninit();
        // SAFETY: invariants "Context" and "Ownership"; the name is a borrowed string.
        // On success, `out` is initialized with an owned item of this store's instance.
        unsafe {
            wasmtime_instance_export_get(
                store.begin_change(),
                &instance,
                name.as_ptr().cast(),
                name.len(),
                out.as_mut_ptr(),
            )
            .then(|| Extern::from_export(out.assume_init(), store))
        }
    }

    /// Returns the export at a position that was looked up in the module.
    ///
    /// Returns `None` if it is a position in another module; see
    /// [`Module::get_export_index`].
    ///
    /// # Panics
    ///
    /// Panics if the instance belongs to another store.
    pub fn get_module_export(
        &self,
        mut store: impl AsContextMut,
        export: &ModuleExport,
    ) -> Option<Extern> {
        let store = store.as_context_mut();
        let module = self.module(&store).clone();
        self.get_export(store, module.name_of_export(export)?)
    }

    /// Returns the export of that name, or `None` if it is not a function.
    ///
    /// # Panics
    ///
    /// Panics if the instance belongs to another store.
    pub fn get_func(&self, store: impl AsContextMut, name: &str) -> Option<Func> {
        self.get_export(store, name)?.into_func()
    }

    /// Returns the function of that name, with its type checked.
    ///
    /// [`Func::typed`] says which types `Params` and `Results` may be.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - there is no export of that name, or it is not a function;
    /// - its type doesn't match `Params` and `Results`.
    ///
    /// # Panics
    ///
    /// Panics if the instance belongs to another store.
    ///
    /// # Examples
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Instance, Module, Store};
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (func (export "div_rem") (param i64 i64) (result i64 i64)
    ///             (i64.div_s (local.get 0) (local.get 1))
    ///             (i64.rem_s (local.get 0) (local.get 1))))
    /// "#)?;
    /// let mut store = Store::new(&engine, ());
    /// let instance = Instance::new(&mut store, &module, &[])?;
    ///
    /// // Several parameters or results are a tuple.
    /// let div_rem = instance.get_typed_func::<(i64, i64), (i64, i64)>(&mut store, "div_rem")?;
    /// assert_eq!(div_rem.call(&mut store, (17, 5))?, (3, 2));
    ///
    /// // The error says which types differ.
    /// let error = instance.get_typed_func::<i32, i64>(&mut store, "div_rem").unwrap_err();
    /// assert!(format!("{error:#}").contains("type mismatch with parameters"));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn get_typed_func<Params, Results>(
        &self,
        mut store: impl AsContextMut,
        name: &str,
    ) -> Result<TypedFunc<Params, Results>>
    where
        Params: WasmParams,
        Results: WasmResults,
    {
        let func = match self.get_export(&mut store, name) {
            Some(Extern::Func(func)) => func,
            other => return Err(not_found(name, other)),
        };
        func.typed(store).map_err(|error| not_typed(name, error))
    }

    /// Returns the export of that name, or `None` if it is not a table.
    ///
    /// # Panics
    ///
    /// Panics if the instance belongs to another store.
    pub fn get_table(&self, store: impl AsContextMut, name: &str) -> Option<Table> {
        self.get_export(store, name)?.into_table()
    }

    /// Returns the export of that name, or `None` if it is not an unshared memory.
    ///
    /// # Panics
    ///
    /// Panics if the instance belongs to another store.
    ///
    /// # Examples
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Instance, Module, Store};
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (memory (export "memory") 1)
    ///         (data (i32.const 16) "hello"))
    /// "#)?;
    /// let mut store = Store::new(&engine, ());
    /// let instance = Instance::new(&mut store, &module, &[])?;
    /// let memory = instance.get_memory(&mut store, "memory").expect("it is exported");
    /// assert_eq!(&memory.data(&store)[16..21], b"hello");
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn get_memory(&self, store: impl AsContextMut, name: &str) -> Option<Memory> {
        self.get_export(store, name)?.into_memory()
    }

    /// Returns the export of that name, or `None` if it is not a shared memory.
    ///
    /// # Panics
    ///
    /// Panics if the instance belongs to another store.
    pub fn get_shared_memory(&self, store: impl AsContextMut, name: &str) -> Option<SharedMemory> {
        self.get_export(store, name)?.into_shared_memory()
    }

    /// Returns the export of that name, or `None` if it is not a global.
    ///
    /// # Panics
    ///
    /// Panics if the instance belongs to another store.
    pub fn get_global(&self, store: impl AsContextMut, name: &str) -> Option<Global> {
        self.get_export(store, name)?.into_global()
    }

    /// Returns the export of that name, or `None` if it is not a tag.
    ///
    /// # Panics
    ///
    /// Panics if the instance belongs to another store.
    pub fn get_tag(&self, store: impl AsContextMut, name: &str) -> Option<Tag> {
        self.get_export(store, name)?.into_tag()
    }
}

/// Checks that items may be imported by an instance in a store.
///
/// # Errors
///
/// Returns an error if one belongs to another store or engine.
fn check_imports<T>(store: &StoreContextMut<'_, T>, imports: &[Extern]) -> Result<()> {
    if !imports
        .iter()
        .all(|import| import.comes_from_same_engine(store.engine()))
    {
        bail!(
            "cross-`Engine` instantiation is not currently supported: a shared memory among \
             the imports belongs to another engine than the store"
        );
    }
    if !imports
        .iter()
        .all(|import| import.store_id().is_none_or(|id| store.opaque().owns(id)))
    {
        return Err(cross_store_instantiation());
    }
    Ok(())
}

/// Creates the error for an import that belongs to another store than the instance.
pub(crate) fn cross_store_instantiation() -> Error {
    format_err!(
        "cross-`Store` instantiation is not currently supported: an import is used with the wrong \
         store, as it belongs to another one"
    )
}

#[cold]
fn not_found(name: &str, found: Option<Extern>) -> Error {
    let found = match found {
        None => "there is no export of that name",
        Some(Extern::Func(_)) => unreachable!("a function was looked for"),
        Some(Extern::Global(_)) => "it is a global",
        Some(Extern::Table(_)) => "it is a table",
        Some(Extern::Memory(_) | Extern::SharedMemory(_)) => "it is a memory",
        Some(Extern::Tag(_)) => "it is a tag",
    };
    format_err!("failed to find function export `{name}`: {found}")
}

#[cold]
fn not_typed(name: &str, error: Error) -> Error {
    error.context(format!("failed to convert function `{name}` to given type"))
}

/// Checks that a module belongs to the engine of a store or linker.
///
/// # Errors
///
/// Returns an error if it belongs to another one.
pub(crate) fn check_engine(engine: &Engine, module: &Module) -> Result<()> {
    if Engine::same(engine, module.engine()) {
        Ok(())
    } else {
        bail!(
            "cross-`Engine` instantiation is not currently supported: the module belongs to \
             another engine than the store or linker"
        )
    }
}

impl PartialEq for Instance {
    fn eq(&self, other: &Instance) -> bool {
        self.is(other)
    }
}

impl Eq for Instance {}

impl Hash for Instance {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.0.store_id, self.0.__private).hash(state);
    }
}
