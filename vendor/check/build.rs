//! Fails if building `wasmtime-c-api-impl` needs CMake and CMake is missing.

#[path = "build/cargo.rs"]
mod cargo;
#[path = "build/cmake.rs"]
mod cmake;

use std::env;

/// The variable that leaves the check out.
const SKIP: &str = "LIBWASMTIME_SKIP_CMAKE_CHECK";

fn main() {
    // Whoever could build it once can do so again.
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

/// Returns what is missing, and what helps.
fn report(triple: &str) -> String {
    let triple = cargo::key(triple);
    let unseen = match cfg!(unix) {
        true => "",
        false => " (which can't be seen from here, so that the variable below is needed, too)",
    };
    format!(
        "libwasmtime is to be built from source, and one of its packages needs CMake, which \
         isn't on the PATH.\n\
         (The package `wasmtime-c-api-impl` has it install C headers that a Rust program \
         doesn't need.)\n\
         What helps, one of:\n\
         \x20 - install CMake\n\
         \x20 - put these two lines into `.cargo/config.toml`, in the directory where you run \
         Cargo or in one above it:\n\
         \x20       [target.{triple}.wasmtime-c-api]\n\
         \x20       include = \"\"\n\
         \x20 - give Cargo the same as an argument: \
         --config 'target.{triple}.wasmtime-c-api.include=\"\"'{unseen}\n\
         \x20 - link a library that is there already: turn the Cargo feature `vendored` of \
         `libwasmtime` off, and `static`, `dynamic` or `load` on\n\
         If Cargo has those lines from a place that wasn't looked at, set {SKIP}=1."
    )
}
