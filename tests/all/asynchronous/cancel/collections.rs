//! Calls that are forgotten in the middle of a collection, in which most objects have been copied
//! and some haven't.

use crate::asynchronous::waiting::*;
use crate::collector::frees;
use crate::guest::Drops;
use libwasmtime::*;
use smol::block_on;
use std::future::Future;
use std::mem;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};

const OBJECTS: u32 = 4000;

/// A list and a table of objects, garbage beside them, and calls of the host around that.
const WAT: &str = r#"(module
    (import "" "make" (func $make (result externref)))
    (import "" "host" (func $host (param i32) (result externref)))
    (type $node (struct (field (ref null $node)) (field externref)))
    (global $kept (mut (ref null $node)) (ref.null $node))
    (table $table (export "table") 4000 externref)
    (func (export "build") (param $n i32)
        (loop $again
            (global.set $kept (struct.new $node (global.get $kept) (call $make)))
            (table.set $table (i32.sub (local.get $n) (i32.const 1)) (call $make))
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br_if $again (local.get $n))))
    (func $churn (export "churn") (param $n i32)
        (loop $again
            (drop (struct.new $node (global.get $kept) (ref.null extern)))
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br_if $again (local.get $n))))
    (func (export "host") (param i32) (result externref)
        (local $result externref)
        (local.set $result (call $host (local.get 0)))
        (call $churn (i32.const 300000))
        (local.get $result))
    (func (export "length") (result i32)
        (local $node (ref null $node)) (local $n i32)
        (local.set $node (global.get $kept))
        (loop $again (result i32)
            (if (ref.is_null (local.get $node)) (then (return (local.get $n))))
            (if (ref.is_null (struct.get $node 1 (local.get $node))) (then unreachable))
            (local.set $n (i32.add (local.get $n) (i32.const 1)))
            (local.set $node (struct.get $node 0 (local.get $node)))
            (br $again))))"#;

struct World {
    store: Store<()>,
    instance: Instance,
    drops: Drops,
}

type HostFuture<'a> = Box<dyn Future<Output = Result<Option<Rooted<ExternRef>>>> + Send + 'a>;

impl World {
    fn new(
        engine: &Engine,
        host: impl for<'a> Fn(Caller<'a, ()>, (u32,)) -> HostFuture<'a> + Send + Sync + 'static,
    ) -> World {
        let mut store = Store::new(engine, ());
        let mut linker = Linker::new(engine);
        let drops = Drops::default();
        let counts = drops.clone();
        let make = move |mut caller: Caller<'_, ()>| -> Result<_> {
            ExternRef::new(&mut caller, counts.counted()).map(Some)
        };
        linker.func_wrap("", "make", make).unwrap();
        linker.func_wrap_async("", "host", host).unwrap();
        let instance = instantiate(&linker, &mut store, WAT);
        let build = instance.get_typed_func::<u32, ()>(&mut store, "build");
        block_on(build.unwrap().call_async(&mut store, OBJECTS)).unwrap();
        World {
            store,
            instance,
            drops,
        }
    }

    fn churn(&mut self) -> TypedFunc<u32, ()> {
        let churn = self.instance.get_typed_func(&mut self.store, "churn");
        churn.unwrap()
    }

    /// Asserts that each object is where it was, before and after further collections.
    fn assert_complete(&mut self) {
        let churn = self.churn();
        let length = self.instance.get_typed_func(&mut self.store, "length");
        let length: TypedFunc<(), u32> = length.unwrap();
        let table = self.instance.get_table(&mut self.store, "table").unwrap();
        for _ in 0..3 {
            let mut scope = RootScope::new(&mut self.store);
            for i in 0..u64::from(OBJECTS) {
                let object = table.get(&mut scope, i).unwrap();
                let object = object.unwrap_extern().expect("it isn't null");
                assert!(object.data(&scope).unwrap().is_some(), "object {i} is gone");
            }
            let found = block_on(length.call_async(&mut scope, ())).unwrap();
            assert_eq!(found, OBJECTS);
            block_on(churn.call_async(&mut scope, 300_000)).unwrap();
            drop(scope);
            self.store.gc(None).unwrap();
            assert_eq!(self.drops.count(), 0);
        }
    }
}

/// Returns the numbers of polls after which a call is given up. Which of the pauses is in the
/// middle of a collection depends on the collector. One that frees nothing never pauses: then
/// calls are given up before they begin.
fn polls() -> Range<u32> {
    if frees() { 1..20 } else { 0..1 }
}

fn gc_engine() -> Engine {
    engine(|config| {
        config.wasm_gc(true);
    })
}

#[test]
fn a_call_is_forgotten() {
    let engine = gc_engine();
    for polls in polls() {
        let mut world = World::new(&engine, |_, _| unreachable!());
        let churn = world.churn();
        let mut call = Box::pin(churn.call_async(&mut world.store, 1_000_000));
        for _ in 0..polls {
            assert_pending(poll(&mut call));
        }
        mem::forget(call);
        if polls % 2 == 0 {
            // The host goes on first, and not the guest.
            world.store.gc(None).unwrap();
        }
        world.assert_complete();
    }
}

/// The WebAssembly code goes on after its host function, which has forgotten a call.
#[test]
fn a_host_function_forgets_a_call() {
    let engine = gc_engine();
    for polls in polls() {
        let mut world = World::new(&engine, |mut caller, (polls,)| {
            Box::new(async move {
                let churn = caller.get_export("churn").and_then(Extern::into_func);
                let churn = churn.unwrap().typed::<u32, ()>(&caller)?;
                let mut call = Box::pin(churn.call_async(&mut caller, 1_000_000));
                for _ in 0..polls {
                    assert_pending(poll(&mut call));
                }
                mem::forget(call);
                Ok(None)
            })
        });
        let run = world.instance.get_typed_func(&mut world.store, "host");
        let run: TypedFunc<u32, Option<Rooted<ExternRef>>> = run.unwrap();
        let result = block_on(run.call_async(&mut world.store, polls)).unwrap();
        assert!(result.is_none());
        world.assert_complete();
    }
}

/// A future that is ready while a call that it contains hasn't finished.
struct ReadyInTheMiddle<'a> {
    call: BoxFuture<'a, Result<()>>,
    polls: u32,
    result: Rooted<ExternRef>,
}

impl Future for ReadyInTheMiddle<'_> {
    type Output = Result<Option<Rooted<ExternRef>>>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        for _ in 0..self.polls {
            assert_pending(poll(&mut self.call));
        }
        Poll::Ready(Ok(Some(self.result)))
    }
}

/// The result is passed to libwasmtime before the call is dropped.
#[test]
fn a_host_function_returns_before_a_call() {
    let engine = gc_engine();
    for polls in polls() {
        let mut world = World::new(&engine, |mut caller, (polls,)| {
            let result = ExternRef::new(&mut caller, "a result").unwrap();
            let churn = caller.get_export("churn").and_then(Extern::into_func);
            let churn = churn.unwrap().typed::<u32, ()>(&caller).unwrap();
            let call = async move { churn.call_async(&mut caller, 1_000_000).await };
            Box::new(ReadyInTheMiddle {
                call: Box::pin(call),
                polls,
                result,
            })
        });
        let run = world.instance.get_typed_func(&mut world.store, "host");
        let run: TypedFunc<u32, Option<Rooted<ExternRef>>> = run.unwrap();
        let result = block_on(run.call_async(&mut world.store, polls)).unwrap();
        let data = result.unwrap().data(&world.store).unwrap().unwrap();
        assert_eq!(data.downcast_ref(), Some(&"a result"));
        world.assert_complete();
    }
}
