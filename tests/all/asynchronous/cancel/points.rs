//! Every point at which a call can be dropped, and ways to drop it there.

use super::*;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

/// What runs in a store until it is dropped.
pub(super) const CALLS: [&str; 12] = [
    "typed call",
    "untyped call",
    "nested calls",
    "yields by fuel",
    "yields by epochs",
    "yields of a callback",
    "waits of a callback",
    "collection",
    "instantiation",
    "instantiation with imports",
    "reactor",
    "command",
];

/// Reports whether one of [`CALLS`] pauses: a collection doesn't where there is nothing to do.
pub(super) fn pauses(what: &str) -> bool {
    what != "collection" || frees()
}

/// A module whose start function and initializer wait.
const WAITING: &str = r#"(module
    (import "host" "wait" (func $wait (param externref i32)))
    (memory 1)
    (func $start (call $wait (ref.null extern) (i32.const 0)))
    (func (export "_initialize") (call $wait (ref.null extern) (i32.const 0)))
    (start $start))"#;

/// A module of which each call of a function has an instance of its own.
const COMMAND: &str = r#"(module
    (import "host" "wait" (func $wait (param externref i32)))
    (memory 1)
    (func $start (call $wait (ref.null extern) (i32.const 0)))
    (func (export "_start") (call $wait (ref.null extern) (i32.const 0)))
    (start $start))"#;

/// Does one of [`CALLS`].
pub(super) async fn run(setup: &Setup, store: &mut Store<Data>, what: &str) -> Result<()> {
    let guest = store.data().guest.unwrap();
    let captured = store.data().counts.counted();
    match what {
        "typed call" => {
            let given = owned(store)?;
            guest.wait.call_async(&mut *store, Some(given)).await?;
        }
        "untyped call" => {
            let mut scope = RootScope::new(&mut *store);
            let given = object(&mut scope)?;
            let wait = *guest.wait.func();
            wait.call_async(&mut scope, &[given.into()], &mut [])
                .await?;
        }
        "nested calls" => {
            guest.nested.call_async(&mut *store, 3).await?;
        }
        "yields by fuel" => {
            store.fuel_async_yield_interval(Some(500))?;
            let result = tick(setup, store).await;
            store.fuel_async_yield_interval(None)?;
            result?;
        }
        "yields by epochs" => {
            store.set_epoch_deadline(1);
            store.epoch_deadline_async_yield_and_update(100);
            tick(setup, store).await?;
        }
        "yields of a callback" => {
            store.set_epoch_deadline(1);
            store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Yield(100)));
            tick(setup, store).await?;
        }
        "waits of a callback" => {
            store.set_epoch_deadline(1);
            store.epoch_deadline_callback(|store| {
                let captured = store.data().counts.counted();
                Ok(UpdateDeadline::YieldCustom(
                    100,
                    Box::pin(async move {
                        yield_once().await;
                        drop(captured);
                    }),
                ))
            });
            tick(setup, store).await?;
        }
        "collection" => {
            let collect = export(setup, store, "collect")
                .await?
                .typed::<i32, i32>(&*store)?;
            assert_eq!(collect.call_async(&mut *store, 20_000).await?, 5);
        }
        "instantiation" => {
            let module = Module::new(store.engine(), WAITING)?;
            setup.linker.instantiate_async(&mut *store, &module).await?;
        }
        "instantiation with imports" => {
            let module = Module::new(store.engine(), WAITING)?;
            let wait = setup.linker.get(&mut *store, "host", "wait").unwrap();
            Instance::new_async(&mut *store, &module, &[wait]).await?;
        }
        "reactor" => {
            let module = Module::new(store.engine(), WAITING)?;
            let mut linker = setup.linker.clone();
            linker.module_async(&mut *store, "reactor", &module).await?;
            assert!(linker.get(&mut *store, "reactor", "_initialize").is_ok());
        }
        "command" => {
            let module = Module::new(store.engine(), COMMAND)?;
            let mut linker = setup.linker.clone();
            linker.module_async(&mut *store, "command", &module).await?;
            let start = linker.get_default(&mut *store, "command")?;
            start.call_async(&mut *store, &[], &mut []).await?;
        }
        _ => unreachable!("{what}"),
    }
    drop(captured);
    Ok(())
}

/// Returns an object that isn't rooted in a scope.
fn owned(store: &mut Store<Data>) -> Result<OwnedRooted<ExternRef>> {
    let mut scope = RootScope::new(&mut *store);
    let object = object(&mut scope)?;
    object.to_owned_rooted(&mut scope)
}

/// Returns a function of another instance of the guest.
async fn export(setup: &Setup, store: &mut Store<Data>, name: &str) -> Result<Func> {
    let instance = setup.guest.instantiate_async(&mut *store).await?;
    Ok(instance.get_func(&mut *store, name).unwrap())
}

/// Calls a function that uses fuel and lets epochs go by.
async fn tick(setup: &Setup, store: &mut Store<Data>) -> Result<()> {
    let tick = export(setup, store, "tick")
        .await?
        .typed::<i32, ()>(&*store)?;
    tick.call_async(&mut *store, 500).await
}

