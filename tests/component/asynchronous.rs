//! Asynchronous calls of components, and asynchronous host functions.

use libwasmtime::component::{Component, Instance, Linker, TypedFunc, Val};
use libwasmtime::{Engine, Error, Result, Store, StoreContextMut};
use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;

/// Calls `ask`, whose result it returns plus one.
const ASKS: &str = r#"
    (component
        (import "ask" (func $ask (param "x" u32) (result u32)))
        (core func $lowered (canon lower (func $ask)))
        (core module $m
            (import "host" "ask" (func $ask (param i32) (result i32)))
            (func (export "run") (param i32) (result i32)
                (i32.add (call $ask (local.get 0)) (i32.const 1))))
        (core instance $i (instantiate $m
            (with "host" (instance (export "ask" (func $lowered))))))
        (func (export "run") (param "x" u32) (result u32) (canon lift (core func $i "run"))))
"#;

/// Is pending once, after it has woken its task.
async fn later() {
    let mut is_later = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut is_later, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[derive(Debug)]
struct Refused(u32);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused {}", self.0)
    }
}

impl std::error::Error for Refused {}

fn linker(engine: &Engine) -> Linker<u32> {
    let mut linker = Linker::new(engine);
    linker
        .root()
        .func_wrap_async(
            "ask",
            |mut store: StoreContextMut<'_, u32>, (x,): (u32,)| {
                Box::new(async move {
                    later().await;
                    *store.data_mut() += 1;
                    if x == 13 {
                        later().await;
                        return Err(Error::new(Refused(x)));
                    }
                    assert_ne!(x, 14, "it panics");
                    Ok((2 * x,))
                })
            },
        )
        .unwrap();
    linker
}

/// Returns the guest and its function.
async fn instantiate(store: &mut Store<u32>) -> Result<(Instance, TypedFunc<(u32,), (u32,)>)> {
    let component = Component::new(store.engine(), ASKS)?;
    let linker = linker(store.engine());
    let instance = linker.instantiate_async(&mut *store, &component).await?;
    let run = instance.get_typed_func(store, "run")?;
    Ok((instance, run))
}

#[test]
fn a_host_function_waits() -> Result<()> {
    let mut store = Store::new(&Engine::default(), 0);
    futures::executor::block_on(async {
        let (instance, run) = instantiate(&mut store).await?;
        assert_eq!(run.call_async(&mut store, (5,)).await?, (11,));
        let mut results = [Val::Bool(false)];
        let func = instance.get_func(&mut store, "run").unwrap();
        func.call_async(&mut store, &[Val::U32(20)], &mut results)
            .await?;
        assert_eq!(results, [Val::U32(41)]);
        Ok::<(), Error>(())
    })?;
    assert_eq!(*store.data(), 2);
    Ok(())
}

#[test]
fn an_error_after_a_wait_arrives() -> Result<()> {
    let mut store = Store::new(&Engine::default(), 0);
    futures::executor::block_on(async {
        let (_, run) = instantiate(&mut store).await?;
        let error = run.call_async(&mut store, (13,)).await.unwrap_err();
        assert_eq!(
            error.downcast_ref::<Refused>().map(|error| error.0),
            Some(13)
        );
        let error = run.call_async(&mut store, (1,)).await.unwrap_err();
        assert!(
            format!("{error:#}").contains("cannot enter component instance"),
            "{error:?}"
        );
        Ok(())
    })
}

static COUNT: AtomicU32 = AtomicU32::new(0);

#[test]
fn host_functions_are_freed() -> Result<()> {
    struct Counts(Arc<()>);
    impl Drop for Counts {
        fn drop(&mut self) {
            COUNT.fetch_add(1, Ordering::Relaxed);
        }
    }
    let engine = Engine::default();
    let component = Component::new(&engine, ASKS)?;
    let mut linker = Linker::<()>::new(&engine);
    let counts = Counts(Arc::new(()));
    linker.root().func_wrap("ask", move |_, (x,): (u32,)| {
        _ = &counts.0;
        Ok((x,))
    })?;
    let pre = linker.instantiate_pre(&component)?;
    let clone = linker.clone();
    drop(linker);
    let mut store = Store::new(&engine, ());
    let instance = pre.instantiate(&mut store)?;
    drop(pre);
    drop(clone);
    let run = instance.get_typed_func::<(u32,), (u32,)>(&mut store, "run")?;
    assert_eq!(run.call(&mut store, (1,))?, (2,));
    assert_eq!(COUNT.load(Ordering::Relaxed), 0);
    drop(store);
    drop(component);
    assert_eq!(COUNT.load(Ordering::Relaxed), 1);
    Ok(())
}
