//! Sizes that no address space has, and limits that allow nothing.

use crate::{alone, assert_panics};
use libwasmtime::*;
use std::result::Result::Ok;

const HUGE: [u64; 9] = [
    0,
    1,
    (1 << 16) + 1,
    u32::MAX as u64,
    1 << 32,
    1 << 47,
    (1 << 48) - 1,
    1 << 48,
    u64::MAX,
];

/// Every possible memory type, or an error.
fn memory_types() -> Vec<MemoryType> {
    let mut types = Vec::new();
    for minimum in HUGE {
        for maximum in HUGE.map(Some).into_iter().chain([None]) {
            for flags in 0..4 {
                for page_size_log2 in [0, 1, 15, 16, 17, 63, 64, 255] {
                    let mut builder = MemoryTypeBuilder::new();
                    builder.min(minimum).max(maximum);
                    builder.memory64(flags & 1 != 0).shared(flags & 2 != 0);
                    types.extend(builder.page_size_log2(page_size_log2).build());
                }
            }
        }
    }
    assert!(types.len() > 100, "{}", types.len());
    types
}

fn grow(store: &mut Store<()>, memory: Memory) {
    for delta in HUGE {
        drop(memory.grow(&mut *store, delta));
        assert!(memory.grow(&mut *store, u64::MAX).is_err());
    }
    _ = memory
        .data_mut(&mut *store)
        .last_mut()
        .map(|byte| *byte = 1);
    assert!(memory.read(&*store, usize::MAX, &mut [0]).is_err());
    assert!(memory.write(&mut *store, usize::MAX, &[0]).is_err());
}

/// Engines that allocate memories in different ways.
fn engines() -> Vec<Engine> {
    type Change = fn(&mut Config);
    const CHANGES: &[Change] = &[
        |_| {},
        |config| {
            config.memory_reservation(0).memory_guard_size(0);
            config.memory_reservation_for_growth(0);
        },
        |config| {
            config.memory_may_move(false);
        },
        |config| {
            config.signals_based_traps(false);
        },
        #[cfg(feature = "pooling-allocator")]
        |config| {
            let mut pool = PoolingAllocationConfig::new();
            pool.total_memories(4).max_memory_size(1 << 20);
            pool.total_tables(4).table_elements(10);
            pool.max_tables_per_module(2);
            config.allocation_strategy(pool);
        },
    ];
    CHANGES
        .iter()
        .map(|change| {
            let mut config = Config::new();
            config.wasm_memory64(true).wasm_custom_page_sizes(true);
            config.shared_memory(true);
            change(&mut config);
            Engine::new(&config).expect("possible")
        })
        .collect()
}

#[test]
fn of_memories() {
    alone("absurd::of_memories", || {
        for engine in engines() {
            for ty in memory_types() {
                println!("{ty:?}");
                let mut store = Store::new(&engine, ());
                // So that none exhausts the memory; they grow a little.
                let limits = StoreLimitsBuilder::new().memory_size(1 << 24).build();
                store.limiter(move |()| Box::leak(Box::new(limits.clone())));
                if let Ok(memory) = Memory::new(&mut store, ty.clone()) {
                    assert_eq!(memory.ty(&store), ty);
                    grow(&mut store, memory);
                }
                #[cfg(feature = "threads")]
                if ty.minimum() < 100 {
                    if let Ok(memory) = SharedMemory::new(&engine, ty.clone()) {
                        assert!(memory.grow(u64::MAX).is_err());
                        drop(Extern::from(memory).ty(&store));
                    }
                }
            }
        }
    });
}

/// Without a limit of the store.
#[test]
fn of_memories_without_limits() {
    alone("absurd::of_memories_without_limits", || {
        for engine in engines() {
            for ty in memory_types() {
                // Sizes that are large and yet possible take a while.
                if ty.minimum().saturating_mul(ty.page_size()) < 1 << 47 {
                    continue;
                }
                println!("{ty:?}");
                let mut store = Store::new(&engine, ());
                assert!(Memory::new(&mut store, ty.clone()).is_err());
                #[cfg(feature = "threads")]
                assert!(SharedMemory::new(&engine, ty).is_err());
            }
        }
    });
}

