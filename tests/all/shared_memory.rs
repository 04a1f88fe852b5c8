//! Memories that threads share.

use libwasmtime::{
    Config, Engine, Extern, Instance, Linker, MemoryType, Module, Result, SharedMemory, Store,
    TypedFunc,
};
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;

const PAGE: usize = 65536;

fn engine() -> Result<Engine> {
    Engine::new(Config::new().wasm_threads(true).shared_memory(true))
}

/// Returns the bytes, to be used with atomic instructions.
fn bytes(memory: &SharedMemory) -> &[AtomicU8] {
    let cells = memory.data();
    // SAFETY: an atomic byte is laid out as a byte, and all uses are atomic.
    unsafe { std::slice::from_raw_parts(cells.as_ptr().cast(), cells.len()) }
}

#[test]
fn it_has_its_type_and_size() -> Result<()> {
    let ty = MemoryType::shared(1, 4);
    let memory = SharedMemory::new(&engine()?, ty.clone())?;
    assert_eq!(memory.ty(), ty);
    assert_eq!(memory.size(), 1);
    assert_eq!(memory.page_size(), 65536);
    assert_eq!(memory.data_size(), PAGE);
    assert_eq!(memory.data().len(), PAGE);
    assert!(format!("{memory:?}").contains("SharedMemory"));
    Ok(())
}

#[test]
fn types_that_it_can_not_have() -> Result<()> {
    let engine = engine()?;
    let error = SharedMemory::new(&engine, MemoryType::new(1, Some(2))).unwrap_err();
    assert!(error.to_string().contains("MemoryType::shared"), "{error}");
    let without = Engine::new(Config::new().wasm_threads(true).shared_memory(false))?;
    assert!(SharedMemory::new(&without, MemoryType::shared(1, 2)).is_err());
    let huge = MemoryType::builder()
        .memory64(true)
        .shared(true)
        .min(1 << 46)
        .max(Some(1 << 47))
        .build()?;
    assert!(SharedMemory::new(&engine, huge).is_err());
    Ok(())
}

#[test]
fn growing() -> Result<()> {
    let memory = SharedMemory::new(&engine()?, MemoryType::shared(1, 3))?;
    let before = memory.data();
    assert_eq!(memory.grow(2)?, 1);
    assert_eq!(memory.grow(0)?, 3);
    assert!(memory.grow(1).is_err());
    assert!(memory.grow(u64::MAX).is_err());
    assert_eq!((memory.size(), memory.data().len()), (3, 3 * PAGE));
    assert_eq!(before.len(), PAGE);
    assert!(std::ptr::eq(before.as_ptr(), memory.data().as_ptr()));
    Ok(())
}

#[test]
fn a_clone_is_the_same_memory() -> Result<()> {
    let engine = engine()?;
    let weak = engine.weak();
    let memory = SharedMemory::new(&engine, MemoryType::shared(1, 2))?;
    drop(engine);
    let clone = memory.clone();
    bytes(&memory)[7].store(9, Ordering::SeqCst);
    drop(memory);
    assert_eq!(bytes(&clone)[7].load(Ordering::SeqCst), 9);
    assert!(weak.upgrade().is_some());
    drop(clone);
    assert!(weak.upgrade().is_none());
    Ok(())
}

/// Adds one to the number at the start of the memory, a number of times.
const COUNT: &str = r#"(module
    (import "m" "memory" (memory 1 4 shared))
    (export "memory" (memory 0))
    (func (export "count") (param $times i32)
        (loop $again
            (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
            (local.set $times (i32.sub (local.get $times) (i32.const 1)))
            (br_if $again (local.get $times)))))"#;

#[test]
fn stores_on_several_threads_share_it() -> Result<()> {
    const TIMES: i32 = 10_000;
    let engine = engine()?;
    let memory = SharedMemory::new(&engine, MemoryType::shared(1, 4))?;
    let module = Module::new(&engine, COUNT)?;
    let imported = module.imports().next().expect("it has one").ty();
    assert_eq!(imported.unwrap_memory(), &memory.ty());

    let mut linker = Linker::new(&engine);
    // It belongs to no store, so any store will do.
    linker.define(&Store::new(&engine, ()), "m", "memory", memory.clone())?;
    thread::scope(|scope| {
        for i in 0..4 {
            let (memory, module, linker) = (memory.clone(), &module, &linker);
            scope.spawn(move || {
                let mut store = Store::new(module.engine(), ());
                let instance = if i % 2 == 0 {
                    Instance::new(&mut store, module, &[memory.into()]).unwrap()
                } else {
                    linker.instantiate(&mut store, module).unwrap()
                };
                let count: TypedFunc<i32, ()> =
                    instance.get_typed_func(&mut store, "count").unwrap();
                count.call(&mut store, TIMES).unwrap();
            });
        }
    });
    let counted: Vec<_> = bytes(&memory)[..4]
        .iter()
        .map(|byte| byte.load(Ordering::SeqCst))
        .collect();
    assert_eq!(counted, (4 * TIMES).to_le_bytes());
    Ok(())
}

