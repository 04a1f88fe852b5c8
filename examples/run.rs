//! Runs a WASI preview 1 program, which sees its arguments, the standard
//! streams, and what the options name.
//!
//! ```sh
//! cargo run --example run -- [--dir HOST[::GUEST]]... [--env NAME=VALUE]... PROGRAM.wasm [ARG]...
//! ```
//!
//! Exits with the program's exit code, with 134 if it traps, and with 1 if it
//! can't be run.

mod program;

use libwasmtime::error::Context;
use libwasmtime::wasi::WasiCtxBuilder;
use libwasmtime::{Engine, Module, Result};
use program::Grant;
use std::process::exit;

const USAGE: &str =
    "usage: run [--dir HOST[::GUEST]]... [--env NAME=VALUE]... PROGRAM.wasm [ARG]...";

fn main() {
    exit(program::exit_code(run()));
}

fn run() -> Result<()> {
    let mut args = program::arguments()?.into_iter();
    let mut wasi = WasiCtxBuilder::new();
    wasi.inherit_stdio();
    let path = loop {
        let arg = args.next().context(USAGE)?;
        if !arg.starts_with('-') {
            break arg;
        }
        Grant::parse(&arg, args.next())?.give(&mut wasi)?;
    };
    // The first argument of a program is its name.
    wasi.arg(&path).args(&args.collect::<Vec<_>>());

    // Says what is wrong if libwasmtime is to be opened now and can't be.
    libwasmtime::load()?;
    let module = Module::from_file(&Engine::default(), path)?;
    program::run(&module, &mut wasi)
}
