//! Asynchronous calls, and host functions that are asynchronous.

use super::signature::check_count;
use super::{Caller, Func, HostFunc, TypedFunc};
use crate::gc::RawRef;
use crate::linker::async_func;
use crate::store::StoreOpaque;
use crate::sys::wasmtime_val_t;
use crate::values::{Form, Given, Lent, Reader, Writer};
use crate::{
    AsContext, AsContextMut, FuncType, Result, Val, WasmParams, WasmResults, WasmRet, WasmTyList,
};
use std::future::Future;
use std::mem::MaybeUninit;

impl Func {
    pub fn new_async<T, F>(mut store: impl AsContextMut<Data = T>, ty: FuncType, func: F) -> Func
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
        let mut store = store.as_context_mut();
        let host = HostFunc::untyped_async(store.engine(), ty, func);
        async_func(&mut store, host)
    }

    pub fn wrap_async<T, F, P, R>(mut store: impl AsContextMut<Data = T>, func: F) -> Func
    where
        F: for<'a> Fn(Caller<'a, T>, P) -> Box<dyn Future<Output = R> + Send + 'a>
            + Send
            + Sync
            + 'static,
        P: WasmTyList,
        R: WasmRet,
        T: Send + 'static,
    {
        let mut store = store.as_context_mut();
        let host = HostFunc::typed_async(store.engine(), func);
        async_func(&mut store, host)
    }

    pub async fn call_async(
        &self,
        mut store: impl AsContextMut<Data: Send>,
        params: &[Val],
        results: &mut [Val],
    ) -> Result<()> {
        let mut store = store.as_context_mut();
        // SAFETY: invariant "State": the store is borrowed exclusively. The signature lives
        // as long as the store.
        let signature = unsafe { &*store.opaque_mut().signature(self) };
        signature.check_params(store.as_context(), params)?;
        check_count("results", signature.results.len(), results.len())?;
        if signature.has_reference() {
            RawRef::supported()?;
        }
        let args = params
            .iter()
            .map(|val| Lent::store_val(*val, store.opaque_mut()));
        let args = Values(args.collect::<Result<Vec<_>>>()?);
        let mut outs = Values(vec![MaybeUninit::<wasmtime_val_t>::uninit(); results.len()]);
        // SAFETY: invariants "Context" and "Ownership": the store is borrowed, the function
        // and the values belong to it, as the checks have found, and there are as many as
        // it has. All are valid until the future has been dropped. The store's data are `Send`.
        let call = unsafe {
            StoreOpaque::call_async(
                store.opaque_ptr(),
                self.get_c(store.opaque()),
                (args.0.as_ptr(), args.0.len()),
                (outs.0.as_mut_ptr().cast(), outs.0.len()),
            )
        };
        call.await?;
        for ((val, kind), out) in results.iter_mut().zip(&signature.results).zip(&outs.0) {
            // SAFETY: the call has initialized the results, which are owned.
            *val = unsafe { Given::load_val(*kind, out.assume_init_ref(), store.opaque_mut()) };
        }
        Ok(())
    }
}

impl<Params, Results> TypedFunc<Params, Results>
where
    Params: WasmParams,
    Results: WasmResults,
{
    pub async fn call_async(
        &self,
        mut store: impl AsContextMut<Data: Send>,
        params: Params,
    ) -> Result<Results>
    where
        Params: Sync,
        Results: Sync,
    {
        let mut store = store.as_context_mut();
        if const { Params::HAS_REFERENCE || Results::HAS_REFERENCE } {
            RawRef::supported()?;
        }
        self.check_concrete(&mut store, &params)?;
        let mut values = Values((
            MaybeUninit::<Params::Typed>::uninit(),
            MaybeUninit::<Results::Typed>::uninit(),
        ));
        // SAFETY: invariants "Context" and "Ownership": the store is borrowed, and the
        // function belongs to it. Its type was checked, so the values are of the types,
        // and as many, as it takes and returns. All are valid until the future has been
        // dropped. The store's data are `Send`.
        let call = unsafe {
            let opaque = store.opaque_ptr();
            let (args, results) = (&raw mut values.0.0, &raw mut values.0.1);
            params.write::<Lent>(&mut Writer::new(args.cast(), opaque))?;
            StoreOpaque::call_async(
                opaque,
                self.func().get_c(store.opaque()),
                (args.cast(), Params::VALTYPES.len()),
                (results.cast(), Results::VALTYPES.len()),
            )
        };
        call.await?;
        // SAFETY: the call has initialized the results, which are owned and read once.
        unsafe {
            let results = (&raw const values.0.1).cast();
            Ok(Results::read(&mut Reader::<Given>::new(
                results,
                store.opaque_ptr(),
            )))
        }
    }
}

/// Values in the form of the C API, during a call.
struct Values<T>(T);

// SAFETY: they are numbers, and references of the store that is called in, which may be used
// from any thread.
unsafe impl<T> Send for Values<T> {}
