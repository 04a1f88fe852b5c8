//! `anyref`: structs, arrays, `i31`, and values of the host that were converted.

use crate::guest::{Drops, assert_not_taken, instantiate, panic_text};
use libwasmtime::*;

fn store() -> Store<()> {
    let mut config = Config::new();
    config.wasm_gc(true).wasm_function_references(true);
    Store::new(&Engine::new(&config).unwrap(), ())
}

const WAT: &str = r#"(module
    (type $pair (struct (field i32) (field i32)))
    (type $bytes (array i8))
    (func (export "pair") (param i32) (result (ref $pair))
        (struct.new $pair (local.get 0) (i32.const 1)))
    (func (export "bytes") (result (ref $bytes)) (array.new $bytes (i32.const 7) (i32.const 3)))
    (func (export "first") (param (ref $pair)) (result i32) (struct.get $pair 0 (local.get 0)))
    (func (export "first of null") (param (ref null $pair)) (result i32)
        (struct.get $pair 0 (local.get 0)))
    (func (export "same") (param anyref) (result anyref) (local.get 0))
    (func (export "exact") (param (ref any)) (result (ref any)) (local.get 0))
    (func (export "eq") (param eqref eqref) (result i32) (ref.eq (local.get 0) (local.get 1)))
    (func (export "i31") (param i31ref) (result i31ref) (local.get 0))
    (func (export "get_s") (param (ref i31)) (result i32) (i31.get_s (local.get 0)))
    (func (export "in") (param externref) (result anyref) (any.convert_extern (local.get 0)))
    (func (export "out") (param anyref) (result externref) (extern.convert_any (local.get 0)))
    (func (export "none") (param nullref) (result nullref) (local.get 0))
    (global (export "global") (mut eqref) (ref.null eq))
    (table (export "table") 2 (ref null $pair)))"#;

/// Calls an export that returns an object of WebAssembly's own.
fn make(store: &mut Store<()>, instance: Instance, name: &str, args: &[Val]) -> Rooted<AnyRef> {
    let mut results = [Val::I32(0)];
    let f = instance.get_func(&mut *store, name).unwrap();
    f.call(store, args, &mut results).unwrap();
    *results[0].unwrap_any_ref().expect("it isn't null")
}

#[test]
fn numbers_of_31_bits() {
    for (value, signed) in [
        (0, 0),
        (5, 5),
        (0x3fff_ffff, 0x3fff_ffff),
        (0x4000_0000, -0x4000_0000),
        (0x7fff_ffff, -1),
    ] {
        let i31 = I31::new_u32(value).unwrap();
        assert_eq!((i31.get_u32(), i31.get_i32()), (value, signed));
        assert_eq!(I31::new_i32(signed), Some(i31));
        assert_eq!(I31::wrapping_u32(value | 1 << 31), i31);
        assert_eq!(I31::wrapping_i32(signed ^ 1 << 31), i31);
    }
    assert_eq!(I31::new_u32(0x8000_0000), None);
    assert_eq!(I31::new_i32(0x4000_0000), None);
    assert_eq!(I31::new_i32(-0x4000_0001), None);
    assert_eq!(I31::default(), I31::wrapping_u32(0));
    let debug = format!("{:?}", I31::wrapping_i32(-1));
    assert_eq!(debug, "I31 { as_u32: 2147483647, as_i32: -1 }");
}

