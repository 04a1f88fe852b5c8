//! Collecting by hand.

use crate::collector::{freed, frees};
use crate::guest::{Dropped, Drops};
use libwasmtime::*;

/// The data of a reference: it is large, and its drops are counted.
struct Large {
    _bytes: Vec<u8>,
    _dropped: Dropped,
}

const COUNT: usize = 400;

/// Makes a large object in a scope that ends at once.
fn make(store: impl AsContextMut, drops: &Drops) {
    let mut scope = RootScope::new(store);
    let large = Large {
        _bytes: vec![1; 1 << 20],
        _dropped: drops.counted(),
    };
    ExternRef::new(&mut scope, large).unwrap();
}

#[test]
fn a_store_does_not_grow() {
    let mut store = Store::<()>::default();
    let drops = Drops::default();
    // Without frees, all of them stay.
    let count = if frees() { COUNT } else { 4 };
    for made in 1..=count {
        make(&mut store, &drops);
        match made % 2 {
            0 => store.gc(None).unwrap(),
            _ => store.as_context_mut().gc(None).unwrap(),
        }
        assert_eq!(drops.count(), freed(made));
    }
    drop(store);
    assert_eq!(drops.count(), count);
}

#[test]
fn a_host_function_collects() {
    let mut store = Store::<()>::default();
    let drops = Drops::default();
    let counts = drops.clone();
    let count = if frees() { COUNT } else { 4 };
    let host = Func::wrap(&mut store, move |mut caller: Caller<'_, ()>| {
        for _ in 0..count {
            make(&mut caller, &counts);
            let before = counts.count();
            caller.gc(None).unwrap();
            assert_eq!(counts.count(), before + freed(1));
        }
    });
    let host = host.typed::<(), ()>(&store).unwrap();
    host.call(&mut store, ()).unwrap();
    assert_eq!(drops.count(), freed(count));
}

#[test]
fn what_is_rooted_stays() {
    let mut store = Store::<()>::default();
    let drops = Drops::default();
    let rooted = ExternRef::new(&mut store, drops.counted()).unwrap();
    let owned = {
        let mut scope = RootScope::new(&mut store);
        let reference = ExternRef::new(&mut scope, drops.counted()).unwrap();
        reference.to_owned_rooted(&mut scope).unwrap()
    };
    store.gc(None).unwrap();
    assert_eq!(drops.count(), 0);
    assert!(rooted.data(&store).unwrap().is_some());
    assert!(owned.data(&store).unwrap().is_some());
    drop(owned);
    store.gc(None).unwrap();
    assert_eq!(drops.count(), freed(1));
    drop(store);
    assert_eq!(drops.count(), 2);
}

/// As programs for the `wasmtime` crate do it, which get their value back there.
#[test]
fn programs_that_look_for_a_full_heap_compile() -> Result<()> {
    let mut store = Store::<()>::default();
    let made = match ExternRef::new(&mut store, "a text".to_owned()) {
        Result::Ok(made) => made,
        Err(error) => {
            let (text, full) = error.downcast::<GcHeapOutOfMemory<String>>()?.take_inner();
            store.gc(Some(&full))?;
            ExternRef::new(&mut store, text)?
        }
    };
    assert!(made.data(&store)?.is_some());
    Ok(())
}
