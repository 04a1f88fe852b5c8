use super::*;
use libwasmtime::Config;

/// An instance with a reference to a function in a table, and a way to call it.
const TABLES: &str = r#"
    (module
        (type $t (func (result i32)))
        (table $f (export "f") 2 5 funcref)
        (table (export "e") 2 externref)
        (table (export "c") 2 (ref null $t))
        (elem (table $f) (i32.const 0) func $one)
        (func $one (type $t) (i32.const 1))
        (func (export "call") (param i32) (result i32)
            (call_indirect $f (type $t) (local.get 0))))
"#;

fn table(instance: &Instance, name: &str) -> Table {
    instance
        .get_export(name)
        .unwrap()
        .clone()
        .into_table()
        .unwrap()
}

#[test]
fn elements_are_read_and_set() {
    let mut store = Store::default();
    let instance = instantiate(&mut store, TABLES, &[]).unwrap();
    let table = table(&instance, "f");
    assert_eq!((table.size(&store), table.ty().maximum()), (2, Some(5)));
    let one = table.get(&mut store, 0).unwrap();
    assert!(one.is_some());
    assert!(table.get(&mut store, 1).unwrap().is_none());
    assert!(table.get(&mut store, 2).unwrap().is_none());

    table.set(&mut store, 1, one.as_ref()).unwrap();
    table.set(&mut store, 0, None).unwrap();
    assert!(table.set(&mut store, 2, one.as_ref()).is_err());
    assert_eq!(table.grow(&mut store, 2, one.as_ref()).unwrap(), 2);
    assert!(table.grow(&mut store, 2, None).is_err());
    assert_eq!(table.size(&store), 4);
    let call = func(&instance, "call");
    for (index, result) in [
        (0, None),
        (1, Some(1)),
        (2, Some(1)),
        (3, Some(1)),
        (4, None),
    ] {
        let results = call.call(&mut store, &[Val::I32(index)]);
        assert_eq!(results.ok().and_then(|vals| vals[0].i32()), result);
    }
}

#[test]
fn tables_are_made_and_imported() {
    let mut store = Store::default();
    let instance = instantiate(&mut store, TABLES, &[]).unwrap();
    let one = table(&instance, "f").get(&mut store, 0).unwrap();
    let ty = TableType::new(RefType::FUNCREF, 3, None);
    let made = Table::new(&mut store, &ty, one.as_ref()).unwrap();
    assert_eq!(made.size(&store), 3);
    assert!(made.get(&mut store, 2).unwrap().is_some());
    let wat = r#"
        (module
            (import "" "" (table 3 funcref))
            (func (export "call") (result i32) (call_indirect (result i32) (i32.const 2))))
    "#;
    let instance = instantiate(&mut store, wat, &[made.into()]).unwrap();
    let results = func(&instance, "call").call(&mut store, &[]).unwrap();
    assert_eq!(results[0].i32(), Some(1));

    let not_null = TableType::new(RefType::new(false, HeapType::Func), 1, None);
    assert!(Table::new(&mut store, &not_null, None).is_err());
    let table = Table::new(&mut store, &not_null, one.as_ref()).unwrap();
    assert!(table.set(&mut store, 0, None).is_err());
    assert!(table.grow(&mut store, 1, None).is_err());
}

/// Of all references but functions, only null is supported.
#[test]
fn elements_that_cannot_pass_are_errors() {
    let mut store = Store::default();
    let instance = instantiate(&mut store, TABLES, &[]).unwrap();
    let one = table(&instance, "f").get(&mut store, 0).unwrap();
    let external = table(&instance, "e");
    assert!(
        external
            .get(&mut store, 0)
            .unwrap_err()
            .is::<Inexpressible>()
    );
    assert!(external.set(&mut store, 0, one.as_ref()).is_err());
    external.set(&mut store, 0, None).unwrap();
    assert_eq!(external.grow(&mut store, 1, None).unwrap(), 2);

    let concrete = table(&instance, "c");
    concrete.set(&mut store, 0, one.as_ref()).unwrap();
    assert!(concrete.get(&mut store, 0).unwrap().is_some());

    for ty in [
        TableType::new(RefType::ANYREF, 1, None),
        TableType::new64(RefType::FUNCREF, 1, None),
    ] {
        let error = Table::new(&mut store, &ty, None).unwrap_err();
        assert!(error.is::<Inexpressible>(), "{error:#}");
    }
}

/// Reading the limits of tables with 64-bit indices would abort the process.
#[test]
fn wide_tables_are_other_items() {
    let engine = Engine::new(Config::new().wasm_memory64(true)).unwrap();
    let mut store = Store::new(&engine);
    let wat = r#"
        (module
            (table (export "narrow") 1 funcref)
            (table (export "wide") i64 1 0x1_0000_0001 funcref)
            (table (export "small") i64 2 3 externref))
    "#;
    let instance = instantiate(&mut store, wat, &[]).unwrap();
    let [
        Extern::Table(narrow),
        Extern::Other(wide),
        Extern::Other(small),
    ] = instance.exports()
    else {
        panic!("{instance:?}");
    };
    assert_eq!(narrow.size(&store), 1);
    assert_eq!(wide.ty().unwrap_table().maximum(), Some(0x1_0000_0001));
    assert_eq!(small.ty().unwrap_table().minimum(), 2);
}
