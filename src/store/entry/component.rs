//! Entries into components.
//!
//! Their C functions return an error alone, which may be a trap.

use crate::Result;
use crate::store::StoreOpaque;
use crate::sys::{
    wasmtime_component_func_call, wasmtime_component_func_t, wasmtime_component_instance_t,
    wasmtime_component_linker_instantiate, wasmtime_component_linker_t,
    wasmtime_component_resource_any_drop, wasmtime_component_resource_any_t, wasmtime_component_t,
    wasmtime_context_t, wasmtime_error_t,
};
use crate::vec::component::OwnedComponentVal;
use std::mem::MaybeUninit;
use std::ptr::NonNull;

/// The requirements are those of every entry.
impl StoreOpaque {
    /// Calls a function of a component. The results are overwritten if there is no error.
    ///
    /// # Safety
    ///
    /// As for every entry. `func` and the resources among the arguments must belong to the store.
    pub(crate) unsafe fn call_component(
        store: *mut StoreOpaque,
        func: *const wasmtime_component_func_t,
        args: &[OwnedComponentVal],
        results: &mut [OwnedComponentVal],
    ) -> Result<()> {
        // SAFETY: this function requires what `enter_component` and the C function require. A
        // result that is overwritten is dropped first.
        unsafe {
            StoreOpaque::enter_component(store, |context| {
                wasmtime_component_func_call(
                    func,
                    context,
                    args.as_ptr().cast(),
                    args.len(),
                    results.as_mut_ptr().cast(),
                    results.len(),
                )
            })
        }
    }

    /// Creates an instance of a component with imports from a linker.
    ///
    /// # Safety
    ///
    /// As for every entry. Linker and component must be alive and belong to the store's engine, and
    /// the definitions must be usable with the store.
    pub(crate) unsafe fn instantiate_component(
        store: *mut StoreOpaque,
        linker: *const wasmtime_component_linker_t,
        component: *const wasmtime_component_t,
    ) -> Result<wasmtime_component_instance_t> {
        let mut instance = MaybeUninit::uninit();
        // SAFETY: this function requires what `enter_component` and the C function require, which
        // writes the instance if there is no error.
        unsafe {
            StoreOpaque::enter_component(store, |context| {
                let out = instance.as_mut_ptr();
                wasmtime_component_linker_instantiate(linker, context, component, out)
            })?;
            Ok(instance.assume_init())
        }
    }

    /// Drops a handle of a resource, whose destructor may run code of a component.
    ///
    /// # Safety
    ///
    /// As for every entry. `resource` must be valid and belong to the store.
    pub(crate) unsafe fn drop_component_resource(
        store: *mut StoreOpaque,
        resource: *const wasmtime_component_resource_any_t,
    ) -> Result<()> {
        // SAFETY: this function requires what `enter_component` and the C function require.
        unsafe {
            StoreOpaque::enter_component(store, |context| {
                wasmtime_component_resource_any_drop(context, resource)
            })
        }
    }

    /// Runs `call`, which enters a component, and notes how it ends.
    ///
    /// # Safety
    ///
    /// As for every entry. `call` must return null or an owned error.
    #[inline]
    unsafe fn enter_component(
        store: *mut StoreOpaque,
        call: impl FnOnce(*mut wasmtime_context_t) -> *mut wasmtime_error_t,
    ) -> Result<()> {
        let mut begun = None;
        // SAFETY: this function requires what `enter` does. Nothing else refers to the note.
        unsafe {
            let state = NonNull::new_unchecked(store);
            let result = StoreOpaque::enter(store, |context, _| {
                begun = Some(StoreOpaque::unfinished_at(state).begin());
                call(context)
            });
            if let Some(begun) = begun {
                StoreOpaque::unfinished_at(state).end(begun, result.as_ref().err());
            }
            result
        }
    }
}
