//! Splits its arguments into words with a WebAssembly guest that was compiled ahead of
//! time and is part of the executable.
//!
//! ```sh
//! standalone TEXT...
//! ```

use std::env;
use std::io::{self, Write};
use wasmtime::error::Context;
use wasmtime::{Caller, Engine, Extern, Linker, Module, Result, Store};

/// The code that the build script compiled from `words.wat`.
static GUEST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/guest.cwasm"));

fn main() -> Result<()> {
    let engine = Engine::default();
    // SAFETY: libwasmtime of this version compiled the code when the program was built, and
    // nothing has changed it since.
    let module = unsafe { Module::deserialize(&engine, GUEST)? };
    let mut linker = Linker::new(&engine);
    linker.func_wrap("host", "word", print_word)?;

    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &module)?;
    let memory = instance
        .get_memory(&mut store, "memory")
        .context("the guest exports no memory")?;
    let split = instance.get_typed_func::<u32, u32>(&mut store, "split")?;

    let text = env::args().skip(1).collect::<Vec<_>>().join(" ");
    memory
        .write(&mut store, 0, text.as_bytes())
        .context("the text is too long")?;
    let words = split.call(&mut store, u32::try_from(text.len())?)?;
    writeln!(io::stdout(), "{words} words")?;
    Ok(())
}

/// Prints a word in the guest's memory.
fn print_word(mut caller: Caller<'_, ()>, start: u32, len: u32) -> Result<()> {
    let memory = caller
        .get_export("memory")
        .and_then(Extern::into_memory)
        .context("the guest exports no memory")?;
    let word = memory
        .data(&caller)
        .get(start as usize..)
        .and_then(|rest| rest.get(..len as usize))
        .context("the word is outside the guest's memory")?;
    writeln!(io::stdout(), "{}", String::from_utf8_lossy(word))?;
    Ok(())
}
