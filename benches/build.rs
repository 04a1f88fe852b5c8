//! Passes on the link mode, which the build script of libwasmtime decides.

use std::env;

fn main() {
    let mode = env::var("DEP_WASMTIME_48_MODE").expect("libwasmtime's build script says its mode");
    println!("cargo::rustc-env=LINK_MODE={mode}");
}
