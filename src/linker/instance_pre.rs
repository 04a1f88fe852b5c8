//! Modules with imports, ready to be instantiated.

#[cfg(feature = "async")]
mod asynchronous;

use super::{Linker, Needs};
use crate::instance::check_engine;
use crate::owned::Owned;
use crate::store::StoreOpaque;
use crate::sys::wasmtime_instance_pre_t;
use crate::{AsContextMut, Instance, Module, Result, StoreContextMut};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

/// A module with imports whose types match, ready to be instantiated.
///
/// It is created by [`Linker::instantiate_pre`](crate::Linker::instantiate_pre), where an
/// example is, and the fastest way to create many instances of a module. Where no import
/// belongs to a store, it works for every store of its engine, on any thread.
///
/// If the module imports constants ([`HostModule::constant`](crate::bind::HostModule::constant)),
/// each instantiation copies the linker, and looks up the imports again: it takes longer then.
///
/// Clones share a reference count.
// `Send` and `Sync` for every `T`, as it contains no `T`. Invariant in `T`, as its host
// functions take stores of data `T` and no others; see `Linker`.
pub struct InstancePre<T> {
    inner: Arc<InstancePreInner<T>>,
    data: PhantomData<fn(T) -> T>,
}

struct InstancePreInner<T> {
    imports: Imports<T>,
    module: Module,
    needs: Needs,
}

/// Where the imports come from.
enum Imports<T> {
    LookedUp(Owned<wasmtime_instance_pre_t>),
    /// Some are constants, which become globals of each store.
    InEachStore(Linker<T>),
}

// SAFETY: the C object is bound to no thread, and the host functions that it owns are
// `Send`.
unsafe impl<T> Send for InstancePreInner<T> {}
// SAFETY: the C object is never changed, and the host functions that it owns are `Sync`.
unsafe impl<T> Sync for InstancePreInner<T> {}

