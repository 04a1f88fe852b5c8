//! `Func::wrap` and `Func::new`.

use crate::guest::{Drops, instantiate, panic_text};
use libwasmtime::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// Calls a function of no parameters.
fn call<R: WasmResults>(store: &mut Store<()>, f: Func) -> Result<R> {
    f.typed::<(), R>(&*store)?.call(store, ())
}

#[test]
fn every_shape_of_results() {
    let mut store = Store::<()>::default();
    let s = &mut store;

    let f = Func::wrap(&mut *s, || ());
    call::<()>(s, f).unwrap();
    let f = Func::wrap(&mut *s, || 1u32);
    assert_eq!(call::<u32>(s, f).unwrap(), 1);
    let f = Func::wrap(&mut *s, || (2i64,));
    assert_eq!(call::<i64>(s, f).unwrap(), 2);
    let f = Func::wrap(&mut *s, || (3i32, 4.0f32));
    assert_eq!(call::<(i32, f32)>(s, f).unwrap(), (3, 4.0));
    let f = Func::wrap(&mut *s, || None::<Func>);
    assert!(call::<Option<Func>>(s, f).unwrap().is_none());

    let f = Func::wrap(&mut *s, || -> Result<()> { Ok(()) });
    call::<()>(s, f).unwrap();
    let f = Func::wrap(&mut *s, || -> Result<f64> { Ok(5.0) });
    assert_eq!(call::<f64>(s, f).unwrap(), 5.0);
    let f = Func::wrap(&mut *s, || -> Result<(i32, i32)> { Ok((6, 7)) });
    assert_eq!(call::<(i32, i32)>(s, f).unwrap(), (6, 7));

    let f = Func::wrap(&mut *s, || -> Result<()> { bail!("no result") });
    assert_eq!(call::<()>(s, f).unwrap_err().to_string(), "no result");
    let f = Func::wrap(&mut *s, || -> Result<(i32, i32)> { bail!("no results") });
    let error = call::<(i32, i32)>(s, f).unwrap_err();
    assert_eq!(error.to_string(), "no results");
    let f = Func::wrap(&mut *s, || -> Result<i32> {
        Err(Trap::IntegerOverflow.into())
    });
    let error = call::<i32>(s, f).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::IntegerOverflow));
}

#[test]
fn types_follow_from_the_closure() {
    let mut store = Store::<()>::default();
    let f = Func::wrap(
        &mut store,
        |_: Caller<'_, ()>,
         _: i32,
         _: u64,
         _: f32,
         _: V128,
         _: Option<Func>|
         -> Result<(f64, u32)> { Ok((0.0, 0)) },
    );
    assert_eq!(
        f.ty(&store).to_string(),
        "(type (func (param i32 i64 f32 v128 (ref null func)) (result f64 i32)))"
    );
    let f = Func::wrap(
        &mut store,
        |_: Func, _: Rooted<ExternRef>, _: Option<Rooted<ExternRef>>| (),
    );
    assert_eq!(
        f.ty(&store).to_string(),
        "(type (func (param (ref func) (ref extern) (ref null extern))))"
    );
}

#[test]
fn error_type_follows_from_the_trait() {
    let mut store = Store::<()>::default();
    // Neither closure needs to name its error type.
    let half = Func::wrap(&mut store, |x: i32| {
        ensure!(x % 2 == 0, "{x} is odd");
        Ok(x / 2)
    });
    let fail = Func::wrap(&mut store, |_: Caller<'_, ()>| {
        Err::<(), _>(Trap::Interrupt.into())
    });
    let half = half.typed::<i32, i32>(&store).unwrap();
    assert_eq!(half.call(&mut store, 8).unwrap(), 4);
    let error = half.call(&mut store, 7).unwrap_err();
    assert_eq!(error.to_string(), "7 is odd");
    let error = call::<()>(&mut store, fail).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt));
}

#[test]
fn closure_keeps_its_state() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let mut store = Store::<()>::default();
    let offset = String::from("12345");
    let f = Func::wrap(&mut store, move |x: u32| {
        CALLS.fetch_add(1, Ordering::Relaxed);
        x + offset.len() as u32
    });
    let instance = instantiate(
        &mut store,
        r#"(module (import "" "" (func $f (param i32) (result i32)))
            (func (export "twice") (param i32) (result i32)
                (call $f (call $f (local.get 0)))))"#,
        &[f.into()],
    );
    let twice = instance
        .get_typed_func::<u32, u32>(&mut store, "twice")
        .unwrap();
    assert_eq!(twice.call(&mut store, 1).unwrap(), 11);
    assert_eq!(CALLS.load(Ordering::Relaxed), 2);
}

