//! Defining whole modules: commands and reactors.

use super::{importing, number, x};
use libwasmtime::{Caller, Engine, Linker, Module, Result, Store, Trap};

/// Counts in its start function how often it is instantiated, and returns the count.
const COMMAND: &str = r#"(module
    (import "host" "count" (func $count))
    (memory (export "memory") 1)
    (global $calls (mut i32) (i32.const 0))
    (func (export "_start"))
    (func (export "x") (result i32)
        (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (global.get $calls))
    (start $count))"#;

const REACTOR: &str = r#"(module
    (global $calls (mut i32) (i32.const 40))
    (memory (export "memory") 1)
    (func (export "_initialize")
        (global.set $calls (i32.const 60)))
    (func (export "x") (result i32)
        (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (global.get $calls)))"#;

#[test]
fn a_command_is_instantiated_for_each_call() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<i32>::new(&engine);
    linker.func_wrap("host", "count", |mut caller: Caller<'_, i32>| {
        *caller.data_mut() += 1;
    })?;
    let mut store = Store::new(&engine, 0);
    linker.module(&mut store, "m", &Module::new(&engine, COMMAND)?)?;
    assert_eq!(*store.data(), 0);
    let instance = linker.instantiate(&mut store, &importing(&engine, "(func (result i32))"))?;
    let x = instance.get_typed_func::<(), i32>(&mut store, "x")?;
    for calls in 1..4 {
        assert_eq!(x.call(&mut store, ())?, 1, "the global is a new one");
        assert_eq!(*store.data(), calls);
    }
    assert!(linker.get(&mut store, "m", "memory").is_err());
    linker
        .get_default(&mut store, "m")?
        .call(&mut store, &[], &mut [])?;
    assert_eq!(*store.data(), 4);
    Ok(())
}

#[test]
fn a_reactor_is_instantiated_and_initialized_once() -> Result<()> {
    let mut store = Store::<()>::default();
    let mut linker = Linker::new(store.engine());
    let reactor = Module::new(store.engine(), REACTOR)?;
    linker.module(&mut store, "m", &reactor)?;
    let module = importing(store.engine(), "(func (result i32))");
    for expected in [61, 62] {
        let instance = linker.instantiate(&mut store, &module)?;
        assert_eq!(x(&mut store, instance), expected);
    }
    assert!(linker.get(&mut store, "m", "memory").is_ok());
    let default = linker.get_default(&mut store, "m")?;
    default.call(&mut store, &[], &mut [])?;
    Ok(())
}

#[test]
fn modules_that_are_neither_or_both() -> Result<()> {
    let mut store = Store::<()>::default();
    let engine = store.engine().clone();
    let mut linker = Linker::new(&engine);
    let mut define = |text: &str| {
        let module = Module::new(&engine, text)?;
        linker.module(&mut store, "m", &module).map(drop)
    };
    define("(module)")?;
    let both = r#"(module (func (export "_start")) (func (export "_initialize")))"#;
    let error = define(both).unwrap_err();
    assert!(
        error.to_string().contains("both a Command and a Reactor"),
        "{error}"
    );
    for name in ["_start", "_initialize"] {
        let text = format!(r#"(module (memory (export "{name}") 1))"#);
        let error = define(&text).unwrap_err();
        assert_eq!(error.to_string(), format!("`{name}` must be a function"));
    }
    let error = define(r#"(module (func (export "_initialize") (param i32)))"#).unwrap_err();
    let text = "loading the Reactor initialization function";
    assert_eq!(error.to_string(), text);
    assert!(format!("{error:#}").contains("`_initialize`"), "{error:#}");
    let error = define(r#"(module (func (export "_initialize") unreachable))"#).unwrap_err();
    let text = "calling the Reactor initialization function";
    assert_eq!(error.to_string(), text);
    assert!(error.is::<Trap>(), "{error:?}");
    Ok(())
}

#[test]
fn what_a_command_may_export() -> Result<()> {
    let mut store = Store::<()>::default();
    let engine = store.engine().clone();
    let module = Module::new(
        &engine,
        r#"(module
            (func (export "_start"))
            (func (export "x") (result i32) i32.const 1)
            (table (export "__indirect_function_table") 1 funcref)
            (global (export "__heap_base") i32 (i32.const 0))
            (global (export "global") i32 (i32.const 0)))"#,
    )?;
    let mut linker = Linker::new(&engine);
    let error = linker.module(&mut store, "m", &module).unwrap_err();
    let text = "command export 'global' is not a function";
    assert_eq!(error.to_string(), text);

    let mut linker = Linker::new(&engine);
    linker.allow_unknown_exports(true);
    let mut linker = linker.clone();
    linker.module(&mut store, "m", &module)?;
    assert!(linker.get(&mut store, "m", "global").is_err());
    let x = linker.get(&mut store, "m", "x")?.into_func().unwrap();
    assert_eq!(number(&mut store, x), 1);
    Ok(())
}

#[test]
fn what_a_command_fails_with_comes_back() -> Result<()> {
    #[derive(Debug, thiserror::Error)]
    #[error("no")]
    struct No;

    let mut store = Store::<()>::default();
    let engine = store.engine().clone();
    let mut linker = Linker::new(&engine);
    linker.func_wrap("host", "fail", || -> Result<()> { Err(No.into()) })?;
    let module = Module::new(
        &engine,
        r#"(module
            (import "host" "fail" (func $fail))
            (func (export "_start") call $fail))"#,
    )?;
    linker.module(&mut store, "m", &module)?;
    let start = linker.get_default(&mut store, "m")?;
    let error = start.call(&mut store, &[], &mut []).unwrap_err();
    assert!(error.is::<No>(), "{error:?}");
    Ok(())
}

#[test]
fn a_module_whose_imports_are_missing() -> Result<()> {
    let mut store = Store::<()>::default();
    let engine = store.engine().clone();
    for start in ["_start", "_initialize", "other"] {
        let text = format!(r#"(module (import "a" "b" (func)) (func (export "{start}")))"#);
        let mut linker = Linker::new(&engine);
        let error = linker
            .module(&mut store, "m", &Module::new(&engine, text)?)
            .unwrap_err();
        let unknown = error.downcast_ref::<libwasmtime::UnknownImportError>();
        assert_eq!(
            unknown.map(|unknown| unknown.name()),
            Some("b"),
            "{error:?}"
        );
        assert!(linker.get(&mut store, "m", start).is_err());
    }
    Ok(())
}
