//! Instantiations that are refused, after which the same is possible in another way.

use futures::executor::block_on;
use libwasmtime::*;

const IMPORTS_MEMORY: &str = r#"(module
    (import "host" "memory" (memory 1 2 shared))
    (func (export "run") (result i32) (i32.load (i32.const 0))))"#;

fn engine() -> Result<Engine> {
    Engine::new(Config::new().wasm_threads(true).shared_memory(true))
}

/// A store that requires asynchronous calls.
fn asynchronous(engine: &Engine) -> Store<()> {
    let mut store = Store::new(engine, ());
    Func::wrap_async(&mut store, |_, ()| Box::new(async {}));
    store
}

async fn run(store: &mut Store<()>, instance: Instance) -> Result<i32> {
    let run = instance.get_typed_func::<(), i32>(&mut *store, "run")?;
    run.call_async(&mut *store, ()).await
}

/// A shared memory can be in a store once, so it must not be noted where nothing was done.
#[test]
fn a_store_that_refuses_a_synchronous_instantiation_takes_an_asynchronous_one() -> Result<()> {
    let engine = engine()?;
    let module = Module::new(&engine, IMPORTS_MEMORY)?;
    let memory = SharedMemory::new(&engine, MemoryType::shared(1, 2))?;
    let imports = [memory.clone().into()];
    let mut linker = Linker::new(&engine);
    linker.define(&Store::new(&engine, ()), "host", "memory", memory)?;
    let pre = linker.instantiate_pre(&module)?;

    let mut store = asynchronous(&engine);
    assert!(Instance::new(&mut store, &module, &imports).is_err());
    let instance = block_on(Instance::new_async(&mut store, &module, &imports))?;
    assert_eq!(block_on(run(&mut store, instance))?, 0);

    let mut store = asynchronous(&engine);
    assert!(linker.instantiate(&mut store, &module).is_err());
    let instance = block_on(linker.instantiate_async(&mut store, &module))?;
    assert_eq!(block_on(run(&mut store, instance))?, 0);

    let mut store = asynchronous(&engine);
    assert!(pre.instantiate(&mut store).is_err());
    let instance = block_on(pre.instantiate_async(&mut store))?;
    assert_eq!(block_on(run(&mut store, instance))?, 0);
    Ok(())
}

#[test]
fn a_store_in_a_synchronous_call_refuses_an_instantiation_without_a_trace() -> Result<()> {
    let engine = engine()?;
    let wat = r#"(module
        (import "host" "memory" (memory 1 2 shared))
        (import "host" "get" (func $get (result i32)))
        (func (export "run") (result i32) (call $get)))"#;
    let module = Module::new(&engine, wat)?;
    let memory = SharedMemory::new(&engine, MemoryType::shared(1, 2))?;
    let mut linker = Linker::new(&engine);
    linker.define(&Store::new(&engine, ()), "host", "memory", memory)?;
    linker.func_wrap_async("host", "get", |_, ()| Box::new(async { 42 }))?;
    let pre = linker.instantiate_pre(&module)?;

    let mut store = Store::new(&engine, ());
    let inner = pre.clone();
    let instantiate = Func::wrap(&mut store, move |mut caller: Caller<'_, ()>| {
        i32::from(block_on(inner.instantiate_async(&mut caller)).is_err())
    });
    let instantiate = instantiate.typed::<(), i32>(&store)?;
    assert_eq!(instantiate.call(&mut store, ())?, 1, "it is refused");
    assert_eq!(
        instantiate.call(&mut store, ())?,
        1,
        "and hasn't changed the store"
    );

    let instance = block_on(pre.instantiate_async(&mut store))?;
    assert_eq!(block_on(run(&mut store, instance))?, 42);
    Ok(())
}