/// Does each of [`CALLS`] again and again, and gives it up one poll later each time.
pub(super) fn at_each_point(
    setup: &Setup,
    mut give_up: impl FnMut(Store<Data>, &'static str, usize) -> Option<Store<Data>>,
) {
    for what in CALLS {
        for polls in 0.. {
            let Some(store) = give_up(setup.store(), what, polls) else {
                let least = if pauses(what) { 3 } else { 1 };
                assert!(polls >= least, "{what} is ready after {polls} polls");
                break;
            };
            assert_in_order(store, &format!("{what} after {polls} polls"));
        }
    }
}

/// Polls a call a number of times, and reports whether it hasn't finished by then.
pub(super) fn poll_times<F>(call: &mut std::pin::Pin<Box<F>>, times: usize) -> bool
where
    F: Future<Output = Result<()>> + ?Sized,
{
    for _ in 0..times {
        if let std::task::Poll::Ready(result) = poll(call) {
            result.unwrap();
            return false;
        }
    }
    true
}

#[test]
fn a_call_is_dropped() {
    let setup = Setup::new(|_| {});
    at_each_point(&setup, |mut store, what, polls| {
        let mut call = Box::pin(run(&setup, &mut store, what));
        let is_pending = poll_times(&mut call, polls);
        drop(call);
        is_pending.then_some(store)
    });
}

#[test]
fn a_call_is_dropped_on_another_thread() {
    let setup = Setup::new(|_| {});
    at_each_point(&setup, |mut store, what, polls| {
        let mut call: BoxFuture<'_, _> = Box::pin(run(&setup, &mut store, what));
        let is_pending = poll_times(&mut call, polls);
        thread::scope(|scope| {
            scope.spawn(move || drop(call));
        });
        is_pending.then_some(store)
    });
}

#[test]
fn a_call_is_dropped_while_a_panic_unwinds() {
    let setup = Setup::new(|_| {});
    at_each_point(&setup, |mut store, what, polls| {
        let mut call = Box::pin(run(&setup, &mut store, what));
        let is_pending = poll_times(&mut call, polls);
        let panic = catch_unwind(AssertUnwindSafe(move || {
            let _call = call;
            resume_unwind(Box::new(7));
        }));
        assert_eq!(panic.unwrap_err().downcast_ref(), Some(&7));
        is_pending.then_some(store)
    });
}

/// A call that owns its store, which others can have when the call is dropped.
type Shared = BoxFuture<'static, Result<()>>;

#[test]
fn a_call_is_dropped_in_a_poll_of_another_call() {
    let setup = Arc::new(Setup::new(|_| {}));
    let mut linker = Linker::<Arc<Mutex<Option<Shared>>>>::new(setup.linker.engine());
    linker
        .func_wrap_async("host", "async", |caller, ()| {
            Box::new(async move {
                yield_once().await;
                *caller.data().lock().unwrap() = None;
                yield_once().await;
            })
        })
        .unwrap();
    linker
        .func_wrap("host", "sync", |caller: Caller<'_, Arc<Mutex<_>>>| {
            *caller.data().lock().unwrap() = None;
        })
        .unwrap();
    for way in ["sync", "async"] {
        let wat = format!(
            r#"(module
                (import "host" "{way}" (func $f))
                (func (export "run") (call $f)))"#
        );
        let module = Module::new(linker.engine(), wat).unwrap();
        at_each_point(&setup, |store, what, polls| {
            let store = Arc::new(tokio::sync::Mutex::new(store));
            let (setup, guard) = (setup.clone(), store.clone().try_lock_owned().unwrap());
            let mut call: Shared = Box::pin(async move {
                let mut store = guard;
                run(&setup, &mut store, what).await
            });
            let is_pending = poll_times(&mut call, polls);
            let call = Arc::new(Mutex::new(Some(call)));
            let mut other = Store::new(linker.engine(), call);
            other.set_fuel(u64::MAX).unwrap();
            other.set_epoch_deadline(u64::MAX / 2);
            smol::block_on(async {
                let instance = linker.instantiate_async(&mut other, &module).await.unwrap();
                let run = instance
                    .get_typed_func::<(), ()>(&mut other, "run")
                    .unwrap();
                run.call_async(&mut other, ()).await.unwrap();
            });
            let store = Arc::into_inner(store).unwrap().into_inner();
            is_pending.then_some(store)
        });
    }
}

#[test]
fn a_timeout_ends_a_loop_without_end() {
    let engine = engine(|config| {
        config.epoch_interruption(true);
    });
    let wat = r#"(module
        (global $rounds (export "rounds") (mut i32) (i32.const 0))
        (func (export "spin")
            (loop $again
                (global.set $rounds (i32.add (global.get $rounds) (i32.const 1)))
                (br $again))))"#;
    let mut store = Store::new(&engine, ());
    store.set_epoch_deadline(1);
    store.epoch_deadline_async_yield_and_update(1);
    let clock = engine.weak();
    thread::spawn(move || {
        while let Some(engine) = clock.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(Duration::from_millis(1));
        }
    });
    let instance = instantiate(&Linker::new(&engine), &mut store, wat);
    let spin = instance
        .get_typed_func::<(), ()>(&mut store, "spin")
        .unwrap();
    let rounds = instance.get_global(&mut store, "rounds").unwrap();
    let mut before = 0;
    let mut assert_has_run = |store: &mut Store<()>| {
        let now = rounds.get(store).unwrap_i32();
        assert!(now != before);
        before = now;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    for _ in 0..3 {
        runtime.block_on(async {
            let call = spin.call_async(&mut store, ());
            let ended = tokio::time::timeout(Duration::from_millis(20), call).await;
            assert!(ended.is_err());
        });
        assert_has_run(&mut store);
        smol::block_on(smol::future::or(
            async {
                spin.call_async(&mut store, ()).await.unwrap();
                unreachable!("the loop has ended");
            },
            async {
                smol::Timer::after(Duration::from_millis(20)).await;
            },
        ));
        assert_has_run(&mut store);
    }
}
