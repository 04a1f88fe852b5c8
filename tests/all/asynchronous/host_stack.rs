//! Stacks that the host creates.

use crate::config::tests;
use crate::guest::{Dropped, Drops};
use crate::stacks::{Mapping, page_size};
use futures::executor::block_on;
use futures::future::join_all;
use libwasmtime::*;
use std::future::{Future, pending};
use std::ops::Range;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;

tests! {
    wasmtime_config_host_stack_creator_set: calls_run_on_it,
}

/// Creates stacks, unless it has a reason to fail.
#[derive(Default)]
struct Creator {
    /// The sizes that it was asked for, and the stacks that it created.
    created: Mutex<Vec<(usize, Range<usize>)>>,
    dropped: Drops,
    fails: Mutex<Option<&'static str>>,
}

impl Creator {
    fn count(&self) -> usize {
        self.created.lock().unwrap().len()
    }

    /// Returns the number of the stack that contains the caller's frames.
    fn running(&self) -> Option<usize> {
        let here = 0;
        let here = &raw const here as usize;
        let created = self.created.lock().unwrap();
        created.iter().position(|(_, range)| range.contains(&here))
    }
}

// SAFETY: each stack is a mapping of its own.
unsafe impl StackCreator for Creator {
    fn new_stack(&self, size: usize, zeroed: bool) -> Result<Box<dyn StackMemory>, Error> {
        if let Some(reason) = *self.fails.lock().unwrap() {
            return Err(Error::msg("cause").context(reason));
        }
        assert!(!zeroed);
        let stack = Stack(Mapping::new(size)?, self.dropped.counted());
        let mut created = self.created.lock().unwrap();
        created.push((size, stack.range()));
        Ok(Box::new(stack))
    }
}

struct Stack(
    Mapping,
    #[allow(dead_code, reason = "to be dropped")] Dropped,
);

// SAFETY: it is a mapping.
unsafe impl StackMemory for Stack {
    fn top(&self) -> *mut u8 {
        self.0.top()
    }

    fn range(&self) -> Range<usize> {
        self.0.range()
    }

    fn guard_range(&self) -> Range<*mut u8> {
        self.0.guard_range()
    }
}

fn config(creator: &Arc<Creator>) -> Config {
    let mut config = Config::new();
    config.with_host_stack(creator.clone());
    config
}

/// Host functions find out which stack they run on, and guests call them.
fn linker(engine: &Engine, creator: &Arc<Creator>) -> Linker<Vec<Option<usize>>> {
    let mut linker = Linker::new(engine);
    let (now, later) = (creator.clone(), creator.clone());
    linker
        .func_wrap(
            "",
            "now",
            move |mut caller: Caller<'_, Vec<Option<usize>>>| caller.data_mut().push(now.running()),
        )
        .unwrap();
    linker
        .func_wrap_async(
            "",
            "later",
            move |mut caller: Caller<'_, Vec<Option<usize>>>, ()| {
                let later = later.clone();
                Box::new(async move {
                    Pending(3).await;
                    caller.data_mut().push(later.running());
                })
            },
        )
        .unwrap();
    linker
        .func_wrap_async("", "never", |_: Caller<'_, Vec<Option<usize>>>, ()| {
            Box::new(pending::<()>())
        })
        .unwrap();
    linker
}

/// A future that is pending as many times.
struct Pending(u32);

impl Future for Pending {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        if self.0 == 0 {
            return Poll::Ready(());
        }
        self.0 -= 1;
        task.waker().wake_by_ref();
        Poll::Pending
    }
}

const WAT: &str = r#"(module
    (import "" "now" (func $now))
    (import "" "later" (func $later))
    (import "" "never" (func $never))
    (func $start call $now)
    (start $start)
    (func (export "run") call $now call $later)
    (func (export "wait") call $never)
    (func $recurse (export "recurse") call $recurse))"#;

type Stores = Store<Vec<Option<usize>>>;

/// Creates an instance, whose start function runs.
fn instantiate(engine: &Engine, creator: &Arc<Creator>) -> Result<(Stores, Instance)> {
    let module = Module::new(engine, WAT)?;
    let mut store = Store::new(engine, Vec::new());
    let instance = block_on(linker(engine, creator).instantiate_async(&mut store, &module))?;
    Ok((store, instance))
}

