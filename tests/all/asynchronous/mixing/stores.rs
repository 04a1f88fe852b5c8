//! Several stores, engines and threads at once.

use super::{NESTED, assert_refused, pend};
use libwasmtime::*;
use smol::future::{block_on, poll_once};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::thread;

const WAT: &str = r#"(module
    (import "" "host" (func $host (param i32) (result i32)))
    (func (export "f") (param i32) (result i32)
        (i32.add (call $host (local.get 0)) (i32.const 1))))"#;

type Call<R> = Pin<Box<dyn Future<Output = R> + Send>>;

/// Calls `f` in a store of its own, with this host function.
fn call(linker: Linker<u32>, data: u32, x: i32, is_async: bool) -> Call<Result<(i32, u32)>> {
    Box::pin(async move {
        let module = Module::new(linker.engine(), WAT)?;
        let mut store = Store::new(linker.engine(), data);
        if is_async {
            let instance = linker.instantiate_async(&mut store, &module).await?;
            let f = instance.get_typed_func::<i32, i32>(&mut store, "f")?;
            Ok((f.call_async(&mut store, x).await?, *store.data()))
        } else {
            let instance = linker.instantiate(&mut store, &module)?;
            let f = instance.get_typed_func::<i32, i32>(&mut store, "f")?;
            Ok((f.call(&mut store, x)?, *store.data()))
        }
    })
}

/// A host function calls in another store, whose host function calls in a third, and so on;
/// every second one is of another engine, and every third one is synchronous.
fn chain(engines: Arc<[Engine; 2]>, depth: u32) -> Linker<u32> {
    let mut linker = Linker::new(&engines[depth as usize % 2]);
    let next = move |x: i32| -> Call<Result<i32>> {
        if x == 0 {
            return Box::pin(async { Ok(0) });
        }
        let linker = chain(engines.clone(), depth + 1);
        Box::pin(async move {
            pend(1).await;
            let is_async = (depth + 1) % 3 != 0;
            let (y, data) = call(linker, depth + 1, x - 1, is_async).await?;
            assert_eq!(data, depth + 2);
            Ok(y)
        })
    };
    if depth % 3 == 0 && depth > 0 {
        linker
            .func_wrap("", "host", move |mut caller: Caller<'_, u32>, x: i32| {
                *caller.data_mut() += 1;
                block_on(next(x))
            })
            .unwrap();
    } else {
        linker
            .func_wrap_async(
                "",
                "host",
                move |mut caller: Caller<'_, u32>, (x,): (i32,)| {
                    let next = next(x);
                    Box::new(async move {
                        pend(1).await;
                        *caller.data_mut() += 1;
                        next.await
                    })
                },
            )
            .unwrap();
    }
    linker
}

#[test]
fn stores_that_call_each_other() {
    let engines = Arc::new([Engine::default(), Engine::default()]);
    for x in [0, 1, 2, 7] {
        let call = call(chain(engines.clone(), 0), 0, x, true);
        assert_eq!(block_on(call).unwrap(), (x + 1, 1));
    }
    // Dropped at any poll.
    for polls in 0..20 {
        let mut call = call(chain(engines.clone(), 0), 0, 7, true);
        for _ in 0..polls {
            if block_on(poll_once(&mut call)).is_some() {
                break;
            }
        }
    }
}

/// Many stores take turns on one thread; a call that ends early isn't disturbed by those that
/// are still waiting.
#[test]
fn futures_of_other_stores_are_alive() {
    let engine = Engine::default();
    let mut linker = Linker::<u32>::new(&engine);
    linker
        .func_wrap_async("", "host", |mut caller: Caller<'_, u32>, (x,): (i32,)| {
            Box::new(async move {
                for _ in 0..*caller.data() {
                    pend(1).await;
                }
                *caller.data_mut() += 1;
                ensure!(x % 5 != 0, "{x} is divided by five");
                Ok(x)
            })
        })
        .unwrap();
    let mut calls: Vec<_> = (0..60)
        .map(|i| (i, call(linker.clone(), i % 7, i as i32, true)))
        .collect();
    let mut finished = 0;
    let mut round = 0;
    while !calls.is_empty() {
        round += 1;
        calls.retain_mut(|(i, call)| {
            let Some(result) = block_on(poll_once(call)) else {
                // Some are never finished.
                return *i % 11 != 0 || round < 2;
            };
            finished += 1;
            match result {
                Ok(found) => assert_eq!(found, (*i as i32 + 1, *i % 7 + 1)),
                Err(error) => {
                    assert_eq!(*i % 5, 0);
                    let text = format!("{i} is divided by five");
                    assert_eq!(error.root_cause().to_string(), text);
                }
            }
            false
        });
    }
    assert!(finished > 50, "{finished}");
}

