//! Items of another store, for which libwasmtime ends the process. Here, using one panics,
//! and passing one into a store is an error.

use crate::{alone, assert_panics};
use libwasmtime::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// One item of each kind, all of one store.
struct Items {
    store: Store<()>,
    func: Func,
    typed: TypedFunc<i32, i32>,
    global: Global,
    table: Table,
    memory: Memory,
    instance: Instance,
}

const WAT: &str = r#"(module
    (import "" "f" (func $host (param i32) (result i32)))
    (memory (export "memory") 1)
    (table (export "table") 4 funcref)
    (global (export "global") (mut funcref) (ref.null func))
    (func (export "f") (param i32) (result i32) (call $host (local.get 0)))
    (func (export "take") (param funcref))
    (func (export "give") (result funcref) (ref.null func)))"#;

impl Items {
    fn new(module: &Module) -> Items {
        let mut store = Store::new(module.engine(), ());
        let host = Func::wrap(&mut store, |x: i32| x);
        let instance = Instance::new(&mut store, module, &[host.into()]).expect("it has imports");
        let func = instance.get_func(&mut store, "f").expect("exported");
        Items {
            func,
            typed: func.typed(&store).expect("its type"),
            global: instance.get_global(&mut store, "global").expect("exported"),
            table: instance.get_table(&mut store, "table").expect("exported"),
            memory: instance.get_memory(&mut store, "memory").expect("exported"),
            instance,
            store,
        }
    }

    fn take(&mut self) -> Func {
        let take = self.instance.get_func(&mut self.store, "take");
        take.expect("exported")
    }
}

/// Uses an item of the second where the first's is expected.
type Use = fn(&mut Items, &Items);

