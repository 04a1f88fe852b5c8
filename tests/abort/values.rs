//! Values of a wrong type, and types of another engine.

use crate::kinds::{Kind, abstract_heap_types, concrete_heap_types};
use crate::{alone, assert_panics};
use libwasmtime::*;
use std::thread;

/// Returns the values of each kind that there is.
fn values(store: &mut Store<()>) -> Vec<Val> {
    let values = Kind::ALL.iter().map(|kind| kind.values(store));
    values.collect::<Result<Vec<_>>>().unwrap().concat()
}

/// Returns one of each type.
fn types(store: &mut Store<()>) -> Vec<ValType> {
    let mut types: Vec<_> = Kind::ALL.iter().map(|kind| kind.ty()).collect();
    let heap_types = abstract_heap_types();
    for heap_type in heap_types
        .into_iter()
        .chain(concrete_heap_types(store.engine()).unwrap())
    {
        for nullable in [true, false] {
            types.push(RefType::new(nullable, heap_type.clone()).into());
        }
    }
    types
}

/// Returns each value for each type: it fits, or it is an error.
fn each_pair(test: &'static str, check: impl Fn(&mut Store<()>, &ValType, Val) -> Result<()>) {
    alone(test, || {
        let mut config = Config::new();
        config.wasm_gc(true).wasm_exceptions(true);
        let mut store = Store::new(&Engine::new(&config).unwrap(), ());
        for ty in types(&mut store) {
            let mut fit = 0;
            for value in values(&mut store) {
                println!("{value:?} as {ty}");
                let fits = value.matches_ty(&store, &ty).expect("it is rooted");
                let outcome = check(&mut store, &ty, value);
                // A value of the type may be refused; any other always is.
                assert!(fits || outcome.is_err(), "{value:?} as {ty}");
                fit += u32::from(outcome.is_ok());
            }
            println!("{fit} fit {ty}");
            assert!(ty.is_ref() || fit > 0, "{ty}");
        }
    });
}

#[test]
fn of_globals() {
    each_pair("values::of_globals", |store, ty, value| {
        let ty = GlobalType::new(ty.clone(), Mutability::Var);
        let global = Global::new(&mut *store, ty, value)?;
        _ = global.get(&mut *store);
        for other in values(store) {
            drop(global.set(&mut *store, other));
        }
        _ = global.get(&mut *store);
        let constant = GlobalType::new(global.ty(&*store).content().clone(), Mutability::Const);
        let constant = Global::new(&mut *store, constant, value)?;
        assert!(constant.set(&mut *store, value).is_err());
        Ok(())
    });
}

#[test]
fn of_fields() {
    each_pair("values::of_fields", |store, ty, value| {
        let field = |mutability| FieldType::new(mutability, ty.clone().into());
        let fields = [field(Mutability::Var), field(Mutability::Const)];
        let ty = StructType::new(store.engine(), fields)?;
        let pre = StructRefPre::new(&mut *store, ty);
        let object = StructRef::new(&mut *store, &pre, &[value, value])?;
        _ = object.field(&mut *store, 0)?;
        assert!(object.field(&mut *store, usize::MAX).is_err());
        assert!(StructRef::new(&mut *store, &pre, &[value]).is_err());
        for other in values(store) {
            drop(object.set_field(&mut *store, 0, other));
            assert!(object.set_field(&mut *store, 1, other).is_err());
            assert!(object.set_field(&mut *store, usize::MAX, other).is_err());
        }
        Ok(())
    });
}

#[test]
fn of_elements() {
    each_pair("values::of_elements", |store, ty, value| {
        let field = FieldType::new(Mutability::Var, ty.clone().into());
        // Panics for a type of continuations, as for every other place of these.
        FuncType::try_new(store.engine(), [ty.clone()], [])?;
        let ty = ArrayType::new(store.engine(), field);
        let pre = ArrayRefPre::new(&mut *store, ty);
        let array = ArrayRef::new(&mut *store, &pre, &value, 2)?;
        assert!(array.get(&mut *store, u32::MAX).is_err());
        assert!(ArrayRef::new(&mut *store, &pre, &value, u32::MAX).is_err());
        for other in values(store) {
            drop(array.set(&mut *store, 0, other));
            assert!(array.set(&mut *store, u32::MAX, other).is_err());
            drop(ArrayRef::new_fixed(&mut *store, &pre, &[value, other]));
        }
        assert_eq!(array.elems(&mut *store)?.count(), 2);
        Ok(())
    });
}