impl<T: 'static> InstancePre<T> {
    /// Takes an object that libwasmtime returned.
    ///
    /// # Safety
    ///
    /// `raw` must have been created from `module` and imports with these needs. The host
    /// functions among the imports must take stores of data `T`.
    pub(crate) unsafe fn from_c(
        raw: Owned<wasmtime_instance_pre_t>,
        module: &Module,
        needs: Needs,
    ) -> InstancePre<T> {
        InstancePre::new(Imports::LookedUp(raw), module, needs)
    }

    /// Keeps a linker, for a module that imports constants. The types must have been compared.
    pub(super) fn with_linker(linker: Linker<T>, module: &Module, needs: Needs) -> InstancePre<T> {
        InstancePre::new(Imports::InEachStore(linker), module, needs)
    }

    fn new(imports: Imports<T>, module: &Module, needs: Needs) -> InstancePre<T> {
        InstancePre {
            inner: Arc::new(InstancePreInner {
                imports,
                module: module.clone(),
                needs,
            }),
            data: PhantomData,
        }
    }

    /// Returns the module.
    pub fn module(&self) -> &Module {
        &self.inner.module
    }

    /// Creates an instance in `store`, and runs its start function.
    ///
    /// Calls `wasmtime_instance_pre_instantiate`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - `store` belongs to another engine, or an import belongs to another store;
    /// - the module imports WASI functions of the linker, and `store` has no WASI context;
    /// - a shared memory would come into `store` twice; see
    ///   [`SharedMemory`](crate::SharedMemory#in-one-store);
    /// - the store's limits don't allow the instance; see
    ///   [`Store::limiter`](crate::Store::limiter);
    /// - the module imports an asynchronous host function, the store requires asynchronous
    ///   calls, or an asynchronous call is running in it: use `instantiate_async` (see
    ///   [`Store`](crate::Store#asynchronous-calls));
    /// - the start function fails, as described for
    ///   [`TypedFunc::call`](crate::TypedFunc::call).
    ///
    /// # Panics
    ///
    /// Panics if a host function that the start function calls panics.
    ///
    /// # Examples
    ///
    /// Instances for requests, on several threads:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Linker, Module, Result, Store};
    /// use std::thread;
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (func (export "square") (param i32) (result i32)
    ///             (i32.mul (local.get 0) (local.get 0))))
    /// "#)?;
    /// let pre = Linker::<()>::new(&engine).instantiate_pre(&module)?;
    ///
    /// let threads = [3, 4].map(|x| {
    ///     let pre = pre.clone();
    ///     thread::spawn(move || -> Result<i32> {
    ///         let mut store = Store::new(pre.module().engine(), ());
    ///         let instance = pre.instantiate(&mut store)?;
    ///         let square = instance.get_typed_func::<i32, i32>(&mut store, "square")?;
    ///         square.call(&mut store, x)
    ///     })
    /// });
    /// let [nine, sixteen] = threads.map(|thread| thread.join().expect("it doesn't panic"));
    /// assert_eq!((nine?, sixteen?), (9, 16));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn instantiate(&self, mut store: impl AsContextMut<Data = T>) -> Result<Instance> {
        let mut store = store.as_context_mut();
        self.inner.needs.check_sync()?;
        self.check(&mut store)?;
        // Before the memories are noted as the store's.
        #[cfg(feature = "async")]
        store.opaque_mut().check_sync()?;
        let this = self.in_store(&mut store)?;
        self.import_memories(&mut store)?;
        // SAFETY: invariants "Context" and "Ownership": the store is borrowed exclusively,
        // and `needs.check` has found that the imports may be used with it. The instance is
        // created from this module, in this store.
        unsafe {
            let instance = StoreOpaque::instantiate_pre(store.opaque_ptr(), this.as_ptr())?;
            Ok(Instance::adopt(store.opaque_mut(), instance, self.module()))
        }
    }

    /// Returns this, or the same with constants that are globals of the store.
    fn in_store(&self, store: &mut StoreContextMut<'_, T>) -> Result<Cow<'_, InstancePre<T>>> {
        match &self.inner.imports {
            Imports::LookedUp(_) => Ok(Cow::Borrowed(self)),
            Imports::InEachStore(linker) => linker.resolve(store, self.module()).map(Cow::Owned),
        }
    }

    /// Checks that the imports may be used with a store, but for shared memories and asynchrony.
    fn check(&self, store: &mut StoreContextMut<'_, T>) -> Result<()> {
        check_engine(store.engine(), self.module())?;
        self.inner.needs.supply_wasi(store)?;
        self.inner.needs.check(store.opaque())
    }

    /// Notes the shared memories among the imports as the store's.
    ///
    /// # Errors
    ///
    /// Returns an error if it has one of them already.
    fn import_memories(&self, store: &mut StoreContextMut<'_, T>) -> Result<()> {
        store
            .opaque_mut()
            .shared_memories
            .import(self.inner.needs.shared_memories())
    }
}

impl<T> InstancePre<T> {
    /// Returns the C object, which is valid as long as `self`.
    ///
    /// # Panics
    ///
    /// Panics if the module imports constants of the linker.
    pub(crate) fn as_ptr(&self) -> *const wasmtime_instance_pre_t {
        match &self.inner.imports {
            Imports::LookedUp(raw) => raw.as_ptr(),
            Imports::InEachStore(_) => panic!(
                "the module imports constants of the linker, which are globals of each store, so \
                 that there is no C object: instantiate it with the functions of this crate"
            ),
        }
    }
}

impl<T> Clone for InstancePre<T> {
    fn clone(&self) -> InstancePre<T> {
        InstancePre {
            inner: self.inner.clone(),
            data: PhantomData,
        }
    }
}

impl<T> fmt::Debug for InstancePre<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstancePre")
            .field("module", &self.inner.module)
            .finish_non_exhaustive()
    }
}
