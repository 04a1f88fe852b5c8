//! Tables of references.

use crate::guest::{Use, assert_not_taken, instantiate, panic_text};
use libwasmtime::{
    Config, Engine, Func, FuncType, HeapType, Ref, RefType, Result, Store, Table, TableType, Trap,
    ValType,
};

fn funcs(store: &mut Store<()>, min: u32, max: Option<u32>) -> Table {
    let ty = TableType::new(RefType::FUNCREF, min, max);
    Table::new(store, ty, Ref::Func(None)).expect("the table can be made")
}

/// Puts functions into the table, each of which returns its index.
fn fill_with_numbers(store: &mut Store<()>, table: Table) {
    for i in 0..table.size(&*store) {
        let func = Func::wrap(&mut *store, move || i as i32);
        table.set(&mut *store, i, func.into()).expect("it fits");
    }
}

/// Returns what the functions return; -1 for null.
fn numbers(store: &mut Store<()>, table: Table) -> Vec<i32> {
    (0..table.size(&*store))
        .map(|i| {
            let element = table.get(&mut *store, i).expect("it is in the table");
            let Some(func) = element.unwrap_func().copied() else {
                return -1;
            };
            let func = func.typed::<(), i32>(&*store).expect("it is of this type");
            func.call(&mut *store, ()).expect("it doesn't fail")
        })
        .collect()
}

#[test]
fn elements_are_got_and_set() -> Result<()> {
    let mut store = Store::<()>::default();
    let table = funcs(&mut store, 2, None);
    assert!(table.get(&mut store, 1).expect("it is there").is_null());
    let func = Func::wrap(&mut store, || 7);
    table.set(&mut store, 1, func.into())?;
    assert_eq!(numbers(&mut store, table), [-1, 7]);
    table.set(&mut store, 1, Ref::Func(None))?;
    assert_eq!(numbers(&mut store, table), [-1, -1]);
    for index in [2, 1 << 32, u64::MAX] {
        assert!(table.get(&mut store, index).is_none());
        assert!(table.set(&mut store, index, func.into()).is_err());
    }
    Ok(())
}

#[test]
fn growing() -> Result<()> {
    let mut store = Store::<()>::default();
    let table = funcs(&mut store, 1, Some(5));
    let func = Func::wrap(&mut store, || 3);
    assert_eq!(table.grow(&mut store, 2, func.into())?, 1);
    assert_eq!(table.grow(&mut store, 0, Ref::Func(None))?, 3);
    for delta in [3, 1 << 32, u64::MAX] {
        assert!(table.grow(&mut store, delta, Ref::Func(None)).is_err());
    }
    assert!(table.grow(&mut store, 1, Ref::Extern(None)).is_err());
    assert_eq!(table.size(&store), 3);
    assert_eq!(numbers(&mut store, table), [-1, 3, 3]);
    Ok(())
}

#[test]
fn elements_of_another_type_are_errors() -> Result<()> {
    let mut store = Store::<()>::default();
    let ty = TableType::new(RefType::FUNCREF, 1, None);
    assert!(Table::new(&mut store, ty, Ref::Extern(None)).is_err());
    let table = funcs(&mut store, 1, None);
    assert!(table.set(&mut store, 0, Ref::Extern(None)).is_err());
    assert!(table.fill(&mut store, 0, Ref::Extern(None), 1).is_err());
    assert!(table.fill(&mut store, 0, Ref::Extern(None), 0).is_err());
    let foreign = Func::wrap(Store::<()>::default(), || {});
    assert!(table.fill(&mut store, 0, foreign.into(), 0).is_err());

    let element = RefType::new(false, HeapType::Func);
    let ty = TableType::new(element, 1, None);
    assert!(Table::new(&mut store, ty.clone(), Ref::Func(None)).is_err());
    let func = Func::wrap(&mut store, || {});
    let table = Table::new(&mut store, ty, func.into())?;
    assert!(table.set(&mut store, 0, Ref::Func(None)).is_err());
    Ok(())
}