#[test]
fn a_number_is_a_reference_without_a_heap() {
    let mut config = Config::new();
    config.gc_support(false);
    for mut store in [
        Store::default(),
        Store::new(&Engine::new(&config).unwrap(), ()),
    ] {
        let seven = AnyRef::from_i31(&mut store, I31::wrapping_u32(7));
        let owned = seven.to_owned_rooted(&mut store).unwrap();
        for any in [seven, owned.to_rooted(&mut store)] {
            assert_eq!(any.unwrap_i31(&store).unwrap().get_u32(), 7);
            assert!(any.ty(&store).unwrap().is_i31());
            let raw = any.to_raw(&mut store).unwrap();
            // SAFETY: it was made just now.
            let back = unsafe { AnyRef::from_raw(&mut store, raw) }.unwrap();
            assert!(Rooted::ref_eq(&store, &back, &any).unwrap());
            let host = ExternRef::convert_any(&mut store, any).unwrap();
            assert!(host.data(&store).unwrap().is_none());
            let back = AnyRef::convert_extern(&mut store, host).unwrap();
            assert!(Rooted::ref_eq(&store, &back, &any).unwrap());
            let ty = GlobalType::new(ValType::I31REF, Mutability::Const);
            let global = Global::new(&mut store, ty, back.into()).unwrap();
            assert!(global.get(&mut store).unwrap_any_ref().is_some());
            let same = Func::wrap(&mut store, |x: I31| x);
            let same = same.typed::<I31, I31>(&store).unwrap();
            let seven = I31::wrapping_u32(7);
            assert_eq!(same.call(&mut store, seven).unwrap(), seven);
        }
        let eight = AnyRef::from_i31(&mut store, I31::wrapping_u32(8));
        assert!(!Rooted::ref_eq(&store, &seven, &eight).unwrap());
    }
}

#[test]
fn what_there_is() {
    let mut store = store();
    let instance = instantiate(&mut store, WAT, &[]);
    let host = ExternRef::new(&mut store, 1).unwrap();
    let objects = [
        AnyRef::from_i31(&mut store, I31::default()),
        make(&mut store, instance, "pair", &[Val::I32(4)]),
        make(&mut store, instance, "bytes", &[]),
        make(&mut store, instance, "in", &[host.into()]),
    ];
    for (i, object) in objects.iter().enumerate() {
        assert_eq!(object.is_i31(&store).unwrap(), i == 0);
        assert_eq!(object.as_i31(&store).unwrap().is_some(), i == 0);
        assert_eq!(object.is_struct(&store).unwrap(), i == 1);
        assert_eq!(object.is_array(&store).unwrap(), i == 2);
        assert_eq!(object.is_eqref(&store).unwrap(), i != 3);
        let ty = object.ty(&store).unwrap();
        assert_eq!(ty.is_concrete_struct(), i == 1);
        assert_eq!(ty.is_concrete_array(), i == 2);
        assert_eq!(ty.is_any(), i == 3);
        assert!(object.matches_ty(&store, &HeapType::Any).unwrap());
        assert!(object.matches_ty(&store, &ty).unwrap());
        assert!(!object.matches_ty(&store, &HeapType::None).unwrap());
        let val = Val::from(*object);
        assert!(!val.ty(&store).unwrap().unwrap_ref().is_nullable());
        assert!(val.matches_ty(&store, &ValType::ANYREF).unwrap());
        assert!(!val.matches_ty(&store, &ValType::EXTERNREF).unwrap());
        assert!(!val.matches_ty(&store, &ValType::NULLREF).unwrap());
    }
    let text = panic_text(|| objects[1].unwrap_i31(&store));
    assert!(text.contains("not an i31"), "{text}");
}

#[test]
fn values() {
    let mut store = store();
    let seven = AnyRef::from_i31(&mut store, I31::wrapping_u32(7));
    for val in [Val::from(seven), Val::from(Some(seven))] {
        assert!(val.any_ref().is_some() && val.anyref().is_some());
        assert!(val.unwrap_anyref().is_some() && val.exnref().is_none());
        let reference = val.ref_().unwrap();
        assert!(reference.is_any() && !reference.is_exn() && reference.is_non_null());
        assert!(Rooted::rooted_eq(*reference.unwrap_any().unwrap(), seven));
        assert!(reference.as_extern().is_none() && reference.as_exn().is_none());
    }
    for null in [
        Val::null_any_ref(),
        NoneRef::null_val(),
        Val::null_ref(&HeapType::Struct),
        Ref::null(&HeapType::None).into(),
        Val::default_for_ty(&ValType::I31REF).unwrap(),
    ] {
        assert!(null.unwrap_any_ref().is_none());
        assert!(null.ref_().unwrap().is_null());
        assert!(null.matches_ty(&store, &ValType::NULLREF).unwrap());
        let non_null = ValType::Ref(RefType::new(false, HeapType::Any));
        assert!(!null.matches_ty(&store, &non_null).unwrap());
    }
    let text = panic_text(|| *Val::I32(1).unwrap_any_ref().unwrap());
    assert_eq!(text, "expected AnyRef, found I32(1)");
    let text = panic_text(|| Ref::from(seven).unwrap_exn().is_some());
    assert!(
        text.starts_with("expected an exception reference"),
        "{text}"
    );
}

