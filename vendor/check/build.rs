//! Fails if CMake is needed to build `wasmtime-c-api-impl` and isn't installed.

#[path = "build/cargo.rs"]
mod cargo;
#[path = "build/cmake.rs"]
mod cmake;

use std::env;

/// The variable that turns the check off.
const SKIP: &str = "LIBWASMTIME_SKIP_CMAKE_CHECK";

fn main() {
    // A check that has succeeded isn't repeated when other files change.
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={SKIP}");

    let triple = env::var("TARGET").unwrap_or_default();
    if env::var_os(SKIP).is_some() || cmake::is_installed() || cargo::replaces_script(&triple) {
        return;
    }
    for line in report(&triple).lines() {
        println!("cargo::error={line}");
    }
}

/// Returns the error text: what is missing, and the remedies.
fn report(triple: &str) -> String {
    let triple = cargo::key(triple);
    let unseen = match cfg!(unix) {
        true => "",
        false => " (this check can't see arguments on this system: set the variable below, too)",
    };
    format!(
        "libwasmtime is to be built from source, and one of its packages needs CMake, which \
         isn't on the PATH.\n\
         (The package `wasmtime-c-api-impl` installs C headers with it, which a Rust program \
         doesn't need.)\n\
         To continue, do one of the following:\n\
         \x20 - install CMake\n\
         \x20 - put these two lines into `.cargo/config.toml`, in the directory where you run \
         Cargo or in one above it:\n\
         \x20       [target.{triple}.wasmtime-c-api]\n\
         \x20       include = \"\"\n\
         \x20 - pass the same to Cargo as an argument: \
         --config 'target.{triple}.wasmtime-c-api.include=\"\"'{unseen}\n\
         \x20 - link an installed library: turn the Cargo feature `vendored` of `libwasmtime` \
         off, and `static`, `dynamic` or `load` on\n\
         If Cargo reads those lines from a place that this check doesn't know, set {SKIP}=1."
    )
}