#[test]
fn what_an_instance_exports_is_the_memory_itself() -> Result<()> {
    let engine = engine()?;
    let module = Module::new(&engine, COUNT)?;
    let memory = SharedMemory::new(&engine, MemoryType::shared(1, 4))?;
    let exported = {
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[memory.clone().into()])?;
        assert!(instance.get_memory(&mut store, "memory").is_none());
        let item = instance.get_export(&mut store, "memory");
        assert!(matches!(item, Some(Extern::SharedMemory(_))), "{item:?}");
        let kinds = instance
            .exports(&mut store)
            .filter(|export| export.clone().into_shared_memory().is_some());
        assert_eq!(kinds.count(), 1);
        instance
            .get_shared_memory(&mut store, "memory")
            .expect("it is there")
    };
    // It outlives the store.
    bytes(&memory)[100].store(1, Ordering::SeqCst);
    assert_eq!(bytes(&exported)[100].load(Ordering::SeqCst), 1);
    assert_eq!(exported.ty(), memory.ty());
    Ok(())
}

#[test]
fn a_module_makes_its_own() -> Result<()> {
    let engine = engine()?;
    let mut store = Store::new(&engine, ());
    let text = r#"(module (memory (export "m") 1 2 shared) (data (i32.const 0) "x"))"#;
    let module = Module::new(&engine, text)?;
    let instance = Instance::new(&mut store, &module, &[])?;
    let memory = instance.get_shared_memory(&mut store, "m").unwrap();
    drop(store);
    assert_eq!(bytes(&memory)[0].load(Ordering::SeqCst), b'x');
    assert_eq!(memory.grow(1)?, 1);

    // It belongs to no store in any link mode.
    let mut home = Store::new(&engine, ());
    let instance = Instance::new(&mut home, &module, &[])?;
    let mut linker = Linker::new(&engine);
    linker.instance(&mut home, "m", instance)?;
    let mut foreign = Store::new(&engine, ());
    let item = linker.get(&mut foreign, "m", "m")?;
    assert!(item.into_shared_memory().is_some());
    let default = MemoryType::shared(1, 2).default_value(&mut foreign)?;
    assert!(default.into_shared_memory().is_some());
    Ok(())
}

#[test]
fn default_values_are_shared_too() -> Result<()> {
    let engine = engine()?;
    let module = Module::new(&engine, COUNT)?;
    let mut home = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    linker.define_unknown_imports_as_default_values(&mut home, &module)?;
    for store in [&mut home, &mut Store::new(&engine, ())] {
        linker.instantiate(store, &module)?;
    }
    Ok(())
}

#[test]
fn a_store_has_it_once() -> Result<()> {
    let engine = engine()?;
    let module = Module::new(&engine, COUNT)?;
    let memory = SharedMemory::new(&engine, MemoryType::shared(1, 4))?;
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    linker.define(&store, "m", "memory", memory.clone())?;

    // An instantiation that fails because of its types doesn't count.
    let other = r#"(module (import "m" "memory" (memory 2 3 shared)))"#;
    let other = Module::new(&engine, other)?;
    let error = linker.instantiate(&mut store, &other).unwrap_err();
    assert!(!error.to_string().contains("same store"), "{error}");

    // Nor does the size count that it had when it was defined.
    memory.grow(2)?;
    let large = COUNT.replace("memory 1 4", "memory 3 4");
    linker.instantiate(&mut store, &Module::new(&engine, large)?)?;
    let again = [
        linker.instantiate(&mut store, &module),
        Instance::new(&mut store, &module, &[memory.clone().into()]),
    ];
    for error in again.map(Result::unwrap_err) {
        let text = error.to_string();
        for way_out in [
            "store of its own",
            "`Config::signals_based_traps` to `false`",
            "`Config::memory_reservation` and `Config::memory_guard_size` to 0",
        ] {
            assert!(text.contains(way_out), "{text}");
        }
    }
    linker.instantiate(Store::new(&engine, ()), &module)?;

    // Other memories differ from it, even after its handles were dropped.
    drop((memory, linker));
    for _ in 0..20 {
        let memory = SharedMemory::new(&engine, MemoryType::shared(1, 4))?;
        Instance::new(&mut store, &module, &[memory.into()])?;
        let memory = SharedMemory::new(&engine, MemoryType::shared(1, 5))?;
        Instance::new(&mut store, &module, &[memory.into()]).unwrap_err();
    }
    Ok(())
}

#[test]
fn a_memory_of_another_engine_is_refused() -> Result<()> {
    let memory = SharedMemory::new(&engine()?, MemoryType::shared(1, 4))?;
    let engine = engine()?;
    let module = Module::new(&engine, COUNT)?;
    let mut store = Store::new(&engine, ());
    let error = Instance::new(&mut store, &module, &[memory.clone().into()]).unwrap_err();
    assert!(error.to_string().contains("another engine"), "{error}");
    let mut linker = Linker::new(&engine);
    linker.define(&store, "m", "memory", memory)?;
    for error in [
        linker.instantiate_pre(&module).unwrap_err(),
        linker.instantiate(&mut store, &module).unwrap_err(),
        linker.get(&mut store, "m", "memory").unwrap_err(),
    ] {
        assert!(error.to_string().contains("another engine"), "{error}");
    }
    Ok(())
}
