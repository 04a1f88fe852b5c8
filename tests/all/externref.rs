//! `externref`: values of the host that WebAssembly holds.

mod owned;
mod raw;
mod roots;

use crate::collector::frees;
use crate::guest::{Dropped, Drops, instantiate};
use libwasmtime::*;
use std::any::Any;

/// Returns the data of a reference, which is a number.
fn number(reference: &Rooted<ExternRef>, store: &Store<()>) -> i32 {
    let data = reference.data(store).unwrap().unwrap();
    *data.downcast_ref::<i32>().unwrap()
}

const IDENTITY: &str = r#"(module
    (func (export "nullable") (param externref) (result externref) (local.get 0))
    (func (export "exact") (param (ref extern)) (result (ref extern)) (local.get 0))
    (func (export "mixed") (param i32 externref v128) (result v128 externref i32)
        (local.get 2) (local.get 1) (local.get 0)))"#;

#[test]
fn typed_calls() {
    let mut store = Store::<()>::default();
    let instance = instantiate(&mut store, IDENTITY, &[]);
    let five = ExternRef::new(&mut store, 5).unwrap();

    type Nullable = Option<Rooted<ExternRef>>;
    let f = instance
        .get_typed_func::<Nullable, Nullable>(&mut store, "nullable")
        .unwrap();
    assert!(f.call(&mut store, None).unwrap().is_none());
    let back = f.call(&mut store, Some(five)).unwrap().unwrap();
    assert_eq!(number(&back, &store), 5);
    assert!(Rooted::ref_eq(&store, &back, &five).unwrap());
    assert!(!Rooted::rooted_eq(back, five));
    assert!(Rooted::rooted_eq(five, five));

    let f = instance
        .get_typed_func::<Rooted<ExternRef>, Rooted<ExternRef>>(&mut store, "exact")
        .unwrap();
    let back = f.call(&mut store, five).unwrap();
    assert_eq!(number(&back, &store), 5);

    let f = instance
        .get_typed_func::<(i32, Nullable, V128), (V128, Nullable, i32)>(&mut store, "mixed")
        .unwrap();
    let (v, back, x) = f.call(&mut store, (1, Some(five), 2.into())).unwrap();
    assert_eq!((v.as_u128(), number(&back.unwrap(), &store), x), (2, 5, 1));

    let exact = instance.get_func(&mut store, "exact").unwrap();
    assert!(exact.typed::<Nullable, Nullable>(&store).is_err());
    assert!(exact.typed::<Rooted<ExternRef>, Nullable>(&store).is_ok());
    let nullable = instance.get_func(&mut store, "nullable").unwrap();
    assert!(
        nullable
            .typed::<Nullable, Rooted<ExternRef>>(&store)
            .is_err()
    );
    assert!(nullable.typed::<Option<Func>, Nullable>(&store).is_err());
}

#[test]
fn untyped_calls() {
    let mut store = Store::<()>::default();
    let instance = instantiate(&mut store, IDENTITY, &[]);
    let five = ExternRef::new(&mut store, 5).unwrap();
    let mut results = [Val::I32(0)];
    let nullable = instance.get_func(&mut store, "nullable").unwrap();
    nullable
        .call(&mut store, &[five.into()], &mut results)
        .unwrap();
    let back = *results[0].unwrap_extern_ref().unwrap();
    assert_eq!(number(&back, &store), 5);
    nullable
        .call(&mut store, &[Val::null_extern_ref()], &mut results)
        .unwrap();
    assert!(results[0].unwrap_extern_ref().is_none());
    let exact = instance.get_func(&mut store, "exact").unwrap();
    let error = exact
        .call(&mut store, &[Val::null_extern_ref()], &mut results)
        .unwrap_err();
    assert_eq!(error.to_string(), "argument type mismatch");
    nullable
        .call(&mut store, &[Val::null_func_ref()], &mut results)
        .unwrap_err();
}

