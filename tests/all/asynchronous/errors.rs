//! Errors, traps, exceptions and panics: they arrive as those of synchronous calls do.

mod exceptions;
mod panics;
mod traps;

use super::host::{host_of_each_kind, pend, typed};
use crate::errors::{NAMED, Refused, messages};
use crate::guest::instantiate;
use libwasmtime::error::Context;
use libwasmtime::*;
use smol::future::{block_on, yield_now};

/// After how many polls a host function fails: at once, and late.
const LATE: [usize; 3] = [0, 1, 3];

fn refuse(x: i32) -> Result<()> {
    ensure!(x == 0, Refused(x));
    Ok(())
}

/// Returns the exported function of [`NAMED`], which calls `host`.
async fn run<T: Send>(store: &mut Store<T>, host: Func) -> TypedFunc<i32, ()> {
    let module = Module::new(store.engine(), NAMED).expect("the module is valid");
    let instance = Instance::new_async(&mut *store, &module, &[host.into()]).await;
    let instance = instance.expect("the module can be instantiated");
    instance.get_typed_func(store, "run").expect("its type")
}

/// Returns the function of [`NAMED`], and one of the host that is called directly, both of a
/// synchronous store.
fn synchronous(host: fn(i32) -> Result<()>) -> (Store<()>, [TypedFunc<i32, ()>; 2]) {
    let mut store = Store::<()>::default();
    let host = Func::wrap(&mut store, host);
    let instance = instantiate(&mut store, NAMED, &[host.into()]);
    let run = instance.get_typed_func(&mut store, "run").unwrap();
    let direct = host.typed(&store).unwrap();
    (store, [direct, run])
}

#[test]
fn an_error_arrives_as_it_was() {
    let (mut store, functions) = synchronous(refuse);
    let expected = functions.map(|f| messages(&f.call(&mut store, 5).unwrap_err()));
    for late in LATE {
        let mut store = Store::<()>::default();
        for host in host_of_each_kind(&mut store, late, refuse) {
            block_on(async {
                let direct = host.typed::<i32, ()>(&store).unwrap();
                let run = run(&mut store, host).await;
                for (f, expected) in [direct, run].iter().zip(&expected) {
                    f.call_async(&mut store, 0).await.unwrap();
                    let error = f.call_async(&mut store, 5).await.unwrap_err();
                    assert_eq!(messages(&error), *expected);
                    assert_eq!(error.is::<WasmBacktrace>(), expected.len() > 1);
                    assert!(!error.is::<Trap>());
                    assert_eq!(error.downcast::<Refused>().unwrap(), Refused(5));
                    let params = [Val::I32(6)];
                    let call = f.func().call_async(&mut store, &params, &mut []);
                    let error = call.await.unwrap_err();
                    assert_eq!(error.downcast_ref(), Some(&Refused(6)));
                }
            });
        }
    }
}

/// Synchronous and asynchronous host functions by turns.
#[test]
fn every_level_adds_context() {
    let mut store = Store::<()>::default();
    let fail = Func::wrap_async(&mut store, |_, (x,): (i32,)| {
        Box::new(async move {
            yield_now().await;
            refuse(x)
        })
    });
    let error = block_on(async {
        let inner = run(&mut store, fail).await;
        let middle = Func::wrap(&mut store, move |caller: Caller<'_, ()>, x: i32| {
            block_on(inner.call_async(caller, x + 1)).with_context(|| format!("inner of {x}"))
        });
        let middle = run(&mut store, middle).await;
        let outer = Func::wrap_async(&mut store, move |caller, (x,): (i32,)| {
            Box::new(async move {
                yield_now().await;
                middle.call_async(caller, x + 1).await.context("outer")
            })
        });
        let outer = run(&mut store, outer).await;
        outer.call_async(&mut store, 0).await.unwrap_err()
    });
    assert_eq!(error.downcast_ref(), Some(&Refused(2)));
    let messages = messages(&error);
    assert_eq!(messages.len(), 4, "{messages:#?}");
    assert_eq!(messages[..2], ["outer", "inner of 1"]);
    assert_eq!(messages[3], "refused 2");
    // There is one backtrace, with the frames on all three stacks.
    let backtrace = error.downcast_ref::<WasmBacktrace>().unwrap();
    assert_eq!(messages[2], backtrace.to_string());
    let names = backtrace.frames().iter().filter_map(FrameInfo::func_name);
    let names: Vec<_> = names.collect();
    assert_eq!(names, ["inner", "outer"].repeat(3));
}

