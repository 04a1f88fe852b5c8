//! How long references live: while a host function waits, and no longer than its call.

use super::{pend, store};
use crate::collector::{freed, frees};
use crate::guest::Drops;
use libwasmtime::*;
use smol::future::{block_on, poll_once};
use std::sync::{Arc, Mutex};
use std::thread;

/// Functions that keep a reference on WebAssembly's stack, and nowhere else, while the host
/// runs.
const WAT: &str = r#"(module
    (import "" "host" (func $host (param externref) (result externref)))
    (import "" "make" (func $make (result externref)))
    (func (export "keep") (result externref)
        (local $kept externref)
        (local.set $kept (call $make))
        (drop (call $host (ref.null extern)))
        (local.get $kept))
    (func (export "pass") (result externref) (call $host (call $make)))
    (func (export "lose") (drop (call $host (call $make))))
    (func (export "same") (param externref) (result externref) (local.get 0))
    (func (export "host") (param externref) (result externref) (call $host (local.get 0)))
    (func (export "trap") (param externref) (drop (call $host (local.get 0))) unreachable))"#;

/// A world of references whose drops are counted.
struct World {
    store: Store<()>,
    drops: Drops,
    instance: Instance,
}

impl World {
    /// Creates one with a host function that is passed a reference, and one that makes one.
    fn new(
        host: impl for<'a> Fn(
            Caller<'a, ()>,
            (Option<Rooted<ExternRef>>,),
        )
            -> Box<dyn Future<Output = Result<Option<Rooted<ExternRef>>>> + Send + 'a>
        + Send
        + Sync
        + 'static,
    ) -> World {
        let mut store = store();
        let drops = Drops::default();
        let mut linker = Linker::new(store.engine());
        linker.func_wrap_async("", "host", host).unwrap();
        let counts = drops.clone();
        let make = move |mut caller: Caller<'_, ()>| ExternRef::new(&mut caller, counts.counted());
        let make = move |caller: Caller<'_, ()>| make(caller).map(Some);
        linker.func_wrap("", "make", make).unwrap();
        let module = Module::new(store.engine(), WAT).unwrap();
        let instance = block_on(linker.instantiate_async(&mut store, &module)).unwrap();
        World {
            store,
            drops,
            instance,
        }
    }

    fn func(&mut self, name: &str) -> Func {
        self.instance.get_func(&mut self.store, name).unwrap()
    }

    /// Asserts that no object is rooted, of as many as were made: all can be freed.
    #[track_caller]
    fn assert_collected(&mut self, made: usize) {
        self.store.gc(None).unwrap();
        assert_eq!(self.drops.count(), freed(made));
    }
}

/// The host function collects before and while it waits, and calls code that collects.
#[test]
fn references_outlive_collections() {
    let mut world = World::new(|mut caller, (reference,)| {
        Box::new(async move {
            let same = caller.get_export("same").and_then(Extern::into_func);
            let same = same.unwrap();
            caller.gc(None)?;
            pend(1).await;
            caller.gc(None)?;
            {
                let mut scope = RootScope::new(&mut caller);
                let mut results = [Val::I32(0)];
                let params = [reference.into()];
                same.call_async(&mut scope, &params, &mut results).await?;
                pend(1).await;
                scope.as_context_mut().gc(None)?;
                let back = results[0].unwrap_extern_ref();
                assert_eq!(back.is_some(), reference.is_some());
                if let Some(back) = back {
                    assert!(back.data(&scope)?.is_some());
                }
            }
            caller.gc(None)?;
            pend(1).await;
            if let Some(reference) = reference {
                assert!(reference.data(&caller)?.is_some());
            }
            Ok(reference)
        })
    });
    let mut made = 0;
    for name in ["keep", "pass", "lose"] {
        for is_moved in [false, true] {
            let f = world.func(name);
            let drops = world.drops.clone();
            let mut scope = RootScope::new(&mut world.store);
            let mut results = vec![Val::I32(0); usize::from(name != "lose")];
            finish(is_moved, f.call_async(&mut scope, &[], &mut results));
            scope.as_context_mut().gc(None).unwrap();
            if let [result] = results[..] {
                assert_eq!(drops.count(), freed(made));
                let reference = result.unwrap_extern_ref().unwrap();
                assert!(reference.data(&scope).unwrap().is_some());
            }
            made += 1;
            drop(scope);
            world.assert_collected(made);
        }
    }
}

