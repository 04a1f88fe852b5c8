//! Yields, and what they leave as it is: the amount of fuel, deadlines, and what code has done.

use super::host::pend;
use libwasmtime::*;
use smol::future::{block_on, poll_once};

/// Counts up to its argument, in a global.
const WAT: &str = r#"(module
    (global $n (export "n") (mut i32) (i32.const 0))
    (memory (export "memory") 1)
    (func (export "count") (param i32) (result i32)
        (global.set $n (i32.const 0))
        (loop $again
            (global.set $n (i32.add (global.get $n) (i32.const 1)))
            (br_if $again (i32.lt_u (global.get $n) (local.get 0))))
        (global.get $n))
    (func (export "grow")
        (drop (memory.grow (i32.const 1)))
        (loop $again (br $again))))"#;

struct Guest {
    store: Store<()>,
    instance: Instance,
    count: TypedFunc<i32, i32>,
}

impl Guest {
    fn new(engine: &Engine) -> Guest {
        let mut store = Store::new(engine, ());
        if engine.get_consume_fuel() {
            store.set_fuel(u64::MAX).unwrap();
        }
        store.set_epoch_deadline(1 << 40);
        let module = Module::new(engine, WAT).unwrap();
        let instance = block_on(Instance::new_async(&mut store, &module, &[])).unwrap();
        let count = instance.get_typed_func(&mut store, "count").unwrap();
        Guest {
            store,
            instance,
            count,
        }
    }

    /// Calls `count`, and returns how often it was pending.
    fn pauses(&mut self, n: i32) -> usize {
        let mut pauses = 0;
        block_on(async {
            let mut call = Box::pin(self.count.call_async(&mut self.store, n));
            let found = loop {
                match poll_once(&mut call).await {
                    Some(found) => break found,
                    None => pauses += 1,
                }
            };
            assert_eq!(found.unwrap(), n);
        });
        pauses
    }

    /// Polls `count` a number of times, does something each time, and drops the call.
    fn drop_after(&mut self, polls: usize, then: impl Fn()) {
        let mut call = Box::pin(self.count.call_async(&mut self.store, i32::MAX));
        for _ in 0..polls {
            assert!(block_on(poll_once(&mut call)).is_none());
            then();
        }
    }

    fn n(&mut self) -> i32 {
        let n = self.instance.get_global(&mut self.store, "n").unwrap();
        n.get(&mut self.store).unwrap_i32()
    }
}

/// The same code uses the same amount of fuel, however often it yields.
#[test]
fn yields_use_no_fuel() {
    let engine = Engine::new(Config::new().consume_fuel(true)).unwrap();
    let mut guest = Guest::new(&engine);
    guest.count.call(&mut guest.store, 1000).unwrap();
    let used = u64::MAX - guest.store.get_fuel().unwrap();
    for (interval, least) in [
        (Some(u64::MAX), 0),
        (Some(used * 2), 0),
        (Some(used / 10), 9),
        (Some(7), 500),
        (Some(1), 900),
        (None, 0),
    ] {
        guest.store.set_fuel(u64::MAX).unwrap();
        guest.store.fuel_async_yield_interval(interval).unwrap();
        let pauses = guest.pauses(1000);
        assert!(pauses >= least, "{interval:?}: {pauses}");
        assert_eq!(pauses > 0, least > 0, "{interval:?}: {pauses}");
        assert_eq!(u64::MAX - guest.store.get_fuel().unwrap(), used);
        // As much as is needed, and half of it.
        guest.store.set_fuel(used).unwrap();
        guest.pauses(1000);
        assert_eq!(guest.store.get_fuel().unwrap(), 0);
        guest.store.set_fuel(used / 2).unwrap();
        let error = block_on(guest.count.call_async(&mut guest.store, 1000)).unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Trap::OutOfFuel));
    }
}

/// A new deadline is as many ticks beyond the epoch at the moment at which the code goes on.
#[test]
fn a_deadline_counts_from_when_code_goes_on() {
    let engine = Engine::new(Config::new().epoch_interruption(true)).unwrap();
    type Set = fn(&mut Store<()>);
    let ways: [Set; 3] = [
        |store| store.epoch_deadline_async_yield_and_update(2),
        |store| store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Yield(2))),
        |store| {
            store
                .epoch_deadline_callback(|_| Ok(UpdateDeadline::YieldCustom(2, Box::pin(pend(1)))));
        },
    ];
    for set in ways {
        let mut guest = Guest::new(&engine);
        set(&mut guest.store);
        guest.store.set_epoch_deadline(0);
        let mut call = Box::pin(guest.count.call_async(&mut guest.store, 1000));
        assert!(block_on(poll_once(&mut call)).is_none());
        for _ in 0..5 {
            engine.increment_epoch();
        }
        // It isn't reached, though five ticks are over.
        assert!(block_on(poll_once(&mut call)).is_some());
    }
}

