//! Calls whose futures are dropped, or forgotten, before they have finished.

mod collections;
mod drops;
mod forget;
mod places;
mod points;

use super::waiting::*;
use crate::collector::frees;
use libwasmtime::*;
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// What the host notes in a store.
struct Data {
    guest: Option<Guest>,
    limits: StoreLimits,
    counts: Arc<Counts>,
    /// What a host function does when its future is dropped.
    at_drop: Arc<Mutex<Option<drops::AtDrop>>>,
    /// What was done then.
    done: Vec<drops::What>,
}

/// Functions of the guest.
#[derive(Clone, Copy)]
struct Guest {
    wait: TypedFunc<Option<OwnedRooted<ExternRef>>, ()>,
    nested: TypedFunc<i32, i32>,
    size: TypedFunc<(), i32>,
    memory: Memory,
}

/// The values of the host that have been created and that have been dropped: the captures of
/// futures, and the objects that `externref`s refer to.
#[derive(Default)]
struct Counts {
    created: AtomicUsize,
    dropped: AtomicUsize,
}

/// A value that is counted.
struct Counted(Arc<Counts>);

impl Counts {
    fn counted(self: &Arc<Self>) -> Counted {
        self.created.fetch_add(1, Ordering::SeqCst);
        Counted(self.clone())
    }

