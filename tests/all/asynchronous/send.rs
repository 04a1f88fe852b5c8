//! Futures that can be sent to other threads, and calls that go on there.

use super::waiting::*;
use libwasmtime::*;
use std::cell::Cell;
use std::collections::HashSet;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::thread::{self, ThreadId};

fn assert_send<T: Send>(value: T) -> T {
    value
}

/// All asynchronous functions, with contexts of all kinds.
#[test]
fn futures_are_send_if_the_data_are() {
    // Data that threads can't share.
    let mut store = Store::new(&Engine::default(), Cell::new(0));
    let module = Module::new(store.engine(), "(module)").unwrap();
    let mut linker = Linker::<Cell<i32>>::new(store.engine());
    let pre = linker.instantiate_pre(&module).unwrap();
    let func = Func::wrap_async(&mut store, |mut caller: Caller<'_, Cell<i32>>, ()| {
        Box::new(async move {
            yield_once().await;
            let func = caller.get_export("f").unwrap().into_func().unwrap();
            let typed = func.typed::<(), ()>(&caller)?;
            func.call_async(&mut caller, &[], &mut []).await?;
            typed.call_async(&mut caller, ()).await?;
            typed.call_async(caller.as_context_mut(), ()).await?;
            assert_send(func.call_async(&mut caller, &[], &mut [])).await?;
            *caller.data_mut().get_mut() += 1;
            Ok(())
        }) as Box<dyn Future<Output = Result<()>> + Send>
    });
    let typed = func.typed::<(), ()>(&store).unwrap();
    drop(assert_send(func.call_async(&mut store, &[], &mut [])));
    drop(assert_send(typed.call_async(&mut store, ())));
    drop(assert_send(typed.call_async(store.as_context_mut(), ())));
    drop(assert_send(Instance::new_async(&mut store, &module, &[])));
    drop(assert_send(pre.instantiate_async(&mut store)));
    drop(assert_send(linker.instantiate_async(&mut store, &module)));
    drop(assert_send(linker.module_async(&mut store, "", &module)));
    // A program may await all with a store that the future owns.
    let all = assert_send(async move {
        linker.instantiate_async(&mut store, &module).await?;
        linker.module_async(&mut store, "", &module).await?;
        Instance::new_async(&mut store, &module, &[]).await?;
        pre.instantiate_async(&mut store).await?;
        Ok::<_, Error>(store.into_data().into_inner())
    });
    assert_eq!(smol::block_on(all).unwrap(), 0);
}

/// A type with a method that tells whether another type is `Send`: its own method comes before
/// that of the trait.
struct Probe<T>(PhantomData<T>);

trait IsSend {
    fn is_send(&self) -> bool {
        false
    }
}

impl<T> IsSend for Probe<T> {}

impl<T: Send> Probe<T> {
    fn is_send(&self) -> bool {
        true
    }
}

fn probe<T>(_: T) -> Probe<T> {
    Probe(PhantomData)
}

/// The other functions require that the data are `Send`.
#[test]
fn futures_of_instantiations_are_send_only_if_the_data_are() {
    let mut store = Store::new(&Engine::default(), Rc::new(1));
    let module = Module::new(store.engine(), "(module)").unwrap();
    let linker = Linker::<Rc<i32>>::new(store.engine());
    let pre = linker.instantiate_pre(&module).unwrap();
    assert!(!probe(Instance::new_async(&mut store, &module, &[])).is_send());
    assert!(!probe(pre.instantiate_async(&mut store)).is_send());
    // They may be used on their thread.
    smol::block_on(Instance::new_async(&mut store, &module, &[])).unwrap();
    smol::block_on(pre.instantiate_async(&mut store)).unwrap();

    let mut store = Store::new(store.engine(), 1);
    assert!(probe(Instance::new_async(&mut store, &module, &[])).is_send());
}

/// Calls a function on a thread of its own.
fn elsewhere<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    thread::scope(|scope| scope.spawn(f).join().unwrap())
}

/// Polls a future on a thread of its own.
fn poll_elsewhere<F>(future: &mut Pin<Box<F>>) -> Poll<F::Output>
where
    F: Future + Send + ?Sized,
    F::Output: Send,
{
    elsewhere(|| poll(future))
}

/// Polls a future until it is ready, each time on a thread of its own.
fn finish_elsewhere<F>(future: &mut Pin<Box<F>>) -> F::Output
where
    F: Future + Send + ?Sized,
    F::Output: Send,
{
    loop {
        if let Poll::Ready(output) = poll_elsewhere(future) {
            return output;
        }
    }
}