/// A host function goes on after a call of its own has failed.
#[test]
fn a_swallowed_error_is_gone() {
    let mut store = Store::new(&Engine::default(), Vec::<String>::new());
    let fail = Func::wrap_async(&mut store, |_, (x,): (i32,)| {
        Box::new(async move {
            yield_now().await;
            refuse(x)
        })
    });
    block_on(async {
        let inner = run(&mut store, fail).await;
        let swallow = Func::wrap_async(&mut store, move |mut caller, (x,): (i32,)| {
            Box::new(async move {
                if let Err(error) = inner.call_async(&mut caller, x).await {
                    let text = error.root_cause().to_string();
                    caller.data_mut().push(text);
                }
                yield_now().await;
            })
        });
        let module = Module::new(
            store.engine(),
            r#"(module
                (import "" "" (func $swallow (param i32)))
                (func (export "ok") (param i32) (call $swallow (local.get 0)))
                (func (export "trap") (param i32) (call $swallow (local.get 0)) unreachable))"#,
        )?;
        let outer = Instance::new_async(&mut store, &module, &[swallow.into()]).await?;
        let ok = outer.get_typed_func::<i32, ()>(&mut store, "ok")?;
        let trap = outer.get_typed_func::<i32, ()>(&mut store, "trap")?;
        ok.call_async(&mut store, 1).await?;
        // The next error isn't mistaken for it.
        for x in [2, 0] {
            let error = trap.call_async(&mut store, x).await.unwrap_err();
            assert_eq!(error.downcast_ref(), Some(&Trap::UnreachableCodeReached));
            assert!(!error.is::<Refused>());
        }
        let error = inner.call_async(&mut store, 3).await.unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Refused(3)));
        ok.call_async(&mut store, 0).await?;
        assert_eq!(store.data(), &["refused 1", "refused 2"]);
        Ok::<(), Error>(())
    })
    .unwrap();
}

/// Calls of several stores that are pending at the same time fail each with its own error.
#[test]
fn errors_of_many_calls_at_once() {
    let engine = Engine::default();
    let module = Module::new(&engine, NAMED).unwrap();
    let mut linker = Linker::<usize>::new(&engine);
    linker
        .func_wrap_async("", "", |caller, (x,): (i32,)| {
            Box::new(async move {
                pend(*caller.data()).await;
                if x % 3 == 0 {
                    panic!("panics at {x}");
                }
                refuse(x)
            })
        })
        .unwrap();
    let calls = (1..40).map(|x| {
        let (linker, module) = (linker.clone(), module.clone());
        async move {
            let mut store = Store::new(linker.engine(), 40 - x as usize);
            let instance = linker.instantiate_async(&mut store, &module).await.unwrap();
            let run = instance.get_typed_func::<i32, ()>(&mut store, "run");
            run.unwrap().call_async(&mut store, x).await
        }
    });
    let executor = smol::LocalExecutor::new();
    let tasks: Vec<_> = calls
        .map(|call| executor.spawn(async move { futures_catch(call).await }))
        .collect();
    block_on(executor.run(async {
        for (x, task) in (1..).zip(tasks) {
            match task.await {
                Ok(result) => assert_eq!(result.unwrap_err().downcast_ref(), Some(&Refused(x))),
                Err(text) => assert_eq!(text, format!("panics at {x}")),
            }
        }
    }));
}

/// Waits for a future, and returns the text of its panic if it panics.
async fn futures_catch<R>(future: impl Future<Output = R>) -> Result<R, String> {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(|task| {
        use std::panic::{AssertUnwindSafe, catch_unwind};
        let poll = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(task)));
        match poll {
            Ok(poll) => poll.map(Ok),
            Err(payload) => {
                std::task::Poll::Ready(Err(*payload.downcast::<String>().expect("a text")))
            }
        }
    })
    .await
}

