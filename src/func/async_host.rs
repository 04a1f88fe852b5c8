//! Asynchronous host functions: closures that return futures, behind callbacks.
//!
//! A callback calls the closure and polls the future; [`HostCall`] is the call while its
//! future is pending. Values pass with their types, as libwasmtime passes no others here:
//! arguments are lent, results given.

use super::signature::Signature;
use super::trampoline::{assert_engine, func_type};
use super::{Caller, HostFunc};
use crate::store::StoreOpaque;
use crate::store::callback::{HostCall, begin};
use crate::sys::{
    wasm_trap_t, wasmtime_async_continuation_t, wasmtime_caller_t, wasmtime_func_async_callback_t,
    wasmtime_val_t,
};
use crate::values::{Form, Given, Lent, Reader, Writer};
use crate::{AsContext, Engine, FuncType, Result, StoreContextMut, Val, WasmRet, WasmTyList};
use std::ffi::c_void;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::ptr::NonNull;
use std::sync::Arc;
use std::task::{Context, Poll};

/// A future of the host, which may hold the caller.
type HostFuture<'a, R> = Pin<Box<dyn Future<Output = R> + Send + 'a>>;

impl HostFunc<wasmtime_func_async_callback_t> {
    /// Wraps a closure over Rust values.
    pub(crate) fn typed_async<T, F, P, R>(engine: &Engine, func: F) -> Self
    where
        T: 'static,
        F: for<'a> Fn(Caller<'a, T>, P) -> Box<dyn Future<Output = R> + Send + 'a>
            + Send
            + Sync
            + 'static,
        P: WasmTyList,
        R: WasmRet,
    {
        let ty = func_type(engine, &[P::VALTYPES], R::VALTYPES);
        HostFunc::new(ty, Some(typed_callback::<T, F, P, R>), func)
    }

    /// Wraps a closure over values whose types are known at run time.
    ///
    /// # Panics
    ///
    /// Panics if `ty` belongs to another engine.
    pub(crate) fn untyped_async<T, F>(engine: &Engine, ty: FuncType, func: F) -> Self
    where
        T: 'static,
        F: for<'a> Fn(
                Caller<'a, T>,
                &'a [Val],
                &'a mut [Val],
            ) -> Box<dyn Future<Output = Result<()>> + Send + 'a>
            + Send
            + Sync
            + 'static,
    {
        assert_engine(engine, &ty);
        let signature = Arc::new(Signature::new(ty.clone()));
        let func = Untyped { signature, func };
        HostFunc::new(ty, Some(untyped_callback::<T, F>), func)
    }
}

/// Calls a closure over Rust values, as its callback.
unsafe extern "C" fn typed_callback<T, F, P, R>(
    env: *mut c_void,
    caller: *mut wasmtime_caller_t,
    args: *const wasmtime_val_t,
    _: usize,
    results: *mut wasmtime_val_t,
    _: usize,
    trap: *mut *mut wasm_trap_t,
    continuation: *mut wasmtime_async_continuation_t,
) where
    T: 'static,
    F: for<'a> Fn(Caller<'a, T>, P) -> Box<dyn Future<Output = R> + Send + 'a>,
    P: WasmTyList,
    R: WasmRet,
{
    // SAFETY: invariant "Callback": libwasmtime passes the closure that was given to it with
    // this function, a caller in a store of data `T`, and arguments of the function's type.
    // The caller is valid until the call has finished, before which the future is dropped.
    unsafe {
        let called = NonNull::new_unchecked(caller);
        begin(called, trap, continuation, |store| {
            let params = P::read(&mut Reader::<Lent>::new(args, store.as_ptr()));
            let future = (*env.cast::<F>())(Caller::new(store, called), params);
            Ok(TypedCall {
                future: Box::into_pin(future),
                results,
            })
        });
    }
}

/// A call of a closure over Rust values.
struct TypedCall<'a, R> {
    future: HostFuture<'a, R>,
    results: *mut wasmtime_val_t,
}

impl<R: WasmRet> HostCall for TypedCall<'_, R> {
    unsafe fn poll(
        &mut self,
        store: NonNull<StoreOpaque>,
        context: &mut Context<'_>,
    ) -> Poll<Result<()>> {
        self.future.as_mut().poll(context).map(|results| {
            // SAFETY: invariant "Callback": there are places for results of the function's type,
            // whose ownership passes to libwasmtime. The callback is running, as this function
            // requires.
            unsafe { results.write(&mut Writer::<Given>::new(self.results, store.as_ptr())) }
        })
    }
}