#[test]
fn untyped_calls() {
    let mut store = store();
    let instance = instantiate(&mut store, WAT, &[]);
    let pair = make(&mut store, instance, "pair", &[Val::I32(4)]);
    let bytes = make(&mut store, instance, "bytes", &[]);
    let seven = AnyRef::from_i31(&mut store, I31::wrapping_u32(7));
    let same = make(&mut store, instance, "same", &[pair.into()]);
    assert!(Rooted::ref_eq(&store, &same, &pair).unwrap());
    assert!(!Rooted::ref_eq(&store, &same, &bytes).unwrap());

    let mut call = |name, args: &[Val]| -> Result<Val> {
        let mut results = [Val::I32(0)];
        let f = instance.get_func(&mut store, name).unwrap();
        f.call(&mut store, args, &mut results)?;
        Ok(results[0])
    };
    assert_eq!(call("first", &[pair.into()]).unwrap().unwrap_i32(), 4);
    let eq = call("eq", &[pair.into(), same.into()]).unwrap();
    assert_eq!(eq.unwrap_i32(), 1);
    let eq = call("eq", &[pair.into(), seven.into()]).unwrap();
    assert_eq!(eq.unwrap_i32(), 0);
    assert_eq!(call("get_s", &[seven.into()]).unwrap().unwrap_i32(), 7);
    for name in ["same", "i31", "none"] {
        let null = call(name, &[Val::null_any_ref()]).unwrap();
        assert!(null.unwrap_any_ref().is_none(), "{name}");
    }
    for (name, wrong) in [
        ("first", Val::from(bytes)),
        ("first", seven.into()),
        ("first", Val::null_any_ref()),
        ("get_s", pair.into()),
        ("i31", pair.into()),
        ("exact", Val::null_any_ref()),
        ("same", Val::null_extern_ref()),
        ("same", Val::null_func_ref()),
        ("same", Val::ExnRef(None)),
        ("none", seven.into()),
    ] {
        let error = call(name, &[wrong]).unwrap_err();
        assert_eq!(error.to_string(), "argument type mismatch", "{name}");
    }
}

