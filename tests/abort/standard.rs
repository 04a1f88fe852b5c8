//! The engine-neutral API, whose C functions check the least.

use crate::{alone, assert_panics};
use libwasmtime::standard::*;
use libwasmtime::wat2wasm;
use std::panic::panic_any;

const WAT: &str = r#"(module
    (import "" "f" (func $host (param i32) (result i32)))
    (memory (export "memory") 1 3)
    (table (export "table") 4 8 funcref)
    (global (export "global") (mut i32) (i32.const 1))
    (global (export "globalref") (mut funcref) (ref.null func))
    (func (export "f") (param i32) (result i32) (call $host (local.get 0)))
    (func (export "ref") (param funcref) (result funcref) (local.get 0))
    (func (export "trap") unreachable))"#;

struct Items {
    store: Store,
    module: Module,
    func: Func,
    global: Global,
    globalref: Global,
    table: Table,
    memory: Memory,
    take: Func,
    reference: Ref,
}

fn items(engine: &Engine) -> Items {
    let mut store = Store::new(engine);
    let module = Module::new(&store, wat2wasm(WAT).unwrap()).unwrap();
    let ty = FuncType::new(engine, [ValType::I32], [ValType::I32]);
    let host = Func::new(&mut store, &ty, |_, args, results| {
        results.clone_from_slice(args);
        Ok(())
    })
    .unwrap();
    let instance = Instance::new(&mut store, &module, &[host.into()]).unwrap();
    let get = |name: &str| instance.get_export(name).unwrap().clone();
    let table = get("table").into_table().unwrap();
    let func = get("f").into_func().unwrap();
    // References come only from the store.
    let ty = FuncType::new(engine, [], [ValType::FUNCREF]);
    let wat = r#"(module (func $f) (elem declare func $f)
        (func (export "give") (result funcref) (ref.func $f)))"#;
    let giver = Module::new(&store, wat2wasm(wat).unwrap()).unwrap();
    let giver = Instance::new(&mut store, &giver, &[]).unwrap();
    let give = giver
        .get_export("give")
        .unwrap()
        .clone()
        .into_func()
        .unwrap();
    assert!(FuncType::eq(give.ty(), &ty));
    let given = give.call(&mut store, &[]).unwrap();
    let reference = given[0].func_ref().unwrap().unwrap().clone();
    Items {
        global: get("global").into_global().unwrap(),
        globalref: get("globalref").into_global().unwrap(),
        memory: get("memory").into_memory().unwrap(),
        take: get("ref").into_func().unwrap(),
        table,
        func,
        reference,
        module,
        store,
    }
}

type Use = fn(&mut Items, &Items);

/// Uses an item of the second where the first's is expected.
const USES: &[(&str, Use)] = &[
    ("Func::call", |a, b| {
        drop(b.func.call(&mut a.store, &[Val::I32(1)]))
    }),
    ("Global::get", |a, b| drop(b.global.get(&mut a.store))),
    ("Global::set", |a, b| {
        drop(b.global.set(&mut a.store, &Val::I32(1)))
    }),
    ("Table::size", |a, b| _ = b.table.size(&a.store)),
    ("Table::get", |a, b| drop(b.table.get(&mut a.store, 0))),
    ("Table::set", |a, b| {
        drop(b.table.set(&mut a.store, 0, None))
    }),
    ("Table::grow", |a, b| {
        drop(b.table.grow(&mut a.store, 1, None))
    }),
    ("Memory::data", |a, b| _ = b.memory.data(&a.store)),
    ("Memory::data_mut", |a, b| {
        _ = b.memory.data_mut(&mut a.store)
    }),
    ("Memory::data_size", |a, b| _ = b.memory.data_size(&a.store)),
    ("Memory::size", |a, b| _ = b.memory.size(&a.store)),
    ("Memory::grow", |a, b| drop(b.memory.grow(&mut a.store, 1))),
    ("an import", |a, b| {
        drop(Instance::new(
            &mut a.store,
            &a.module,
            &[b.func.clone().into()],
        ));
    }),
    ("Extern::to_raw", |a, b| {
        drop(Extern::from(b.func.clone()).to_raw(&a.store))
    }),
    ("an argument", |a, b| {
        let val = Val::FuncRef(Some(b.reference.clone()));
        drop(a.take.call(&mut a.store, &[val]));
    }),
    ("a value of Global::set", |a, b| {
        let val = Val::FuncRef(Some(b.reference.clone()));
        drop(a.globalref.set(&mut a.store, &val));
    }),
    ("a value of Global::new", |a, b| {
        let ty = GlobalType::new(ValType::FUNCREF, Mutability::Var);
        let val = Val::FuncRef(Some(b.reference.clone()));
        drop(Global::new(&mut a.store, &ty, &val));
    }),
    ("a value of Table::new", |a, b| {
        let ty = TableType::new(RefType::FUNCREF, 1, None);
        drop(Table::new(&mut a.store, &ty, Some(&b.reference)));
    }),
    ("a value of Table::set", |a, b| {
        drop(a.table.set(&mut a.store, 0, Some(&b.reference)));
    }),
    ("a value of Table::grow", |a, b| {
        drop(a.table.grow(&mut a.store, 1, Some(&b.reference)));
    }),
    ("a result", |a, b| {
        let ty = FuncType::new(a.store.engine(), [], [ValType::FUNCREF]);
        let foreign = b.reference.clone();
        let f = Func::new(&mut a.store, &ty, move |_, _, results| {
            results[0] = Val::FuncRef(Some(foreign.clone()));
            Ok(())
        });
        drop(f.unwrap().call(&mut a.store, &[]));
    }),
    ("Val::to_raw", |a, b| {
        drop(Val::FuncRef(Some(b.reference.clone())).to_raw(&a.store));
    }),
];

