//! Memories that the host creates.

use super::tests;
use crate::guest::Drops;
use libwasmtime::{
    Config, Engine, Instance, LinearMemory, MemoryCreator, MemoryType, Module, Result, Store,
    ensure,
};
use std::sync::{Arc, Mutex};

tests! {
    wasmtime_config_host_memory_creator_set: wasm_uses_it,
}

/// A memory in a vector that never moves, with a capacity of four pages.
struct Pages {
    bytes: Vec<u8>,
    _alive: crate::guest::Dropped,
}

const ROOM: usize = 4 << 16;

// SAFETY: the vector has its capacity from the start, and nothing else uses it; the engine
// has no guard pages and reserves nothing.
unsafe impl LinearMemory for Pages {
    fn byte_size(&self) -> usize {
        self.bytes.len()
    }

    fn byte_capacity(&self) -> usize {
        ROOM
    }

    fn grow_to(&mut self, new_size: usize) -> Result<()> {
        ensure!(new_size <= ROOM, "the capacity is exhausted");
        self.bytes.resize(new_size, 0);
        Ok(())
    }

    fn as_ptr(&self) -> *mut u8 {
        self.bytes.as_ptr().cast_mut()
    }
}

/// What the creator was asked for.
#[derive(Clone, Debug, PartialEq)]
struct Asked {
    ty: MemoryType,
    minimum: usize,
    maximum: Option<usize>,
    reserved: Option<usize>,
    guard: usize,
}

#[derive(Default)]
struct Creator {
    asked: Mutex<Vec<Asked>>,
    memories: Drops,
}

// SAFETY: see `Pages`.
unsafe impl MemoryCreator for Creator {
    fn new_memory(
        &self,
        ty: MemoryType,
        minimum: usize,
        maximum: Option<usize>,
        reserved: Option<usize>,
        guard: usize,
    ) -> Result<Box<dyn LinearMemory>, String> {
        self.asked.lock().unwrap().push(Asked {
            ty,
            minimum,
            maximum,
            reserved,
            guard,
        });
        let mut bytes = Vec::with_capacity(ROOM);
        bytes.resize(minimum, 0);
        Ok(Box::new(Pages {
            bytes,
            _alive: self.memories.counted(),
        }))
    }
}

#[test]
fn wasm_uses_it() {
    let creator = Arc::new(Creator::default());
    let mut config = Config::new();
    config.memory_reservation(0).memory_guard_size(0);
    config.with_host_memory(creator.clone());
    assert!(format!("{config:?}").contains("host_memory"));
    let engine = Engine::new(&config).unwrap();
    drop(config);

    let mut store = Store::new(&engine, ());
    let module = Module::new(
        &engine,
        r#"(module
            (memory (export "m") 1 9)
            (data (i32.const 4) "\05")
            (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
            (func (export "swap") (param i32 i32) (result i32)
                (i32.load8_u (local.get 0))
                (i32.store8 (local.get 0) (local.get 1))))"#,
    )
    .unwrap();
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    assert_eq!(
        *creator.asked.lock().unwrap(),
        [Asked {
            ty: MemoryType::new(1, Some(9)),
            minimum: 1 << 16,
            maximum: Some(9 << 16),
            reserved: Some(0),
            guard: 0,
        }]
    );

    let swap = instance
        .get_typed_func::<(i32, i32), i32>(&mut store, "swap")
        .unwrap();
    let grow = instance
        .get_typed_func::<i32, i32>(&mut store, "grow")
        .unwrap();
    assert_eq!(swap.call(&mut store, (4, 7)).unwrap(), 5);
    let memory = instance.get_memory(&mut store, "m").unwrap();
    assert_eq!(memory.data(&store)[4], 7);
    assert!(swap.call(&mut store, (1 << 16, 7)).is_err());

    assert_eq!(grow.call(&mut store, 2).unwrap(), 1);
    assert_eq!(swap.call(&mut store, (1 << 16, 7)).unwrap(), 0);
    assert_eq!(memory.data_size(&store), 3 << 16);
    // The type allows more, the host doesn't.
    assert_eq!(grow.call(&mut store, 2).unwrap(), -1);
    assert!(memory.grow(&mut store, 2).is_err());
    assert_eq!(memory.grow(&mut store, 1).unwrap(), 3);

    // Memories go with their store, and the creator with the engine.
    assert_eq!(creator.memories.count(), 0);
    drop(store);
    assert_eq!(creator.memories.count(), 1);
    drop(module);
    drop(engine);
    assert_eq!(Arc::strong_count(&creator), 1);
}

/// The size to reserve is passed on, and a memory without a maximum has that of its index
/// type.
#[test]
fn it_is_told_what_is_set() {
    let creator = Arc::new(Creator::default());
    let mut config = Config::new();
    config
        .memory_reservation(1 << 16)
        .memory_guard_size(1 << 16);
    config.with_host_memory(creator.clone());
    let engine = Engine::new(&config).unwrap();
    let module = Module::new(&engine, "(module (memory 0))").unwrap();
    // The memory is smaller than it should be, but nothing accesses it.
    Instance::new(Store::new(&engine, ()), &module, &[]).unwrap();
    let asked = creator.asked.lock().unwrap();
    assert_eq!(asked[0].ty, MemoryType::new(0, None));
    #[cfg(target_pointer_width = "64")]
    assert_eq!(asked[0].maximum, Some(1 << 32));
    assert_eq!(
        (asked[0].reserved, asked[0].guard),
        (Some(1 << 16), 1 << 16)
    );
}