fn call(store: &mut Stores, instance: Instance, name: &str) -> Result<()> {
    let f = instance.get_typed_func::<(), ()>(&mut *store, name)?;
    block_on(f.call_async(store, ()))
}

#[test]
fn calls_run_on_it() {
    let creator = Arc::new(Creator::default());
    let mut config = config(&creator);
    config.async_stack_size((1 << 20) + 1);
    assert!(format!("{config:?}").contains("host_stack"));
    let engine = Engine::new(&config).unwrap();
    drop(config);

    let (mut store, instance) = instantiate(&engine, &creator).unwrap();
    for _ in 0..2 {
        call(&mut store, instance, "run").unwrap();
    }
    // A store keeps its last stack.
    assert_eq!(store.data()[..], [Some(0); 5]);
    assert_eq!(creator.running(), None);
    assert_eq!((creator.count(), creator.dropped.count()), (1, 0));
    let (size, range) = creator.created.lock().unwrap()[0].clone();
    assert_eq!(size, (1 << 20) + 1);
    assert_eq!(range.len(), size.next_multiple_of(page_size()));

    drop(store);
    assert_eq!(creator.dropped.count(), 1);
    drop(engine);
    assert_eq!(Arc::strong_count(&creator), 1);
}

/// Each engine has the creator, as long as something of it exists.
#[test]
fn engines_share_it() {
    let creator = Arc::new(Creator::default());
    let config = config(&creator);
    let engines = [(); 3].map(|()| Engine::new(&config).unwrap());
    drop(config);
    let stores = engines.each_ref().map(|engine| {
        let (mut store, instance) = instantiate(engine, &creator).unwrap();
        call(&mut store, instance, "run").unwrap();
        store
    });
    drop(engines);
    assert_eq!((creator.count(), creator.dropped.count()), (3, 0));
    let stores = stores.map(|mut store| {
        let f = Func::wrap_async(&mut store, |_: Caller<'_, _>, ()| Box::new(Pending(3)));
        block_on(f.call_async(&mut store, &[], &mut [])).unwrap();
        store
    });
    drop(stores);
    assert_eq!((creator.count(), creator.dropped.count()), (3, 3));
    assert_eq!(Arc::strong_count(&creator), 1);
}

/// A nested call has a stack of its own, and so has each store.
#[test]
fn calls_at_a_time_have_one_each() {
    let creator = Arc::new(Creator::default());
    let engine = Engine::new(&config(&creator)).unwrap();
    let (mut store, instance) = instantiate(&engine, &creator).unwrap();
    let run = instance
        .get_typed_func::<(), ()>(&mut store, "run")
        .unwrap();
    let outer = Func::wrap_async(
        &mut store,
        move |mut caller: Caller<'_, Vec<Option<usize>>>, ()| {
            Box::new(async move { run.call_async(&mut caller, ()).await })
        },
    );
    store.data_mut().clear();
    block_on(outer.call_async(&mut store, &[], &mut [])).unwrap();
    assert_eq!(store.data()[..], [Some(1); 2]);
    assert_eq!(creator.count(), 2);
    drop(store);
    assert_eq!(creator.dropped.count(), 2);

    let mut stores: Vec<_> = (0..100)
        .map(|_| instantiate(&engine, &creator).unwrap())
        .collect();
    let calls = stores.iter_mut().map(|(store, instance)| {
        let wait = instance.get_typed_func::<(), ()>(&mut *store, "wait");
        let wait = wait.unwrap();
        async move { wait.call_async(store, ()).await }
    });
    let mut all = Box::pin(join_all(calls));
    assert!(
        all.as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_pending()
    );
    assert_eq!((creator.count(), creator.dropped.count()), (102, 2));
    // Dropped calls leave their stacks to their stores.
    drop(all);
    drop(stores);
    assert_eq!(creator.dropped.count(), 102);
}

