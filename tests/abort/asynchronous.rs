//! Asynchronous calls and host functions: numbers that nobody expects, stacks that end, and
//! functions where no stack is that could be suspended.

mod late;
mod random;

use crate::alone;
use libwasmtime::*;
use smol::future::{block_on, poll_once, yield_now};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};

async fn pend(times: usize) {
    for _ in 0..times {
        yield_now().await;
    }
}

/// A function that calls the host with its argument less one, until that is zero.
const PING: &str = r#"(module
    (import "" "pong" (func $pong (param i32) (result i32)))
    (func (export "ping") (param i32) (result i32)
        (if (result i32) (local.get 0)
            (then (i32.add (i32.const 1)
                (call $pong (i32.sub (local.get 0) (i32.const 1)))))
            (else (i32.const 0)))))"#;

/// What the innermost host function does.
#[derive(Clone, Copy)]
enum End {
    Succeed,
    Fail,
    Panic,
    Wait,
}

/// Returns a function whose calls nest, each in an asynchronous host function of the next.
fn ping(engine: &Engine) -> (Store<End>, TypedFunc<i32, i32>) {
    let mut store = Store::new(engine, End::Succeed);
    let mut linker = Linker::new(engine);
    linker
        .func_wrap_async("", "pong", |mut caller: Caller<'_, End>, (x,): (i32,)| {
            Box::new(async move {
                if x == 0 {
                    match *caller.data() {
                        End::Succeed => {}
                        End::Fail => bail!("at the end"),
                        End::Panic => panic_any("at the end"),
                        End::Wait => std::future::pending().await,
                    }
                }
                let ping = caller.get_export("ping").and_then(Extern::into_func);
                let ping = ping.expect("it is exported").typed::<i32, i32>(&caller)?;
                ping.call_async(&mut caller, x).await
            })
        })
        .unwrap();
    let module = Module::new(engine, PING).unwrap();
    let instance = block_on(linker.instantiate_async(&mut store, &module)).unwrap();
    let ping = instance.get_typed_func(&mut store, "ping").unwrap();
    (store, ping)
}

#[test]
fn a_thousand_calls_nest() {
    alone("asynchronous::a_thousand_calls_nest", || {
        const DEPTH: i32 = 1000;
        let (mut store, ping) = ping(&Engine::default());
        assert_eq!(block_on(ping.call_async(&mut store, DEPTH)).unwrap(), DEPTH);
        *store.data_mut() = End::Fail;
        let error = block_on(ping.call_async(&mut store, DEPTH)).unwrap_err();
        assert_eq!(error.root_cause().to_string(), "at the end");
        *store.data_mut() = End::Panic;
        let call = || block_on(ping.call_async(&mut store, DEPTH));
        let payload = catch_unwind(AssertUnwindSafe(call)).unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&"at the end"));
        *store.data_mut() = End::Wait;
        let mut call = Box::pin(ping.call_async(&mut store, DEPTH));
        for _ in 0..3 {
            assert!(block_on(poll_once(&mut call)).is_none());
        }
        drop(call);
        *store.data_mut() = End::Succeed;
        assert_eq!(block_on(ping.call_async(&mut store, DEPTH)).unwrap(), DEPTH);
    });
}

/// Calls nest until one gets no stack, which is an error of that call.
fn until_there_is_no_stack(config: &Config) {
    let engine = Engine::new(config).unwrap();
    let (mut store, ping) = ping(&engine);
    for _ in 0..2 {
        let error = block_on(ping.call_async(&mut store, 1000)).unwrap_err();
        println!("{error:?}");
        assert!(!error.is::<Trap>() && !error.is::<ConfigConflict>());
        assert_eq!(block_on(ping.call_async(&mut store, 5)).unwrap(), 5);
    }
}