    /// Returns how many values exist.
    fn existing(&self) -> usize {
        let dropped = self.dropped.load(Ordering::SeqCst);
        let existing = self.created.load(Ordering::SeqCst).checked_sub(dropped);
        existing.expect("each value is dropped once")
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

const WAT: &str = r#"(module
    (import "host" "wait" (func $wait (param externref i32)))
    (import "host" "wait untyped" (func $untyped (param externref) (result externref)))
    (import "host" "nested" (func $nested (param i32) (result i32)))
    (import "host" "tick" (func $tick))
    (memory (export "memory") 1)
    (func (export "wait") (param externref)
        (local $other externref)
        (local.set $other (call $untyped (local.get 0)))
        (drop (memory.grow (i32.const 1)))
        (call $wait (local.get $other) (i32.const 1))
        (call $wait (local.get 0) (i32.const 0)))
    (func (export "nested") (param i32) (result i32)
        (drop (memory.grow (i32.const 1)))
        (call $nested (local.get 0)))
    (func (export "tick") (param $n i32)
        (loop $again
            (call $tick)
            (br_if $again
                (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
    (func (export "size") (result i32) (memory.size))
    (type $node (struct (field (ref null $node)) (field i64 i64 i64 i64)))
    (func (export "collect") (param $n i32) (result i32)
        (local $list (ref null $node))
        (loop $again
            (local.set $list
                (struct.new $node (local.get $list)
                    (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0)))
            (if (i32.eqz (i32.rem_u (local.get $n) (i32.const 100)))
                (then (local.set $list (ref.null $node))))
            (br_if $again
                (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (i32.const 5)))"#;

/// An engine, the host functions, and the guest.
struct Setup {
    linker: Linker<Data>,
    guest: InstancePre<Data>,
}

type HostFuture<'a, R> = Box<dyn Future<Output = Result<R>> + Send + 'a>;

impl Setup {
    fn new(change: impl FnOnce(&mut Config)) -> Setup {
        let engine = engine(|config| {
            config.wasm_gc(true).wasm_exceptions(true);
            config.consume_fuel(true).epoch_interruption(true);
            // Memories move when they grow.
            config
                .memory_reservation(0)
                .memory_reservation_for_growth(0)
                .memory_guard_size(64 << 10);
            change(config);
        });
        let linker = linker(&engine).unwrap();
        let module = Module::new(&engine, WAT).unwrap();
        let guest = linker.instantiate_pre(&module).unwrap();
        Setup { linker, guest }
    }

    /// Creates a store with an instance of the guest.
    fn store(&self) -> Store<Data> {
        let data = Data {
            guest: None,
            // Collections happen.
            limits: StoreLimitsBuilder::new().memory_size(2 << 20).build(),
            counts: Arc::default(),
            at_drop: Arc::default(),
            done: Vec::new(),
        };
        let mut store = Store::new(self.linker.engine(), data);
        store.limiter(|data| &mut data.limits);
        store.set_fuel(u64::MAX / 2).unwrap();
        store.set_epoch_deadline(u64::MAX / 2);
        let instance = smol::block_on(self.guest.instantiate_async(&mut store)).unwrap();
        store.data_mut().guest = Some(Guest {
            wait: instance.get_typed_func(&mut store, "wait").unwrap(),
            nested: instance.get_typed_func(&mut store, "nested").unwrap(),
            size: instance.get_typed_func(&mut store, "size").unwrap(),
            memory: instance.get_memory(&mut store, "memory").unwrap(),
        });
        store
    }
}

fn object(mut store: impl AsContextMut<Data = Data>) -> Result<Rooted<ExternRef>> {
    let counted = store.as_context().data().counts.counted();
    ExternRef::new(&mut store, counted)
}

/// Looks at the guest's memory, which leaves it in the cache.
fn look_at_memory(store: impl AsContext<Data = Data>) {
    let store = store.as_context();
    // There is none while the guest is instantiated.
    if let Some(guest) = store.data().guest {
        let bytes = guest.memory.data(store);
        assert_eq!((bytes[0], bytes[bytes.len() - 1]), (0, 0));
    }
}

/// The host functions, which wait, and have values that are dropped.
fn linker(engine: &Engine) -> Result<Linker<Data>> {
    let mut linker = Linker::<Data>::new(engine);
    type Owned = Option<OwnedRooted<ExternRef>>;
    linker.func_wrap_async("host", "wait", |caller, (object, _): (Owned, i32)| {
        let captured = caller.data().counts.counted();
        Box::new(async move {
            let mut at_drop = drops::Guard(caller);
            let caller = &mut at_drop.0;
            look_at_memory(&*caller);
            self::object(&mut *caller)?;
            yield_once().await;
            let local = self::object(&mut *caller)?.to_owned_rooted(&mut *caller)?;
            look_at_memory(&*caller);
            yield_once().await;
            drop((object, local, captured));
            Ok(())
        }) as HostFuture<'_, ()>
    })?;
    let externref = [ValType::EXTERNREF];
    let ty = FuncType::new(engine, externref.clone(), externref);
    linker.func_new_async("host", "wait untyped", ty, |caller, params, results| {
        let captured = caller.data().counts.counted();
        Box::new(async move {
            let mut at_drop = drops::Guard(caller);
            let caller = &mut at_drop.0;
            let local = object(&mut *caller)?;
            look_at_memory(&*caller);
            yield_once().await;
            results[0] = match params[0].unwrap_externref() {
                Some(object) => (*object).into(),
                None => local.into(),
            };
            yield_once().await;
            drop(captured);
            Ok(())
        })
    })?;
    linker.func_wrap_async("host", "nested", |caller, (depth,): (i32,)| {
        let captured = caller.data().counts.counted();
        Box::new(async move {
            let mut at_drop = drops::Guard(caller);
            let caller = &mut at_drop.0;
            let guest = caller.data().guest.unwrap();
            let mut result = 0;
            yield_once().await;
            if depth > 0 {
                object(&mut *caller)?;
                look_at_memory(&*caller);
                result = guest.nested.call_async(&mut *caller, depth - 1).await? + 1;
                look_at_memory(&*caller);
                yield_once().await;
            } else {
                let given = object(&mut *caller)?.to_owned_rooted(&mut *caller)?;
                guest.wait.call_async(&mut *caller, Some(given)).await?;
            }
            drop(captured);
            Ok(result)
        }) as HostFuture<'_, i32>
    })?;
    linker.func_wrap("host", "tick", |caller: Caller<'_, Data>| {
        caller.engine().increment_epoch();
    })?;
    Ok(linker)
}

/// Asserts that the store is usable, and that no values exist, or only those that a collector
/// doesn't free that frees nothing; and none after the store.
fn assert_in_order(mut store: Store<Data>, what: &str) {
    assert_usable(&mut store, what);
    assert!(!store.has_pending_exception(), "{what}");
    for _ in 0..2 {
        // What a collection found that was interrupted is freed by the second one.
        store.gc(None).unwrap();
    }
    let counts = store.data().counts.clone();
    if frees() {
        assert_eq!(counts.existing(), 0, "{what}");
    }
    drop(store);
    assert_eq!(counts.existing(), 0, "{what}");
}

/// Asserts that calls in the store end as they should.
fn assert_usable(store: &mut Store<Data>, what: &str) {
    look_at_memory(&*store);
    let guest = store.data().guest.unwrap();
    let size = |store: &mut Store<Data>| {
        let size = smol::block_on(guest.size.call_async(&mut *store, ())).unwrap();
        assert_eq!(guest.memory.data(&*store).len(), (size as usize) << 16);
        size
    };
    let before = size(store);
    let result = smol::block_on(guest.nested.call_async(&mut *store, 2));
    assert_eq!(result.unwrap(), 2, "{what}");
    assert_eq!(size(store), before + 4, "{what}");
    look_at_memory(&*store);
}
