//! Wakers: a task is polled when it can go on, and not before.

use super::waiting::*;
use crate::collector::frees;
use libwasmtime::*;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

/// A guest that calls a host function, which calls the guest until a depth is reached. There
/// it does something that takes a while.
struct Nested {
    run: Option<TypedFunc<i32, i32>>,
    wait: Box<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>,
    /// The polls of each host future.
    host_polls: Vec<Arc<AtomicUsize>>,
}

const NESTED: &str = r#"(module
    (import "host" "down" (func $down (param i32) (result i32)))
    (func (export "run") (param i32) (result i32)
        (i32.add (call $down (local.get 0)) (i32.const 1))
        (loop)))"#;

fn nested(
    engine: &Engine,
    wait: impl Fn() -> BoxFuture<'static, ()> + Send + Sync + 'static,
) -> (Store<Nested>, TypedFunc<i32, i32>) {
    let mut linker = Linker::<Nested>::new(engine);
    linker
        .func_wrap_async("host", "down", |mut caller, (depth,): (i32,)| {
            let polls = Arc::<AtomicUsize>::default();
            caller.data_mut().host_polls.push(polls.clone());
            Box::new(async move {
                count_polls(&polls, async {
                    if depth == 0 {
                        (caller.data().wait)().await;
                        return Ok(0);
                    }
                    let run = caller.data().run.unwrap();
                    run.call_async(&mut caller, depth - 1).await
                })
                .await
            })
        })
        .unwrap();
    let data = Nested {
        run: None,
        wait: Box::new(wait),
        host_polls: Vec::new(),
    };
    let mut store = Store::new(engine, data);
    let run = instantiate(&linker, &mut store, NESTED)
        .get_typed_func(&mut store, "run")
        .unwrap();
    store.data_mut().run = Some(run);
    (store, run)
}

const A_WHILE: Duration = Duration::from_millis(100);

/// Asserts that a host function that sleeps costs a handful of polls.
async fn assert_sleeps(sleep: fn() -> BoxFuture<'static, ()>) {
    for depth in [0, 1, 6] {
        let (mut store, run) = nested(&Engine::default(), sleep);
        let (polls, start) = (AtomicUsize::new(0), Instant::now());
        let call = count_polls(&polls, run.call_async(&mut store, depth));
        assert_eq!(call.await.unwrap(), depth + 1);
        assert!(start.elapsed() >= A_WHILE);
        let polls = polls.into_inner();
        assert!((2..=4).contains(&polls), "{polls} polls");
        for host_polls in &store.data().host_polls {
            assert_eq!(host_polls.load(Ordering::SeqCst), polls);
        }
    }
}

#[test]
fn a_host_function_that_sleeps_costs_a_handful_of_polls() {
    let tokio: fn() -> BoxFuture<'static, ()> = || Box::pin(tokio::time::sleep(A_WHILE));
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(assert_sleeps(tokio));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap();
    let task = runtime.spawn(assert_sleeps(tokio));
    runtime.block_on(task).unwrap();

    smol::block_on(assert_sleeps(|| {
        Box::pin(async {
            smol::Timer::after(A_WHILE).await;
        })
    }));

    // Another thread wakes the task.
    futures::executor::block_on(assert_sleeps(|| {
        let gate = Gate::default();
        let opener = gate.clone();
        thread::spawn(move || {
            thread::sleep(A_WHILE);
            opener.open();
        });
        Box::pin(async move { gate.wait().await })
    }));
}

#[test]
fn the_newest_waker_is_woken() {
    for depth in [0, 1, 6, 100] {
        let gate = Gate::default();
        let waiting = gate.clone();
        let (mut store, run) = nested(&Engine::default(), move || {
            let gate = waiting.clone();
            Box::pin(async move { gate.wait().await })
        });
        let mut call = Box::pin(run.call_async(&mut store, depth));
        let tasks = [Wakes::new(), Wakes::new(), Wakes::new()];
        for (polls, (_, waker)) in tasks.iter().enumerate() {
            assert_pending(poll_with(waker, &mut call));
            assert_eq!(gate.polls(), polls + 1);
        }
        gate.open();
        assert_eq!(tasks.each_ref().map(|(wakes, _)| wakes.count()), [0, 0, 1]);
        assert!(matches!(poll(&mut call), Poll::Ready(Ok(n)) if n == depth + 1));
    }
}

#[test]
fn a_host_future_is_polled_once_in_a_poll() {
    for depth in [0, 6, 100] {
        let (mut store, run) = nested(&Engine::default(), || {
            Box::pin(async {
                yield_once().await;
                yield_once().await;
            })
        });
        let (polls, result) = poll_while_woken(run.call_async(&mut store, depth));
        assert_eq!(polls, 2);
        assert_eq!(result.unwrap(), depth + 1);
        for host_polls in &store.data().host_polls {
            assert_eq!(host_polls.load(Ordering::SeqCst), 3);
        }
    }
}

