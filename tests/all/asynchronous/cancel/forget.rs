//! Calls whose futures are forgotten: neither polled again nor dropped.

use super::points::{at_each_point, poll_times, run};
use super::*;
use std::mem;

/// Forgets calls at each point, uses their stores, and drops them and the engine.
fn forget_at_each_point(setup: Setup) {
    at_each_point(&setup, |mut store, what, polls| {
        let mut call = Box::pin(run(&setup, &mut store, what));
        let is_pending = poll_times(&mut call, polls);
        mem::forget(call);
        // The store moves, and is used. A callback that yielded is freed.
        let mut store = Box::new(store);
        store.epoch_deadline_trap();
        store.set_epoch_deadline(u64::MAX / 2);
        assert_usable(&mut store, what);
        store.gc(None).unwrap();
        assert_usable(&mut store, what);
        store.into_data();
        is_pending.then(|| setup.store())
    });
    let store = setup.store();
    drop(setup);
    assert_in_order(store, "a store of an engine with forgotten calls");
}

#[test]
fn a_call_is_forgotten() {
    forget_at_each_point(Setup::new(|_| {}));
}

#[test]
#[cfg(feature = "pooling-allocator")]
fn a_call_is_forgotten_in_a_pool() {
    forget_at_each_point(Setup::new(|config| {
        let mut pool = PoolingAllocationConfig::new();
        pool.total_core_instances(20)
            .total_memories(20)
            .total_tables(20);
        pool.max_memory_size(4 << 20)
            .total_stacks(1000)
            .total_gc_heaps(10);
        config.memory_reservation(4 << 20).memory_guard_size(0);
        config.allocation_strategy(pool);
    }));
}

/// The stack of a forgotten call stays in use, so a pool runs out of them.
#[test]
#[cfg(feature = "pooling-allocator")]
fn forgotten_calls_use_up_a_pool() {
    let setup = Setup::new(|config| {
        let mut pool = PoolingAllocationConfig::new();
        pool.total_core_instances(20)
            .total_memories(20)
            .total_tables(20);
        pool.max_memory_size(4 << 20)
            .total_stacks(3)
            .total_gc_heaps(10);
        config.memory_reservation(4 << 20).memory_guard_size(0);
        config.allocation_strategy(pool);
    });
    for is_left in [true, true, false] {
        let mut store = setup.store();
        let guest = store.data().guest.unwrap();
        let mut call = Box::pin(guest.wait.call_async(&mut store, None));
        assert_pending(poll(&mut call));
        mem::forget(call);
        let result = smol::block_on(guest.size.call_async(&mut store, ()));
        assert_eq!(result.is_ok(), is_left);
        if let Err(error) = result {
            assert!(
                format!("{error:#}").contains("limit of 3 for fibers"),
                "{error:#}"
            );
        }
    }
}
