//! Memories of a store.

mod grown;

use crate::guest::{Use, instantiate, panic_text};
use libwasmtime::{
    Caller, Config, Engine, Func, Memory, MemoryAccessError, MemoryType, Module, Result, Store,
};

const PAGE: usize = 65536;

#[test]
fn bytes_are_read_and_written() -> Result<()> {
    let mut store = Store::<()>::default();
    let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    assert!(memory.data(&store).iter().all(|byte| *byte == 0));
    memory.write(&mut store, 10, b"hello")?;
    let mut buffer = [0; 3];
    memory.read(&store, 11, &mut buffer)?;
    assert_eq!(&buffer, b"ell");
    memory.data_mut(&mut store)[10] = b'j';
    assert_eq!(&memory.data(&store)[10..15], b"jello");
    // SAFETY: the memory has these bytes, and nothing else uses them.
    unsafe { *memory.data_ptr(&store).add(14) = b'y' };
    memory.read(&store, 12, &mut buffer)?;
    assert_eq!(&buffer, b"lly");
    Ok(())
}

#[test]
fn what_is_out_of_bounds_is_an_error() -> Result<()> {
    let mut store = Store::<()>::default();
    let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    let mut two = [7; 2];
    for offset in [PAGE - 1, PAGE, PAGE + 1, usize::MAX - 1, usize::MAX] {
        let error: MemoryAccessError = memory.read(&store, offset, &mut two).unwrap_err();
        assert_eq!(error.to_string(), "out of bounds memory access");
        assert_eq!(two, [7; 2]);
        assert!(memory.write(&mut store, offset, &[1; 2]).is_err());
    }
    assert_eq!(memory.data(&store)[PAGE - 1], 0, "nothing is written");
    memory.write(&mut store, PAGE - 2, &two)?;
    // An access of no bytes at the end is allowed, and beyond it isn't.
    memory.read(&store, PAGE, &mut [])?;
    memory.write(&mut store, PAGE, &[])?;
    assert!(memory.read(&store, PAGE + 1, &mut []).is_err());
    assert!(memory.read(&store, 0, &mut vec![0; PAGE + 1]).is_err());
    memory.read(&store, 0, &mut vec![0; PAGE])?;
    Ok(())
}

#[test]
fn bytes_and_data_together() -> Result<()> {
    let mut store = Store::new(&Engine::default(), vec![1u8, 2, 3]);
    let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    let (bytes, data) = memory.data_and_store_mut(&mut store);
    bytes[..3].copy_from_slice(data);
    data.push(bytes[2] + 1);
    assert_eq!(store.data(), &[1, 2, 3, 4]);
    assert_eq!(&memory.data(&store)[..4], [1, 2, 3, 0]);
    Ok(())
}

#[test]
fn a_host_function_sees_its_callers_memory() -> Result<()> {
    let mut store = Store::new(&Engine::default(), String::new());
    let log = Func::wrap(
        &mut store,
        |mut caller: Caller<'_, String>, offset: u32, len: u32| {
            let memory = caller.get_export("m").and_then(|item| item.into_memory());
            let (bytes, log) = memory.expect("it is there").data_and_store_mut(&mut caller);
            let bytes = &mut bytes[offset as usize..][..len as usize];
            log.push_str(std::str::from_utf8(bytes).expect("it is text"));
            bytes.fill(b'.');
        },
    );
    let instance = instantiate(
        &mut store,
        r#"(module
            (import "" "" (func $log (param i32 i32)))
            (memory (export "m") 1)
            (data (i32.const 8) "greetings")
            (func (export "f") (call $log (i32.const 8) (i32.const 5))))"#,
        &[log.into()],
    );
    let f = instance.get_typed_func::<(), ()>(&mut store, "f")?;
    f.call(&mut store, ())?;
    assert_eq!(store.data(), "greet");
    let memory = instance.get_memory(&mut store, "m").expect("it is there");
    assert_eq!(&memory.data(&store)[8..17], b".....ings");
    Ok(())
}