/// A guest that counts down, and calls the host each time.
const COUNT: &str = r#"(module
    (import "host" "tick" (func $tick))
    (func (export "count") (param i32)
        (loop $again
            (call $tick)
            (br_if $again
                (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))"#;

/// Returns a store whose data are the number of ticks, and the function `count`. Each tick
/// increments the epoch.
fn counting(engine: &Engine) -> (Store<u32>, TypedFunc<i32, ()>) {
    let mut linker = Linker::<u32>::new(engine);
    linker
        .func_wrap("host", "tick", |mut caller: Caller<'_, u32>| {
            *caller.data_mut() += 1;
            caller.engine().increment_epoch();
        })
        .unwrap();
    let mut store = Store::new(engine, 0);
    store.set_epoch_deadline(1);
    let _ = store.set_fuel(u64::MAX);
    let count = instantiate(&linker, &mut store, COUNT)
        .get_typed_func(&mut store, "count")
        .unwrap();
    (store, count)
}

#[test]
fn a_yield_wakes_its_task() {
    let engine = engine(|config| {
        config.consume_fuel(true).epoch_interruption(true);
    });
    let (mut store, count) = counting(&engine);
    store.epoch_deadline_async_yield_and_update(1);
    let (polls, result) = poll_while_woken(count.call_async(&mut store, 100));
    result.unwrap();
    assert!((99..=101).contains(&polls), "{polls}");

    let (mut store, count) = counting(&engine);
    store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Yield(2)));
    let (polls, result) = poll_while_woken(count.call_async(&mut store, 100));
    result.unwrap();
    assert!((48..=52).contains(&polls), "{polls}");

    let (mut store, count) = counting(&engine);
    store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Continue(1)));
    store.fuel_async_yield_interval(Some(100)).unwrap();
    let (polls, result) = poll_while_woken(count.call_async(&mut store, 100));
    result.unwrap();
    assert!((5..=10).contains(&polls), "{polls}");
    store.fuel_async_yield_interval(None).unwrap();
    let (polls, result) = poll_while_woken(count.call_async(&mut store, 100));
    result.unwrap();
    assert_eq!(polls, 0);
    assert_eq!(*store.data(), 200);
}

/// A guest that lets the host call it, and yields all the time afterwards.
const GIVEN_UP: &str = r#"(module
    (import "host" "wait" (func $wait))
    (import "host" "give_up" (func $give_up))
    (func (export "wait") (call $wait))
    (func (export "run") (param $n i32)
        (call $give_up)
        (loop $again
            (br_if $again
                (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"#;

#[test]
fn a_yield_after_a_nested_call_was_given_up_wakes_its_task() {
    let engine = engine(|config| {
        config.consume_fuel(true);
    });
    for is_forgotten in [false, true] {
        let poll_and_give_up = move |caller: &mut Caller<'_, ()>| {
            let wait = caller.get_export("wait").unwrap().into_func().unwrap();
            let wait = wait.typed::<(), ()>(&*caller).unwrap();
            let mut call: BoxFuture<'_, _> = Box::pin(wait.call_async(caller, ()));
            assert_pending(poll(&mut call));
            if is_forgotten {
                mem::forget(call);
            }
        };
        for is_async in [false, true] {
            let mut linker = Linker::<()>::new(&engine);
            linker
                .func_wrap_async("host", "wait", |_, ()| {
                    Box::new(std::future::pending::<()>())
                })
                .unwrap();
            if is_async {
                linker.func_wrap_async("host", "give_up", move |mut caller, ()| {
                    Box::new(async move { poll_and_give_up(&mut caller) })
                })
            } else {
                linker.func_wrap("host", "give_up", move |mut caller: Caller<'_, ()>| {
                    poll_and_give_up(&mut caller);
                })
            }
            .unwrap();
            let mut store = Store::new(&engine, ());
            store.set_fuel(u64::MAX).unwrap();
            store.fuel_async_yield_interval(Some(100)).unwrap();
            let run = instantiate(&linker, &mut store, GIVEN_UP)
                .get_typed_func::<i32, ()>(&mut store, "run")
                .unwrap();
            let (polls, result) = poll_while_woken(run.call_async(&mut store, 1000));
            result.unwrap();
            assert!(polls > 10, "{polls}");
        }
    }
}

#[test]
fn a_future_of_an_epoch_callback_is_waited_for() {
    let engine = engine(|config| {
        config.epoch_interruption(true);
    });
    let gate = Gate::default();
    let waiting = gate.clone();
    let (mut store, count) = counting(&engine);
    store.epoch_deadline_callback(move |_| {
        let gate = waiting.clone();
        let wait = async move { gate.wait().await };
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(wait)))
    });
    let mut call = Box::pin(count.call_async(&mut store, 100));
    let tasks = [Wakes::new(), Wakes::new(), Wakes::new()];
    for (polls, (wakes, waker)) in tasks.iter().enumerate() {
        assert_pending(poll_with(waker, &mut call));
        // The guest isn't polled, and nothing wakes the task.
        assert_eq!((gate.polls(), wakes.count()), (polls + 1, 0));
    }
    gate.open();
    assert_eq!(tasks.each_ref().map(|(wakes, _)| wakes.count()), [0, 0, 1]);
    // The futures of all other yields are ready at once.
    assert!(matches!(poll(&mut call), Poll::Ready(Ok(()))));
    drop(call);
    assert_eq!(*store.data(), 100);
    assert!((101..=103).contains(&gate.polls()), "{}", gate.polls());
}

