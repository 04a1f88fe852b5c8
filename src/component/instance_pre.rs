//! [`InstancePre`]: components whose imports have been found.

use super::instance::Origin;
use super::linker::Linked;
use super::typed::InstanceType;
use super::{Component, Instance};
use crate::store::StoreOpaque;
use crate::{AsContextMut, Engine, Result};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

/// A component whose imports have been found in a [`Linker`](super::Linker), and compared, to be
/// instantiated many times.
///
/// [`Linker::instantiate_pre`](super::Linker::instantiate_pre) creates it. What is defined in the
/// linker later doesn't change it.
// `Send` and `Sync` for every `T`, and invariant in it, as the linker is.
pub struct InstancePre<T: 'static> {
    component: Component,
    linked: Arc<Linked>,
    data: PhantomData<fn(T) -> T>,
}

impl<T: 'static> InstancePre<T> {
    /// # Safety
    ///
    /// The definitions must be usable with stores of data `T`.
    pub(super) unsafe fn new(component: Component, linked: Arc<Linked>) -> InstancePre<T> {
        InstancePre {
            component,
            linked,
            data: PhantomData,
        }
    }

    /// Returns the component.
    pub fn component(&self) -> &Component {
        &self.component
    }

    /// Returns the engine of the component.
    pub fn engine(&self) -> &Engine {
        self.component.engine()
    }

    /// Returns what [`ComponentFunc::typecheck`](super::types::ComponentFunc::typecheck) takes.
    pub fn instance_type(&self) -> InstanceType<'_> {
        self.linked.instance_type()
    }

    /// Creates an instance, and runs the start functions of its modules.
    ///
    /// Calls `wasmtime_component_linker_instantiate`.
    ///
    /// # Errors
    ///
    /// Returns an error as [`Linker::instantiate`](super::Linker::instantiate) does.
    ///
    /// # Panics
    ///
    /// Panics if a host function that is called panics.
    pub fn instantiate(&self, mut store: impl AsContextMut<Data = T>) -> Result<Instance> {
        let mut store = store.as_context_mut();
        self.linked.prepare(&mut store, &self.component)?;
        self.linked.check_sync()?;
        // SAFETY: invariants "State", "Context" and "Ownership": the store is borrowed
        // exclusively, and is of the engine and of the data of the linker, as `prepare` and the
        // types say.
        let instance = unsafe {
            StoreOpaque::instantiate_component(
                store.opaque_ptr(),
                self.linked.as_ptr(),
                self.component.as_ptr(),
            )
        };
        // SAFETY: the instance was created from these, in this store.
        Ok(unsafe { Instance::adopt(store.opaque_mut(), instance?, self.origin()) })
    }

    #[cfg(feature = "component-model-async")]
    pub(super) fn linked(&self) -> &Linked {
        &self.linked
    }

    pub(super) fn origin(&self) -> Origin {
        Origin {
            component: self.component.clone(),
            linked: self.linked.clone(),
        }
    }
}

impl<T: 'static> Clone for InstancePre<T> {
    fn clone(&self) -> InstancePre<T> {
        InstancePre {
            component: self.component.clone(),
            linked: self.linked.clone(),
            data: PhantomData,
        }
    }
}

impl<T: 'static> fmt::Debug for InstancePre<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstancePre").finish_non_exhaustive()
    }
}
