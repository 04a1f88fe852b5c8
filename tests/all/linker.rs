//! Linkers: which items they find, and with which stores they can be used.

mod commands;
mod lookup;
mod shadowing;
mod stores;
mod unknown;

use crate::guest::Drops;
use libwasmtime::{
    Caller, Engine, Func, FuncType, Global, GlobalType, Instance, Linker, Memory, MemoryType,
    Module, Mutability, Ref, RefType, Result, Store, Table, TableType, Val, ValType,
};

/// Returns a module that exports what it imports from `m` under the name `x`.
fn importing(engine: &Engine, ty: &str) -> Module {
    let text = format!(
        r#"(module (import "m" "x" {ty}) (export "x" ({} 0)))"#,
        kind(ty)
    );
    Module::new(engine, text).expect("the module is valid")
}

fn kind(ty: &str) -> &str {
    ty[1..].split([' ', ')']).next().expect("a type has a kind")
}

/// Returns what a function that takes nothing and returns a number returns.
fn number(store: &mut Store<()>, func: Func) -> i32 {
    let func = func.typed::<(), i32>(&*store).expect("its type is right");
    func.call(store, ()).expect("it doesn't fail")
}

/// Returns the same, of the instance's export `x`.
fn x(store: &mut Store<()>, instance: Instance) -> i32 {
    let func = instance
        .get_func(&mut *store, "x")
        .expect("there is an `x`");
    number(store, func)
}

#[test]
fn functions_of_all_sorts() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    let i32_to_i32 = FuncType::new(&engine, [ValType::I32], [ValType::I32]);
    let add = move |caller: Caller<'_, i32>, params: &[Val], results: &mut [Val]| {
        results[0] = Val::I32(params[0].unwrap_i32() + caller.data());
        Ok(())
    };
    linker
        .func_wrap("m", "wrapped", |caller: Caller<'_, i32>, x: i32| {
            x + caller.data()
        })?
        .func_new("m", "new", i32_to_i32.clone(), add)?;
    // SAFETY: the closure reads and writes an i32, as its type says.
    unsafe {
        linker.func_new_unchecked("m", "unchecked", i32_to_i32, |caller, raw| {
            let x = raw[0].assume_init_ref().get_i32();
            raw[0].write(libwasmtime::ValRaw::i32(x + caller.data()));
            Ok(())
        })?;
    }
    let module = Module::new(
        &engine,
        r#"(module
            (type $t (func (param i32) (result i32)))
            (import "m" "new" (func $new (type $t)))
            (import "m" "wrapped" (func $wrapped (type $t)))
            (import "m" "unchecked" (func $unchecked (type $t)))
            (func (export "all") (type $t)
                (call $new (call $wrapped (call $unchecked (local.get 0))))))"#,
    )?;
    // The same linker with several stores.
    for data in [1, 10] {
        let mut store = Store::new(&engine, data);
        let instance = linker.instantiate(&mut store, &module)?;
        let all = instance.get_typed_func::<i32, i32>(&mut store, "all")?;
        assert_eq!(all.call(&mut store, 100)?, 100 + 3 * data);
    }
    assert!(Engine::same(linker.engine(), &engine));
    Ok(())
}

#[test]
fn items_of_all_kinds() -> Result<()> {
    let mut store = Store::<()>::default();
    let engine = store.engine().clone();
    let mut linker = Linker::new(&engine);
    let global = GlobalType::new(ValType::I64, Mutability::Var);
    let global = Global::new(&mut store, global, Val::I64(1))?;
    let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    let table = TableType::new(RefType::FUNCREF, 3, None);
    let table = Table::new(&mut store, table, Ref::Func(None))?;
    let func = Func::wrap(&mut store, || 7);
    linker
        .define(&store, "m", "global", global)?
        .define(&store, "m", "memory", memory)?
        .define(&store, "m", "table", table)?
        .define(&store, "m", "func", func)?;
    let module = Module::new(
        &engine,
        r#"(module
            (import "m" "global" (global $g (mut i64)))
            (import "m" "memory" (memory 1))
            (import "m" "table" (table 3 funcref))
            (import "m" "func" (func $f (result i32)))
            (elem declare func $f)
            (func (export "run")
                (global.set $g (i64.const 5))
                (i32.store8 (i32.const 9) (i32.const 6))
                (table.set (i32.const 2) (ref.func $f))))"#,
    )?;
    let instance = linker.instantiate(&mut store, &module)?;
    instance
        .get_typed_func::<(), ()>(&mut store, "run")?
        .call(&mut store, ())?;
    assert_eq!(global.get(&mut store).i64(), Some(5));
    assert_eq!(memory.data(&store)[9], 6);
    let element = table.get(&mut store, 2).expect("it is in the table");
    let func = *element.unwrap_func().expect("it isn't null");
    assert_eq!(number(&mut store, func), 7);
    Ok(())
}

