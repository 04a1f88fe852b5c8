//! A library without asynchronous calls: each function is an error, or does what its
//! documentation says.

use crate::case::minimal;
use crate::subprocess::{Subprocess, inside};
use libwasmtime::*;
use std::path::Path;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

const WAT: &str = r#"(module
    (func (export "f") (param i32) (result i32) (loop (result i32) (local.get 0))))"#;

fn config() -> Config {
    let mut config = Config::new();
    config.consume_fuel(true).epoch_interruption(true);
    config
}

/// Waits for a future that never waits.
fn ready<R>(future: impl Future<Output = R>) -> R {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("it waits"),
    }
}

#[track_caller]
fn assert_unsupported<R>(result: Result<R>) {
    let error = result.err().expect("it is unsupported");
    let unsupported = error.downcast_ref::<Unsupported>();
    let feature = unsupported.map(|unsupported| unsupported.feature);
    assert_eq!(feature, Some(Feature::Async), "{error:?}");
}

fn asynchronous_calls_are_unsupported() {
    let library = minimal();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("asynchronous.cwasm");
    if !inside() {
        let mut config = config();
        config.wasm_exceptions(false).gc_support(false);
        config.wasm_threads(false);
        config
            .wasm_component_model(false)
            .concurrency_support(false);
        let engine = Engine::new(&config).unwrap();
        let code = Module::new(&engine, WAT).unwrap().serialize().unwrap();
        std::fs::write(&file, code).unwrap();
    }
    let mut process = Subprocess::new("asynchronous::asynchronous_calls_are_unsupported");
    process.command().env("LIBWASMTIME_PATH", library);
    process.run(|| {
        let engine = Engine::new(&config()).unwrap();
        // SAFETY: the file was just made.
        let module = unsafe { Module::deserialize_file(&engine, &file) }.unwrap();
        let mut store = Store::new(&engine, ());
        store.set_fuel(u64::MAX).unwrap();
        store.set_epoch_deadline(100);
        functions(&mut store);
        instances(&mut store, &module);
        yields(&mut store, &module);
    });
}

fn functions(store: &mut Store<()>) {
    let f = Func::wrap(&mut *store, |x: i32| x);
    let mut results = [Val::I32(0)];
    assert_unsupported(ready(f.call_async(
        &mut *store,
        &[Val::I32(1)],
        &mut results,
    )));
    let typed = f.typed::<i32, i32>(&*store).unwrap();
    assert_unsupported(ready(typed.call_async(&mut *store, 1)));
    // Nothing is different afterwards, nor after a future that wasn't polled.
    drop(typed.call_async(&mut *store, 1));
    assert_eq!(typed.call(&mut *store, 1).unwrap(), 1);

    // These can't return an error, and their function does.
    let wrapped = Func::wrap_async(&mut *store, |_, (x,): (i32,)| Box::new(async move { x }));
    let ty = f.ty(&*store);
    let made = Func::new_async(&mut *store, ty, |_, _, _| Box::new(async { Ok(()) }));
    for f in [wrapped, made] {
        let typed = f.typed::<i32, i32>(&*store).unwrap();
        assert_unsupported(typed.call(&mut *store, 1));
        assert_unsupported(ready(typed.call_async(&mut *store, 1)));
    }
    let mut linker = Linker::<()>::new(store.engine());
    let defined = linker.func_wrap_async("", "", |_, ()| Box::new(async {}));
    assert_unsupported(defined);
    let ty = FuncType::new(store.engine(), [], []);
    let defined = linker.func_new_async("", "", ty, |_, _, _| Box::new(async { Ok(()) }));
    assert_unsupported(defined);
    // The name is still undefined.
    linker.func_wrap("", "", || 5).unwrap();
    assert_eq!(typed.call(&mut *store, 1).unwrap(), 1);
}

fn instances(store: &mut Store<()>, module: &Module) {
    let mut linker = Linker::new(module.engine());
    let pre = linker.instantiate_pre(module).unwrap();
    assert_unsupported(ready(Instance::new_async(&mut *store, module, &[])));
    assert_unsupported(ready(linker.instantiate_async(&mut *store, module)));
    assert_unsupported(ready(pre.instantiate_async(&mut *store)));
    assert_unsupported(ready(linker.module_async(&mut *store, "m", module)));
    Instance::new(&mut *store, module, &[]).unwrap();
    linker.instantiate(&mut *store, module).unwrap();
    pre.instantiate(&mut *store).unwrap();
    linker.module(store, "m", module).unwrap();
}

fn yields(store: &mut Store<()>, module: &Module) {
    for interval in [None, Some(0), Some(1), Some(u64::MAX)] {
        assert_unsupported(store.fuel_async_yield_interval(interval));
    }
    let instance = Instance::new(&mut *store, module, &[]).unwrap();
    let f = instance
        .get_typed_func::<i32, i32>(&mut *store, "f")
        .unwrap();
    assert_eq!(f.call(&mut *store, 5).unwrap(), 5);
    store.set_epoch_deadline(0);
    store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Yield(1)));
    assert_unsupported(f.call(&mut *store, 5));
    store.epoch_deadline_callback(|_| Ok(UpdateDeadline::YieldCustom(1, Box::pin(async {}))));
    assert_unsupported(f.call(&mut *store, 5));
    store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Continue(100)));
    assert_eq!(f.call(&mut *store, 5).unwrap(), 5);

    // It can't return an error. Afterwards no call is possible.
    store.epoch_deadline_async_yield_and_update(1);
    let error = f.call(&mut *store, 5).unwrap_err();
    assert!(error.to_string().contains("`*_async` functions"), "{error}");
    assert_unsupported(ready(f.call_async(store, 5)));
}

crate::tests![asynchronous_calls_are_unsupported];