const USES: &[(&str, Use)] = &[
    ("Func::ty", |a, b| drop(b.func.ty(&a.store))),
    ("Func::matches_ty", |a, b| {
        let ty = FuncType::new(a.store.engine(), [], []);
        b.func.matches_ty(&a.store, &ty);
    }),
    ("Func::typed", |a, b| {
        drop(b.func.typed::<i32, i32>(&a.store))
    }),
    ("Func::call", |a, b| {
        drop(
            b.func
                .call(&mut a.store, &[Val::I32(1)], &mut [Val::I32(0)]),
        );
    }),
    ("Func::to_raw", |a, b| _ = b.func.to_raw(&mut a.store)),
    ("TypedFunc::call", |a, b| {
        drop(b.typed.call(&mut a.store, 1))
    }),
    ("within a host function", |a, b| {
        let (func, memory) = (b.func, b.memory);
        let host = Func::wrap(&mut a.store, move |mut caller: Caller<'_, ()>| {
            memory.data_mut(&mut caller)[0] = 1;
            func.call(&mut caller, &[Val::I32(1)], &mut [Val::I32(0)])
        });
        drop(host.call(&mut a.store, &[], &mut []));
    }),
    ("Val::ty", |a, b| drop(Val::from(b.func).ty(&a.store))),
    ("Val::matches_ty", |a, b| {
        drop(Val::from(b.func).matches_ty(&a.store, &ValType::FUNCREF));
    }),
    ("Ref::ty", |a, b| drop(Ref::from(b.func).ty(&a.store))),
    ("Global::ty", |a, b| drop(b.global.ty(&a.store))),
    ("Global::get", |a, b| _ = b.global.get(&mut a.store)),
    ("Global::set", |a, b| {
        drop(b.global.set(&mut a.store, Val::null_func_ref()))
    }),
    ("Table::ty", |a, b| drop(b.table.ty(&a.store))),
    ("Table::size", |a, b| _ = b.table.size(&a.store)),
    ("Table::get", |a, b| _ = b.table.get(&mut a.store, 0)),
    ("Table::set", |a, b| {
        drop(b.table.set(&mut a.store, 0, Ref::Func(None)))
    }),
    ("Table::grow", |a, b| {
        drop(b.table.grow(&mut a.store, 1, Ref::Func(None)))
    }),
    ("Table::fill", |a, b| {
        drop(b.table.fill(&mut a.store, 0, Ref::Func(None), 1))
    }),
    ("the source of Table::copy", |a, b| {
        drop(Table::copy(&mut a.store, &a.table, 0, &b.table, 0, 1));
    }),
    ("the destination of Table::copy", |a, b| {
        drop(Table::copy(&mut a.store, &b.table, 0, &a.table, 0, 1));
    }),
    ("Memory::ty", |a, b| _ = b.memory.ty(&a.store)),
    ("Memory::data", |a, b| _ = b.memory.data(&a.store)),
    ("Memory::data_mut", |a, b| {
        _ = b.memory.data_mut(&mut a.store)
    }),
    ("Memory::data_and_store_mut", |a, b| {
        _ = b.memory.data_and_store_mut(&mut a.store)
    }),
    ("Memory::data_ptr", |a, b| _ = b.memory.data_ptr(&a.store)),
    ("Memory::data_size", |a, b| _ = b.memory.data_size(&a.store)),
    ("Memory::size", |a, b| _ = b.memory.size(&a.store)),
    ("Memory::page_size", |a, b| _ = b.memory.page_size(&a.store)),
    ("Memory::page_size_log2", |a, b| {
        _ = b.memory.page_size_log2(&a.store)
    }),
    ("Memory::read", |a, b| {
        drop(b.memory.read(&a.store, 0, &mut [0]))
    }),
    ("Memory::write", |a, b| {
        drop(b.memory.write(&mut a.store, 0, &[0]))
    }),
    ("Memory::grow", |a, b| drop(b.memory.grow(&mut a.store, 1))),
    ("Instance::module", |a, b| _ = b.instance.module(&a.store)),
    ("Instance::exports", |a, b| {
        drop(b.instance.exports(&mut a.store))
    }),
    ("Instance::get_export", |a, b| {
        drop(b.instance.get_export(&mut a.store, "f"))
    }),
    ("Instance::get_module_export", |a, b| {
        let export = b.instance.module(&b.store).get_export_index("f").unwrap();
        drop(b.instance.get_module_export(&mut a.store, &export));
    }),
    ("Instance::get_typed_func", |a, b| {
        drop(b.instance.get_typed_func::<i32, i32>(&mut a.store, "f"));
    }),
    ("Extern::ty", |a, b| {
        drop(Extern::from(b.table).ty(&a.store))
    }),
    ("Linker::define", |a, b| {
        let mut linker = Linker::new(a.store.engine());
        drop(linker.define(&a.store, "", "f", b.func));
    }),
    ("Linker::instance", |a, b| {
        let mut linker = Linker::new(a.store.engine());
        drop(linker.instance(&mut a.store, "", b.instance));
    }),
    ("an item that Linker::get finds", |a, b| {
        _ = linker_of(b).get(&mut a.store, "", "f");
    }),
    ("an item that Linker::get_default finds", |a, b| {
        let mut linker = Linker::new(b.store.engine());
        linker.define(&b.store, "m", "", b.func).unwrap();
        drop(linker.get_default(&mut a.store, "m"));
    }),
];

/// Passes something of the second into the store of the first, which is an error.
type Pass = fn(&mut Items, &Items) -> Result<()>;