#[test]
fn all_exports_of_an_instance() -> Result<()> {
    let mut store = Store::<()>::default();
    let engine = store.engine().clone();
    let exporting = Module::new(
        &engine,
        r#"(module
            (func (export "x") (result i32) i32.const 4)
            (memory (export "memory") 1))"#,
    )?;
    let instance = Instance::new(&mut store, &exporting, &[])?;
    let mut linker = Linker::new(&engine);
    linker.instance(&mut store, "m", instance)?;
    let importing = importing(&engine, "(func (result i32))");
    let instance = linker.instantiate(&mut store, &importing)?;
    assert_eq!(x(&mut store, instance), 4);
    assert!(linker.get(&mut store, "m", "memory").is_ok());
    Ok(())
}

#[test]
fn an_import_of_another_type_is_an_error() -> Result<()> {
    let mut store = Store::<()>::default();
    let mut linker = Linker::new(store.engine());
    linker.func_wrap("m", "x", |x: i32| x)?;
    let module = importing(store.engine(), "(func (param i64))");
    for error in [
        linker.instantiate(&mut store, &module).unwrap_err(),
        linker.instantiate_pre(&module).unwrap_err(),
    ] {
        let text = error.to_string();
        assert_eq!(text, "incompatible import type for `m::x`");
    }
    Ok(())
}

#[test]
fn a_module_linked_once_is_instantiated_often() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::<i32>::new(&engine);
    linker.func_wrap("m", "x", |caller: Caller<'_, i32>| *caller.data())?;
    let module = importing(&engine, "(func (result i32))");
    let pre = linker.instantiate_pre(&module)?;
    drop(linker);
    assert!(Module::same(pre.module(), &module));
    let clone = pre.clone();
    std::thread::scope(|scope| {
        for data in 0..4 {
            let pre = &pre;
            scope.spawn(move || {
                let mut store = Store::new(pre.module().engine(), data);
                for _ in 0..3 {
                    let instance = pre.instantiate(&mut store).unwrap();
                    assert!(Module::same(instance.module(&store), pre.module()));
                    let x = instance.get_typed_func::<(), i32>(&mut store, "x").unwrap();
                    assert_eq!(x.call(&mut store, ()).unwrap(), data);
                }
            });
        }
    });
    drop(pre);
    assert!(clone.instantiate(Store::new(&engine, 1)).is_ok());
    Ok(())
}

#[test]
fn a_failing_start_function_is_no_unknown_import() -> Result<()> {
    let mut store = Store::<()>::default();
    let module = Module::new(store.engine(), "(module (func $f unreachable) (start $f))")?;
    let linker = Linker::new(store.engine());
    for error in [
        linker.instantiate(&mut store, &module).unwrap_err(),
        linker
            .instantiate_pre(&module)?
            .instantiate(&mut store)
            .unwrap_err(),
    ] {
        let trap = error.downcast_ref::<libwasmtime::Trap>();
        assert_eq!(trap, Some(&libwasmtime::Trap::UnreachableCodeReached));
    }
    Ok(())
}

#[test]
fn closures_are_dropped_with_the_last_that_has_them() -> Result<()> {
    let engine = Engine::default();
    let drops = Drops::default();
    let mut linker = Linker::<()>::new(&engine);
    let counted = drops.counted();
    linker.func_wrap("m", "x", move || {
        let _ = &counted;
    })?;
    // A closure that is refused is dropped at once.
    let counted = drops.counted();
    let twice = linker.func_wrap("m", "x", move || {
        let _ = &counted;
    });
    assert!(twice.is_err());
    assert_eq!(drops.count(), 1);

    let clone = linker.clone();
    let mut store = Store::new(&engine, ());
    clone.instantiate(&mut store, &importing(&engine, "(func)"))?;
    drop(linker);
    drop(clone);
    assert_eq!(drops.count(), 1);
    drop(store);
    assert_eq!(drops.count(), 2);
    Ok(())
}

#[test]
fn a_clone_goes_its_own_way() -> Result<()> {
    let mut store = Store::<()>::default();
    let mut linker = Linker::new(store.engine());
    linker.allow_shadowing(true).func_wrap("m", "x", || 1)?;
    let mut clone = linker.clone();
    clone.func_wrap("m", "x", || 2)?;
    clone.func_wrap("m", "y", || 3)?;
    let module = importing(store.engine(), "(func (result i32))");
    for (linker, expected) in [(&linker, 1), (&clone, 2)] {
        let instance = linker.instantiate(&mut store, &module)?;
        assert_eq!(x(&mut store, instance), expected);
    }
    assert!(linker.get(&mut store, "m", "y").is_err());
    assert!(clone.get(&mut store, "m", "y").is_ok());
    Ok(())
}