#[test]
fn limits_that_no_table_can_have() {
    let mut store = Store::<()>::default();
    for (min, max) in [(3, Some(2)), (u32::MAX, None), (u32::MAX, Some(0))] {
        let ty = TableType::new(RefType::FUNCREF, min, max);
        // It may fail, but the process goes on.
        if let Ok(table) = Table::new(&mut store, ty, Ref::Func(None)) {
            assert_eq!(table.size(&store), u64::from(min));
        }
    }
}

#[test]
fn filling() -> Result<()> {
    let mut store = Store::<()>::default();
    let table = funcs(&mut store, 5, None);
    let func = Func::wrap(&mut store, || 9);
    table.fill(&mut store, 1, func.into(), 3)?;
    assert_eq!(numbers(&mut store, table), [-1, 9, 9, 9, -1]);
    table.fill(&mut store, 2, Ref::Func(None), 1)?;
    table.fill(&mut store, 5, func.into(), 0)?;
    for (start, len) in [(0, 6), (5, 1), (6, 0), (1, u64::MAX), (u64::MAX, 2)] {
        let error = table.fill(&mut store, start, func.into(), len).unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Trap::TableOutOfBounds));
    }
    assert_eq!(numbers(&mut store, table), [-1, 9, -1, 9, -1]);
    Ok(())
}

#[test]
fn copying() -> Result<()> {
    let mut store = Store::<()>::default();
    let table = funcs(&mut store, 6, None);
    fill_with_numbers(&mut store, table);
    // Up and down, where the ranges overlap.
    Table::copy(&mut store, &table, 2, &table, 0, 4)?;
    assert_eq!(numbers(&mut store, table), [0, 1, 0, 1, 2, 3]);
    fill_with_numbers(&mut store, table);
    Table::copy(&mut store, &table, 0, &table, 2, 4)?;
    assert_eq!(numbers(&mut store, table), [2, 3, 4, 5, 4, 5]);
    Table::copy(&mut store, &table, 1, &table, 1, 5)?;
    assert_eq!(numbers(&mut store, table), [2, 3, 4, 5, 4, 5]);

    let other = funcs(&mut store, 3, None);
    Table::copy(&mut store, &other, 1, &table, 3, 2)?;
    assert_eq!(numbers(&mut store, other), [-1, 5, 4]);
    Table::copy(&mut store, &table, 0, &other, 0, 1)?;
    assert_eq!(numbers(&mut store, table), [-1, 3, 4, 5, 4, 5]);
    Table::copy(&mut store, &other, 3, &table, 6, 0)?;
    for (dst, src, len) in [(0, 0, 4), (1, 0, 3), (0, 5, 2), (0, 7, 0), (4, 0, 0)] {
        let error = Table::copy(&mut store, &other, dst, &table, src, len).unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Trap::TableOutOfBounds));
    }
    assert!(Table::copy(&mut store, &table, u64::MAX, &table, 0, 2).is_err());
    assert_eq!(numbers(&mut store, other), [-1, 5, 4]);
    Ok(())
}

#[test]
fn copying_between_types() -> Result<()> {
    let mut store = Store::<()>::default();
    let returns_i32 = FuncType::new(store.engine(), [], [ValType::I32]);
    let typed = RefType::new(true, HeapType::ConcreteFunc(returns_i32));
    let typed = TableType::new(typed, 2, None);
    let typed = Table::new(&mut store, typed, Ref::Func(None))?;
    fill_with_numbers(&mut store, typed);
    let any = funcs(&mut store, 3, None);
    Table::copy(&mut store, &any, 1, &typed, 0, 2)?;
    assert_eq!(numbers(&mut store, any), [-1, 0, 1]);
    // Even elements that would fit.
    let error = Table::copy(&mut store, &typed, 0, &any, 1, 1).unwrap_err();
    let text = "type mismatch: source table's element type does not match destination table's \
                element type";
    assert_eq!(error.to_string(), text);
    let mismatch = error.root_cause().to_string();
    assert!(
        mismatch.starts_with("type mismatch: expected (ref null "),
        "{mismatch}"
    );
    let externs = TableType::new(RefType::EXTERNREF, 2, None);
    let externs = Table::new(&mut store, externs, Ref::Extern(None))?;
    assert!(Table::copy(&mut store, &externs, 0, &any, 0, 1).is_err());
    Ok(())
}