#[test]
fn growing() -> Result<()> {
    let mut store = Store::<()>::default();
    let memory = Memory::new(&mut store, MemoryType::new(1, Some(3)))?;
    memory.write(&mut store, PAGE - 1, b"x")?;
    assert_eq!(memory.grow(&mut store, 0)?, 1);
    assert_eq!(memory.grow(&mut store, 2)?, 1);
    assert_eq!(memory.size(&store), 3);
    assert_eq!(memory.data_size(&store), 3 * PAGE);
    assert_eq!(memory.data(&store).len(), 3 * PAGE);
    assert_eq!(&memory.data(&store)[PAGE - 1..][..2], b"x\0");
    for delta in [1, 1 << 16, 1 << 48, u64::MAX] {
        let error = memory.grow(&mut store, delta).unwrap_err();
        assert!(error.to_string().contains("failed to grow"), "{error}");
    }
    assert_eq!(memory.grow(&mut store, 0)?, 3);

    let unlimited = Memory::new(&mut store, MemoryType::new(0, None))?;
    assert!(unlimited.data(&store).is_empty());
    assert!(unlimited.data_mut(&mut store).is_empty());
    assert!(unlimited.grow(&mut store, 65537).is_err());
    assert_eq!(unlimited.grow(&mut store, 1)?, 0);
    // The type is what was declared.
    assert_eq!(unlimited.ty(&store).minimum(), 0);
    let ty = memory.ty(&store);
    assert_eq!((ty.minimum(), ty.maximum()), (1, Some(3)));
    Ok(())
}

#[test]
fn addresses_of_64_bits() -> Result<()> {
    let mut config = Config::new();
    config.wasm_memory64(true);
    let mut store = Store::new(&Engine::new(&config)?, ());
    let ty = MemoryType::new64(1, Some(1 << 40));
    let memory = Memory::new(&mut store, ty.clone())?;
    assert_eq!(memory.ty(&store), ty);
    assert_eq!(memory.grow(&mut store, 1)?, 1);
    assert!(memory.grow(&mut store, (1 << 40) - 2).is_err());
    let instance = instantiate(
        &mut store,
        r#"(module
            (import "" "" (memory i64 1 0x100_0000_0000))
            (func (export "f") (i64.store8 (i64.const 0x1_0000) (i64.const 5))))"#,
        &[memory.into()],
    );
    let f = instance.get_typed_func::<(), ()>(&mut store, "f")?;
    f.call(&mut store, ())?;
    assert_eq!(memory.data(&store)[0x1_0000], 5);

    // More than there is.
    let huge = MemoryType::new64(1 << 47, None);
    assert!(Memory::new(&mut store, huge).is_err());

    config.wasm_memory64(false);
    let mut store = Store::new(&Engine::new(&config)?, ());
    assert!(Module::new(store.engine(), "(module (memory i64 1))").is_err());
    assert!(Memory::new(&mut store, MemoryType::new(1, None)).is_ok());
    Ok(())
}

#[test]
fn pages_of_one_byte() -> Result<()> {
    let mut config = Config::new();
    config.wasm_custom_page_sizes(true);
    let mut store = Store::new(&Engine::new(&config)?, ());
    let ty = MemoryType::builder()
        .min(3)
        .max(Some(10))
        .page_size_log2(0)
        .build()?;
    let memory = Memory::new(&mut store, ty.clone())?;
    assert_eq!(memory.ty(&store), ty);
    assert_eq!(
        (memory.page_size(&store), memory.page_size_log2(&store)),
        (1, 0)
    );
    assert_eq!((memory.size(&store), memory.data_size(&store)), (3, 3));
    memory.write(&mut store, 0, b"abc")?;
    assert!(memory.write(&mut store, 1, b"abc").is_err());
    assert_eq!(memory.grow(&mut store, 7)?, 3);
    assert_eq!(memory.data(&store), b"abc\0\0\0\0\0\0\0");
    assert!(memory.grow(&mut store, 1).is_err());

    let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    assert_eq!(
        (memory.page_size(&store), memory.page_size_log2(&store)),
        (65536, 16)
    );
    Ok(())
}

#[test]
fn types_that_no_memory_of_a_store_can_have() {
    let mut store = Store::<()>::default();
    // A shared memory belongs to an engine.
    assert!(Memory::new(&mut store, MemoryType::shared(1, 2)).is_err());
}

#[test]
fn another_store_panics() -> Result<()> {
    let engine = Engine::default();
    let mut home = Store::new(&engine, ());
    let memory = Memory::new(&mut home, MemoryType::new(1, None))?;
    let mut foreign = Store::new(&engine, ());
    let uses: [Use<'_>; 11] = [
        &mut |store| _ = memory.ty(store),
        &mut |store| _ = memory.read(store, 0, &mut [0]),
        &mut |store| _ = memory.write(store, 0, &[0]),
        &mut |store| _ = memory.data(store).len(),
        &mut |store| _ = memory.data_mut(store).len(),
        &mut |store| _ = memory.data_and_store_mut(store),
        &mut |store| _ = memory.data_ptr(store),
        &mut |store| _ = memory.data_size(store),
        &mut |store| _ = memory.size(store),
        &mut |store| _ = (memory.page_size(&*store), memory.page_size_log2(store)),
        &mut |store| _ = memory.grow(store, 0),
    ];
    for use_ in uses {
        use_(&mut home);
        let text = panic_text(|| use_(&mut foreign));
        assert!(text.contains("wrong store"), "{text}");
    }
    Ok(())
}
