//! Owned roots as arguments and results.

use super::{IDENTITY, make_garbage};
use crate::guest::{Dropped, Drops, assert_not_taken, instantiate};
use libwasmtime::*;

type Owned = OwnedRooted<ExternRef>;

/// Returns an object with an owned root, and no other.
fn owned(store: &mut Store<()>, drops: &Drops) -> Owned {
    let mut scope = RootScope::new(store);
    let reference = ExternRef::new(&mut scope, drops.counted()).unwrap();
    reference.to_owned_rooted(&mut scope).unwrap()
}

#[track_caller]
fn is_alive(reference: &Owned, store: &Store<()>) {
    let data = reference.data(store).unwrap().unwrap();
    assert!(data.is::<Dropped>());
}

#[test]
fn typed_calls() {
    let drops = Drops::default();
    let mut store = Store::<()>::default();
    let instance = instantiate(&mut store, IDENTITY, &[]);
    let object = owned(&mut store, &drops);

    let nullable = instance
        .get_typed_func::<Option<Owned>, Option<Owned>>(&mut store, "nullable")
        .unwrap();
    assert!(nullable.call(&mut store, None).unwrap().is_none());
    let back = nullable.call(&mut store, Some(object.clone())).unwrap();
    let back = back.unwrap();
    assert!(OwnedRooted::ref_eq(&store, &back, &object).unwrap());

    let exact = instance
        .get_typed_func::<Owned, Owned>(&mut store, "exact")
        .unwrap();
    // The only root is first the argument's, then the result's.
    drop(back);
    let back = exact.call(&mut store, object).unwrap();
    let garbage = Drops::default();
    drop(owned(&mut store, &garbage));
    make_garbage(&mut store, || garbage.count() == 1);
    is_alive(&back, &store);

    let mixed = instance
        .get_typed_func::<(i32, Option<Owned>, V128), (V128, Option<Owned>, i32)>(
            &mut store, "mixed",
        )
        .unwrap();
    let (v, back, x) = mixed.call(&mut store, (1, Some(back), 2.into())).unwrap();
    assert_eq!((v.as_u128(), x), (2, 1));
    is_alive(&back.unwrap(), &store);

    let exact = *exact.func();
    assert!(exact.typed::<Option<Owned>, Owned>(&store).is_err());
    assert!(exact.typed::<Owned, Rooted<ExternRef>>(&store).is_ok());
    assert!(exact.typed::<Option<Func>, Owned>(&store).is_err());
    assert!(
        nullable
            .func()
            .typed::<Option<Owned>, Owned>(&store)
            .is_err()
    );
}

#[test]
fn calls_leave_no_roots_behind() {
    let drops = Drops::default();
    let mut store = Store::<()>::default();
    let instance = instantiate(&mut store, IDENTITY, &[]);
    let exact = instance
        .get_typed_func::<Owned, Owned>(&mut store, "exact")
        .unwrap();
    // No scope has to end for that.
    for _ in 0..10 {
        let object = owned(&mut store, &drops);
        let back = exact.call(&mut store, object).unwrap();
        is_alive(&back, &store);
    }
    make_garbage(&mut store, || drops.count() == 10);
    drop(store);
    assert_eq!(drops.count(), 10);
}

#[test]
fn host_functions() {
    let drops = Drops::default();
    let mut store = Store::new(&Engine::default(), Vec::<Owned>::new());
    let keep = Func::wrap(
        &mut store,
        |mut caller: Caller<'_, Vec<Owned>>,
         a: Owned,
         b: Option<Owned>|
         -> (Owned, Option<Owned>) {
            caller.data_mut().push(a.clone());
            (a, b)
        },
    );
    let make = {
        let drops = drops.clone();
        Func::wrap(&mut store, move |mut caller: Caller<'_, Vec<Owned>>| {
            let reference = ExternRef::new(&mut caller, drops.counted())?;
            reference.to_owned_rooted(&mut caller)
        })
    };
    let instance = instantiate(
        &mut store,
        r#"(module
            (import "" "make" (func $make (result (ref extern))))
            (import "" "keep" (func $keep
                (param (ref extern) externref) (result (ref extern) externref)))
            (func (export "f") (param i32) (result i32)
                (call $keep (call $make)
                    (if (result externref) (local.get 0)
                        (then (call $make)) (else (ref.null extern))))
                (local.set 0 (ref.is_null))
                drop
                (local.get 0)))"#,
        &[make.into(), keep.into()],
    );
    let f = instance
        .get_typed_func::<i32, i32>(&mut store, "f")
        .unwrap();
    assert_eq!(f.call(&mut store, 1).unwrap(), 0);
    assert_eq!(f.call(&mut store, 0).unwrap(), 1);
    // Owned roots outlive the host call.
    let kept = std::mem::take(store.data_mut());
    assert_eq!(kept.len(), 2);
    for reference in &kept {
        let data = reference.data(&store).unwrap().unwrap();
        assert!(data.is::<Dropped>());
    }
    assert!(!OwnedRooted::ref_eq(&store, &kept[0], &kept[1]).unwrap());
    drop(store);
    drop(kept);
    assert_eq!(drops.count(), 3);
}

#[test]
fn another_store_is_an_error() {
    let drops = Drops::default();
    let mut store = Store::<()>::default();
    let object = owned(&mut store, &drops);
    let mut other = Store::<()>::default();
    let instance = instantiate(&mut other, IDENTITY, &[]);
    let exact = instance
        .get_typed_func::<Owned, Owned>(&mut other, "exact")
        .unwrap();
    let foreign = object.clone();
    assert_not_taken(exact.call(&mut other, foreign));
    let foreign = object.clone();
    let host = Func::wrap(&mut other, move || foreign.clone());
    let host = host.typed::<(), Owned>(&other).unwrap();
    assert_not_taken(host.call(&mut other, ()));
    is_alive(&object, &store);
    drop(store);
    assert_eq!(drops.count(), 1);
}
