//! The Cargo features that are on, and the features that libwasmtime has to be built with.

use std::env;

use crate::target::leave;

/// The Cargo features for which a library's headers define a macro, `WASMTIME_FEATURE_` and
/// the name. The others are `disable-logging`, which no program needs, and `gc-copying`, which
/// has no macro.
pub const IN_HEADERS: [&str; 23] = [
    "addr2line",
    "all-arch",
    "async",
    "cache",
    "component-model",
    "component-model-async",
    "coredump",
    "cranelift",
    "debug-builtins",
    "demangle",
    "gc",
    "gc-drc",
    "gc-null",
    "logging",
    "parallel-compilation",
    "pooling-allocator",
    "profiling",
    "pulley",
    "threads",
    "wasi",
    "wasi-http",
    "wat",
    "winch",
];

/// Reports whether a Cargo feature of this package is on.
pub fn is_on(name: &str) -> bool {
    env::var_os(format!("CARGO_FEATURE_{}", upper_snake(name))).is_some()
}

/// Returns a Cargo feature's name in the form that names of variables and macros contain.
pub fn upper_snake(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}

/// Returns a remark for an error about a feature that no library has: the feature may be on
/// because of another build, as a program and its build script share their features under
/// Cargo's resolver 1. That is likely if several link modes are on; otherwise the remark is
/// empty.
pub fn shared() -> String {
    // `vendored-min` turns on `static`.
    let modes = ["static", "dynamic", "load"];
    if modes.into_iter().filter(|mode| is_on(mode)).count() < 2 {
        return String::new();
    }
    ". Several link modes are on: if that is because a program and its build script depend on \
     this crate with features of their own, then Cargo has merged them, as its resolver 1 does. \
     Put `resolver = \"2\"` into the topmost Cargo.toml, in [workspace] or else in [package]; \
     edition 2021 implies it, but not for a workspace without a package"
        .to_owned()
}

/// Writes the list of features that have to be built in, for `src/sys/vendored.rs`. That file
/// compares the list with the features of `libwasmtime-vendor`, which this build script
/// doesn't wait for.
///
/// # Errors
///
/// Returns an error if the file can't be written.
pub fn require() -> Result<(), String> {
    let others = ["disable-logging", "gc-copying"];
    let names = IN_HEADERS.into_iter().chain(others);
    let list: String = names
        .filter(|name| is_on(name))
        .map(|name| format!("{name:?}, "))
        .collect();
    let remark = shared();
    let text = format!("require! {{ {remark:?}; {list} }}\n");
    leave("required.rs", &text).map(drop)
}
