//! Definitions that belong to one store. Used with another, the C API would end the process,
//! or treat an item as the wrong store's.

use super::{importing, number, x};
use crate::guest::{Use, assert_not_taken, instantiate, panic_text};
use libwasmtime::{
    AsContextMut, Engine, Extern, Func, FuncType, Global, GlobalType, Instance, Linker, Memory,
    MemoryType, Module, Mutability, Ref, RefType, Result, Store, Table, TableType, Val, ValType,
};

/// Returns two stores of one engine, the first of which has handed out nothing yet.
fn stores() -> (Engine, Store<()>, Store<()>) {
    let engine = Engine::default();
    let home = Store::new(&engine, ());
    let foreign = Store::new(&engine, ());
    (engine, home, foreign)
}

/// Asserts that the linker's definition `name` is refused for `foreign`, which still works
/// afterwards, and is accepted for `home`.
#[track_caller]
fn assert_is_of(
    linker: &Linker<()>,
    name: &str,
    ty: &str,
    home: &mut Store<()>,
    foreign: &mut Store<()>,
) {
    let text = format!(r#"(module (import "m" "{name}" {ty}))"#);
    let module = Module::new(linker.engine(), text).expect("the module is valid");
    let import = module.imports().next().expect("it has one");
    let pre = linker.instantiate_pre(&module).expect("it fits");
    let uses: [Use<'_>; 3] = [
        &mut |store| drop(linker.get(store, "m", name)),
        &mut |store| drop(linker.get_by_import(store, &import)),
        &mut |store| drop(linker.try_get_by_import(store, &import)),
    ];
    for use_ in uses {
        let text = panic_text(|| use_(foreign));
        assert!(text.contains("wrong store"), "{text}");
        use_(home);
    }
    for linker in [linker, &linker.clone()] {
        assert_not_taken(linker.instantiate(&mut *foreign, &module));
        assert!(linker.instantiate(&mut *home, &module).is_ok());
    }
    assert_not_taken(pre.instantiate(&mut *foreign));
    assert!(pre.instantiate(&mut *home).is_ok());
    let own = Func::wrap(foreign.as_context_mut(), || 3);
    assert_eq!(number(foreign, own), 3);
    let own = Func::wrap(home.as_context_mut(), || 4);
    assert_eq!(number(home, own), 4);
}

#[test]
fn items() -> Result<()> {
    let (engine, mut home, mut foreign) = stores();
    let mut linker = Linker::new(&engine);
    let func = Func::wrap(&mut home, || {});
    let memory = Memory::new(&mut home, MemoryType::new(1, None))?;
    let table = TableType::new(RefType::FUNCREF, 1, None);
    let table = Table::new(&mut home, table, Ref::Func(None))?;
    let global = GlobalType::new(ValType::I32, Mutability::Const);
    let global = Global::new(&mut home, global, Val::I32(0))?;
    let items: [(&str, Extern); 4] = [
        ("(func)", func.into()),
        ("(memory 1)", memory.into()),
        ("(table 1 funcref)", table.into()),
        ("(global i32)", global.into()),
    ];
    for (ty, item) in items {
        let text = panic_text(|| {
            linker
                .clone()
                .define(&foreign, "m", ty, item.clone())
                .is_ok()
        });
        assert!(text.contains("wrong store"), "{text}");
        linker.define(&home, "m", ty, item)?;
        assert_is_of(&linker, ty, ty, &mut home, &mut foreign);
    }
    Ok(())
}

#[test]
fn instances() -> Result<()> {
    let (engine, mut home, mut foreign) = stores();
    let mut linker = Linker::new(&engine);
    let text = r#"(module (func (export "a")) (memory (export "b") 1))"#;
    let instance = instantiate(&mut home, text, &[]);
    let text = panic_text(|| linker.clone().instance(&mut foreign, "m", instance).is_ok());
    assert!(text.contains("wrong store"), "{text}");
    linker.instance(&mut home, "m", instance)?;
    assert_is_of(&linker, "a", "(func)", &mut home, &mut foreign);
    assert_is_of(&linker, "b", "(memory 1)", &mut home, &mut foreign);
    Ok(())
}

#[test]
fn reactors() -> Result<()> {
    let (engine, mut home, mut foreign) = stores();
    let mut linker = Linker::new(&engine);
    let reactor = Module::new(&engine, r#"(module (func (export "a")))"#)?;
    linker.module(&mut home, "m", &reactor)?;
    assert_is_of(&linker, "a", "(func)", &mut home, &mut foreign);
    Ok(())
}

#[test]
fn commands() -> Result<()> {
    let (engine, mut home, mut foreign) = stores();
    let mut linker = Linker::new(&engine);
    let command = Module::new(&engine, r#"(module (func (export "_start")))"#)?;
    linker.module(&mut home, "m", &command)?;
    assert_is_of(&linker, "_start", "(func)", &mut home, &mut foreign);
    let text = panic_text(|| linker.get_default(&mut foreign, "m"));
    assert!(text.contains("wrong store"), "{text}");
    Ok(())
}

#[test]
fn commands_with_imports_of_a_store() -> Result<()> {
    let (engine, mut home, mut foreign) = stores();
    let mut linker = Linker::new(&engine);
    let func = Func::wrap(&mut home, || 5);
    linker.define(&home, "host", "f", func)?;
    let command = Module::new(
        &engine,
        r#"(module
            (import "host" "f" (func $f (result i32)))
            (func (export "_start"))
            (func (export "x") (result i32) call $f))"#,
    )?;
    let text = panic_text(|| linker.clone().module(&mut foreign, "m", &command).is_ok());
    assert!(text.contains("wrong store"), "{text}");
    linker.module(&mut home, "m", &command)?;
    let module = importing(&engine, "(func (result i32))");
    let instance = linker.instantiate(&mut home, &module)?;
    assert_eq!(x(&mut home, instance), 5);
    assert_is_of(&linker, "x", "(func (result i32))", &mut home, &mut foreign);
    Ok(())
}

#[test]
fn default_values() -> Result<()> {
    let (engine, mut home, mut foreign) = stores();
    let types = [
        "(func)",
        "(memory 1)",
        "(table 1 funcref)",
        "(global i32)",
        "(tag)",
    ];
    let mut linker = Linker::new(&engine);
    let imports: String = types
        .iter()
        .map(|ty| format!(r#"(import "m" "{ty}" {ty})"#))
        .collect();
    let module = Module::new(&engine, format!("(module {imports})"))?;
    linker.define_unknown_imports_as_default_values(&mut home, &module)?;
    for ty in types {
        assert_is_of(&linker, ty, ty, &mut home, &mut foreign);
    }
    // They are looked up now, also for a store that can't use them.
    linker.define_unknown_imports_as_default_values(&mut foreign, &module)?;
    assert!(linker.instantiate(&mut home, &module).is_ok());
    Ok(())
}

#[test]
fn default_values_where_one_has_none() -> Result<()> {
    let (engine, mut home, mut foreign) = stores();
    let mut linker = Linker::new(&engine);
    let module = Module::new(
        &engine,
        r#"(module
            (import "m" "a" (func))
            (import "m" "b" (memory 1))
            (import "m" "c" (global (ref func)))
            (import "m" "d" (memory 1)))"#,
    )?;
    assert!(
        linker
            .define_unknown_imports_as_default_values(&mut home, &module)
            .is_err()
    );
    assert_is_of(&linker, "a", "(func)", &mut home, &mut foreign);
    assert_is_of(&linker, "b", "(memory 1)", &mut home, &mut foreign);
    assert!(linker.get(&mut foreign, "m", "d").is_err());
    Ok(())
}

#[test]
fn an_instance_that_is_defined_in_part() -> Result<()> {
    let (engine, mut home, mut foreign) = stores();
    let mut linker = Linker::new(&engine);
    linker.func_wrap("m", "x", || 1)?;
    let text = r#"(module
        (func (export "a"))
        (func (export "x") (result i32) i32.const 2)
        (func (export "b")))"#;
    let instance = instantiate(&mut home, text, &[]);
    assert!(linker.instance(&mut home, "m", instance).is_err());
    assert_is_of(&linker, "a", "(func)", &mut home, &mut foreign);
    // The host's function is still defined as before, and the last isn't defined.
    let module = importing(&engine, "(func (result i32))");
    for store in [&mut home, &mut foreign] {
        let instance = linker.instantiate(&mut *store, &module)?;
        assert_eq!(x(store, instance), 1);
        assert!(linker.get(store, "m", "b").is_err());
    }
    Ok(())
}

#[test]
fn a_definition_in_the_place_of_another() -> Result<()> {
    let (engine, mut home, mut foreign) = stores();
    let module = importing(&engine, "(func (result i32))");
    let mut linker = Linker::new(&engine);
    linker.allow_shadowing(true);
    let func = Func::wrap(&mut home, || 1);
    linker.define(&home, "m", "x", func)?;
    assert_is_of(&linker, "x", "(func (result i32))", &mut home, &mut foreign);
    // A function of the host can be used with all stores.
    linker.func_wrap("m", "x", || 2)?;
    for store in [&mut home, &mut foreign] {
        let instance = linker.instantiate(&mut *store, &module)?;
        assert_eq!(x(store, instance), 2);
    }
    // A function of the other store can be used with that store.
    let func = Func::wrap(&mut foreign, || 3);
    linker.define(&foreign, "m", "x", func)?;
    assert_is_of(&linker, "x", "(func (result i32))", &mut foreign, &mut home);
    // The same for an instance's.
    let text = r#"(module (func (export "x") (result i32) i32.const 4))"#;
    let instance = instantiate(&mut home, text, &[]);
    linker.instance(&mut home, "m", instance)?;
    assert_is_of(&linker, "x", "(func (result i32))", &mut home, &mut foreign);
    Ok(())
}

#[test]
fn what_is_linked_before_stays_as_it_was() -> Result<()> {
    let (engine, mut home, mut foreign) = stores();
    let module = importing(&engine, "(func (result i32))");
    let mut linker = Linker::new(&engine);
    linker.allow_shadowing(true).func_wrap("m", "x", || 1)?;
    let of_the_host = linker.instantiate_pre(&module)?;
    let func = Func::wrap(&mut home, || 2);
    linker.define(&home, "m", "x", func)?;
    let of_a_store = linker.instantiate_pre(&module)?;
    linker.func_wrap("m", "x", || 3)?;

    let instance = of_the_host.instantiate(&mut foreign)?;
    assert_eq!(x(&mut foreign, instance), 1);
    assert_not_taken(of_a_store.instantiate(&mut foreign));
    let instance = of_a_store.instantiate(&mut home)?;
    assert_eq!(x(&mut home, instance), 2);
    let instance = linker.instantiate(&mut foreign, &module)?;
    assert_eq!(x(&mut foreign, instance), 3);
    Ok(())
}

#[test]
fn items_of_two_stores_are_for_none() -> Result<()> {
    let (engine, mut home, mut foreign) = stores();
    let mut linker = Linker::new(&engine);
    let a = Func::wrap(&mut home, || {});
    let b = Func::wrap(&mut foreign, || {});
    linker
        .define(&home, "m", "a", a)?
        .define(&foreign, "m", "b", b)?;
    let both = r#"(module (import "m" "a" (func)) (import "m" "b" (func)))"#;
    let both = Module::new(&engine, both)?;
    let pre = linker.instantiate_pre(&both)?;
    for store in [&mut home, &mut foreign] {
        assert_not_taken(linker.instantiate(&mut *store, &both));
        assert_not_taken(pre.instantiate(store));
    }
    assert_is_of(&linker, "a", "(func)", &mut home, &mut foreign);
    assert_is_of(&linker, "b", "(func)", &mut foreign, &mut home);
    // A module that imports neither can be used with all stores.
    let module = Module::new(&engine, "(module)")?;
    linker.instantiate(&mut Store::new(&engine, ()), &module)?;
    Ok(())
}

#[test]
fn the_store_that_a_definition_is_of_may_be_gone() -> Result<()> {
    let (engine, mut home, mut foreign) = stores();
    let mut linker = Linker::new(&engine);
    let func = Func::wrap(&mut home, || {});
    linker.define(&home, "m", "x", func)?;
    drop(home);
    let module = importing(&engine, "(func)");
    assert_not_taken(linker.instantiate(&mut foreign, &module));
    let text = panic_text(|| linker.get(&mut Store::new(&engine, ()), "m", "x"));
    assert!(text.contains("wrong store"), "{text}");
    Ok(())
}

/// A linker compares types without a store, and libwasmtime keeps them only while they are
/// in use.
#[test]
fn types_outlive_the_store_of_their_item() -> Result<()> {
    let (engine, mut home, mut foreign) = stores();
    let exporting = r#"(module
        (func (export "func") (param i32 f64 i32 f64))
        (type $t (func (param f64 i32 f64 i32)))
        (global (export "global") (ref null $t) (ref.null $t))
        (table (export "table") 1 (ref null $t))
        (tag (export "tag") (param i64 f32 i64 f32)))"#;
    let instance = instantiate(&mut home, exporting, &[]);
    let kinds = ["func", "global", "table", "tag"];
    let mut linkers = Vec::new();
    for kind in kinds {
        let item = instance.get_export(&mut home, kind).expect("it has one");
        let mut linker = Linker::new(&engine);
        linker.define(&home, "m", "x", item)?;
        linkers.push(linker.clone());
    }
    drop(home);

    let t = "(type (func (param f64 i32 f64 i32)))";
    let u = "(type (func (param f32)))";
    for (linker, (same, other)) in linkers.iter().zip([
        ("(func (param i32 f64 i32 f64))", "(func (param f32))"),
        ("(global (ref null 0))", "(global (ref null 0))"),
        ("(table 1 (ref null 0))", "(table 1 (ref null 0))"),
        ("(tag (param i64 f32 i64 f32))", "(tag (param f32))"),
    ]) {
        let importing = |ty, import| {
            let text = format!(r#"(module {ty} (import "m" "x" {import}))"#);
            Module::new(&engine, text)
        };
        let error = linker.instantiate_pre(&importing(u, other)?).unwrap_err();
        let text = format!("{error:#}");
        assert!(text.contains("incompatible import type"), "{text}");
        let pre = linker.instantiate_pre(&importing(t, same)?)?;
        assert_not_taken(pre.instantiate(&mut foreign));
    }
    Ok(())
}

#[test]
fn stores_and_modules_of_another_engine() -> Result<()> {
    let engine = Engine::default();
    let other = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    linker.func_wrap("m", "x", || {})?;
    let mut store = Store::new(&other, ());
    let module = importing(&engine, "(func)");
    let other_module = importing(&other, "(func)");
    let func = Func::wrap(&mut store, || {});
    let instance = Instance::new(&mut store, &other_module, &[func.into()])?;
    let pre = linker.instantiate_pre(&module)?;
    let import = module.imports().next().expect("it has one");

    type Use<'a> = &'a mut dyn FnMut(&mut Linker<()>, &mut Store<()>);
    let uses: [Use<'_>; 5] = [
        &mut |linker, store| drop(linker.get(store, "m", "x")),
        &mut |linker, store| drop(linker.get_by_import(store, &import)),
        &mut |linker, store| drop(linker.get_default(store, "m")),
        &mut |linker, store| drop(linker.module(store, "m", &module)),
        &mut |linker, store| {
            drop(linker.define_unknown_imports_as_default_values(store, &module));
        },
    ];
    for use_ in uses {
        let text = panic_text(|| use_(&mut linker, &mut store));
        assert!(text.contains("different engines"), "{text}");
    }
    for result in [
        linker.instantiate(&mut store, &module),
        linker.instantiate(&mut store, &other_module),
        pre.instantiate(&mut store),
    ] {
        let text = result.unwrap_err().to_string();
        assert!(text.contains("cross-`Engine`"), "{text}");
    }
    // Items of another engine can be defined, and not imported.
    linker.define(&store, "m", "y", func)?;
    linker.instance(&mut store, "other", instance)?;
    assert!(linker.define(&store, "m", "y", func).is_err());
    let mut home = Store::new(&engine, ());
    let wanting = Module::new(
        &engine,
        r#"(module (import "m" "y" (func)) (export "_start" (func 0)))"#,
    )?;
    for text in [
        linker.instantiate_pre(&wanting).unwrap_err().to_string(),
        linker
            .instantiate(&mut home, &wanting)
            .unwrap_err()
            .to_string(),
        linker
            .module(&mut home, "n", &wanting)
            .unwrap_err()
            .to_string(),
    ] {
        assert!(text.contains("cross-`Engine`"), "{text}");
        assert!(text.contains("m::y"), "{text}");
    }
    linker.instantiate(&mut home, &module)?;
    linker.allow_shadowing(true).func_wrap("m", "y", || {})?;
    linker.instantiate(&mut home, &wanting)?;

    let ty = FuncType::new(&other, [], []);
    let text = panic_text(|| linker.func_new("m", "z", ty, |_, _, _| Ok(())).is_ok());
    assert!(text.contains("another engine"), "{text}");

    let mut store = Store::new(&engine, ());
    assert!(linker.instantiate(&mut store, &other_module).is_err());
    assert!(linker.module(&mut store, "n", &other_module).is_err());
    Ok(())
}
