//! Items created from their type alone.

use libwasmtime::{
    Engine, ExternType, FuncType, GlobalType, HeapType, MemoryType, Mutability, RefType, Result,
    Store, TableType, TagType, Val, ValType,
};

#[test]
fn values() {
    for (ty, text) in [
        (ValType::I32, "I32(0)"),
        (ValType::F64, "F64(0)"),
        (ValType::FUNCREF, "FuncRef(None)"),
        (ValType::EXTERNREF, "ExternRef(None)"),
        (ValType::STRUCTREF, "AnyRef(None)"),
        (ValType::NULLEXNREF, "ExnRef(None)"),
    ] {
        assert_eq!(format!("{:?}", ty.default_value().unwrap()), text);
    }
    assert_eq!(
        ValType::V128
            .default_value()
            .unwrap()
            .unwrap_v128()
            .as_u128(),
        0
    );
    let non_null = ValType::Ref(RefType::new(false, HeapType::Func));
    assert!(non_null.default_value().is_none());
}

#[test]
fn items_of_each_kind() -> Result<()> {
    let mut store = Store::<()>::default();
    let engine = store.engine().clone();
    let func = FuncType::new(&engine, [ValType::I32], [ValType::I64, ValType::F32]);
    let types: [ExternType; 5] = [
        func.clone().into(),
        GlobalType::new(ValType::I64, Mutability::Var).into(),
        TableType::new(RefType::FUNCREF, 2, Some(3)).into(),
        MemoryType::new(1, Some(2)).into(),
        TagType::new(FuncType::new(&engine, [ValType::I32], [])).into(),
    ];
    for ty in types {
        let item = ty.default_value(&mut store)?;
        assert_eq!(format!("{:?}", item.ty(&store)), format!("{ty:?}"));
    }
    let func = func.default_value(&mut store)?;
    let mut results = [Val::I32(1), Val::I32(1)];
    func.call(&mut store, &[Val::I32(0)], &mut results)?;
    assert!(matches!(results, [Val::I64(0), Val::F32(0)]), "{results:?}");
    Ok(())
}

#[test]
fn types_without_a_default() {
    let mut store = Store::<()>::default();
    let non_null = RefType::new(false, HeapType::Func);
    let value = ValType::Ref(non_null.clone());
    // Each error has the words of the `wasmtime` crate, which a program may compare.
    let types: [(ExternType, &str); 3] = [
        (
            FuncType::new(store.engine(), [], [value.clone()]).into(),
            "function results do not have a default value",
        ),
        (
            GlobalType::new(value, Mutability::Var).into(),
            "global type has no default value",
        ),
        (
            TableType::new(non_null, 1, None).into(),
            "table element type does not have a default value",
        ),
    ];
    for (ty, lack) in types {
        let error = ty.default_value(&mut store).unwrap_err();
        assert_eq!(error.to_string(), lack);
        assert_eq!(error.root_cause().to_string(), "`(ref func)` excludes null");
    }
    let with_result = FuncType::new(store.engine(), [], [ValType::I32]);
    assert!(TagType::new(with_result).default_value(&mut store).is_err());
    let foreign = FuncType::new(&Engine::default(), [], []);
    assert!(TagType::new(foreign).default_value(&mut store).is_err());
}
