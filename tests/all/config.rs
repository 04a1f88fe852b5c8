//! The settings of an engine: each has the effect that it documents.
//!
//! Settings whose effect can't be observed are found in compiled code: it records the
//! settings that it was compiled with, and an engine with others refuses it.

#[cfg(feature = "cache")]
mod cache;
mod code;
mod compiler;
mod engine;
mod features;
mod getters;
mod host_memory;
mod limits;
mod memory;
#[cfg(feature = "pooling-allocator")]
mod pool;
mod words;

use libwasmtime::{Config, Engine, Module, Result};

/// Returns an engine with one setting.
#[track_caller]
fn engine(change: impl FnOnce(&mut Config)) -> Engine {
    let mut config = Config::new();
    change(&mut config);
    Engine::new(&config).unwrap()
}

/// Loads code that one engine has compiled into another.
fn pass_on(from: &Engine, to: &Engine) -> Result<()> {
    let bytes = Module::new(from, "(module)")?.serialize()?;
    // SAFETY: the bytes were just serialized.
    unsafe { Module::deserialize(to, bytes) }.map(drop)
}

/// Asserts that one engine refuses code of the other because of this setting.
#[track_caller]
fn assert_refuses(from: &Engine, to: &Engine, setting: &str) {
    let error = pass_on(from, to).expect_err(setting);
    let text = format!("{error:#}");
    assert!(text.contains(setting), "{setting}: {text}");
}

/// No setting of the C API is forgotten: a test claims each.
#[cfg(all(
    feature = "async",
    feature = "cache",
    feature = "component-model-async",
    feature = "gc",
    feature = "parallel-compilation",
    feature = "pooling-allocator",
    feature = "threads"
))]
#[test]
fn every_setting_of_the_c_api_has_a_test() {
    use std::collections::BTreeSet;

    let lists = [
        code::TESTS,
        compiler::TESTS,
        features::TESTS,
        host_memory::TESTS,
        limits::TESTS,
        memory::TESTS,
        pool::TESTS,
        #[cfg(unix)]
        crate::asynchronous::host_stack::TESTS,
    ];
    let tested: Vec<&str> = lists
        .iter()
        .copied()
        .flatten()
        .map(|&(name, _)| name)
        .collect();
    let declared: BTreeSet<&str> = libwasmtime::sys::headers()
        .flat_map(|header| header.functions)
        .map(|function| function.name)
        .filter(|name| {
            name.starts_with("wasmtime_config_") || name.starts_with("wasmtime_pooling_allocation_")
        })
        // Only Unix has stacks of the host.
        .filter(|&name| cfg!(unix) || name != "wasmtime_config_host_stack_creator_set")
        .collect();
    assert_eq!(tested.len(), declared.len(), "none is listed twice");
    assert_eq!(BTreeSet::from_iter(tested), declared);
}

/// The C functions that a module of tests covers, and the test of each.
pub(crate) type Tests = &'static [(&'static str, fn())];

macro_rules! tests {
    ($($(#[cfg($cfg:meta)])? $function:ident: $test:path,)*) => {
        /// The C functions that are tested here.
        #[allow(dead_code, reason = "only a build with all features looks whether none is missing")]
        pub const TESTS: $crate::config::Tests = &[
            $($(#[cfg($cfg)])? (stringify!($function), $test),)*
        ];
    };
}
pub(crate) use tests;
