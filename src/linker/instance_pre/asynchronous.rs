//! Asynchronous instantiation of modules with imports.

use super::InstancePre;
use crate::store::StoreOpaque;
use crate::sys::{Feature, require};
use crate::{AsContextMut, Instance, Result};
use std::mem::MaybeUninit;

impl<T: 'static> InstancePre<T> {
    /// Creates an instance in `store` asynchronously.
    ///
    /// It does what [`InstancePre::instantiate`] does, in a future, and runs the start function
    /// as [`Linker::instantiate_async`](crate::Linker::instantiate_async) does. If the module
    /// imports an asynchronous host function, the store can be entered by asynchronous calls only
    /// from then on.
    ///
    /// Calls `wasmtime_instance_pre_instantiate_async`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - [`InstancePre::instantiate`] would return one for another reason than that the store,
    ///   or an import, requires asynchronous calls;
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
    /// Requests as tasks of a runtime with several threads, each in a store of its own:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Linker, Module, Result, Store};
    /// use std::time::Duration;
    /// use tokio::task::JoinSet;
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "sleep" (func $sleep (param i64)))
    ///         (func (export "handle") (param i64) (result i64)
    ///             (call $sleep (i64.const 1))
    ///             (i64.mul (local.get 0) (local.get 0))))
    /// "#)?;
    /// let mut linker = Linker::<u64>::new(&engine);
    /// linker.func_wrap_async("host", "sleep", |_, (milliseconds,): (u64,)| {
    ///     Box::new(tokio::time::sleep(Duration::from_millis(milliseconds)))
    /// })?;
    ///
    /// // Done once, when the server starts.
    /// let pre = linker.instantiate_pre(&module)?;
    ///
    /// let runtime = tokio::runtime::Builder::new_multi_thread().enable_time().build()?;
    /// let sum = runtime.block_on(async {
    ///     let mut requests = JoinSet::new();
    ///     for request in 1..=3 {
    ///         let pre = pre.clone();
    ///         requests.spawn(async move {
    ///             let mut store = Store::new(pre.module().engine(), request);
    ///             let instance = pre.instantiate_async(&mut store).await?;
    ///             let handle = instance.get_typed_func::<u64, u64>(&mut store, "handle")?;
    ///             handle.call_async(&mut store, request).await
    ///         });
    ///     }
    ///     requests.join_all().await.into_iter().sum::<Result<u64>>()
    /// })?;
    /// assert_eq!(sum, 1 + 4 + 9);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub async fn instantiate_async(
        &self,
        mut store: impl AsContextMut<Data = T>,
    ) -> Result<Instance> {
        let mut store = store.as_context_mut();
        require(Feature::Async)?;
        self.check(&mut store)?;
        // Before the memories are noted as the store's.
        if self.inner.needs.is_async() {
            store.opaque_mut().add_async()?;
        }
        let this = self.in_store(&mut store)?;
        self.import_memories(&mut store)?;
        let mut instance = MaybeUninit::uninit();
        // SAFETY: invariants "Context" and "Ownership": the store is borrowed exclusively,
        // and `check` has found that the imports may be used with it. The place for the
        // instance is valid until the future has been dropped.
        unsafe {
            StoreOpaque::instantiate_pre_async(
                store.opaque_ptr(),
                this.as_ptr(),
                instance.as_mut_ptr(),
            )
        }
        .await?;
        // SAFETY: there is an instance of this module in this store, as there is no error.
        Ok(unsafe { Instance::adopt(store.opaque_mut(), instance.assume_init(), self.module()) })
    }
}