#[test]
fn any_value_will_do() {
    let mut store = Store::<()>::default();
    let text = ExternRef::new(&mut store, String::from("text")).unwrap();
    let unit = ExternRef::new(&mut store, ()).unwrap();
    let big = ExternRef::new(&mut store, [7u64; 1000]).unwrap();
    #[derive(Debug, PartialEq)]
    #[repr(align(256))]
    struct Aligned(u8);
    let aligned = ExternRef::new(&mut store, Aligned(7)).unwrap();
    let boxed: Box<dyn Any + Send + Sync> = Box::new(7u16);
    let boxed = ExternRef::new(&mut store, boxed).unwrap();
    let data = text.data(&store).unwrap().unwrap();
    assert_eq!(data.downcast_ref::<String>().unwrap(), "text");
    assert!(data.downcast_ref::<&str>().is_none());
    assert!(unit.data(&store).unwrap().unwrap().is::<()>());
    let big = big.data(&store).unwrap().unwrap();
    assert_eq!(big.downcast_ref::<[u64; 1000]>().unwrap()[999], 7);
    let data = aligned.data_mut(&mut store).unwrap().unwrap();
    let aligned = data.downcast_mut::<Aligned>().unwrap();
    assert!(std::ptr::from_ref(aligned).is_aligned());
    aligned.0 += 1;
    assert_eq!(*aligned, Aligned(8));
    // The box is the value, not what is in it.
    let data = boxed.data(&store).unwrap().unwrap();
    let boxed = data.downcast_ref::<Box<dyn Any + Send + Sync>>().unwrap();
    assert!(boxed.is::<u16>());
}

#[test]
fn data_can_be_changed() {
    let mut store = Store::<()>::default();
    let first = ExternRef::new(&mut store, vec![1]).unwrap();
    let owned = first.to_owned_rooted(&mut store).unwrap();
    let second = owned.to_rooted(&mut store);
    let push = |store: &mut Store<()>, reference: Rooted<ExternRef>, x| {
        let data = reference.data_mut(store).unwrap().unwrap();
        data.downcast_mut::<Vec<i32>>().unwrap().push(x);
    };
    push(&mut store, first, 2);
    push(&mut store, second, 3);
    for data in [
        first.data(&store).unwrap(),
        second.data(&store).unwrap(),
        owned.data(&store).unwrap(),
    ] {
        let data = data.unwrap().downcast_ref::<Vec<i32>>();
        assert_eq!(data.unwrap(), &[1, 2, 3]);
    }
}

#[test]
fn host_functions() {
    let mut store = Store::<()>::default();
    let make = Func::wrap(&mut store, |caller: Caller<'_, ()>, x: i32| {
        ExternRef::new(caller, x)
    });
    let add = Func::wrap(
        &mut store,
        |mut caller: Caller<'_, ()>,
         a: Rooted<ExternRef>,
         b: Option<Rooted<ExternRef>>|
         -> Result<Option<Rooted<ExternRef>>> {
            let Some(b) = b else {
                return Ok(None);
            };
            let mut sum = 0;
            for reference in [a, b] {
                let data = reference.data(&caller)?.unwrap();
                sum += data.downcast_ref::<i32>().unwrap();
            }
            Ok(Some(ExternRef::new(&mut caller, sum)?))
        },
    );
    let ty = FuncType::new(store.engine(), [ValType::EXTERNREF], [ValType::I32]);
    let read = Func::new(&mut store, ty, |caller, params, results| {
        results[0] = Val::I32(match params[0].unwrap_extern_ref() {
            None => -1,
            Some(reference) => {
                let data = reference.data(&caller)?.unwrap();
                *data.downcast_ref::<i32>().unwrap()
            }
        });
        Ok(())
    });
    let instance = instantiate(
        &mut store,
        r#"(module
            (import "" "make" (func $make (param i32) (result (ref extern))))
            (import "" "add" (func $add (param (ref extern) externref) (result externref)))
            (import "" "read" (func $read (param externref) (result i32)))
            (func (export "add") (param i32 i32) (result i32)
                (call $read (call $add
                    (call $make (local.get 0)) (call $make (local.get 1)))))
            (func (export "null") (result i32)
                (call $read (call $add (call $make (i32.const 1)) (ref.null extern)))))"#,
        &[make.into(), add.into(), read.into()],
    );
    let add = instance
        .get_typed_func::<(i32, i32), i32>(&mut store, "add")
        .unwrap();
    // More than the heap can hold.
    for i in 0..20_000 {
        assert_eq!(add.call(&mut store, (i, 5)).unwrap(), i + 5);
    }
    let null = instance
        .get_typed_func::<(), i32>(&mut store, "null")
        .unwrap();
    assert_eq!(null.call(&mut store, ()).unwrap(), -1);
}