/// Waits for a call, and polls it on another thread each time if it is moved.
fn finish(is_moved: bool, call: impl Future<Output = Result<()>> + Send) {
    let mut call = std::pin::pin!(call);
    if !is_moved {
        return block_on(call).unwrap();
    }
    let mut poll = || block_on(poll_once(&mut call));
    let result = loop {
        let polled = thread::scope(|scope| scope.spawn(&mut poll).join());
        if let Some(result) = polled.expect("it doesn't panic") {
            break result;
        }
    };
    result.unwrap();
}

/// Each way in which a call ends, or is dropped, a number of times.
#[test]
fn nothing_stays_rooted() {
    const TIMES: usize = 50;
    type Nullable = Option<Rooted<ExternRef>>;
    type Owned = Option<OwnedRooted<ExternRef>>;
    let mut world = World::new(|mut caller, (reference,)| {
        Box::new(async move {
            pend(1).await;
            let owned = reference.map(|reference| reference.to_owned_rooted(&mut caller));
            pend(1).await;
            drop(owned);
            Ok(reference)
        })
    });
    let (host, trap) = (world.func("host"), world.func("trap"));
    let typed = host.typed::<Nullable, Nullable>(&world.store).unwrap();
    let owned = host.typed::<Owned, Owned>(&world.store).unwrap();
    let mut made = 0;
    for polls in [usize::MAX, 0, 1, 2] {
        for _ in 0..TIMES {
            made += 1;
            let counted = world.drops.counted();
            let mut scope = RootScope::new(&mut world.store);
            let reference = ExternRef::new(&mut scope, counted).unwrap();
            let params = [reference.into()];
            let mut results = [Val::I32(0)];
            poll(polls, host.call_async(&mut scope, &params, &mut results));
            poll(polls, trap.call_async(&mut scope, &params, &mut []));
            poll(polls, typed.call_async(&mut scope, Some(reference)));
            let kept = reference.to_owned_rooted(&mut scope).unwrap();
            poll(polls, owned.call_async(&mut scope, Some(kept)));
        }
        world.assert_collected(made);
    }
}

/// Polls a call at most as often, and drops it.
fn poll<R>(polls: usize, call: impl Future<Output = R>) {
    let mut call = std::pin::pin!(call);
    for _ in 0..polls {
        if block_on(poll_once(&mut call)).is_some() {
            break;
        }
    }
}

/// A call that is dropped while the host function holds roots of its own, in a nested call.
#[test]
fn a_nested_call_is_dropped() {
    let mut world = World::new(|mut caller, (reference,)| {
        Box::new(async move {
            let Some(reference) = reference else {
                pend(10).await;
                return Ok(None);
            };
            let host = caller.get_export("host").and_then(Extern::into_func);
            let mut scope = RootScope::new(&mut caller);
            let null = Val::null_extern_ref();
            let mut results = [reference.into()];
            let owned = reference.to_owned_rooted(&mut scope)?;
            host.unwrap()
                .call_async(&mut scope, &[null], &mut results)
                .await?;
            drop(owned);
            Ok(None)
        })
    });
    let pass = world.func("pass");
    for polls in 0..8 {
        let mut results = [Val::I32(0)];
        let mut call = Box::pin(pass.call_async(&mut world.store, &[], &mut results));
        for _ in 0..polls {
            assert!(block_on(poll_once(&mut call)).is_none());
        }
        drop(call);
        // It is made in the first poll.
        world.assert_collected(polls);
    }
}

/// What a host function rooted, and kept for longer than its call.
#[test]
fn roots_of_a_host_function_end_with_it() {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let keep = kept.clone();
    let mut world = World::new(move |mut caller, (reference,)| {
        let keep = keep.clone();
        Box::new(async move {
            pend(1).await;
            let made = ExternRef::new(&mut caller, 1)?;
            keep.lock().unwrap().extend([reference, Some(made)]);
            pend(1).await;
            assert!(made.data(&caller)?.is_some());
            Ok(None)
        })
    });
    let lose = world.func("lose");
    for polls in [usize::MAX, 2] {
        poll(polls, lose.call_async(&mut world.store, &[], &mut []));
        for reference in kept.lock().unwrap().drain(..) {
            let reference = reference.expect("one was passed");
            assert!(reference.data(&world.store).is_err());
        }
    }
    world.assert_collected(2);
}

