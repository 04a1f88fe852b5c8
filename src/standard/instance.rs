//! Instances of modules.

use super::{AsContextMut, Extern, Module};
use crate::error::ensure;
use crate::store::imported_twice;
use crate::sys::{wasm_instance_delete, wasm_instance_exports, wasm_instance_new};
use crate::vec::ExternVec;
use crate::{Engine, Result};
use std::fmt;
use std::ptr;
use std::sync::Arc;

/// An instance of a module, whose code can run.
///
/// It is represented by its exports. Clones share them.
#[derive(Clone)]
pub struct Instance {
    module: Module,
    exports: Arc<[Extern]>,
}

impl Instance {
    /// Instantiates a module, and runs its start function. The imports must be in the order in
    /// which [`Module::imports`] lists them.
    ///
    /// Calls `wasm_instance_new` and `wasm_instance_exports`.
    ///
    /// # Errors
    ///
    /// Returns
    ///
    /// - [`Trap`](super::Trap) if there are too many or too few imports, if one isn't of the
    ///   type that the module requires, or if the start function fails, as for
    ///   [`Func::call`](super::Func::call);
    /// - an error if the module belongs to another engine than the store; or
    /// - an error if a shared memory is imported, unless the engine allows that: see
    ///   [`SharedMemory`](crate::SharedMemory#in-one-store).
    ///
    /// # Panics
    ///
    /// Panics if
    ///
    /// - an import belongs to another store; or
    /// - a host function that the start function calls panics.
    pub fn new(
        mut store: impl AsContextMut,
        module: &Module,
        imports: &[Extern],
    ) -> Result<Instance> {
        let store = store.as_context_mut();
        let state = store.state();
        ensure!(
            Engine::same(state.engine(), module.engine()),
            "the module was compiled by another engine than that of the store"
        );
        // With this API, a shared memory can only be one that an instance has defined.
        if imports
            .iter()
            .any(|import| import.may_fault_as_shared_memory(state.engine()))
        {
            return Err(imported_twice());
        }
        let imports: ExternVec = imports.iter().map(|item| Some(item.to_c(state))).collect();
        let mut instance = ptr::null_mut();
        // SAFETY: invariant "Owned object": the store is alive and borrowed exclusively, and
        // the state by shared references only. The module belongs to the store's engine, and
        // the imports to the store. What is returned is owned: the instance, or else a trap.
        let exports = unsafe {
            state.enter(|| {
                let mut trap = ptr::null_mut();
                instance =
                    wasm_instance_new(state.raw(), module.as_ptr(), imports.as_ptr(), &mut trap);
                trap
            })?;
            ensure!(!instance.is_null(), "libwasmtime failed without a reason");
            let exports = ExternVec::out(|out| wasm_instance_exports(instance, out));
            wasm_instance_delete(instance);
            exports
        };
        let exports = exports
            .into_iter()
            .flatten()
            .zip(module.export_defs().iter())
            // SAFETY: the exports belong to the store, and are in the order in which the module
            // declares them.
            .map(|(item, def)| unsafe { Extern::from_c(state, item, Some(&def.ty)) })
            .collect();
        Ok(Instance {
            module: module.clone(),
            exports,
        })
    }

    /// Returns the exports of the instance, in the order of [`Module::exports`].
    pub fn exports(&self) -> &[Extern] {
        &self.exports
    }

    /// Returns the export with that name; `None` if there is none.
    pub fn get_export(&self, name: &str) -> Option<&Extern> {
        self.exports.get(self.module.export_defs().place(name)?)
    }

    /// Returns the module that this is an instance of.
    pub fn module(&self) -> &Module {
        &self.module
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance")
            .field("exports", &self.exports)
            .finish_non_exhaustive()
    }
}