#[test]
fn in_a_start_function() {
    let engine = Engine::default();
    let text = r#"(module (import "" "host" (func $host (param i32)))
        (func $start (call $host (i32.const 6)))
        (start $start))"#;
    let module = Module::new(&engine, text).unwrap();
    for late in LATE {
        let mut store = Store::new(&engine, ());
        for host in host_of_each_kind(&mut store, late, refuse) {
            let mut linker = Linker::new(&engine);
            linker.define(&store, "", "host", host).unwrap();
            let pre = linker.instantiate_pre(&module).unwrap();
            let errors = block_on(async {
                [
                    Instance::new_async(&mut store, &module, &[host.into()]).await,
                    linker.instantiate_async(&mut store, &module).await,
                    pre.instantiate_async(&mut store).await,
                ]
            });
            for error in errors {
                let error = error.unwrap_err();
                assert_eq!(error.downcast_ref(), Some(&Refused(6)));
                assert!(error.is::<WasmBacktrace>());
            }
        }
    }
}

/// `Linker::module_async` instantiates libraries and calls `_initialize`. It defines the
/// functions of programs, which are instantiated when they are called.
#[test]
fn in_what_a_linker_defines() {
    let engine = Engine::default();
    let module = |header: &str, body: &str| {
        let text = format!(
            r#"(module (import "" "host" (func $host (param i32)))
                {header} (func $f (export "_initialize") {body}))"#
        );
        Module::new(&engine, text).unwrap()
    };
    let fail = "(call $host (i32.const 8))";
    let initializes = module("", fail);
    let starts = module(&format!("(func $s {fail}) (start $s)"), "");
    let traps = module("", "unreachable");
    let command = r#"(module (import "" "host" (func $host (param i32)))
        (func (export "_start") (call $host (i32.const 8)))
        (func (export "other") (param i32) (result i32)
            (call $host (local.get 0))
            (i32.const 5)))"#;
    let command = Module::new(&engine, command).unwrap();

    let mut synchronous = Linker::<()>::new(&engine);
    synchronous.func_wrap("", "host", refuse).unwrap();
    for late in LATE {
        let mut linker = Linker::<()>::new(&engine);
        linker
            .func_wrap_async("", "host", typed(late, refuse))
            .unwrap();
        let (mut store, mut other) = (Store::new(&engine, ()), Store::new(&engine, ()));
        block_on(async {
            for (name, module) in [("a", &initializes), ("b", &starts), ("c", &traps)] {
                let expected = synchronous.module(&mut other, name, module).unwrap_err();
                let error = linker.module_async(&mut store, name, module).await;
                let error = error.unwrap_err();
                assert_eq!(messages(&error), messages(&expected));
                assert_eq!(error.is::<Refused>(), name != "c");
                assert_eq!(error.is::<Trap>(), name == "c");
                let backtrace = error.downcast_ref::<WasmBacktrace>().unwrap();
                assert_eq!(backtrace.frames().len(), 1);
            }
            let defined = linker.module_async(&mut store, "command", &command).await;
            let start = defined.unwrap().get_default(&mut store, "command").unwrap();
            let start = start.typed::<(), ()>(&store).unwrap();
            let error = start.call_async(&mut store, ()).await.unwrap_err();
            assert_eq!(error.downcast_ref(), Some(&Refused(8)));
            assert!(error.is::<WasmBacktrace>());
            let other = linker.get(&mut store, "command", "other").unwrap();
            let other = other.into_func().unwrap();
            let other = other.typed::<i32, i32>(&store).unwrap();
            assert_eq!(other.call_async(&mut store, 0).await.unwrap(), 5);
            let error = other.call_async(&mut store, 9).await.unwrap_err();
            assert_eq!(error.downcast_ref(), Some(&Refused(9)));
        });
    }
}

