//! Structs and arrays at the limits of their types, their sizes, their engines and their heaps.

use crate::alone;
use crate::collector::frees;
use libwasmtime::*;
use std::result::Result::Ok;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;

fn field(ty: impl Into<StorageType>) -> FieldType {
    FieldType::new(Mutability::Var, ty.into())
}

fn reference(ty: impl Into<HeapType>) -> ValType {
    RefType::new(true, ty.into()).into()
}

/// How a field may be stored, with a value for it.
fn storages() -> [(StorageType, Val); 9] {
    [
        (StorageType::I8, Val::I32(-1)),
        (StorageType::I16, Val::I32(-1)),
        (ValType::I32.into(), Val::I32(-1)),
        (ValType::I64.into(), Val::I64(-1)),
        (ValType::V128.into(), Val::from(u128::MAX)),
        (ValType::FUNCREF.into(), Val::null_func_ref()),
        (ValType::EXTERNREF.into(), Val::null_extern_ref()),
        (ValType::ANYREF.into(), Val::null_any_ref()),
        (ValType::EXNREF.into(), Val::ExnRef(None)),
    ]
}

fn limited(engine: &Engine, bytes: usize) -> Store<StoreLimits> {
    let limits = StoreLimitsBuilder::new().memory_size(bytes).build();
    let mut store = Store::new(engine, limits);
    store.limiter(|limits| limits);
    store
}

#[test]
fn of_any_length() {
    alone("objects::of_any_length", || {
        let engine = Engine::default();
        for (storage, elem) in storages() {
            let mut store = limited(&engine, 1 << 20);
            let ty = ArrayType::new(&engine, field(storage.clone()));
            let pre = ArrayRefPre::new(&mut store, ty);
            for power in 24..=32_u32 {
                for less in [0, 1, 2, 7, 16, 24, 32, 40] {
                    let len = ((1_u64 << power) - less).min(u32::MAX.into()) as u32;
                    println!("{storage} {len}");
                    assert!(ArrayRef::new(&mut store, &pre, &elem, len).is_err());
                }
            }
            // The heap is as it was.
            let array = ArrayRef::new(&mut store, &pre, &elem, 3).unwrap();
            assert_eq!(array.elems(&mut store).unwrap().count(), 3);
            for index in [3, u32::MAX - 1, u32::MAX] {
                array.get(&mut store, index).unwrap_err();
                array.set(&mut store, index, elem).unwrap_err();
            }
        }
    });
}

#[test]
fn of_any_width() {
    alone("objects::of_any_width", || {
        let engine = Engine::default();
        let mut store = Store::new(&engine, ());
        for (storage, value) in storages() {
            for width in [0, 1, 9_999, 10_000, 10_001, 100_000] {
                println!("{width} times {storage}");
                let ty = StructType::new(&engine, vec![field(storage.clone()); width]);
                assert_eq!(ty.is_ok(), width <= 10_000);
                let Ok(ty) = ty else { continue };
                let pre = StructRefPre::new(&mut store, ty);
                let object = StructRef::new(&mut store, &pre, &vec![value; width]).unwrap();
                store.gc(None).unwrap();
                for index in [width, width + 1, usize::MAX] {
                    object.field(&mut store, index).unwrap_err();
                    object.set_field(&mut store, index, value).unwrap_err();
                }
                if let Some(last) = width.checked_sub(1) {
                    object.set_field(&mut store, last, value).unwrap();
                    object.field(&mut store, last).unwrap();
                }
                for other in [width + 1, 20_000] {
                    let fields = vec![value; other];
                    StructRef::new(&mut store, &pre, &fields).unwrap_err();
                }
            }
        }
    });
}