/// What the host notes of the calls.
#[derive(Default)]
struct Data {
    threads: HashSet<ThreadId>,
    calls: u32,
}

/// Functions that wait, do something, and wait again.
const WAT: &str = r#"(module
    (import "host" "wait" (func $wait))
    (import "host" "sync" (func $sync (param i32) (result i32)))
    (import "host" "async" (func $async (param i32) (result i32)))
    (import "host" "collect" (func $collect (param externref) (result externref)))
    (import "host" "nested" (func $nested (param i32) (result i32)))
    (import "host" "fail" (func $fail (param i32)))
    (import "host" "bytes" (func $bytes (result i32)))
    (type $node (struct (field i32)))
    (tag $tag (param i32))
    (memory (export "memory") 1)
    (func (export "call the host") (result i32)
        (call $wait)
        (i32.add (call $sync (i32.const 1)) (call $async (i32.const 2)))
        (call $wait))
    (func (export "divide by zero") (result i32)
        (call $wait)
        (i32.div_s (i32.const 1) (call $sync (i32.const 0)))
        (call $wait))
    (func (export "access out of bounds") (result i32)
        (call $wait)
        (i32.load (call $sync (i32.const 100_000)))
        (call $wait))
    (func $recurse (param i32) (result i32)
        (i32.add (call $recurse (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))
    (func (export "overflow the stack") (result i32)
        (call $wait)
        (call $recurse (i32.const 0))
        (call $wait))
    (func $throw (param i32)
        (call $wait)
        (throw $tag (local.get 0)))
    (func (export "catch") (result i32)
        (block $caught (result i32)
            (try_table (catch $tag $caught) (call $throw (i32.const 7)))
            (i32.const 0))
        (call $wait))
    (func (export "throw") (result i32)
        (call $throw (i32.const 7))
        (i32.const 0))
    (func (export "collect") (result i32)
        (local $node (ref $node)) (local $object externref)
        (local.set $node (struct.new $node (i32.const 5)))
        (local.set $object (call $collect (ref.null extern)))
        (call $wait)
        (drop (struct.new $node (i32.const 6)))
        (local.set $object (call $collect (local.get $object)))
        (call $wait)
        (drop (call $collect (local.get $object)))
        (struct.get $node 0 (local.get $node)))
    (func (export "nested") (result i32)
        (call $wait)
        (call $nested (i32.const 4))
        (call $wait))
    (func (export "down") (param i32) (result i32)
        (call $wait)
        (if (result i32) (local.get 0)
            (then (i32.add (call $nested (local.get 0)) (i32.const 1)))
            (else (i32.const 0)))
        (call $wait))
    (func (export "grow") (result i32)
        (call $wait)
        (drop (memory.grow (i32.const 3)))
        (i32.store (i32.const 250_000) (i32.const 9))
        (call $wait)
        (drop (memory.grow (i32.const 1)))
        (i32.add (call $bytes) (i32.load (i32.const 250_000))))
    (func (export "fail") (result i32)
        (call $wait)
        (call $fail (i32.const 0))
        (i32.const 0))
    (func (export "panic") (result i32)
        (call $wait)
        (call $fail (i32.const 1))
        (i32.const 0)))"#;

const FUNCTIONS: [&str; 11] = [
    "call the host",
    "divide by zero",
    "access out of bounds",
    "overflow the stack",
    "catch",
    "throw",
    "collect",
    "nested",
    "grow",
    "fail",
    "panic",
];

fn linker(engine: &Engine) -> Linker<Data> {
    fn note(caller: &mut Caller<'_, Data>) {
        caller.data_mut().threads.insert(thread::current().id());
        caller.data_mut().calls += 1;
    }
    let mut linker = Linker::<Data>::new(engine);
    (|| {
        linker.func_wrap_async("host", "wait", |mut caller, ()| {
            Box::new(async move {
                note(&mut caller);
                yield_once().await;
                note(&mut caller);
            })
        })?;
        linker.func_wrap("host", "sync", |mut caller: Caller<'_, Data>, x: i32| {
            note(&mut caller);
            x
        })?;
        linker.func_wrap_async("host", "async", |mut caller, (x,): (i32,)| {
            Box::new(async move {
                note(&mut caller);
                x
            })
        })?;
        linker.func_wrap_async(
            "host",
            "collect",
            |mut caller, (object,): (Option<Rooted<ExternRef>>,)| {
                Box::new(async move {
                    let other = ExternRef::new(&mut caller, 8)?;
                    yield_once().await;
                    caller.gc(None)?;
                    for object in object.iter().chain([&other]) {
                        let data = object.data(&caller)?.unwrap();
                        assert_eq!(data.downcast_ref::<i32>(), Some(&8));
                    }
                    Ok(Some(other))
                }) as Box<dyn Future<Output = Result<_>> + Send>
            },
        )?;
        linker.func_wrap_async("host", "nested", |mut caller, (depth,): (i32,)| {
            Box::new(async move {
                note(&mut caller);
                let down = caller.get_export("down").unwrap().into_func().unwrap();
                let down = down.typed::<i32, i32>(&caller)?;
                let result = down.call_async(&mut caller, depth - 1).await?;
                yield_once().await;
                note(&mut caller);
                Ok(result)
            }) as Box<dyn Future<Output = Result<i32>> + Send>
        })?;
        linker.func_wrap_async("host", "fail", |_, (panics,): (i32,)| {
            Box::new(async move {
                yield_once().await;
                assert!(panics == 0, "a panic of the host");
                Err(Error::msg("an error of the host"))
            }) as Box<dyn Future<Output = Result<()>> + Send>
        })?;
        linker.func_wrap_async("host", "bytes", |mut caller, ()| {
            Box::new(async move {
                let memory = caller.get_export("memory").unwrap().into_memory().unwrap();
                let before = memory.data(&caller).len();
                yield_once().await;
                assert_eq!(memory.data(&caller).len(), before);
                memory.grow(&mut caller, 1).unwrap();
                assert_eq!(memory.data(&caller)[250_000], 9);
                memory.data(&caller).len() as i32
            })
        })?;
        Ok::<_, Error>(())
    })()
    .unwrap();
    linker
}

