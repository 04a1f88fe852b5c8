//! Memories and tables that grow between their definition and an asynchronous instantiation,
//! and shared memories, which a store has once.

use super::{MUST_BE_ASYNC, assert_refused, pend};
use libwasmtime::*;
use smol::future::block_on;

const WAT: &str = r#"(module
    (import "m" "memory" (memory 2))
    (import "m" "table" (table 3 funcref))
    (import "m" "f" (func $f (result i32)))
    (func (export "f") (result i32) (call $f)))"#;

/// Returns a linker with a memory and a table that were smaller when they were defined.
fn grown(store: &mut Store<()>) -> Linker<()> {
    let memory = Memory::new(&mut *store, MemoryType::new(1, None)).unwrap();
    let ty = TableType::new(RefType::FUNCREF, 1, None);
    let table = Table::new(&mut *store, ty, Ref::Func(None)).unwrap();
    let mut linker = Linker::new(store.engine());
    linker.define(&*store, "m", "memory", memory).unwrap();
    linker.define(&*store, "m", "table", table).unwrap();
    memory.grow(&mut *store, 1).unwrap();
    table.grow(store, 2, Ref::Func(None)).unwrap();
    linker
}

/// The store requires asynchronous calls afterwards, as after any instantiation with an
/// asynchronous function: libwasmtime would end the process otherwise.
#[test]
fn items_that_have_grown() {
    let engine = Engine::default();
    let module = Module::new(&engine, WAT).unwrap();
    let mut store = Store::new(&engine, ());
    let mut linker = grown(&mut store);
    linker
        .func_wrap_async("m", "f", |_, ()| {
            Box::new(async {
                pend(1).await;
                8
            })
        })
        .unwrap();
    assert_refused(MUST_BE_ASYNC, linker.instantiate(&mut store, &module));
    let instance = block_on(linker.instantiate_async(&mut store, &module)).unwrap();
    let f = instance.get_typed_func::<(), i32>(&mut store, "f").unwrap();
    assert_refused(MUST_BE_ASYNC, f.call(&mut store, ()));
    assert_eq!(block_on(f.call_async(&mut store, ())).unwrap(), 8);
}

/// Without an asynchronous function, the store stays as it is.
#[test]
fn items_that_have_grown_beside_synchronous_functions() {
    let engine = Engine::default();
    let module = Module::new(&engine, WAT).unwrap();
    let mut store = Store::new(&engine, ());
    let mut linker = grown(&mut store);
    linker.func_wrap("m", "f", || 8).unwrap();
    let instance = block_on(linker.instantiate_async(&mut store, &module)).unwrap();
    let f = instance.get_typed_func::<(), i32>(&mut store, "f").unwrap();
    assert_eq!(f.call(&mut store, ()).unwrap(), 8);
    linker.instantiate(&mut store, &module).unwrap();
}

#[test]
fn imports_that_have_grown() {
    let engine = Engine::default();
    let text = r#"(module
        (import "m" "memory" (memory 2))
        (import "m" "f" (func $f)) (start $f))"#;
    let module = Module::new(&engine, text).unwrap();
    let mut store = Store::new(&engine, ());
    let memory = Memory::new(&mut store, MemoryType::new(1, None)).unwrap();
    let f = Func::wrap_async(&mut store, |_, ()| Box::new(pend(1)));
    let imports = [memory.into(), f.into()];
    let error = block_on(Instance::new_async(&mut store, &module, &imports)).unwrap_err();
    assert!(
        error.to_string().contains("incompatible import type"),
        "{error:?}"
    );
    memory.grow(&mut store, 1).unwrap();
    block_on(Instance::new_async(&mut store, &module, &imports)).unwrap();
}

#[cfg(feature = "threads")]
mod shared {
    use super::*;
    use smol::future::poll_once;

    const WAT: &str = r#"(module
        (import "m" "memory" (memory 1 2 shared))
        (import "m" "f" (func $f))
        (func (export "f") (call $f) (i32.atomic.store (i32.const 0) (i32.const 1)))
        (func (export "out") (i32.atomic.store (i32.const 0x10000) (i32.const 1)))
        (start $f))"#;

    fn engine() -> Engine {
        Engine::new(Config::new().wasm_threads(true).shared_memory(true)).unwrap()
    }

    #[track_caller]
    fn assert_once<R>(result: Result<R>) {
        let text = result.err().expect("it is refused").to_string();
        assert!(text.contains("a shared memory can't be imported"), "{text}");
    }

    #[test]
    fn a_store_has_it_once() {
        let engine = engine();
        let module = Module::new(&engine, WAT).unwrap();
        let memory = SharedMemory::new(&engine, MemoryType::shared(1, 2)).unwrap();
        let mut linker = Linker::<()>::new(&engine);
        let store = Store::new(&engine, ());
        linker
            .define(&store, "m", "memory", memory.clone())
            .unwrap();
        linker
            .func_wrap_async("m", "f", |_, ()| Box::new(pend(1)))
            .unwrap();
        let pre = linker.instantiate_pre(&module).unwrap();
        for first in 0..3 {
            let mut store = Store::new(&engine, ());
            let f = Func::wrap_async(&mut store, |_, ()| Box::new(pend(1)));
            let imports = [memory.clone().into(), f.into()];
            block_on(async {
                let instance = match first {
                    0 => linker.instantiate_async(&mut store, &module).await,
                    1 => pre.instantiate_async(&mut store).await,
                    _ => Instance::new_async(&mut store, &module, &imports).await,
                };
                let instance = instance.unwrap();
                assert_once(linker.instantiate_async(&mut store, &module).await);
                assert_once(pre.instantiate_async(&mut store).await);
                assert_once(Instance::new_async(&mut store, &module, &imports).await);
                let out = instance
                    .get_typed_func::<(), ()>(&mut store, "out")
                    .unwrap();
                let error = out.call_async(&mut store, ()).await.unwrap_err();
                assert_eq!(error.downcast_ref(), Some(&Trap::MemoryOutOfBounds));
            });
        }
        assert_eq!(memory.size(), 1);
    }

    /// One that is imported twice in one module.
    #[test]
    fn a_module_imports_it_twice() {
        let engine = engine();
        let text = r#"(module
            (import "m" "memory" (memory 1 2 shared))
            (import "m" "memory" (memory 1 2 shared)))"#;
        let module = Module::new(&engine, text).unwrap();
        let memory = SharedMemory::new(&engine, MemoryType::shared(1, 2)).unwrap();
        let mut store = Store::new(&engine, ());
        let imports = [memory.clone().into(), memory.into()];
        assert_once(block_on(Instance::new_async(&mut store, &module, &imports)));
    }

    /// One that is dropped before it begins doesn't use it up. One that is dropped in the middle
    /// does, as libwasmtime keeps what it has created.
    #[test]
    fn instantiations_that_are_dropped() {
        let engine = engine();
        let module = Module::new(&engine, WAT).unwrap();
        let mut store = Store::new(&engine, ());
        let f = Func::wrap_async(&mut store, |_, ()| Box::new(pend(1)));
        let memory = SharedMemory::new(&engine, MemoryType::shared(1, 2)).unwrap();
        let imports = [memory.into(), f.into()];
        drop(Instance::new_async(&mut store, &module, &imports));
        let mut call = Box::pin(Instance::new_async(&mut store, &module, &imports));
        assert!(block_on(poll_once(&mut call)).is_none());
        drop(call);
        assert_once(block_on(Instance::new_async(&mut store, &module, &imports)));
    }
}