/// As `values::of_nested_types`, which has the reason for the depth.
#[test]
fn of_nested_types() {
    alone("objects::of_nested_types", || {
        let engine = Engine::default();
        let chain = |depth| {
            let mut ty: HeapType = StructType::new(&engine, []).unwrap().into();
            for i in 0..depth {
                let inner = reference(ty);
                ty = match i % 3 {
                    0 => ArrayType::new(&engine, field(inner)).into(),
                    1 => StructType::new(&engine, [field(inner.clone()), field(inner)])
                        .unwrap()
                        .into(),
                    _ => FuncType::new(&engine, [inner.clone()], [inner]).into(),
                };
            }
            StructType::new(&engine, [field(reference(ty))]).unwrap()
        };
        let (a, b, other) = (chain(2_000), chain(2_000), chain(1_999));
        thread::scope(|scope| {
            let little = thread::Builder::new().stack_size(128 << 10);
            let compared = little.spawn_scoped(scope, || {
                assert!(a.matches(&b) && StructType::eq(&a, &b));
                assert!(!a.matches(&other) && !StructType::eq(&a, &other));
                println!("{a} {:?}", HeapType::from(a.clone()));
                let mut store = Store::new(&engine, ());
                let pre = StructRefPre::new(&mut store, a.clone());
                let object = StructRef::new(&mut store, &pre, &[Val::null_any_ref()]).unwrap();
                assert!(object.matches_ty(&store, &b).unwrap());
                assert!(!object.matches_ty(&store, &other).unwrap());
            });
            compared.unwrap().join().unwrap();
        });
        drop((a, b, other));
    });
}

/// Every place for a reference to a struct of a concrete type, and values of others.
#[test]
fn of_another_concrete_type() {
    alone("objects::of_another_concrete_type", || {
        let engine = Engine::default();
        let mut store = Store::new(&engine, ());
        let ty = StructType::new(&engine, [field(ValType::I32)]).unwrap();
        let pre = StructRefPre::new(&mut store, ty.clone());
        let right = StructRef::new(&mut store, &pre, &[Val::I32(1)]).unwrap();
        let other = StructType::new(&engine, [field(ValType::I64)]).unwrap();
        let other = StructRefPre::new(&mut store, other);
        let other = StructRef::new(&mut store, &other, &[Val::I64(-1)]).unwrap();
        let array = ArrayType::new(&engine, field(ValType::I32));
        let array = ArrayRefPre::new(&mut store, array);
        let array = ArrayRef::new(&mut store, &array, &Val::I32(1), 1).unwrap();
        let host = ExternRef::new(&mut store, 1).unwrap();
        let host = AnyRef::convert_extern(&mut store, host).unwrap();
        let i31 = AnyRef::from_i31(&mut store, I31::wrapping_u32(1));

        let exact: ValType = RefType::new(false, HeapType::ConcreteStruct(ty)).into();
        for (value, fits) in [
            (right.into(), true),
            (other.into(), false),
            (array.into(), false),
            (host.into(), false),
            (i31.into(), false),
            (Val::null_any_ref(), false),
            (Val::null_extern_ref(), false),
            (Val::null_func_ref(), false),
            (Val::I32(1), false),
        ] {
            println!("{value:?}");
            let all = places(&mut store, &exact, right.into(), value);
            assert!(all.iter().all(|taken| *taken == fits), "{all:?}");
        }
    });
}