/// Returns the guest, for an engine whose memories move when they grow.
fn guest() -> InstancePre<Data> {
    let engine = engine(|config| {
        config.wasm_gc(true).wasm_exceptions(true);
        config
            .memory_reservation(0)
            .memory_reservation_for_growth(0)
            .memory_guard_size(64 << 10);
    });
    let module = Module::new(&engine, WAT).unwrap();
    linker(&engine).instantiate_pre(&module).unwrap()
}

/// Returns a function of the guest in a store of its own.
fn function(guest: &InstancePre<Data>, name: &str) -> (Store<Data>, TypedFunc<(), i32>) {
    let mut store = Store::new(guest.module().engine(), Data::default());
    let func = smol::block_on(guest.instantiate_async(&mut store))
        .unwrap()
        .get_typed_func(&mut store, name)
        .unwrap();
    (store, func)
}

/// Describes how a call has ended.
fn outcome(store: &mut Store<Data>, result: thread::Result<Result<i32>>) -> String {
    match result {
        Ok(Ok(value)) => format!("{value}"),
        Ok(Err(error)) if error.is::<ThrownException>() => {
            let exception = store.take_pending_exception().unwrap();
            let value = exception.field(store, 0).unwrap();
            format!("exception {}", value.unwrap_i32())
        }
        Ok(Err(error)) => {
            let trace = error.downcast_ref::<WasmBacktrace>().unwrap();
            let frames: Vec<_> = trace.frames().iter().map(FrameInfo::func_index).collect();
            match error.downcast_ref::<Trap>() {
                Some(trap) => format!("{trap} {frames:?}"),
                None => format!("{} {frames:?}", error.root_cause()),
            }
        }
        Err(panic) => format!("panic: {}", panic.downcast_ref::<&str>().unwrap()),
    }
}

/// Calls a function on one thread.
fn outcome_here(store: &mut Store<Data>, func: &TypedFunc<(), i32>) -> String {
    let call = std::panic::AssertUnwindSafe(func.call_async(&mut *store, ()));
    let result = smol::block_on(smol::future::FutureExt::catch_unwind(call));
    outcome(store, result)
}

#[test]
fn a_call_moves_between_threads() {
    let guest = guest();
    for name in FUNCTIONS {
        let (mut store, func) = function(&guest, name);
        let expected = outcome_here(&mut store, &func);
        let calls = store.data().calls;

        let (mut store, func) = function(&guest, name);
        let call = std::panic::AssertUnwindSafe(func.call_async(&mut store, ()));
        let mut call = Box::pin(smol::future::FutureExt::catch_unwind(call));
        let mut threads = 1;
        let result = loop {
            match poll_elsewhere(&mut call) {
                Poll::Ready(result) => break result,
                Poll::Pending => threads += 1,
            }
        };
        drop(call);
        assert_eq!(outcome(&mut store, result), expected, "{name}");
        assert!(threads > 1, "{name}");
        assert_eq!(store.data().calls, calls, "{name}");
        assert!(store.data().threads.len() > 1, "{name}");
        elsewhere(move || drop(store));
    }
}

