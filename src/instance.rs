//! Instances of modules.

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

/// An instance of a module in a store: what runs.
///
/// The handle is a plain index: it can be copied, and stays valid as long as
/// its store. Using it with another store panics.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Instance(wasmtime_instance_t);

entity!(Instance(wasmtime_instance_t): store_id, __private);

impl Instance {
    /// Instantiates a module, with its imports in the order in which
    /// [`Module::imports`] lists them, and runs its start function.
    ///
    /// A [`Linker`](crate::Linker) finds the imports by name.
    ///
    /// Calls `wasmtime_instance_new`.
    ///
    /// # Errors
    ///
    /// If there are too many or too few imports, or one isn't of the type that
    /// the module wants; if the store's limits don't allow the instance; if an
    /// import is of another store, or it or the module of another engine; if a
    /// shared memory would come into the store twice, see
    /// [`SharedMemory`](SharedMemory#in-one-store); or if the start function fails,
    /// as for [`TypedFunc::call`].
    ///
    /// # Panics
    ///
    /// If a host function panics that the start function called.
    pub fn new(
        mut store: impl AsContextMut,
        module: &Module,
        imports: &[Extern],
    ) -> Result<Instance> {
        let mut store = store.as_context_mut();
        check_engine(store.engine(), module)?;
        if !imports
            .iter()
            .all(|import| import.comes_from_same_engine(store.engine()))
        {
            bail!(
                "cross-`Engine` instantiation is not currently supported: a shared memory \
                   among the imports belongs to another engine than the store"
            );
        }
        if !imports
            .iter()
            .all(|import| import.store_id().is_none_or(|id| store.opaque().owns(id)))
        {
            return Err(cross_store_instantiation());
        }
        store
            .opaque_mut()
            .shared_memories
            .import(imports.iter().filter_map(Extern::as_shared_memory))?;
        let imports: Vec<_> = imports
            .iter()
            .map(|import| import.to_c(store.opaque()))
            .collect();
        // SAFETY: invariants "Context" and "Ownership": the imports belong to the store,
        // which is borrowed, and the module to its engine.
        let instance =
            unsafe { StoreOpaque::instantiate(store.opaque_ptr(), module.as_ptr(), &imports) };
        // SAFETY: the instance is that of this module in this store.
        Ok(unsafe { Instance::adopt(store.opaque_mut(), instance?, module) })
    }

    /// Takes the instance of a module that libwasmtime created.
    ///
    /// # Safety
    ///
    /// It must be one of that module, and belong to the store.
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

    /// The instance of that index in the store with that id.
    pub(crate) fn from_index(store_id: u64, index: usize) -> Instance {
        Instance(wasmtime_instance_t {
            store_id,
            __private: index,
        })
    }

    /// The module that this is an instance of.
    ///
    /// # Panics
    ///
    /// If the instance is of another store.
    pub fn module<'a, T: 'static>(&self, store: impl Into<StoreContext<'a, T>>) -> &'a Module {
        let opaque = store.into().opaque();
        let instance = self.to_c(opaque);
        opaque
            .instances
            .module(instance.__private)
            .expect("every instance is made by this crate")
    }

    /// All exports, in the module's order.
    ///
    /// # Panics
    ///
    /// If the instance is of another store.
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

    /// The export of that name.
    ///
    /// Calls `wasmtime_instance_export_get`.
    ///
    /// # Panics
    ///
    /// If the instance is of another store.
    pub fn get_export(&self, mut store: impl AsContextMut, name: &str) -> Option<Extern> {
        let mut store = store.as_context_mut();
        let instance = self.to_c(store.opaque());
        let mut out = MaybeUninit::<wasmtime_extern_t>::uninit();
        // SAFETY: invariants "Context" and "Ownership"; `out` is initialised on
        // success, by an owned item of this store.
        unsafe {
            wasmtime_instance_export_get(
                store.raw(),
                &instance,
                name.as_ptr().cast(),
                name.len(),
                out.as_mut_ptr(),
            )
            .then(|| Extern::from_export(out.assume_init(), store.opaque_mut()))
        }
    }

    /// The export at that place in the module; `None` if it is a place in
    /// another module.
    ///
    /// # Panics
    ///
    /// If the instance is of another store.
    pub fn get_module_export(
        &self,
        mut store: impl AsContextMut,
        export: &ModuleExport,
    ) -> Option<Extern> {
        let store = store.as_context_mut();
        let module = self.module(&store).clone();
        self.get_export(store, module.name_of_export(export)?)
    }

    /// The export of that name, if it is a function.
    ///
    /// # Panics
    ///
    /// If the instance is of another store.
    pub fn get_func(&self, store: impl AsContextMut, name: &str) -> Option<Func> {
        self.get_export(store, name)?.into_func()
    }

    /// The function of that name, with its type checked.
    ///
    /// # Errors
    ///
    /// If there is no function of that name, or it is of another type than
    /// `Params` and `Results` say.
    ///
    /// # Panics
    ///
    /// If the instance is of another store.
    pub fn get_typed_func<Params, Results>(
        &self,
        mut store: impl AsContextMut,
        name: &str,
    ) -> Result<TypedFunc<Params, Results>>
    where
        Params: WasmParams,
        Results: WasmResults,
    {
        self.get_export(&mut store, name)
            .and_then(Extern::into_func)
            .ok_or_else(|| not_found(name))?
            .typed(store)
            .map_err(|error| not_typed(name, error))
    }

    /// The export of that name, if it is a table.
    ///
    /// # Panics
    ///
    /// If the instance is of another store.
    pub fn get_table(&self, store: impl AsContextMut, name: &str) -> Option<Table> {
        self.get_export(store, name)?.into_table()
    }

    /// The export of that name, if it is a memory that isn't shared.
    ///
    /// # Panics
    ///
    /// If the instance is of another store.
    pub fn get_memory(&self, store: impl AsContextMut, name: &str) -> Option<Memory> {
        self.get_export(store, name)?.into_memory()
    }

    /// The export of that name, if it is a shared memory.
    ///
    /// # Panics
    ///
    /// If the instance is of another store.
    pub fn get_shared_memory(&self, store: impl AsContextMut, name: &str) -> Option<SharedMemory> {
        self.get_export(store, name)?.into_shared_memory()
    }

    /// The export of that name, if it is a global.
    ///
    /// # Panics
    ///
    /// If the instance is of another store.
    pub fn get_global(&self, store: impl AsContextMut, name: &str) -> Option<Global> {
        self.get_export(store, name)?.into_global()
    }

    /// The export of that name, if it is a tag.
    ///
    /// # Panics
    ///
    /// If the instance is of another store.
    pub fn get_tag(&self, store: impl AsContextMut, name: &str) -> Option<Tag> {
        self.get_export(store, name)?.into_tag()
    }
}

/// What is said of an import that is of another store than the instance.
pub(crate) fn cross_store_instantiation() -> Error {
    format_err!(
        "cross-`Store` instantiation is not currently supported: an import is used with the wrong \
         store"
    )
}

#[cold]
fn not_found(name: &str) -> Error {
    format_err!("failed to find function export `{name}`")
}

#[cold]
fn not_typed(name: &str, error: Error) -> Error {
    error.context(format!("failed to convert function `{name}` to given type"))
}

pub(crate) fn check_engine(engine: &Engine, module: &Module) -> Result<()> {
    if Engine::same(engine, module.engine()) {
        Ok(())
    } else {
        bail!(
            "cross-`Engine` instantiation is not currently supported: the module was compiled by \
             another engine than that of the store or linker"
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
