use super::*;
use libwasmtime::Config;

#[test]
fn memory_is_read_written_and_grown() {
    let mut store = Store::default();
    let instance = instantiate(
        &mut store,
        r#"(module
            (memory (export "m") 1 3)
            (func (export "get") (param i32) (result i32) (i32.load8_u (local.get 0))))"#,
        &[],
    )
    .unwrap();
    let memory = instance
        .get_export("m")
        .unwrap()
        .clone()
        .into_memory()
        .unwrap();
    assert_eq!((memory.ty().minimum(), memory.ty().maximum()), (1, Some(3)));
    assert_eq!(
        (memory.size(&store), memory.data_size(&store)),
        (1, 1 << 16)
    );
    memory.data_mut(&mut store)[7] = 9;
    let results = func(&instance, "get")
        .call(&mut store, &[Val::I32(7)])
        .unwrap();
    assert_eq!(results[0].i32(), Some(9));

    assert_eq!(memory.grow(&mut store, 2).unwrap(), 1);
    assert_eq!(memory.data(&store).len(), 3 << 16);
    assert_eq!(memory.data(&store)[7], 9);
    for delta in [1, u32::MAX] {
        assert!(memory.grow(&mut store, delta).is_err());
    }
    assert_eq!(memory.grow(&mut store, 0).unwrap(), 3);
}

#[test]
fn empty_memory_has_no_bytes() {
    let mut store = Store::default();
    let memory = Memory::new(&mut store, &MemoryType::new(0, Some(1))).unwrap();
    assert!(memory.data(&store).is_empty() && memory.data_mut(&mut store).is_empty());
    assert_eq!(memory.grow(&mut store, 1).unwrap(), 0);
    assert_eq!(memory.data_mut(&mut store).len(), 1 << 16);
}

#[test]
fn what_cannot_be_made_is_an_error() {
    let mut store = Store::default();
    for ty in [MemoryType::shared(1, 2), MemoryType::new64(1 << 47, None)] {
        assert!(Memory::new(&mut store, &ty).is_err(), "{ty:?}");
    }
}

/// Sizes above 32 bits, or in other pages than the C API's, are converted correctly.
#[test]
fn wide_memories_are_counted() {
    let mut config = Config::new();
    config.wasm_memory64(true).wasm_custom_page_sizes(true);
    let mut store = Store::new(&Engine::new(&config).unwrap());
    let ty = MemoryType::new64(1, None);
    let memory = Memory::new(&mut store, &ty).unwrap();
    assert!(memory.ty().is_64() && memory.size(&store) == 1);
    assert_eq!(memory.grow(&mut store, 1).unwrap(), 1);

    let ty = MemoryType::builder()
        .page_size_log2(0)
        .min(5)
        .build()
        .unwrap();
    let memory = Memory::new(&mut store, &ty).unwrap();
    assert_eq!(memory.grow(&mut store, 2).unwrap(), 5);
    assert_eq!((memory.size(&store), memory.data(&store).len()), (7, 7));
}
