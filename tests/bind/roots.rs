//! Objects that nothing holds are dropped, also those that went through calls outside of a
//! `RootScope`.

use crate::collector::freed;
use libwasmtime::bind::{Object, ObjectRef};
use libwasmtime::{Engine, Instance, Linker, Module, Result, Store};
use std::sync::Arc;

/// Its clones count the objects that are alive.
type Alive = Arc<()>;

#[libwasmtime::guest]
trait Objects {
    fn take(&self, object: Object<Alive>);
    fn pass(&self, object: Object<Alive>) -> Object<Alive>;
    fn pass_reference(&self, object: ObjectRef<Alive>) -> ObjectRef<Alive>;
    fn give(&self) -> Option<Object<Alive>>;
}

#[cfg(feature = "async")]
#[libwasmtime::guest]
trait AsyncObjects {
    async fn take(&self, object: Object<Alive>);
    async fn pass(&self, object: Object<Alive>) -> Object<Alive>;
    async fn pass_reference(&self, object: ObjectRef<Alive>) -> ObjectRef<Alive>;
    async fn give(&self) -> Option<Object<Alive>>;
}

/// Returns a guest that passes objects on, and creates some by the host.
fn setup(alive: &Alive) -> Result<(Store<()>, Instance)> {
    let engine = Engine::default();
    let mut linker = Linker::<()>::new(&engine);
    let alive = alive.clone();
    linker.func_wrap("host", "new", move || Object::new(alive.clone()))?;
    let wat = r#"(module
        (import "host" "new" (func $new (result externref)))
        (func (export "take") (param externref))
        (func (export "pass") (param externref) (result externref) (local.get 0))
        (func (export "pass_reference") (param externref) (result externref) (local.get 0))
        (func (export "give") (result externref) (call $new)))"#;
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &Module::new(&engine, wat)?)?;
    Ok((store, instance))
}

/// Calls a function with an object, several times, and checks that none is alive afterwards.
fn assert_drops(
    call: impl Fn(&mut Store<()>, &Instance, Object<Alive>) -> Result<()>,
) -> Result<()> {
    let alive = Alive::default();
    let (mut store, instance) = setup(&alive)?;
    let others = Arc::strong_count(&alive);
    const COUNT: usize = 5;
    for _ in 0..COUNT {
        call(&mut store, &instance, Object::new(alive.clone()))?;
    }
    store.gc(None)?;
    assert_eq!(Arc::strong_count(&alive), others + COUNT - freed(COUNT));
    // The function that creates objects is dropped as well.
    drop(store);
    assert_eq!(Arc::strong_count(&alive), 1);
    Ok(())
}

#[test]
fn a_reference_is_the_only_root_of_its_object() -> Result<()> {
    assert_drops(|store, _, object| ObjectRef::new(store, object).map(drop))
}

#[test]
fn a_call_roots_its_arguments_and_results_while_it_runs() -> Result<()> {
    assert_drops(|store, instance, object| {
        Objects::new(&mut *store, instance)?.take(store, object)
    })?;
    assert_drops(|store, instance, object| {
        let object = Objects::new(&mut *store, instance)?.pass(store, object)?;
        assert!(object.try_borrow_mut().is_ok());
        Ok(())
    })?;
    assert_drops(|store, instance, object| {
        let reference = ObjectRef::new(&mut *store, object)?;
        let objects = Objects::new(&mut *store, instance)?;
        let passed = objects.pass_reference(&mut *store, reference.clone())?;
        assert!(Object::ptr_eq(
            &passed.get(&*store),
            &reference.get(&*store)
        ));
        Ok(())
    })?;
    assert_drops(|store, instance, _| {
        let object = Objects::new(&mut *store, instance)?.give(store)?;
        assert!(object.is_some());
        Ok(())
    })
}

#[cfg(feature = "async")]
#[test]
fn an_asynchronous_call_roots_its_arguments_and_results_while_it_runs() -> Result<()> {
    use futures::executor::block_on;
    assert_drops(|store, instance, object| {
        block_on(AsyncObjects::new(&mut *store, instance)?.take(store, object))
    })?;
    assert_drops(|store, instance, object| {
        block_on(AsyncObjects::new(&mut *store, instance)?.pass(store, object)).map(drop)
    })?;
    assert_drops(|store, instance, object| {
        let reference = ObjectRef::new(&mut *store, object)?;
        let objects = AsyncObjects::new(&mut *store, instance)?;
        block_on(objects.pass_reference(store, reference)).map(drop)
    })?;
    assert_drops(|store, instance, _| {
        block_on(AsyncObjects::new(&mut *store, instance)?.give(store)).map(drop)
    })
}
