//! Two modules, linked: one uses the functions and the memory of the other.
//!
//! ```sh
//! cargo run --example linking
//! ```

use libwasmtime::{Caller, Engine, Extern, Linker, Module, Result, Store, Trap, format_err};

/// Exports a memory, and functions that use it.
const LIBRARY: &str = r#"
    (module
        (import "host" "print" (func $print (param i32 i32)))

        (memory (export "memory") 1)

        (func (export "double") (param i32) (result i32)
            (i32.mul (local.get 0) (i32.const 2)))
        (func (export "log") (param $text i32) (param $length i32)
            (call $print (local.get $text) (local.get $length))))
"#;

/// Imports all of it, and writes its text into the library's memory.
const PROGRAM: &str = r#"
    (module
        (import "library" "memory" (memory 1))
        (import "library" "double" (func $double (param i32) (result i32)))
        (import "library" "log" (func $log (param i32 i32)))

        (data (i32.const 64) "Hello from the program!")

        (func (export "run") (result i32)
            (call $log (i32.const 64) (i32.const 23))
            (call $double (i32.const 21))))
"#;

fn main() -> Result<()> {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    linker.func_wrap("host", "print", print)?;

    // The library comes first, so that its exports can be imported.
    let library = linker.instantiate(&mut store, &Module::new(&engine, LIBRARY)?)?;
    linker.instance(&mut store, "library", library)?;

    let program = linker.instantiate(&mut store, &Module::new(&engine, PROGRAM)?)?;
    let run = program.get_typed_func::<(), u32>(&mut store, "run")?;
    println!("The program returned {}.", run.call(&mut store, ())?);

    let memory = library
        .get_memory(&mut store, "memory")
        .ok_or_else(|| format_err!("the library exports no `memory`"))?;
    let text = &memory.data(&store)[64..][..23];
    println!("The library's memory has \"{}\".", text.escape_ascii());
    Ok(())
}

/// Prints a text in the memory of the calling module.
fn print(mut caller: Caller<'_, ()>, text: u32, length: u32) -> Result<()> {
    let memory = caller
        .get_export("memory")
        .and_then(Extern::into_memory)
        .ok_or_else(|| format_err!("the caller exports no `memory`"))?;
    let bytes = memory
        .data(&caller)
        .get(text as usize..)
        .and_then(|rest| rest.get(..length as usize))
        .ok_or(Trap::MemoryOutOfBounds)?;
    println!("{}", std::str::from_utf8(bytes)?);
    Ok(())
}