#[test]
fn a_call_is_dropped_on_another_thread() {
    let guest = guest();
    for name in FUNCTIONS {
        let expected = {
            let (mut store, func) = function(&guest, name);
            outcome_here(&mut store, &func)
        };
        for polls in 0.. {
            let (mut store, func) = function(&guest, name);
            let call = std::panic::AssertUnwindSafe(func.call_async(&mut store, ()));
            let mut call = Box::pin(smol::future::FutureExt::catch_unwind(call));
            let is_ready = (0..polls).any(|_| poll_elsewhere(&mut call).is_ready());
            elsewhere(move || drop(call));
            if is_ready {
                break;
            }
            // The store is usable on any thread. Its memory has grown, though.
            let outcome = elsewhere(|| outcome_here(&mut store, &func));
            if name != "grow" {
                assert_eq!(outcome, expected, "{name} after {polls} polls");
            }
        }
    }
}

#[test]
fn calls_run_on_a_runtime_of_several_threads() {
    let guest = guest();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .build()
        .unwrap();
    let tasks: Vec<_> = (0..10)
        .flat_map(|_| FUNCTIONS)
        .map(|name| {
            let (mut store, func) = function(&guest, name);
            let expected = outcome_here(&mut store, &func);
            let (mut store, func) = function(&guest, name);
            (
                name,
                expected,
                runtime.spawn(async move {
                    let call = std::panic::AssertUnwindSafe(func.call_async(&mut store, ()));
                    let result = smol::future::FutureExt::catch_unwind(call).await;
                    outcome(&mut store, result)
                }),
            )
        })
        .collect();
    for (name, expected, task) in tasks {
        assert_eq!(runtime.block_on(task).unwrap(), expected, "{name}");
    }
}

/// A call in one store that begins, goes on or ends in a host function of another store.
#[test]
fn a_call_moves_between_the_calls_of_another_store() {
    type Other = BoxFuture<'static, String>;
    /// Something that a host function does with the call.
    type Do = fn(&mut Option<Other>);
    let guest = guest();
    let other = |name| -> Other {
        let (mut store, func) = function(&guest, name);
        Box::pin(async move {
            let call = std::panic::AssertUnwindSafe(func.call_async(&mut store, ()));
            let result = smol::future::FutureExt::catch_unwind(call).await;
            outcome(&mut store, result)
        })
    };
    let mut outer = Linker::<Arc<Mutex<Option<Other>>>>::new(guest.module().engine());
    let do_poll: Do = |other| {
        if poll(other.as_mut().unwrap()).is_ready() {
            *other = None;
        }
    };
    let do_finish: Do = |other| {
        finish_elsewhere(other.as_mut().unwrap());
        *other = None;
    };
    let do_drop: Do = |other| *other = None;
    for (name, what) in [("poll", do_poll), ("finish", do_finish), ("drop", do_drop)] {
        outer
            .func_wrap_async(
                "host",
                name,
                move |caller: Caller<'_, Arc<Mutex<_>>>, ()| {
                    Box::new(async move {
                        what(&mut caller.data().lock().unwrap());
                        yield_once().await;
                    })
                },
            )
            .unwrap();
    }
    for name in FUNCTIONS {
        for way in ["poll", "finish", "drop"] {
            for polls in 0..2 {
                let call = Arc::new(Mutex::new(Some(other(name))));
                for _ in 0..polls {
                    do_poll(&mut call.lock().unwrap());
                }
                let mut store = Store::new(guest.module().engine(), call.clone());
                let wat = format!(
                    r#"(module
                        (import "host" "{way}" (func $f))
                        (func (export "run") (call $f)))"#
                );
                let run = instantiate(&outer, &mut store, &wat)
                    .get_typed_func::<(), ()>(&mut store, "run")
                    .unwrap();
                let mut running = Box::pin(run.call_async(&mut store, ()));
                assert_pending(poll_elsewhere(&mut running));
                // What is left of the call ends between the two polls of the other.
                if let Some(mut other) = call.lock().unwrap().take() {
                    assert!(!finish_elsewhere(&mut other).is_empty());
                }
                assert!(matches!(poll_elsewhere(&mut running), Poll::Ready(Ok(()))));
            }
        }
    }
}
