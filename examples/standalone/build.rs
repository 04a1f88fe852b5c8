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

    // The shared library that was installed with the archive. Without the
    // variable it is looked for in the usual places.
    match env::var_os("WASMTIME_DIR") {
        Some(directory) => wasmtime::load_from(directory)?,
        None => wasmtime::load()?,
    }

    // The code has to run on other machines than this one: with a target, only
    // what all its processors have is used.
    let mut config = Config::new();
    config.target(&env::var("TARGET")?)?;
    // What the minimal library lacks. An engine there refuses code that was
    // compiled with it.
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