const PASSES: &[(&str, Pass)] = &[
    ("an argument of Func::call", |a, b| {
        a.take()
            .call(&mut a.store, &[b.func.into()], &mut [])
            .map(drop)
    }),
    ("an argument of TypedFunc::call", |a, b| {
        let take = a.take().typed::<Option<Func>, ()>(&a.store).unwrap();
        take.call(&mut a.store, Some(b.func)).map(drop)
    }),
    ("a result of Func::wrap", |a, b| {
        let func = b.func;
        let host = Func::wrap(&mut a.store, move || Some(func));
        host.call(&mut a.store, &[], &mut [Val::I32(0)]).map(drop)
    }),
    ("a result of Func::new", |a, b| {
        let func = b.func;
        let ty = FuncType::new(a.store.engine(), [], [ValType::FUNCREF]);
        let host = Func::new(&mut a.store, ty, move |_, _, results| {
            results[0] = func.into();
            Ok(())
        });
        host.call(&mut a.store, &[], &mut [Val::I32(0)]).map(drop)
    }),
    ("an exact result of Func::new", |a, b| {
        let func = b.func;
        let exact = ValType::Ref(RefType::new(
            false,
            HeapType::ConcreteFunc(b.func.ty(&b.store)),
        ));
        let ty = FuncType::new(a.store.engine(), [], [exact]);
        let host = Func::new(&mut a.store, ty, move |_, _, results| {
            results[0] = func.into();
            Ok(())
        });
        host.call(&mut a.store, &[], &mut [Val::I32(0)]).map(drop)
    }),
    ("a value of Global::set", |a, b| {
        a.global.set(&mut a.store, b.func.into()).map(drop)
    }),
    ("a value of Global::new", |a, b| {
        let ty = GlobalType::new(ValType::FUNCREF, Mutability::Var);
        Global::new(&mut a.store, ty, b.func.into()).map(drop)
    }),
    ("a value of Table::new", |a, b| {
        let ty = TableType::new(RefType::FUNCREF, 1, None);
        Table::new(&mut a.store, ty, b.func.into()).map(drop)
    }),
    ("a value of Table::set", |a, b| {
        a.table.set(&mut a.store, 0, b.func.into()).map(drop)
    }),
    ("a value of Table::grow", |a, b| {
        a.table.grow(&mut a.store, 1, b.func.into()).map(drop)
    }),
    ("a value of Table::fill", |a, b| {
        a.table.fill(&mut a.store, 0, b.func.into(), 1).map(drop)
    }),
    ("an import of Instance::new", |a, b| {
        let module = b.instance.module(&b.store);
        Instance::new(&mut a.store, module, &[b.func.into()]).map(drop)
    }),
    ("an item that Linker::instantiate finds", |a, b| {
        let module = b.instance.module(&b.store);
        linker_of(b).instantiate(&mut a.store, module).map(drop)
    }),
    ("an item that Linker::module finds", |a, b| {
        let module = b.instance.module(&b.store);
        linker_of(b).module(&mut a.store, "m", module).map(drop)
    }),
    ("an item that Linker::instantiate_pre finds", |a, b| {
        let module = b.instance.module(&b.store);
        let pre = linker_of(b).instantiate_pre(module).unwrap();
        pre.instantiate(&mut a.store).map(drop)
    }),
];

fn linker_of(items: &Items) -> Linker<()> {
    let mut linker = Linker::new(items.store.engine());
    linker.define(&items.store, "", "f", items.func).unwrap();
    linker
}

#[test]
fn of_another_store() {
    alone("stores::of_another_store", || {
        let module = Module::new(&Engine::default(), WAT).expect("it is valid");
        let mut own = Items::new(&module);
        let foreign = Items::new(&module);
        for (name, misuse) in USES {
            assert_panics(name, || misuse(&mut own, &foreign));
        }
        for (name, pass) in PASSES {
            assert!(pass(&mut own, &foreign).is_err(), "{name} is taken");
        }
        // All still works.
        assert_eq!(own.typed.call(&mut own.store, 42).unwrap(), 42);
    });
}

/// A store whose id isn't known, as it has handed out nothing yet.
#[test]
fn of_another_store_in_a_new_one() {
    alone("stores::of_another_store_in_a_new_one", || {
        let module = Module::new(&Engine::default(), WAT).expect("it is valid");
        let foreign = Items::new(&module);
        for (name, misuse) in USES {
            let mut own = Items::new(&module);
            own.store = Store::new(module.engine(), ());
            assert_panics(name, || misuse(&mut own, &foreign));
        }
        for (name, pass) in PASSES {
            let mut own = Items::new(&module);
            own.store = Store::new(module.engine(), ());
            // Some use an item of the store before, which panics.
            let passed = catch_unwind(AssertUnwindSafe(|| pass(&mut own, &foreign)));
            assert!(!matches!(passed, Ok(Ok(()))), "{name} is taken");
        }
    });
}

/// A store at the address of one that was deleted.
#[test]
fn of_a_store_that_is_gone() {
    alone("stores::of_a_store_that_is_gone", || {
        let module = Module::new(&Engine::default(), WAT).expect("it is valid");
        let mut own = Items::new(&module);
        let linker = linker_of(&own);
        let pre = linker.instantiate_pre(&module).expect("it has all");
        own.store = Store::new(module.engine(), ());
        assert_panics("Memory::data", || _ = own.memory.data(&own.store));
        assert_panics("TypedFunc::call", || {
            drop(own.typed.call(&mut own.store, 1))
        });
        assert_panics("Linker::get", || _ = linker.get(&mut own.store, "", "f"));
        assert!(pre.instantiate(&mut own.store).is_err());
        // Other items can still be defined and found.
        assert!(linker.instantiate_pre(&module).is_ok());
        let mut linker = linker.clone();
        linker.allow_shadowing(true);
        linker.func_wrap("", "f", |x: i32| x + 1).unwrap();
        let instance = linker.instantiate(&mut own.store, &module).unwrap();
        let f = instance
            .get_typed_func::<i32, i32>(&mut own.store, "f")
            .unwrap();
        assert_eq!(f.call(&mut own.store, 1).unwrap(), 2);
    });
}

