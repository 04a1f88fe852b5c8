//! Objects that pass between the host and guests.

use super::*;
use libwasmtime::{
    ArrayRef, Caller, EqRef, Func, Global, GlobalType, Instance, Linker, Module, OwnedRooted, Ref,
    Table, TableType,
};

const WAT: &str = r#"(module
    (type $box (struct (field (mut i32))))
    (type $pair (struct (field (ref null $box)) (field (ref null $box))))
    (type $ints (array (mut i32)))
    (import "host" "next" (func $next (param (ref null struct)) (result (ref struct))))
    (func (export "get") (param (ref null $box)) (result i32)
        (struct.get $box 0 (local.get 0)))
    (func (export "pair") (param (ref $box)) (result (ref $pair))
        (struct.new $pair (local.get 0) (ref.null $box)))
    (func (export "any") (param anyref) (result anyref) (local.get 0))
    (func (export "eq") (param eqref eqref) (result i32) (ref.eq (local.get 0) (local.get 1)))
    (func (export "sum") (param $array (ref $ints)) (result i32)
        (local $i i32) (local $sum i32)
        (block $done (loop $next
            (br_if $done (i32.ge_u (local.get $i) (array.len (local.get $array))))
            (local.set $sum (i32.add (local.get $sum)
                (array.get $ints (local.get $array) (local.get $i))))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br $next)))
        (local.get $sum))
    (func (export "run") (result i32)
        (struct.get $box 0 (ref.cast (ref $box)
            (call $next (struct.new $box (i32.const 20)))))))"#;

/// A host whose function makes the next box, and collects at each end.
fn guest(store: &mut Store<()>) -> Result<Instance> {
    let mut linker = Linker::new(store.engine());
    linker.func_wrap(
        "host",
        "next",
        |mut caller: Caller<'_, ()>, object: Option<Rooted<StructRef>>| {
            caller.gc(None)?;
            let object = object.expect("the guest passes one");
            let value = object.field(&mut caller, 0)?.unwrap_i32();
            let next = new_box(&mut caller, value + 1)?;
            caller.gc(None)?;
            libwasmtime::error::Ok(next)
        },
    )?;
    let module = Module::new(store.engine(), WAT)?;
    linker.instantiate(store, &module)
}

#[test]
fn objects_are_arguments_and_results() -> Result<()> {
    let mut store = Store::new(&engine(), ());
    let guest = guest(&mut store)?;
    let run = guest.get_typed_func::<(), i32>(&mut store, "run")?;
    assert_eq!(run.call(&mut store, ())?, 21);

    let object = new_box(&mut store, 5)?;
    let get = guest.get_typed_func::<Option<Rooted<StructRef>>, i32>(&mut store, "get")?;
    assert_eq!(get.call(&mut store, Some(object))?, 5);
    let owned = object.to_owned_rooted(&mut store)?;
    let by_owner = guest.get_typed_func::<OwnedRooted<StructRef>, i32>(&mut store, "get")?;
    assert_eq!(by_owner.call(&mut store, owned)?, 5);

    let pair = guest.get_typed_func::<Rooted<StructRef>, Rooted<StructRef>>(&mut store, "pair")?;
    let pair = pair.call(&mut store, object)?;
    let first = *pair
        .field(&mut store, 0)?
        .unwrap_anyref()
        .expect("it isn't null");
    let eq =
        guest.get_typed_func::<(Option<Rooted<EqRef>>, Rooted<EqRef>), i32>(&mut store, "eq")?;
    let first = first.as_eqref(&mut store)?;
    assert_eq!(eq.call(&mut store, (first, object.into()))?, 1);
    assert_eq!(eq.call(&mut store, (None, object.into()))?, 0);

    let ty = libwasmtime::ArrayType::new(store.engine(), mutable(ValType::I32));
    let pre = libwasmtime::ArrayRefPre::new(&mut store, ty);
    let ints = ArrayRef::new(&mut store, &pre, &Val::I32(3), 100)?;
    let sum = guest.get_typed_func::<Rooted<ArrayRef>, i32>(&mut store, "sum")?;
    assert_eq!(sum.call(&mut store, ints)?, 300);

    let any = guest.get_func(&mut store, "any").expect("it is exported");
    let mut results = [Val::I32(0)];
    any.call(&mut store, &[object.into()], &mut results)?;
    let back = *results[0].unwrap_anyref().expect("it isn't null");
    assert!(Rooted::ref_eq(&store, &back, &object.to_anyref())?);
    Ok(())
}