#[test]
fn typed_calls() {
    type Nullable = Option<Rooted<AnyRef>>;
    let mut store = store();
    let instance = instantiate(&mut store, WAT, &[]);
    let pair = make(&mut store, instance, "pair", &[Val::I32(4)]);
    let owned = pair.to_owned_rooted(&mut store).unwrap();
    let get = |store: &mut Store<()>, name| instance.get_func(store, name).unwrap();

    let same = get(&mut store, "same");
    let f = same.typed::<Nullable, Nullable>(&store).unwrap();
    assert!(f.call(&mut store, None).unwrap().is_none());
    let back = f.call(&mut store, Some(pair)).unwrap().unwrap();
    assert!(Rooted::ref_eq(&store, &back, &pair).unwrap());
    let exact = get(&mut store, "exact");
    let f = exact
        .typed::<OwnedRooted<AnyRef>, OwnedRooted<AnyRef>>(&store)
        .unwrap();
    let back = f.call(&mut store, owned.clone()).unwrap();
    assert!(OwnedRooted::ref_eq(&store, &back, &owned).unwrap());
    assert!(exact.typed::<Nullable, Nullable>(&store).is_err());
    assert!(same.typed::<Nullable, Rooted<AnyRef>>(&store).is_err());

    // A number alone, beside references, and instead of them.
    let five = I31::wrapping_i32(-5);
    let f = get(&mut store, "i31");
    let f = f.typed::<Option<I31>, Option<I31>>(&store).unwrap();
    assert_eq!(f.call(&mut store, Some(five)).unwrap(), Some(five));
    assert_eq!(f.call(&mut store, None).unwrap(), None);
    let f = get(&mut store, "get_s").typed::<I31, i32>(&store).unwrap();
    assert_eq!(f.call(&mut store, five).unwrap(), -5);
    let f = same.typed::<I31, Nullable>(&store).unwrap();
    let back = f.call(&mut store, five).unwrap().unwrap();
    assert_eq!(back.unwrap_i31(&store).unwrap(), five);
    let mixed = Func::wrap(&mut store, |a: I31, b: Nullable, c: Option<I31>| (c, b, a));
    type Mixed = (I31, Nullable, Option<I31>);
    let f = mixed
        .typed::<Mixed, (Option<I31>, Nullable, I31)>(&store)
        .unwrap();
    let (c, b, a) = f.call(&mut store, (five, Some(pair), None)).unwrap();
    assert!(c.is_none() && a == five);
    assert!(Rooted::ref_eq(&store, &b.unwrap(), &pair).unwrap());

    // Concrete types are compared at each call.
    let first = get(&mut store, "first");
    let f = first.typed::<Rooted<AnyRef>, i32>(&store).unwrap();
    assert_eq!(f.call(&mut store, pair).unwrap(), 4);
    let seven = AnyRef::from_i31(&mut store, I31::wrapping_u32(7));
    assert!(f.call(&mut store, seven).is_err());
    let f = first.typed::<I31, i32>(&store).unwrap();
    assert!(f.call(&mut store, five).is_err());
    let f = get(&mut store, "first of null");
    let f = f.typed::<Option<NoneRef>, i32>(&store).unwrap();
    let error = f.call(&mut store, None).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::NullReference));
}

#[test]
fn host_functions() {
    let mut store = store();
    let same = Func::wrap(&mut store, |x: Option<Rooted<AnyRef>>| x);
    let double = Func::wrap(&mut store, |x: I31| I31::wrapping_u32(2 * x.get_u32()));
    let ty = FuncType::new(store.engine(), [ValType::EQREF], [ValType::ANYREF]);
    let untyped = Func::new(&mut store, ty, |_, params, results| {
        results[0] = params[0];
        Ok(())
    });
    let ty = FuncType::new(store.engine(), [], [ValType::I31REF]);
    let wrong = Func::new(&mut store, ty, |_, _, results| {
        results[0] = Val::null_extern_ref();
        Ok(())
    });
    let instance = instantiate(
        &mut store,
        r#"(module
            (import "" "same" (func $same (param anyref) (result anyref)))
            (import "" "double" (func $double (param (ref i31)) (result (ref i31))))
            (import "" "untyped" (func $untyped (param eqref) (result anyref)))
            (import "" "wrong" (func $wrong (result i31ref)))
            (type $box (struct (field i32)))
            (func (export "f") (param i32) (result i32)
                (struct.get $box 0 (ref.cast (ref $box)
                    (call $same (call $untyped (struct.new $box (local.get 0)))))))
            (func (export "twice") (param i32) (result i32)
                (i31.get_s (call $double (ref.i31 (local.get 0)))))
            (func (export "wrong") (drop (call $wrong))))"#,
        &[same.into(), double.into(), untyped.into(), wrong.into()],
    );
    let f = instance
        .get_typed_func::<i32, i32>(&mut store, "f")
        .unwrap();
    assert_eq!(f.call(&mut store, 6).unwrap(), 6);
    let f = instance
        .get_typed_func::<i32, i32>(&mut store, "twice")
        .unwrap();
    assert_eq!(f.call(&mut store, 21).unwrap(), 42);
    assert_eq!(f.call(&mut store, 0x3000_0000).unwrap(), -0x2000_0000);
    let f = instance
        .get_typed_func::<(), ()>(&mut store, "wrong")
        .unwrap();
    let error = f.call(&mut store, ()).unwrap_err();
    assert!(
        format!("{error:#}").contains("incompatible value"),
        "{error:#}"
    );
}

