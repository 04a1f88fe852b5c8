//! Asynchronous instantiation with the imports in their order.

use super::{check_engine, check_imports};
use crate::error::{bail, ensure};
use crate::{AsContextMut, Extern, Instance, Linker, Module, Result, StoreContextMut};
use std::collections::BTreeMap;

impl Instance {
    /// Instantiates a module asynchronously with the imports given.
    ///
    /// It does what [`Instance::new`] does, in a future, and runs the start function as
    /// [`TypedFunc::call_async`](crate::TypedFunc::call_async) calls a function: nothing happens
    /// before the future is polled, and the start function may wait. If the future is dropped
    /// before it has finished, the start function is unwound; the instance stays in the store and
    /// counts for its limits, but nothing returns it.
    ///
    /// A [`Linker`] finds imports by name, and looks them up once for many instances: see
    /// [`InstancePre::instantiate_async`](crate::InstancePre::instantiate_async), which is faster.
    ///
    /// Calls `wasmtime_linker_instantiate_pre` and `wasmtime_instance_pre_instantiate_async`,
    /// with a linker of its own, as the C API instantiates asynchronously only from linkers.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - [`Instance::new`] would return one for another reason than that the store requires
    ///   asynchronous calls;
    /// - the module imports one name twice, and the items for it are different, which a linker
    ///   can't express;
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
    /// A start function that waits for the host:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Func, Instance, Module, Store};
    /// use tokio::sync::mpsc;
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "report" (func $report (param i32)))
    ///         (func $start (call $report (i32.const 1)) (call $report (i32.const 2)))
    ///         (start $start))
    /// "#)?;
    /// // A channel that holds one report: the guest waits until it is received.
    /// let (sender, mut reports) = mpsc::channel(1);
    /// let mut store = Store::new(&engine, ());
    /// let report = Func::wrap_async(&mut store, move |_, (number,): (i32,)| {
    ///     let sender = sender.clone();
    ///     Box::new(async move { Ok::<(), libwasmtime::Error>(sender.send(number).await?) })
    /// });
    ///
    /// futures::executor::block_on(async {
    ///     let imports = [report.into()];
    ///     let instance = Instance::new_async(&mut store, &module, &imports);
    ///     let receive = async { [reports.recv().await, reports.recv().await] };
    ///     let (instance, received) = tokio::join!(instance, receive);
    ///     instance?;
    ///     assert_eq!(received, [Some(1), Some(2)]);
    ///     Ok::<(), libwasmtime::Error>(())
    /// })?;
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub async fn new_async(
        mut store: impl AsContextMut,
        module: &Module,
        imports: &[Extern],
    ) -> Result<Instance> {
        let store = store.as_context_mut();
        check_engine(store.engine(), module)?;
        check_imports(&store, imports)?;
        // The C API has a function for that only for linkers.
        let pre = linker_of(&store, module, imports)?.instantiate_pre(module)?;
        pre.instantiate_async(store).await
    }
}

/// Creates a linker with the imports of a module.
///
/// # Errors
///
/// Returns an error if there are too few or too many, or if imports of the same names are
/// different items, which a linker can't express.
fn linker_of<T: 'static>(
    store: &StoreContextMut<'_, T>,
    module: &Module,
    imports: &[Extern],
) -> Result<Linker<T>> {
    let expected = module.imports().len();
    ensure!(
        expected == imports.len(),
        "expected {expected} imports, found {}",
        imports.len()
    );
    let mut linker = Linker::new(store.engine());
    let mut items = BTreeMap::new();
    for (import, item) in module.imports().zip(imports) {
        let (module, name) = (import.module(), import.name());
        match items.insert((module, name), item) {
            None => linker.define_item(store.opaque(), module, name, item)?,
            Some(same) if same.is(item) => {}
            Some(_) => bail!(
                "the module imports `{module}::{name}` twice, and different items are given for \
                 it: asynchronous instantiation requires the same item"
            ),
        }
    }
    Ok(linker)
}
