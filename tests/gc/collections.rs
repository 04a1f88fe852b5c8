//! Collections in the middle: before, between and after all conversions of references, in a heap
//! that is nearly full.

mod places;

use super::collector::frees;
use super::*;
use libwasmtime::{
    AnyRef, ArrayRef, ArrayRefPre, ArrayType, AsContext, Caller, EqRef, ExnRef, ExnRefPre, ExnType,
    Func, FuncType, Instance, Linker, Module, OwnedRooted, RootScope, StoreContextMut, StoreLimits,
    Tag, TypedFunc, ensure,
};

/// How often each conversion is repeated.
const TIMES: i32 = 30;

/// A reference of each kind, to an object with a number in it.
type All = (
    Rooted<StructRef>,
    Option<Rooted<ArrayRef>>,
    Option<Rooted<EqRef>>,
    Option<Rooted<ExternRef>>,
    Option<Rooted<AnyRef>>,
    Option<Rooted<ExnRef>>,
);

type AllOwned = (
    OwnedRooted<StructRef>,
    Option<OwnedRooted<ArrayRef>>,
    Option<OwnedRooted<EqRef>>,
    Option<OwnedRooted<ExternRef>>,
    Option<OwnedRooted<AnyRef>>,
    Option<OwnedRooted<ExnRef>>,
);

