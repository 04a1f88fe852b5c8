//! Calls in both directions.

use futures::executor::block_on;
use libwasmtime::*;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

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