#[test]
fn of_tables() {
    each_pair("values::of_tables", |store, ty, value| {
        let (Some(element), Some(init)) = (ty.as_ref(), value.ref_()) else {
            // So that numbers are frequent enough.
            ensure!(value.matches_ty(&*store, ty)?, "not of the type");
            return Ok(());
        };
        let ty = TableType::new(element.clone(), 2, Some(4));
        let table = Table::new(&mut *store, ty, init)?;
        _ = table.get(&mut *store, 0);
        for other in values(store).into_iter().filter_map(Val::ref_) {
            drop(table.set(&mut *store, 1, other));
            drop(table.set(&mut *store, u64::MAX, other));
            drop(table.fill(&mut *store, 0, other, 2));
            drop(table.fill(&mut *store, u64::MAX, other, u64::MAX));
            drop(table.grow(&mut *store, u64::MAX, other));
            drop(table.grow(&mut *store, 0, other));
        }
        assert!(table.get(&mut *store, u64::MAX).is_none());
        Ok(())
    });
}

#[test]
fn of_arguments() {
    each_pair("values::of_arguments", |store, ty, value| {
        let ty = FuncType::try_new(store.engine(), [ty.clone()], [])?;
        let host = Func::new(&mut *store, ty, |_, _, _| Ok(()));
        host.call(&mut *store, &[value], &mut [])
    });
}

#[test]
fn of_results() {
    each_pair("values::of_results", |store, ty, value| {
        let ty = FuncType::try_new(store.engine(), [], [ty.clone()])?;
        let host = Func::new(&mut *store, ty, move |_, _, results| {
            results[0] = value;
            Ok(())
        });
        let mut results = [Val::I32(0)];
        host.call(&mut *store, &[], &mut results)
    });
}

/// Through WebAssembly code, if the type can be written there.
#[test]
fn of_results_to_wasm() {
    each_pair("values::of_results_to_wasm", |store, ty, value| {
        let ty = FuncType::try_new(store.engine(), [], [ty.clone()])?;
        let host = Func::new(&mut *store, ty.clone(), move |_, _, results| {
            results[0] = value;
            Ok(())
        });
        let mut linker = Linker::new(store.engine());
        linker.define(&*store, "", "f", host)?;
        let wat = format!(
            r#"(module (import "" "f" (func $f (result {})))
                (func (export "run") (drop (call $f))))"#,
            text_of(&ty.result(0).expect("one"))?
        );
        let module = Module::new(store.engine(), wat)?;
        let instance = linker.instantiate(&mut *store, &module)?;
        let run = instance.get_func(&mut *store, "run").expect("exported");
        run.call(&mut *store, &[], &mut [])
    });
}

/// Returns how a type is written.
fn text_of(ty: &ValType) -> Result<String> {
    if let Some(ty) = ty.as_ref() {
        ensure!(ty.heap_type().is_abstract(), "not without a definition");
    }
    Ok(ty.to_string())
}

/// Too few and too many.
#[test]
fn in_number() {
    alone("values::in_number", || {
        let mut store = Store::<()>::default();
        let ty = FuncType::new(
            store.engine(),
            [const { ValType::I32 }; 3],
            [const { ValType::I32 }; 2],
        );
        let f = Func::new(&mut store, ty, |_, _, results| {
            results.fill(Val::I32(0));
            Ok(())
        });
        for params in 0..6 {
            for results in 0..6 {
                let called = f.call(
                    &mut store,
                    &vec![Val::I32(1); params],
                    &mut vec![Val::I32(1); results],
                );
                assert_eq!(called.is_ok(), (params, results) == (3, 2));
            }
        }
        assert!(f.typed::<(), ()>(&store).is_err());
        assert!(f.typed::<(i32, i32, i32), (i32, i32, i32)>(&store).is_err());
    });
}

