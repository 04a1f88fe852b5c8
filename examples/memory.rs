//! Linear memory: its size, its bytes as host and guest see them, accesses beyond its
//! end, and how it grows.
//!
//! ```sh
//! cargo run --example memory
//! ```

use libwasmtime::{
    Engine, Instance, Memory, MemoryAccessError, MemoryType, Module, Result, Store, Trap,
    format_err,
};

/// A memory of two pages, that may grow to three, and functions that use it.
const BYTES: &str = r#"
    (module
        (memory (export "memory") 2 3)
        (data (i32.const 0x1000) "\01\02\03\04")

        (func (export "size") (result i32) memory.size)
        (func (export "load") (param i32) (result i32)
            (i32.load8_u (local.get 0)))
        (func (export "store") (param i32 i32)
            (i32.store8 (local.get 0) (local.get 1))))
"#;

fn main() -> Result<()> {
    let engine = Engine::default();
    let module = Module::new(&engine, BYTES)?;
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[])?;

    let memory = instance
        .get_memory(&mut store, "memory")
        .ok_or_else(|| format_err!("the module exports no `memory`"))?;
    let size = instance.get_typed_func::<(), u32>(&mut store, "size")?;
    let load = instance.get_typed_func::<u32, u32>(&mut store, "load")?;
    let put = instance.get_typed_func::<(u32, u32), ()>(&mut store, "store")?;

    println!(
        "{} pages, {} bytes",
        memory.size(&store),
        memory.data_size(&store)
    );
    assert_eq!(size.call(&mut store, ())?, 2);

    // The bytes are a slice that borrows the store, so no WebAssembly can run while the
    // slice is in use.
    println!("the data: {:?}", &memory.data(&store)[0x1000..0x1004]);

    // Host and guest see what the other writes. `read` and `write` check the bounds.
    memory.write(&mut store, 0x1000, b"Rust")?;
    println!("the module reads {}", load.call(&mut store, 0x1000)?);
    put.call(&mut store, (0x1003, u32::from(b'k')))?;
    let mut word = [0; 4];
    memory.read(&store, 0x1000, &mut word)?;
    println!("the host reads {:?}", String::from_utf8_lossy(&word));

    // An access beyond the end is a trap in the module and an error in the host.
    let end = 2 * 0x10000;
    let error = load.call(&mut store, end).expect_err("it is out of bounds");
    match error.downcast_ref::<Trap>() {
        Some(trap @ Trap::MemoryOutOfBounds) => println!("the module gets \"{trap}\""),
        _ => return Err(error),
    }
    let error: MemoryAccessError = memory
        .read(&store, end as usize - 3, &mut word)
        .expect_err("its last byte is out of bounds");
    println!("the host gets \"{error}\"");

    // The memory grows by one page of zeros, which is its maximum.
    let before = memory.grow(&mut store, 1)?;
    println!("grown from {before} to {} pages", memory.size(&store));
    assert_eq!(load.call(&mut store, end)?, 0);
    let error = memory.grow(&mut store, 1).expect_err("3 is the maximum");
    println!("not to 4: {error}");
    assert_eq!(size.call(&mut store, ())?, 3);

    // The host can create memories too, for modules to import.
    let own = Memory::new(&mut store, MemoryType::new(1, Some(1)))?;
    println!("a memory of the host's: {} page", own.size(&store));
    Ok(())
}