#[test]
fn references_in_and_out() {
    let mut store = Store::<()>::default();
    let choose = Func::wrap(
        &mut store,
        |first: i32, a: Option<Func>, b: Func| -> Option<Func> {
            if first == 1 { a } else { Some(b) }
        },
    );
    let instance = instantiate(
        &mut store,
        r#"(module
            (type $t (func (result i32)))
            (import "" "" (func $choose (param i32 funcref (ref func)) (result funcref)))
            (table 1 funcref)
            (func $one (result i32) (i32.const 1))
            (func $two (result i32) (i32.const 2))
            (elem declare func $one $two)
            (func (export "f") (param i32) (result i32)
                (table.set 0 (i32.const 0)
                    (call $choose (local.get 0) (ref.func $one) (ref.func $two)))
                (call_indirect (type $t) (i32.const 0)))
            (func (export "null") (result i32)
                (ref.is_null (call $choose (i32.const 1) (ref.null func) (ref.func $one)))))"#,
        &[choose.into()],
    );
    let f = instance
        .get_typed_func::<i32, i32>(&mut store, "f")
        .unwrap();
    assert_eq!(f.call(&mut store, 1).unwrap(), 1);
    assert_eq!(f.call(&mut store, 2).unwrap(), 2);
    let null = instance
        .get_typed_func::<(), i32>(&mut store, "null")
        .unwrap();
    assert_eq!(null.call(&mut store, ()).unwrap(), 1);
}

#[test]
fn results_of_an_untyped_function_are_checked() {
    let mut store = Store::<()>::default();
    let ty = FuncType::new(store.engine(), [], [ValType::I32, ValType::FUNCREF]);
    let f = Func::new(&mut store, ty.clone(), |_, _, results| {
        results[0] = Val::I32(1);
        results[1] = Val::I64(1);
        Ok(())
    });
    let mut results = [Val::F32(7), Val::F32(8)];
    let error = f.call(&mut store, &[], &mut results).unwrap_err();
    assert_eq!(
        error.to_string(),
        "function attempted to return an incompatible value"
    );
    assert_eq!(
        error.root_cause().to_string(),
        "type mismatch: expected (ref null func), found i64"
    );
    assert!(matches!(results, [Val::F32(7), Val::F32(8)]));

    // A result that isn't set is a null function reference, which isn't a number.
    let error = Func::new(&mut store, ty, |_, _, _| Ok(()))
        .call(&mut store, &[], &mut results)
        .unwrap_err();
    assert_eq!(
        error.root_cause().to_string(),
        "type mismatch: expected i32, found (ref null nofunc)"
    );
    let ty = FuncType::new(store.engine(), [], [ValType::FUNCREF]);
    let f = Func::new(&mut store, ty, |_, _, _| Ok(()));
    f.call(&mut store, &[], &mut results[..1]).unwrap();
    assert!(matches!(results[0], Val::FuncRef(None)));

    let ty = ValType::Ref(RefType::new(false, HeapType::Func));
    let ty = FuncType::new(store.engine(), [], [ty]);
    let f = Func::new(&mut store, ty, |_, _, _| Ok(()));
    f.call(&mut store, &[], &mut results[..1]).unwrap_err();
}

#[test]
fn untyped_function_with_caller_and_error() {
    let mut store = Store::new(&Engine::default(), vec![1]);
    let ty = FuncType::new(store.engine(), [ValType::I32], []);
    let f = Func::new(&mut store, ty, |mut caller, params, _| {
        let x = params[0].unwrap_i32();
        ensure!(x > 0, "{x} is too small");
        caller.data_mut().push(x);
        Ok(())
    });
    f.call(&mut store, &[Val::I32(2)], &mut []).unwrap();
    let error = f.call(&mut store, &[Val::I32(0)], &mut []).unwrap_err();
    assert_eq!(error.to_string(), "0 is too small");
    assert_eq!(store.data(), &[1, 2]);
}

#[test]
fn type_of_another_engine_panics() {
    let other = Engine::default();
    let drops = Drops::default();
    let mut store = Store::<()>::default();
    let ty = FuncType::new(&other, [], []);
    let closure = drops.counted();
    let text = panic_text(|| {
        Func::new(&mut store, ty, move |_, _, _| {
            let _ = &closure;
            Ok(())
        })
    });
    assert!(text.contains("another engine"), "{text}");
    assert_eq!(drops.count(), 1);
}

#[test]
fn closures_are_dropped_with_the_store() {
    let drops = Drops::default();
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let ty = FuncType::new(&engine, [], []);
    let counted = [(); 3].map(|()| drops.counted());
    let [a, b, c] = counted;
    Func::wrap(&mut store, move || {
        let _ = &a;
    });
    Func::new(&mut store, ty.clone(), move |_, _, _| {
        let _ = &b;
        Ok(())
    });
    // SAFETY: there are no values.
    unsafe {
        Func::new_unchecked(&mut store, ty, move |_, _| {
            let _ = &c;
            Ok(())
        })
    };
    assert_eq!(drops.count(), 0);
    drop(engine);
    drop(store);
    assert_eq!(drops.count(), 3);
}

#[test]
fn closures_of_a_linker_are_dropped_with_the_last_that_uses_them() {
    let drops = Drops::default();
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    let counted = drops.counted();
    linker
        .func_wrap("", "f", move || {
            let _ = &counted;
        })
        .unwrap();
    // The name is taken, so this one is dropped at once.
    let second = drops.counted();
    let result = linker.func_wrap("", "f", move || {
        let _ = &second;
    });
    assert!(result.is_err());
    assert_eq!(drops.count(), 1);

    let mut store = Store::new(&engine, ());
    let module = Module::new(&engine, r#"(module (import "" "f" (func)))"#).unwrap();
    linker.instantiate(&mut store, &module).unwrap();
    drop(linker);
    assert_eq!(drops.count(), 1);
    drop(store);
    assert_eq!(drops.count(), 2);
}
