//! Synchronous and asynchronous calls in one store.

mod imports;
mod linkers;
mod sizes;
mod stores;

use super::host::pend;
use crate::guest::Drops;
use libwasmtime::*;
use smol::future::{block_on, poll_once};

const MUST_BE_ASYNC: &str =
    "store configuration requires that `*_async` functions are used instead";
const NESTED: &str = "cannot do blocking `call` from an async context";

/// Asserts that a synchronous use is refused with this text.
#[track_caller]
fn assert_refused<R>(text: &str, result: Result<R>) {
    let Err(error) = result else {
        panic!("it wasn't refused");
    };
    assert_eq!(error.to_string(), text);
}

/// Each way to enter a store synchronously, with a host function that must not be called.
struct Entries {
    func: Func,
    typed: TypedFunc<(), ()>,
    module: Module,
    starts: Module,
    reactor: Module,
    initializes: Module,
    command: Module,
}

impl Entries {
    fn new(mut store: impl AsContextMut<Data = ()>) -> Entries {
        let engine = store.as_context().engine().clone();
        let func = Func::wrap(&mut store, || ());
        let module = |text: &str| Module::new(&engine, text).unwrap();
        Entries {
            func,
            typed: func.typed(&store).unwrap(),
            module: module(r#"(module (func (export "f")))"#),
            starts: module("(module (func $f) (start $f))"),
            reactor: module(r#"(module (func (export "a")))"#),
            initializes: module(r#"(module (func (export "_initialize")))"#),
            command: module(r#"(module (func (export "_start")))"#),
        }
    }

    /// Asserts that all are refused with this text.
    fn assert_refused(&self, text: &str, mut store: impl AsContextMut<Data = ()>) {
        assert_refused(text, self.func.call(&mut store, &[], &mut []));
        assert_refused(text, self.typed.call(&mut store, ()));
        // SAFETY: there are no values.
        let unchecked = unsafe { self.func.call_unchecked(&mut store, &mut []) };
        assert_refused(text, unchecked);
        let mut linker = Linker::<()>::new(store.as_context().engine());
        for module in [&self.module, &self.starts] {
            assert_refused(text, Instance::new(&mut store, module, &[]));
            assert_refused(text, linker.instantiate(&mut store, module));
            let pre = linker.instantiate_pre(module).unwrap();
            assert_refused(text, pre.instantiate(&mut store));
        }
        for module in [&self.reactor, &self.initializes] {
            assert_refused(text, linker.module(&mut store, "m", module).map(drop));
        }
        // A command is instantiated when it is called.
        linker.module(&mut store, "command", &self.command).unwrap();
        let start = linker.get_default(&mut store, "command").unwrap();
        assert_refused(text, start.call(&mut store, &[], &mut []));
        let nothing = linker.get_default(&mut store, "nothing").unwrap();
        assert_refused(text, nothing.call(&mut store, &[], &mut []));
    }

    /// The same entries, asynchronously.
    async fn enter(&self, mut store: impl AsContextMut<Data = ()>) {
        self.func
            .call_async(&mut store, &[], &mut [])
            .await
            .unwrap();
        self.typed.call_async(&mut store, ()).await.unwrap();
        let mut linker = Linker::<()>::new(store.as_context().engine());
        for module in [&self.module, &self.starts] {
            Instance::new_async(&mut store, module, &[]).await.unwrap();
            linker.instantiate_async(&mut store, module).await.unwrap();
            let pre = linker.instantiate_pre(module).unwrap();
            pre.instantiate_async(&mut store).await.unwrap();
        }
        for (name, module) in [
            ("a", &self.reactor),
            ("b", &self.initializes),
            ("c", &self.command),
        ] {
            linker.module_async(&mut store, name, module).await.unwrap();
        }
        let start = linker.get_default(&mut store, "c").unwrap();
        start.call_async(&mut store, &[], &mut []).await.unwrap();
    }
}

fn engine() -> Engine {
    Engine::new(Config::new().consume_fuel(true).epoch_interruption(true)).unwrap()
}

fn store() -> Store<()> {
    let mut store = Store::new(&engine(), ());
    store.set_fuel(u64::MAX).unwrap();
    store.set_epoch_deadline(1 << 20);
    store
}

/// What makes a store require asynchronous calls.
const REQUIREMENTS: &[fn(&mut Store<()>)] = &[
    |store| _ = Func::wrap_async(store, |_, ()| Box::new(async {})),
    |store| {
        let ty = FuncType::new(store.engine(), [], []);
        _ = Func::new_async(store, ty, |_, _, _| Box::new(async { Ok(()) }));
    },
    |store| {
        let mut linker = Linker::new(store.engine());
        let defined = linker.func_wrap_async("", "", |_, ()| Box::new(async {}));
        defined.unwrap().get(store, "", "").unwrap();
    },
    |store| {
        let text = r#"(module (import "" "" (func)))"#;
        let module = Module::new(store.engine(), text).unwrap();
        let import = module.imports().next().unwrap();
        let mut linker = Linker::new(store.engine());
        let defined = linker.func_wrap_async("", "", |_, ()| Box::new(async {}));
        let item = defined.unwrap().get_by_import(store, &import);
        assert!(item.is_some());
    },
    |store| {
        let text = r#"(module (import "" "" (func)))"#;
        let module = Module::new(store.engine(), text).unwrap();
        let mut linker = Linker::new(store.engine());
        linker
            .func_wrap_async("", "", |_, ()| Box::new(async {}))
            .unwrap();
        block_on(linker.instantiate_async(store, &module)).unwrap();
    },
    |store| {
        let text = r#"(module (func (export "_start")))"#;
        let module = Module::new(store.engine(), text).unwrap();
        let mut linker = Linker::new(store.engine());
        block_on(linker.module_async(store, "", &module)).unwrap();
    },
    |store| store.epoch_deadline_async_yield_and_update(1),
    |store| store.fuel_async_yield_interval(Some(1)).unwrap(),
    |store| store.fuel_async_yield_interval(None).unwrap(),
];

#[test]
fn a_store_that_requires_asynchronous_calls() {
    for require in REQUIREMENTS {
        let mut store = store();
        let entries = Entries::new(&mut store);
        require(&mut store);
        entries.assert_refused(MUST_BE_ASYNC, &mut store);
        block_on(entries.enter(&mut store));
        entries.assert_refused(MUST_BE_ASYNC, &mut store);
    }
}

/// A store that requires nothing is entered both ways, by turns.
#[test]
fn a_store_that_does_not() {
    let mut store = store();
    let entries = Entries::new(&mut store);
    let text = r#"(module (import "" "" (func $host)) (func (export "f") (call $host)))"#;
    let module = Module::new(store.engine(), text).unwrap();
    let imports = [entries.func.into()];
    for _ in 0..3 {
        entries.func.call(&mut store, &[], &mut []).unwrap();
        entries.typed.call(&mut store, ()).unwrap();
        let instance = Instance::new(&mut store, &module, &imports).unwrap();
        let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
        f.call(&mut store, ()).unwrap();
        block_on(f.call_async(&mut store, ())).unwrap();
        f.call(&mut store, ()).unwrap();
        // A call that is dropped before it has finished.
        let call = f.call_async(&mut store, ());
        drop(call);
        f.call(&mut store, ()).unwrap();
    }
    // Module commands are asynchronous functions.
    block_on(entries.enter(&mut store));
}

/// Within an asynchronous call, whatever the host's code is called from, synchronous entries
/// are refused, even if the store doesn't require them.
#[test]
fn within_an_asynchronous_call() {
    let mut store = store();
    let entries = Entries::new(&mut store);
    let host = Func::wrap(&mut store, |mut caller: Caller<'_, ()>| {
        let entries = Entries::new(&mut caller);
        entries.assert_refused(NESTED, &mut caller);
    });
    let text = r#"(module
        (import "" "" (func $host))
        (func $start (call $host))
        (start $start)
        (func (export "f") (call $host)))"#;
    let module = Module::new(store.engine(), text).unwrap();
    let instance = block_on(Instance::new_async(&mut store, &module, &[host.into()]));
    let f = instance.unwrap().get_func(&mut store, "f").unwrap();
    for f in [host, f] {
        block_on(f.call_async(&mut store, &[], &mut [])).unwrap();
        entries.func.call(&mut store, &[], &mut []).unwrap();
    }

    // An epoch callback.
    let nothing = Module::new(store.engine(), r#"(module (func (export "f")))"#).unwrap();
    let instance = Instance::new(&mut store, &nothing, &[]).unwrap();
    let f = instance.get_func(&mut store, "f").unwrap();
    store.epoch_deadline_callback(move |mut store| {
        store.set_epoch_deadline(100);
        let entries = Entries::new(&mut store);
        entries.assert_refused(NESTED, &mut store);
        Ok(UpdateDeadline::Continue(100))
    });
    store.set_epoch_deadline(0);
    block_on(f.call_async(&mut store, &[], &mut [])).unwrap();
    entries.func.call(&mut store, &[], &mut []).unwrap();

    // An asynchronous host function, before its future exists, and in all of its polls.
    let host = Func::wrap_async(&mut store, |mut caller: Caller<'_, ()>, ()| {
        let entries = Entries::new(&mut caller);
        entries.assert_refused(MUST_BE_ASYNC, &mut caller);
        Box::new(async move {
            for _ in 0..3 {
                entries.assert_refused(MUST_BE_ASYNC, &mut caller);
                entries.enter(&mut caller).await;
                pend(1).await;
            }
        })
    });
    let instance = block_on(Instance::new_async(&mut store, &module, &[host.into()]));
    let f = instance.unwrap().get_func(&mut store, "f").unwrap();
    for f in [host, f] {
        block_on(f.call_async(&mut store, &[], &mut [])).unwrap();
        entries.assert_refused(MUST_BE_ASYNC, &mut store);
    }
}

/// A host function uses its store while it is dropped, as its call is.
#[test]
fn while_a_call_is_dropped() {
    struct Enters<'a>(Caller<'a, Vec<Result<()>>>, TypedFunc<(), ()>);
    impl Drop for Enters<'_> {
        fn drop(&mut self) {
            let Enters(caller, f) = self;
            let refused = f.call(&mut *caller, ());
            caller.data_mut().push(refused);
            let called = block_on(f.call_async(&mut *caller, ()));
            caller.data_mut().push(called);
            caller.gc(None).unwrap();
        }
    }
    let mut store = Store::new(&Engine::default(), Vec::new());
    let count = Func::wrap(&mut store, |mut caller: Caller<'_, Vec<Result<()>>>| {
        caller.data_mut().push(Ok(()));
    });
    let count = count.typed::<(), ()>(&store).unwrap();
    let host = Func::wrap_async(&mut store, move |caller, ()| {
        let enters = Enters(caller, count);
        Box::new(async move {
            pend(2).await;
            drop(enters);
        })
    });
    let text = r#"(module (import "" "" (func $host)) (func (export "f") (call $host)))"#;
    let module = Module::new(store.engine(), text).unwrap();
    let instance = block_on(Instance::new_async(&mut store, &module, &[host.into()]));
    let f = instance.unwrap().get_func(&mut store, "f").unwrap();
    for polls in 0..4 {
        for f in [host, f] {
            let mut call = Box::pin(f.call_async(&mut store, &[], &mut []));
            for _ in 0..polls {
                _ = block_on(poll_once(&mut call));
            }
            drop(call);
            let outcomes = std::mem::take(store.data_mut());
            if polls == 0 {
                assert!(outcomes.is_empty());
                continue;
            }
            let [Err(refused), Ok(()), Ok(())] = &outcomes[..] else {
                panic!("{outcomes:?}");
            };
            assert_eq!(refused.to_string(), MUST_BE_ASYNC);
        }
    }
}

