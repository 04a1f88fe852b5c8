//! The two kinds of handles, and the reference that they dereference to.

use super::{Objects, make_garbage, objects};
use crate::guest::{Dropped, Drops, panic_text};
use libwasmtime::*;
use std::hash::{DefaultHasher, Hasher};

/// Returns the data of a reference of any root type, which is a number.
fn number(reference: &impl RootedGcRef<ExternRef>, store: &Store<()>) -> i32 {
    let data = reference.data(store).unwrap().unwrap();
    *data.downcast_ref::<i32>().unwrap()
}

fn hash_of(hash: impl FnOnce(&mut DefaultHasher)) -> u64 {
    let mut state = DefaultHasher::new();
    hash(&mut state);
    state.finish()
}

/// Returns the hash of an object, through a root.
fn ref_hash(reference: &Rooted<ExternRef>, store: &Store<()>) -> u64 {
    hash_of(|state| reference.ref_hash(store, state).unwrap())
}

fn rooted_hash(reference: &Rooted<ExternRef>) -> u64 {
    hash_of(|state| reference.rooted_hash(state))
}

#[test]
fn both_dereference_to_the_reference() {
    let mut store = Store::<()>::default();
    let rooted = ExternRef::new(&mut store, 5).unwrap();
    let owned = rooted.to_owned_rooted(&mut store).unwrap();
    assert_eq!(number(&rooted, &store), 5);
    assert_eq!(number(&owned, &store), 5);
    for reference in [&*rooted, &*owned] {
        let data = reference.data_mut(&mut store).unwrap().unwrap();
        *data.downcast_mut::<i32>().unwrap() += 1;
    }
    assert_eq!(number(&rooted, &store), 7);
    let raw = rooted.to_raw(&mut store).unwrap();
    assert_eq!(owned.to_raw(&mut store).unwrap(), raw);
}

#[test]
fn data_of_an_owned_root_may_outlive_it() {
    let drops = Drops::default();
    let mut store = Store::<()>::default();
    let owned = {
        let mut scope = RootScope::new(&mut store);
        let reference = ExternRef::new(&mut scope, drops.counted()).unwrap();
        reference.to_owned_rooted(&mut scope).unwrap()
    };
    let other = ExternRef::new(&mut store, ()).unwrap();
    let data = owned.data(&store).unwrap().unwrap();
    drop(owned);
    // Operations on the borrowed store don't change the data.
    assert!(Rooted::ref_eq(&store, &other, &other).unwrap());
    assert!(data.is::<Dropped>());
    assert_eq!(drops.count(), 0);
    make_garbage(&mut store, || drops.count() == 1);
    drop(store);
    assert_eq!(drops.count(), 1);
}

#[test]
fn a_clone_of_the_reference_is_rooted_as_its_handle() {
    let (short, long) = (Drops::default(), Drops::default());
    let mut store = Store::<()>::default();
    let (of_rooted, of_owned) = {
        let mut scope = RootScope::new(&mut store);
        let rooted = ExternRef::new(&mut scope, short.counted()).unwrap();
        let other = ExternRef::new(&mut scope, long.counted()).unwrap();
        let owned = other.to_owned_rooted(&mut scope).unwrap();
        let of_owned: ExternRef = (*owned).clone();
        drop(owned);
        let of_rooted: ExternRef = (*rooted).clone();
        assert!(of_rooted.data(&scope).unwrap().unwrap().is::<Dropped>());
        (of_rooted, of_owned.clone())
    };
    assert!(of_rooted.data(&store).is_err());
    assert!(of_rooted.data_mut(&mut store).is_err());
    assert!(of_rooted.to_raw(&mut store).is_err());
    make_garbage(&mut store, || short.count() == 1);
    assert_eq!(long.count(), 0);
    assert!(of_owned.data(&store).unwrap().unwrap().is::<Dropped>());
    drop(of_owned);
    make_garbage(&mut store, || long.count() == 1);
    drop(store);
    assert_eq!((short.count(), long.count()), (1, 1));
}

#[test]
fn a_clone_outlives_the_store() {
    let drops = Drops::default();
    let mut store = Store::<()>::default();
    let owned = {
        let rooted = ExternRef::new(&mut store, drops.counted()).unwrap();
        rooted.to_owned_rooted(&mut store).unwrap()
    };
    let clone: ExternRef = (*owned).clone();
    drop(store);
    assert_eq!(drops.count(), 1);
    drop(owned);
    std::thread::spawn(move || drop(clone.clone()))
        .join()
        .unwrap();
    assert_eq!(drops.count(), 1);
}