#[test]
fn values_are_dropped_with_the_store() {
    let drops = Drops::default();
    let mut store = Store::<()>::default();
    let reference = ExternRef::new(&mut store, drops.counted()).unwrap();
    let owned = reference.to_owned_rooted(&mut store).unwrap();
    let instance = instantiate(
        &mut store,
        r#"(module (table (export "t") 1 externref))"#,
        &[],
    );
    let table = instance.get_table(&mut store, "t").unwrap();
    table.set(&mut store, 0, reference.into()).unwrap();
    assert_eq!(drops.count(), 0);
    drop(store);
    assert_eq!(drops.count(), 1);
    // The remaining handles can still be used and dropped.
    drop(owned.clone());
    drop(owned);
    assert_eq!(drops.count(), 1);
}

/// Creates garbage until the collector frees enough that it is `done`, or until there was very
/// much. A collector that frees nothing never does it.
fn make_garbage(store: &mut Store<()>, done: impl Fn() -> bool) {
    if !frees() {
        store.gc(None).unwrap();
        assert!(!done());
        return;
    }
    for _ in 0..1_000_000 {
        if done() {
            return;
        }
        let mut scope = RootScope::new(&mut *store);
        ExternRef::new(&mut scope, ()).unwrap();
    }
    panic!("the collector didn't do what was expected");
}

#[test]
fn unrooted_values_are_collected() {
    let drops = Drops::default();
    let mut store = Store::<()>::default();
    {
        let mut scope = RootScope::new(&mut store);
        ExternRef::new(&mut scope, drops.counted()).unwrap();
    }
    make_garbage(&mut store, || drops.count() == 1);
    drop(store);
    assert_eq!(drops.count(), 1);
}

#[test]
fn rooted_values_are_kept() {
    let (kept, freed) = (Drops::default(), Drops::default());
    let mut store = Store::<()>::default();
    let rooted = ExternRef::new(&mut store, kept.counted()).unwrap();
    let owned = {
        let mut scope = RootScope::new(&mut store);
        let reference = ExternRef::new(&mut scope, kept.counted()).unwrap();
        ExternRef::new(&mut scope, freed.counted()).unwrap();
        reference.to_owned_rooted(&mut scope).unwrap()
    };
    make_garbage(&mut store, || freed.count() == 1);
    assert_eq!(kept.count(), 0);
    assert!(rooted.data(&store).unwrap().unwrap().is::<Dropped>());
    assert!(owned.data(&store).unwrap().unwrap().is::<Dropped>());
    drop(owned);
    make_garbage(&mut store, || kept.count() == 1);
    assert!(rooted.data(&store).unwrap().unwrap().is::<Dropped>());
    drop(store);
    assert_eq!(kept.count(), 2);
}

#[test]
fn value_that_can_not_be_placed_is_dropped() {
    let drops = Drops::default();
    let engine = Engine::new(Config::new().gc_support(false)).unwrap();
    let mut store = Store::new(&engine, ());
    let error = ExternRef::new(&mut store, drops.counted()).unwrap_err();
    assert!(error.to_string().contains("externref"), "{error}");
    assert_eq!(drops.count(), 1);
}

#[test]
fn panic_while_a_value_is_dropped() {
    struct Explosive(Drops);
    impl Drop for Explosive {
        fn drop(&mut self) {
            drop(self.0.counted());
            panic!("while a value is dropped");
        }
    }
    let drops = Drops::default();
    let mut store = Store::<()>::default();
    ExternRef::new(&mut store, Explosive(drops.clone())).unwrap();
    drop(store);
    assert_eq!(drops.count(), 1);
}