/// The guest passes them on to one of three host functions, and creates garbage at both ends.
const WAT: &str = r#"(module
    (type $box (struct (field (mut i32))))
    (type $all (func
        (param (ref struct) arrayref eqref externref anyref exnref)
        (result (ref struct) arrayref eqref externref anyref exnref)))
    (import "host" "rooted" (func $rooted (type $all)))
    (import "host" "owned" (func $owned (type $all)))
    (import "host" "untyped" (func $untyped (type $all)))
    (tag $tag (export "tag") (param i32 (ref struct) externref))
    (func $garbage
        (local $left i32)
        (local.set $left (i32.const 200))
        (loop $again
            (drop (struct.new $box (local.get $left)))
            (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))
    (func (export "rooted") (type $all)
        (call $garbage)
        (call $rooted (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
            (local.get 5))
        (call $garbage))
    (func (export "owned") (type $all)
        (call $garbage)
        (call $owned (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
            (local.get 5))
        (call $garbage))
    (func (export "untyped") (type $all)
        (call $garbage)
        (call $untyped (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
            (local.get 5))
        (call $garbage))
    (func (export "throw") (param i32 (ref struct) externref)
        (call $garbage)
        (throw $tag (local.get 0) (local.get 1) (local.get 2))))"#;

type Cx<'a> = StoreContextMut<'a, StoreLimits>;

/// Collects, and lets the heap be nearly full of garbage.
fn collect(cx: &mut Cx<'_>) -> Result<()> {
    cx.gc(None)?;
    if !frees() {
        return Ok(());
    }
    let mut scope = RootScope::new(&mut *cx);
    let vectors = ArrayType::new(scope.as_context().engine(), mutable(ValType::V128));
    let vectors = ArrayRefPre::new(&mut scope, vectors);
    let elem = Val::from(0_u128);
    while ArrayRef::new(&mut scope, &vectors, &elem, 256).is_ok() {}
    Ok(())
}

/// A store with a small heap, or with a large one if nothing is freed there.
fn store() -> Store<StoreLimits> {
    small_store(if frees() { 1 << 17 } else { 1 << 26 })
}

/// Creates objects with this number, with a collection after each.
fn make(cx: &mut Cx<'_>, number: i32) -> Result<All> {
    let engine = cx.engine().clone();
    let object = new_box(&mut *cx, number)?;
    collect(cx)?;
    let ints = ArrayType::new(&engine, mutable(ValType::I32));
    let ints = ArrayRefPre::new(&mut *cx, ints);
    let elems = [number, number + 1, number + 2].map(Val::I32);
    let array = ArrayRef::new_fixed(&mut *cx, &ints, &elems)?;
    collect(cx)?;
    let eq = new_box(&mut *cx, number)?.to_eqref();
    collect(cx)?;
    let host = ExternRef::new(&mut *cx, number)?;
    collect(cx)?;
    let any = ExternRef::new(&mut *cx, number)?;
    let any = AnyRef::convert_extern(&mut *cx, any)?;
    collect(cx)?;
    let ty = ExnType::new(&engine, [ValType::I32, ValType::ANYREF])?;
    let tag = Tag::new(&mut *cx, &ty.tag_type())?;
    let pre = ExnRefPre::new(&mut *cx, ty);
    let fields = [Val::I32(number), object.into()];
    let exception = ExnRef::new(&mut *cx, &pre, &tag, &fields)?;
    collect(cx)?;
    Ok((
        object,
        Some(array),
        Some(eq),
        Some(host),
        Some(any),
        Some(exception),
    ))
}

/// Checks the number in each, with a collection before each.
fn check(cx: &mut Cx<'_>, all: All, number: i32) -> Result<()> {
    let mut scope = RootScope::new(&mut *cx);
    let mut cx = scope.as_context_mut();
    let (object, array, eq, host, any, exception) = all;
    check_box(&mut cx, object, number)?;
    let array = array.expect("it isn't null");
    cx.gc(None)?;
    let elems: Vec<_> = array
        .elems(&mut cx)?
        .map(|elem| elem.unwrap_i32())
        .collect();
    assert_eq!(elems, [number, number + 1, number + 2]);
    let eq = eq.expect("it isn't null");
    cx.gc(None)?;
    let eq = eq.unwrap_struct(&cx)?;
    check_box(&mut cx, eq, number)?;
    check_host(&mut cx, host, number)?;
    let any = any.expect("it isn't null");
    let any = ExternRef::convert_any(&mut cx, any)?;
    check_host(&mut cx, Some(any), number)?;
    let exception = exception.expect("it isn't null");
    cx.gc(None)?;
    let fields: Vec<_> = exception.fields(&mut cx)?.collect();
    cx.gc(None)?;
    assert_eq!(fields[0].unwrap_i32(), number);
    let inner = *fields[1].unwrap_anyref().expect("it isn't null");
    let inner = inner.unwrap_struct(&cx)?;
    check_box(&mut cx, inner, number)
}

fn check_box(cx: &mut Cx<'_>, object: Rooted<StructRef>, number: i32) -> Result<()> {
    cx.gc(None)?;
    assert_eq!(object.field(&mut *cx, 0)?.unwrap_i32(), number);
    object.set_field(&mut *cx, 0, Val::I32(number))
}

fn check_host(cx: &mut Cx<'_>, host: Option<Rooted<ExternRef>>, number: i32) -> Result<()> {
    cx.gc(None)?;
    let data = host.expect("it isn't null").data(&*cx)?;
    assert_eq!(data.and_then(|data| data.downcast_ref()), Some(&number));
    Ok(())
}

fn to_owned(cx: &mut Cx<'_>, all: All) -> Result<AllOwned> {
    let (object, array, eq, host, any, exception) = all;
    macro_rules! owned {
        ($reference:expr) => {
            $reference
                .map(|reference| reference.to_owned_rooted(&mut *cx))
                .transpose()?
        };
    }
    Ok((
        object.to_owned_rooted(&mut *cx)?,
        owned!(array),
        owned!(eq),
        owned!(host),
        owned!(any),
        owned!(exception),
    ))
}

fn to_rooted(cx: &mut Cx<'_>, all: &AllOwned) -> All {
    let (object, array, eq, host, any, exception) = all;
    (
        object.to_rooted(&mut *cx),
        array.as_ref().map(|array| array.to_rooted(&mut *cx)),
        eq.as_ref().map(|eq| eq.to_rooted(&mut *cx)),
        host.as_ref().map(|host| host.to_rooted(&mut *cx)),
        any.as_ref().map(|any| any.to_rooted(&mut *cx)),
        exception
            .as_ref()
            .map(|exception| exception.to_rooted(&mut *cx)),
    )
}

fn to_vals((object, array, eq, host, any, exception): All) -> [Val; 6] {
    [
        object.into(),
        array.into(),
        eq.into(),
        host.into(),
        any.into(),
        exception.into(),
    ]
}

fn from_vals(cx: &mut Cx<'_>, vals: &[Val]) -> Result<All> {
    ensure!(vals.len() == 6, "expected all, found {}", vals.len());
    let any = |index: usize| *vals[index].unwrap_anyref().expect("it isn't null");
    Ok((
        any(0).unwrap_struct(&*cx)?,
        any(1).as_array(&*cx)?,
        any(2).as_eqref(&mut *cx)?,
        vals[3].unwrap_externref().copied(),
        Some(any(4)),
        vals[5].unwrap_exnref().copied(),
    ))
}

/// Returns the number in the struct among them.
fn number_of(cx: &mut Cx<'_>, all: &All) -> Result<i32> {
    Ok(all.0.field(cx, 0)?.unwrap_i32())
}

/// What each host function does: checks what it gets, and creates what it returns.
fn answer(mut caller: Caller<'_, StoreLimits>, all: All) -> Result<(All, Caller<'_, StoreLimits>)> {
    let mut cx = caller.as_context_mut();
    collect(&mut cx)?;
    let number = number_of(&mut cx, &all)?;
    check(&mut cx, all, number)?;
    let made = make(&mut cx, number + 1)?;
    check(&mut cx, all, number)?;
    cx.gc(None)?;
    Ok((made, caller))
}

fn guest(store: &mut Store<StoreLimits>) -> Result<Instance> {
    let module = Module::new(store.engine(), WAT)?;
    let mut linker = Linker::new(store.engine());
    type In<'a> = Caller<'a, StoreLimits>;
    linker.func_wrap("host", "rooted", |caller: In<'_>, a, b, c, d, e, f| {
        let all: All = (a, b, c, d, e, f);
        answer(caller, all).map(|(made, _)| made)
    })?;
    linker.func_wrap("host", "owned", |mut caller: In<'_>, a, b, c, d, e, f| {
        let all: AllOwned = (a, b, c, d, e, f);
        let all = to_rooted(&mut caller.as_context_mut(), &all);
        let (made, mut caller) = answer(caller, all)?;
        let mut cx = caller.as_context_mut();
        let made = to_owned(&mut cx, made)?;
        cx.gc(None)?;
        libwasmtime::error::Ok(made)
    })?;
    let ty = module.get_export("untyped").expect("it is exported");
    let ty: FuncType = ty.unwrap_func().clone();
    linker.func_new("host", "untyped", ty, |mut caller, params, results| {
        let all = from_vals(&mut caller.as_context_mut(), params)?;
        let (made, mut caller) = answer(caller, all)?;
        results.copy_from_slice(&to_vals(made));
        caller.gc(None)
    })?;
    linker.instantiate(store, &module)
}

/// Each way to call a guest that calls each kind of host function.
#[test]
fn calls_in_both_directions() -> Result<()> {
    let mut store = store();
    let guest = guest(&mut store)?;
    for name in ["rooted", "owned", "untyped"] {
        let rooted: TypedFunc<All, All> = guest.get_typed_func(&mut store, name)?;
        let owned: TypedFunc<AllOwned, AllOwned> = guest.get_typed_func(&mut store, name)?;
        let untyped: Func = *rooted.func();
        for number in 0..TIMES {
            let mut scope = RootScope::new(&mut store);
            let mut cx = scope.as_context_mut();
            let all = make(&mut cx, number)?;
            let back = match number % 3 {
                0 => rooted.call(&mut cx, all)?,
                1 => {
                    let all = to_owned(&mut cx, all)?;
                    let back = owned.call(&mut cx, all)?;
                    cx.gc(None)?;
                    to_rooted(&mut cx, &back)
                }
                _ => {
                    let mut results = [Val::I32(0); 6];
                    untyped.call(&mut cx, &to_vals(all), &mut results)?;
                    cx.gc(None)?;
                    from_vals(&mut cx, &results)?
                }
            };
            collect(&mut cx)?;
            check(&mut cx, back, number + 1)?;
            check(&mut cx, all, number)?;
        }
    }
    Ok(())
}

/// The same with a host function that waits in the middle, and collects before and after.
#[cfg(feature = "async")]
#[test]
fn asynchronous_calls() -> Result<()> {
    use smol::future::{block_on, yield_now};
    let mut store = store();
    let module = Module::new(store.engine(), WAT)?;
    let mut linker = Linker::new(store.engine());
    type In<'a> = Caller<'a, StoreLimits>;
    for name in ["rooted", "owned"] {
        linker.func_wrap_async("host", name, |mut caller: In<'_>, all: All| {
            Box::new(async move {
                collect(&mut caller.as_context_mut())?;
                yield_now().await;
                let (made, mut caller) = answer(caller, all)?;
                yield_now().await;
                caller.gc(None)?;
                libwasmtime::error::Ok(made)
            })
        })?;
    }
    let ty = module.get_export("untyped").expect("it is exported");
    let ty = ty.unwrap_func().clone();
    linker.func_new_async("host", "untyped", ty, |mut caller, params, results| {
        Box::new(async move {
            let all = from_vals(&mut caller.as_context_mut(), params)?;
            yield_now().await;
            let (made, mut caller) = answer(caller, all)?;
            results.copy_from_slice(&to_vals(made));
            yield_now().await;
            caller.gc(None)
        })
    })?;
    let guest = block_on(linker.instantiate_async(&mut store, &module))?;
    for name in ["rooted", "untyped"] {
        let typed: TypedFunc<All, All> = guest.get_typed_func(&mut store, name)?;
        let owned: TypedFunc<AllOwned, AllOwned> = guest.get_typed_func(&mut store, name)?;
        let untyped: Func = *typed.func();
        for number in 0..TIMES {
            let mut scope = RootScope::new(&mut store);
            let mut cx = scope.as_context_mut();
            let all = make(&mut cx, number)?;
            let back = match number % 3 {
                0 => block_on(typed.call_async(&mut cx, all))?,
                1 => {
                    let all = to_owned(&mut cx, all)?;
                    let back = block_on(owned.call_async(&mut cx, all))?;
                    cx.gc(None)?;
                    to_rooted(&mut cx, &back)
                }
                _ => {
                    let mut results = [Val::I32(0); 6];
                    block_on(untyped.call_async(&mut cx, &to_vals(all), &mut results))?;
                    cx.gc(None)?;
                    from_vals(&mut cx, &results)?
                }
            };
            collect(&mut cx)?;
            check(&mut cx, back, number + 1)?;
            check(&mut cx, all, number)?;
        }
    }
    Ok(())
}