/// A call moves between threads, with the calls of other stores that it waits for.
#[test]
fn calls_move_between_threads() {
    let engines = Arc::new([Engine::default(), Engine::default()]);
    let calls: Vec<_> = (0..8)
        .map(|x| (x, call(chain(engines.clone(), 0), 0, x, true)))
        .collect();
    let calls = Mutex::new(calls);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let next = calls.lock().unwrap().pop();
                    let Some((x, mut call)) = next else {
                        break;
                    };
                    match block_on(poll_once(&mut call)) {
                        Some(found) => assert_eq!(found.unwrap(), (x + 1, 1)),
                        None => calls.lock().unwrap().insert(0, (x, call)),
                    }
                }
            });
        }
    });
}

/// A synchronous call of one store within an asynchronous one of another is allowed, and has
/// its own state.
#[test]
fn a_synchronous_store_within_an_asynchronous_one() {
    let engine = Engine::default();
    let text = r#"(module
        (import "" "host" (func $host))
        (func (export "f") (call $host) unreachable))"#;
    let module = Module::new(&engine, text).unwrap();
    let mut outer = Store::new(&engine, ());
    let f = Func::wrap(&mut outer, || ());
    let host = Func::wrap(&mut outer, move |mut caller: Caller<'_, ()>| {
        let mut inner = Store::new(caller.engine(), 0);
        let host = Func::wrap(&mut inner, |mut caller: Caller<'_, i32>| {
            *caller.data_mut() += 1;
        });
        let instance = Instance::new(&mut inner, &module, &[host.into()])?;
        let trap = instance.get_typed_func::<(), ()>(&mut inner, "f")?;
        for _ in 0..3 {
            let error = trap.call(&mut inner, ()).unwrap_err();
            assert_eq!(error.downcast_ref(), Some(&Trap::UnreachableCodeReached));
            // The backtrace goes on in the store that called.
            let frames = error.downcast_ref::<WasmBacktrace>().unwrap().frames();
            assert!(!frames.is_empty());
            let error = block_on(trap.call_async(&mut inner, ())).unwrap_err();
            assert_eq!(error.downcast_ref(), Some(&Trap::UnreachableCodeReached));
            host.call(&mut inner, &[], &mut [])?;
            assert_refused(NESTED, f.call(&mut caller, &[], &mut []));
            block_on(f.call_async(&mut caller, &[], &mut []))?;
        }
        ensure!(*inner.data() == 9, "{}", inner.data());
        Ok(())
    });
    let text = r#"(module (import "" "" (func $host)) (func (export "f") (call $host)))"#;
    let module = Module::new(&engine, text).unwrap();
    let instance = block_on(Instance::new_async(&mut outer, &module, &[host.into()])).unwrap();
    let f = instance.get_func(&mut outer, "f").unwrap();
    block_on(f.call_async(&mut outer, &[], &mut [])).unwrap();
}

/// The future of a call owns its store, which it outlives nowhere.
#[test]
fn a_store_in_its_call() {
    let engine = Engine::default();
    let drops = crate::guest::Drops::default();
    let mut linker = Linker::new(&engine);
    linker
        .func_wrap_async("", "host", |_, (x,): (i32,)| {
            Box::new(async move {
                pend(2).await;
                x
            })
        })
        .unwrap();
    let module = Module::new(&engine, WAT).unwrap();
    for polls in 0..5 {
        let mut store = Store::new(&engine, drops.counted());
        let instance = block_on(linker.instantiate_async(&mut store, &module)).unwrap();
        let f = instance
            .get_typed_func::<i32, i32>(&mut store, "f")
            .unwrap();
        let mut call = Box::pin(async move { f.call_async(store, polls).await });
        for _ in 0..polls {
            if let Some(found) = block_on(poll_once(&mut call)) {
                assert_eq!(found.unwrap(), polls + 1);
                break;
            }
        }
        drop(call);
        assert_eq!(drops.count(), polls as usize + 1);
    }
}
