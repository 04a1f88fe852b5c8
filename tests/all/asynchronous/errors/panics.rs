//! Panics of asynchronous host functions, which resume where the host has called.

use super::{LATE, run};
use crate::asynchronous::host::host_of_each_kind;
use crate::asynchronous::waiting::pend;
use crate::guest::{Dropped, Drops, panic_of, panic_text};
use libwasmtime::*;
use smol::future::block_on;
use std::any::Any;
use std::panic::panic_any;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The payload of the host's panics.
#[derive(Debug, PartialEq)]
struct Payload(i32);

fn payload(panic: Box<dyn Any + Send>) -> i32 {
    panic.downcast::<Payload>().expect("the same payload").0
}

fn panic_unless_zero(x: i32) -> Result<()> {
    if x != 0 {
        panic_any(Payload(x));
    }
    Ok(())
}

#[test]
fn a_payload_arrives_as_it_was() {
    for late in LATE {
        let mut store = Store::<()>::default();
        for host in host_of_each_kind(&mut store, late, panic_unless_zero) {
            let direct = host.typed::<i32, ()>(&store).unwrap();
            let run = block_on(run(&mut store, host));
            for f in [direct, run] {
                for x in [1, 2] {
                    let panic = panic_of(|| block_on(f.call_async(&mut store, x)));
                    assert_eq!(payload(panic), x);
                }
                block_on(f.call_async(&mut store, 0)).unwrap();
                let params = [Val::I32(3)];
                let call = f.func().call_async(&mut store, &params, &mut []);
                assert_eq!(payload(panic_of(|| block_on(call))), 3);
            }
        }
    }
}

/// The closure panics before there is a future.
#[test]
fn without_a_future() {
    fn never(x: i32) -> Box<dyn Future<Output = ()> + Send> {
        panic_any(Payload(x));
    }
    let mut store = Store::<()>::default();
    let ty = FuncType::new(store.engine(), [ValType::I32], []);
    let typed = Func::wrap_async(&mut store, |_, (x,): (i32,)| never(x));
    let untyped = Func::new_async(&mut store, ty, |_, params, _| {
        let future = never(params[0].unwrap_i32());
        Box::new(async move {
            Box::into_pin(future).await;
            Ok(())
        })
    });
    for host in [typed, untyped] {
        let run = block_on(run(&mut store, host));
        for x in [4, 5] {
            let panic = panic_of(|| block_on(run.call_async(&mut store, x)));
            assert_eq!(payload(panic), x);
        }
    }
}

/// A future that is ready at once, and panics when it is dropped.
struct PanicsInDrop(#[allow(dead_code, reason = "only dropped")] Dropped, i32);

impl Future for PanicsInDrop {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        panic_any(Payload(self.1));
    }
}

#[test]
fn while_a_future_is_dropped() {
    let drops = Drops::default();
    let mut store = Store::<()>::default();
    let counts = drops.clone();
    let direct = Func::wrap_async(&mut store, move |_, (x,): (i32,)| {
        Box::new(PanicsInDrop(counts.counted(), x))
    });
    let counts = drops.clone();
    let late = Func::wrap_async(&mut store, move |_, (x,): (i32,)| {
        let inner = PanicsInDrop(counts.counted(), x);
        Box::new(async move {
            pend(1).await;
            inner.await;
        })
    });
    for (times, host) in [(1, direct), (2, late)] {
        let run = block_on(run(&mut store, host));
        let panic = panic_of(|| block_on(run.call_async(&mut store, 6)));
        assert_eq!(payload(panic), 6);
        assert_eq!(drops.count(), times);
    }
}