#[cfg(unix)]
#[test]
fn the_system_has_no_more_stacks() {
    const TEST: &str = "asynchronous::the_system_has_no_more_stacks";
    crate::limits::limited(TEST, "ulimit -v 8388608;").run(|| {
        until_there_is_no_stack(Config::new().async_stack_size(64 << 20));
    });
}

#[cfg(feature = "pooling-allocator")]
#[test]
fn a_pool_has_no_more_stacks() {
    alone("asynchronous::a_pool_has_no_more_stacks", || {
        let mut pool = PoolingAllocationConfig::new();
        pool.total_stacks(10).total_core_instances(10);
        pool.total_memories(1).total_tables(1);
        let mut config = Config::new();
        config.allocation_strategy(pool);
        until_there_is_no_stack(&config);
    });
}

#[test]
fn ten_thousand_host_functions() {
    alone("asynchronous::ten_thousand_host_functions", || {
        const COUNT: i32 = 10_000;
        let engine = Engine::default();
        let mut linker = Linker::<()>::new(&engine);
        for i in 0..COUNT {
            linker
                .func_wrap_async("", &i.to_string(), move |_, ()| {
                    Box::new(async move {
                        if i % 1000 == 0 {
                            yield_now().await;
                        }
                        i
                    })
                })
                .unwrap();
        }
        let imports: String = (0..COUNT)
            .map(|i| format!(r#"(import "" "{i}" (func (result i32)))"#))
            .collect();
        let calls: String = (0..COUNT)
            .map(|i| format!("(local.set 0 (i32.add (local.get 0) (call {i})))"))
            .collect();
        let text = format!(
            r#"(module {imports}
                (func (export "sum") (result i32) (local i32) {calls} (local.get 0)))"#
        );
        let module = Module::new(&engine, text).unwrap();
        let mut store = Store::new(&engine, ());
        let sum = block_on(async {
            let instance = linker.instantiate_async(&mut store, &module).await?;
            let sum = instance.get_typed_func::<(), i32>(&mut store, "sum")?;
            sum.call_async(&mut store, ()).await
        });
        assert_eq!(sum.unwrap(), COUNT * (COUNT - 1) / 2);
        // And as many in the store itself.
        let functions: Vec<_> = (0..COUNT)
            .map(|i| Func::wrap_async(&mut store, move |_, ()| Box::new(async move { i })))
            .collect();
        for (i, f) in (0..COUNT).zip(functions).step_by(100) {
            let f = f.typed::<(), i32>(&store).unwrap();
            assert_eq!(block_on(f.call_async(&mut store, ())).unwrap(), i);
        }
    });
}

/// How often code yields that counts down from this.
const COUNT: i32 = 1000;

fn count(store: &mut Store<()>) -> TypedFunc<i32, ()> {
    let text = r#"(module
        (func (export "count") (param $n i32)
            (loop $again
                (local.set $n (i32.sub (local.get $n) (i32.const 1)))
                (br_if $again (local.get $n)))))"#;
    let module = Module::new(store.engine(), text).unwrap();
    let instance = block_on(Instance::new_async(&mut *store, &module, &[])).unwrap();
    instance.get_typed_func(store, "count").unwrap()
}

/// Returns how often a call is pending.
fn pauses(store: &mut Store<()>, count: &TypedFunc<i32, ()>) -> usize {
    let mut pauses = 0;
    block_on(async {
        let mut call = Box::pin(count.call_async(store, COUNT));
        while poll_once(&mut call).await.is_none() {
            pauses += 1;
        }
    });
    pauses
}