/// Reports of each place of type `exact`, which may have the value `right`, whether it takes
/// `value`.
fn places(store: &mut Store<()>, exact: &ValType, right: Val, value: Val) -> Vec<bool> {
    let engine = store.engine().clone();
    let mut all = vec![value.matches_ty(&*store, exact).unwrap()];

    let ty = FuncType::new(&engine, [], [exact.clone()]);
    let give = Func::new(&mut *store, ty, move |_, _, results| {
        results[0] = value;
        Ok(())
    });
    all.push(give.call(&mut *store, &[], &mut [Val::I32(0)]).is_ok());
    let wat = r#"(module
        (type $box (struct (field (mut i32))))
        (import "" "" (func $give (result (ref $box))))
        (func (export "read") (result i32) (struct.get $box 0 (call $give))))"#;
    let module = Module::new(&engine, wat).unwrap();
    let instance = Instance::new(&mut *store, &module, &[give.into()]).unwrap();
    let read = instance.get_typed_func::<(), i32>(&mut *store, "read");
    all.push(read.unwrap().call(&mut *store, ()).is_ok());
    let ty = FuncType::new(&engine, [exact.clone()], []);
    let take = Func::new(&mut *store, ty, |_, _, _| Ok(()));
    all.push(take.call(&mut *store, &[value], &mut []).is_ok());

    let ty = GlobalType::new(exact.clone(), Mutability::Var);
    all.push(Global::new(&mut *store, ty.clone(), value).is_ok());
    let global = Global::new(&mut *store, ty, right).unwrap();
    all.push(global.set(&mut *store, value).is_ok());
    if let Some(reference) = value.ref_() {
        let ty = TableType::new(exact.unwrap_ref().clone(), 1, None);
        all.push(Table::new(&mut *store, ty.clone(), reference).is_ok());
        let table = Table::new(&mut *store, ty, right.ref_().unwrap()).unwrap();
        all.push(table.set(&mut *store, 0, reference).is_ok());
        all.push(table.fill(&mut *store, 0, reference, 1).is_ok());
        all.push(table.grow(&mut *store, 1, reference).is_ok());
    }

    let ty = StructType::new(&engine, [field(exact.clone())]).unwrap();
    let pre = StructRefPre::new(&mut *store, ty);
    all.push(StructRef::new(&mut *store, &pre, &[value]).is_ok());
    let object = StructRef::new(&mut *store, &pre, &[right]).unwrap();
    all.push(object.set_field(&mut *store, 0, value).is_ok());
    let ty = ArrayType::new(&engine, field(exact.clone()));
    let pre = ArrayRefPre::new(&mut *store, ty);
    all.push(ArrayRef::new(&mut *store, &pre, &value, 1).is_ok());
    all.push(ArrayRef::new_fixed(&mut *store, &pre, &[right, value]).is_ok());
    let array = ArrayRef::new(&mut *store, &pre, &right, 1).unwrap();
    all.push(array.set(&mut *store, 0, value).is_ok());
    let ty = ExnType::new(&engine, [exact.clone()]).unwrap();
    let tag = Tag::new(&mut *store, &ty.tag_type()).unwrap();
    let pre = ExnRefPre::new(&mut *store, ty);
    all.push(ExnRef::new(&mut *store, &pre, &tag, &[value]).is_ok());
    all
}

/// Uses objects of each type in a store; what is possible there isn't known.
fn use_all<T: 'static>(store: &mut Store<T>) {
    let engine = store.engine().clone();
    for (storage, value) in storages() {
        println!("  {storage}");
        let ty = StructType::new(&engine, [field(storage.clone())]).unwrap();
        let other = StructType::new(&engine, vec![field(ValType::ANYREF); 2]).unwrap();
        assert!(!ty.matches(&other));
        let pre = StructRefPre::new(&mut *store, ty.clone());
        if let Ok(object) = StructRef::new(&mut *store, &pre, &[value]) {
            object.set_field(&mut *store, 0, value).unwrap();
            assert_eq!(object.fields(&mut *store).unwrap().count(), 1);
            assert!(object.matches_ty(&*store, &ty).unwrap());
            assert!(object.to_anyref().as_eqref(&mut *store).unwrap().is_some());
            ExternRef::convert_any(&mut *store, object.into()).unwrap();
        }
        let array = ArrayType::new(&engine, field(storage));
        let pre = ArrayRefPre::new(&mut *store, array);
        if let Ok(array) = ArrayRef::new_fixed(&mut *store, &pre, &[value, value]) {
            array.set(&mut *store, 1, value).unwrap();
            assert_eq!(array.elems(&mut *store).unwrap().count(), 2);
        }
        let global = GlobalType::new(reference(ty.clone()), Mutability::Var);
        drop(Global::new(&mut *store, global, Val::null_any_ref()));
        let ty = FuncType::new(&engine, [reference(ty.clone())], [reference(ty)]);
        let same = Func::new(&mut *store, ty, |_, params, results| {
            results.copy_from_slice(params);
            Ok(())
        });
        drop(same.call(&mut *store, &[Val::null_any_ref()], &mut [Val::I32(0)]));
    }
    let number = AnyRef::from_i31(&mut *store, I31::wrapping_u32(3));
    assert!(number.is_i31(&*store).unwrap());
    drop(ExternRef::new(&mut *store, 1));
    store.gc(None).unwrap();
}