/// An asynchronous call within a synchronous host function, of either kind of call.
#[test]
fn a_synchronous_host_function_blocks() {
    let mut store = store();
    let text = r#"(module
        (import "" "" (func $host (param i32) (result i32)))
        (func (export "f") (param i32) (result i32)
            (if (result i32) (local.get 0)
                (then (i32.add (i32.const 1) (call $host (i32.sub (local.get 0) (i32.const 1)))))
                (else (i32.const 0)))))"#;
    let module = Module::new(store.engine(), text).unwrap();
    let host = Func::wrap(&mut store, |mut caller: Caller<'_, ()>, x: i32| {
        let f = caller.get_export("f").and_then(Extern::into_func).unwrap();
        let f = f.typed::<i32, i32>(&caller)?;
        let result = block_on(f.call_async(&mut caller, x))?;
        // As before the call.
        let refused = f.call(&mut caller, 0);
        assert!(refused.is_ok() || refused.unwrap_err().to_string() == NESTED);
        Ok(result)
    });
    let instance = Instance::new(&mut store, &module, &[host.into()]).unwrap();
    let f = instance
        .get_typed_func::<i32, i32>(&mut store, "f")
        .unwrap();
    for _ in 0..2 {
        assert_eq!(f.call(&mut store, 20).unwrap(), 20);
        assert_eq!(block_on(f.call_async(&mut store, 20)).unwrap(), 20);
    }
}