#[test]
fn tables_and_globals() {
    let mut store = store();
    let instance = instantiate(&mut store, WAT, &[]);
    let pair = make(&mut store, instance, "pair", &[Val::I32(4)]);
    let seven = AnyRef::from_i31(&mut store, I31::wrapping_u32(7));
    let global = instance.get_global(&mut store, "global").unwrap();
    assert!(global.get(&mut store).unwrap_any_ref().is_none());
    for val in [pair, seven] {
        global.set(&mut store, val.into()).unwrap();
        let back = *global.get(&mut store).unwrap_any_ref().unwrap();
        assert!(Rooted::ref_eq(&store, &back, &val).unwrap());
    }
    let host = ExternRef::new(&mut store, 1).unwrap();
    let host = AnyRef::convert_extern(&mut store, host).unwrap();
    assert!(global.set(&mut store, host.into()).is_err());

    let table = instance.get_table(&mut store, "table").unwrap();
    assert!(table.get(&mut store, 0).unwrap().unwrap_any().is_none());
    table.set(&mut store, 0, pair.into()).unwrap();
    assert!(table.set(&mut store, 1, seven.into()).is_err());
    let back = *table.get(&mut store, 0).unwrap().unwrap_any().unwrap();
    assert!(Rooted::ref_eq(&store, &back, &pair).unwrap());
    table.grow(&mut store, 1, pair.into()).unwrap();
    table.fill(&mut store, 0, Ref::Any(None), 2).unwrap();
    assert!(table.get(&mut store, 0).unwrap().is_null());
    assert!(table.get(&mut store, 2).unwrap().is_non_null());

    let ty = GlobalType::new(ValType::I31REF, Mutability::Const);
    assert!(Global::new(&mut store, ty.clone(), pair.into()).is_err());
    let global = Global::new(&mut store, ty, seven.into()).unwrap();
    let back = *global.get(&mut store).unwrap_any_ref().unwrap();
    assert_eq!(back.unwrap_i31(&store).unwrap().get_u32(), 7);
    let ty = TableType::new(RefType::STRUCTREF, 1, None);
    let table = Table::new(&mut store, ty, pair.into()).unwrap();
    assert!(table.get(&mut store, 0).unwrap().is_non_null());
}

#[test]
fn conversions_from_and_to_the_host() {
    let drops = Drops::default();
    let mut store = store();
    let instance = instantiate(&mut store, WAT, &[]);
    {
        let mut scope = RootScope::new(&mut store);
        let host = ExternRef::new(&mut scope, (5, drops.counted())).unwrap();
        let any = AnyRef::convert_extern(&mut scope, host).unwrap();
        assert!(any.ty(&scope).unwrap().is_any());
        let back = ExternRef::convert_any(&mut scope, any).unwrap();
        assert!(Rooted::ref_eq(&scope, &host, &back).unwrap());
        let (number, _) = back
            .data(&scope)
            .unwrap()
            .unwrap()
            .downcast_ref::<(i32, crate::guest::Dropped)>()
            .unwrap();
        assert_eq!(*number, 5);
        // As WebAssembly does it.
        let mut results = [Val::I32(0)];
        let f = instance.get_func(&mut scope, "out").unwrap();
        f.call(&mut scope, &[any.into()], &mut results).unwrap();
        let back = *results[0].unwrap_extern_ref().unwrap();
        assert!(Rooted::ref_eq(&scope, &host, &back).unwrap());
    }
    // An object that WebAssembly created has no data.
    let pair = make(&mut store, instance, "pair", &[Val::I32(4)]);
    let seven = AnyRef::from_i31(&mut store, I31::wrapping_u32(7));
    for any in [pair, seven] {
        let host = ExternRef::convert_any(&mut store, any).unwrap();
        assert!(host.data(&store).unwrap().is_none());
        assert!(Rooted::ref_eq(&store, &host, &host).unwrap());
        let back = AnyRef::convert_extern(&mut store, host).unwrap();
        assert!(Rooted::ref_eq(&store, &back, &any).unwrap());
    }
    drop(store);
    assert_eq!(drops.count(), 1);
}

