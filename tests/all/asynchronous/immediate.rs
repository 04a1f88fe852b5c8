//! Functions that are asynchronous in the `wasmtime` crate, and never wait here.

use libwasmtime::*;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Returns the output of a future that is ready at its first poll and may be sent.
#[track_caller]
fn at_once<F: Future + Send>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the future waits"),
    }
}

#[test]
fn memories_and_tables_are_created_and_grown() -> Result<()> {
    let mut store = Store::<()>::default();
    let memory = at_once(Memory::new_async(&mut store, MemoryType::new(1, Some(2))))?;
    assert_eq!(at_once(memory.grow_async(&mut store, 1))?, 1);
    assert!(at_once(memory.grow_async(&mut store, 1)).is_err());
    assert_eq!(memory.size(&store), 2);

    let ty = TableType::new(RefType::FUNCREF, 1, Some(2));
    let table = at_once(Table::new_async(&mut store, ty, Ref::Func(None)))?;
    let func = Func::wrap(&mut store, || 7);
    assert_eq!(at_once(table.grow_async(&mut store, 1, func.into()))?, 1);
    assert!(at_once(table.grow_async(&mut store, 1, func.into())).is_err());
    assert!(!table.get(&mut store, 1).unwrap().is_null());
    Ok(())
}

#[test]
fn an_asynchronous_host_function_creates_and_collects_objects() -> Result<()> {
    let mut store = Store::<()>::default();
    let create = Func::wrap_async(&mut store, |mut caller, ()| {
        Box::new(async move {
            for number in 0..100 {
                let mut scope = RootScope::new(&mut caller);
                let object = ExternRef::new_async(&mut scope, number).await?;
                let data = object.data(&scope)?.unwrap();
                assert_eq!(data.downcast_ref(), Some(&number));
            }
            caller.gc_async(None).await?;
            ExternRef::new_async(&mut caller, "last").await
        })
    });
    let create = create.typed::<(), Rooted<ExternRef>>(&store)?;
    let object = at_once(create.call_async(&mut store, ()))?;
    at_once(store.gc_async(None))?;
    at_once(store.as_context_mut().gc_async(None))?;
    let data = object.data(&store)?.unwrap();
    assert_eq!(data.downcast_ref(), Some(&"last"));
    Ok(())
}

#[test]
fn exceptions_are_created() -> Result<()> {
    let mut store = Store::<()>::default();
    let ty = ExnType::new(store.engine(), [ValType::I32])?;
    let tag = Tag::new(&mut store, &ty.tag_type())?;
    let allocator = ExnRefPre::new(&mut store, ty);
    let fields = [Val::I32(5)];
    let exception = at_once(ExnRef::new_async(&mut store, &allocator, &tag, &fields))?;
    assert_eq!(exception.field(&mut store, 0)?.unwrap_i32(), 5);
    Ok(())
}
