//! What a store knows about the components in it.

use super::func::Signature;
use super::instance::Origin;
use super::resource_any::Handles;
use super::types::Scope;
use crate::Engine;
use crate::sys::{wasmtime_component_func_t, wasmtime_component_instance_t};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// The part of a store's state that belongs to components.
#[derive(Default)]
pub struct InStore {
    /// What each instance was created from, by the index of its handle.
    instances: BTreeMap<u32, Origin>,
    /// The signatures of the functions that were called or looked up, by the indices of their
    /// handles.
    signatures: BTreeMap<(u32, u32), Arc<Signature>>,
    /// The resources that the host holds as [`ResourceAny`](super::ResourceAny).
    pub(super) handles: Handles,
    /// What the types of the components belong to.
    scope: OnceLock<Arc<Scope>>,
}

impl InStore {
    pub(super) fn insert(&mut self, instance: &wasmtime_component_instance_t, origin: Origin) {
        self.instances.insert(instance.__private, origin);
    }

    /// Returns what an instance of this store was created from.
    pub(super) fn origin(&self, instance: &wasmtime_component_instance_t) -> &Origin {
        self.instances
            .get(&instance.__private)
            .expect("a handle is created together with the note of its origin")
    }

    pub(crate) fn scope(&self, engine: &Engine) -> &Arc<Scope> {
        self.scope.get_or_init(|| Arc::new(Scope::new(engine)))
    }

    pub(super) fn signature(&self, func: &wasmtime_component_func_t) -> Option<Arc<Signature>> {
        self.signatures.get(&key(func)).cloned()
    }

    pub(super) fn insert_signature(
        &mut self,
        func: &wasmtime_component_func_t,
        signature: Arc<Signature>,
    ) {
        self.signatures.insert(key(func), signature);
    }
}

fn key(func: &wasmtime_component_func_t) -> (u32, u32) {
    (func.id.__private1, func.__private2)
}