/// Calls a guest whose epoch callback sleeps, and asserts that it costs a handful of polls.
async fn assert_callback_sleeps(sleep: fn() -> BoxFuture<'static, ()>) {
    let engine = engine(|config| {
        config.epoch_interruption(true);
    });
    let (mut store, count) = counting(&engine);
    store.epoch_deadline_callback(move |_| Ok(UpdateDeadline::YieldCustom(1, sleep())));
    let (polls, start) = (AtomicUsize::new(0), Instant::now());
    let call = count_polls(&polls, count.call_async(&mut store, 2));
    call.await.unwrap();
    assert!(start.elapsed() >= A_WHILE);
    let polls = polls.into_inner();
    assert!((2..=6).contains(&polls), "{polls} polls");
}

#[test]
fn an_epoch_callback_that_sleeps_costs_a_handful_of_polls() {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(assert_callback_sleeps(|| {
            Box::pin(tokio::time::sleep(A_WHILE))
        }));
    smol::block_on(assert_callback_sleeps(|| {
        Box::pin(async {
            smol::Timer::after(A_WHILE).await;
        })
    }));
}

#[test]
fn a_yield_in_a_nested_call_passes_through_the_host_function() {
    let engine = engine(|config| {
        config.epoch_interruption(true);
    });
    for depth in [0, 1, 6] {
        let ticking = engine.clone();
        let (mut store, run) = nested(&engine, move || {
            // The innermost call of the guest yields when it goes on.
            ticking.increment_epoch();
            Box::pin(std::future::ready(()))
        });
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
        let (polls, result) = poll_while_woken(run.call_async(&mut store, depth));
        assert_eq!((polls, result.unwrap()), (1, depth + 1));
    }
}

/// A guest that fills the heap of collected objects, and keeps a list of them.
const COLLECT: &str = r#"(module
    (type $node (struct (field i32) (field (ref null $node)) (field i64 i64 i64 i64)))
    (func $node (param i32 (ref null $node)) (result (ref $node))
        (struct.new $node (local.get 0) (local.get 1)
            (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0)))
    (func (export "run") (param $n i32) (result i32)
        (local $list (ref null $node)) (local $sum i32)
        (loop $again
            (if (i32.eqz (i32.rem_u (local.get $n) (i32.const 1000)))
                (then (local.set $list (call $node (local.get $n) (local.get $list))))
                (else (drop (call $node (local.get $n) (ref.null $node)))))
            (br_if $again
                (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (loop $again
            (local.set $sum
                (i32.add (local.get $sum) (struct.get $node 0 (local.get $list))))
            (br_if $again
                (i32.eqz (ref.is_null
                    (local.tee $list (struct.get $node 1 (local.get $list)))))))
        (local.get $sum)))"#;

#[test]
fn a_collection_in_a_call_yields() {
    let engine = engine(|config| {
        config.wasm_gc(true).wasm_function_references(true);
    });
    let linker = Linker::<StoreLimits>::new(&engine);
    let limits = StoreLimitsBuilder::new().memory_size(1 << 20).build();
    let mut store = Store::new(&engine, limits);
    store.limiter(|limits| limits);
    let run = instantiate(&linker, &mut store, COLLECT)
        .get_typed_func::<i32, i32>(&mut store, "run")
        .unwrap();
    let (polls, result) = poll_while_woken(run.call_async(&mut store, 100_000));
    if frees() {
        assert_eq!(result.unwrap(), 5_050_000);
        assert!(polls > 0);
    } else {
        // The heap is full soon, and stays full.
        let error = result.unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Trap::AllocationTooLarge));
    }
}
