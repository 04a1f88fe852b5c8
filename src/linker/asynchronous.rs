//! Asynchronous host functions, and asynchronous instantiation.

use super::Linker;
use super::module::{CALLING_INITIALIZER, ModuleKind, initializer};
use crate::error::Context;
use crate::func::HostFunc;
use crate::instance::check_engine;
use crate::{
    AsContextMut, Caller, Func, FuncType, Instance, Module, Result, Val, WasmRet, WasmTyList,
};
use std::future::Future;
use std::sync::Arc;

impl<T> Linker<T> {
    /// Defines an asynchronous host function whose type is known only at run time.
    ///
    /// [`Func::new_async`](crate::Func::new_async) says what the closure gets and returns. All
    /// else is as described for [`Linker::func_wrap_async`].
    ///
    /// Calls `wasmtime_linker_define_func_unchecked`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the name is defined already and shadowing isn't allowed; see
    ///   [`Linker::allow_shadowing`];
    /// - libwasmtime was built without `async`; the error is an
    ///   [`Unsupported`](crate::Unsupported).
    ///
    /// # Panics
    ///
    /// Panics if `ty` belongs to another engine.
    ///
    /// # Examples
    ///
    /// All functions that a module imports, whatever they are, are forwarded to another task:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, ExternType, Linker, Module, Store, Val};
    /// use tokio::sync::{mpsc, oneshot};
    ///
    /// struct Request {
    ///     function: String,
    ///     args: Vec<Val>,
    ///     results: oneshot::Sender<Vec<Val>>,
    /// }
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "math" "double" (func $double (param i32) (result i32)))
    ///         (import "math" "next" (func $next (param i32) (result i32)))
    ///         (func (export "run") (param i32) (result i32)
    ///             (call $next (call $double (local.get 0)))))
    /// "#)?;
    ///
    /// let (sender, mut requests) = mpsc::channel::<Request>(1);
    /// let mut linker = Linker::new(&engine);
    /// for import in module.imports() {
    ///     let ExternType::Func(ty) = import.ty() else { continue };
    ///     let (sender, name) = (sender.clone(), import.name().to_owned());
    ///     linker.func_new_async(import.module(), import.name(), ty, move |_, args, results| {
    ///         // The future can't borrow from the closure.
    ///         let (sender, function) = (sender.clone(), name.clone());
    ///         Box::new(async move {
    ///             let (answer, answered) = oneshot::channel();
    ///             let args = args.to_vec();
    ///             sender.send(Request { function, args, results: answer }).await?;
    ///             results.copy_from_slice(&answered.await?);
    ///             Ok(())
    ///         })
    ///     })?;
    /// }
    /// drop(sender);
    ///
    /// let guest = async {
    ///     // The linker is dropped at the end, so that no request follows.
    ///     let linker = linker;
    ///     let mut store = Store::new(&engine, ());
    ///     let instance = linker.instantiate_async(&mut store, &module).await?;
    ///     let run = instance.get_typed_func::<i32, i32>(&mut store, "run")?;
    ///     run.call_async(&mut store, 20).await
    /// };
    /// let host = async move {
    ///     while let Some(request) = requests.recv().await {
    ///         let x = request.args[0].unwrap_i32();
    ///         let result = match &*request.function {
    ///             "double" => x * 2,
    ///             _ => x + 1,
    ///         };
    ///         // It fails if the guest's call has been dropped meanwhile.
    ///         let _ = request.results.send(vec![Val::I32(result)]);
    ///     }
    /// };
    /// let (result, ()) = futures::executor::block_on(async { tokio::join!(guest, host) });
    /// assert_eq!(result?, 41);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
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

    /// Defines an asynchronous host function from a Rust closure.
    ///
    /// [`Func::wrap_async`](crate::Func::wrap_async) says which closures there are, how they are
    /// called, and what happens when the host's call is dropped. Unlike a function of
    /// `Func::wrap_async`, this one belongs to no store: it can be imported in every store of
    /// the linker's engine, and may be called from several threads at a time.
    ///
    /// Modules that import it are instantiated with [`Linker::instantiate_async`] or
    /// [`InstancePre::instantiate_async`](crate::InstancePre::instantiate_async). From then on,
    /// the store can be entered by asynchronous calls only. A linker may contain synchronous and
    /// asynchronous functions; a module that imports none of the latter can be instantiated
    /// synchronously.
    ///
    /// Calls `wasmtime_linker_define_func_unchecked`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the name is defined already and shadowing isn't allowed; see
    ///   [`Linker::allow_shadowing`];
    /// - libwasmtime was built without `async`; the error is an
    ///   [`Unsupported`](crate::Unsupported).
    ///
    /// # Examples
    ///
    /// A guest that looks up values, one of which comes from a task of the host:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::error::Context;
    /// use libwasmtime::{Caller, Engine, Extern, Linker, Module, Result, Store};
    /// use std::collections::HashMap;
    /// use std::sync::Arc;
    /// use tokio::sync::{Mutex, Notify};
    ///
    /// /// What all guests share.
    /// #[derive(Default)]
    /// struct Values {
    ///     by_name: Mutex<HashMap<String, i32>>,
    ///     changed: Notify,
    /// }
    ///
    /// /// Waits until there is a value of that name.
    /// async fn get(mut caller: Caller<'_, Arc<Values>>, address: u32, len: u32) -> Result<i32> {
    ///     let memory = caller.get_export("memory").and_then(Extern::into_memory);
    ///     let memory = memory.context("the module exports no memory")?;
    ///     let mut name = vec![0; len.min(100) as usize];
    ///     memory.read(&caller, address as usize, &mut name)?;
    ///     let name = String::from_utf8(name)?;
    ///
    ///     let values = caller.data();
    ///     loop {
    ///         let changed = values.changed.notified();
    ///         if let Some(value) = values.by_name.lock().await.get(&name) {
    ///             return Ok(*value);
    ///         }
    ///         changed.await;
    ///     }
    /// }
    ///
    /// let engine = Engine::default();
    /// let mut linker = Linker::new(&engine);
    /// linker.func_wrap_async("host", "get", |caller, (address, len): (u32, u32)| {
    ///     Box::new(get(caller, address, len))
    /// })?;
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "get" (func $get (param i32 i32) (result i32)))
    ///         (memory (export "memory") 1)
    ///         (data (i32.const 8) "answer")
    ///         (func (export "run") (result i32) (call $get (i32.const 8) (i32.const 6))))
    /// "#)?;
    ///
    /// let values = Arc::new(Values::default());
    /// let mut store = Store::new(&engine, values.clone());
    /// let guest = async {
    ///     let instance = linker.instantiate_async(&mut store, &module).await?;
    ///     let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
    ///     run.call_async(&mut store, ()).await
    /// };
    /// let host = async {
    ///     values.by_name.lock().await.insert("answer".to_owned(), 42);
    ///     values.changed.notify_waiters();
    /// };
    /// let (answer, ()) = futures::executor::block_on(async { tokio::join!(guest, host) });
    /// assert_eq!(answer?, 42);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
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

    /// Instantiates a module asynchronously, with imports from the linker.
    ///
    /// It does what [`Linker::instantiate`] does, in a future, and runs the start function as
    /// [`TypedFunc::call_async`](crate::TypedFunc::call_async) calls a function: nothing happens
    /// before the future is polled, and the start function may wait. If the module imports an
    /// asynchronous host function, the store can be entered by asynchronous calls only from then
    /// on.
    ///
    /// If the future is dropped before it has finished, the start function is unwound. The
    /// instance stays in the store and counts for its limits, but nothing returns it.
    ///
    /// To instantiate a module many times, look up its imports once, with
    /// [`Linker::instantiate_pre`].
    ///
    /// Calls `wasmtime_linker_instantiate_pre` and `wasmtime_instance_pre_instantiate_async`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - [`Linker::instantiate`] would return one for another reason than that the store, or an
    ///   import, requires asynchronous calls;
    /// - the module imports an asynchronous host function, and a synchronous call is running in
    ///   the store: use the `*_async` functions for that call;
    /// - there is no stack for the start function, as described for
    ///   [`TypedFunc::call_async`](crate::TypedFunc::call_async);
    /// - libwasmtime was built without `async`; the error is an
    ///   [`Unsupported`](crate::Unsupported).
    ///
    /// # Panics
    ///
    /// Panics, when it is polled, if a host function that the start function calls panics.
    ///
    /// # Examples
    ///
    /// A start function that waits for its configuration:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::error::Context;
    /// use libwasmtime::{Caller, Engine, Linker, Module, Result, Store};
    /// use tokio::sync::oneshot::{self, Receiver};
    ///
    /// async fn level(mut caller: Caller<'_, Option<Receiver<i32>>>) -> Result<i32> {
    ///     let level = caller.data_mut().take().context("it is asked for once")?;
    ///     Ok(level.await?)
    /// }
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "config" "level" (func $level (result i32)))
    ///         (global $level (mut i32) (i32.const 0))
    ///         (func $start (global.set $level (call $level)))
    ///         (start $start)
    ///         (func (export "level") (result i32) (global.get $level)))
    /// "#)?;
    /// let mut linker = Linker::new(&engine);
    /// linker.func_wrap_async("config", "level", |caller, ()| Box::new(level(caller)))?;
    ///
    /// let (config, receiver) = oneshot::channel();
    /// let mut store = Store::new(&engine, Some(receiver));
    /// futures::executor::block_on(async {
    ///     let instance = linker.instantiate_async(&mut store, &module);
    ///     // The start function waits while the value is sent.
    ///     let (instance, _) = tokio::join!(instance, async { config.send(3) });
    ///     let level = instance?.get_typed_func::<(), i32>(&mut store, "level")?;
    ///     assert_eq!(level.call_async(&mut store, ()).await?, 3);
    ///     Ok::<(), libwasmtime::Error>(())
    /// })?;
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
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
        self.definitions.check(&mut store, module)?;
        self.resolve(&mut store, module)?
            .instantiate_async(store)
            .await
    }
}