/// A function may have more parameters and results than any module can declare.
#[test]
fn of_functions_with_many() {
    alone("values::of_functions_with_many", || {
        let mut store = Store::<()>::default();
        for count in [0, 1, 16, 17, 1000, 1001, 20_000] {
            println!("{count}");
            let types = || vec![ValType::I64; count];
            let ty = FuncType::new(store.engine(), types(), types());
            let f = Func::new(&mut store, ty.clone(), |_, params, results| {
                results.copy_from_slice(params);
                Ok(())
            });
            let args: Vec<_> = (0..count).map(|i| Val::I64(i as i64)).collect();
            let mut results = vec![Val::I32(0); count];
            f.call(&mut store, &args, &mut results).unwrap();
            assert_eq!(
                results.last().and_then(Val::i64),
                args.last().and_then(Val::i64)
            );
            let global = GlobalType::new(ValType::FUNCREF, Mutability::Var);
            Global::new(&mut store, global, f.into()).unwrap();
            Linker::new(store.engine())
                .func_new("", "", ty, |_: Caller<'_, ()>, _, _| Ok(()))
                .unwrap();
        }
    });
}

/// Types that nest too deeply for a recursion over them; with a small stack, as libwasmtime
/// 48.0.0 itself recurses when it drops them.
#[test]
fn of_nested_types() {
    alone("values::of_nested_types", || {
        let mut store = Store::<()>::default();
        let engine = store.engine().clone();
        let chain = || {
            let mut ty = FuncType::new(&engine, [], []);
            for _ in 0..2_000 {
                let reference = RefType::new(true, HeapType::ConcreteFunc(ty));
                ty = FuncType::new(&engine, [reference.into()], []);
            }
            ty
        };
        let (a, b) = (chain(), chain());
        let f = Func::new(&mut store, a.clone(), |_, _, _| Ok(()));
        thread::scope(|scope| {
            let little = thread::Builder::new().stack_size(128 << 10);
            let compared = little.spawn_scoped(scope, || {
                assert!(FuncType::eq(&a, &b));
                assert!(a.matches(&b));
                println!("{a}");
            });
            compared.unwrap().join().unwrap();
        });
        assert!(f.matches_ty(&store, &b));
        f.call(&mut store, &[Val::null_func_ref()], &mut [])
            .unwrap();
        f.call(&mut store, &[f.into()], &mut []).unwrap_err();
        let exact = RefType::new(true, HeapType::ConcreteFunc(a));
        let global = GlobalType::new(exact.clone().into(), Mutability::Var);
        let global = Global::new(&mut store, global, f.into()).unwrap();
        drop(global.ty(&store));
        let table = TableType::new(exact, 1, None);
        drop(Table::new(&mut store, table, f.into()).unwrap().ty(&store));
        drop(store);
        drop(b);
    });
}

/// Types that refer to themselves.
#[test]
fn of_types_in_themselves() {
    alone("values::of_types_in_themselves", || {
        let mut config = Config::new();
        config.wasm_function_references(true).wasm_gc(true);
        let engine = Engine::new(&config).unwrap();
        let wat = r#"(module
            (rec (type $a (sub (func (param (ref null $a)) (result (ref null $a))))))
            (rec
                (type $b (sub (func (param (ref null $b)) (result (ref null $b)))))
                (type $x (func)))
            (rec
                (type $c (sub (func (param (ref null $d)) (result (ref null $d)))))
                (type $d (sub (func (param (ref null $c)) (result (ref null $c))))))
            (func (export "a") (type $a) (local.get 0))
            (func (export "b") (type $b) (local.get 0))
            (func (export "c") (type $c) (ref.null $d))
            (func (export "d") (type $d) (ref.null $c)))"#;
        let module = Module::new(&engine, wat).unwrap();
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let funcs = ["a", "b", "c", "d"].map(|name| instance.get_func(&mut store, name).unwrap());
        for (i, f) in funcs.iter().enumerate() {
            for (j, g) in funcs.iter().enumerate() {
                println!("{i} {j}");
                let (a, b) = (f.ty(&store), g.ty(&store));
                println!("{a} {b}");
                assert_eq!(FuncType::eq(&a, &b), i == j);
                _ = a.matches(&b);
                assert_eq!(f.matches_ty(&store, &b), a.matches(&b));
                let called = f.call(&mut store, &[(*g).into()], &mut [Val::I32(0)]);
                assert_eq!(called.is_ok(), i == j && i < 2 || i + j == 5);
            }
        }
    });
}

