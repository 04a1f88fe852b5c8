//! Asynchronous functions that would get into a store while a synchronous call runs in it, and
//! whose code could call them, for which libwasmtime would end the process.

use super::pend;
use crate::alone;
use libwasmtime::*;
use smol::future::block_on;

const MUST_BE_ASYNC: &str =
    "store configuration requires that `*_async` functions are used instead";

const REFUSED: &str = "a store can't get asynchronous host functions while a synchronous call \
                       runs in it: use the `*_async` functions for the outer call";

/// A module that calls whatever is in a table, after the host function.
const WAT: &str = r#"(module
    (import "" "" (func $host))
    (table (export "table") 1 funcref)
    (global (export "global") (mut funcref) (ref.null func))
    (func (export "f") (call $host) (call_indirect (i32.const 0)))
    (func (export "g") (call $host) (table.set (i32.const 0) (global.get 0))
        (call_indirect (i32.const 0))))"#;

/// Each way to add an asynchronous function to the store of the caller. Returns the function,
/// or why there is none.
type Add = fn(&mut Caller<'_, ()>) -> Result<Func, String>;

fn text_of<R>(result: Result<R>) -> Result<R, String> {
    result.map_err(|error| error.to_string())
}

fn linker(caller: &Caller<'_, ()>) -> Linker<()> {
    let mut linker = Linker::new(caller.engine());
    linker
        .func_wrap_async("", "", |_, ()| Box::new(pend(1)))
        .unwrap();
    linker
}

fn importing(caller: &Caller<'_, ()>) -> Module {
    let text = r#"(module (import "" "" (func $f)) (export "f" (func $f)))"#;
    Module::new(caller.engine(), text).unwrap()
}

/// Returns what a panicking function returns, or the text of its panic.
fn caught(add: impl FnOnce() -> Func) -> Result<Func, String> {
    let mut added = None;
    let panics = std::panic::AssertUnwindSafe(|| added = Some(add()));
    match std::panic::catch_unwind(panics) {
        Ok(()) => Ok(added.expect("it was added")),
        Err(payload) => Err(*payload.downcast::<String>().expect("a text")),
    }
}

const WAYS: &[Add] = &[
    |caller| caught(|| Func::wrap_async(caller, |_, ()| Box::new(pend(1)))),
    |caller| {
        let ty = FuncType::new(caller.engine(), [], []);
        caught(|| Func::new_async(caller, ty, |_, _, _| Box::new(async { Ok(()) })))
    },
    |caller| {
        let item = linker(caller).get(caller, "", "");
        text_of(item).map(|item| item.into_func().unwrap())
    },
    |caller| {
        let item = linker(caller).get_default(caller, "");
        text_of(item)
    },
    |caller| {
        let module = importing(caller);
        let import = module.imports().next().unwrap();
        let item = linker(caller).try_get_by_import(&mut *caller, &import);
        let item = text_of(item)?.unwrap();
        Ok(item.into_func().unwrap())
    },
    |caller| {
        let module = importing(caller);
        let instance = block_on(linker(caller).instantiate_async(&mut *caller, &module));
        Ok(text_of(instance)?.get_func(caller, "f").unwrap())
    },
    |caller| {
        let module = importing(caller);
        let pre = linker(caller).instantiate_pre(&module).unwrap();
        let instance = block_on(pre.instantiate_async(&mut *caller));
        Ok(text_of(instance)?.get_func(caller, "f").unwrap())
    },
    |caller| {
        // With an import whose size has to be measured anew.
        let memory = Memory::new(&mut *caller, MemoryType::new(1, None)).unwrap();
        let mut linker = linker(caller);
        linker.define(&*caller, "", "memory", memory).unwrap();
        memory.grow(&mut *caller, 1).unwrap();
        let text = r#"(module
            (import "" "memory" (memory 2))
            (import "" "" (func $f))
            (export "f" (func $f)))"#;
        let module = Module::new(caller.engine(), text).unwrap();
        let instance = block_on(linker.instantiate_async(&mut *caller, &module));
        Ok(text_of(instance)?.get_func(caller, "f").unwrap())
    },
    |caller| {
        let text = r#"(module (func (export "_start")))"#;
        let command = Module::new(caller.engine(), text).unwrap();
        let mut linker = linker(caller);
        linker.allow_shadowing(true);
        text_of(block_on(linker.module_async(&mut *caller, "", &command)).map(drop))?;
        let item = linker.get(&mut *caller, "", "_start").unwrap();
        Ok(item.into_func().unwrap())
    },
];

/// Puts a function into the table and the global of the caller.
fn put(caller: &mut Caller<'_, ()>, func: Func) {
    let table = caller.get_export("table").and_then(Extern::into_table);
    table.unwrap().set(&mut *caller, 0, func.into()).unwrap();
    let global = caller.get_export("global").and_then(Extern::into_global);
    global.unwrap().set(caller, func.into()).unwrap();
}

fn calls(store: &mut Store<()>, host: Func, name: &str) -> TypedFunc<(), ()> {
    let module = Module::new(store.engine(), WAT).unwrap();
    let instance = block_on(Instance::new_async(&mut *store, &module, &[host.into()]));
    instance.unwrap().get_typed_func(store, name).unwrap()
}

