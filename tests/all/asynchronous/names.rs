//! Functions that are asynchronous in name alone: they never wait.

use super::waiting::poll;
use crate::collector::freed;
use futures::executor::block_on;
use libwasmtime::*;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

/// Returns the output of a future that is ready at its first poll.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match poll(&mut pin!(future)) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the future waits"),
    }
}

/// A store that requires asynchronous calls.
fn asynchronous() -> Store<()> {
    let mut store = Store::<()>::default();
    Func::wrap_async(&mut store, |_, ()| Box::new(async {}));
    store
}

fn stores() -> [Store<()>; 2] {
    [Store::default(), asynchronous()]
}

#[test]
fn memories_are_created_and_grow() -> Result<()> {
    for mut store in stores() {
        let ty = MemoryType::new(1, Some(3));
        let memory = at_once(Memory::new_async(&mut store, ty))?;
        assert_eq!(at_once(memory.grow_async(&mut store, 2))?, 1);
        assert_eq!(memory.size(&store), 3);
        assert!(at_once(memory.grow_async(&mut store, 1)).is_err());
        assert_eq!(memory.size(&store), 3);
    }
    Ok(())
}

#[test]
fn tables_are_created_and_grow() -> Result<()> {
    for mut store in stores() {
        let func = Func::wrap(&mut store, || {});
        let ty = TableType::new(RefType::FUNCREF, 1, Some(3));
        let table = at_once(Table::new_async(&mut store, ty, Ref::Func(None)))?;
        let grown = table.grow_async(&mut store, 2, Ref::Func(Some(func)));
        assert_eq!(at_once(grown)?, 1);
        assert!(matches!(table.get(&mut store, 0), Some(Ref::Func(None))));
        assert!(matches!(table.get(&mut store, 2), Some(Ref::Func(Some(_)))));
        assert!(at_once(table.grow_async(&mut store, 1, Ref::Func(None))).is_err());
        assert_eq!(table.size(&store), 3);
    }
    Ok(())
}

#[test]
fn limits_hold_for_them() -> Result<()> {
    let limits = StoreLimitsBuilder::new()
        .memory_size(1 << 16)
        .table_elements(1)
        .build();
    let mut store = Store::new(&Engine::default(), limits);
    store.limiter(|limits| limits);
    assert!(at_once(Memory::new_async(&mut store, MemoryType::new(2, None))).is_err());
    let memory = at_once(Memory::new_async(&mut store, MemoryType::new(1, None)))?;
    assert!(at_once(memory.grow_async(&mut store, 1)).is_err());
    let ty = |size| TableType::new(RefType::FUNCREF, size, None);
    assert!(at_once(Table::new_async(&mut store, ty(2), Ref::Func(None))).is_err());
    let table = at_once(Table::new_async(&mut store, ty(1), Ref::Func(None)))?;
    assert!(at_once(table.grow_async(&mut store, 1, Ref::Func(None))).is_err());
    Ok(())
}

#[test]
fn nothing_happens_before_the_first_poll() -> Result<()> {
    let mut store = asynchronous();
    let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    drop(memory.grow_async(&mut store, 1));
    assert_eq!(memory.size(&store), 1);
    Ok(())
}

#[test]
fn a_memory_of_another_store_panics() {
    let memory = Memory::new(&mut asynchronous(), MemoryType::new(1, None)).unwrap();
    let grown = std::panic::catch_unwind(|| at_once(memory.grow_async(asynchronous(), 1)));
    assert!(grown.is_err());
}

#[test]
fn values_of_the_host_are_created_and_collected() -> Result<()> {
    for mut store in stores() {
        let value = Arc::new(0);
        {
            let mut scope = RootScope::new(&mut store);
            let object = at_once(ExternRef::new_async(&mut scope, value.clone()))?;
            let data = object.data(scope.as_context())?.unwrap();
            assert!(Arc::ptr_eq(data.downcast_ref().unwrap(), &value));
            at_once(scope.as_context_mut().gc_async(None))?;
            assert_eq!(Arc::strong_count(&value), 2, "it is rooted");
        }
        at_once(store.gc_async(None))?;
        assert_eq!(Arc::strong_count(&value), 2 - freed(1));
        drop(store);
        assert_eq!(Arc::strong_count(&value), 1);
    }
    Ok(())
}