/// A yield where nothing can yield is an error that says so.
#[test]
fn yields_in_a_synchronous_call() {
    const TEXT: &str = r#"(module
        (import "" "" (func $host))
        (func (export "f") (call $host) (loop (br 0))))"#;
    // The host function makes the code reach its deadline, and may make it yield.
    let call = |store: &mut Store<()>, makes_yield: fn(&mut StoreContextMut<'_, ()>)| {
        let host = Func::wrap(&mut *store, move |mut caller: Caller<'_, ()>| {
            makes_yield(&mut caller.as_context_mut());
            caller.engine().increment_epoch();
        });
        let module = Module::new(store.engine(), TEXT).unwrap();
        let instance = Instance::new(&mut *store, &module, &[host.into()]).unwrap();
        let f = instance.get_typed_func::<(), ()>(&mut *store, "f").unwrap();
        store.set_epoch_deadline(1);
        let error = f.call(&mut *store, ()).unwrap_err();
        assert!(error.is::<WasmBacktrace>() && !error.is::<Trap>());
        (error.root_cause().to_string(), f)
    };
    let yields = "cannot use `UpdateDeadline::Yield` without using an async wasm entrypoint";
    let custom = "cannot use `UpdateDeadline::YieldCustom` without using an async wasm entrypoint";
    let mut store = store();
    store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Yield(1)));
    assert_eq!(call(&mut store, |_| {}).0, yields);
    let drops = Drops::default();
    let counts = drops.clone();
    store.epoch_deadline_callback(move |_| {
        let counted = counts.counted();
        let future = Box::pin(async move {
            pend(1).await;
            drop(counted);
        });
        Ok(UpdateDeadline::YieldCustom(1, future))
    });
    assert_eq!(call(&mut store, |_| {}).0, custom);
    assert_eq!(drops.count(), 1);

    let make_yield = |store: &mut StoreContextMut<'_, ()>| {
        store.epoch_deadline_async_yield_and_update(1);
    };
    let (text, f) = call(&mut store, make_yield);
    assert_eq!(text, yields);
    assert_refused(MUST_BE_ASYNC, f.call(&mut store, ()));

    let mut store = self::store();
    let (text, f) = call(&mut store, |store| {
        store.fuel_async_yield_interval(Some(1)).unwrap();
        store.set_epoch_deadline(100);
    });
    assert!(text.contains("async entrypoint should be used"), "{text}");
    assert_refused(MUST_BE_ASYNC, f.call(&mut store, ()));
}