/// Items of any kind where a module imports another.
#[test]
fn of_imports() {
    alone("values::of_imports", || {
        let mut store = Store::<()>::default();
        let func = Func::wrap(&mut store, || {});
        let ty = GlobalType::new(ValType::I32, Mutability::Var);
        let global = Global::new(&mut store, ty, Val::I32(1)).unwrap();
        let memory = Memory::new(&mut store, MemoryType::new(1, None)).unwrap();
        let ty = TableType::new(RefType::FUNCREF, 1, None);
        let table = Table::new(&mut store, ty, Ref::Func(None)).unwrap();
        let items: [Extern; 4] = [func.into(), global.into(), memory.into(), table.into()];
        let wanted = [
            "(func)",
            "(func (param i32))",
            "(global (mut i32))",
            "(global i32)",
            "(global (mut i64))",
            "(memory 1)",
            "(memory 2)",
            "(memory 1 1)",
            "(memory i64 1)",
            "(table 1 funcref)",
            "(table 1 externref)",
            "(table 2 funcref)",
        ];
        for want in wanted {
            let wat = format!(r#"(module (import "a" "b" {want}))"#);
            let module = Module::new(store.engine(), wat).unwrap();
            let mut fit = 0;
            for item in &items {
                println!("{item:?} as {want}");
                let made = Instance::new(&mut store, &module, std::slice::from_ref(item));
                fit += u32::from(made.is_ok());
                let mut linker = Linker::new(store.engine());
                linker.define(&store, "a", "b", item.clone()).unwrap();
                let linked = linker.instantiate(&mut store, &module);
                assert_eq!(linked.is_ok(), made.is_ok());
            }
            assert!(fit <= 1, "{want}");
            for count in [0, 2, 100] {
                let many = vec![items[0].clone(); count];
                assert!(Instance::new(&mut store, &module, &many).is_err());
            }
        }
    });
}

type Misuse = fn(&Engine, &FuncType);

/// A type that was made for another engine.
fn foreign_field(ty: &FuncType) -> FieldType {
    let ty = RefType::new(true, HeapType::ConcreteFunc(ty.clone()));
    FieldType::new(Mutability::Var, ty.into())
}

const FOREIGN: &[(&str, Misuse)] = &[
    ("Func::new", |engine, foreign| {
        Func::new(Store::new(engine, ()), foreign.clone(), |_, _, _| Ok(()));
    }),
    ("Linker::func_new", |engine, foreign| {
        let mut linker = Linker::<()>::new(engine);
        drop(linker.func_new("", "", foreign.clone(), |_, _, _| Ok(())));
    }),
    ("FuncType::new", |engine, foreign| {
        let ty = RefType::new(true, HeapType::ConcreteFunc(foreign.clone()));
        FuncType::new(engine, [ty.into()], []);
    }),
    ("StructType::new", |engine, foreign| {
        drop(StructType::new(engine, [foreign_field(foreign)]));
    }),
    ("ArrayType::new", |engine, foreign| {
        ArrayType::new(engine, foreign_field(foreign));
    }),
    ("StructRefPre::new", |engine, foreign| {
        let ty = StructType::new(foreign.engine(), [foreign_field(foreign)]);
        StructRefPre::new(Store::new(engine, ()), ty.expect("it has one field"));
    }),
    ("ArrayRefPre::new", |engine, foreign| {
        let ty = ArrayType::new(foreign.engine(), foreign_field(foreign));
        ArrayRefPre::new(Store::new(engine, ()), ty);
    }),
    ("FuncType::eq", |engine, foreign| {
        FuncType::eq(&FuncType::new(engine, [], []), foreign);
    }),
    ("FuncType::matches", |engine, foreign| {
        FuncType::new(engine, [], []).matches(foreign);
    }),
    ("Func::matches_ty", |engine, foreign| {
        let mut store = Store::new(engine, ());
        Func::wrap(&mut store, || {}).matches_ty(&store, foreign);
    }),
    ("Linker::get", |engine, foreign| {
        let linker = Linker::new(engine);
        _ = linker.get(&mut Store::new(foreign.engine(), ()), "", "");
    }),
    ("Linker::get_default", |engine, foreign| {
        drop(Linker::new(engine).get_default(&mut Store::new(foreign.engine(), ()), ""));
    }),
    ("Linker::module", |engine, foreign| {
        let module = Module::new(foreign.engine(), "(module)").unwrap();
        let mut store = Store::new(foreign.engine(), ());
        drop(Linker::new(engine).module(&mut store, "", &module));
    }),
    (
        "Linker::define_unknown_imports_as_default_values",
        |engine, foreign| {
            let module = Module::new(engine, "(module)").unwrap();
            let mut linker = Linker::new(engine);
            let store = Store::new(foreign.engine(), ());
            drop(linker.define_unknown_imports_as_default_values(store, &module));
        },
    ),
];

#[test]
fn of_another_engine() {
    alone("values::of_another_engine", || {
        let engine = Engine::default();
        let other = Engine::default();
        let foreign = FuncType::new(&other, [ValType::I32], []);
        for (name, misuse) in FOREIGN {
            assert_panics(name, || misuse(&engine, &foreign));
        }
        let mut store = Store::new(&engine, ());
        let ty = RefType::new(true, HeapType::ConcreteFunc(foreign.clone()));
        let table = TableType::new(ty.clone(), 1, None);
        assert!(Table::new(&mut store, table, Ref::Func(None)).is_err());
        let table = TableType::new64(ty.clone(), 1, None);
        assert!(Table::new(&mut store, table, Ref::Func(None)).is_err());
        let global = GlobalType::new(ty.into(), Mutability::Var);
        assert!(Global::new(&mut store, global, Val::null_func_ref()).is_err());
        assert!(Tag::new(&mut store, &TagType::new(foreign)).is_err());
        let module = Module::new(&other, "(module)").unwrap();
        assert!(Instance::new(&mut store, &module, &[]).is_err());
        assert!(Linker::<()>::new(&engine).instantiate_pre(&module).is_err());
        let mut linker = Linker::<()>::new(&engine);
        assert!(linker.define_unknown_imports_as_traps(&module).is_err());
        let mut foreign_store = Store::new(&other, ());
        assert!(linker.instantiate(&mut foreign_store, &module).is_err());
        let pre = Linker::new(&other).instantiate_pre(&module).unwrap();
        assert!(pre.instantiate(&mut store).is_err());

        // A type's number in one engine is another type's in the next.
        let func = Func::wrap(&mut foreign_store, || {});
        linker.define(&foreign_store, "", "f", func).unwrap();
        for ty in ["(func)", "(func (param i64 i64 i64))", "(memory 1)"] {
            println!("{ty}");
            let module = format!(r#"(module (import "" "f" {ty}))"#);
            let module = Module::new(&engine, module).unwrap();
            assert!(linker.instantiate_pre(&module).is_err());
            assert!(linker.instantiate(&mut store, &module).is_err());
            assert!(linker.module(&mut store, "", &module).is_err());
        }
    });
}

#[cfg(feature = "threads")]
#[test]
fn of_a_shared_memory_of_another_engine() {
    alone("values::of_a_shared_memory_of_another_engine", || {
        let config = || Config::new().shared_memory(true).clone();
        let (engine, other) = (
            Engine::new(&config()).unwrap(),
            Engine::new(&config()).unwrap(),
        );
        let memory = SharedMemory::new(&other, MemoryType::shared(1, 2)).unwrap();
        let wat = r#"(module (import "" "m" (memory 1 2 shared)))"#;
        let module = Module::new(&engine, wat).unwrap();
        let mut store = Store::new(&engine, ());
        assert!(Instance::new(&mut store, &module, &[memory.clone().into()]).is_err());
        let mut linker = Linker::new(&engine);
        linker.define(&store, "", "m", memory.clone()).unwrap();
        assert!(linker.instantiate_pre(&module).is_err());
        assert!(linker.instantiate(&mut store, &module).is_err());
        assert!(linker.get(&mut store, "", "m").is_err());
        // Its type can still be read.
        drop(Extern::from(memory).ty(&store));
    });
}
