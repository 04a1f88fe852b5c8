//! Imports that a linker doesn't define, and what can be defined in their place.

use super::{importing, x};
use libwasmtime::{
    Engine, Extern, ExternType, Linker, Module, Result, Store, UnknownImportError, Val,
};

#[test]
fn the_error_says_which_and_of_what_type() -> Result<()> {
    let mut store = Store::<()>::default();
    let engine = store.engine().clone();
    let mut linker = Linker::new(&engine);
    linker.func_wrap("a", "known", || {})?;
    let module = Module::new(
        &engine,
        r#"(module
            (import "a" "known" (func))
            (import "a" "first" (memory 1 2))
            (import "a" "second" (func)))"#,
    )?;
    for error in [
        linker.instantiate(&mut store, &module).unwrap_err(),
        linker.instantiate_pre(&module).unwrap_err(),
    ] {
        let text = "unknown import: `a::first` has not been defined";
        assert_eq!(error.to_string(), text);
        let unknown = error
            .downcast_ref::<UnknownImportError>()
            .expect("it is of this type");
        assert_eq!((unknown.module(), unknown.name()), ("a", "first"));
        let ExternType::Memory(ty) = unknown.ty() else {
            panic!("{unknown:?}")
        };
        assert_eq!((ty.minimum(), ty.maximum()), (1, Some(2)));
    }
    Ok(())
}

/// Imports of all kinds, and a function that calls one.
const VARIED: &str = r#"(module
    (import "m" "x" (func $x (result i32)))
    (import "m" "again" (func (param anyref) (result i64 externref)))
    (import "m" "memory" (memory 2))
    (import "m" "table" (table 3 funcref))
    (import "m" "global" (global (mut f64)))
    (import "m" "tag" (tag (param i32)))
    (func (export "x") (result i32) call $x))"#;

#[test]
fn as_traps() -> Result<()> {
    let mut store = Store::<()>::default();
    let engine = store.engine().clone();
    for shadowing in [false, true] {
        let mut linker = Linker::new(&engine);
        linker.allow_shadowing(shadowing);
        linker.func_wrap("m", "known", || 8)?;
        let module = Module::new(
            &engine,
            r#"(module
                (import "m" "known" (func (result i32)))
                (import "m" "x" (func $x (param anyref)))
                (import "m" "x" (func (param anyref)))
                (export "x" (func 0))
                (func (export "fail") (call $x (ref.null any))))"#,
        )?;
        linker.define_unknown_imports_as_traps(&module)?;
        let instance = linker.instantiate(&mut store, &module)?;
        assert_eq!(x(&mut store, instance), 8, "what is known stays");
        let fail = instance.get_typed_func::<(), ()>(&mut store, "fail")?;
        let error = fail.call(&mut store, ()).unwrap_err();
        let unknown = error
            .downcast_ref::<UnknownImportError>()
            .expect("it is of this type");
        assert_eq!((unknown.module(), unknown.name()), ("m", "x"));
        assert!(unknown.ty().func().is_some());
        // The setting is as before.
        assert_eq!(linker.func_wrap("m", "x", || {}).is_ok(), shadowing);
        // They are functions of the host, for any store.
        let mut other = Store::new(&engine, ());
        assert_eq!(
            linker.instantiate(&mut other, &module).is_ok(),
            !shadowing,
            "with shadowing, `x` has another type now"
        );
    }

    let mut linker = Linker::new(&engine);
    let varied = Module::new(&engine, VARIED)?;
    linker.define_unknown_imports_as_traps(&varied)?;
    let error = linker.instantiate(&mut store, &varied).unwrap_err();
    let unknown = error.downcast_ref::<UnknownImportError>();
    assert_eq!(unknown.map(|unknown| unknown.name()), Some("memory"));
    let other = Module::new(&Engine::default(), VARIED)?;
    assert!(linker.define_unknown_imports_as_traps(&other).is_err());
    Ok(())
}

#[test]
fn as_default_values() -> Result<()> {
    let mut store = Store::<()>::default();
    let engine = store.engine().clone();
    let mut linker = Linker::new(&engine);
    linker.func_wrap("m", "known", || 9)?;
    let varied = Module::new(&engine, VARIED)?;
    linker.define_unknown_imports_as_default_values(&mut store, &varied)?;
    let instance = linker.instantiate(&mut store, &varied)?;
    assert_eq!(x(&mut store, instance), 0);
    let mut get = |name| linker.get(&mut store, "m", name);
    let Extern::Func(again) = get("again")? else {
        panic!("it is a function")
    };
    let Extern::Memory(memory) = get("memory")? else {
        panic!("it is a memory")
    };
    let Extern::Table(table) = get("table")? else {
        panic!("it is a table")
    };
    let Extern::Global(global) = get("global")? else {
        panic!("it is a global")
    };
    assert!(matches!(get("tag")?, Extern::Tag(_)));
    assert_eq!(again.ty(&store).results().len(), 2);
    assert_eq!(memory.size(&store), 2);
    assert_eq!(table.size(&store), 3);
    assert!(matches!(global.get(&mut store), Val::F64(0)));

    // Existing definitions stay, and are called.
    let module = Module::new(
        &engine,
        r#"(module (import "m" "known" (func (result i32))) (export "x" (func 0)))"#,
    )?;
    linker.define_unknown_imports_as_default_values(&mut store, &module)?;
    let instance = linker.instantiate(&mut store, &module)?;
    assert_eq!(x(&mut store, instance), 9);

    let module = importing(&engine, "(global (ref func))");
    let mut linker = Linker::new(&engine);
    let error = linker
        .define_unknown_imports_as_default_values(&mut store, &module)
        .unwrap_err();
    assert!(error.to_string().contains("m::x"), "{error}");
    let other = Module::new(&Engine::default(), VARIED)?;
    assert!(
        linker
            .define_unknown_imports_as_default_values(&mut store, &other)
            .is_err()
    );
    Ok(())
}
