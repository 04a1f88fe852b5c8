//! Asynchronous host functions: closures that return futures, behind callbacks.
//!
//! A callback calls the closure and polls the future; [`HostCall`] is the call while its
//! future is pending. Values pass with their types, as libwasmtime passes no others here:
//! arguments are lent, results given.

use super::signature::Signature;
use super::trampoline::{assert_engine, func_type};
use super::{Caller, Func, HostFunc};
use crate::linker::async_func;
use crate::store::StoreOpaque;
use crate::store::callback::{HostCall, begin};
use crate::sys::{
    wasm_trap_t, wasmtime_async_continuation_t, wasmtime_caller_t, wasmtime_func_async_callback_t,
    wasmtime_val_t,
};
use crate::values::{Form, Given, Lent, Reader, Writer};
use crate::{
    AsContext, AsContextMut, Engine, FuncType, Result, StoreContextMut, Val, WasmRet, WasmTyList,
};
use std::ffi::c_void;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::ptr::NonNull;
use std::sync::Arc;
use std::task::{Context, Poll};

impl Func {
    /// Creates an asynchronous host function whose type is known only at run time.
    ///
    /// The closure gets the arguments and a slice for the results, as that of [`Func::new`]
    /// does, and returns a boxed future, as that of [`Func::wrap_async`] does. The future may
    /// hold on to both slices and to the [`Caller`].
    ///
    /// All else is as described for [`Func::wrap_async`], which is simpler and faster where the
    /// types are known when the program is compiled.
    ///
    /// Calls `wasmtime_linker_define_async_func` and `wasmtime_linker_get`, with a linker of its
    /// own, as only linkers define asynchronous functions in the C API.
    ///
    /// # Panics
    ///
    /// Panics if
    ///
    /// - `ty` belongs to another engine than the store;
    /// - a synchronous call is running in the store, that is, in a host function that was called
    ///   by one.
    ///
    /// # Examples
    ///
    /// A function that another thread answers, whatever its type:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{bail, Engine, Func, Instance, Module, Store, Val};
    /// use tokio::sync::{mpsc, oneshot};
    ///
    /// // The other thread adds up what it is sent.
    /// let (requests, mut inbox) = mpsc::channel::<(Vec<i32>, oneshot::Sender<i32>)>(1);
    /// std::thread::spawn(move || {
    ///     while let Some((numbers, answer)) = inbox.blocking_recv() {
    ///         // It fails if the guest's call has been dropped meanwhile.
    ///         let _ = answer.send(numbers.iter().sum());
    ///     }
    /// });
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "sum" (func $sum (param i32 i32 i32) (result i32)))
    ///         (func (export "run") (result i32)
    ///             (call $sum (i32.const 10) (i32.const 12) (i32.const 20))))
    /// "#)?;
    /// let mut store = Store::new(&engine, ());
    /// let import = module.imports().next().expect("there is one");
    /// let ty = import.ty().unwrap_func().clone();
    /// let sum = Func::new_async(&mut store, ty, move |_, params, results| {
    ///     let requests = requests.clone();
    ///     Box::new(async move {
    ///         let mut numbers = Vec::new();
    ///         for param in params {
    ///             let Some(x) = param.i32() else { bail!("`{param:?}` is not an i32") };
    ///             numbers.push(x);
    ///         }
    ///         let (answer, answered) = oneshot::channel();
    ///         requests.send((numbers, answer)).await?;
    ///         results[0] = Val::I32(answered.await?);
    ///         Ok(())
    ///     })
    /// });
    /// futures::executor::block_on(async {
    ///     let instance = Instance::new_async(&mut store, &module, &[sum.into()]).await?;
    ///     let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
    ///     assert_eq!(run.call_async(&mut store, ()).await?, 42);
    ///     Ok::<(), libwasmtime::Error>(())
    /// })?;
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
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

    /// Creates an asynchronous host function from a Rust closure.
    ///
    /// The closure
    ///
    /// - takes a [`Caller`] first, and then its arguments as one tuple: `()` for none, `(i32,)`
    ///   for one, `(i32, u64)` for two, up to 17;
    /// - returns a boxed future, usually `Box::new(async move { … })`. The future's output is
    ///   what a closure of [`Func::wrap`] returns: nothing, a value, a tuple of them, or a
    ///   [`Result`] of any of these.
    ///
    /// [`Func::wrap`] lists the Rust types for the types of WebAssembly.
    ///
    /// When WebAssembly code calls the function, the closure is called, and its future is
    /// polled. While the future is pending, the WebAssembly code is suspended, and so is the
    /// host's call that entered it, such as
    /// [`TypedFunc::call_async`](crate::TypedFunc::call_async). The task of that call is polled
    /// again when something wakes it: the future is polled with the task's own waker. The future
    /// runs on the thread that polls the task, on the stack of the call.
    ///
    /// From now on, the store can be entered by asynchronous calls only:
    /// [`TypedFunc::call`](crate::TypedFunc::call) and others return an error. The future, too,
    /// calls WebAssembly code with `call_async(&mut caller, …).await`.
    ///
    /// The function belongs to the store, and is freed with it.
    /// [`Linker::func_wrap_async`](crate::Linker::func_wrap_async) defines a function of such a
    /// closure for the modules of all stores.
    ///
    /// Calls `wasmtime_linker_define_async_func` and `wasmtime_linker_get`, with a linker of its
    /// own, as only linkers define asynchronous functions in the C API. If libwasmtime was built
    /// without `async`, each call of the function fails with
    /// [`Unsupported`](crate::Unsupported).
    ///
    /// # State
    ///
    /// The future may hold the [`Caller`] while it waits, and what it borrows from it, such as
    /// the store's data. It can't borrow what the closure captures: the closure clones that for
    /// each call, for instance an [`Arc`](std::sync::Arc) or the sender of a channel.
    ///
    /// The closure, and what else it captures, is as for [`Func::wrap`]: `Fn`, `Send`, `Sync`
    /// and `'static`. The future is `Send`, as the task may move to another thread while it
    /// waits.
    ///
    /// A `Rooted` reference that the future gets or creates is rooted until the future has
    /// finished.
    ///
    /// # Errors, panics, and calls that are dropped
    ///
    /// Errors and panics of the closure and of its future are as described for [`Func::wrap`].
    ///
    /// If the host's call is dropped while the future is pending, the future is dropped where it
    /// waits, and then the WebAssembly code is unwound. What the future has to finish in any
    /// case belongs in a task of its own, or in a destructor.
    ///
    /// # Panics
    ///
    /// Panics if a synchronous call is running in the store, that is, in a host function that
    /// was called by one.
    ///
    /// # Examples
    ///
    /// A function that lets a guest sleep, while the thread does other things:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Func, Instance, Module, Store};
    /// use std::time::Duration;
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "sleep" (func $sleep (param i64)))
    ///         (func (export "run") (call $sleep (i64.const 5))))
    /// "#)?;
    /// let mut store = Store::new(&engine, ());
    /// let sleep = Func::wrap_async(&mut store, |_, (milliseconds,): (u64,)| {
    ///     Box::new(tokio::time::sleep(Duration::from_millis(milliseconds)))
    /// });
    ///
    /// let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    /// runtime.block_on(async {
    ///     let instance = Instance::new_async(&mut store, &module, &[sleep.into()]).await?;
    ///     let run = instance.get_typed_func::<(), ()>(&mut store, "run")?;
    ///     run.call_async(&mut store, ()).await
    /// })?;
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// A function that receives messages for a guest. The [`Caller`] is kept while it waits, for
    /// the guest's memory and the store's data:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::error::Context;
    /// use libwasmtime::{Caller, Engine, Extern, Func, Instance, Module, Result, Store};
    /// use tokio::sync::mpsc;
    ///
    /// struct State {
    ///     messages: mpsc::Receiver<String>,
    /// }
    ///
    /// async fn receive(mut caller: Caller<'_, State>, address: u32, len: u32) -> Result<u32> {
    ///     let Some(message) = caller.data_mut().messages.recv().await else {
    ///         return Ok(0);
    ///     };
    ///     let memory = caller.get_export("memory").and_then(Extern::into_memory);
    ///     let memory = memory.context("the module exports no memory")?;
    ///     let bytes = &message.as_bytes()[..message.len().min(len as usize)];
    ///     memory.write(&mut caller, address as usize, bytes)?;
    ///     Ok(bytes.len() as u32)
    /// }
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "receive" (func $receive (param i32 i32) (result i32)))
    ///         (memory (export "memory") 1)
    ///         (func (export "run") (result i32) (call $receive (i32.const 8) (i32.const 100))))
    /// "#)?;
    /// let (sender, messages) = mpsc::channel(1);
    /// let mut store = Store::new(&engine, State { messages });
    /// let receive = Func::wrap_async(&mut store, |caller, (address, len): (u32, u32)| {
    ///     Box::new(receive(caller, address, len))
    /// });
    ///
    /// futures::executor::block_on(async {
    ///     let instance = Instance::new_async(&mut store, &module, &[receive.into()]).await?;
    ///     let run = instance.get_typed_func::<(), u32>(&mut store, "run")?;
    ///     let call = run.call_async(&mut store, ());
    ///     // The guest waits while the message is sent.
    ///     let (len, sent) = tokio::join!(call, sender.send("hello".to_owned()));
    ///     sent?;
    ///     assert_eq!(len?, 5);
    ///     let memory = instance.get_memory(&mut store, "memory").expect("it is exported");
    ///     assert_eq!(&memory.data(&store)[8..13], b"hello");
    ///     Ok::<(), libwasmtime::Error>(())
    /// })?;
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
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
}

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
