//! Memories that grow after their bytes were looked at. They move, as no addresses are
//! reserved for growth.

use super::PAGE;
use libwasmtime::{
    AsContextMut, Caller, Config, Engine, Extern, Func, Instance, Linker, Memory, Module, Result,
    Store, UpdateDeadline,
};

/// Returns the number of the memory's pages, according to its bytes; writes and reads the
/// last byte.
fn pages(mut store: impl AsContextMut, memory: Memory) -> usize {
    let len = memory.data_size(&store);
    memory.write(&mut store, len - 1, &[len as u8]).unwrap();
    let mut last = [1];
    memory.read(&store, len - 1, &mut last).unwrap();
    assert_eq!(last, [len as u8]);
    assert!(memory.read(&store, len, &mut last).is_err());
    len / PAGE
}

fn engine() -> Engine {
    let mut config = Config::new();
    config
        .memory_reservation(0)
        .memory_reservation_for_growth(0)
        .epoch_interruption(true);
    Engine::new(&config).unwrap()
}

/// A module whose function `run` grows the memory before and after it calls the
/// host, twice, so that it has five pages in the end.
const GUEST: &str = r#"
    (module
        (import "host" "look" (func $look))
        (memory (export "memory") 1)
        (func $grow (export "grow")
            (drop (memory.grow (i32.const 1))))
        (func (export "run")
            call $grow
            call $look
            call $grow
            call $look
            call $grow
            call $grow))
"#;

/// Creates an instance whose store's data is what the host saw when it was called.
fn guest(store: &mut Store<Vec<usize>>) -> Result<(Instance, Memory)> {
    store.set_epoch_deadline(u64::MAX / 2);
    let engine = store.engine().clone();
    let mut linker = Linker::new(&engine);
    linker.func_wrap("host", "look", |mut caller: Caller<'_, Vec<usize>>| {
        let memory = caller.get_export("memory").and_then(Extern::into_memory);
        let seen = pages(&mut caller, memory.unwrap());
        caller.data_mut().push(seen);
    })?;
    let instance = linker.instantiate(&mut *store, &Module::new(&engine, GUEST)?)?;
    let memory = instance.get_memory(&mut *store, "memory").unwrap();
    Ok((instance, memory))
}

/// Calls an export of the guest.
fn call(mut store: impl AsContextMut, instance: Instance, name: &str) -> Result<()> {
    let func = instance.get_typed_func::<(), ()>(&mut store, name)?;
    func.call(&mut store, ())
}

#[test]
fn by_calls() -> Result<()> {
    let mut store = Store::new(&engine(), Vec::new());
    let (instance, memory) = guest(&mut store)?;
    assert_eq!(pages(&mut store, memory), 1);
    call(&mut store, instance, "grow")?;
    assert_eq!(pages(&mut store, memory), 2);
    instance
        .get_func(&mut store, "grow")
        .unwrap()
        .call(&mut store, &[], &mut [])?;
    assert_eq!(pages(&mut store, memory), 3);
    memory.grow(&mut store, 1)?;
    assert_eq!(pages(&mut store, memory), 4);
    Ok(())
}

#[test]
fn around_calls_of_the_host() -> Result<()> {
    let mut store = Store::new(&engine(), Vec::new());
    let (instance, memory) = guest(&mut store)?;
    assert_eq!(pages(&mut store, memory), 1);
    call(&mut store, instance, "run")?;
    assert_eq!(pages(&mut store, memory), 5);
    assert_eq!(store.data(), &[2, 3]);
    Ok(())
}

#[test]
fn by_what_the_host_calls_in_turn() -> Result<()> {
    let mut store = Store::new(&engine(), Vec::new());
    let (instance, memory) = guest(&mut store)?;
    let outer = Func::wrap(&mut store, move |mut caller: Caller<'_, Vec<usize>>| {
        assert_eq!(pages(&mut caller, memory), 1);
        call(&mut caller, instance, "run")?;
        assert_eq!(pages(&mut caller, memory), 5);
        // The same if the host function fails.
        Err::<(), _>(libwasmtime::format_err!("the host has seen enough"))
    });
    let error = outer.call(&mut store, &[], &mut []).unwrap_err();
    assert_eq!(error.root_cause().to_string(), "the host has seen enough");
    assert_eq!(pages(&mut store, memory), 5);
    assert_eq!(store.data(), &[2, 3]);
    Ok(())
}

#[test]
fn by_a_start_function() -> Result<()> {
    let engine = engine();
    let mut store = Store::new(&engine, Vec::new());
    let (_, memory) = guest(&mut store)?;
    assert_eq!(pages(&mut store, memory), 1);
    let starter = r#"
        (module
            (import "guest" "memory" (memory 1))
            (func $start (drop (memory.grow (i32.const 1))))
            (start $start))
    "#;
    let starter = Module::new(&engine, starter)?;
    Instance::new(&mut store, &starter, &[memory.into()])?;
    assert_eq!(pages(&mut store, memory), 2);
    let mut linker = Linker::new(&engine);
    linker.define(&store, "guest", "memory", memory)?;
    linker.instantiate(&mut store, &starter)?;
    assert_eq!(pages(&mut store, memory), 3);
    linker.instantiate_pre(&starter)?.instantiate(&mut store)?;
    assert_eq!(pages(&mut store, memory), 4);
    Ok(())
}

#[test]
fn after_a_deadline_has_looked() -> Result<()> {
    let engine = engine();
    let mut store = Store::new(&engine, Vec::new());
    let (instance, memory) = guest(&mut store)?;
    assert_eq!(pages(&mut store, memory), 1);
    store.set_epoch_deadline(0);
    store.epoch_deadline_callback(move |mut store| {
        let seen = pages(&mut store, memory);
        store.data_mut().push(seen);
        Ok(UpdateDeadline::Continue(u64::MAX / 2))
    });
    call(&mut store, instance, "grow")?;
    assert_eq!(pages(&mut store, memory), 2);
    assert_eq!(store.data(), &[1]);
    Ok(())
}

#[test]
fn one_of_two() -> Result<()> {
    let mut store = Store::new(&engine(), Vec::new());
    let (instance, first) = guest(&mut store)?;
    let (_, second) = guest(&mut store)?;
    assert_eq!(
        [first, second].map(|memory| pages(&mut store, memory)),
        [1, 1]
    );
    call(&mut store, instance, "grow")?;
    assert_eq!(
        [first, second].map(|memory| pages(&mut store, memory)),
        [2, 1]
    );
    first.data_mut(&mut store)[7] = 7;
    assert_eq!(second.data(&store)[7], 0);
    Ok(())
}
