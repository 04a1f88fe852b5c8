use super::*;
use libwasmtime::Config;

#[test]
fn exports_are_in_the_order_of_the_module() {
    let mut store = Store::default();
    let wat = r#"
        (module
            (memory (export "m") 1)
            (func (export "f"))
            (table (export "t") 2 funcref)
            (global (export "g") i32 (i32.const 5)))
    "#;
    let instance = instantiate(&mut store, wat, &[]).unwrap();
    let [
        Extern::Memory(_),
        Extern::Func(_),
        Extern::Table(table),
        Extern::Global(global),
    ] = instance.exports()
    else {
        panic!("{instance:?}");
    };
    assert_eq!(table.size(&store), 2);
    assert_eq!(global.get(&mut store).unwrap().i32(), Some(5));
    assert!(
        instance
            .get_export("t")
            .unwrap()
            .clone()
            .into_table()
            .is_some()
    );
    assert!(
        instance
            .get_export("t")
            .unwrap()
            .clone()
            .into_func()
            .is_none()
    );
    assert!(instance.get_export("x").is_none());
    for (export, def) in instance.exports().iter().zip(instance.module().exports()) {
        assert_eq!(format!("{:?}", export.ty()), format!("{:?}", def.ty()));
    }
}

#[test]
fn imports_are_taken_in_order() {
    let mut store = Store::default();
    let provider = instantiate(
        &mut store,
        r#"(module
            (func (export "one") (result i32) (i32.const 1))
            (global (export "two") i32 (i32.const 2)))"#,
        &[],
    )
    .unwrap();
    let wat = r#"
        (module
            (import "" "" (func $one (result i32)))
            (import "" "" (global $two i32))
            (func (export "sum") (result i32) (i32.add (call $one) (global.get $two))))
    "#;
    let instance = instantiate(&mut store, wat, provider.exports()).unwrap();
    let sum = func(&instance, "sum").call(&mut store, &[]).unwrap();
    assert_eq!(sum[0].i32(), Some(3));

    let module = compile(&store, wat);
    let [one, two] = provider.exports() else {
        unreachable!()
    };
    for (imports, why) in [
        (vec![], "expected 2 imports, found 0"),
        (vec![one.clone()], "expected 2 imports, found 1"),
        (vec![two.clone(), one.clone()], "incompatible import type"),
        (
            vec![one.clone(), two.clone(), one.clone()],
            "expected 2 imports, found 3",
        ),
    ] {
        let error = Instance::new(&mut store, &module, &imports).unwrap_err();
        assert!(message(&error).contains(why), "{error:#}");
        assert!(error.downcast_ref::<Trap>().unwrap().code().is_none());
    }
}

#[test]
fn start_function_runs_and_traps() {
    let mut store = Store::default();
    let calls = Drops::default();
    let counted = calls.counted();
    let import = host(&mut store, move |_| {
        drop(counted.counted());
        Ok(())
    });
    let wat = r#"(module (import "" "" (func $f)) (start $f))"#;
    instantiate(&mut store, wat, &[import.into()]).unwrap();
    assert_eq!(calls.count(), 1);

    let error = instantiate(&mut store, "(module (func $f unreachable) (start $f))", &[]);
    let error = error.unwrap_err();
    let trap = error.downcast_ref::<Trap>().unwrap();
    assert_eq!(trap.code(), Some(libwasmtime::Trap::UnreachableCodeReached));
}

/// Items for which the engine-neutral API has no type can be passed between modules.
#[test]
fn other_items_can_be_imported() {
    let mut config = Config::new();
    config.wasm_memory64(true);
    // Else a shared memory can't be imported here.
    config.signals_based_traps(false);
    #[cfg(feature = "threads")]
    config.wasm_threads(true).shared_memory(true);
    #[cfg(feature = "gc")]
    config.wasm_exceptions(true);
    let mut store = Store::new(&Engine::new(&config).unwrap());

    let mut kinds = vec![(
        r#"(table (export "x") i64 1 0x2_0000_0000 funcref)"#,
        r#"(table i64 1 0x3_0000_0000 funcref)"#,
    )];
    if cfg!(feature = "threads") {
        kinds.push((r#"(memory (export "x") 1 2 shared)"#, "(memory 1 2 shared)"));
    }
    if cfg!(feature = "gc") {
        kinds.push((r#"(tag (export "x") (param i32))"#, "(tag (param i32))"));
    }
    for (export, import) in kinds {
        let provider = instantiate(&mut store, &format!("(module {export})"), &[]).unwrap();
        let [item @ Extern::Other(other)] = provider.exports() else {
            panic!("{provider:?}");
        };
        assert_eq!(format!("{:?}", other.ty()), format!("{:?}", item.ty()));
        let wat = format!(
            r#"(module (import "" "" {import}) (export "x" ({} 0)))"#,
            &import[1..7].split(' ').next().unwrap()
        );
        let instance = instantiate(&mut store, &wat, provider.exports()).unwrap();
        assert!(matches!(instance.exports(), [Extern::Other(_)]));
    }
}

#[test]
fn module_of_another_engine_is_refused() {
    let module = compile(&Store::default(), "(module)");
    let error = Instance::new(Store::default(), &module, &[]).unwrap_err();
    assert!(error.to_string().contains("another engine"), "{error:#}");
}
