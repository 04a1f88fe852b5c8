//! What libwasmtime would end the process at, and this crate keeps from it.

use futures::executor::block_on;
use libwasmtime::*;
use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};

/// As any `async fn` does.
#[test]
fn a_call_that_has_finished_panics_when_it_is_polled_again() -> Result<()> {
    let mut store = Store::<()>::default();
    let func = Func::wrap(&mut store, || {});
    let typed = func.typed::<(), ()>(&store)?;
    let mut task = Context::from_waker(Waker::noop());
    {
        let mut call = pin!(typed.call_async(&mut store, ()));
        assert!(call.as_mut().poll(&mut task).is_ready());
        assert!(catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(&mut task))).is_err());
    }
    let mut call = pin!(func.call_async(&mut store, &[], &mut []));
    assert!(call.as_mut().poll(&mut task).is_ready());
    assert!(catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(&mut task))).is_err());
    Ok(())
}

/// Panics when it is dropped, and counts that.
struct Bomb(Arc<AtomicU32>);

impl Drop for Bomb {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
        panic!("dropped");
    }
}

#[test]
fn a_future_of_the_host_may_panic_while_a_call_is_dropped() -> Result<()> {
    let engine = Engine::default();
    let module = Module::new(
        &engine,
        r#"(module
            (import "host" "wait" (func $wait))
            (func (export "run") (call $wait)))"#,
    )?;
    let dropped = Arc::new(AtomicU32::new(0));
    let count = dropped.clone();
    let mut linker = Linker::<()>::new(&engine);
    linker.func_wrap_async("host", "wait", move |_, ()| {
        let bomb = Bomb(count.clone());
        Box::new(async move {
            let _bomb = bomb;
            pending::<()>().await
        })
    })?;
    let mut store = Store::new(&engine, ());
    let instance = block_on(linker.instantiate_async(&mut store, &module))?;
    let run = instance.get_typed_func::<(), ()>(&mut store, "run")?;
    for times in 1..=2 {
        {
            let mut call = pin!(run.call_async(&mut store, ()));
            let mut task = Context::from_waker(Waker::noop());
            assert!(call.as_mut().poll(&mut task).is_pending());
        }
        assert_eq!(dropped.load(Relaxed), times);
    }
    Ok(())
}

/// The epoch and the number are added without a check.
#[test]
fn a_deadline_may_be_as_far_away_as_numbers_go() -> Result<()> {
    let engine = Engine::new(Config::new().epoch_interruption(true))?;
    let module = Module::new(&engine, r#"(module (func (export "run") (loop) (loop)))"#)?;
    let mut store = Store::new(&engine, ());
    engine.increment_epoch();
    store.epoch_deadline_async_yield_and_update(u64::MAX);
    store.set_epoch_deadline(0);
    let instance = block_on(Instance::new_async(&mut store, &module, &[]))?;
    let run = instance.get_typed_func::<(), ()>(&mut store, "run")?;
    let mut task = Context::from_waker(Waker::noop());
    let mut call = pin!(run.call_async(&mut store, ()));
    assert!(call.as_mut().poll(&mut task).is_pending(), "it yields once");
    assert!(call.as_mut().poll(&mut task).is_ready());
    Ok(())
}

#[test]
fn a_command_cannot_be_defined_asynchronously_within_a_synchronous_call() -> Result<()> {
    let engine = Engine::default();
    let command = Module::new(&engine, r#"(module (func (export "_start")))"#)?;
    let mut store = Store::new(&engine, ());
    let define = Func::wrap(&mut store, move |mut caller: Caller<'_, ()>| {
        let mut linker = Linker::new(caller.engine());
        let defined = pin!(linker.module_async(&mut caller, "command", &command));
        match defined.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(defined) => defined.map(drop),
            Poll::Pending => unreachable!("nothing waits"),
        }
    });
    let define = define.typed::<(), ()>(&store)?;
    let error = define.call(&mut store, ()).unwrap_err();
    assert!(
        error.to_string().contains("while a synchronous call runs"),
        "{error:#}"
    );
    block_on(define.call_async(&mut store, ()))
}