#[test]
fn items_of_another_store() {
    alone("standard::items_of_another_store", || {
        let engine = Engine::default();
        let mut own = items(&engine);
        for foreign in [items(&engine), items(&Engine::default())] {
            for (name, misuse) in USES {
                assert_panics(name, || misuse(&mut own, &foreign));
            }
        }
        let results = own.func.call(&mut own.store, &[Val::I32(42)]).unwrap();
        assert_eq!(results[0].i32(), Some(42));
        // Handles outlive their store.
        let Items { store, func, .. } = own;
        drop(store);
        let mut other = items(&engine);
        assert_panics("a handle of a store that is gone", || {
            drop(func.call(&mut other.store, &[Val::I32(1)]));
        });
    });
}

/// Values of each kind for types of each kind; numbers of them, too.
#[test]
fn values_of_a_wrong_type() {
    alone("standard::values_of_a_wrong_type", || {
        let engine = Engine::default();
        let Items {
            mut store,
            reference,
            ..
        } = items(&engine);
        let values = [
            Val::I32(1),
            Val::I64(1),
            Val::F32(1.0),
            Val::F64(1.0),
            Val::FuncRef(None),
            Val::FuncRef(Some(reference)),
        ];
        let exact = HeapType::ConcreteFunc(FuncType::new(&engine, [ValType::I64], []));
        let mut types = vec![
            ValType::I32,
            ValType::I64,
            ValType::F32,
            ValType::F64,
            ValType::V128,
        ];
        let heap_types = [
            HeapType::Func,
            HeapType::NoFunc,
            exact,
            HeapType::Extern,
            HeapType::Any,
            HeapType::I31,
            HeapType::Exn,
        ];
        for heap_type in heap_types {
            for nullable in [true, false] {
                types.push(RefType::new(nullable, heap_type.clone()).into());
            }
        }
        for ty in &types {
            for value in &values {
                println!("{value:?} as {ty}");
                for mutability in [Mutability::Const, Mutability::Var] {
                    let ty = GlobalType::new(ty.clone(), mutability);
                    if let Ok(global) = Global::new(&mut store, &ty, value) {
                        drop(global.get(&mut store));
                        for other in &values {
                            drop(global.set(&mut store, other));
                        }
                        drop(global.get(&mut store));
                    }
                }
                if let Some(element) = ty.as_ref() {
                    let ty = TableType::new(element.clone(), 2, None);
                    let init = value.func_ref().flatten();
                    if let Ok(table) = Table::new(&mut store, &ty, init) {
                        for index in [0, 1, 2, u32::MAX] {
                            drop(table.get(&mut store, index));
                            for other in &values {
                                drop(table.set(&mut store, index, other.func_ref().flatten()));
                                drop(table.grow(&mut store, u32::MAX, other.func_ref().flatten()));
                            }
                        }
                    }
                }
                let sides = || [ty.clone()];
                let given = value.clone();
                let ty = FuncType::new(&engine, sides(), sides());
                let f = Func::new(&mut store, &ty, move |_, _, results| {
                    results[0] = given.clone();
                    Ok(())
                });
                if let Ok(f) = f {
                    drop(f.call(&mut store, std::slice::from_ref(value)));
                    drop(f.call(&mut store, &[]));
                    drop(f.call(&mut store, &[value.clone(), value.clone()]));
                }
            }
        }
    });
}

