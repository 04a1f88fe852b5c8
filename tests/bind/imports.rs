//! The imports of a module, found among the definitions of a linker.

use libwasmtime::bind::NoReceiver;
use libwasmtime::{
    Engine, ExternType, Global, GlobalType, ImportsError, Instance, Linker, Memory, MemoryType,
    Module, Mutability, Result, Store, Val, ValType,
};

fn error_of(linker: &Linker<()>, store: &mut Store<()>, wat: &str) -> Result<ImportsError> {
    let module = Module::new(linker.engine(), wat)?;
    let error = linker.imports_for(&mut *store, &module).unwrap_err();
    // Each of them is an error of `Linker::instantiate` as well.
    assert!(linker.instantiate(&mut *store, &module).is_err());
    Ok(error.downcast().expect("it is about the imports"))
}

#[test]
fn items_of_all_kinds_are_found_in_order() -> Result<()> {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    let library = Module::new(
        &engine,
        r#"(module
            (memory (export "memory") 1 3)
            (table (export "table") 2 4 funcref)
            (global (export "global") (mut i32) (i32.const 5))
            (func (export "func") (result i32) (i32.const 20)))"#,
    )?;
    let library = linker.instantiate(&mut store, &library)?;
    linker.instance(&mut store, "library", library)?;
    linker.func_wrap("host", "half", |x: i32| x / 2)?;
    linker
        .host_module("host", NoReceiver)
        .constant("limit", 7i32)?;

    let module = Module::new(
        &engine,
        r#"(module
            (import "host" "limit" (global $limit i32))
            (import "library" "table" (table 1 funcref))
            (import "host" "half" (func $half (param i32) (result i32)))
            (import "library" "memory" (memory 1 5))
            (import "library" "func" (func $func (result i32)))
            (import "library" "global" (global $global (mut i32)))
            (func (export "run") (result i32)
                (i32.add (i32.add (global.get $limit) (global.get $global))
                    (call $half (call $func)))))"#,
    )?;
    let imports = linker.imports_for(&mut store, &module)?;
    let kinds: Vec<_> = imports.iter().map(|item| item.ty(&store)).collect();
    assert!(matches!(
        kinds[..],
        [
            ExternType::Global(_),
            ExternType::Table(_),
            ExternType::Func(_),
            ExternType::Memory(_),
            ExternType::Func(_),
            ExternType::Global(_)
        ]
    ));
    let instance = Instance::new(&mut store, &module, &imports)?;
    let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
    assert_eq!(run.call(&mut store, ())?, 7 + 5 + 10);
    Ok(())
}

#[test]
fn all_that_does_not_fit_is_one_error() -> Result<()> {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    linker.func_wrap("host", "f", |x: i32| x)?;
    linker.func_wrap("host", "good", || ())?;
    let memory = Memory::new(&mut store, MemoryType::new(1, Some(2)))?;
    linker.define(&store, "host", "m", memory)?;
    let ty = GlobalType::new(ValType::I64, Mutability::Var);
    let global = Global::new(&mut store, ty, Val::I64(0))?;
    linker.define(&store, "host", "g", global)?;

    let error = error_of(
        &linker,
        &mut store,
        r#"(module
            (import "host" "f" (func (param i64)))
            (import "host" "good" (func))
            (import "host" "m" (memory 2))
            (import "host" "g" (global i64))
            (import "host" "g" (global (mut i32)))
            (import "host" "good" (table 1 2 funcref))
            (import "other" "f" (func (param i32))))"#,
    )?;
    let names: Vec<_> = error
        .items()
        .iter()
        .map(|item| (item.module(), item.name(), item.found().is_some()))
        .collect();
    assert_eq!(
        names,
        [
            ("host", "f", true),
            ("host", "m", true),
            ("host", "g", true),
            ("host", "g", true),
            ("host", "good", true),
            ("other", "f", false)
        ]
    );
    assert!(matches!(error.items()[1].expected(), ExternType::Memory(_)));
    let text = error.to_string();
    for part in [
        "failed to link 6 imports:\n  expected `host`.`f` to be",
        "expected `host`.`f` to be (type (func (param i64))), found (type (func (param i32) (result i32)))",
        "expected `host`.`m` to be (memory 2), found (memory 1 2)",
        "expected `host`.`g` to be (global i64), found (global (mut i64))",
        "expected `host`.`g` to be (global (mut i32)), found (global (mut i64))",
        "expected `host`.`good` to be (table 1 2 (ref null func)), found (type (func))",
        "expected `other`.`f` to be (type (func (param i32))), found no definition",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }

    // The present size counts.
    memory.grow(&mut store, 1)?;
    let module = Module::new(&engine, r#"(module (import "host" "m" (memory 2 2)))"#)?;
    let imports = linker.imports_for(&mut store, &module)?;
    Instance::new(&mut store, &module, &imports)?;
    Ok(())
}

#[test]
fn limits_that_are_too_wide_do_not_fit() -> Result<()> {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    linker.define(&store, "host", "m", memory)?;
    let wat = r#"(module (import "host" "m" (memory 1 2)))"#;
    assert_eq!(error_of(&linker, &mut store, wat)?.items().len(), 1);
    let wat = r#"(module (import "host" "m" (memory i64 1)))"#;
    assert_eq!(error_of(&linker, &mut store, wat)?.items().len(), 1);
    Ok(())
}

#[test]
fn a_definition_that_shadows_another_counts() -> Result<()> {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::<()>::new(&engine);
    linker.func_wrap("host", "f", |_: i32| ())?;
    linker.allow_shadowing(true);
    linker.func_wrap("host", "f", |_: i64| ())?;
    let module = Module::new(
        &engine,
        r#"(module (import "host" "f" (func (param i64))))"#,
    )?;
    assert_eq!(linker.imports_for(&mut store, &module)?.len(), 1);
    let wat = r#"(module (import "host" "f" (func (param i32))))"#;
    let error = error_of(&linker, &mut store, wat)?;
    assert!(error.to_string().starts_with("failed to link 1 import: "));
    Ok(())
}

#[test]
fn a_module_of_another_engine_is_an_error() -> Result<()> {
    let engine = Engine::default();
    let linker = Linker::<()>::new(&engine);
    let module = Module::new(&Engine::default(), "(module)")?;
    let error = linker.imports_for(Store::new(&engine, ()), &module);
    assert!(!error.unwrap_err().is::<ImportsError>());
    Ok(())
}