#[test]
fn with_any_settings() {
    type Change = fn(&mut Config);
    const CHANGES: &[(&str, Change)] = &[
        ("no gc", |config| {
            config.wasm_gc(false);
        }),
        ("no support", |config| {
            config.gc_support(false);
        }),
        ("neither", |config| {
            config.wasm_gc(false).gc_support(false);
        }),
        ("no references", |config| {
            config.wasm_gc(false).wasm_function_references(false);
            config.wasm_exceptions(false).wasm_reference_types(false);
        }),
        ("no vectors", |config| {
            config.wasm_simd(false).wasm_relaxed_simd(false);
        }),
        ("no exceptions", |config| {
            config.wasm_exceptions(false);
        }),
        ("no signals", |config| {
            config.signals_based_traps(false);
        }),
        ("a heap that moves", |config| {
            config.memory_reservation(0).memory_guard_size(0);
            config.memory_reservation_for_growth(0);
        }),
        ("an odd reservation", |config| {
            config.memory_reservation(1 << 16);
            config.memory_reservation_for_growth(12_345);
        }),
        #[cfg(feature = "pooling-allocator")]
        ("a pool with one heap", |config| {
            let mut pool = PoolingAllocationConfig::new();
            pool.total_core_instances(4).total_memories(2);
            pool.total_tables(2).total_gc_heaps(1);
            pool.max_memory_size(1 << 20);
            config.allocation_strategy(pool).memory_reservation(1 << 20);
        }),
    ];
    alone("objects::with_any_settings", || {
        for (what, change) in CHANGES {
            println!("{what}");
            let mut config = Config::new();
            change(&mut config);
            let engine = Engine::new(&config).unwrap();
            // At once, as each needs a heap.
            let mut stores: Vec<_> = (0..3).map(|_| Store::new(&engine, ())).collect();
            stores.iter_mut().for_each(use_all);
        }
        let engine = Engine::default();
        for bytes in [0, 1, 1 << 16] {
            println!("{bytes} bytes");
            use_all(&mut limited(&engine, bytes));
        }
        let nothing = StoreLimitsBuilder::new().instances(0).memories(0).tables(0);
        let mut store = Store::new(&engine, nothing.table_elements(0).build());
        store.limiter(|limits| limits);
        use_all(&mut store);
    });
}

/// A value of the host that owns a root of the object that it is in. When it is dropped, it uses
/// that root and other stores.
struct Knot {
    root: Mutex<Option<OwnedRooted<StructRef>>>,
    engine: Engine,
    dropped: Arc<AtomicUsize>,
}

impl Drop for Knot {
    fn drop(&mut self) {
        self.dropped.fetch_add(1, SeqCst);
        let root = self.root.lock().unwrap().take();
        drop(root.clone().map(|root| root.to_anyref()));
        drop(root);
        let mut store = Store::new(&self.engine, ());
        ExternRef::new(&mut store, 1).unwrap();
        store.gc(None).unwrap();
    }
}

#[test]
fn that_hold_themselves() {
    alone("objects::that_hold_themselves", || {
        let engine = Engine::default();
        let dropped = Arc::new(AtomicUsize::new(0));
        let mut store = Store::new(&engine, ());
        let fields = [field(ValType::EXTERNREF), field(ValType::ANYREF)];
        let ty = StructType::new(&engine, fields).unwrap();
        let pre = StructRefPre::new(&mut store, ty);
        for i in 0..100 {
            let mut scope = RootScope::new(&mut store);
            let knot = Knot {
                root: Mutex::default(),
                engine: engine.clone(),
                dropped: dropped.clone(),
            };
            let value = ExternRef::new(&mut scope, knot).unwrap();
            let fields = [value.into(), Val::null_any_ref()];
            let object = StructRef::new(&mut scope, &pre, &fields).unwrap();
            object.set_field(&mut scope, 1, object.into()).unwrap();
            if i % 2 == 0 {
                let root = object.to_owned_rooted(&mut scope).unwrap();
                let knot = value.data(&scope).unwrap().unwrap();
                let knot = knot.downcast_ref::<Knot>().unwrap();
                *knot.root.lock().unwrap() = Some(root);
            }
        }
        // A collector that counts references frees none of these, as each refers to itself.
        store.gc(None).unwrap();
        store.gc(None).unwrap();
        assert!(dropped.load(SeqCst) <= if frees() { 50 } else { 0 });
        drop(store);
        assert_eq!(dropped.load(SeqCst), 100);
    });
}
