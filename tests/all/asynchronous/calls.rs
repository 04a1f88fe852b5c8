//! Calls in both directions.

use futures::executor::block_on;
use libwasmtime::*;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Poll, Wake};

/// A future that is pending once.
struct YieldOnce(bool);

impl Future for YieldOnce {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            return Poll::Ready(());
        }
        self.0 = true;
        task.waker().wake_by_ref();
        Poll::Pending
    }
}

#[test]
fn a_host_function_yields_in_the_middle_of_a_call() -> Result<()> {
    let engine = Engine::default();
    let module = Module::new(
        &engine,
        r#"(module
            (import "host" "double" (func $double (param i32) (result i32)))
            (func (export "run") (param i32) (result i32)
                (i32.add (call $double (local.get 0)) (i32.const 1))))"#,
    )?;
    let mut linker = Linker::<u32>::new(&engine);
    linker.func_wrap_async("host", "double", |mut caller, (x,): (i32,)| {
        Box::new(async move {
            YieldOnce(false).await;
            *caller.data_mut() += 1;
            x * 2
        })
    })?;
    let mut store = Store::new(&engine, 0);
    block_on(async {
        let instance = linker.instantiate_async(&mut store, &module).await?;
        let run = instance.get_typed_func::<i32, i32>(&mut store, "run")?;
        assert_eq!(run.call_async(&mut store, 20).await?, 41);
        let mut results = [Val::I32(0)];
        run.func()
            .call_async(&mut store, &[Val::I32(4)], &mut results)
            .await?;
        assert_eq!(results[0].unwrap_i32(), 9);
        assert!(run.call(&mut store, 20).is_err());
        assert_eq!(*store.data(), 2);
        Ok(())
    })
}

/// A waker that counts.
#[derive(Default)]
struct Count(AtomicU32);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
    }
}

#[test]
fn a_yield_wakes_the_task_after_a_nested_call_was_dropped_while_it_waited() -> Result<()> {
    let engine = Engine::new(Config::new().epoch_interruption(true))?;
    let module = Module::new(
        &engine,
        r#"(module
            (import "host" "wait" (func $wait))
            (import "host" "give_up" (func $give_up))
            (func (export "wait") (call $wait))
            (func (export "run") (call $give_up) (loop)))"#,
    )?;
    let mut linker = Linker::<()>::new(&engine);
    linker.func_wrap_async("host", "wait", |_, (): ()| {
        Box::new(std::future::pending::<()>())
    })?;
    linker.func_wrap_async("host", "give_up", |mut caller, (): ()| {
        Box::new(async move {
            let wait = caller.get_export("wait").and_then(Extern::into_func);
            let wait = wait.expect("it is exported").typed::<(), ()>(&caller)?;
            {
                let mut call = pin!(wait.call_async(&mut caller, ()));
                let poll = poll_fn(|task| Poll::Ready(call.as_mut().poll(task))).await;
                assert!(poll.is_pending());
            }
            // The guest yields as soon as it goes on.
            caller.engine().increment_epoch();
            Ok(())
        })
    })?;
    let mut store = Store::new(&engine, ());
    store.epoch_deadline_async_yield_and_update(1);
    store.set_epoch_deadline(1);
    let instance = block_on(linker.instantiate_async(&mut store, &module))?;
    let run = instance.get_typed_func::<(), ()>(&mut store, "run")?;
    let count = Arc::new(Count::default());
    let waker = count.clone().into();
    let mut task = Context::from_waker(&waker);
    let mut call = pin!(run.call_async(&mut store, ()));
    assert!(call.as_mut().poll(&mut task).is_pending());
    assert_eq!(count.0.load(Relaxed), 1);
    assert!(call.as_mut().poll(&mut task).is_ready());
    Ok(())
}

#[test]
fn a_task_may_own_a_store_whose_data_are_a_trait_object() -> Result<()> {
    type Data = Box<dyn FnMut() -> u32 + Send>;

    let runtime = tokio::runtime::Builder::new_multi_thread().build()?;
    let task = runtime.spawn(async {
        let engine = Engine::default();
        let module = Module::new(&engine, r#"(module (func (export "f")))"#)?;
        let linker = Linker::<Data>::new(&engine);
        let pre = linker.instantiate_pre(&module)?;
        let mut store = Store::new(&engine, Box::new(|| 7u32) as Data);
        linker.instantiate_async(&mut store, &module).await?;
        pre.instantiate_async(&mut store).await?;
        Ok::<_, Error>(store.data_mut()())
    });
    assert_eq!(runtime.block_on(task)??, 7);
    Ok(())
}