/// A panic in the drop of a future that is cancelled has no caller to be resumed in.
#[test]
fn while_a_cancelled_future_is_dropped() {
    struct Explosive(#[allow(dead_code, reason = "only dropped")] Dropped);
    impl Drop for Explosive {
        fn drop(&mut self) {
            panic_any(Payload(1));
        }
    }
    let drops = Drops::default();
    let mut store = Store::<()>::default();
    let counts = drops.clone();
    let host = Func::wrap_async(&mut store, move |_, (x,): (i32,)| {
        let explosive = Explosive(counts.counted());
        Box::new(async move {
            pend(1).await;
            if x == 0 {
                return std::mem::forget(explosive);
            }
            std::future::pending::<()>().await;
            drop(explosive);
        })
    });
    block_on(async {
        let run = run(&mut store, host).await;
        for cancelled in 1..3 {
            let mut call = Box::pin(run.call_async(&mut store, 1));
            for _ in 0..3 {
                assert!(smol::future::poll_once(&mut call).await.is_none());
            }
            drop(call);
            assert_eq!(drops.count(), cancelled);
            run.call_async(&mut store, 0).await.unwrap();
        }
    });
}

/// The error of a host function panics when it is dropped, which is up to the caller that got
/// it. Without a caller, nobody else sees the panic.
#[test]
fn while_an_error_is_dropped() {
    struct Explosive(Drops);
    impl std::fmt::Debug for Explosive {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Explosive")
        }
    }
    impl std::fmt::Display for Explosive {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("explosive")
        }
    }
    impl std::error::Error for Explosive {}
    impl Drop for Explosive {
        fn drop(&mut self) {
            drop(self.0.counted());
            panic_any(Payload(7));
        }
    }
    let drops = Drops::default();
    let mut store = Store::<()>::default();
    let counts = drops.clone();
    let host = Func::wrap_async(&mut store, move |_, (_,): (i32,)| {
        let error = Error::new(Explosive(counts.clone()));
        Box::new(async move {
            pend(1).await;
            Err::<(), _>(error)
        })
    });
    let run = block_on(run(&mut store, host));
    for times in 1..3 {
        let error = block_on(run.call_async(&mut store, 1)).unwrap_err();
        assert_eq!(error.root_cause().to_string(), "explosive");
        assert!(error.is::<WasmBacktrace>());
        assert_eq!(drops.count(), times - 1);
        assert_eq!(payload(panic_of(|| drop(error))), 7);
        assert_eq!(drops.count(), times);
    }
    let mut call = Box::pin(run.call_async(&mut store, 1));
    let poll = block_on(smol::future::poll_once(&mut call));
    assert!(poll.is_none());
    drop(call);
    assert_eq!(drops.count(), 3);
}

/// Panics unwind through host functions of both kinds, and the stacks of their calls.
#[test]
fn through_nested_frames() {
    let drops = Drops::default();
    let mut store = Store::<()>::default();
    for late in LATE {
        let before = drops.count();
        let [host, ..] = host_of_each_kind(&mut store, late, panic_unless_zero);
        let mut outermost = block_on(run(&mut store, host));
        for level in 0..4 {
            let (inner, counts) = (outermost, drops.clone());
            let host = if level % 2 == 0 {
                Func::wrap_async(&mut store, move |caller: Caller<'_, ()>, (x,): (i32,)| {
                    let unwound = counts.counted();
                    Box::new(async move {
                        pend(1).await;
                        let result = inner.call_async(caller, x).await;
                        drop(unwound);
                        result
                    })
                })
            } else {
                Func::wrap(&mut store, move |caller: Caller<'_, ()>, x: i32| {
                    let _unwound = counts.counted();
                    block_on(inner.call_async(caller, x))
                })
            };
            outermost = block_on(run(&mut store, host));
        }
        let panic = panic_of(|| block_on(outermost.call_async(&mut store, 5)));
        assert_eq!(payload(panic), 5);
        assert_eq!(drops.count() - before, 4);
        block_on(outermost.call_async(&mut store, 0)).unwrap();
    }
}

#[test]
fn caught_by_a_host_function_in_between() {
    let mut store = Store::<()>::default();
    let [host, ..] = host_of_each_kind(&mut store, 1, panic_unless_zero);
    let inner = block_on(run(&mut store, host));
    let catch = Func::wrap_async(&mut store, move |mut caller, (x,): (i32,)| {
        Box::new(async move {
            pend(1).await;
            let x = payload(panic_of(|| block_on(inner.call_async(&mut caller, x))));
            pend(1).await;
            ensure!(x < 10, "{x} is too much");
            Ok(())
        })
    });
    let outer = block_on(run(&mut store, catch));
    block_on(outer.call_async(&mut store, 6)).unwrap();
    let error = block_on(outer.call_async(&mut store, 11)).unwrap_err();
    assert_eq!(error.root_cause().to_string(), "11 is too much");
    block_on(outer.call_async(&mut store, 7)).unwrap();
}

#[test]
fn in_a_start_function() {
    let engine = Engine::default();
    let text = r#"(module (import "" "host" (func $host (param i32)))
        (func $start (call $host (i32.const 8)))
        (start $start))"#;
    let module = Module::new(&engine, text).unwrap();
    let text = r#"(module (import "" "host" (func $host (param i32)))
        (func (export "_initialize") (call $host (i32.const 9))))"#;
    let reactor = Module::new(&engine, text).unwrap();
    for late in LATE {
        let mut store = Store::<()>::new(&engine, ());
        let [_, _, host, _] = host_of_each_kind(&mut store, late, panic_unless_zero);
        let mut linker = Linker::new(&engine);
        linker.define(&store, "", "host", host).unwrap();
        let pre = linker.instantiate_pre(&module).unwrap();
        let imports = [host.into()];
        let panic = panic_of(|| block_on(Instance::new_async(&mut store, &module, &imports)));
        assert_eq!(payload(panic), 8);
        let panic = panic_of(|| block_on(linker.instantiate_async(&mut store, &module)));
        assert_eq!(payload(panic), 8);
        let panic = panic_of(|| block_on(pre.instantiate_async(&mut store)));
        assert_eq!(payload(panic), 8);
        for module in [&module, &reactor] {
            let panic = panic_of(|| block_on(linker.module_async(&mut store, "m", module)).is_ok());
            assert!((8..10).contains(&payload(panic)));
        }
        // The store still works.
        let run = block_on(run(&mut store, host));
        block_on(run.call_async(&mut store, 0)).unwrap();
    }
}

