//! `Func::new_unchecked`, `Func::call_unchecked`, and raw function references.

use crate::guest::instantiate;
use libwasmtime::*;
use std::mem::MaybeUninit;

/// Returns a function that swaps an `i32` and an `f64`, and adds a third value.
fn swap(store: &mut Store<i64>) -> Func {
    let ty = FuncType::new(
        store.engine(),
        [ValType::I32, ValType::F64],
        [ValType::F64, ValType::I32, ValType::I64],
    );
    let swap = |caller: Caller<'_, i64>, values: &mut [MaybeUninit<ValRaw>]| {
        assert_eq!(values.len(), 3);
        // SAFETY: the arguments are what the type says.
        let (a, b) = unsafe {
            (
                values[0].assume_init_ref().get_i32(),
                values[1].assume_init_ref().get_f64(),
            )
        };
        ensure!(a >= 0, "{a} is negative");
        values[0].write(ValRaw::f64(b));
        values[1].write(ValRaw::i32(a));
        values[2].write(ValRaw::i64(*caller.data()));
        Ok(())
    };
    // SAFETY: the closure reads and writes what the type says.
    unsafe { Func::new_unchecked(store, ty, swap) }
}

#[test]
fn unchecked_host_function() {
    let mut store = Store::new(&Engine::default(), 9);
    let f = swap(&mut store);
    let typed = f.typed::<(i32, f64), (f64, i32, i64)>(&store).unwrap();
    assert_eq!(typed.call(&mut store, (1, 2.5)).unwrap(), (2.5, 1, 9));
    let error = typed.call(&mut store, (-1, 0.0)).unwrap_err();
    assert_eq!(error.to_string(), "-1 is negative");

    let instance = instantiate(
        &mut store,
        r#"(module (import "" "" (func $f (param i32 f64) (result f64 i32 i64)))
            (func (export "f") (result i64) (local i64)
                (call $f (i32.const 1) (f64.const 1))
                local.set 0 drop drop local.get 0))"#,
        &[f.into()],
    );
    let f = instance.get_typed_func::<(), i64>(&mut store, "f").unwrap();
    assert_eq!(f.call(&mut store, ()).unwrap(), 9);
}

#[test]
fn unchecked_call() {
    let mut store = Store::new(&Engine::default(), 9);
    let f = swap(&mut store);
    let mut values = [
        ValRaw::i32(1),
        ValRaw::f64(2.5f64.to_bits()),
        ValRaw::null(),
    ];
    // SAFETY: the values are of the function's types, and there are enough.
    unsafe { f.call_unchecked(&mut store, &mut values) }.unwrap();
    assert_eq!(f64::from_bits(values[0].get_f64()), 2.5);
    assert_eq!(values[1].get_i32(), 1);
    assert_eq!(values[2].get_i64(), 9);

    values[0] = ValRaw::i32(-5);
    // SAFETY: the values are of the function's types, and there are enough.
    let error = unsafe { f.call_unchecked(&mut store, &mut values) }.unwrap_err();
    assert_eq!(error.to_string(), "-5 is negative");
}

#[test]
fn raw_function_references() {
    let mut store = Store::new(&Engine::default(), 9);
    let f = swap(&mut store);
    let raw = f.to_raw(&mut store);
    assert!(!raw.is_null());
    // SAFETY: the reference is of this store.
    let same = unsafe { Func::from_raw(&mut store, raw) }.unwrap();
    assert_eq!(same.to_raw(&mut store), raw);
    // SAFETY: null is allowed.
    let null = unsafe { Func::from_raw(&mut store, std::ptr::null_mut()) };
    assert!(null.is_none());
    assert_eq!(ValRaw::funcref(raw).get_funcref(), raw);
    assert!(ValRaw::null().get_funcref().is_null());
}

#[test]
fn views_of_raw_values() {
    assert_eq!(ValRaw::i32(-1).get_u32(), u32::MAX);
    assert_eq!(ValRaw::u32(u32::MAX).get_i32(), -1);
    assert_eq!(ValRaw::i64(-1).get_u64(), u64::MAX);
    assert_eq!(ValRaw::u64(5).get_i64(), 5);
    assert_eq!(ValRaw::f32(1.5f32.to_bits()).get_f32(), 1.5f32.to_bits());
    assert_eq!(ValRaw::externref(7).get_externref(), 7);
    assert_eq!(ValRaw::anyref(7).get_anyref(), 7);
    assert_eq!(ValRaw::exnref(7).get_exnref(), 7);
}
