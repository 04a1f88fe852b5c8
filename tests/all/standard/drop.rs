use super::*;
use libwasmtime::vec::ExternVec;
use std::panic::{AssertUnwindSafe, catch_unwind};

const IMPORT: &str = r#"(module (import "" "" (func $f)) (export "f" (func $f)))"#;

/// Returns a host function whose closure counts its drops.
fn counted(store: &mut Store, drops: &Drops) -> Func {
    let drops = drops.counted();
    host(store, move |_| {
        let _ = &drops;
        Ok(())
    })
}

#[test]
fn closure_is_dropped_once_with_its_store() {
    let drops = Drops::default();
    let mut store = Store::default();
    let f = counted(&mut store, &drops);
    let instance = instantiate(&mut store, IMPORT, &[f.clone().into()]).unwrap();
    func(&instance, "f").call(&mut store, &[]).unwrap();
    drop(f.clone());
    drop(f);
    assert_eq!(drops.count(), 0);
    drop(store);
    assert_eq!(drops.count(), 1);
    drop(instance);
    assert_eq!(drops.count(), 1);
}

/// In C, such a store would keep itself alive.
#[test]
fn closure_that_holds_objects_of_its_store_is_dropped() {
    let drops = Drops::default();
    let mut store = Store::default();
    let memory = Memory::new(&mut store, &MemoryType::new(1, None)).unwrap();
    let inner = counted(&mut store, &drops);
    let held = (drops.counted(), memory.clone(), inner);
    let f = host(&mut store, move |store| {
        let (_drops, memory, inner) = &held;
        memory.data(&store);
        inner.call(store, &[]).map(drop)
    });
    f.call(&mut store, &[]).unwrap();
    drop(store);
    assert_eq!(drops.count(), 2);
    drop((f, memory));
    assert_eq!(drops.count(), 2);
}

/// A closure that holds another store.
#[test]
fn store_in_a_closure_of_a_store_is_dropped() {
    let drops = Drops::default();
    let mut inner = Store::default();
    let f = counted(&mut inner, &drops);
    let inner = std::sync::Mutex::new(inner);
    let mut outer = Store::default();
    let g = host(&mut outer, move |_| {
        f.call(&mut *inner.lock().unwrap(), &[]).map(drop)
    });
    g.call(&mut outer, &[]).unwrap();
    drop(outer);
    assert_eq!(drops.count(), 1);
}

#[test]
fn closure_is_dropped_if_the_type_is_refused() {
    let drops = Drops::default();
    let mut store = Store::default();
    let ty = FuncType::new(store.engine(), [ValType::V128], []);
    let held = drops.counted();
    let refused = Func::new(&mut store, &ty, move |_, _, _| {
        let _ = &held;
        Ok(())
    });
    assert!(refused.is_err());
    assert_eq!(drops.count(), 1);
}

/// Objects in the C API's vectors are moved, and freed once.
#[test]
fn vectors_keep_and_free_what_they_hold() {
    let drops = Drops::default();
    let mut store = Store::default();
    let items: Vec<Extern> = (0..3).map(|_| counted(&mut store, &drops).into()).collect();
    let vec: ExternVec = items.iter().map(|item| Some(item.to_raw(&store))).collect();
    drop(items);
    let copy = vec.clone();
    let taken: Vec<Extern> = vec
        .into_iter()
        .flatten()
        // SAFETY: the objects belong to the store.
        .map(|raw| unsafe { Extern::from_raw(&mut store, raw) })
        .collect();
    for item in taken.clone() {
        item.into_func().unwrap().call(&mut store, &[]).unwrap();
    }
    // The remaining C objects keep what they own.
    drop((taken, store));
    assert_eq!(drops.count(), 0);
    drop(copy);
    assert_eq!(drops.count(), 3);
}

#[test]
fn panics_and_errors_are_dropped_once() {
    let drops = Drops::default();
    let mut store = Store::default();
    let held = drops.counted();
    let panicking = host(&mut store, move |_| std::panic::panic_any(held.counted()));
    let payload = catch_unwind(AssertUnwindSafe(|| panicking.call(&mut store, &[])));
    assert_eq!(drops.count(), 0);
    drop(payload);
    assert_eq!(drops.count(), 1);

    #[derive(thiserror::Error)]
    #[error("failed")]
    struct Failed(#[allow(dead_code, reason = "it is there to be dropped")] Drops);
    impl std::fmt::Debug for Failed {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Failed")
        }
    }
    let held = drops.counted();
    let failing = host(&mut store, move |_| Err(Failed(held.counted()).into()));
    let error = failing.call(&mut store, &[]).unwrap_err();
    assert_eq!(drops.count(), 1);
    drop(error);
    assert_eq!(drops.count(), 2);
    drop(store);
    assert_eq!(drops.count(), 4);
}

/// A panic in a finalizer ends there.
#[test]
fn closure_that_panics_when_dropped() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    let drops = Drops::default();
    let mut store = Store::default();
    let held = (Panics, drops.counted());
    host(&mut store, move |_| {
        let _ = &held;
        Ok(())
    });
    drop(store);
    assert_eq!(drops.count(), 1);
}
