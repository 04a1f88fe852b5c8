use super::*;

#[test]
fn globals_are_shared_with_modules() {
    let mut store = Store::default();
    let ty = GlobalType::new(ValType::F64, Mutability::Var);
    let global = Global::new(&mut store, &ty, &Val::F64(1.5)).unwrap();
    let instance = instantiate(
        &mut store,
        r#"(module
            (import "" "" (global $g (mut f64)))
            (export "g" (global $g))
            (func (export "double") (global.set $g (f64.add (global.get $g) (global.get $g)))))"#,
        &[global.clone().into()],
    )
    .unwrap();
    let exported = instance
        .get_export("g")
        .unwrap()
        .clone()
        .into_global()
        .unwrap();
    assert!(exported.ty().content().is_f64() && exported.ty().mutability().is_var());
    func(&instance, "double").call(&mut store, &[]).unwrap();
    assert_eq!(global.get(&mut store).unwrap().f64(), Some(3.0));
    exported.set(&mut store, &Val::F64(-1.0)).unwrap();
    assert_eq!(global.get(&mut store).unwrap().f64(), Some(-1.0));
}

/// libwasmtime doesn't report a value that it refuses.
#[test]
fn what_a_global_does_not_take_is_an_error() {
    let mut store = Store::default();
    let constant = GlobalType::new(ValType::I32, Mutability::Const);
    let constant = Global::new(&mut store, &constant, &Val::I32(1)).unwrap();
    let error = constant.set(&mut store, &Val::I32(2)).unwrap_err();
    assert!(error.to_string().contains("immutable"), "{error:#}");

    let ty = GlobalType::new(ValType::I32, Mutability::Var);
    let error = Global::new(&mut store, &ty, &Val::I64(1)).unwrap_err();
    assert!(error.to_string().contains("type mismatch"), "{error:#}");
    let global = Global::new(&mut store, &ty, &Val::I32(1)).unwrap();
    for val in [Val::I64(1), Val::F32(1.0), Val::null()] {
        let error = global.set(&mut store, &val).unwrap_err();
        assert!(error.to_string().contains("type mismatch"), "{error:#}");
    }
    assert_eq!(global.get(&mut store).unwrap().i32(), Some(1));
    assert_eq!(constant.get(&mut store).unwrap().i32(), Some(1));
}

#[test]
#[cfg(feature = "gc")]
fn globals_hold_function_references() {
    let mut store = Store::default();
    let instance = instantiate(
        &mut store,
        r#"(module
            (type $t (func (result i32)))
            (func $f (type $t) (i32.const 9))
            (elem declare func $f)
            (global (export "f") funcref (ref.func $f))
            (global $g (export "g") (mut funcref) (ref.null func))
            (global (export "h") (mut (ref func)) (ref.func $f))
            (global (export "t") (mut (ref null $t)) (ref.func $f))
            (func (export "call") (result i32)
                (call_ref $t (ref.cast (ref $t) (global.get $g)))))"#,
        &[],
    )
    .unwrap();
    let global = |name| {
        instance
            .get_export(name)
            .unwrap()
            .clone()
            .into_global()
            .unwrap()
    };
    let reference = global("f").get(&mut store).unwrap();
    assert!(reference.func_ref().unwrap().is_some());
    assert!(
        global("g")
            .get(&mut store)
            .unwrap()
            .func_ref()
            .unwrap()
            .is_none()
    );
    global("g").set(&mut store, &reference).unwrap();
    let results = func(&instance, "call").call(&mut store, &[]).unwrap();
    assert_eq!(results[0].i32(), Some(9));

    global("h").set(&mut store, &reference).unwrap();
    assert!(global("h").set(&mut store, &Val::null()).is_err());
    assert!(
        global("t")
            .get(&mut store)
            .unwrap()
            .func_ref()
            .unwrap()
            .is_some()
    );
    let error = global("t").set(&mut store, &reference).unwrap_err();
    assert!(error.is::<Inexpressible>(), "{error:#}");
    global("t").set(&mut store, &Val::null()).unwrap();
    assert!(
        global("t")
            .get(&mut store)
            .unwrap()
            .func_ref()
            .unwrap()
            .is_none()
    );
}

#[test]
fn values_that_cannot_pass_are_errors() {
    let mut store = Store::default();
    let wat = r#"(module (global (export "v") (mut v128) (v128.const i64x2 0 0)))"#;
    let instance = instantiate(&mut store, wat, &[]).unwrap();
    let global = instance.exports()[0].clone().into_global().unwrap();
    let ty = GlobalType::new(ValType::V128, Mutability::Var);
    for error in [
        global.get(&mut store).map(drop),
        global.set(&mut store, &Val::I32(1)),
        Global::new(&mut store, &ty, &Val::I32(1)).map(drop),
    ] {
        assert!(error.unwrap_err().is::<Inexpressible>());
    }
}