/// Exports for which `wasm.h` has no type.
#[test]
fn items_that_it_has_not() {
    alone("standard::items_that_it_has_not", || {
        let mut config = libwasmtime::Config::new();
        config
            .wasm_exceptions(true)
            .wasm_gc(true)
            .shared_memory(true);
        config.wasm_function_references(true);
        let engine = Engine::new(&config).unwrap();
        for item in [
            r#"(func (export "a") (param v128) (result v128) (local.get 0))"#,
            r#"(func (export "a") (param externref) (result externref) (local.get 0))"#,
            r#"(func (export "a") (result anyref) (ref.null any))"#,
            r#"(func (export "a") (result exnref) (ref.null exn))"#,
            r#"(global (export "a") v128 (v128.const i64x2 0 0))"#,
            r#"(global (export "a") externref (ref.null extern))"#,
            r#"(global (export "a") i31ref (ref.i31 (i32.const 1)))"#,
            r#"(table (export "a") 1 externref)"#,
            r#"(table (export "a") 1 anyref)"#,
            r#"(table (export "a") i64 1 8589934592 funcref)"#,
            r#"(memory (export "a") 1 2 shared)"#,
            r#"(memory (export "a") i64 1 8589934592)"#,
            r#"(memory (export "a") 65536)"#,
            r#"(tag (export "a") (param i32))"#,
        ] {
            println!("{item}");
            let mut store = Store::new(&engine);
            let binary = wat2wasm(format!("(module {item})")).unwrap();
            let module = Module::new(&store, &binary).unwrap();
            drop((module.share(), module.serialize()));
            let Ok(instance) = Instance::new(&mut store, &module, &[]) else {
                continue;
            };
            let export = instance.exports()[0].clone();
            println!("  {export:?}");
            drop(export.to_raw(&store));
            match export {
                Extern::Func(func) => {
                    for value in [Val::FuncRef(None), Val::I64(0)] {
                        drop(func.call(&mut store, std::slice::from_ref(&value)));
                    }
                    drop(func.call(&mut store, &[]));
                }
                Extern::Global(global) => {
                    drop(global.get(&mut store));
                    drop(global.set(&mut store, &Val::FuncRef(None)));
                }
                Extern::Table(table) => {
                    _ = table.size(&store);
                    drop(table.get(&mut store, 0));
                    drop(table.set(&mut store, 0, None));
                    drop(table.grow(&mut store, 1, None));
                }
                Extern::Memory(memory) => {
                    _ = memory.size(&store);
                    drop(memory.grow(&mut store, u32::MAX));
                }
                _ => {}
            }
        }
    });
}

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic_any(Bomb);
        }
    }
}

#[test]
fn host_functions_that_fail() {
    alone("standard::host_functions_that_fail", || {
        let engine = Engine::default();
        let mut store = Store::new(&engine);
        let module = Module::new(&store, wat2wasm(WAT).unwrap()).unwrap();
        let ty = FuncType::new(&engine, [ValType::I32], [ValType::I32]);
        for how in 0..6 {
            println!("{how}");
            let host = Func::new(&mut store, &ty, move |mut store, _, results| match how {
                0 => libwasmtime::bail!("no"),
                1 => panic!("no"),
                2 => panic_any(Bomb),
                3 => Err(Trap::new(&store, "no\0 or\0yes").into()),
                4 => {
                    results[0] = Val::FuncRef(None);
                    Ok(())
                }
                _ => {
                    let module =
                        Module::new(&store, wat2wasm("(module (func unreachable) (start 0))")?)?;
                    Instance::new(&mut store, &module, &[]).map(drop)
                }
            })
            .unwrap();
            let instance = Instance::new(&mut store, &module, &[host.into()]).unwrap();
            let f = instance
                .get_export("f")
                .unwrap()
                .clone()
                .into_func()
                .unwrap();
            if how == 1 || how == 2 {
                assert_panics("a host function's panic", || {
                    drop(f.call(&mut store, &[Val::I32(1)]));
                });
            } else {
                f.call(&mut store, &[Val::I32(1)]).unwrap_err();
            }
        }
        println!("dropped with its store");
        let bomb = Bomb;
        Func::new(&mut store, &ty, move |_, _, _| {
            _ = &bomb;
            Ok(())
        })
        .unwrap();
        drop(store);
        println!("the wrong number of imports");
        let mut own = items(&engine);
        for count in [0, 2] {
            let imports = vec![own.func.clone().into(); count];
            Instance::new(&mut own.store, &own.module, &imports).unwrap_err();
        }
        println!("a type and a module of another engine");
        let mut other = Store::new(&Engine::default());
        assert_panics("Func::new", || {
            drop(Func::new(&mut other, &ty, |_, _, _| Ok(())));
        });
        Module::obtain(&mut other, &own.module.share()).unwrap_err();
        Instance::new(&mut other, &own.module, &[]).unwrap_err();
        for text in ["", "\0", "a\0b"] {
            drop(Trap::new(&other, text));
        }
    });
}