/// The epoch and the deadline would overflow, and set a deadline in the past: code would yield
/// in each loop.
#[test]
fn deadlines_at_the_end_of_time() {
    alone("asynchronous::deadlines_at_the_end_of_time", || {
        let engine = Engine::new(Config::new().epoch_interruption(true)).unwrap();
        for _ in 0..10 {
            engine.increment_epoch();
        }
        type Set = fn(&mut Store<()>, u64);
        let ways: [Set; 3] = [
            |store, delta| store.epoch_deadline_async_yield_and_update(delta),
            |store, delta| {
                store.epoch_deadline_callback(move |_| Ok(UpdateDeadline::Yield(delta)));
            },
            |store, delta| {
                store.epoch_deadline_callback(move |_| {
                    Ok(UpdateDeadline::YieldCustom(delta, Box::pin(pend(1))))
                });
            },
        ];
        for set in ways {
            for delta in [u64::MAX, u64::MAX - 5, u64::MAX / 2, u64::MAX / 2 + 1] {
                let mut store = Store::new(&engine, ());
                let count = count(&mut store);
                set(&mut store, delta);
                store.set_epoch_deadline(0);
                assert_eq!(pauses(&mut store, &count), 1, "{delta}");
            }
            // And no time at all: it yields wherever it looks.
            let mut store = Store::new(&engine, ());
            let count = count(&mut store);
            set(&mut store, 0);
            assert_eq!(pauses(&mut store, &count), COUNT as usize + 1);
        }
    });
}

#[test]
fn any_interval_of_fuel() {
    alone("asynchronous::any_interval_of_fuel", || {
        let engine = Engine::new(Config::new().consume_fuel(true)).unwrap();
        let mut store = Store::new(&engine, ());
        let count = count(&mut store);
        for fuel in [u64::MAX, i64::MAX as u64 + 1, i64::MAX as u64, 1 << 40] {
            let largest = [u64::MAX, u64::MAX - 1, i64::MAX as u64 + 1, i64::MAX as u64];
            for interval in largest {
                store.set_fuel(fuel).unwrap();
                store.fuel_async_yield_interval(Some(interval)).unwrap();
                assert_eq!(pauses(&mut store, &count), 0);
                assert!(store.get_fuel().unwrap() < fuel);
                store.fuel_async_yield_interval(Some(u64::MAX)).unwrap();
            }
            store.set_fuel(fuel).unwrap();
            store.fuel_async_yield_interval(Some(1)).unwrap();
            assert!(pauses(&mut store, &count) >= COUNT as usize);
            store.fuel_async_yield_interval(None).unwrap();
            store.set_fuel(fuel).unwrap();
            assert_eq!(pauses(&mut store, &count), 0);
        }
        // The interval is larger than what is left.
        store.set_fuel(100).unwrap();
        store.fuel_async_yield_interval(Some(u64::MAX)).unwrap();
        let error = block_on(count.call_async(&mut store, COUNT)).unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Trap::OutOfFuel));
        // Without fuel, nothing is set.
        let mut store = Store::<()>::default();
        for interval in [None, Some(0), Some(1), Some(u64::MAX)] {
            store.fuel_async_yield_interval(interval).unwrap_err();
        }
        Func::wrap(&mut store, || ())
            .call(&mut store, &[], &mut [])
            .unwrap();
    });
}

/// Futures that were leaked in the middle of a call, with everything that uses the same parts
/// of the store afterwards.
#[test]
fn calls_that_are_leaked() {
    alone("asynchronous::calls_that_are_leaked", || {
        let (mut store, ping) = ping(&Engine::default());
        for depth in [1, 2, 30] {
            *store.data_mut() = End::Wait;
            let mut call = Box::pin(ping.call_async(&mut store, depth));
            assert!(block_on(poll_once(&mut call)).is_none());
            std::mem::forget(call);
            store.gc(None).unwrap();
            *store.data_mut() = End::Succeed;
            assert_eq!(block_on(ping.call_async(&mut store, 9)).unwrap(), 9);
        }
        // A host function leaks a call of its own.
        let leak = Func::wrap_async(&mut store, move |mut caller, ()| {
            Box::new(async move {
                *caller.data_mut() = End::Wait;
                let mut call = Box::pin(ping.call_async(&mut caller, 3));
                assert!(poll_once(&mut call).await.is_none());
                std::mem::forget(call);
                *caller.data_mut() = End::Succeed;
                caller.gc(None)?;
                ping.call_async(&mut caller, 3).await
            })
        });
        let leak = leak.typed::<(), i32>(&store).unwrap();
        for _ in 0..3 {
            assert_eq!(block_on(leak.call_async(&mut store, ())).unwrap(), 3);
        }
        drop(store);
    });
}

