//! `Func::call`.

use crate::guest::instantiate;
use libwasmtime::*;

/// Returns the whole text of an error.
fn text(error: Error) -> String {
    format!("{error:#}")
}

#[test]
fn numbers() {
    let mut store = Store::<()>::default();
    let instance = instantiate(
        &mut store,
        r#"(module (func (export "reverse") (param i32 i64 f32 f64) (result f64 f32 i64 i32)
            local.get 3 local.get 2 local.get 1 local.get 0))"#,
        &[],
    );
    let f = instance.get_func(&mut store, "reverse").unwrap();
    let mut results = [const { Val::I32(0) }; 4];
    let nan = 0x7fc1_2345;
    let params = [
        Val::I32(-1),
        Val::I64(i64::MIN),
        Val::F32(nan),
        0.5f64.into(),
    ];
    f.call(&mut store, &params, &mut results).unwrap();
    assert_eq!(results[0].unwrap_f64(), 0.5);
    assert!(matches!(results[1], Val::F32(bits) if bits == nan));
    assert_eq!(results[2].unwrap_i64(), i64::MIN);
    assert_eq!(results[3].unwrap_i32(), -1);
}

#[test]
fn more_values_than_fit_on_the_stack() {
    let mut store = Store::<()>::default();
    let types = "i32 ".repeat(40);
    let gets: String = (0..40).rev().map(|i| format!("local.get {i} ")).collect();
    let wat = format!(r#"(module (func (export "f") (param {types}) (result {types}) {gets}))"#);
    let instance = instantiate(&mut store, &wat, &[]);
    let f = instance.get_func(&mut store, "f").unwrap();
    let ty = f.ty(&store);
    let host = Func::new(&mut store, ty, |_, params, results| {
        for (result, param) in results.iter_mut().zip(params.iter().rev()) {
            *result = *param;
        }
        Ok(())
    });
    let params: Vec<Val> = (0..40).map(Val::I32).collect();
    for f in [f, host] {
        let mut results = vec![Val::I32(0); 40];
        f.call(&mut store, &params, &mut results).unwrap();
        let found: Vec<i32> = results.iter().map(Val::unwrap_i32).collect();
        assert_eq!(found, (0..40).rev().collect::<Vec<_>>());
    }
}

#[test]
fn counts_are_checked() {
    let mut store = Store::<()>::default();
    let f = Func::wrap(&mut store, |x: i32| x);
    let one = [Val::I32(1)];
    let mut out = [Val::I64(5), Val::I64(6)];
    let error = f.call(&mut store, &[], &mut out[..1]).unwrap_err();
    assert_eq!(text(error), "expected 1 arguments, got 0");
    let error = f.call(&mut store, &[one[0]; 2], &mut out[..1]).unwrap_err();
    assert_eq!(text(error), "expected 1 arguments, got 2");
    let error = f.call(&mut store, &one, &mut out).unwrap_err();
    assert_eq!(text(error), "expected 1 results, got 2");
    let error = f.call(&mut store, &one, &mut []).unwrap_err();
    assert_eq!(text(error), "expected 1 results, got 0");
    assert!(matches!(out, [Val::I64(5), Val::I64(6)]));
}

#[test]
fn types_are_checked() {
    let mut store = Store::<()>::default();
    let f = Func::wrap(&mut store, |_: i32, _: Option<Func>| ());
    let error = f
        .call(&mut store, &[Val::I64(1), Val::null_func_ref()], &mut [])
        .unwrap_err();
    assert_eq!(error.to_string(), "argument type mismatch");
    assert_eq!(
        error.root_cause().to_string(),
        "type mismatch: expected i32, found i64"
    );
    let error = f
        .call(&mut store, &[Val::I32(1), Val::F32(0)], &mut [])
        .unwrap_err();
    assert_eq!(
        error.root_cause().to_string(),
        "type mismatch: expected (ref null func), found f32"
    );
}

#[test]
fn results_are_untouched_by_an_error() {
    let mut store = Store::<()>::default();
    let instance = instantiate(
        &mut store,
        r#"(module
            (func (export "trap") (result i32 i32) unreachable)
            (func (export "trap_ref") (result externref i32) unreachable)
            (func (export "any") (result i32 anyref) unreachable))"#,
        &[],
    );
    for name in ["trap", "trap_ref", "any"] {
        let f = instance.get_func(&mut store, name).unwrap();
        let mut results = [Val::I64(1), Val::I64(2)];
        f.call(&mut store, &[], &mut results).unwrap_err();
        assert!(matches!(results, [Val::I64(1), Val::I64(2)]), "{name}");
    }
}

