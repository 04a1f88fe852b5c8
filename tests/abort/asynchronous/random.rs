//! Programs picked at random: calls of both kinds that nest, wait, fail, panic and yield, and
//! that are dropped or leaked anywhere. No process ends, and whatever isn't leaked is dropped.

use crate::alone;
use crate::collector::frees;
use crate::random::Random;
use libwasmtime::*;
use smol::future::{block_on, poll_once, yield_now};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

/// A guest that does what the octal digits of its argument say, and passes the rest of them to
/// the host.
const WAT: &str = r#"(module
    (type $node (struct (field externref)))
    (import "" "sync" (func $sync (param i32) (result i32)))
    (import "" "wait" (func $wait (param i32) (result i32)))
    (memory (export "memory") 1 100)
    (table $table (export "table") 1 funcref)
    (global $kept (export "kept") (mut externref) (ref.null extern))
    (tag $tag (export "tag") (param i32))
    (func $run (export "run") (param $x i32) (result i32)
        (local $n i32) (local $reference externref)
        (loop $next
            (if (i32.eqz (local.get $x)) (then (return (local.get $n))))
            (local.set $reference (global.get $kept))
            (block $done
                (block $caught (result i32)
                    (block $7 (block $6 (block $5 (block $4 (block $3 (block $2 (block $1 (block $0
                    (br_table $0 $1 $2 $3 $4 $5 $6 $7 (i32.and (local.get $x) (i32.const 7))))
                        (local.set $n (call $sync (i32.shr_u (local.get $x) (i32.const 3))))
                        (br $done))
                        (local.set $n (call $wait (i32.shr_u (local.get $x) (i32.const 3))))
                        (br $done))
                        (try_table (catch $tag $caught)
                            (local.set $n (call $wait (i32.shr_u (local.get $x) (i32.const 3)))))
                        (br $done))
                        (local.set $n (i32.const 1000))
                        (loop $burn
                            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
                            (br_if $burn (local.get $n)))
                        (br $done))
                        (drop (memory.grow (i32.const 1)))
                        (br $done))
                        (local.set $n (i32.const 1000))
                        (loop $allocate
                            (drop (struct.new $node (local.get $reference)))
                            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
                            (br_if $allocate (local.get $n)))
                        (br $done))
                        (call_indirect (i32.const 0))
                        (br $done))
                    (br_if $done (i32.and (local.get $x) (i32.const 0x1f8)))
                    unreachable)
                (local.set $n))
            (global.set $kept (local.get $reference))
            (local.set $x (i32.shr_u (local.get $x) (i32.const 3)))
            (br $next))
        unreachable))"#;

/// Counts values of the host.
#[derive(Clone, Default)]
struct Alive(Arc<AtomicUsize>);

struct Value(Alive);

impl Alive {
    fn value(&self) -> Value {
        self.0.fetch_add(1, SeqCst);
        Value(self.clone())
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, SeqCst);
    }
}

impl std::ops::Deref for Alive {
    type Target = AtomicUsize;

    fn deref(&self) -> &AtomicUsize {
        &self.0
    }
}

struct Data {
    random: Random,
    /// The futures of host functions.
    futures: Alive,
    /// The data of references.
    references: Alive,
    /// Whether calls may be leaked.
    leaks: bool,
    pre: Option<InstancePre<Data>>,
}

/// What a caller exports as `run`, or a function of the host.
fn run_of(caller: &mut Caller<'_, Data>) -> TypedFunc<i32, i32> {
    let run = caller.get_export("run").and_then(Extern::into_func);
    let run = run.unwrap_or_else(|| Func::wrap(&mut *caller, |x: i32| x));
    run.typed(caller).expect("its type")
}