#[test]
fn exceptions_are_created() -> Result<()> {
    let engine = Engine::new(Config::new().wasm_exceptions(true))?;
    let mut store = Store::new(&engine, ());
    let ty = ExnType::new(&engine, [ValType::I32])?;
    let tag = Tag::new(&mut store, &ty.tag_type())?;
    let pre = ExnRefPre::new(&mut store, ty);
    let exception = at_once(ExnRef::new_async(&mut store, &pre, &tag, &[Val::I32(13)]))?;
    assert_eq!(exception.field(&mut store, 0)?.unwrap_i32(), 13);
    assert!(at_once(ExnRef::new_async(&mut store, &pre, &tag, &[])).is_err());
    Ok(())
}

/// Grows the memory in the data, and returns its previous size, after all else.
async fn use_all(mut caller: Caller<'_, Option<Memory>>, value: Arc<()>) -> Result<u64> {
    let memory = caller.data().expect("the memory is set");
    let size = memory.grow_async(&mut caller, 1).await?;
    let other = Memory::new_async(&mut caller, MemoryType::new(1, None)).await?;
    other.grow_async(&mut caller, 1).await?;
    let ty = TableType::new(RefType::FUNCREF, 1, None);
    let table = Table::new_async(&mut caller, ty, Ref::Func(None)).await?;
    table.grow_async(&mut caller, 1, Ref::Func(None)).await?;
    {
        let mut scope = RootScope::new(&mut caller);
        ExternRef::new_async(&mut scope, value.clone()).await?;
    }
    let count = Arc::strong_count(&value);
    caller.gc_async(None).await?;
    assert_eq!(
        Arc::strong_count(&value),
        count - freed(1),
        "it is collected"
    );
    Ok(size)
}

/// The guest's memory grows while the guest waits, and the collector runs on its stack.
#[test]
fn all_work_in_the_middle_of_a_call() -> Result<()> {
    let engine = Engine::default();
    let module = Module::new(
        &engine,
        r#"(module
            (import "host" "use_all" (func $use_all (result i64)))
            (memory (export "memory") 1)
            (func (export "run") (result i64)
                (i64.store (i32.const 65528) (call $use_all))
                (i64.add
                    (i64.load (i32.const 65528))
                    (i64.extend_i32_u (memory.size)))))"#,
    )?;
    let value = Arc::new(());
    let mut linker = Linker::<Option<Memory>>::new(&engine);
    linker.func_wrap_async("host", "use_all", move |caller, ()| {
        Box::new(use_all(caller, value.clone()))
    })?;
    let mut store = Store::new(&engine, None);
    block_on(async {
        let instance = linker.instantiate_async(&mut store, &module).await?;
        *store.data_mut() = instance.get_memory(&mut store, "memory");
        let run = instance.get_typed_func::<(), u64>(&mut store, "run")?;
        assert_eq!(run.call_async(&mut store, ()).await?, 1 + 2);
        assert_eq!(run.call_async(&mut store, ()).await?, 2 + 3);
        Ok(())
    })
}

/// As those of the `wasmtime` crate.
#[test]
fn the_futures_can_be_sent() {
    fn assert_send(_: impl Send) {}

    let mut store = Store::<()>::default();
    let memory = Memory::new(&mut store, MemoryType::new(1, None)).unwrap();
    assert_send(memory.grow_async(&mut store, 1));
    assert_send(Memory::new_async(&mut store, MemoryType::new(1, None)));
    assert_send(store.gc_async(None));
    assert_send(ExternRef::new_async(&mut store, 1));
    let ty = TableType::new(RefType::FUNCREF, 1, None);
    assert_send(Table::new_async(&mut store, ty, Ref::Func(None)));
}
