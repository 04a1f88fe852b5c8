//! Asynchronous host functions, and asynchronous instantiation.

use super::module::{CALLING_INITIALIZER, ModuleKind, initializer};
use super::{InstancePre, Linker};
use crate::error::Context;
use crate::func::HostFunc;
use crate::instance::check_engine;
use crate::store::StoreOpaque;
use crate::sys::{Feature, require, wasmtime_func_async_callback_t};
use crate::{
    AsContextMut, Caller, Extern, Func, FuncType, Instance, Module, Result, StoreContextMut, Val,
    WasmRet, WasmTyList,
};
use std::future::Future;
use std::mem::MaybeUninit;
use std::sync::Arc;

impl<T> Linker<T> {
    pub fn func_new_async<F>(
        &mut self,
        module: &str,
        name: &str,
        ty: FuncType,
        func: F,
    ) -> Result<&mut Self>
    where
        F: for<'a> Fn(
                Caller<'a, T>,
                &'a [Val],
                &'a mut [Val],
            ) -> Box<dyn Future<Output = Result<()>> + Send + 'a>
            + Send
            + Sync
            + 'static,
        T: Send + 'static,
    {
        let host = HostFunc::untyped_async(&self.engine, ty, func);
        self.define_host(module, name, host)
    }

    pub fn func_wrap_async<F, Params: WasmTyList, Args: WasmRet>(
        &mut self,
        module: &str,
        name: &str,
        func: F,
    ) -> Result<&mut Self>
    where
        F: for<'a> Fn(Caller<'a, T>, Params) -> Box<dyn Future<Output = Args> + Send + 'a>
            + Send
            + Sync
            + 'static,
        T: Send + 'static,
    {
        let host = HostFunc::typed_async(&self.engine, func);
        self.define_host(module, name, host)
    }

    pub async fn instantiate_async(
        &self,
        mut store: impl AsContextMut<Data = T>,
        module: &Module,
    ) -> Result<Instance>
    where
        T: Send + 'static,
    {
        let mut store = store.as_context_mut();
        check_engine(&self.engine, module)?;
        check_engine(store.engine(), module)?;
        self.definitions.check(store.opaque(), module)?;
        self.resolve(&mut store, module)?
            .instantiate_async(store)
            .await
    }
}

impl<T: 'static> Linker<T> {
    pub async fn module_async(
        &mut self,
        mut store: impl AsContextMut<Data = T>,
        module_name: &str,
        module: &Module,
    ) -> Result<&mut Self>
    where
        T: Send + 'static,
    {
        let mut store = store.as_context_mut();
        self.assert_engine(store.engine());
        check_engine(&self.engine, module)?;
        match ModuleKind::of(module)? {
            ModuleKind::Command => self.command(store, module_name, module, |store, ty, call| {
                let call = Arc::new(call);
                Func::new_async(store, ty, move |mut caller, params, results| {
                    let call = call.clone();
                    Box::new(async move {
                        let instance = call.command.instantiate_async(&mut caller).await?;
                        call.function(&mut caller, instance)
                            .call_async(&mut caller, params, results)
                            .await
                    })
                })
            }),
            ModuleKind::Reactor { has_initializer } => {
                let instance = self.instantiate_async(&mut store, module).await?;
                if has_initializer {
                    initializer(&mut store, instance)?
                        .call_async(&mut store, ())
                        .await
                        .context(CALLING_INITIALIZER)?;
                }
                self.instance(store, module_name, instance)
            }
        }
    }
}

impl<T: 'static> InstancePre<T> {
    pub async fn instantiate_async(
        &self,
        mut store: impl AsContextMut<Data = T>,
    ) -> Result<Instance> {
        let mut store = store.as_context_mut();
        self.prepare(&mut store)?;
        if self.needs().is_async() {
            store.opaque_mut().add_async()?;
        }
        let mut instance = MaybeUninit::uninit();
        // SAFETY: invariants "Context" and "Ownership": the store is borrowed exclusively,
        // and `prepare` has found that the imports may be used with it. The place for the
        // instance is valid until the future has been dropped.
        let entry = unsafe {
            StoreOpaque::instantiate_pre_async(
                store.opaque_ptr(),
                self.as_ptr(),
                instance.as_mut_ptr(),
            )
        };
        entry.await?;
        // SAFETY: there is an instance of this module in this store, as there is no error.
        Ok(unsafe { Instance::adopt(store.opaque_mut(), instance.assume_init(), self.module()) })
    }
}

/// Creates an asynchronous host function in a store. The C API has functions for that only
/// for linkers, so this uses a linker of its own.
///
/// # Panics
///
/// Panics if a synchronous call is running in the store.
pub(crate) fn async_func<T: 'static>(
    store: &mut StoreContextMut<'_, T>,
    host: HostFunc<wasmtime_func_async_callback_t>,
) -> Func {
    if let Err(unsupported) = require(Feature::Async) {
        return Func::new(store, host.ty().clone(), move |_, _, _| {
            Err(unsupported.clone().into())
        });
    }
    if let Err(error) = store.opaque_mut().add_async() {
        panic!("{error}");
    }
    let mut linker = Linker::<T>::new(store.engine());
    let defined = linker.define_host("", "", host);
    defined.expect("the name is the first in the linker");
    linker
        .find(store.opaque_mut(), "", "")
        .and_then(Extern::into_func)
        .expect("the function was defined")
}
