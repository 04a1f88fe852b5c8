//! Global variables.

use crate::guest::{Use, assert_not_taken, instantiate, panic_text};
use libwasmtime::{
    Engine, ExternRef, Func, FuncType, Global, GlobalType, HeapType, Mutability, RefType, Result,
    Store, Val, ValType,
};

fn mutable(content: ValType) -> GlobalType {
    GlobalType::new(content, Mutability::Var)
}

fn constant(content: ValType) -> GlobalType {
    GlobalType::new(content, Mutability::Const)
}

#[test]
fn values_of_all_types() -> Result<()> {
    let mut store = Store::<()>::default();
    let func = Func::wrap(&mut store, || {});
    let nan = f32::NAN.to_bits() | 0x1234;
    let host = ExternRef::new(&mut store, 5)?;
    let values = [
        (ValType::I32, Val::I32(1), Val::I32(-1)),
        (ValType::I64, Val::I64(1), Val::I64(i64::MIN)),
        (ValType::F32, Val::F32(1), Val::F32(nan)),
        (ValType::F64, Val::F64(1), (-0.0f64).into()),
        (ValType::V128, 1u128.into(), (u128::MAX - 5).into()),
        (ValType::FUNCREF, Val::FuncRef(None), func.into()),
        (ValType::FUNCREF, func.into(), Val::FuncRef(None)),
        (ValType::EXTERNREF, Val::ExternRef(None), host.into()),
    ];
    for (ty, first, second) in values {
        let global = Global::new(&mut store, mutable(ty.clone()), first)?;
        assert_same(&mut store, global, first);
        global.set(&mut store, second)?;
        assert_same(&mut store, global, second);
        let found = global.ty(&store);
        assert!(ValType::eq(found.content(), &ty));
        assert_eq!(found.mutability(), Mutability::Var);

        let global = Global::new(&mut store, constant(ty), second)?;
        assert_same(&mut store, global, second);
        assert!(global.set(&mut store, first).is_err());
        assert_same(&mut store, global, second);
        assert_eq!(global.ty(&store).mutability(), Mutability::Const);
    }
    Ok(())
}

#[track_caller]
fn assert_same(store: &mut Store<()>, global: Global, expected: Val) {
    let shown = |val: Val| match val {
        // Which function or object it is can't be seen in the handle.
        Val::ExternRef(reference) => format!("{:?}", reference.is_some()),
        val => format!("{val:?}"),
    };
    assert_eq!(shown(global.get(&mut *store)), shown(expected));
    if let Val::ExternRef(Some(reference)) = global.get(&mut *store) {
        let data = reference.data(&*store).expect("it is rooted");
        assert_eq!(data.and_then(|data| data.downcast_ref()), Some(&5));
    }
}

#[test]
fn a_value_of_another_type_is_an_error() -> Result<()> {
    let mut store = Store::<()>::default();
    assert!(Global::new(&mut store, mutable(ValType::I32), Val::I64(1)).is_err());
    let global = Global::new(&mut store, mutable(ValType::I32), Val::I32(1))?;
    for val in [
        Val::I64(2),
        Val::F32(2),
        Val::FuncRef(None),
        Val::ExternRef(None),
    ] {
        let error = global.set(&mut store, val).unwrap_err();
        assert!(format!("{error:#}").contains("type"), "{error:#}");
    }
    assert_eq!(global.get(&mut store).unwrap_i32(), 1);

    let non_null = ValType::Ref(RefType::new(false, HeapType::Func));
    assert!(Global::new(&mut store, mutable(non_null.clone()), Val::FuncRef(None)).is_err());
    let func = Func::wrap(&mut store, || {});
    let global = Global::new(&mut store, mutable(non_null), func.into())?;
    assert!(global.set(&mut store, Val::FuncRef(None)).is_err());

    let takes_i32 = FuncType::new(store.engine(), [ValType::I32], []);
    let typed = ValType::Ref(RefType::new(true, HeapType::ConcreteFunc(takes_i32)));
    assert!(Global::new(&mut store, mutable(typed.clone()), func.into()).is_err());
    let func = Func::wrap(&mut store, |_: i32| {});
    assert!(Global::new(&mut store, mutable(typed), func.into()).is_ok());
    Ok(())
}

#[test]
fn webassembly_and_the_host_see_the_same() -> Result<()> {
    let mut store = Store::<()>::default();
    let global = Global::new(&mut store, mutable(ValType::I32), Val::I32(1))?;
    let instance = instantiate(
        &mut store,
        r#"(module
            (import "" "" (global $g (mut i32)))
            (export "g" (global $g))
            (func (export "add") (global.set $g (i32.add (global.get $g) (i32.const 10)))))"#,
        &[global.into()],
    );
    let add = instance.get_typed_func::<(), ()>(&mut store, "add")?;
    add.call(&mut store, ())?;
    assert_eq!(global.get(&mut store).unwrap_i32(), 11);
    let again = instance.get_global(&mut store, "g").expect("it is there");
    again.set(&mut store, Val::I32(20))?;
    add.call(&mut store, ())?;
    assert_eq!(global.get(&mut store).unwrap_i32(), 30);
    Ok(())
}

#[test]
fn a_type_of_another_engine_is_an_error() {
    let mut store = Store::<()>::default();
    let ty = FuncType::new(&Engine::default(), [], []);
    let ty = ValType::Ref(RefType::new(true, HeapType::ConcreteFunc(ty)));
    let error = Global::new(&mut store, mutable(ty), Val::FuncRef(None)).unwrap_err();
    assert_eq!(
        error.root_cause().to_string(),
        "type used with wrong engine"
    );
    let text = "type mismatch: initial value provided does not match the type of this global";
    assert_eq!(error.to_string(), text);
}

#[test]
fn another_store_panics() -> Result<()> {
    let engine = Engine::default();
    let mut home = Store::new(&engine, ());
    let global = Global::new(&mut home, mutable(ValType::FUNCREF), Val::FuncRef(None))?;
    let func = Func::wrap(&mut home, || {});
    let mut foreign = Store::new(&engine, ());
    let uses: [Use<'_>; 3] = [
        &mut |store| _ = global.ty(store),
        &mut |store| _ = global.get(store),
        &mut |store| _ = global.set(store, Val::FuncRef(None)),
    ];
    for use_ in uses {
        let text = panic_text(|| use_(&mut foreign));
        assert!(text.contains("wrong store"), "{text}");
    }
    let own = Global::new(&mut foreign, mutable(ValType::FUNCREF), Val::FuncRef(None))?;
    assert_not_taken(own.set(&mut foreign, func.into()));
    let ty = mutable(ValType::FUNCREF);
    assert_not_taken(Global::new(&mut foreign, ty, func.into()));
    Ok(())
}
