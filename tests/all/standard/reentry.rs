use super::*;
use std::sync::OnceLock;

/// A function that calls itself through the host, as deep as its argument says.
#[test]
fn host_function_calls_its_caller() {
    let mut store = Store::default();
    let ty = FuncType::new(store.engine(), [ValType::I64], [ValType::I64]);
    let run = Arc::new(OnceLock::<Func>::new());
    let found = run.clone();
    let import = Func::new(&mut store, &ty, move |store, args, results| {
        let run = found.get().unwrap();
        results.clone_from_slice(&run.call(store, args)?);
        Ok(())
    })
    .unwrap();
    let instance = instantiate(
        &mut store,
        r#"(module
            (import "" "" (func $again (param i64) (result i64)))
            (func (export "factorial") (param i64) (result i64)
                (if (result i64) (i64.eqz (local.get 0))
                    (then (i64.const 1))
                    (else (i64.mul (local.get 0)
                        (call $again (i64.sub (local.get 0) (i64.const 1))))))))"#,
        &[import.into()],
    )
    .unwrap();
    run.set(func(&instance, "factorial")).unwrap();
    let run = run.get().unwrap();
    assert_eq!(
        run.call(&mut store, &[Val::I64(20)]).unwrap()[0].i64(),
        Some(2432902008176640000)
    );

    // Far too deep: the stack of WebAssembly ends first.
    let error = run.call(&mut store, &[Val::I64(i64::MAX)]).unwrap_err();
    let trap = error.downcast_ref::<Trap>().unwrap();
    assert_eq!(trap.code(), Some(libwasmtime::Trap::StackOverflow));
    assert_eq!(
        run.call(&mut store, &[Val::I64(3)]).unwrap()[0].i64(),
        Some(6)
    );
}

/// All operations on a store are possible within a call.
#[test]
fn host_function_uses_the_store() {
    let mut store = Store::default();
    let memory = Memory::new(&mut store, &MemoryType::new(1, Some(3))).unwrap();
    let ty = GlobalType::new(ValType::I32, Mutability::Var);
    let global = Global::new(&mut store, &ty, &Val::I32(1)).unwrap();
    let (the_memory, the_global) = (memory.clone(), global.clone());
    let import = host(&mut store, move |mut store| {
        let text = b"written by the host";
        assert_eq!(&the_memory.data(&store)[..4], [1, 2, 3, 4]);
        the_memory.grow(&mut store, 1)?;
        the_memory.data_mut(&mut store)[0x1fff0..][..16].copy_from_slice(&text[..16]);
        the_global.set(&mut store, &Val::I32(2))?;

        let binary = wat2wasm(r#"(module (func (export "f") (result i32) (i32.const 40)))"#)?;
        let module = Module::new(&store, binary)?;
        let instance = Instance::new(&mut store, &module, &[])?;
        let results = func(&instance, "f").call(&mut store, &[])?;
        assert_eq!(results[0].i32(), Some(40));

        let ty = FuncType::new(store.engine(), [], [ValType::I32]);
        let inner = Func::new(&mut store, &ty, |_, _, results| {
            results[0] = Val::I32(41);
            Ok(())
        })?;
        assert_eq!(inner.call(&mut store, &[])?[0].i32(), Some(41));
        Ok(())
    });
    let instance = instantiate(
        &mut store,
        r#"(module
            (import "" "" (func $host))
            (import "" "" (memory 1))
            (import "" "" (global $g (mut i32)))
            (func (export "run") (result i32 i32 i32)
                (i32.store (i32.const 0) (i32.const 0x04030201))
                (call $host)
                (global.get $g)
                (memory.size)
                (i32.load8_u (i32.const 0x1fff0))))"#,
        &[import.into(), memory.clone().into(), global.into()],
    )
    .unwrap();
    let results = func(&instance, "run").call(&mut store, &[]).unwrap();
    let results: Vec<_> = results.iter().map(|val| val.i32().unwrap()).collect();
    assert_eq!(results, [2, 2, i32::from(b'w')]);
}

/// The outer calls find their values unchanged.
#[test]
fn many_values_survive_inner_calls() {
    let mut store = Store::default();
    let types = || vec![ValType::I64; 40];
    let ty = FuncType::new(store.engine(), types(), types());
    let this = Arc::new(OnceLock::<Func>::new());
    let found = this.clone();
    let f = Func::new(&mut store, &ty, move |mut store, args, results| {
        let depth = args[0].i64().unwrap();
        if depth > 0 {
            let inner: Vec<_> = (0..40).map(|i| Val::I64(depth - 1 + 1000 * i)).collect();
            let inner = found.get().unwrap().call(&mut store, &inner)?;
            assert_eq!(inner[39].i64(), Some(2 * (depth - 1 + 1000 * 39)));
        }
        for (i, (arg, result)) in args.iter().zip(results).enumerate() {
            assert_eq!(arg.i64(), Some(depth + 1000 * i as i64));
            *result = Val::I64(2 * arg.i64().unwrap());
        }
        Ok(())
    })
    .unwrap();
    let params = "i64 ".repeat(40);
    let pass: String = (0..40).map(|i| format!("(local.get {i})")).collect();
    let wat = format!(
        r#"(module
            (import "" "" (func $f (param {params}) (result {params})))
            (func (export "f") (param {params}) (result {params}) (call $f {pass})))"#
    );
    let instance = instantiate(&mut store, &wat, &[f.into()]).unwrap();
    this.set(func(&instance, "f")).unwrap();
    let args: Vec<_> = (0..40).map(|i| Val::I64(30 + 1000 * i)).collect();
    let results = this.get().unwrap().call(&mut store, &args).unwrap();
    for (arg, result) in args.iter().zip(results) {
        assert_eq!(result.i64().unwrap(), 2 * arg.i64().unwrap());
    }
}