/// Fuel and epochs at once: the code yields for either, and traps for want of fuel.
#[test]
fn by_fuel_and_by_epochs() {
    let mut config = Config::new();
    config.consume_fuel(true).epoch_interruption(true);
    let engine = Engine::new(&config).unwrap();
    let mut guest = Guest::new(&engine);
    guest.store.fuel_async_yield_interval(Some(1000)).unwrap();
    let pauses = |guest: &mut Guest| {
        // With a whole interval until the first yield.
        guest.store.set_fuel(u64::MAX).unwrap();
        guest.pauses(1000)
    };
    let by_fuel = pauses(&mut guest);
    assert!(by_fuel > 3);
    guest.store.epoch_deadline_async_yield_and_update(1);
    assert_eq!(pauses(&mut guest), by_fuel);
    guest.store.set_epoch_deadline(0);
    assert_eq!(pauses(&mut guest), by_fuel + 1);
    // In each poll, the epoch is reached again.
    let clock = engine.clone();
    guest.drop_after(10, || clock.increment_epoch());
    guest.store.set_fuel(3000).unwrap();
    let error = block_on(guest.count.call_async(&mut guest.store, 1000)).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::OutOfFuel));
    // Without a yield at the epoch, it traps there.
    guest.store.set_fuel(u64::MAX).unwrap();
    guest.store.epoch_deadline_trap();
    guest.store.set_epoch_deadline(0);
    let error = block_on(guest.count.call_async(&mut guest.store, 1000)).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));
}

/// What a call has done before it is dropped stays done, and its store can be used.
#[test]
fn a_store_goes_on_after_a_call_was_dropped() {
    let engine = Engine::new(Config::new().consume_fuel(true)).unwrap();
    let mut guest = Guest::new(&engine);
    guest.store.fuel_async_yield_interval(Some(100)).unwrap();
    let mut before = 0;
    for polls in 1..10 {
        guest.drop_after(polls, || {});
        let n = guest.n();
        assert!(n > before, "{before} {n}");
        before = n;
        guest.pauses(100);
    }
    let memory = guest
        .instance
        .get_memory(&mut guest.store, "memory")
        .unwrap();
    let grow = guest
        .instance
        .get_typed_func::<(), ()>(&mut guest.store, "grow");
    let grow = grow.unwrap();
    for grown in 1..5 {
        let mut call = Box::pin(grow.call_async(&mut guest.store, ()));
        assert!(block_on(poll_once(&mut call)).is_none());
        assert!(block_on(poll_once(&mut call)).is_none());
        drop(call);
        assert_eq!(memory.size(&guest.store), 1 + grown);
        memory.data_mut(&mut guest.store)[(grown as usize) << 16] = 1;
    }
    guest.pauses(100);
}

/// An instantiation that is dropped leaves no instance behind that could be used, and what it
/// has changed.
#[test]
fn a_store_goes_on_after_an_instantiation_was_dropped() {
    let engine = Engine::new(Config::new().consume_fuel(true)).unwrap();
    let text = r#"(module
        (import "" "n" (global $n (mut i32)))
        (import "" "f" (func $f))
        (func $start (global.set $n (i32.add (global.get $n) (i32.const 1)))
            (call $f) (loop $again (br $again)))
        (start $start))"#;
    let module = Module::new(&engine, text).unwrap();
    let mut guest = Guest::new(&engine);
    let store = &mut guest.store;
    store.fuel_async_yield_interval(Some(100)).unwrap();
    let n = guest.instance.get_global(&mut *store, "n").unwrap();
    let drops = crate::guest::Drops::default();
    let counts = drops.clone();
    let f = Func::wrap_async(&mut *store, move |_, ()| {
        let counted = counts.counted();
        Box::new(async move {
            pend(1).await;
            drop(counted);
        })
    });
    let mut linker = Linker::new(&engine);
    linker.define(&*store, "", "n", n).unwrap();
    linker.define(&*store, "", "f", f).unwrap();
    let pre = linker.instantiate_pre(&module).unwrap();
    let imports = [n.into(), f.into()];
    let mut begun = 0;
    for polls in 0..4 {
        begun += i32::from(polls > 0) * 3;
        async fn polled(polls: usize, call: impl Future<Output = Result<Instance>>) {
            let mut call = std::pin::pin!(call);
            for _ in 0..polls {
                assert!(poll_once(&mut call).await.is_none());
            }
        }
        block_on(async {
            polled(polls, Instance::new_async(&mut *store, &module, &imports)).await;
            polled(polls, linker.instantiate_async(&mut *store, &module)).await;
            polled(polls, pre.instantiate_async(&mut *store)).await;
        });
        assert_eq!(n.get(&mut *store).unwrap_i32(), begun);
        assert_eq!(drops.count(), begun as usize);
    }
    guest.pauses(100);
}