/// Host functions that fail after they have made some of their results.
#[test]
fn results_of_a_host_function_that_fails() {
    let drops = Drops::default();
    let mut store = store();
    let gone = {
        let mut scope = RootScope::new(&mut store);
        ExternRef::new(&mut scope, 1).unwrap()
    };
    store.gc(None).unwrap();
    let counts = drops.clone();
    let typed = Func::wrap_async(&mut store, move |mut caller: Caller<'_, ()>, ()| {
        let counted = counts.counted();
        Box::new(async move {
            pend(1).await;
            let made = ExternRef::new(&mut caller, counted).unwrap();
            (made, gone)
        })
    });
    let counts = drops.clone();
    let ty = typed.ty(&store);
    let untyped = Func::new_async(&mut store, ty, move |mut caller, _, results| {
        let counted = counts.counted();
        Box::new(async move {
            pend(1).await;
            results[0] = ExternRef::new(&mut caller, counted)?.into();
            results[1] = gone.into();
            Ok(())
        })
    });
    for (times, host) in [(10, typed), (20, untyped)] {
        for _ in 0..10 {
            let mut results = [Val::I32(0), Val::I32(0)];
            let call = host.call_async(&mut store, &[], &mut results);
            block_on(call).unwrap_err();
        }
        store.gc(None).unwrap();
        assert_eq!(drops.count(), freed(times));
    }
}

/// The collector runs while code allocates, in small steps between which the call is pending,
/// and is dropped in the middle.
#[test]
fn a_collection_is_dropped_in_the_middle() {
    let mut store = store();
    let text = r#"(module
        (type $node (struct (field (ref null $node)) (field externref)))
        (global $kept (mut (ref null $node)) (ref.null $node))
        (func (export "build") (param $n i32) (param $data externref)
            (loop $again
                (global.set $kept (struct.new $node (global.get $kept) (local.get $data)))
                (local.set $n (i32.sub (local.get $n) (i32.const 1)))
                (br_if $again (local.get $n))))
        (func (export "churn") (param $n i32)
            (loop $again
                (drop (struct.new $node (global.get $kept) (ref.null extern)))
                (local.set $n (i32.sub (local.get $n) (i32.const 1)))
                (br_if $again (local.get $n))))
        (func (export "length") (result i32)
            (local $node (ref null $node)) (local $n i32)
            (local.set $node (global.get $kept))
            (block $end
                (loop $again
                    (br_if $end (ref.is_null (local.get $node)))
                    (if (ref.is_null (struct.get $node 1 (local.get $node))) (then unreachable))
                    (local.set $n (i32.add (local.get $n) (i32.const 1)))
                    (local.set $node (struct.get $node 0 (local.get $node)))
                    (br $again)))
            (local.get $n)))"#;
    let module = Module::new(store.engine(), text).unwrap();
    let drops = Drops::default();
    let instance = block_on(Instance::new_async(&mut store, &module, &[])).unwrap();
    let build = instance
        .get_typed_func::<(i32, Option<Rooted<ExternRef>>), ()>(&mut store, "build")
        .unwrap();
    let churn = instance
        .get_typed_func::<i32, ()>(&mut store, "churn")
        .unwrap();
    let length = instance
        .get_typed_func::<(), i32>(&mut store, "length")
        .unwrap();
    {
        let mut scope = RootScope::new(&mut store);
        let data = ExternRef::new(&mut scope, drops.counted()).unwrap();
        block_on(build.call_async(&mut scope, (1000, Some(data)))).unwrap();
    }
    let mut pauses = 0;
    for polls in 0..40 {
        let mut call = Box::pin(churn.call_async(&mut store, 100_000));
        for _ in 0..polls {
            if block_on(poll_once(&mut call)).is_some() {
                break;
            }
            pauses += 1;
        }
        drop(call);
        assert_eq!(block_on(length.call_async(&mut store, ())).unwrap(), 1000);
        assert_eq!(drops.count(), 0);
    }
    if frees() {
        assert!(pauses > 40, "the collector doesn't pause: {pauses}");
        block_on(churn.call_async(&mut store, 1_000_000)).unwrap();
    } else {
        assert_eq!(pauses, 0, "a collection of nothing pauses");
    }
    assert_eq!(block_on(length.call_async(&mut store, ())).unwrap(), 1000);
    drop(store);
    assert_eq!(drops.count(), 1);
}