/// Does something that doesn't call.
fn change(caller: &mut Caller<'_, Data>) -> Result<()> {
    match caller.data_mut().random.next() % 16 {
        0 => bail!("an error"),
        1 => panic_any("a panic"),
        2 | 3 => {
            let tag = caller.get_export("tag").and_then(Extern::into_tag);
            if let Some(tag) = tag {
                let ty = ExnType::from_tag_type(&tag.ty(&*caller))?;
                let pre = ExnRefPre::new(&mut *caller, ty);
                let exception = ExnRef::new(&mut *caller, &pre, &tag, &[Val::I32(1)])?;
                return caller.as_context_mut().throw(exception);
            }
        }
        4 => caller.gc(None)?,
        5 | 6 => {
            let value = caller.data().references.value();
            let reference = ExternRef::new(&mut *caller, value)?;
            let kept = caller.get_export("kept").and_then(Extern::into_global);
            if let Some(kept) = kept {
                kept.set(&mut *caller, reference.into())?;
            }
        }
        7 => caller.as_context_mut().set_epoch_deadline(0),
        8 => caller.engine().increment_epoch(),
        9 => caller
            .as_context_mut()
            .epoch_deadline_async_yield_and_update(1),
        10 => caller.fuel_async_yield_interval(Some(500))?,
        11 => {
            let added = AssertUnwindSafe(|| {
                Func::wrap_async(
                    &mut *caller,
                    |_: Caller<'_, Data>, ()| Box::new(yield_now()),
                )
            });
            if let Ok(func) = catch_unwind(added) {
                let table = caller.get_export("table").and_then(Extern::into_table);
                if let Some(table) = table {
                    table.set(&mut *caller, 0, func.into())?;
                }
            }
        }
        12 => {
            let memory = caller.get_export("memory").and_then(Extern::into_memory);
            if let Some(memory) = memory {
                memory.data_mut(&mut *caller)[0] += 1;
                _ = memory.grow(&mut *caller, 1);
            }
        }
        13 => {
            if let Some(pre) = caller.data().pre.clone() {
                _ = pre.instantiate(&mut *caller);
            }
        }
        _ => {}
    }
    Ok(())
}

/// A synchronous host function.
fn sync(mut caller: Caller<'_, Data>, x: i32) -> Result<i32> {
    change(&mut caller)?;
    let run = run_of(&mut caller);
    let y = x & caller.data_mut().random.next() as i32;
    match caller.data_mut().random.next() % 8 {
        0 => return run.call(&mut caller, y),
        1 | 2 => return block_on(finish(run.call_async(&mut caller, y))),
        3 => abandon(&mut caller, run, y),
        4 => {
            if let Some(pre) = caller.data().pre.clone() {
                _ = block_on(pre.instantiate_async(&mut caller));
            }
        }
        _ => {}
    }
    change(&mut caller)?;
    Ok(x)
}

/// An asynchronous host function.
async fn wait(mut caller: Caller<'_, Data>, x: i32) -> Result<i32> {
    let _value = caller.data().futures.value();
    change(&mut caller)?;
    let times = caller.data_mut().random.next() % 3;
    for _ in 0..times {
        yield_now().await;
    }
    let run = run_of(&mut caller);
    let y = x & caller.data_mut().random.next() as i32;
    match caller.data_mut().random.next() % 8 {
        0 => _ = run.call(&mut caller, y),
        1 | 2 => return run.call_async(&mut caller, y).await,
        3 => abandon(&mut caller, run, y),
        4 => {
            if let Some(pre) = caller.data().pre.clone() {
                _ = pre.instantiate_async(&mut caller).await;
            }
        }
        _ => {}
    }
    change(&mut caller)?;
    yield_now().await;
    change(&mut caller)?;
    Ok(x)
}

/// Begins a call, and drops or leaks it.
fn abandon(caller: &mut Caller<'_, Data>, run: TypedFunc<i32, i32>, x: i32) {
    let polls = caller.data_mut().random.next() % 4;
    let leaks = caller.data().leaks && caller.data_mut().random.coin();
    let mut call = Box::pin(run.call_async(caller, x));
    for _ in 0..polls {
        if block_on(poll_once(&mut call)).is_some() {
            return;
        }
    }
    if leaks {
        std::mem::forget(call);
    }
}

/// Waits for a call, but not for ever.
async fn finish(call: impl Future<Output = Result<i32>>) -> Result<i32> {
    let mut call = std::pin::pin!(call);
    for _ in 0..100 {
        if let Some(result) = poll_once(&mut call).await {
            return result;
        }
    }
    bail!("it takes too long")
}

/// Decides at an epoch.
fn decide(mut store: StoreContextMut<'_, Data>) -> Result<UpdateDeadline> {
    Ok(match store.data_mut().random.next() % 8 {
        0 => UpdateDeadline::Interrupt,
        1 => bail!("at the epoch"),
        2 => panic_any("at the epoch"),
        3 | 4 => UpdateDeadline::Yield(store.data_mut().random.next() % 2),
        5 | 6 => {
            let value = store.data().futures.value();
            let times = store.data_mut().random.next() % 3;
            let future = async move {
                for _ in 0..times {
                    yield_now().await;
                }
                drop(value);
            };
            UpdateDeadline::YieldCustom(1, Box::pin(future))
        }
        _ => UpdateDeadline::Continue(1),
    })
}

