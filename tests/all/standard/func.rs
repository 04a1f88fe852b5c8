use super::*;

/// Numbers keep their bits, including NaNs.
#[test]
fn values_pass_both_ways() {
    let mut store = Store::default();
    let types = [ValType::I32, ValType::I64, ValType::F32, ValType::F64];
    let ty = FuncType::new(store.engine(), types.clone(), types.into_iter().rev());
    let reverse = Func::new(&mut store, &ty, |_, args, results| {
        assert_eq!((args.len(), results.len()), (4, 4));
        for (arg, result) in args.iter().zip(results.iter_mut().rev()) {
            *result = arg.clone();
        }
        Ok(())
    })
    .unwrap();
    let instance = instantiate(
        &mut store,
        r#"(module
            (import "" "" (func $f (param i32 i64 f32 f64) (result f64 f32 i64 i32)))
            (func (export "f") (param i32 i64 f32 f64) (result f64 f32 i64 i32)
                (call $f (local.get 0) (local.get 1) (local.get 2) (local.get 3))))"#,
        &[reverse.clone().into()],
    )
    .unwrap();
    let nan = f32::from_bits(0x7fc0_1234);
    let args = [
        Val::I32(i32::MIN),
        Val::I64(i64::MAX),
        Val::F32(nan),
        Val::F64(-0.0),
    ];
    for func in [reverse, func(&instance, "f")] {
        assert_eq!(func.ty().params().len(), 4);
        let results = func.call(&mut store, &args).unwrap();
        assert_eq!(results[0].f64().unwrap().to_bits(), (-0.0f64).to_bits());
        assert_eq!(results[1].f32().unwrap().to_bits(), nan.to_bits());
        assert_eq!(results[2].i64(), Some(i64::MAX));
        assert_eq!(results[3].i32(), Some(i32::MIN));
        assert_eq!(results[3].i64(), None);
    }
}

#[test]
fn wrong_arguments_are_errors() {
    let mut store = Store::default();
    let wat = r#"(module (func (export "f") (param i32)))"#;
    let instance = instantiate(&mut store, wat, &[]).unwrap();
    let f = func(&instance, "f");
    for (args, why) in [
        (&[][..], "expected 1 arguments, got 0"),
        (&[Val::I32(1), Val::I32(2)], "expected 1 arguments, got 2"),
        (&[Val::I64(1)], "argument type mismatch"),
        #[cfg(feature = "gc")]
        (&[Val::null()], "argument type mismatch"),
    ] {
        let error = f.call(&mut store, args).unwrap_err();
        assert!(message(&error).contains(why), "{error:#}");
    }
    f.call(&mut store, &[Val::I32(1)]).unwrap();
}

#[test]
fn results_start_at_zero_and_must_fit() {
    let mut store = Store::default();
    let ty = FuncType::new(store.engine(), [ValType::I32], [ValType::I64, ValType::F64]);
    let f = Func::new(&mut store, &ty, |_, args, results| {
        assert_eq!((results[0].i64(), results[1].f64()), (Some(0), Some(0.0)));
        if args[0].i32() == Some(1) {
            results[1] = Val::I32(1);
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(
        f.call(&mut store, &[Val::I32(0)]).unwrap()[0].i64(),
        Some(0)
    );
    let error = f.call(&mut store, &[Val::I32(1)]).unwrap_err();
    assert!(message(&error).contains("incompatible value"), "{error:#}");
}

/// Values for which libwasmtime aborts the process aren't passed to it.
#[test]
#[cfg(feature = "gc")]
fn values_that_cannot_pass_are_errors() {
    let mut store = Store::default();
    let types = [
        ValType::V128,
        ValType::EXTERNREF,
        ValType::ANYREF,
        ValType::EXNREF,
    ];
    for ty in types.clone() {
        let engine = store.engine().clone();
        for ty in [
            FuncType::new(&engine, [ty.clone()], []),
            FuncType::new(&engine, [], [ty]),
        ] {
            let error = Func::new(&mut store, &ty, |_, _, _| Ok(())).unwrap_err();
            assert!(error.is::<Inexpressible>(), "{error:#}");
        }
    }
    let instance = instantiate(
        &mut store,
        r#"(module
            (func (export "v") (result v128) (v128.const i64x2 0 0))
            (func (export "e") (result externref) (ref.null extern))
            (func (export "a") (param externref))
            (func (export "n") (result anyref) (ref.null any)))"#,
        &[],
    )
    .unwrap();
    for name in ["v", "e", "a", "n"] {
        let error = func(&instance, name).call(&mut store, &[]).unwrap_err();
        assert!(error.is::<Inexpressible>(), "{error:#}");
    }
}

#[test]
#[cfg(feature = "gc")]
fn function_references_pass() {
    let mut store = Store::default();
    let ty = FuncType::new(store.engine(), [ValType::FUNCREF], [ValType::FUNCREF]);
    let pass = Func::new(&mut store, &ty, |_, args, results| {
        results[0] = args[0].clone();
        Ok(())
    })
    .unwrap();
    let instance = instantiate(
        &mut store,
        r#"(module
            (import "" "" (func $pass (param funcref) (result funcref)))
            (type $answer (func (result i32)))
            (elem declare func $f)
            (func $f (type $answer) (i32.const 42))
            (func (export "get") (param i32) (result funcref (ref null $answer))
                (call $pass (select (result funcref)
                    (ref.func $f) (ref.null func) (local.get 0)))
                (ref.null $answer))
            (table $t 1 funcref)
            (func (export "call") (param funcref) (result i32)
                (table.set $t (i32.const 0) (local.get 0))
                (call_indirect $t (type $answer) (i32.const 0))))"#,
        &[pass.into()],
    )
    .unwrap();
    let (get, call) = (func(&instance, "get"), func(&instance, "call"));
    let results = get.call(&mut store, &[Val::I32(0)]).unwrap();
    assert!(matches!(
        results[..],
        [Val::FuncRef(None), Val::FuncRef(None)]
    ));

    let results = get.call(&mut store, &[Val::I32(1)]).unwrap();
    assert!(results[0].func_ref().unwrap().is_some());
    let reference = results[0].clone();
    drop(results);
    assert_eq!(
        call.call(&mut store, &[reference]).unwrap()[0].i32(),
        Some(42)
    );
    let error = call.call(&mut store, &[Val::null()]).unwrap_err();
    let trap = error.downcast_ref::<Trap>().unwrap();
    assert_eq!(trap.code(), Some(libwasmtime::Trap::IndirectCallToNull));
}

#[test]
#[should_panic(expected = "another engine")]
fn type_of_another_engine_panics() {
    let ty = FuncType::new(&Engine::default(), [], []);
    let _ = Func::new(Store::default(), &ty, |_, _, _| Ok(()));
}

/// A type can be used for any number of functions.
#[test]
fn type_serves_several_functions() {
    let engine = Engine::default();
    let ty = FuncType::new(&engine, [], [ValType::I32]);
    for i in 0..3 {
        let mut store = Store::new(&engine);
        for j in 0..3 {
            let func = Func::new(&mut store, &ty, move |_, _, results| {
                results[0] = Val::I32(10 * i + j);
                Ok(())
            });
            let results = func.unwrap().call(&mut store, &[]).unwrap();
            assert_eq!(results[0].i32(), Some(10 * i + j));
        }
    }
}