#[test]
fn an_expired_root_is_an_error() {
    let mut store = Store::<()>::default();
    let expired = {
        let mut scope = RootScope::new(&mut store);
        ExternRef::new(&mut scope, 1).unwrap()
    };
    let current = ExternRef::new(&mut store, 2).unwrap();
    assert!(expired.data(&store).is_err());
    assert!(expired.data_mut(&mut store).is_err());
    assert!(expired.to_raw(&mut store).is_err());
    let mut state = DefaultHasher::new();
    assert!(expired.ref_hash(&store, &mut state).is_err());
    assert!(Val::from(expired).to_raw(&mut store).is_err());
    let ty = RefType::EXTERNREF;
    assert!(Ref::from(expired).matches_ty(&store, &ty).is_err());
    // Comparing the root itself works, and it differs from the one in its place.
    assert!(!Rooted::rooted_eq(expired, current));
    assert!(Rooted::rooted_eq(expired, expired));
    assert_ne!(rooted_hash(&expired), rooted_hash(&current));
}

#[test]
fn equal_objects_have_equal_hashes() {
    let mut store = Store::<()>::default();
    let Objects { i31, object, .. } = objects(&mut store);
    let mut references = Vec::new();
    for i in 0..3 {
        references.push(ExternRef::new(&mut store, i).unwrap());
        references.push(i31.call(&mut store, i).unwrap());
        references.push(i31.call(&mut store, i).unwrap());
        references.push(object.call(&mut store, ()).unwrap());
    }
    let owned: Vec<_> = references
        .iter()
        .map(|reference| reference.to_owned_rooted(&mut store).unwrap())
        .collect();
    let again: Vec<_> = owned
        .iter()
        .map(|owned| owned.to_rooted(&mut store))
        .collect();
    let mut equal = 0;
    for (i, a) in references.iter().enumerate() {
        for (j, b) in again.iter().enumerate() {
            let is_equal = Rooted::ref_eq(&store, a, b).unwrap();
            assert_eq!(is_equal, Rooted::ref_eq(&store, b, &owned[i]).unwrap());
            assert_eq!(is_equal, ref_hash(a, &store) == ref_hash(b, &store));
            let of_owned = hash_of(|state| owned[j].ref_hash(&store, state));
            assert_eq!(of_owned, ref_hash(b, &store));
            equal += usize::from(is_equal);
            // The roots are different nevertheless.
            assert!(!Rooted::rooted_eq(*a, *b));
            assert_ne!(rooted_hash(a), rooted_hash(b));
        }
    }
    assert_eq!(equal, 12 + 3 * 2);
}

#[test]
fn hashes_of_owned_roots() {
    let mut store = Store::<()>::default();
    let reference = ExternRef::new(&mut store, 1).unwrap();
    let a = reference.to_owned_rooted(&mut store).unwrap();
    let b = reference.to_owned_rooted(&mut store).unwrap();
    let hash = |owned: &OwnedRooted<ExternRef>| hash_of(|state| owned.rooted_hash(state));
    assert_eq!(hash(&a), hash(&a.clone()));
    assert_ne!(hash(&a), hash(&b));
    assert_eq!(rooted_hash(&reference), rooted_hash(&{ reference }));
}

#[test]
fn references_of_any_type() {
    let mut store = Store::<()>::default();
    let object = ExternRef::new(&mut store, 5).unwrap();
    let func = Func::wrap(&mut store, || 7);
    let (some, none) = (Ref::from(object), Ref::from(None::<Rooted<ExternRef>>));
    for (reference, is_null) in [(some, false), (none, true)] {
        assert_eq!(reference.is_null(), is_null);
        assert_eq!(reference.is_non_null(), !is_null);
        assert!(reference.is_extern() && !reference.is_func());
        assert!(reference.as_func().is_none());
        assert_eq!(reference.as_extern().unwrap().is_none(), is_null);
        assert_eq!(reference.unwrap_extern().is_none(), is_null);
        panic_text(|| reference.unwrap_func().is_none());
    }
    assert_eq!(number(some.unwrap_extern().unwrap(), &store), 5);
    assert!(RefType::eq(
        &some.ty(&store).unwrap(),
        &RefType::new(false, HeapType::Extern)
    ));
    let (some, none) = (Ref::from(func), Ref::from(None::<Func>));
    for (reference, is_null) in [(some, false), (none, true)] {
        assert_eq!(reference.is_null(), is_null);
        assert!(reference.is_func() && !reference.is_extern());
        assert!(reference.as_extern().is_none());
        assert_eq!(reference.unwrap_func().is_none(), is_null);
        panic_text(|| reference.unwrap_extern().is_none());
    }

    let matches = |reference: Ref, nullable, heap_type| {
        let ty = RefType::new(nullable, heap_type);
        reference.matches_ty(&store, &ty).unwrap()
    };
    let object = Ref::from(object);
    assert!(matches(object, false, HeapType::Extern));
    assert!(!matches(object, true, HeapType::NoExtern));
    assert!(!matches(object, true, HeapType::Func));
    let null = Ref::Extern(None);
    assert!(matches(null, true, HeapType::Extern));
    assert!(matches(null, true, HeapType::NoExtern));
    assert!(!matches(null, false, HeapType::Extern));
    assert!(!matches(null, true, HeapType::NoFunc));
}

#[test]
fn values_stay_small() {
    assert!(size_of::<Rooted<ExternRef>>() <= 24);
    assert!(size_of::<Val>() <= 32);
}