/// A closure over values of a signature.
struct Untyped<F> {
    /// Shared with the calls, which may outlive the closure.
    signature: Arc<Signature>,
    func: F,
}

/// Calls a closure over values whose types are known at run time, as its callback.
unsafe extern "C" fn untyped_callback<T, F>(
    env: *mut c_void,
    caller: *mut wasmtime_caller_t,
    args: *const wasmtime_val_t,
    _: usize,
    results: *mut wasmtime_val_t,
    _: usize,
    trap: *mut *mut wasm_trap_t,
    continuation: *mut wasmtime_async_continuation_t,
) where
    T: 'static,
    F: for<'a> Fn(
        Caller<'a, T>,
        &'a [Val],
        &'a mut [Val],
    ) -> Box<dyn Future<Output = Result<()>> + Send + 'a>,
{
    // SAFETY: as for `typed_callback`. The values outlive the future, which is dropped first.
    unsafe {
        let called = NonNull::new_unchecked(caller);
        begin(called, trap, continuation, |store| {
            let Untyped { signature, func } = &*env.cast::<Untyped<F>>();
            let vals = Vals::load(signature, args, store);
            let (params, out) = vals.split();
            let future = func(Caller::new(store, called), params, out);
            Ok(UntypedCall::<T> {
                future: Box::into_pin(future),
                vals,
                signature: signature.clone(),
                results,
                data: PhantomData,
            })
        });
    }
}

/// A call of a closure over values whose types are known at run time.
struct UntypedCall<'a, T> {
    /// Dropped before the values, which it borrows.
    future: HostFuture<'a, Result<()>>,
    vals: Vals,
    signature: Arc<Signature>,
    results: *mut wasmtime_val_t,
    data: PhantomData<fn(T)>,
}

impl<T: 'static> HostCall for UntypedCall<'_, T> {
    unsafe fn poll(
        &mut self,
        store: NonNull<StoreOpaque>,
        context: &mut Context<'_>,
    ) -> Poll<Result<()>> {
        self.future.as_mut().poll(context).map(|outcome| {
            outcome?;
            // SAFETY: invariant "State": the callback is running, as this function requires, in
            // a store of data `T`, and the future has ended, with its borrows of store and
            // values.
            let (mut store, (_, vals)) = unsafe {
                (
                    StoreContextMut::<T>::from_state(store.cast()),
                    self.vals.split(),
                )
            };
            self.signature.check_results(store.as_context(), vals)?;
            for (i, val) in vals.iter().enumerate() {
                let given = Given::store_val(*val, store.opaque_mut())?;
                // SAFETY: invariant "Callback": there are places for as many results.
                unsafe { self.results.add(i).write(given) };
            }
            Ok(())
        })
    }
}

/// The arguments and results of a call, at an address that stays the same.
struct Vals {
    /// A leaked box, as a box mustn't be moved while its contents are borrowed.
    vals: NonNull<[Val]>,
    params: usize,
}

impl Vals {
    /// Takes the arguments, and sets the results to a value that fits none but a nullable
    /// `funcref`, so that a result that the closure forgets to set is found.
    ///
    /// # Safety
    ///
    /// There must be arguments of the signature at `args`, of the store of the callback that
    /// is running.
    unsafe fn load(
        signature: &Signature,
        args: *const wasmtime_val_t,
        store: NonNull<StoreOpaque>,
    ) -> Vals {
        let params = signature.params.iter().enumerate().map(|(i, kind)| {
            // SAFETY: the arguments are as this function requires. Invariant "State".
            unsafe { Lent::load_val(*kind, &*args.add(i), &mut *store.as_ptr()) }
        });
        let results = signature.results.iter().map(|_| Val::null_func_ref());
        let vals: Box<[Val]> = params.chain(results).collect();
        Vals {
            vals: NonNull::from(Box::leak(vals)),
            params: signature.params.len(),
        }
    }

    /// Returns the arguments and the results.
    ///
    /// # Safety
    ///
    /// They must be unused, and not be used for longer than `self` exists.
    unsafe fn split<'a>(&self) -> (&'a [Val], &'a mut [Val]) {
        // SAFETY: the box is leaked until `self` is dropped, and nothing else uses it, as this
        // function requires.
        let (params, results) = unsafe { (*self.vals.as_ptr()).split_at_mut(self.params) };
        (params, results)
    }
}

impl Drop for Vals {
    fn drop(&mut self) {
        // SAFETY: the box was leaked by `load`, and is taken back once.
        drop(unsafe { Box::from_raw(self.vals.as_ptr()) });
    }
}