#[test]
fn copying_objects() -> Result<()> {
    let mut config = Config::new();
    config.wasm_gc(true).wasm_function_references(true);
    let mut store = Store::new(&Engine::new(&config)?, ());
    let instance = instantiate(
        &mut store,
        r#"(module
            (type $s (struct (field i32)))
            (table $t (export "t") 3 anyref)
            (func (export "set")
                (table.set (i32.const 0) (ref.i31 (i32.const 5)))
                (table.set (i32.const 1) (struct.new $s (i32.const 6))))
            (func (export "get") (result i32)
                (i32.add
                    (i31.get_u (ref.cast (ref i31) (table.get (i32.const 1))))
                    (struct.get $s 0 (ref.cast (ref $s) (table.get (i32.const 2)))))))"#,
        &[],
    );
    instance
        .get_typed_func::<(), ()>(&mut store, "set")?
        .call(&mut store, ())?;
    let table = instance.get_table(&mut store, "t").expect("it is there");
    Table::copy(&mut store, &table, 1, &table, 0, 2)?;
    let get = instance.get_typed_func::<(), i32>(&mut store, "get")?;
    assert_eq!(get.call(&mut store, ())?, 11);
    Ok(())
}

#[test]
fn tables_of_host_data() -> Result<()> {
    use crate::guest::Drops;
    use libwasmtime::{ExternRef, RootScope};

    let mut store = Store::<()>::default();
    let ty = TableType::new(RefType::EXTERNREF, 3, None);
    let table = Table::new(&mut store, ty, Ref::Extern(None))?;
    let drops = Drops::default();
    {
        let mut scope = RootScope::new(&mut store);
        for i in [0, 1] {
            let data = ExternRef::new(&mut scope, (i, drops.counted()))?;
            table.set(&mut scope, i, data.into())?;
        }
        Table::copy(&mut scope, &table, 1, &table, 0, 2)?;
    }
    assert_eq!(drops.count(), 0, "the table keeps them");
    for (i, expected) in [(0, 0), (1, 0), (2, 1)] {
        let mut scope = RootScope::new(&mut store);
        let element = table.get(&mut scope, i).expect("it is in the table");
        let element = *element.unwrap_extern().expect("it isn't null");
        let data = element.data(&scope)?.expect("it is the host's");
        let (i, _): &(u64, crate::guest::Dropped) = data.downcast_ref().expect("it is this");
        assert_eq!(*i, expected);
    }
    drop(store);
    assert_eq!(drops.count(), 2);
    Ok(())
}

#[test]
fn webassembly_and_the_host_see_the_same() -> Result<()> {
    let mut store = Store::<()>::default();
    let table = funcs(&mut store, 4, None);
    fill_with_numbers(&mut store, table);
    let instance = instantiate(
        &mut store,
        r#"(module
            (type $t (func (result i32)))
            (import "" "" (table 4 funcref))
            (func (export "call") (param i32) (result i32)
                (call_indirect (type $t) (local.get 0))))"#,
        &[table.into()],
    );
    let call = instance.get_typed_func::<i32, i32>(&mut store, "call")?;
    assert_eq!(call.call(&mut store, 3)?, 3);
    table.set(&mut store, 3, Ref::Func(None))?;
    let error = call.call(&mut store, 3).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Trap::IndirectCallToNull));
    Ok(())
}