/// The texts of the errors for values of a wrong number or type.
#[test]
fn values_that_do_not_fit() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let host = Func::wrap(&mut store, |x: i32, _: Option<Func>| x);
    let mut other = Store::new(&engine, ());
    let asynchronous = Func::wrap_async(&mut other, |_, (x, _): (i32, Option<Func>)| {
        Box::new(async move { x })
    });
    let (one, null) = (Val::I32(1), Val::null_func_ref());
    for (params, len) in [
        (&[][..], 1),
        (&[one][..], 1),
        (&[one, null, null], 1),
        (&[one, null], 0),
        (&[one, null], 2),
        (&[null, null], 1),
        (&[one, Val::F32(0)], 1),
        (&[one, Val::null_extern_ref()], 1),
    ] {
        let results = || vec![Val::I64(7); len];
        let (mut expected, mut found) = (results(), results());
        let call = host.call(&mut store, params, &mut expected);
        let expected = messages(&call.unwrap_err());
        let call = asynchronous.call_async(&mut other, params, &mut found);
        let error = block_on(call).unwrap_err();
        assert_eq!(messages(&error), expected);
        // They are left as they are.
        assert!(found.iter().all(|val| val.i64() == Some(7)));
    }
}

/// Results of host functions, each of which is wrong in one way.
#[test]
fn results_that_do_not_fit() {
    let engine = Engine::default();
    let ty = || FuncType::new(&engine, [], [ValType::I32, ValType::EXTERNREF]);
    for wrong in [
        [Val::I64(1), Val::null_extern_ref()],
        [Val::null_extern_ref(), Val::I32(1)],
        [Val::I32(1), Val::null_any_ref()],
        [Val::I32(1), Val::null_func_ref()],
        [Val::ContRef(None), Val::null_extern_ref()],
    ] {
        let mut store = Store::new(&engine, ());
        let host = Func::new(&mut store, ty(), move |_, _, results| {
            results.copy_from_slice(&wrong);
            Ok(())
        });
        let mut results = [Val::I64(7), Val::I64(7)];
        let expected = host.call(&mut store, &[], &mut results).unwrap_err();
        for late in LATE {
            let mut store = Store::new(&engine, ());
            let host = Func::new_async(&mut store, ty(), move |_, _, results| {
                Box::new(async move {
                    results.copy_from_slice(&wrong);
                    pend(late).await;
                    Ok(())
                })
            });
            let error = block_on(host.call_async(&mut store, &[], &mut results)).unwrap_err();
            assert_eq!(messages(&error), messages(&expected));
            assert!(results.iter().all(|val| val.i64() == Some(7)));
        }
    }
    // A result that is forgotten.
    let mut store = Store::new(&engine, ());
    let host = Func::new_async(&mut store, ty(), |_, _, _| Box::new(async { Ok(()) }));
    let mut results = [Val::I64(7), Val::I64(7)];
    let error = block_on(host.call_async(&mut store, &[], &mut results)).unwrap_err();
    let text = "function attempted to return an incompatible value";
    assert_eq!(messages(&error)[0], text);
}

#[test]
fn the_status_of_a_program_that_exits() {
    for late in LATE {
        let mut store = Store::<()>::default();
        let exit = |x| Err(I32Exit(x).into());
        for host in host_of_each_kind(&mut store, late, exit) {
            block_on(async {
                let run = run(&mut store, host).await;
                let error = run.call_async(&mut store, 7).await.unwrap_err();
                assert_eq!(error.downcast_ref::<I32Exit>().unwrap().0, 7);
                assert!(error.is::<WasmBacktrace>());
            });
        }
    }
}

/// `proc_exit` of WASI, whose error comes from libwasmtime.
#[cfg(feature = "wasi")]
#[test]
fn the_status_of_a_wasi_program() {
    let engine = Engine::default();
    let text = r#"(module
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (import "" "wait" (func $wait))
        (memory (export "memory") 1)
        (func (export "_start") (call $wait) (call $exit (i32.const 9)) unreachable))"#;
    let module = Module::new(&engine, text).unwrap();
    let mut linker = Linker::<()>::new(&engine);
    wasi::add_to_linker(&mut linker).unwrap();
    linker
        .func_wrap_async("", "wait", |_, ()| Box::new(yield_now()))
        .unwrap();
    let mut store = Store::new(&engine, ());
    store
        .set_wasi(wasi::WasiCtxBuilder::new().build_p1())
        .unwrap();
    let error = block_on(async {
        let instance = linker.instantiate_async(&mut store, &module).await?;
        let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
        start.call_async(&mut store, ()).await
    });
    let error = error.unwrap_err();
    assert_eq!(error.downcast_ref::<I32Exit>().unwrap().0, 9);
    assert!(error.is::<WasmBacktrace>() && !error.is::<Trap>());
}
