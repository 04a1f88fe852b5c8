//! Asynchronous calls and instantiation.

use super::{Func, TypedFunc};
use crate::component::{
    Component, ComponentNamedList, Instance, InstancePre, Lift, Linker, Lower, Val,
};
use crate::store::StoreOpaque;
use crate::sys::wasmtime_component_instance_t;
use crate::{AsContextMut, Result};
use std::mem::MaybeUninit;

impl Func {
    /// Calls the function asynchronously with values whose types are known at run time.
    ///
    /// All else is as described for [`Func::call`] and [`TypedFunc::call_async`].
    ///
    /// Calls `wasmtime_component_func_call_async`.
    ///
    /// # Errors
    ///
    /// Returns an error for the reasons of [`Func::call`] that don't have to do with synchronous
    /// calls, and for those of [`TypedFunc::call_async`].
    ///
    /// # Panics
    ///
    /// Panics, when it is polled, if the function belongs to another store, or if a host function
    /// that is called panics.
    pub async fn call_async(
        &self,
        mut store: impl AsContextMut<Data: Send>,
        params: &[Val],
        results: &mut [Val],
    ) -> Result<()> {
        let mut store = store.as_context_mut();
        let mut vals = self.prepare(store.opaque_mut(), params, results)?;
        let (args, places) = vals.parts();
        // SAFETY: invariants "Context" and "Ownership": the store is borrowed, and the function and
        // its arguments belong to it. All are valid until the future has been dropped. The store's
        // data are `Send`.
        let called = unsafe {
            StoreOpaque::call_component_async(
                store.opaque_ptr(),
                self.get_c(store.opaque()),
                args,
                places,
            )
        }
        .await;
        self.finish(store.opaque_mut(), called, vals, results)
    }
}

impl<Params, Return> TypedFunc<Params, Return>
where
    Params: ComponentNamedList + Lower,
    Return: ComponentNamedList + Lift,
{
    /// Calls the function asynchronously.
    ///
    /// The future runs the component when it is polled, on a stack of its own. It is pending while
    /// a host function waits, whose future will wake the task.
    ///
    /// If the future is dropped before it has finished, the component is unwound, and no component
    /// of the store can be entered any more.
    ///
    /// Calls `wasmtime_component_func_call_async`.
    ///
    /// # Errors
    ///
    /// Returns an error for the reasons of [`TypedFunc::call`] that don't have to do with
    /// synchronous calls. Returns one as well if
    ///
    /// - there is no memory for the stack;
    /// - libwasmtime was built without `component-model-async`; the error is an
    ///   [`Unsupported`](crate::Unsupported).
    ///
    /// # Panics
    ///
    /// Panics, when it is polled, if the function belongs to another store, or if a host function
    /// that is called panics.
    pub async fn call_async(
        &self,
        mut store: impl AsContextMut<Data: Send>,
        params: Params,
    ) -> Result<Return>
    where
        Return: 'static,
    {
        let mut store = store.as_context_mut();
        let mut vals = Params::vals();
        let mut results = Return::vals();
        let lent = self.lower(store.opaque_mut(), &params, vals.as_mut())?;
        // SAFETY: invariants "Context" and "Ownership": the store is borrowed, and the function and
        // its arguments belong to it. All are valid until the future has been dropped. The store's
        // data are `Send`.
        let called = unsafe {
            StoreOpaque::call_component_async(
                store.opaque_ptr(),
                self.func().get_c(store.opaque()),
                vals.as_ref(),
                results.as_mut(),
            )
        }
        .await;
        self.finish(store.opaque_mut(), called, lent, results.as_ref())
    }
}

impl<T: 'static> InstancePre<T> {
    /// Creates an instance asynchronously, and runs the start functions of its modules.
    ///
    /// Calls `wasmtime_component_linker_instantiate_async`.
    ///
    /// # Errors
    ///
    /// Returns an error for the reasons of [`InstancePre::instantiate`] that don't have to do with
    /// synchronous calls, and for those of [`TypedFunc::call_async`].
    ///
    /// # Panics
    ///
    /// Panics, when it is polled, if a host function that is called panics.
    pub async fn instantiate_async(
        &self,
        mut store: impl AsContextMut<Data = T>,
    ) -> Result<Instance> {
        let mut store = store.as_context_mut();
        self.linked().prepare(&mut store, self.component())?;
        self.linked().add_async(store.opaque_mut())?;
        let mut instance = MaybeUninit::<wasmtime_component_instance_t>::uninit();
        // SAFETY: invariants "Context" and "Ownership": the store is borrowed, and is of the engine
        // and of the data of the linker, as `prepare` and the types say. All are valid until the
        // future has been dropped. The store's data are `Send`.
        unsafe {
            StoreOpaque::instantiate_component_async(
                store.opaque_ptr(),
                self.linked().as_ptr(),
                self.component().as_ptr(),
                instance.as_mut_ptr(),
            )
        }
        .await?;
        // SAFETY: the instance was written, and was created from these, in this store.
        Ok(unsafe { Instance::adopt(store.opaque_mut(), instance.assume_init(), self.origin()) })
    }
}

impl<T: 'static> Linker<T> {
    /// Instantiates a component asynchronously with imports from the linker, and runs the start
    /// functions of its modules.
    ///
    /// Calls `wasmtime_component_linker_instantiate_async`.
    ///
    /// # Errors
    ///
    /// Returns an error for the reasons of [`Linker::instantiate`] that don't have to do with
    /// synchronous calls, and for those of [`TypedFunc::call_async`].
    ///
    /// # Panics
    ///
    /// Panics, when it is polled, if a host function that is called panics.
    pub async fn instantiate_async(
        &self,
        store: impl AsContextMut<Data = T>,
        component: &Component,
    ) -> Result<Instance>
    where
        T: Send,
    {
        let pre = self.instantiate_pre(component)?;
        pre.instantiate_async(store).await
    }
}
