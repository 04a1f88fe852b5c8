//! Guests that compute without end share a thread with other tasks.

use super::waiting::*;
use libwasmtime::*;
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

/// What a guest and its host share.
#[derive(Clone, Default)]
struct Shared {
    /// How often the guest has called `next`.
    rounds: Arc<AtomicU32>,
    /// Whether the guest ends.
    is_over: Arc<AtomicBool>,
}

impl Shared {
    /// Notes a round of the guest, and reports whether it goes on.
    fn next(&self) -> u32 {
        self.rounds.fetch_add(1, Ordering::Relaxed);
        u32::from(!self.is_over.load(Ordering::Relaxed))
    }
}

/// A guest that spins until the host ends it.
const SPIN: &str = r#"(module
    (import "host" "next" (func $next (result i32)))
    (func (export "run")
        (loop $again (br_if $again (call $next)))))"#;

/// Instantiates the guest, whose store `set` changes before.
fn guest(
    linker: &Linker<Shared>,
    set: &dyn Fn(&mut Store<Shared>),
) -> (Store<Shared>, TypedFunc<(), ()>) {
    let mut store = Store::new(linker.engine(), Shared::default());
    set(&mut store);
    let run = instantiate(linker, &mut store, SPIN)
        .get_typed_func(&mut store, "run")
        .unwrap();
    (store, run)
}

/// Lets two guests and a timer run on this thread, on each of two runtimes, and asserts that
/// all make progress in each period of the timer.
fn assert_fair(linker: &Linker<Shared>, set: &dyn Fn(&mut Store<Shared>)) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let local = tokio::task::LocalSet::new();
    runtime.block_on(local.run_until(share_thread(
        [guest(linker, set), guest(linker, set)],
        |task| drop(tokio::task::spawn_local(task)),
        || tokio::time::sleep(PERIOD),
    )));

    let executor = Rc::new(smol::LocalExecutor::new());
    smol::block_on(executor.run(share_thread(
        [guest(linker, set), guest(linker, set)],
        |task| executor.spawn(task).detach(),
        || async {
            smol::Timer::after(PERIOD).await;
        },
    )));
}

const PERIOD: Duration = Duration::from_millis(10);

async fn share_thread<S: Future>(
    guests: [(Store<Shared>, TypedFunc<(), ()>); 2],
    spawn: impl Fn(std::pin::Pin<Box<dyn Future<Output = ()>>>),
    sleep: impl Fn() -> S,
) {
    let shared = guests.each_ref().map(|(store, _)| store.data().clone());
    let ended = Rc::new(());
    for (mut store, run) in guests {
        let ended = ended.clone();
        spawn(Box::pin(async move {
            run.call_async(&mut store, ()).await.unwrap();
            drop(ended);
        }));
    }
    let mut before = [0; 2];
    for _ in 0..5 {
        sleep().await;
        let rounds = shared
            .each_ref()
            .map(|shared| shared.rounds.load(Ordering::Relaxed));
        assert!(
            rounds[0] > before[0] && rounds[1] > before[1],
            "{before:?}, {rounds:?}"
        );
        before = rounds;
    }
    for shared in &shared {
        shared.is_over.store(true, Ordering::Relaxed);
    }
    while Rc::strong_count(&ended) > 1 {
        sleep().await;
    }
}

fn spinning(engine: &Engine) -> Linker<Shared> {
    let mut linker = Linker::<Shared>::new(engine);
    linker
        .func_wrap("host", "next", |caller: Caller<'_, Shared>| {
            caller.data().next()
        })
        .unwrap();
    linker
}

#[test]
fn guests_that_yield_by_fuel_share_a_thread() {
    let engine = engine(|config| {
        config.consume_fuel(true);
    });
    assert_fair(&spinning(&engine), &|store| {
        store.set_fuel(u64::MAX).unwrap();
        store.fuel_async_yield_interval(Some(1000)).unwrap();
    });
}

#[test]
fn guests_that_yield_by_epochs_share_a_thread() {
    let engine = engine(|config| {
        config.epoch_interruption(true);
    });
    let is_over = Arc::new(AtomicBool::new(false));
    let clock = thread::spawn({
        let (engine, is_over) = (engine.weak(), is_over.clone());
        move || {
            while !is_over.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_micros(100));
                if let Some(engine) = engine.upgrade() {
                    engine.increment_epoch();
                }
            }
        }
    });
    let linker = spinning(&engine);
    assert_fair(&linker, &|store| {
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
    });
    assert_fair(&linker, &|store| {
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Yield(1)));
    });
    assert_fair(&linker, &|store| {
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|_| {
            Ok(UpdateDeadline::YieldCustom(
                1,
                Box::pin(smol::future::yield_now()),
            ))
        });
    });
    is_over.store(true, Ordering::Relaxed);
    clock.join().unwrap();
}

#[test]
fn a_host_function_that_yields_gives_other_tasks_their_turn() {
    let mut linker = Linker::<Shared>::new(&Engine::default());
    linker
        .func_wrap_async("host", "next", |caller, ()| {
            Box::new(async move {
                yield_once().await;
                caller.data().next()
            })
        })
        .unwrap();
    assert_fair(&linker, &|_| {});
}
