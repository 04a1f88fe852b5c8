//! The layout of linear memories.

use super::{assert_refuses, engine, tests};
use libwasmtime::{Config, Engine, Instance, Memory, Module, Store};

tests! {
    wasmtime_config_memory_may_move_set: memory_may_move,
    wasmtime_config_memory_reservation_set: memory_reservation,
    wasmtime_config_memory_guard_size_set: memory_guard_size,
    wasmtime_config_memory_reservation_for_growth_set: memory_reservation_for_growth,
    wasmtime_config_memory_init_cow_set: memory_init_cow,
}

/// Returns a memory of one page.
fn memory(change: impl FnOnce(&mut Config)) -> (Store<()>, Memory) {
    let engine = engine(change);
    let mut store = Store::new(&engine, ());
    let module = Module::new(&engine, r#"(module (memory (export "m") 1))"#).unwrap();
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let memory = instance.get_memory(&mut store, "m").unwrap();
    (store, memory)
}

#[test]
fn memory_may_move() {
    let set = |enable| {
        move |config: &mut Config| {
            config.memory_may_move(enable).memory_reservation(1 << 17);
        }
    };
    let (may, may_not) = (engine(set(true)), engine(set(false)));
    assert!(may.get_memory_may_move() && !may_not.get_memory_may_move());
    assert_refuses(&may, &may_not, "memory may move");

    // Two pages are reserved.
    let (mut store, memory) = memory(set(false));
    assert_eq!(memory.grow(&mut store, 1).unwrap(), 1);
    assert!(memory.grow(&mut store, 1).is_err());
    let (mut store, memory) = super::memory::memory(set(true));
    assert_eq!(memory.grow(&mut store, 9).unwrap(), 1);
}

#[test]
fn memory_reservation() {
    let little = engine(|config| _ = config.memory_reservation(1 << 17));
    assert_eq!(little.get_memory_reservation(), 1 << 17);
    assert_refuses(&little, &Engine::default(), "memory reservation");

    let (mut store, memory) = memory(|config| _ = config.memory_reservation(1 << 17));
    let start = memory.data_ptr(&store);
    memory.grow(&mut store, 1).unwrap();
    assert_eq!(memory.data_ptr(&store), start);
    memory.grow(&mut store, 1).unwrap();
    assert_ne!(memory.data_ptr(&store), start);
}

#[test]
fn memory_guard_size() {
    let none = engine(|config| _ = config.memory_guard_size(0));
    assert_eq!(none.get_memory_guard_size(), 0);
    assert_refuses(&none, &Engine::default(), "memory guard size");
    // Bounds are still checked.
    let (store, memory) = memory(|config| _ = config.memory_guard_size(0));
    assert_eq!(memory.data_size(&store), 1 << 16);
}

#[test]
fn memory_reservation_for_growth() {
    let moves = |for_growth| {
        let (mut store, memory) = memory(|config| {
            config.memory_reservation(0);
            config.memory_reservation_for_growth(for_growth);
        });
        let mut places = vec![memory.data_ptr(&store)];
        for _ in 0..4 {
            memory.grow(&mut store, 1).unwrap();
            places.push(memory.data_ptr(&store));
        }
        places.windows(2).filter(|pair| pair[0] != pair[1]).count()
    };
    assert_eq!(moves(0), 4);
    assert!(moves(1 << 20) <= 1);
    let engine = engine(|config| _ = config.memory_reservation_for_growth(12345));
    assert_eq!(engine.get_memory_reservation_for_growth(), 12345);
}

#[test]
fn memory_init_cow() {
    let (on, off) = (
        engine(|config| _ = config.memory_init_cow(true)),
        engine(|config| _ = config.memory_init_cow(false)),
    );
    assert!(on.get_memory_init_cow() && !off.get_memory_init_cow());
    assert_refuses(&on, &off, "memory initialization with CoW");
    // Two instances don't see each other's writes, either way.
    for engine in [on, off] {
        let module = Module::new(
            &engine,
            r#"(module (memory (export "m") 1) (data (i32.const 0) "data"))"#,
        )
        .unwrap();
        let mut store = Store::new(&engine, ());
        for _ in 0..2 {
            let instance = Instance::new(&mut store, &module, &[]).unwrap();
            let memory = instance.get_memory(&mut store, "m").unwrap();
            assert_eq!(&memory.data(&store)[..5], b"data\0");
            memory.write(&mut store, 0, b"other").unwrap();
        }
    }
}

/// The defaults on this machine.
#[test]
fn defaults() {
    let engine = Engine::default();
    if cfg!(target_pointer_width = "64") && !engine.is_pulley() {
        assert_eq!(engine.get_memory_reservation(), 4 << 30);
        assert_eq!(engine.get_memory_guard_size(), 32 << 20);
        assert_eq!(engine.get_memory_reservation_for_growth(), 2 << 30);
        // An engine with the defaults set explicitly is the same.
        let told = super::engine(|config| {
            config
                .memory_reservation(4 << 30)
                .memory_guard_size(32 << 20);
            config.memory_may_move(true).memory_init_cow(true);
            config.signals_based_traps(true);
        });
        super::pass_on(&told, &engine).unwrap();
    }
    assert!(engine.get_memory_may_move() && engine.get_memory_init_cow());
}