/// The future of a call that has panicked is finished, and says so.
#[test]
fn a_call_that_is_polled_after_its_panic() {
    let mut store = Store::<()>::default();
    let [host, ..] = host_of_each_kind(&mut store, 1, panic_unless_zero);
    let run = block_on(run(&mut store, host));
    let mut call = Box::pin(run.call_async(&mut store, 1));
    assert_eq!(payload(panic_of(|| block_on(&mut call))), 1);
    let text = panic_text(|| block_on(&mut call));
    assert!(text.contains("resumed after panicking"), "{text}");
    drop(call);
    let mut call = Box::pin(run.call_async(&mut store, 0));
    block_on(&mut call).unwrap();
    let text = panic_text(|| block_on(&mut call));
    assert!(text.contains("resumed after completion"), "{text}");
    drop(call);
    block_on(run.call_async(&mut store, 0)).unwrap();
}

/// The panics of futures that epoch callbacks let the code wait for, and of these callbacks.
#[test]
fn of_an_epoch_callback() {
    let engine = Engine::new(Config::new().epoch_interruption(true)).unwrap();
    let text = r#"(module (func (export "f")))"#;
    let module = Module::new(&engine, text).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = block_on(Instance::new_async(&mut store, &module, &[])).unwrap();
    let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
    store.epoch_deadline_callback(|_| panic_any(Payload(1)));
    assert_eq!(
        payload(panic_of(|| block_on(f.call_async(&mut store, ())))),
        1
    );
    for late in LATE {
        store.epoch_deadline_callback(move |_| {
            let future = Box::pin(async move {
                pend(late).await;
                panic_any(Payload(2));
            });
            Ok(UpdateDeadline::YieldCustom(1, future))
        });
        store.set_epoch_deadline(0);
        assert_eq!(
            payload(panic_of(|| block_on(f.call_async(&mut store, ())))),
            2
        );
    }
    store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Yield(1)));
    store.set_epoch_deadline(0);
    block_on(f.call_async(&mut store, ())).unwrap();
}

/// A future that fails, or panics, and panics again when it is dropped, as its error does.
struct PanicsTwice(bool);

#[derive(Debug)]
struct PanicsAsError;

impl std::fmt::Display for PanicsAsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("panics")
    }
}

impl std::error::Error for PanicsAsError {}

impl Drop for PanicsAsError {
    fn drop(&mut self) {
        panic_any(Payload(3));
    }
}

impl Future for PanicsTwice {
    type Output = Result<()>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        if self.0 {
            panic_any(Payload(1));
        }
        Poll::Ready(Err(Error::new(PanicsAsError)))
    }
}

impl Drop for PanicsTwice {
    fn drop(&mut self) {
        panic_any(Payload(2));
    }
}

/// None of the panics meets another one that unwinds, which would end the process. The first one
/// counts, also before the error that the future has returned.
#[test]
fn while_a_failed_future_is_dropped() {
    let mut store = Store::<()>::default();
    let host = Func::wrap_async(&mut store, |_, (x,): (i32,)| Box::new(PanicsTwice(x == 1)));
    let run = block_on(run(&mut store, host));
    for x in 1..=2 {
        let panic = panic_of(|| block_on(run.call_async(&mut store, x)));
        assert_eq!(payload(panic), x);
    }
}

#[test]
fn while_a_failed_future_of_an_epoch_callback_is_dropped() {
    struct Yield(PanicsTwice);

    impl Future for Yield {
        type Output = ();

        fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
            Pin::new(&mut self.0).poll(task).map(drop)
        }
    }

    let engine = Engine::new(Config::new().epoch_interruption(true)).unwrap();
    let mut store = Store::new(&engine, ());
    let module = Module::new(&engine, r#"(module (func (export "f")))"#).unwrap();
    let instance = block_on(Instance::new_async(&mut store, &module, &[])).unwrap();
    let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
    store.epoch_deadline_callback(|_| {
        let future = Box::pin(Yield(PanicsTwice(true)));
        Ok(UpdateDeadline::YieldCustom(1, future))
    });
    store.set_epoch_deadline(0);
    let panic = panic_of(|| block_on(f.call_async(&mut store, ())));
    assert_eq!(payload(panic), 1);
}
