//! The modules that the instances of a store were created from.

use crate::{Instance, Module, ModuleExport};
use std::collections::BTreeMap;

/// The instances of a store, by their indices, and their modules.
///
/// A guest may create as many instances as the store's limits allow, so neither an index nor
/// a module is looked up by searching all of them.
#[derive(Default)]
pub(crate) struct Instances {
    /// Each instance and the number of its module, sorted.
    modules: Vec<(usize, u64)>,
    /// Each module, by its number, and its instances, the latest last.
    of: BTreeMap<u64, (Module, Vec<usize>)>,
}

impl Instances {
    /// Adds an instance of a module.
    pub(crate) fn insert(&mut self, instance: usize, module: &Module) {
        let serial = module.serial();
        // An instance's index is higher than those of the older ones, unless
        // its start function made others.
        // Version 48: instances are numbered upwards; look at `StoreInstanceId` in `wasmtime`.
        let place = self.modules.partition_point(|(index, _)| *index < instance);
        self.modules.insert(place, (instance, serial));
        self.of
            .entry(serial)
            .or_insert_with(|| (module.clone(), Vec::new()))
            .1
            .push(instance);
    }

    /// Returns the module of an instance.
    pub(crate) fn module(&self, instance: usize) -> Option<&Module> {
        let place = self
            .modules
            .binary_search_by_key(&instance, |(index, _)| *index)
            .ok()?;
        Some(&self.of.get(&self.modules[place].1)?.0)
    }

    /// Returns the name of an export and the number of instances that have it; `None` if
    /// there are none.
    pub(crate) fn with_export(&self, export: &ModuleExport) -> Option<(&str, usize)> {
        let (module, instances) = self.of.get(&export.module_serial())?;
        Some((module.name_of_export(export)?, instances.len()))
    }

    /// Returns one of the instances of an export's module, in the store with that id.
    pub(crate) fn nth(&self, store_id: u64, export: &ModuleExport, n: usize) -> Option<Instance> {
        let (_, instances) = self.of.get(&export.module_serial())?;
        Some(Instance::from_index(store_id, *instances.get(n)?))
    }
}