/// Polls a call as often as the random numbers say, here or on other threads.
fn drive<R: Send>(random: &mut Random, leaks: bool, call: impl Future<Output = R> + Send) {
    let mut call: Pin<Box<dyn Future<Output = R> + Send>> = Box::pin(call);
    let polls = random.pick(&[0, 1, 2, 3, 5, 200]);
    let moves = random.one_in(4);
    for _ in 0..polls {
        let mut poll = || block_on(poll_once(&mut call)).is_some();
        let is_ready = if moves {
            let joined = thread::scope(|scope| scope.spawn(&mut poll).join());
            joined.unwrap_or_else(|payload| std::panic::resume_unwind(payload))
        } else {
            poll()
        };
        if is_ready {
            return;
        }
    }
    if leaks && random.coin() {
        std::mem::forget(call);
    }
}

fn execute(engine: &Engine, module: &Module, seed: u64) {
    let mut random = Random::new(seed);
    let leaks = random.one_in(4);
    let is_async = !random.one_in(3);
    let (futures, references) = (Alive::default(), Alive::default());
    let mut linker = Linker::<Data>::new(engine);
    linker.func_wrap("", "sync", sync).unwrap();
    if is_async {
        linker
            .func_wrap_async("", "wait", |caller, (x,): (i32,)| Box::new(wait(caller, x)))
            .unwrap();
    } else {
        linker.func_wrap("", "wait", sync).unwrap();
    }
    let pre = linker.instantiate_pre(module).unwrap();
    let mut store = Store::new(
        engine,
        Data {
            random: Random::new(seed + 1),
            futures: futures.clone(),
            references: references.clone(),
            leaks,
            pre: random.coin().then(|| pre.clone()),
        },
    );
    let calm = |store: &mut Store<Data>| {
        store.set_fuel(u64::MAX).unwrap();
        store.set_epoch_deadline(1 << 40);
    };
    calm(&mut store);
    let instance = if is_async {
        block_on(pre.instantiate_async(&mut store)).unwrap()
    } else {
        pre.instantiate(&mut store).unwrap()
    };
    let run = instance
        .get_typed_func::<i32, i32>(&mut store, "run")
        .unwrap();
    for _ in 0..20 {
        if random.coin() {
            store.epoch_deadline_callback(decide);
        }
        let x = random.next() as i32 & 0xff_ffff;
        let call = AssertUnwindSafe(|| match random.one_in(3) {
            true => _ = run.call(&mut store, x),
            false => drive(&mut random, leaks, run.call_async(&mut store, x)),
        });
        if let Err(payload) = catch_unwind(call) {
            let text = payload.downcast_ref::<&str>();
            assert!(text.is_some_and(|text| text.starts_with("a")), "{text:?}");
        }
        calm(&mut store);
        if !leaks {
            assert_eq!(futures.load(SeqCst), 0, "futures, seed {seed}");
        }
    }
    // Nothing is left in the store but what it contains.
    store.epoch_deadline_trap();
    assert_eq!(block_on(run.call_async(&mut store, 0)).unwrap(), 0);
    {
        let mut scope = RootScope::new(&mut store);
        scope.as_context_mut().take_pending_exception();
    }
    if !leaks {
        let kept = instance.get_global(&mut store, "kept").unwrap();
        kept.set(&mut store, Val::null_extern_ref()).unwrap();
        // A collection that was dropped in the middle leaves marks, which the next one clears.
        store.gc(None).unwrap();
        store.gc(None).unwrap();
        let before = references.load(SeqCst);
        // Other instances may keep one each.
        assert!(
            before <= 1 || store.data().pre.is_some() || !frees(),
            "{before} references"
        );
        drop(store);
        assert_eq!(references.load(SeqCst), 0, "references, seed {seed}");
    }
}

#[test]
fn programs() {
    alone("asynchronous::random::programs", || {
        std::panic::set_hook(Box::new(|info| {
            // Those of the programs are expected.
            if info.payload().downcast_ref::<String>().is_some() {
                eprintln!("{info}");
            }
        }));
        let mut config = Config::new();
        config.wasm_gc(true).wasm_exceptions(true);
        config.consume_fuel(true).epoch_interruption(true);
        let engine = Engine::new(&config).unwrap();
        let module = Module::new(&engine, WAT).unwrap();
        for seed in 0..300 {
            execute(&engine, &module, seed);
        }
    });
}
