//! Asynchronous calls.

use super::signature::check_count;
use super::{Func, TypedFunc};
use crate::gc::RawRef;
use crate::store::StoreOpaque;
use crate::sys::wasmtime_val_t;
use crate::values::{Form, Given, Lent, Reader, Writer};
use crate::{AsContext, AsContextMut, Result, Val, WasmParams, WasmResults};
use std::mem::MaybeUninit;

impl Func {
    /// Calls the function asynchronously with values whose types are known at run time.
    ///
    /// `results` must have as many elements as the function has results. They are overwritten
    /// when the call has finished, whatever their values.
    ///
    /// All else is as described for [`TypedFunc::call_async`], which is simpler and faster where
    /// the types are known when the program is compiled.
    ///
    /// Calls `wasmtime_func_call_async`.
    ///
    /// # Errors
    ///
    /// Returns an error, and leaves `results` as they are, if
    ///
    /// - there are too many or too few arguments or results;
    /// - an argument doesn't have the type of the parameter;
    /// - the call fails for one of the reasons of [`TypedFunc::call_async`].
    ///
    /// # Panics
    ///
    /// Panics, when it is polled, if the function belongs to another store, or if a host
    /// function that is called panics.
    ///
    /// # Examples
    ///
    /// Calling all functions of a plugin that are hooks, whatever their parameters are:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::error::Context;
    /// use libwasmtime::{Engine, Extern, Instance, Module, Result, Store, Val};
    ///
    /// async fn call_hooks(store: &mut Store<()>, plugin: Instance) -> Result<usize> {
    ///     let mut hooks = Vec::new();
    ///     for export in plugin.exports(&mut *store) {
    ///         if let (true, Extern::Func(hook)) =
    ///             (export.name().starts_with("on_"), export.into_extern())
    ///         {
    ///             hooks.push(hook);
    ///         }
    ///     }
    ///     for hook in &hooks {
    ///         let ty = hook.ty(&*store);
    ///         // Zero or null for every parameter.
    ///         let params: Option<Vec<_>> = ty.params().map(|ty| Val::default_for_ty(&ty)).collect();
    ///         let params = params.context("a parameter has no default value")?;
    ///         let mut results = vec![Val::I32(0); ty.results().len()];
    ///         hook.call_async(&mut *store, &params, &mut results).await?;
    ///     }
    ///     Ok(hooks.len())
    /// }
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (func (export "on_start"))
    ///         (func (export "on_message") (param i32 i64) (result i32) (local.get 0)))
    /// "#)?;
    /// let mut store = Store::new(&engine, ());
    /// futures::executor::block_on(async {
    ///     let plugin = Instance::new_async(&mut store, &module, &[]).await?;
    ///     assert_eq!(call_hooks(&mut store, plugin).await?, 2);
    ///     Ok::<(), libwasmtime::Error>(())
    /// })?;
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
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
        unsafe {
            StoreOpaque::call_async(
                store.opaque_ptr(),
                self.get_c(store.opaque()),
                (args.0.as_ptr(), args.0.len()),
                (outs.0.as_mut_ptr().cast(), outs.0.len()),
            )
        }
        .await?;
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
    /// Calls the function asynchronously, and returns its results.
    ///
    /// Nothing happens before the future is polled. Then the function runs, on a stack of its
    /// own, until it has finished or has to wait:
    ///
    /// - An asynchronous host function ([`Func::wrap_async`]) waits. Then the future is pending
    ///   until what the host function waits for wakes the task.
    /// - The code yields ([`Store::fuel_async_yield_interval`],
    ///   [`Store::epoch_deadline_async_yield_and_update`] or an [`UpdateDeadline`] of a
    ///   callback). Then the future is pending and wakes its task at once, so that other tasks
    ///   can run.
    ///
    /// A function that does neither finishes in the first poll, which takes as long as the
    /// function does. Let code yield if it may compute for long: otherwise it holds up all tasks
    /// of the thread, and cannot be cut off.
    ///
    /// Every store can be used; those that contain asynchronous host functions, or whose code
    /// yields, require asynchronous calls. The future borrows the store, so no other call
    /// runs in it meanwhile. Calls in other stores do.
    ///
    /// The future is `Send`, and may be polled by one thread after another. All that it calls
    /// runs on the thread that polls it.
    ///
    /// Calls `wasmtime_func_call_async`, which passes values with their types. So this costs more
    /// than [`TypedFunc::call`], which passes raw values on the stack of the thread.
    ///
    /// # Dropping the future
    ///
    /// A future that is dropped before it has finished cancels the call. The futures of host
    /// functions that wait are dropped, and the code is unwound, on the thread that drops it.
    /// Memories and globals stay as the code has left them, in the middle of its work. The store
    /// can still be used, and the next call begins anew. A future that has never been polled has
    /// nothing to undo.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the call fails for one of the reasons of [`TypedFunc::call`], except that asynchronous
    ///   calls are always allowed;
    /// - there is no stack for it, because the system refuses one, or because all of
    ///   `PoolingAllocationConfig::total_stacks` are in use;
    /// - the stack has too few bytes for host functions; see
    ///   [`Config::async_stack_size`](crate::Config::async_stack_size);
    /// - libwasmtime was built without `async`; the error is an
    ///   [`Unsupported`](crate::Unsupported).
    ///
    /// # Panics
    ///
    /// Panics, when it is polled, if the function belongs to another store, or if a host
    /// function that is called panics.
    ///
    /// # Examples
    ///
    /// Two guests on one thread, one of which waits for the other:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::error::Context;
    /// use libwasmtime::{Caller, Engine, Linker, Module, Result, Store};
    /// use tokio::sync::mpsc::{Receiver, Sender, channel};
    ///
    /// struct State {
    ///     outbox: Sender<i32>,
    ///     inbox: Receiver<i32>,
    /// }
    ///
    /// async fn send(caller: Caller<'_, State>, number: i32) -> Result<()> {
    ///     Ok(caller.data().outbox.send(number).await?)
    /// }
    ///
    /// async fn receive(mut caller: Caller<'_, State>) -> Result<i32> {
    ///     caller.data_mut().inbox.recv().await.context("the other guest has gone")
    /// }
    ///
    /// let engine = Engine::default();
    /// let mut linker = Linker::new(&engine);
    /// linker.func_wrap_async("host", "send", |caller, (x,): (i32,)| Box::new(send(caller, x)))?;
    /// linker.func_wrap_async("host", "receive", |caller, ()| Box::new(receive(caller)))?;
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "send" (func $send (param i32)))
    ///         (import "host" "receive" (func $receive (result i32)))
    ///         (func (export "ask") (result i32)
    ///             (call $send (i32.const 21))
    ///             (call $receive))
    ///         (func (export "answer") (result i32)
    ///             (call $send (i32.mul (i32.const 2) (call $receive)))
    ///             (i32.const 0)))
    /// "#)?;
    ///
    /// // A store for each guest.
    /// let guest = async |function, state| -> Result<i32> {
    ///     let mut store = Store::new(&engine, state);
    ///     let instance = linker.instantiate_async(&mut store, &module).await?;
    ///     let function = instance.get_typed_func::<(), i32>(&mut store, function)?;
    ///     function.call_async(&mut store, ()).await
    /// };
    /// let (question, questions) = channel(1);
    /// let (answer, answers) = channel(1);
    /// let (answered, _) = futures::executor::block_on(async {
    ///     tokio::try_join!(
    ///         guest("ask", State { outbox: question, inbox: answers }),
    ///         guest("answer", State { outbox: answer, inbox: questions }),
    ///     )
    /// })?;
    /// assert_eq!(answered, 42);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// A call that is cut off when it waits for too long:
    ///
    #[doc = example!(wat)]
    /// # use libwasmtime::{Engine, Linker, Module, Store};
    /// # use std::time::Duration;
    /// # let engine = Engine::default();
    /// # let module = Module::new(&engine, r#"
    /// #     (module
    /// #         (import "host" "receive" (func $receive (result i32)))
    /// #         (global (export "calls") (mut i32) (i32.const 0))
    /// #         (func (export "run") (result i32)
    /// #             (global.set 0 (i32.add (global.get 0) (i32.const 1)))
    /// #             (call $receive)))
    /// # "#)?;
    /// # let mut linker = Linker::new(&engine);
    /// # linker.func_wrap_async("host", "receive", |_, ()| {
    /// #     Box::new(std::future::pending::<i32>())
    /// # })?;
    /// # let mut store = Store::new(&engine, ());
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    /// # runtime.block_on(async {
    /// let instance = linker.instantiate_async(&mut store, &module).await?;
    /// let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
    ///
    /// let call = run.call_async(&mut store, ());
    /// match tokio::time::timeout(Duration::from_millis(10), call).await {
    ///     Ok(result) => println!("{}", result?),
    ///     // The call's future has been dropped.
    ///     Err(_) => println!("the guest took too long"),
    /// }
    ///
    /// // The store is as the guest has left it.
    /// let calls = instance.get_global(&mut store, "calls").expect("it is exported");
    /// assert_eq!(calls.get(&mut store).i32(), Some(1));
    /// # Ok::<(), libwasmtime::Error>(())
    /// # })?;
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// [`Store::fuel_async_yield_interval`]: crate::Store::fuel_async_yield_interval
    /// [`Store::epoch_deadline_async_yield_and_update`]: crate::Store::epoch_deadline_async_yield_and_update
    /// [`UpdateDeadline`]: crate::UpdateDeadline
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
        unsafe {
            let opaque = store.opaque_ptr();
            let (args, results) = (&raw mut values.0.0, &raw mut values.0.1);
            params.write::<Lent>(&mut Writer::new(args.cast(), opaque))?;
            StoreOpaque::call_async(
                opaque,
                self.func().get_c(store.opaque()),
                (args.cast(), Params::VALTYPES.len()),
                (results.cast(), Results::VALTYPES.len()),
            )
        }
        .await?;
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