#[test]
fn references_end_with_their_scope() {
    let mut store = Store::<()>::default();
    let outer = ExternRef::new(&mut store, 1).unwrap();
    let inner = {
        let mut scope = RootScope::new(&mut store);
        scope.reserve(10);
        let nested = {
            let mut scope = RootScope::new(&mut scope);
            ExternRef::new(&mut scope, 2).unwrap()
        };
        assert!(nested.data(&scope).is_err());
        let inner = ExternRef::new(&mut scope, 3).unwrap();
        assert!(nested.data(&scope).is_err());
        assert!(inner.data(&scope).is_ok());
        assert!(outer.data(&scope).is_ok());
        inner
    };
    let error = inner.data(&store).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("unrooted"), "{error}");
    assert!(inner.data_mut(&mut store).is_err());
    assert!(inner.to_owned_rooted(&mut store).is_err());
    assert!(Rooted::ref_eq(&store, &inner, &outer).is_err());
    assert!(Rooted::ref_eq(&store, &outer, &inner).is_err());
    assert!(Val::from(inner).ty(&store).is_err());

    // Another root takes its place, and isn't mistaken for it.
    let other = ExternRef::new(&mut store, 4).unwrap();
    assert!(inner.data(&store).is_err());
    assert_eq!(number(&other, &store), 4);
    assert_eq!(number(&outer, &store), 1);

    // Nor can it be passed to a function.
    let instance = instantiate(&mut store, IDENTITY, &[]);
    let f = instance.get_func(&mut store, "nullable").unwrap();
    let mut results = [Val::I32(0)];
    assert!(f.call(&mut store, &[inner.into()], &mut results).is_err());
    let f = instance
        .get_typed_func::<Rooted<ExternRef>, Rooted<ExternRef>>(&mut store, "exact")
        .unwrap();
    assert!(f.call(&mut store, inner).is_err());
    assert_eq!(number(&f.call(&mut store, other).unwrap(), &store), 4);
    let host = Func::wrap(&mut store, move || inner);
    let host = host.typed::<(), Rooted<ExternRef>>(&store).unwrap();
    assert!(host.call(&mut store, ()).is_err());
}

#[test]
fn references_end_with_the_host_call() {
    let mut store = Store::new(&Engine::default(), Vec::new());
    let keep = Func::wrap(
        &mut store,
        |mut caller: Caller<'_, Vec<Rooted<ExternRef>>>, a: Rooted<ExternRef>| {
            let own = ExternRef::new(&mut caller, 1).unwrap();
            caller.data_mut().extend([a, own]);
        },
    );
    let instance = instantiate(
        &mut store,
        r#"(module (import "" "" (func $keep (param (ref extern))))
            (func (export "f") (param externref)
                (call $keep (ref.as_non_null (local.get 0)))))"#,
        &[keep.into()],
    );
    let f = instance
        .get_typed_func::<Option<Rooted<ExternRef>>, ()>(&mut store, "f")
        .unwrap();
    let reference = ExternRef::new(&mut store, 0).unwrap();
    f.call(&mut store, Some(reference)).unwrap();
    for kept in store.data() {
        assert!(kept.data(&store).is_err());
    }
    assert!(reference.data(&store).is_ok());

    // The same if it panics.
    let panicking = Func::wrap(
        &mut store,
        |mut caller: Caller<'_, Vec<Rooted<ExternRef>>>| {
            let own = ExternRef::new(&mut caller, 1).unwrap();
            caller.data_mut().push(own);
            assert!(caller.data().is_empty(), "with a root");
        },
    );
    let panicking = panicking.typed::<(), ()>(&store).unwrap();
    crate::guest::panic_of(|| panicking.call(&mut store, ()));
    assert!(store.data()[2].data(&store).is_err());
}

