//! Asynchronous host functions: closures that return futures, behind callbacks.
//!
//! A callback calls the closure, and [`call_async_host`] polls the future until it is ready.

use super::signature::Signature;
use super::trampoline::{Vals, assert_engine, store_results};
use super::{Caller, Func, HostFunc};
use crate::bind::{Abi, Site};
use crate::store::StoreOpaque;
use crate::store::callback::{HostFuture, call_async_host};
use crate::sys::{
    Feature, require, wasm_trap_t, wasmtime_caller_t, wasmtime_func_unchecked_callback_t,
    wasmtime_val_raw_t,
};
use crate::values::{Args, Guest, Raw, Reader, Writer};
use crate::{
    AsContextMut, Engine, FuncType, Result, StoreContextMut, Val, ValType, WasmRet, WasmTyList,
};
use std::ffi::c_void;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::ptr::{self, NonNull};

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
    /// Calls `wasmtime_func_new_unchecked`.
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
        host.into_async_store(&mut store)
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
    /// Calls `wasmtime_func_new_unchecked`. If libwasmtime was built without `async`, each call of
    /// the function fails with [`Unsupported`](crate::Unsupported).
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
        host.into_async_store(&mut store)
    }
}

/// The callback of an asynchronous host function. libwasmtime takes it for that of a
/// synchronous one.
#[derive(Clone, Copy)]
pub struct AsyncCallback(wasmtime_func_unchecked_callback_t);

impl HostFunc<AsyncCallback> {
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
        HostFunc::of_async::<T, F, (P, R)>(engine, func)
    }

    /// Wraps a closure whose types are known.
    pub(crate) fn of_async<T, F, P>(engine: &Engine, func: F) -> Self
    where
        F: AsyncClosure<T, P> + Send + Sync + 'static,
    {
        let abi = func.site().abi();
        let (mut params, mut results) = (Vec::new(), Vec::new());
        F::valtypes(abi, &mut params);
        F::Results::valtypes(abi, &mut results);
        let ty = FuncType::new(engine, params, results);
        let lacks_allocator = F::Results::ALLOCATES && abi.alloc().is_none();
        let callback = AsyncCallback(Some(typed_callback::<T, F, P>));
        HostFunc::new(ty, callback, func).lacking_allocator(lacks_allocator)
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
        let signature = Signature::new(ty.clone());
        let func = Untyped { signature, func };
        HostFunc::new(ty, AsyncCallback(Some(untyped_callback::<T, F>)), func)
    }

    /// Returns the function as libwasmtime sees it.
    pub(crate) fn into_sync(self) -> HostFunc {
        self.map_callback(|AsyncCallback(callback)| callback)
    }

    /// Creates the function in a store. If libwasmtime was built without `async`, the function
    /// fails.
    ///
    /// # Panics
    ///
    /// Panics if a synchronous call is running in the store.
    fn into_async_store<T: 'static>(self, store: &mut StoreContextMut<'_, T>) -> Func {
        if let Err(unsupported) = require(Feature::Async) {
            return Func::new(store, self.ty().clone(), move |_, _, _| {
                Err(unsupported.clone().into())
            });
        }
        if let Err(error) = store.opaque_mut().add_async() {
            panic!("{error}");
        }
        self.into_sync().into_store(store.opaque_mut())
    }
}

/// A closure that takes its arguments from a cursor and returns a future.
///
/// # Safety
///
/// `start` must read the arguments that `valtypes` says.
pub unsafe trait AsyncClosure<T, P> {
    /// What the future returns.
    type Output;

    /// The results of the function.
    type Results: WasmRet;

    /// Adds the types of the parameters.
    fn valtypes(abi: &Abi, types: &mut Vec<ValType>);

    /// Returns the function's name and how it finds the guest's strings.
    #[inline]
    fn site(&self) -> &Site {
        Site::UNNAMED
    }

    /// Calls the closure.
    ///
    /// # Safety
    ///
    /// The arguments must be next in `args`, in a callback of a store of data `T`, which only the
    /// future uses.
    unsafe fn start<'a>(&'a self, args: &mut Args<'a, Raw>) -> HostFuture<'a, Self::Output>;

    /// Returns what is written as the results.
    ///
    /// # Errors
    ///
    /// Returns the error that stands in place of the results.
    fn finish(
        output: Self::Output,
        guest: &mut Guest<'_>,
    ) -> Result<<Self::Results as WasmRet>::Prepared>;
}

