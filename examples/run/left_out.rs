//! The options of the `wasmtime` CLI that `run` lacks, and what to do instead.

use crate::program::command_line::{CommandLine, Flag, Usage};
use libwasmtime::{Error, Result};

/// Options, and how to do the same in Rust.
const OPTIONS: &[(&[&str], &str)] = &[
    (
        &["-O", "--optimize", "-C", "--codegen", "-D", "--debug"],
        "set it with the methods of `libwasmtime::Config` where the example makes its engine",
    ),
    (
        &["-S", "--wasi"],
        "`--dir` and `--env` are here; for the rest, call the methods of `WasiCtxBuilder` in \
         examples/program/options.rs",
    ),
    (
        &["--config"],
        "give a cache to `libwasmtime::Config::cache` where the example makes its engine",
    ),
    (
        &["--preload"],
        "define the other module with `Linker::module`, as examples/linking.rs does in its way",
    ),
    (
        &["--profile"],
        "call `libwasmtime::Config::profiler` where the example makes its engine, or use a \
         `GuestProfiler`",
    ),
    (&["--target"], "call `libwasmtime::Config::target`"),
];

/// Returns the names of all options that are left out.
pub fn names() -> impl Iterator<Item = &'static str> {
    OPTIONS.iter().flat_map(|(names, _)| names.iter().copied())
}

/// Subcommands that are left out.
const SUBCOMMANDS: &[&str] = &[
    "compile",
    "completion",
    "config",
    "explore",
    "hot-blocks",
    "objdump",
    "serve",
    "settings",
    "wast",
    "wizer",
];

/// Returns the error of an option that is left out; `None` for any other.
pub fn option(flag: &Flag, line: &mut CommandLine) -> Option<Error> {
    let (_, instead) = OPTIONS
        .iter()
        .find(|(names, _)| names.contains(&flag.name.as_str()))?;
    let given = match line.value(flag, "a value") {
        Ok(value) => format!("{} {value}", flag.name),
        Err(_) => flag.name.clone(),
    };
    Some(Usage::error(format!(
        "`{given}` isn't supported here: {instead}, or use the `wasmtime` command"
    )))
}

/// # Errors
///
/// Returns an error if the word is a subcommand that is left out.
pub fn check_subcommand(word: &str) -> Result<()> {
    if !SUBCOMMANDS.contains(&word) {
        return Ok(());
    }
    let instead = match word {
        "compile" => "call `Engine::precompile_module`",
        "wast" => "see tests/spec",
        _ => "there is no other here",
    };
    Err(Usage::error(format!(
        "`{word}` is a subcommand of `wasmtime` that isn't supported here, only `run` is: \
         {instead}, or use the `wasmtime` command. A module in a file of that name is `./{word}`"
    )))
}