#[test]
fn another_store_panics() -> Result<()> {
    let engine = Engine::default();
    let mut home = Store::new(&engine, ());
    let table = funcs(&mut home, 1, None);
    let func = Func::wrap(&mut home, || {});
    let mut foreign = Store::new(&engine, ());
    let own = funcs(&mut foreign, 1, None);
    let null = Ref::Func(None);
    let uses: [Use<'_>; 8] = [
        &mut |store| _ = table.ty(store),
        &mut |store| _ = table.get(store, 0),
        &mut |store| _ = table.set(store, 0, null),
        &mut |store| _ = table.size(store),
        &mut |store| _ = table.grow(store, 1, null),
        &mut |store| _ = table.fill(store, 0, null, 1),
        &mut |store| _ = Table::copy(store, &table, 0, &own, 0, 1),
        &mut |store| _ = Table::copy(store, &own, 0, &table, 0, 1),
    ];
    for use_ in uses {
        let text = panic_text(|| use_(&mut foreign));
        assert!(text.contains("wrong store"), "{text}");
    }
    assert_not_taken(own.set(&mut foreign, 0, func.into()));
    assert_not_taken(own.grow(&mut foreign, 1, func.into()));
    assert_not_taken(own.fill(&mut foreign, 0, func.into(), 1));
    let ty = TableType::new(RefType::FUNCREF, 1, None);
    assert_not_taken(Table::new(&mut foreign, ty, func.into()));
    assert_eq!(own.size(&foreign), 1);
    Ok(())
}

#[test]
fn a_type_of_another_engine_is_an_error() {
    let mut store = Store::<()>::default();
    let ty = FuncType::new(&Engine::default(), [], []);
    let ty = RefType::new(true, HeapType::ConcreteFunc(ty));
    let ty = TableType::new(ty, 1, None);
    let error = Table::new(&mut store, ty, Ref::Func(None)).unwrap_err();
    let text = "type mismatch: value does not match table element type";
    assert_eq!(error.to_string(), text);
    assert_eq!(
        error.root_cause().to_string(),
        "type used with wrong engine"
    );
}

fn wide_engine() -> Result<Engine> {
    let mut config = Config::new();
    config
        .wasm_memory64(true)
        .wasm_gc(true)
        .wasm_function_references(true);
    Engine::new(&config)
}

fn limits(ty: &TableType) -> (bool, u64, Option<u64>) {
    (ty.is_64(), ty.minimum(), ty.maximum())
}

#[test]
fn indices_of_64_bits() -> Result<()> {
    let mut store = Store::new(&wide_engine()?, ());
    for (min, max) in [
        (1, None),
        (2, Some(3)),
        (0, Some(u32::MAX.into())),
        (1, Some(1 << 32)),
        (0, Some(u64::MAX)),
    ] {
        let ty = TableType::new64(RefType::FUNCREF, min, max);
        let table = Table::new(&mut store, ty, Ref::Func(None))?;
        let found = table.ty(&store);
        // The C API treats this maximum as none.
        let max = max.filter(|max| *max != u64::from(u32::MAX));
        assert_eq!(limits(&found), (true, min, max));
        assert!(RefType::eq(found.element(), &RefType::FUNCREF));
        let func = Func::wrap(&mut store, || 5);
        assert_eq!(table.grow(&mut store, 1, func.into())?, min);
        table.set(&mut store, 0, func.into())?;
        assert!(table.set(&mut store, 1 << 40, func.into()).is_err());
    }
    let huge = TableType::new64(RefType::FUNCREF, 1 << 62, None);
    assert!(Table::new(&mut store, huge, Ref::Func(None)).is_err());
    // Other tables are distinguished from them.
    let table = funcs(&mut store, 1, Some(2));
    assert_eq!(limits(&table.ty(&store)), (false, 1, Some(2)));
    Ok(())
}

#[test]
fn indices_of_64_bits_in_modules() -> Result<()> {
    let mut store = Store::new(&wide_engine()?, ());
    let instance = instantiate(
        &mut store,
        r#"(module
            (table (export "wide") i64 1 0x1_0000_0000_0000 funcref)
            (table (export "host") i64 2 0x1_0000_0000 externref)
            (table (export "open") i64 3 funcref)
            (table (export "narrow") 4 5 funcref))"#,
        &[],
    );
    for (name, expected) in [
        ("wide", (true, 1, Some(1 << 48))),
        ("host", (true, 2, Some(1 << 32))),
        ("open", (true, 3, None)),
        ("narrow", (false, 4, Some(5))),
    ] {
        let table = instance.get_table(&mut store, name).expect("it is there");
        assert_eq!(limits(&table.ty(&store)), expected, "{name}");
        let export = instance.module(&store).get_export(name);
        assert_eq!(limits(export.unwrap().unwrap_table()), expected, "{name}");
    }
    // If the C API can't express the limits, the size is known.
    let wide = instance.get_table(&mut store, "wide").expect("it is there");
    wide.grow(&mut store, 5, Ref::Func(None))?;
    assert_eq!(limits(&wide.ty(&store)), (true, 6, Some(1 << 48)));
    Ok(())
}