#[test]
fn of_tables() {
    alone("absurd::of_tables", || {
        for engine in engines() {
            for minimum in HUGE {
                for maximum in HUGE.map(Some).into_iter().chain([None]) {
                    println!("{minimum} {maximum:?}");
                    let mut store = Store::new(&engine, ());
                    let limits = StoreLimitsBuilder::new().table_elements(1 << 10).build();
                    store.limiter(move |()| Box::leak(Box::new(limits.clone())));
                    let mut types = vec![TableType::new64(RefType::FUNCREF, minimum, maximum)];
                    if let (Ok(minimum), Ok(maximum)) =
                        (minimum.try_into(), maximum.map(u32::try_from).transpose())
                    {
                        types.push(TableType::new(RefType::FUNCREF, minimum, maximum));
                    }
                    for ty in types {
                        let Ok(table) = Table::new(&mut store, ty, Ref::Func(None)) else {
                            continue;
                        };
                        for delta in HUGE {
                            drop(table.grow(&mut store, delta, Ref::Func(None)));
                            _ = table.get(&mut store, delta);
                            drop(table.set(&mut store, delta, Ref::Func(None)));
                            drop(table.fill(&mut store, delta, Ref::Func(None), delta));
                            drop(Table::copy(&mut store, &table, delta, &table, 0, delta));
                        }
                        drop(table.ty(&store));
                    }
                }
            }
        }
    });
}

/// Without a limit of the store; an element has the size of a pointer.
#[cfg(feature = "gc")]
#[test]
fn of_tables_without_limits() {
    alone("absurd::of_tables_without_limits", || {
        for engine in engines() {
            for minimum in HUGE.into_iter().filter(|minimum| *minimum >= 1 << 47) {
                println!("{minimum}");
                let mut store = Store::new(&engine, ());
                let ty = TableType::new64(RefType::FUNCREF, minimum, None);
                assert!(Table::new(&mut store, ty, Ref::Func(None)).is_err());
                let ty = TableType::new64(RefType::FUNCREF, 1, None);
                let table = Table::new(&mut store, ty, Ref::Func(None)).unwrap();
                assert!(table.grow(&mut store, minimum, Ref::Func(None)).is_err());
            }
        }
    });
}

const EVERYTHING: &str = r#"(module
    (memory (export "m") 1)
    (table (export "t") 1 funcref)
    (table (export "e") 1 externref)
    (func (export "grow") (param i32) (result i32 i32)
        (memory.grow (local.get 0))
        (table.grow 0 (ref.null func) (local.get 0))))"#;

#[test]
fn of_limits() {
    alone("absurd::of_limits", || {
        for engine in engines() {
            let module = Module::new(&engine, EVERYTHING).unwrap();
            for limit in [0, 1, 1 << 16, i64::MAX as usize, usize::MAX] {
                for of in 0..5 {
                    println!("{limit} of {of}");
                    let builder = StoreLimitsBuilder::new();
                    let limits = match of {
                        0 => builder.memory_size(limit),
                        1 => builder.table_elements(limit),
                        2 => builder.instances(limit),
                        3 => builder.tables(limit),
                        _ => builder.memories(limit),
                    }
                    .build();
                    let mut store = Store::new(&engine, limits);
                    store.limiter(|limits| limits);
                    #[cfg(feature = "gc")]
                    drop(ExternRef::new(&mut store, 1));
                    let Ok(instance) = Instance::new(&mut store, &module, &[]) else {
                        assert!(limit <= 1 << 16);
                        continue;
                    };
                    let grow = instance
                        .get_typed_func::<i32, (i32, i32)>(&mut store, "grow")
                        .unwrap();
                    assert_eq!(grow.call(&mut store, -1).unwrap(), (-1, -1));
                    drop(Instance::new(&mut store, &module, &[]));
                    Func::wrap(&mut store, || {});
                }
            }
        }
    });
}

/// More objects than a store should have.
#[test]
fn of_stores() {
    alone("absurd::of_stores", || {
        let engine = Engine::default();
        let module = Module::new(&engine, EVERYTHING).unwrap();
        let mut store = Store::new(&engine, ());
        let mut made = 0;
        while made < 20_000 && Instance::new(&mut store, &module, &[]).is_ok() {
            made += 1;
        }
        assert!(made > 100, "{made}");
        drop(Memory::new(&mut store, MemoryType::new(1, None)));
        drop(Table::new(
            &mut store,
            TableType::new(RefType::FUNCREF, 1, None),
            Ref::Func(None),
        ));
        for i in 0..20_000 {
            Func::wrap(&mut store, move || i);
            let ty = GlobalType::new(ValType::I32, Mutability::Var);
            Global::new(&mut store, ty, Val::I32(i)).unwrap();
        }
    });
}