/// In a host function that is called synchronously.
#[test]
fn in_a_synchronous_call() {
    alone("asynchronous::late::in_a_synchronous_call", || {
        for add in WAYS {
            for name in ["f", "g"] {
                let mut store = Store::<()>::default();
                let host = Func::wrap(&mut store, |mut caller: Caller<'_, ()>| {
                    match add(&mut caller) {
                        Ok(func) => put(&mut caller, func),
                        Err(text) => assert_eq!(text, REFUSED),
                    }
                });
                let f = calls(&mut store, host, name);
                let error = f.call(&mut store, ()).unwrap_err();
                assert_eq!(error.downcast_ref(), Some(&Trap::IndirectCallToNull));
                // Asynchronously, nothing prevents it.
                block_on(f.call_async(&mut store, ())).unwrap();
                let error = f.call(&mut store, ()).unwrap_err();
                assert_eq!(error.to_string(), MUST_BE_ASYNC);
            }
        }
    });
}

/// In an asynchronous call that such a host function waits for.
#[test]
fn in_an_asynchronous_call_within() {
    alone("asynchronous::late::in_an_asynchronous_call_within", || {
        for add in WAYS {
            for name in ["f", "g"] {
                let mut store = Store::<()>::default();
                let inner = Func::wrap(&mut store, |mut caller: Caller<'_, ()>| {
                    assert_eq!(add(&mut caller).map(drop), Err(REFUSED.to_owned()));
                });
                let text =
                    r#"(module (import "" "" (func $inner)) (func (export "f") (call $inner)))"#;
                let module = Module::new(store.engine(), text).unwrap();
                let instance = Instance::new(&mut store, &module, &[inner.into()]).unwrap();
                let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
                let host = Func::wrap(&mut store, move |mut caller: Caller<'_, ()>| {
                    block_on(f.call_async(&mut caller, ())).unwrap();
                    assert_eq!(add(&mut caller).map(drop), Err(REFUSED.to_owned()));
                });
                let f = calls(&mut store, host, name);
                for _ in 0..2 {
                    let error = f.call(&mut store, ()).unwrap_err();
                    assert_eq!(error.downcast_ref(), Some(&Trap::IndirectCallToNull));
                }
            }
        }
    });
}

/// In an epoch callback, a start function, and a linker's module.
#[test]
fn in_other_callbacks() {
    alone("asynchronous::late::in_other_callbacks", || {
        for add in WAYS {
            let engine = Engine::new(Config::new().epoch_interruption(true)).unwrap();
            let mut store = Store::new(&engine, ());
            store.set_epoch_deadline(100);
            let host = Func::wrap(&mut store, |mut caller: Caller<'_, ()>| {
                assert_eq!(add(&mut caller).map(drop), Err(REFUSED.to_owned()));
            });
            let text = r#"(module (import "" "" (func $host))
            (func $start (call $host)) (start $start)
            (func (export "_initialize") (call $host))
            (func (export "f")))"#;
            let module = Module::new(&engine, text).unwrap();
            Instance::new(&mut store, &module, &[host.into()]).unwrap();
            let mut linker = Linker::new(&engine);
            linker.define(&store, "", "", host).unwrap();
            let instance = linker.instantiate(&mut store, &module).unwrap();
            let pre = linker.instantiate_pre(&module).unwrap();
            pre.instantiate(&mut store).unwrap();
            linker.module(&mut store, "m", &module).unwrap();

            let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
            store.epoch_deadline_callback(|mut store| {
                let added = caught(|| Func::wrap_async(&mut store, |_, ()| Box::new(pend(1))));
                assert_eq!(added.map(drop), Err(REFUSED.to_owned()));
                Ok(UpdateDeadline::Continue(1))
            });
            store.set_epoch_deadline(0);
            f.call(&mut store, ()).unwrap();
        }
    });
}

/// After a call that has failed or panicked, or in which an asynchronous call was dropped,
/// nothing is left of it.
#[test]
fn after_a_synchronous_call() {
    alone("asynchronous::late::after_a_synchronous_call", || {
        for (add, outcome) in WAYS.iter().zip([0, 1, 2].into_iter().cycle()) {
            let mut store = Store::<()>::default();
            let f = Func::wrap(&mut store, || ());
            let f = f.typed::<(), ()>(&store).unwrap();
            let host = Func::wrap(&mut store, move |mut caller: Caller<'_, ()>| {
                let mut call = Box::pin(f.call_async(&mut caller, ()));
                _ = block_on(smol::future::poll_once(&mut call));
                drop(call);
                match outcome {
                    0 => Ok(()),
                    1 => bail!("fails"),
                    _ => panic!("panics"),
                }
            });
            let called = std::panic::AssertUnwindSafe(|| host.call(&mut store, &[], &mut []));
            _ = std::panic::catch_unwind(called);
            let host = Func::wrap(&mut store, |mut caller: Caller<'_, ()>| {
                let func = add(&mut caller).unwrap();
                put(&mut caller, func);
            });
            let f = calls(&mut store, host, "f");
            block_on(f.call_async(&mut store, ())).unwrap();
        }
    });
}
