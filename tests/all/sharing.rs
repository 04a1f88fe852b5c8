//! Stores that several threads read at the same time.

use crate::guest::instantiate;
use libwasmtime::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const THREADS: usize = 4;

/// Runs `look` on several threads, a number of times on each.
fn on_threads(times: usize, look: impl Fn(usize) -> Result<()> + Sync) -> Result<()> {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| scope.spawn(|| (0..times).try_for_each(&look)))
            .collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().expect("no thread panics"))
    })
}

/// The bytes of the last memory are cached. Threads that look at several memories never see
/// the address of one with the length of another.
#[test]
fn memories() -> Result<()> {
    let mut store = Store::<()>::default();
    let memories = (1..=3u8)
        .map(|i| Memory::new(&mut store, MemoryType::new(i.into(), None)))
        .collect::<Result<Vec<_>>>()?;
    for round in 1..=4 {
        for (i, memory) in memories.iter().enumerate() {
            // The memory moves and grows.
            memory.grow(&mut store, 1)?;
            let id = 10 * round + i as u8;
            memory.data_mut(&mut store).fill(id);
        }
        let store = &store;
        on_threads(20_000, |time| {
            // The same memory several times, so that it is found in the cache.
            let i = time / 3 % memories.len();
            let (memory, id) = (memories[i], 10 * round + i as u8);
            let bytes = memory.data(store);
            let pages = i + 1 + usize::from(round);
            assert_eq!(bytes.len(), pages << 16);
            assert_eq!((bytes[0], bytes[bytes.len() - 1]), (id, id));
            let mut last = [0];
            memory.read(store, bytes.len() - 1, &mut last)?;
            assert_eq!(last, [id]);
            assert!(memory.read(store, bytes.len(), &mut last).is_err());
            assert_eq!(memory.size(store), pages as u64);
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn types_and_data() -> Result<()> {
    let mut config = Config::new();
    config.consume_fuel(true);
    let engine = Engine::new(&config)?;
    let mut store = Store::new(&engine, AtomicUsize::new(0));
    store.set_fuel(7)?;
    let wat = r#"
        (module
            (func (export "f") (param i32 f64) (result i64) i64.const 0)
            (memory (export "m") 1 5)
            (table (export "t") 3 funcref)
            (global (export "g") (mut i64) (i64.const 0)))
    "#;
    let instance = instantiate(&mut store, wat, &[]);
    let func = instance.get_func(&mut store, "f").expect("exported");
    let exports: Vec<_> = ["f", "m", "t", "g"]
        .map(|name| instance.get_export(&mut store, name).expect("exported"))
        .into();
    let store = &store;
    on_threads(2_000, |_| {
        assert_eq!(func.ty(store).params().len(), 2);
        assert!(func.typed::<(i32, f64), i64>(store).is_ok());
        assert!(func.typed::<(), ()>(store).is_err());
        let funcref = Val::from(func);
        assert!(funcref.matches_ty(store, &ValType::FUNCREF)?);
        assert!(!funcref.matches_ty(store, &ValType::EXTERNREF)?);
        for export in &exports {
            match export.ty(store) {
                ExternType::Func(ty) => assert!(func.matches_ty(store, &ty)),
                ExternType::Memory(ty) => assert_eq!(ty.maximum(), Some(5)),
                ExternType::Table(ty) => assert_eq!(ty.minimum(), 3),
                ExternType::Global(ty) => assert_eq!(ty.mutability(), Mutability::Var),
                ty => panic!("there is nothing of type {ty:?}"),
            }
        }
        assert_eq!(instance.module(store).exports().len(), exports.len());
        assert_eq!(store.get_fuel()?, 7);
        store.data().fetch_add(1, Ordering::Relaxed);
        Ok(())
    })?;
    assert_eq!(store.data().load(Ordering::Relaxed), THREADS * 2_000);
    Ok(())
}

#[test]
fn a_linker_is_given_items_by_threads() -> Result<()> {
    let mut store = Store::<()>::default();
    let table = Table::new(
        &mut store,
        TableType::new(RefType::FUNCREF, 1, None),
        Ref::Func(None),
    )?;
    let f = Func::wrap(&mut store, || {});
    let store = &store;
    on_threads(200, |_| {
        let mut linker = Linker::new(store.engine());
        linker.define(store, "", "t", table)?;
        linker.define(store, "", "f", f)?;
        Ok(())
    })
}

/// To compare objects, the host reads their bits with functions that change reference
/// counts in their heap.
#[cfg(feature = "gc")]
#[test]
fn references() -> Result<()> {
    use std::hash::DefaultHasher;

    let mut config = Config::new();
    config.wasm_gc(true).wasm_function_references(true);
    let mut store = Store::new(&Engine::new(&config)?, ());
    let wat = r#"
        (module
            (type $pair (struct (field i32 i32)))
            (type $bytes (array i8))
            (func (export "pair") (result anyref) (struct.new_default $pair))
            (func (export "bytes") (param i32) (result anyref)
                (array.new_default $bytes (local.get 0))))
    "#;
    let instance = instantiate(&mut store, wat, &[]);
    let pair = instance.get_typed_func::<(), Option<Rooted<AnyRef>>>(&mut store, "pair")?;
    let bytes = instance.get_typed_func::<u32, Option<Rooted<AnyRef>>>(&mut store, "bytes")?;
    let mut pairs = Vec::new();
    let mut texts = Vec::new();
    let mut numbers = Vec::new();
    for i in 0..4 {
        pairs.push(pair.call(&mut store, ())?.expect("not null"));
        texts.push(ExternRef::new(&mut store, i.to_string())?);
        numbers.push(AnyRef::from_i31(&mut store, I31::wrapping_u32(i)));
    }
    let owned = texts[0].to_owned_rooted(&mut store)?;
    let look = |store: &Store<()>, time: usize| -> Result<()> {
        let i = time % 4;
        let next = (i + 1) % 4;
        assert!(pairs[i].is_struct(store)?);
        assert_eq!(numbers[i].unwrap_i31(store)?.get_u32(), i as u32);
        assert!(Rooted::ref_eq(store, &pairs[i], &pairs[i])?);
        assert!(!Rooted::ref_eq(store, &pairs[i], &pairs[next])?);
        pairs[i].ref_hash(store, &mut DefaultHasher::new())?;
        let text = texts[i].data(store)?.expect("the host made it");
        assert_eq!(text.downcast_ref(), Some(&i.to_string()));
        assert!(Rooted::ref_eq(store, &texts[0], &owned.clone())?);
        assert!(Val::from(pairs[i]).matches_ty(store, &ValType::ANYREF)?);
        Ok(())
    };
    on_threads(20_000, |time| look(&store, time))?;
    // If a reference were missing in the count, another object would take the place of
    // one that is in use.
    for _ in 0..20_000 {
        let mut scope = RootScope::new(&mut store);
        for len in 0..32 {
            bytes.call(&mut scope, len)?;
        }
    }
    (0..4).try_for_each(|time| look(&store, time))
}

/// A host function shares its caller with threads, while WebAssembly waits.
#[test]
fn callers() -> Result<()> {
    let mut store = Store::new(&Engine::default(), 5);
    let host = Func::wrap(&mut store, |mut caller: Caller<'_, i32>| {
        let memory = caller.get_export("m").and_then(Extern::into_memory);
        let memory = memory.expect("exported");
        memory.write(&mut caller, 8, b"shared")?;
        let caller = &caller;
        on_threads(1_000, |_| {
            assert_eq!(*caller.data(), 5);
            assert_eq!(memory.data(caller)[8..14], *b"shared");
            Ok(())
        })
    });
    let wat = r#"
        (module
            (import "" "" (func $host))
            (memory (export "m") 1)
            (func (export "f") (call $host)))
    "#;
    let instance = instantiate(&mut store, wat, &[host.into()]);
    let f = instance.get_typed_func::<(), ()>(&mut store, "f")?;
    f.call(&mut store, ())
}

/// Threads share access to the store in turns, and it is changed in between.
#[test]
fn behind_a_lock() -> Result<()> {
    let mut store = Store::new(&Engine::default(), 0);
    let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    let store = std::sync::RwLock::new(store);
    on_threads(500, |time| {
        if time % 10 == 0 {
            let mut store = store.write().expect("no thread panics");
            memory.grow(&mut *store, 1)?;
            *store.data_mut() += 1;
        }
        let store = store.read().expect("no thread panics");
        assert_eq!(memory.data_size(&*store), (1 + store.data()) << 16);
        Ok(())
    })
}