/// WebAssembly code uses as much of the stack as it may, and a host function the rest, which is
/// as much as the documentation says.
#[test]
fn a_host_function_has_its_part_of_the_stack() {
    alone(
        "asynchronous::a_host_function_has_its_part_of_the_stack",
        || {
            for (max_wasm_stack, async_stack_size) in [
                (512 << 10, 2 << 20),
                (512 << 10, 1 << 20),
                (64 << 10, 512 << 10),
                (4 << 20, 8 << 20),
            ] {
                let mut config = Config::new();
                config
                    .max_wasm_stack(max_wasm_stack)
                    .async_stack_size(async_stack_size);
                let (mut store, deep) = deep(&Engine::new(&config).unwrap());
                let error = block_on(deep.call_async(&mut store, ())).unwrap_err();
                assert_eq!(error.downcast_ref(), Some(&Trap::StackOverflow));
                let depth = store.data().depth;
                assert!(depth > 1000, "{depth}");
                // All but what libwasmtime's own frames need.
                let rest = async_stack_size - max_wasm_stack - (32 << 10);
                *store.data_mut() = Depth {
                    depth: 0,
                    last: depth,
                    bytes: rest,
                };
                let error = block_on(deep.call_async(&mut store, ())).unwrap_err();
                assert_eq!(error.downcast_ref(), Some(&Trap::StackOverflow));
                assert_eq!(store.data().depth, depth);
            }
        },
    );
}

/// How deep WebAssembly code is, and how many bytes of the stack a host function uses at the
/// last depth.
#[derive(Default)]
struct Depth {
    depth: usize,
    last: usize,
    bytes: usize,
}

/// Returns a function that calls the host and itself until there is no stack.
fn deep(engine: &Engine) -> (Store<Depth>, TypedFunc<(), ()>) {
    let text = r#"(module
        (import "" "" (func $host))
        (func $deep (export "deep") (call $host) (call $deep)))"#;
    let module = Module::new(engine, text).unwrap();
    let mut store = Store::new(engine, Depth::default());
    let host = Func::wrap(&mut store, |mut caller: Caller<'_, Depth>| {
        let depth = caller.data_mut();
        depth.depth += 1;
        if depth.depth == depth.last {
            let here = (&raw const depth).addr();
            use_stack(here.saturating_sub(depth.bytes));
        }
    });
    let instance = block_on(Instance::new_async(&mut store, &module, &[host.into()])).unwrap();
    let deep = instance.get_typed_func(&mut store, "deep").unwrap();
    (store, deep)
}

/// Uses the stack down to about this address.
#[inline(never)]
fn use_stack(end: usize) -> u8 {
    // Of a page, so that no guard page is skipped.
    let frame = std::hint::black_box([1_u8; 4096]);
    let here = frame.as_ptr().addr();
    let deeper = if here > end { use_stack(end) } else { 0 };
    frame[end % frame.len()] ^ deeper
}

/// More than its part ends the process, at the guard page below the stack.
#[cfg(unix)]
#[test]
fn a_host_function_has_no_more() {
    use crate::subprocess::{Subprocess, inside};
    use std::os::unix::process::ExitStatusExt;

    const TEST: &str = "asynchronous::a_host_function_has_no_more";
    if inside() {
        alone(TEST, || {
            let (mut store, deep) = deep(&Engine::default());
            store.data_mut().last = 1;
            store.data_mut().bytes = 4 << 20;
            _ = block_on(deep.call_async(&mut store, ()));
        });
        return;
    }
    let mut process = Subprocess::new(TEST);
    let output = process.command().output().unwrap();
    assert!(output.status.signal().is_some(), "{}", output.status);
}