#[test]
fn indices_of_64_bits_and_concrete_elements() -> Result<()> {
    let mut store = Store::new(&wide_engine()?, ());
    let instance = instantiate(
        &mut store,
        r#"(module
            (type $plain (func (param i32 (ref null extern)) (result funcref v128 f32 f64)))
            (type $open (sub (func)))
            (rec (type $one (func (param (ref null $other)))) (type $other (struct)))
            (type $array (array i8))
            (table (export "plain wide") i64 1 0x1_0000_0000_0000 (ref null $plain))
            (table (export "plain") 1 2 (ref null $plain))
            (table (export "open wide") i64 1 0x1_0000_0000_0000 (ref null $open))
            (table (export "open") 1 2 (ref null $open))
            (table (export "one") 1 2 (ref null $one))
            (table (export "array wide") i64 1 0x1_0000_0000_0000 (ref null $array))
            (table (export "array") 1 2 (ref null $array)))"#,
        &[],
    );
    for (name, expected) in [
        // Such a type can be defined again in a module, and so be queried.
        ("plain wide", (true, 1, Some(1 << 48))),
        ("plain", (false, 1, Some(2))),
        // Of the others the size is known.
        ("open wide", (false, 1, None)),
        ("open", (false, 1, None)),
        ("one", (false, 1, None)),
        ("array wide", (false, 1, None)),
        ("array", (false, 1, None)),
    ] {
        let table = instance.get_table(&mut store, name).expect("it is there");
        let found = table.ty(&store);
        assert_eq!(limits(&found), expected, "{name}");
        assert!(found.element().heap_type().is_concrete());
        // The module's own description is complete.
        let export = instance.module(&store).get_export(name).unwrap();
        let wide = (true, 1, Some(1 << 48));
        let expected = if name.contains("wide") {
            wide
        } else {
            (false, 1, Some(2))
        };
        assert_eq!(limits(export.unwrap_table()), expected, "{name}");
    }
    Ok(())
}

#[test]
fn making_tables_of_concrete_elements_with_indices_of_64_bits() -> Result<()> {
    let engine = wide_engine()?;
    let mut store = Store::new(&engine, ());
    let plain = FuncType::new(&engine, [ValType::I32], []);
    let element = RefType::new(true, HeapType::ConcreteFunc(plain.clone()));
    let ty = TableType::new64(element, 1, Some(1 << 40));
    let table = Table::new(&mut store, ty, Ref::Func(None))?;
    let func = Func::wrap(&mut store, |_: i32| {});
    table.set(&mut store, 0, func.into())?;
    let func = Func::wrap(&mut store, || {});
    assert!(table.set(&mut store, 0, func.into()).is_err());
    assert_eq!(limits(&table.ty(&store)), (true, 1, Some(1 << 40)));

    let inner = ValType::Ref(RefType::new(true, HeapType::ConcreteFunc(plain)));
    let nested = FuncType::new(&engine, [inner], []);
    let element = RefType::new(true, HeapType::ConcreteFunc(nested));
    let ty = TableType::new64(element, 1, None);
    let error = Table::new(&mut store, ty, Ref::Func(None)).unwrap_err();
    assert!(error.to_string().contains("64-bit indices"), "{error}");
    let ty = TableType::new64(RefType::FUNCREF, 1, None);
    assert!(Table::new(&mut store, ty, Ref::Func(None)).is_ok());
    Ok(())
}
