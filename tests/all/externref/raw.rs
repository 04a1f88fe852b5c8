//! References and values without their types.

use super::make_garbage;
use crate::guest::{Dropped, Drops, instantiate, panic_text};
use libwasmtime::*;
use std::mem::MaybeUninit;

#[test]
fn references_there_and_back() {
    let drops = Drops::default();
    let mut store = Store::<()>::default();
    {
        let mut scope = RootScope::new(&mut store);
        let reference = ExternRef::new(&mut scope, drops.counted()).unwrap();
        let owned = reference.to_owned_rooted(&mut scope).unwrap();
        for raw in [reference.to_raw(&mut scope), owned.to_raw(&mut scope)] {
            // SAFETY: it's of this store and has just been made.
            let back = unsafe { ExternRef::from_raw(&mut scope, raw.unwrap()) }.unwrap();
            assert!(Rooted::ref_eq(&scope, &back, &reference).unwrap());
            assert!(back.data(&scope).unwrap().unwrap().is::<Dropped>());
        }
        // SAFETY: null is allowed.
        assert!(unsafe { ExternRef::from_raw(&mut scope, 0) }.is_none());
    }
    make_garbage(&mut store, || drops.count() == 1);
    drop(store);
    assert_eq!(drops.count(), 1);
}

#[test]
fn references_in_unchecked_functions() {
    let drops = Drops::default();
    let mut store = Store::<()>::default();
    let ty = FuncType::new(
        store.engine(),
        [ValType::EXTERNREF, ValType::EXTERNREF],
        [ValType::EXTERNREF],
    );
    let first = |mut caller: Caller<'_, ()>, values: &mut [MaybeUninit<ValRaw>]| {
        for raw in &*values {
            // SAFETY: the arguments are what the type says.
            let reference = unsafe {
                let raw = raw.assume_init_ref().get_externref();
                ExternRef::from_raw(&mut caller, raw)
            };
            if let Some(reference) = reference {
                values[0].write(ValRaw::externref(reference.to_raw(&mut caller)?));
                return Ok(());
            }
        }
        Ok(())
    };
    // SAFETY: the closure reads and writes what the type says.
    let first = unsafe { Func::new_unchecked(&mut store, ty, first) };
    let instance = instantiate(
        &mut store,
        r#"(module (import "" "" (func $first (param externref externref) (result externref)))
            (func (export "f") (param externref) (result externref)
                (call $first (ref.null extern) (local.get 0))))"#,
        &[first.into()],
    );
    type Nullable = Option<Rooted<ExternRef>>;
    let f = instance
        .get_typed_func::<Nullable, Nullable>(&mut store, "f")
        .unwrap();
    {
        let mut scope = RootScope::new(&mut store);
        let reference = ExternRef::new(&mut scope, drops.counted()).unwrap();
        let back = f.call(&mut scope, Some(reference)).unwrap().unwrap();
        assert!(Rooted::ref_eq(&scope, &back, &reference).unwrap());
        assert!(f.call(&mut scope, None).unwrap().is_none());
    }
    make_garbage(&mut store, || drops.count() == 1);
}

#[test]
fn values_of_every_type() {
    let mut store = Store::<()>::default();
    let reference = ExternRef::new(&mut store, 5).unwrap();
    let func = Func::wrap(&mut store, || 7);
    let concrete = HeapType::ConcreteFunc(func.ty(&store));
    let exact = |heap_type| ValType::Ref(RefType::new(false, heap_type));
    let nullable = |heap_type| ValType::Ref(RefType::new(true, heap_type));
    let mut there_and_back = |val: Val, ty: ValType| {
        let raw = val.to_raw(&mut store).unwrap();
        // SAFETY: the value is of this type and store.
        unsafe { Val::from_raw(&mut store, raw, ty) }
    };

    assert_eq!(there_and_back(Val::I32(-5), ValType::I32).unwrap_i32(), -5);
    let back = there_and_back(Val::I64(i64::MIN), ValType::I64);
    assert_eq!(back.unwrap_i64(), i64::MIN);
    // A NaN with a payload.
    let back = there_and_back(Val::F32(0x7fa0_0001), ValType::F32);
    assert!(matches!(back, Val::F32(0x7fa0_0001)));
    let back = there_and_back(Val::F64(0x7ff4_0000_0000_0001), ValType::F64);
    assert!(matches!(back, Val::F64(0x7ff4_0000_0000_0001)));
    let back = there_and_back(Val::from(u128::MAX - 1), ValType::V128);
    assert_eq!(back.unwrap_v128().as_u128(), u128::MAX - 1);

    let mut funcs = Vec::new();
    for heap_type in [HeapType::Func, concrete.clone()] {
        funcs.push(there_and_back(func.into(), exact(heap_type.clone())));
        funcs.push(there_and_back(func.into(), nullable(heap_type)));
    }
    for heap_type in [HeapType::Func, concrete, HeapType::NoFunc] {
        let back = there_and_back(Val::null_func_ref(), nullable(heap_type));
        assert!(back.unwrap_func_ref().is_none());
    }
    let externs = [
        there_and_back(reference.into(), exact(HeapType::Extern)),
        there_and_back(reference.into(), ValType::EXTERNREF),
    ];
    for heap_type in [HeapType::Extern, HeapType::NoExtern] {
        let back = there_and_back(Val::null_extern_ref(), nullable(heap_type));
        assert!(back.unwrap_extern_ref().is_none());
    }

    for back in funcs {
        let back = back.unwrap_func_ref().unwrap();
        let back = back.typed::<(), i32>(&store).unwrap();
        assert_eq!(back.call(&mut store, ()).unwrap(), 7);
    }
    for back in externs {
        let back = back.unwrap_extern_ref().unwrap();
        assert!(Rooted::ref_eq(&store, back, &reference).unwrap());
    }
}

#[test]
fn values_that_can_not_be() {
    let mut store = Store::<()>::default();
    for heap_type in [
        HeapType::Func,
        HeapType::Extern,
        HeapType::NoExtern,
        HeapType::I31,
        HeapType::Exn,
    ] {
        let ty = ValType::Ref(RefType::new(false, heap_type));
        // SAFETY: it panics.
        let text = panic_text(|| unsafe { Val::from_raw(&mut store, ValRaw::null(), ty) });
        assert!(
            text.starts_with("null is not a value of type `(ref "),
            "{text}"
        );
    }
}

#[test]
fn another_store_panics() {
    let mut store = Store::<()>::default();
    let reference = ExternRef::new(&mut store, 5).unwrap();
    let owned = reference.to_owned_rooted(&mut store).unwrap();
    let func = Func::wrap(&mut store, || 7);
    let mut other = Store::<()>::default();
    for text in [
        panic_text(|| reference.to_raw(&mut other)),
        panic_text(|| owned.to_raw(&mut other)),
        panic_text(|| Val::from(reference).to_raw(&mut other)),
        panic_text(|| Val::from(func).to_raw(&mut other)),
    ] {
        assert!(text.contains("wrong store"), "{text}");
    }
}