/// An item of one store is known in another, but can't be used there.
#[test]
fn with_default_values() {
    alone("stores::with_default_values", || {
        let module = Module::new(&Engine::default(), WAT).expect("it is valid");
        let foreign = Items::new(&module);
        let mut linker = linker_of(&foreign);
        let mut store = Store::new(module.engine(), ());
        drop(linker.define_unknown_imports_as_default_values(&mut store, &module));
        assert!(linker.instantiate(&mut store, &module).is_err());
        // And if the store's limits allow none.
        let limits = StoreLimitsBuilder::new().memories(0).tables(0).instances(0);
        let limits = limits.memory_size(0).table_elements(0).build();
        let mut store = Store::new(module.engine(), limits);
        store.limiter(|limits| limits);
        let wat = r#"(module (import "" "m" (memory 1)) (import "" "t" (table 1 funcref))
            (import "" "g" (global (ref func))) (import "" "f" (func (result (ref extern)))))"#;
        let module = Module::new(module.engine(), wat).unwrap();
        let mut linker = Linker::new(module.engine());
        let defined = linker.define_unknown_imports_as_default_values(&mut store, &module);
        assert!(defined.is_err());
        drop(linker.instantiate(&mut store, &module));
    });
}

mod references {
    use super::*;

    struct Rooted2 {
        items: Items,
        rooted: Rooted<ExternRef>,
        owned: OwnedRooted<ExternRef>,
        structs: StructRefPre,
        object: Rooted<StructRef>,
        arrays: ArrayRefPre,
        array: Rooted<ArrayRef>,
    }

    fn rooted(module: &Module) -> Rooted2 {
        let mut items = Items::new(module);
        let store = &mut items.store;
        let field = FieldType::new(Mutability::Var, ValType::I32.into());
        let ty = StructType::new(store.engine(), [field.clone()]).expect("it has one field");
        let structs = StructRefPre::new(&mut *store, ty);
        let object = StructRef::new(&mut *store, &structs, &[Val::I32(1)]).expect("there is room");
        let ty = ArrayType::new(store.engine(), field);
        let arrays = ArrayRefPre::new(&mut *store, ty);
        let array = ArrayRef::new(store, &arrays, &Val::I32(1), 1).expect("there is room");
        let rooted = ExternRef::new(&mut items.store, 5u8).expect("there is room");
        let owned = rooted.to_owned_rooted(&mut items.store).expect("rooted");
        Rooted2 {
            items,
            rooted,
            owned,
            structs,
            object,
            arrays,
            array,
        }
    }

    type Use = fn(&mut Store<()>, &Rooted2);

    const USES: &[(&str, Use)] = &[
        ("Rooted::data", |a, b| _ = b.rooted.data(&*a)),
        ("Rooted::data_mut", |a, b| _ = b.rooted.data_mut(a)),
        ("Rooted::to_owned_rooted", |a, b| {
            drop(b.rooted.to_owned_rooted(a))
        }),
        ("OwnedRooted::data", |a, b| _ = b.owned.data(&*a)),
        ("OwnedRooted::to_rooted", |a, b| _ = b.owned.to_rooted(a)),
        ("Rooted::ref_eq", |a, b| {
            drop(Rooted::ref_eq(&*a, &b.rooted, &b.owned));
        }),
        ("StructRef::new", |a, b| {
            drop(StructRef::new(a, &b.structs, &[Val::I32(1)]));
        }),
        ("StructRef::ty", |a, b| drop(b.object.ty(&*a))),
        ("StructRef::field", |a, b| drop(b.object.field(a, 0))),
        ("StructRef::fields", |a, b| {
            drop(b.object.fields(a).map(drop))
        }),
        ("StructRef::set_field", |a, b| {
            drop(b.object.set_field(a, 0, Val::I32(1)));
        }),
        ("ArrayRef::new", |a, b| {
            drop(ArrayRef::new(a, &b.arrays, &Val::I32(1), 1));
        }),
        ("ArrayRef::new_fixed", |a, b| {
            drop(ArrayRef::new_fixed(a, &b.arrays, &[Val::I32(1)]));
        }),
        ("ArrayRef::ty", |a, b| drop(b.array.ty(&*a))),
        ("ArrayRef::len", |a, b| drop(b.array.len(&*a))),
        ("ArrayRef::get", |a, b| drop(b.array.get(a, 0))),
        ("ArrayRef::elems", |a, b| drop(b.array.elems(a).map(drop))),
        ("ArrayRef::set", |a, b| drop(b.array.set(a, 0, Val::I32(1)))),
        ("EqRef::ty", |a, b| drop(b.object.to_eqref().ty(&*a))),
        ("EqRef::as_struct", |a, b| {
            drop(b.object.to_eqref().as_struct(&*a))
        }),
        ("AnyRef::as_eqref", |a, b| {
            drop(b.object.to_anyref().as_eqref(a))
        }),
        ("AnyRef::is_array", |a, b| {
            drop(b.array.to_anyref().is_array(&*a))
        }),
        ("Val::ty", |a, b| drop(Val::from(b.rooted).ty(&*a))),
        ("Val::matches_ty", |a, b| {
            drop(Val::from(b.rooted).matches_ty(&*a, &ValType::EXTERNREF));
        }),
    ];

