//! `Instance::new_async` with imports that don't fit.

use super::pend;
use crate::guest::assert_not_taken;
use libwasmtime::*;
use smol::future::block_on;

const WAT: &str = r#"(module
    (import "a" "f" (func (param i32)))
    (import "a" "memory" (memory 1))
    (import "" "global" (global i32)))"#;

/// Items of one store that the module can import, in that order.
fn items(store: &mut Store<()>) -> [Extern; 3] {
    let f = Func::wrap_async(&mut *store, |_, (_,): (i32,)| Box::new(pend(1)));
    let memory = Memory::new(&mut *store, MemoryType::new(1, None)).unwrap();
    let ty = GlobalType::new(ValType::I32, Mutability::Const);
    let global = Global::new(store, ty, Val::I32(1)).unwrap();
    [f.into(), memory.into(), global.into()]
}

/// What is wrong is an error as in `Instance::new`.
#[track_caller]
fn assert_error(store: &mut Store<()>, module: &Module, imports: &[Extern], text: &str) {
    let error = block_on(Instance::new_async(store, module, imports)).unwrap_err();
    assert!(format!("{error:#}").contains(text), "{error:#}");
}

#[test]
fn wrong_numbers_and_types() {
    let engine = Engine::default();
    let module = Module::new(&engine, WAT).unwrap();
    let mut store = Store::new(&engine, ());
    let [f, memory, global] = items(&mut store);
    let right = [f.clone(), memory.clone(), global.clone()];
    let store = &mut store;
    assert_error(store, &module, &[], "expected 3 imports, found 0");
    assert_error(store, &module, &right[..2], "expected 3 imports, found 2");
    let more = [&right[..], std::slice::from_ref(&f)].concat();
    assert_error(store, &module, &more, "expected 3 imports, found 4");
    let other = Func::wrap_async(&mut *store, |_, ()| Box::new(pend(1)));
    let mutable = GlobalType::new(ValType::I32, Mutability::Var);
    let mutable = Global::new(&mut *store, mutable, Val::I32(1)).unwrap();
    let small = Memory::new(&mut *store, MemoryType::new(0, None)).unwrap();
    for wrong in [
        [memory.clone(), f.clone(), global.clone()],
        [other.into(), memory.clone(), global.clone()],
        [f.clone(), memory.clone(), mutable.into()],
        [f.clone(), small.into(), global.clone()],
    ] {
        let expected = Instance::new(&mut Store::new(&engine, ()), &module, &[]);
        assert!(expected.is_err());
        assert_error(store, &module, &wrong, "incompatible import type");
    }
    block_on(Instance::new_async(&mut *store, &module, &right)).unwrap();
    let empty = Module::new(&engine, "(module)").unwrap();
    assert_error(store, &empty, &right[..1], "expected 0 imports, found 1");
    block_on(Instance::new_async(store, &empty, &[])).unwrap();
}

#[test]
fn another_store_and_another_engine() {
    let (engine, another) = (Engine::default(), Engine::default());
    let module = Module::new(&engine, WAT).unwrap();
    let wrong = Module::new(&another, WAT).unwrap();
    let mut store = Store::new(&engine, ());
    let right = items(&mut store);
    for engine in [&engine, &another] {
        let mut other = Store::new(engine, ());
        let foreign = items(&mut other);
        for i in 0..right.len() {
            let mut mixed = right.clone();
            mixed[i] = foreign[i].clone();
            assert_not_taken(block_on(Instance::new_async(&mut store, &module, &mixed)));
        }
    }
    assert_error(&mut store, &wrong, &right, "cross-`Engine`");
    block_on(Instance::new_async(&mut store, &module, &right)).unwrap();
}

/// Imports of the same names get the same item, or can't be expressed with a linker.
#[test]
fn names_that_are_imported_twice() {
    let engine = Engine::default();
    let text = r#"(module
        (import "a" "x" (func $f (param i32)))
        (import "a" "x" (func $g (param i32)))
        (import "ax" "" (func $h (param i32)))
        (import "" "ax" (func $i (param i32)))
        (func (export "run")
            (call $f (i32.const 1)) (call $g (i32.const 2))
            (call $h (i32.const 3)) (call $i (i32.const 4))))"#;
    let module = Module::new(&engine, text).unwrap();
    let mut store = Store::new(&engine, Vec::new());
    let [f, g, h] = [100, 200, 300].map(|offset| {
        let f = Func::wrap_async(
            &mut store,
            move |mut caller: Caller<'_, Vec<i32>>, (x,): (i32,)| {
                Box::new(async move {
                    pend(1).await;
                    caller.data_mut().push(offset + x);
                })
            },
        );
        Extern::from(f)
    });
    let imports = [f.clone(), g.clone(), g.clone(), h.clone()];
    let error = block_on(Instance::new_async(&mut store, &module, &imports)).unwrap_err();
    assert!(
        error.to_string().contains("imports `a::x` twice"),
        "{error}"
    );
    let imports = [f.clone(), f, g, h];
    block_on(async {
        let instance = Instance::new_async(&mut store, &module, &imports).await?;
        let run = instance.get_typed_func::<(), ()>(&mut store, "run")?;
        run.call_async(&mut store, ()).await
    })
    .unwrap();
    assert_eq!(store.data(), &[101, 102, 203, 304]);

    // A name, and a type that isn't that of the same item.
    let text = r#"(module
        (import "a" "x" (func (param i32)))
        (import "a" "x" (memory 1)))"#;
    let module = Module::new(&engine, text).unwrap();
    let memory = Memory::new(&mut store, MemoryType::new(1, None)).unwrap();
    let imports = [imports[0].clone(), memory.into()];
    let error = block_on(Instance::new_async(&mut store, &module, &imports)).unwrap_err();
    assert!(
        error.to_string().contains("imports `a::x` twice"),
        "{error}"
    );
}

/// All kinds of items, and names of any bytes.
#[test]
fn items_of_each_kind() {
    let mut config = Config::new();
    config.wasm_gc(true).wasm_exceptions(true);
    let engine = Engine::new(&config).unwrap();
    let text = r#"(module
        (import "" "" (func $f (param i32)))
        (import "m\00\7f" "\u{1F980}" (memory $m 1))
        (import "m" "\00" (global $g i32))
        (import "t" "t" (table $t 1 funcref))
        (import "t" "e" (tag $e))
        (export "f" (func $f)) (export "m" (memory $m)) (export "g" (global $g))
        (export "t" (table $t)) (export "e" (tag $e)))"#;
    let module = Module::new(&engine, text).unwrap();
    let mut store = Store::new(&engine, ());
    let [f, memory, global] = items(&mut store);
    let ty = TableType::new(RefType::FUNCREF, 1, None);
    let table = Table::new(&mut store, ty, Ref::Func(None)).unwrap();
    let tag = TagType::new(FuncType::new(&engine, [], []));
    let tag = Tag::new(&mut store, &tag).unwrap();
    let imports = [f, memory, global, table.into(), tag.into()];
    let instance = block_on(Instance::new_async(&mut store, &module, &imports)).unwrap();
    assert_eq!(instance.exports(&mut store).len(), 5);
    // Exported items are imported in turn.
    let names = ["f", "m", "g", "t", "e"];
    let imports = names.map(|name| instance.get_export(&mut store, name).unwrap());
    block_on(Instance::new_async(&mut store, &module, &imports)).unwrap();
}
