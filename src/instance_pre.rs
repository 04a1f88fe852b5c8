//! Modules whose imports have been found.

use crate::instance::check_engine;
use crate::linker::Needs;
use crate::owned::Owned;
use crate::sys::{wasmtime_instance_pre_instantiate, wasmtime_instance_pre_t};
use crate::{AsContextMut, Instance, Module, Result};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

/// A module with imports that fit, ready to be instantiated: the fastest way to
/// make many instances. Made by
/// [`Linker::instantiate_pre`](crate::Linker::instantiate_pre).
///
/// Clones share a reference count.
// `Send` and `Sync` whatever `T` is, as there is none in it. Invariant in `T`, as
// its host functions take stores of that data and no other; see `Linker`.
pub struct InstancePre<T> {
    inner: Arc<Inner>,
    data: PhantomData<fn(T) -> T>,
}

struct Inner {
    raw: Owned<wasmtime_instance_pre_t>,
    module: Module,
    needs: Needs,
}

// SAFETY: the C object is never changed, and may be used from any thread; what
// it holds of the host is `Send + Sync`.
unsafe impl Send for Inner {}
// SAFETY: as above.
unsafe impl Sync for Inner {}

impl<T: 'static> InstancePre<T> {
    /// # Safety
    ///
    /// `raw` must be of `module` with imports that need `needs`, whose host functions
    /// are for stores of data `T`.
    pub(crate) unsafe fn from_c(
        raw: Owned<wasmtime_instance_pre_t>,
        module: &Module,
        needs: Needs,
    ) -> InstancePre<T> {
        InstancePre {
            inner: Arc::new(Inner {
                raw,
                module: module.clone(),
                needs,
            }),
            data: PhantomData,
        }
    }

    /// The module.
    pub fn module(&self) -> &Module {
        &self.inner.module
    }

    /// Makes an instance, and runs its start function.
    ///
    /// Calls `wasmtime_instance_pre_instantiate`.
    ///
    /// # Errors
    ///
    /// If `store` is of another engine, or an import is of another store; if the
    /// module imports WASI, and `store` doesn't have it; if a shared memory would
    /// come into `store` twice, see [`SharedMemory`](crate::SharedMemory#in-one-store);
    /// if the store's limits don't allow the instance; or if the start function
    /// fails.
    ///
    /// # Panics
    ///
    /// If a host function that the start function calls panics.
    pub fn instantiate(&self, mut store: impl AsContextMut<Data = T>) -> Result<Instance> {
        let mut store = store.as_context_mut();
        check_engine(store.engine(), self.module())?;
        self.inner.needs.check(store.opaque())?;
        store
            .opaque_mut()
            .shared_memories
            .import(self.inner.needs.shared_memories())?;
        let context = store.raw();
        // SAFETY: invariant "Context"; the imports may be used with the store,
        // which is borrowed.
        unsafe {
            Instance::start(store.opaque_ptr(), self.module(), |instance, trap| {
                wasmtime_instance_pre_instantiate(self.as_ptr(), context, instance, trap)
            })
        }
    }
}

impl<T> InstancePre<T> {
    /// The C object, valid as long as `self`.
    pub(crate) fn as_ptr(&self) -> *const wasmtime_instance_pre_t {
        self.inner.raw.as_ptr()
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