    type Pass = fn(&mut Store<()>, &Rooted2) -> Result<()>;

    const PASSES: &[(&str, Pass)] = &[
        ("a value of Global::new", |a, b| {
            let ty = GlobalType::new(ValType::EXTERNREF, Mutability::Var);
            Global::new(a, ty, b.rooted.into()).map(drop)
        }),
        ("a value of Table::new", |a, b| {
            let ty = TableType::new(RefType::EXTERNREF, 1, None);
            Table::new(a, ty, b.rooted.into()).map(drop)
        }),
        ("an argument of Func::call", |a, b| {
            let host = Func::wrap(&mut *a, |_: Option<Rooted<ExternRef>>| {});
            host.call(a, &[b.rooted.into()], &mut []).map(drop)
        }),
        ("an argument of TypedFunc::call", |a, b| {
            let host = Func::wrap(&mut *a, |_: Option<Rooted<ExternRef>>| {});
            let host = host.typed::<Option<Rooted<ExternRef>>, ()>(&*a).unwrap();
            host.call(a, Some(b.rooted)).map(drop)
        }),
        ("a result of Func::wrap", |a, b| {
            let rooted = b.rooted;
            let host = Func::wrap(&mut *a, move || rooted);
            host.call(a, &[], &mut [Val::I32(0)]).map(drop)
        }),
        ("a result of Func::new", |a, b| {
            let rooted = b.rooted;
            let ty = FuncType::new(a.engine(), [], [ValType::EXTERNREF]);
            let host = Func::new(&mut *a, ty, move |_, _, results| {
                results[0] = rooted.into();
                Ok(())
            });
            host.call(a, &[], &mut [Val::I32(0)]).map(drop)
        }),
    ];

    #[test]
    fn of_another_store() {
        alone("stores::references::of_another_store", || {
            let module = Module::new(&Engine::default(), WAT).expect("it is valid");
            let foreign = rooted(&module);
            let mut own = rooted(&module);
            for (name, misuse) in USES {
                assert_panics(name, || misuse(&mut own.items.store, &foreign));
                let mut new = Store::new(module.engine(), ());
                assert_panics(name, || misuse(&mut new, &foreign));
            }
            for (name, pass) in PASSES {
                let mut new = Store::new(module.engine(), ());
                for store in [&mut own.items.store, &mut new] {
                    assert!(pass(store, &foreign).is_err(), "{name} is taken");
                }
            }
            let data = own.rooted.data(&own.items.store).unwrap().unwrap();
            assert_eq!(data.downcast_ref(), Some(&5u8));
        });
    }

    /// References outlive their store, and are dropped in another.
    #[test]
    fn of_a_store_that_is_gone() {
        alone("stores::references::of_a_store_that_is_gone", || {
            let module = Module::new(&Engine::default(), WAT).expect("it is valid");
            let gone = rooted(&module);
            drop(gone.items.store);
            let clone = gone.owned.clone();
            let mut store = Store::new(module.engine(), ());
            assert_panics("to_rooted", || _ = clone.to_rooted(&mut store));
            assert_panics("data", || _ = gone.rooted.data(&store));
            std::thread::spawn(move || drop(clone)).join().unwrap();
            drop(gone.owned);
        });
    }
}