/// The engine of a store counts no fuel, or checks no epochs.
#[test]
fn yields_of_an_engine_without_them() {
    let mut store = Store::<()>::default();
    let f = Func::wrap(&mut store, || ());
    let error = store.fuel_async_yield_interval(Some(1)).unwrap_err();
    assert!(
        error.to_string().contains("`Config::consume_fuel`"),
        "{error}"
    );
    // Nothing was set.
    f.call(&mut store, &[], &mut []).unwrap();
    let mut store = Store::new(&engine(), ());
    let error = store.fuel_async_yield_interval(Some(0)).unwrap_err();
    assert!(error.to_string().contains("must not be 0"), "{error}");
    let f = Func::wrap(&mut store, || ());
    f.call(&mut store, &[], &mut []).unwrap();
}

/// A future of a call that is leaked keeps its stack and its host functions forever. Its store
/// still works.
#[test]
fn a_call_that_is_leaked() {
    let mut store = store();
    let host = Func::wrap_async(&mut store, |_, ()| Box::new(pend(2)));
    let text = r#"(module
        (import "" "" (func $host))
        (memory (export "memory") 1)
        (func (export "f") (call $host) (drop (memory.grow (i32.const 1)))))"#;
    let module = Module::new(store.engine(), text).unwrap();
    let instance = block_on(Instance::new_async(&mut store, &module, &[host.into()])).unwrap();
    let memory = instance.get_memory(&mut store, "memory").unwrap();
    let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
    for times in 1..4 {
        for _ in 0..3 {
            let mut call = Box::pin(f.call_async(&mut store, ()));
            assert!(block_on(poll_once(&mut call)).is_none());
            std::mem::forget(call);
            memory.data_mut(&mut store)[0] = 1;
        }
        store.gc(None).unwrap();
        block_on(f.call_async(&mut store, ())).unwrap();
        assert_eq!(memory.data(&store).len(), (times + 1) << 16);
    }
}