impl<T: 'static> Linker<T> {
    /// Defines the exports of a module asynchronously, as [`Linker::module`] does.
    ///
    /// A *reactor* is instantiated by [`Linker::instantiate_async`] now, and its function
    /// `_initialize` is called by [`TypedFunc::call_async`](crate::TypedFunc::call_async). The
    /// functions of a *command* are defined as asynchronous ones, each call of which instantiates
    /// the module asynchronously: so the store can be entered by asynchronous calls only from
    /// then on.
    ///
    /// Nothing happens before the future is polled. If it is dropped before it has finished, the
    /// linker has no new definitions.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - [`Linker::module`] would return one for another reason than that the store, or an
    ///   import, requires asynchronous calls;
    /// - a reactor cannot be instantiated asynchronously, for the reasons of
    ///   [`Linker::instantiate_async`];
    /// - `module` is a command, and a synchronous call is running in the store: use the
    ///   `*_async` functions for that call.
    ///
    /// # Panics
    ///
    /// Panics, when it is polled, if
    ///
    /// - `store` belongs to another engine;
    /// - `module` is a command, and the definition of one of its imports belongs to another
    ///   store;
    /// - a host function panics that is called by the start function or by `_initialize`.
    ///
    /// # Examples
    ///
    /// A library whose initialization waits, for the modules that are linked afterwards:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Linker, Module, Store};
    /// use std::time::Duration;
    ///
    /// let engine = Engine::default();
    /// let library = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "load" (func $load (result i32)))
    ///         (global $value (mut i32) (i32.const 0))
    ///         (func (export "_initialize") (global.set $value (call $load)))
    ///         (func (export "value") (result i32) (global.get $value)))
    /// "#)?;
    /// let program = Module::new(&engine, r#"
    ///     (module
    ///         (import "library" "value" (func $value (result i32)))
    ///         (func (export "run") (result i32) (call $value)))
    /// "#)?;
    /// let mut linker = Linker::new(&engine);
    /// linker.func_wrap_async("host", "load", |_, ()| {
    ///     Box::new(async {
    ///         tokio::time::sleep(Duration::from_millis(1)).await;
    ///         42
    ///     })
    /// })?;
    ///
    /// let mut store = Store::new(&engine, ());
    /// let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    /// runtime.block_on(async {
    ///     linker.module_async(&mut store, "library", &library).await?;
    ///     let program = linker.instantiate_async(&mut store, &program).await?;
    ///     let run = program.get_typed_func::<(), i32>(&mut store, "run")?;
    ///     assert_eq!(run.call_async(&mut store, ()).await?, 42);
    ///     Ok::<(), libwasmtime::Error>(())
    /// })?;
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
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
            ModuleKind::Command => {
                // An error here, which would be a panic of `Func::new_async`.
                store.opaque_mut().add_async()?;
                self.command(store, module_name, module, |store, ty, call| {
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
                })
            }
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
