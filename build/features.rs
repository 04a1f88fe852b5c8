//! The Cargo features that are on, and those of them that libwasmtime has to be
//! built with.

use std::env;

use crate::target::leave;

/// The Cargo features that a library's headers tell of; each as
/// `WASMTIME_FEATURE_` and its name. The others are `disable-logging`, which no program
/// can miss, and `gc-copying`, which has no macro.
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

/// Whether a Cargo feature of this package is on.
pub fn is_on(name: &str) -> bool {
    env::var_os(format!("CARGO_FEATURE_{}", upper_snake(name))).is_some()
}

/// A Cargo feature's name as part of a variable's, or of a macro's.
pub fn upper_snake(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}

/// What to add where a feature is on and nothing has it, if it may be on for another
/// build: with Cargo's first resolver, a program and its build script share their
/// features. That is likely if several link modes are on; else it is empty.
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

/// Leaves to `src/sys/vendored.rs` which features have to be built in. It sees what
/// is built in when it is compiled: this build script doesn't wait for that.
///
/// # Errors
///
/// Why the file can't be written.
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