/// A call that was dropped gives its stack back, and the store goes on with it.
#[test]
fn a_call_is_dropped() {
    let creator = Arc::new(Creator::default());
    let engine = Engine::new(&config(&creator)).unwrap();
    let (mut store, instance) = instantiate(&engine, &creator).unwrap();
    for _ in 0..3 {
        let wait = instance.get_typed_func::<(), ()>(&mut store, "wait");
        let wait = wait.unwrap();
        let mut call = Box::pin(wait.call_async(&mut store, ()));
        let mut task = Context::from_waker(Waker::noop());
        assert!(call.as_mut().poll(&mut task).is_pending());
        drop(call);
    }
    call(&mut store, instance, "run").unwrap();
    let (created, dropped) = (creator.count(), creator.dropped.count());
    assert_eq!(created, dropped + 1, "only the last one is kept");
    drop(store);
    assert_eq!(creator.dropped.count(), created);
}

/// A stack is resumed, reused and dropped on other threads.
#[test]
fn it_changes_threads() {
    let creator = Arc::new(Creator::default());
    let engine = Engine::new(&config(&creator)).unwrap();
    let (mut store, instance) = instantiate(&engine, &creator).unwrap();
    let run = instance
        .get_typed_func::<(), ()>(&mut store, "run")
        .unwrap();
    let mut call = Box::pin(async move {
        run.call_async(&mut store, ()).await?;
        Result::<_, Error>::Ok(store)
    });
    let mut task = Context::from_waker(Waker::noop());
    assert!(call.as_mut().poll(&mut task).is_pending());
    let mut store = thread::spawn(move || block_on(call).unwrap())
        .join()
        .unwrap();
    assert_eq!(store.data()[..], [Some(0); 3]);
    super::host_stack::call(&mut store, instance, "run").unwrap();
    thread::spawn(move || drop(store)).join().unwrap();
    assert_eq!((creator.count(), creator.dropped.count()), (1, 1));
}

/// WebAssembly code traps at its limit, which lies within the stack.
#[test]
fn guests_do_not_overflow_it() {
    let creator = Arc::new(Creator::default());
    let engine = Engine::new(&config(&creator)).unwrap();
    let (mut store, instance) = instantiate(&engine, &creator).unwrap();
    for _ in 0..2 {
        let error = call(&mut store, instance, "recurse").unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Trap::StackOverflow));
        call(&mut store, instance, "run").unwrap();
    }
    assert_eq!(creator.count(), 1);
}

/// The creator's error is text, and the next call asks again.
#[test]
fn a_call_fails_without_it() {
    let creator = Arc::new(Creator::default());
    let engine = Engine::new(&config(&creator)).unwrap();
    *creator.fails.lock().unwrap() = Some("no stack is left");
    let module = Module::new(&engine, WAT).unwrap();
    let mut store = Store::new(&engine, Vec::new());
    let linker = linker(&engine, &creator);
    let error = block_on(linker.instantiate_async(&mut store, &module)).unwrap_err();
    assert_eq!(error.to_string(), "no stack is left: cause");

    *creator.fails.lock().unwrap() = None;
    let instance = block_on(linker.instantiate_async(&mut store, &module)).unwrap();
    call(&mut store, instance, "run").unwrap();
    // It has a stack already.
    *creator.fails.lock().unwrap() = Some("no stack is left");
    call(&mut store, instance, "run").unwrap();
    assert_eq!(creator.count(), 1);
}

/// Synchronous calls have the stack of their thread.
#[test]
fn synchronous_calls_do_without() {
    let creator = Arc::new(Creator::default());
    let engine = Engine::new(&config(&creator)).unwrap();
    let mut store = Store::new(&engine, ());
    let f = Func::wrap(&mut store, || 5);
    let f = f.typed::<(), i32>(&store).unwrap();
    assert_eq!(f.call(&mut store, ()).unwrap(), 5);
    assert_eq!(creator.count(), 0);
    assert_eq!(block_on(f.call_async(&mut store, ())).unwrap(), 5);
    assert_eq!(creator.count(), 1);
}

#[cfg(feature = "pooling-allocator")]
#[test]
fn a_pool_has_its_own() {
    let creator = Arc::new(Creator::default());
    let mut config = config(&creator);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_stacks(1).total_memories(1).total_tables(1);
    config.allocation_strategy(pool);
    let engine = Engine::new(&config).unwrap();
    let (mut store, instance) = instantiate(&engine, &creator).unwrap();
    call(&mut store, instance, "run").unwrap();
    assert_eq!(store.data()[..], [None; 3]);
    assert_eq!(creator.count(), 0);
}