#[test]
fn an_object_of_another_type_is_an_error() -> Result<()> {
    let mut store = Store::new(&engine(), ());
    let guest = guest(&mut store)?;
    let object = new_box(&mut store, 5)?;
    let pair = guest.get_typed_func::<Rooted<StructRef>, Rooted<StructRef>>(&mut store, "pair")?;
    let other = pair.call(&mut store, object)?;
    let error = error_of(pair.call(&mut store, other));
    assert!(error.contains("type mismatch"), "{error}");
    let get = guest.get_typed_func::<Rooted<EqRef>, i32>(&mut store, "get");
    if let Ok(get) = get {
        let error = error_of(get.call(&mut store, other.into()));
        assert!(error.contains("type mismatch"), "{error}");
    }
    let ty = libwasmtime::ArrayType::new(store.engine(), mutable(ValType::I32));
    let pre = libwasmtime::ArrayRefPre::new(&mut store, ty);
    let array = ArrayRef::new(&mut store, &pre, &Val::I32(3), 1)?;
    // The types are compared when it is called, as a parameter of a concrete type may be any of
    // its hierarchy until then.
    let get = guest.get_typed_func::<Rooted<ArrayRef>, i32>(&mut store, "get")?;
    let error = error_of(get.call(&mut store, array));
    assert!(error.contains("type mismatch"), "{error}");
    let error = error_of(guest.get_typed_func::<(), Rooted<ArrayRef>>(&mut store, "run"));
    assert!(error.contains("array"), "{error}");
    Ok(())
}

#[test]
fn objects_are_in_globals_and_tables() -> Result<()> {
    let engine = engine();
    let mut store = Store::new(&engine, ());
    let object = new_box(&mut store, 5)?;
    let ty = nullable(&boxed(&engine));
    let global = Global::new(
        &mut store,
        GlobalType::new(ty.clone().into(), Mutability::Var),
        object.into(),
    )?;
    let found = *global
        .get(&mut store)
        .unwrap_anyref()
        .expect("it isn't null");
    assert!(Rooted::ref_eq(&store, &found, &object.to_anyref())?);
    global.set(&mut store, Val::null_any_ref())?;
    assert!(global.get(&mut store).unwrap_anyref().is_none());

    let table = Table::new(&mut store, TableType::new(ty, 1, None), object.into())?;
    table.grow(&mut store, 1, Ref::from(None::<Rooted<StructRef>>))?;
    let found = table.get(&mut store, 0).expect("it is in bounds");
    let found = found
        .unwrap_any()
        .expect("it isn't null")
        .unwrap_struct(&store)?;
    assert!(Rooted::ref_eq(&store, &found, &object)?);
    Ok(())
}

/// A collection at each entry of the host, in a heap that is nearly full.
#[test]
fn collections_change_nothing() -> Result<()> {
    let mut store = small_store(1 << 17);
    let module = Module::new(
        store.engine(),
        r#"(module
            (type $box (struct (field (mut i32))))
            (type $list (struct (field (ref $box)) (field (ref null $list))))
            (import "host" "same" (func $same (param (ref $list)) (result (ref $list))))
            (func (export "run") (param $n i32) (result i32)
                (local $list (ref null $list)) (local $sum i32)
                (loop $next
                    (local.set $list (call $same (struct.new $list
                        (struct.new $box (local.get $n)) (local.get $list))))
                    (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
                (block $done (loop $next
                    (br_if $done (ref.is_null (local.get $list)))
                    (local.set $sum (i32.add (local.get $sum)
                        (struct.get $box 0 (struct.get $list 0 (local.get $list)))))
                    (local.set $list (struct.get $list 1 (local.get $list)))
                    (br $next)))
                (local.get $sum)))"#,
    )?;
    let same = module.imports().next().expect("there is one").ty();
    let same = same.unwrap_func().clone();
    let same = Func::new(&mut store, same, |mut caller, params, results| {
        caller.gc(None)?;
        let list = params[0].unwrap_anyref().expect("it isn't null");
        let list = list.unwrap_struct(&caller)?;
        let before: Vec<_> = list.fields(&mut caller)?.collect();
        caller.gc(None)?;
        assert_eq!(before.len(), 2);
        results[0] = list.into();
        caller.gc(None)?;
        Ok(())
    });
    let instance = Instance::new(&mut store, &module, &[same.into()])?;
    let run = instance.get_typed_func::<i32, i32>(&mut store, "run")?;
    for _ in 0..3 {
        assert_eq!(run.call(&mut store, 400)?, 400 * 401 / 2);
    }
    Ok(())
}