#[test]
fn concrete_function_references() {
    let mut store = Store::<()>::default();
    let instance = instantiate(
        &mut store,
        r#"(module
            (type $t (func (result i32)))
            (func (export "swap") (param (ref $t) i32) (result i32 (ref null $t))
                (call_ref $t (local.get 0))
                (if (result (ref null $t)) (local.get 1)
                    (then (local.get 0))
                    (else (ref.null $t)))))"#,
        &[],
    );
    let swap = instance.get_func(&mut store, "swap").unwrap();
    let seven = Func::wrap(&mut store, || 7);
    let mut results = [Val::I32(0), Val::I32(0)];
    swap.call(&mut store, &[seven.into(), Val::I32(1)], &mut results)
        .unwrap();
    assert_eq!(results[0].unwrap_i32(), 7);
    let back = *results[1].unwrap_func_ref().unwrap();
    let back = back.typed::<(), i32>(&store).unwrap();
    assert_eq!(back.call(&mut store, ()).unwrap(), 7);
    swap.call(&mut store, &[seven.into(), Val::I32(0)], &mut results)
        .unwrap();
    assert!(results[1].unwrap_func_ref().is_none());

    let other = Func::wrap(&mut store, |_: i32| ());
    for wrong in [
        Val::from(other),
        Val::null_func_ref(),
        Val::null_extern_ref(),
    ] {
        let error = swap
            .call(&mut store, &[wrong, Val::I32(1)], &mut results)
            .unwrap_err();
        assert_eq!(error.to_string(), "argument type mismatch");
    }
}

#[test]
fn host_function_of_concrete_references() {
    let mut store = Store::<()>::default();
    let engine = store.engine().clone();
    let inner = FuncType::new(&engine, [], [ValType::I32]);
    let reference = ValType::Ref(RefType::new(false, HeapType::ConcreteFunc(inner)));
    let ty = FuncType::new(&engine, [reference.clone()], [reference]);
    let host = Func::new(&mut store, ty, |_, params, results| {
        assert!(results[0].unwrap_func_ref().is_none());
        results[0] = params[0];
        Ok(())
    });
    let instance = instantiate(
        &mut store,
        r#"(module
            (type $t (func (result i32)))
            (import "" "" (func $host (param (ref $t)) (result (ref $t))))
            (func $seven (type $t) (i32.const 7))
            (elem declare func $seven)
            (func (export "f") (result i32)
                (call_ref $t (call $host (ref.func $seven)))))"#,
        &[host.into()],
    );
    let f = instance.get_typed_func::<(), i32>(&mut store, "f").unwrap();
    assert_eq!(f.call(&mut store, ()).unwrap(), 7);
}

#[test]
fn types_of_functions() {
    let mut store = Store::<()>::default();
    let f = Func::wrap(&mut store, |_: i32, _: f64| 1i64);
    let ty = f.ty(&store);
    assert_eq!(ty.to_string(), "(type (func (param i32 f64) (result i64)))");
    assert!(f.matches_ty(&store, &ty));
    let other = FuncType::new(store.engine(), [ValType::I32], [ValType::I64]);
    assert!(!f.matches_ty(&store, &other));
}