#[test]
fn owned_references_are_independent() {
    let mut store = Store::<()>::default();
    let owned = {
        let mut scope = RootScope::new(&mut store);
        let reference = ExternRef::new(&mut scope, 5).unwrap();
        reference.to_owned_rooted(&mut scope).unwrap()
    };
    let clone = std::thread::spawn({
        let owned = owned.clone();
        move || owned.clone()
    })
    .join()
    .unwrap();
    assert!(OwnedRooted::ref_eq(&store, &owned, &clone).unwrap());
    let other = ExternRef::new(&mut store, 5).unwrap();
    assert!(!OwnedRooted::ref_eq(&store, &owned, &other).unwrap());
    drop(owned);
    let rooted = clone.to_rooted(&mut store);
    drop(clone);
    assert_eq!(number(&rooted, &store), 5);
}

/// Functions that return references to objects that the host didn't create.
struct Objects {
    /// Contains both, and `identity`, which returns its argument.
    instance: Instance,
    /// Makes an `i31`.
    i31: TypedFunc<i32, Rooted<ExternRef>>,
    /// Makes a new struct.
    object: TypedFunc<(), Rooted<ExternRef>>,
}

fn objects(store: &mut Store<()>) -> Objects {
    let instance = instantiate(
        &mut *store,
        r#"(module
            (type $s (struct))
            (func (export "i31") (param i32) (result (ref extern))
                (extern.convert_any (ref.i31 (local.get 0))))
            (func (export "struct") (result (ref extern))
                (extern.convert_any (struct.new $s)))
            (func (export "identity") (param externref) (result externref) (local.get 0)))"#,
        &[],
    );
    let i31 = instance.get_typed_func(&mut *store, "i31").unwrap();
    let object = instance.get_typed_func(&mut *store, "struct").unwrap();
    Objects {
        instance,
        i31,
        object,
    }
}

#[test]
fn references_that_the_host_did_not_make() {
    let mut store = Store::<()>::default();
    let Objects {
        instance,
        i31,
        object,
    } = objects(&mut store);
    let identity = instance
        .get_typed_func::<Option<Rooted<ExternRef>>, Option<Rooted<ExternRef>>>(
            &mut store, "identity",
        )
        .unwrap();
    let one = i31.call(&mut store, 1).unwrap();
    let other_one = i31.call(&mut store, 1).unwrap();
    let two = i31.call(&mut store, 2).unwrap();
    let a = object.call(&mut store, ()).unwrap();
    let b = object.call(&mut store, ()).unwrap();
    let same_a = identity.call(&mut store, Some(a)).unwrap().unwrap();
    let host = ExternRef::new(&mut store, 1).unwrap();
    for reference in [one, a] {
        assert!(reference.data(&store).unwrap().is_none());
        assert!(reference.data_mut(&mut store).unwrap().is_none());
        assert!(!Rooted::ref_eq(&store, &reference, &host).unwrap());
    }
    assert!(Rooted::ref_eq(&store, &one, &other_one).unwrap());
    assert!(!Rooted::ref_eq(&store, &one, &two).unwrap());
    assert!(Rooted::ref_eq(&store, &a, &same_a).unwrap());
    assert!(!Rooted::ref_eq(&store, &a, &b).unwrap());
    assert!(!Rooted::ref_eq(&store, &one, &a).unwrap());
}

#[test]
fn globals() {
    let drops = Drops::default();
    let mut store = Store::<()>::default();
    let instance = instantiate(
        &mut store,
        r#"(module (global (export "g") (mut externref) (ref.null extern)))"#,
        &[],
    );
    let global = instance.get_global(&mut store, "g").unwrap();
    {
        let mut scope = RootScope::new(&mut store);
        let reference = ExternRef::new(&mut scope, drops.counted()).unwrap();
        global.set(&mut scope, reference.into()).unwrap();
    }
    let garbage = Drops::default();
    {
        let mut scope = RootScope::new(&mut store);
        ExternRef::new(&mut scope, garbage.counted()).unwrap();
    }
    make_garbage(&mut store, || garbage.count() == 1);
    assert_eq!(drops.count(), 0);
    {
        let mut scope = RootScope::new(&mut store);
        let back = *global.get(&mut scope).unwrap_extern_ref().unwrap();
        assert!(back.data(&scope).unwrap().unwrap().is::<Dropped>());
    }
    global.set(&mut store, Val::null_extern_ref()).unwrap();
    make_garbage(&mut store, || drops.count() == 1);
}
