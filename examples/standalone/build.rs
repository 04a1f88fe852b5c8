//! Compiles the guest ahead of time, for the program to include.

use std::env;
use std::fs;
use std::path::Path;
use wasmtime::error::Context;
use wasmtime::{Config, Engine, Result};

/// The guest: text or binary.
const GUEST: &str = "src/words.wat";

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed={GUEST}");
    println!("cargo::rerun-if-env-changed=WASMTIME_DIR");

    // The shared library that was installed with the archive. Without the variable, the
    // usual places are searched.
    match env::var_os("WASMTIME_DIR") {
        Some(directory) => wasmtime::load_from(directory)?,
        None => wasmtime::load()?,
    }

    // The code has to run on other machines too: with a target, it uses only the
    // instructions that all of its processors have.
    let mut config = Config::new();
    config.target(&env::var("TARGET")?)?;
    // The minimal library lacks these features, and refuses code that was compiled with
    // them.
    config
        .gc_support(false)
        .wasm_exceptions(false)
        .wasm_threads(false)
        .wasm_component_model(false)
        .concurrency_support(false);

    let guest = fs::read(GUEST)?;
    let code = Engine::new(&config)?
        .precompile_module(&guest)
        .with_context(|| format!("failed to compile {GUEST}"))?;
    let out = env::var_os("OUT_DIR").context("Cargo sets OUT_DIR")?;
    fs::write(Path::new(&out).join("guest.cwasm"), code)?;
    Ok(())
}
