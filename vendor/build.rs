//! Writes a list of the features that libwasmtime is built with.

use std::env;
use std::fs;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");

    let mut names: Vec<String> = env::vars_os()
        .filter_map(|(variable, _)| {
            let name = variable.to_str()?.strip_prefix("CARGO_FEATURE_")?;
            Some(name.to_lowercase().replace('_', "-"))
        })
        // It stands for several features, and isn't one of the C API.
        .filter(|name| name != "common")
        .collect();
    names.sort();

    let out = env::var_os("OUT_DIR").expect("Cargo says where a build script may write");
    fs::write(Path::new(&out).join("features.rs"), format!("&{names:?}"))
        .expect("that directory can be written to");
}