#[cfg(feature = "gc")]
#[test]
fn of_heaps() {
    alone("absurd::of_heaps", || {
        type Change = fn(&mut Config);
        const CHANGES: &[(&str, Change)] = &[
            ("as it is", |_| {}),
            ("without support", |config| {
                config.gc_support(false);
                config.wasm_reference_types(false);
            }),
            ("without reference types", |config| {
                config.wasm_reference_types(false);
            }),
            #[cfg(feature = "pooling-allocator")]
            ("without a heap in the pool", |config| {
                let mut pool = PoolingAllocationConfig::new();
                pool.total_gc_heaps(0).total_memories(2).total_tables(2);
                config.allocation_strategy(pool);
            }),
            #[cfg(feature = "pooling-allocator")]
            ("with one heap in the pool", |config| {
                let mut pool = PoolingAllocationConfig::new();
                pool.total_gc_heaps(1).total_memories(2).total_tables(2);
                config.allocation_strategy(pool);
            }),
        ];
        for (name, change) in CHANGES {
            println!("{name}");
            let mut config = Config::new();
            change(&mut config);
            let engine = match Engine::new(&config) {
                Ok(engine) => engine,
                Err(error) => {
                    println!("{error}");
                    continue;
                }
            };
            // The second doesn't fit into the pool.
            let mut stores = [Store::new(&engine, ()), Store::new(&engine, ())];
            for (i, store) in stores.iter_mut().enumerate() {
                println!("{name}: store {i}");
                use_references(store);
            }
            println!("{name}: a store with a small heap");
            let mut store = Store::new(&engine, ());
            let limits = StoreLimitsBuilder::new().memory_size(1 << 16).build();
            store.limiter(move |()| Box::leak(Box::new(limits.clone())));
            use_references(&mut store);
            for i in 0..200_000 {
                if ExternRef::new(&mut store, i).is_err() {
                    println!("{name}: room for {i}");
                    break;
                }
            }
            use_references(&mut store);
        }
    });
}

/// Everything with references, which may all fail.
#[cfg(feature = "gc")]
fn use_references(store: &mut Store<()>) {
    let mut values = vec![Val::null_extern_ref(), Val::null_func_ref()];
    values.extend(ExternRef::new(&mut *store, 5).map(Val::from));
    for value in values {
        for (val_type, element) in [
            (ValType::EXTERNREF, RefType::EXTERNREF),
            (ValType::FUNCREF, RefType::FUNCREF),
            (
                ValType::Ref(RefType::new(true, HeapType::NoExtern)),
                RefType::new(true, HeapType::NoExtern),
            ),
        ] {
            println!("  {value:?} as {val_type}");
            let ty = GlobalType::new(val_type.clone(), Mutability::Var);
            if let Ok(global) = Global::new(&mut *store, ty, value) {
                _ = global.get(&mut *store);
                global.set(&mut *store, value).unwrap();
            }
            let ty = TableType::new(element, 1, None);
            if let Ok(table) = Table::new(&mut *store, ty, value.ref_().unwrap()) {
                _ = table.get(&mut *store, 0);
                drop(table.grow(&mut *store, 1, value.ref_().unwrap()));
                drop(table.set(&mut *store, 0, value.ref_().unwrap()));
            }
            let types = || [val_type.clone()];
            let ty = FuncType::new(store.engine(), types(), types());
            let f = Func::new(&mut *store, ty, |_, params, results| {
                results[0] = params[0];
                Ok(())
            });
            drop(f.call(&mut *store, &[value], &mut [Val::I32(0)]));
        }
    }
    let ty = TagType::new(FuncType::new(store.engine(), [ValType::EXTERNREF], []));
    if let Ok(tag) = Tag::new(&mut *store, &ty) {
        drop(tag.ty(&*store));
        assert!(Tag::eq(&tag, &tag, &*store));
    }
    let wat = r#"(module
        (import "" "f" (func $f (param externref) (result externref)))
        (table (export "t") 1 externref)
        (func (export "g") (param externref) (result externref)
            (table.set (i32.const 0) (local.get 0))
            (call $f (table.get (i32.const 0)))))"#;
    let Ok(module) = Module::new(store.engine(), wat) else {
        return;
    };
    let f = Func::wrap(&mut *store, |x: Option<Rooted<ExternRef>>| x);
    let Ok(instance) = Instance::new(&mut *store, &module, &[f.into()]) else {
        return;
    };
    let g = instance.get_func(&mut *store, "g").unwrap();
    for _ in 0..100 {
        let value = match ExternRef::new(&mut *store, 6) {
            Ok(value) => value.into(),
            Err(_) => Val::null_extern_ref(),
        };
        drop(g.call(&mut *store, &[value], &mut [Val::I32(0)]));
    }
}

#[test]
fn of_vectors() {
    use libwasmtime::vec::{ByteVec, ExternVec, ValTypeVec, ValVec};

    alone("absurd::of_vectors", || {
        // More than exists, more than can be expressed, and even more.
        for len in [1 << 50, isize::MAX as usize, usize::MAX] {
            println!("{len}");
            assert_panics("bytes", || drop(ByteVec::with_len(len)));
            assert_panics("values", || drop(ValVec::with_len(len)));
            assert_panics("types", || drop(ValTypeVec::with_len(len)));
            assert_panics("items", || drop(ExternVec::with_len(len)));
        }
        assert_eq!(ByteVec::with_len(1 << 25).len(), 1 << 25);
        let mut store = Store::<()>::default();
        let mut scope = RootScope::new(&mut store);
        scope.reserve(1 << 50);
        scope.reserve(usize::MAX);
    });
}