// SAFETY: the arguments that are read are those of the tuple.
unsafe impl<T, F, P, R> AsyncClosure<T, (P, R)> for F
where
    T: 'static,
    F: for<'a> Fn(Caller<'a, T>, P) -> Box<dyn Future<Output = R> + Send + 'a>,
    P: WasmTyList,
    R: WasmRet,
{
    type Output = R;
    type Results = R;

    fn valtypes(_: &Abi, types: &mut Vec<ValType>) {
        types.extend(P::valtypes());
    }

    #[inline]
    unsafe fn start<'a>(&'a self, args: &mut Args<'a, Raw>) -> HostFuture<'a, R> {
        // SAFETY: the arguments are next, and only the future uses the store, whose data is a
        // `T`, as this function requires.
        let (params, caller) = unsafe { (P::read(args.values()), args.caller()) };
        Box::into_pin(self(caller, params))
    }

    #[inline]
    fn finish(results: R, guest: &mut Guest<'_>) -> Result<R::Prepared> {
        results.prepare(guest)
    }
}

/// Calls a closure over Rust values, as its callback.
unsafe extern "C" fn typed_callback<T, F, P>(
    env: *mut c_void,
    caller: *mut wasmtime_caller_t,
    values: *mut wasmtime_val_raw_t,
    _: usize,
) -> *mut wasm_trap_t
where
    F: AsyncClosure<T, P>,
{
    // SAFETY: invariant "Callback": libwasmtime passes the closure that was given to it with
    // this function, a caller in a store of data `T`, and raw values of the function's type,
    // with places for the results. The caller is valid until this function returns, before
    // which the future is dropped.
    unsafe {
        let caller = NonNull::new_unchecked(caller);
        let values = values.cast();
        let func = &*env.cast::<F>();
        let guest = |store: NonNull<StoreOpaque>| Guest::new(store.as_ptr(), caller, func.site());
        let start = |store: NonNull<StoreOpaque>| {
            let reader = Reader::<Raw>::new(values, store.as_ptr());
            let mut args = Args::new(reader, guest(store));
            Ok((func.start(&mut args), ()))
        };
        call_async_host(caller, start, |store, output: F::Output, ()| {
            let results = F::finish(output, &mut guest(store))?;
            let mut writer = Writer::<Raw>::new(values, store.as_ptr());
            let written = F::Results::write(results, &mut writer);
            written.map_err(|error| func.site().explain(error))
        })
    }
}

/// A closure over values of a signature.
struct Untyped<F> {
    signature: Signature,
    func: F,
}

/// Values in the frame of a callback. They are freed by a function that isn't inlined: by then,
/// the thread may be another one than that on which they were allocated, and the compiler may
/// keep the address of an allocator's thread-local variable within a function.
struct AfterWaits(ManuallyDrop<Vals>);

impl Drop for AfterWaits {
    #[inline]
    fn drop(&mut self) {
        #[cold]
        #[inline(never)]
        fn free(vals: Vals) {
            drop(vals);
        }
        if self.0.is_on_heap() {
            // SAFETY: the values are taken once, as this is dropped.
            free(unsafe { ManuallyDrop::take(&mut self.0) });
        }
    }
}

/// Calls a closure over values whose types are known at run time, as its callback.
unsafe extern "C" fn untyped_callback<T, F>(
    env: *mut c_void,
    caller: *mut wasmtime_caller_t,
    values: *mut wasmtime_val_raw_t,
    _: usize,
) -> *mut wasm_trap_t
where
    T: 'static,
    F: for<'a> Fn(
        Caller<'a, T>,
        &'a [Val],
        &'a mut [Val],
    ) -> Box<dyn Future<Output = Result<()>> + Send + 'a>,
{
    // SAFETY: as for `typed_callback`. The future, which borrows the values, is dropped before
    // the results are read.
    unsafe {
        let caller = NonNull::new_unchecked(caller);
        let Untyped { signature, func } = &*env.cast::<Untyped<F>>();
        let raw = ptr::slice_from_raw_parts_mut(values.cast(), signature.raw_len());
        let mut vals = AfterWaits(ManuallyDrop::new(Vals::new()));
        let vals = &raw mut *vals.0;
        let start = |store: NonNull<StoreOpaque>| {
            let (params, results) = (*vals).load(signature, &*raw, &mut *store.as_ptr());
            let places = ptr::from_mut(results);
            let future = func(Caller::new(store, caller), params, &mut *places);
            Ok((Box::into_pin(future), places))
        };
        call_async_host(caller, start, |store, outcome: Result<()>, results| {
            outcome?;
            let store = StoreContextMut::<T>::from_state(store.cast());
            store_results(signature, &*results, &mut *raw, store)
        })
    }
}