#[test]
fn roots_end_with_their_scope() {
    let mut store = store();
    let instance = instantiate(&mut store, WAT, &[]);
    let (pair, seven, owned) = {
        let mut scope = RootScope::new(&mut store);
        let mut results = [Val::I32(0)];
        let f = instance.get_func(&mut scope, "pair").unwrap();
        f.call(&mut scope, &[Val::I32(4)], &mut results).unwrap();
        let pair = *results[0].unwrap_any_ref().unwrap();
        let seven = AnyRef::from_i31(&mut scope, I31::wrapping_u32(7));
        (pair, seven, pair.to_owned_rooted(&mut scope).unwrap())
    };
    for gone in [pair, seven] {
        assert!(gone.ty(&store).is_err() && gone.as_i31(&store).is_err());
        assert!(gone.is_struct(&store).is_err() && gone.to_raw(&mut store).is_err());
        assert!(gone.to_owned_rooted(&mut store).is_err());
        assert!(ExternRef::convert_any(&mut store, gone).is_err());
        let same = instance.get_func(&mut store, "same").unwrap();
        let error = same.call(&mut store, &[gone.into()], &mut [Val::I32(0)]);
        let text = format!("{:#}", error.unwrap_err());
        assert!(text.contains("unrooted"), "{text}");
    }
    // The object stays alive, even if the collector moves it.
    for i in 0..100_000 {
        let mut scope = RootScope::new(&mut store);
        ExternRef::new(&mut scope, i).unwrap();
    }
    let first = instance
        .get_typed_func::<OwnedRooted<AnyRef>, i32>(&mut store, "first")
        .unwrap();
    assert_eq!(first.call(&mut store, owned).unwrap(), 4);
}

/// Neither the arguments of typed calls nor those of host functions stay rooted.
#[test]
fn numbers_as_arguments_are_not_kept() {
    let mut store = store();
    let instance = instantiate(&mut store, WAT, &[]);
    let f = instance
        .get_typed_func::<I31, Option<OwnedRooted<AnyRef>>>(&mut store, "same")
        .unwrap();
    // A new root reuses the place of one that has ended.
    let mut place = |times| {
        for _ in 0..times {
            f.call(&mut store, I31::default()).unwrap();
        }
        let mut scope = RootScope::new(&mut store);
        let text = format!("{:?}", AnyRef::from_i31(&mut scope, I31::default()));
        text.split_once("index: ").unwrap().1.to_owned()
    };
    assert_eq!(place(0), place(10));
}

#[test]
fn another_store_panics() {
    let mut home = store();
    let instance = instantiate(&mut home, WAT, &[]);
    let pair = make(&mut home, instance, "pair", &[Val::I32(4)]);
    let seven = AnyRef::from_i31(&mut home, I31::default());
    let mut other = Store::new(home.engine(), ());
    let same = instantiate(&mut other, WAT, &[]);
    let same = same.get_func(&mut other, "same").unwrap();
    for any in [pair, seven] {
        for text in [
            panic_text(|| any.ty(&other)),
            panic_text(|| any.is_i31(&other)),
            panic_text(|| any.is_eqref(&other)),
            panic_text(|| any.to_raw(&mut other)),
            panic_text(|| any.to_owned_rooted(&mut other)),
            panic_text(|| ExternRef::convert_any(&mut other, any)),
            panic_text(|| Val::from(any).ty(&other)),
        ] {
            assert!(text.contains("wrong store"), "{text}");
        }
        assert_not_taken(same.call(&mut other, &[any.into()], &mut [Val::I32(0)]));
    }
}
