//! Misuse for which libwasmtime would end the process: it is an error or a panic, and the
//! process goes on. `README.md` lists all of it.
//!
//! Each test runs itself again in a process of its own, see [`subprocess::Subprocess`], and
//! fails if that process ends early.
//!
//! `tests/load/unsupported.rs` tests what a minimal libwasmtime would end the process for,
//! and `tests/scarce.rs` the limits of the system: those can't run everywhere.

#[cfg(all(feature = "wat", feature = "cranelift"))]
mod absurd;
#[cfg(all(
    feature = "async",
    feature = "wat",
    feature = "cranelift",
    feature = "gc"
))]
mod asynchronous;
#[cfg(feature = "cache")]
mod cache;
#[cfg(all(feature = "wat", feature = "cranelift", feature = "gc"))]
#[allow(dead_code, reason = "each test binary uses what it needs")]
#[path = "../collector/mod.rs"]
mod collector;
#[cfg(compiler)]
mod compiler;
#[cfg(all(feature = "component-model", feature = "wat", feature = "cranelift"))]
mod components;
#[path = "../configured/mod.rs"]
mod configured;
#[cfg(all(feature = "wat", feature = "cranelift"))]
mod dwarf;
mod features;
#[cfg(compiler)]
mod flags;
#[cfg(compiler)]
mod host_memory;
#[cfg(all(feature = "async", feature = "wat", feature = "cranelift", unix))]
mod host_stack;
#[cfg(all(feature = "wat", feature = "cranelift"))]
mod hosts;
#[cfg(all(feature = "wat", feature = "cranelift", feature = "gc"))]
#[allow(dead_code, reason = "each test binary uses what it needs")]
#[path = "../kinds/mod.rs"]
mod kinds;
#[cfg(unix)]
#[allow(dead_code, reason = "what needs limits needs features")]
mod limits;
#[cfg(all(feature = "wat", feature = "cranelift", feature = "gc"))]
mod modules;
#[cfg(all(feature = "wat", feature = "cranelift", feature = "gc"))]
mod objects;
#[cfg(all(feature = "pooling-allocator", unix))]
mod pool;
mod profiler;
#[cfg(all(feature = "wat", feature = "cranelift"))]
mod random;
#[cfg(all(feature = "wat", feature = "cranelift"))]
mod settings;
#[cfg(all(feature = "threads", feature = "wat", feature = "cranelift"))]
mod shared_memories;
mod sizes;
#[cfg(all(feature = "async", feature = "wat", feature = "cranelift", unix))]
#[path = "../stacks/mod.rs"]
mod stacks;
#[cfg(all(
    feature = "standard",
    feature = "wat",
    feature = "cranelift",
    feature = "gc"
))]
mod standard;
#[cfg(all(feature = "wat", feature = "cranelift", feature = "gc"))]
mod stores;
#[allow(dead_code, reason = "what asks where it runs needs features")]
#[path = "../subprocess/mod.rs"]
mod subprocess;
mod target;
#[cfg(all(feature = "wat", feature = "cranelift"))]
mod threads;
#[cfg(all(feature = "wat", feature = "cranelift", feature = "gc"))]
mod types;
#[cfg(all(feature = "wat", feature = "cranelift", feature = "gc"))]
mod values;
#[cfg(all(feature = "wasi", feature = "wat", feature = "cranelift"))]
mod wasi;
#[cfg(all(feature = "wasi", feature = "wat", feature = "cranelift"))]
mod wasi_in_tokio;
#[cfg(feature = "winch")]
mod winch;

use configured::{Change, assert_possible, error};
use libwasmtime::{Config, ConfigConflict};
use subprocess::Subprocess;

/// Runs `body` in a process of its own; `test` is the test that calls this,
/// with its module.
#[track_caller]
fn alone(test: &'static str, body: impl FnOnce()) {
    Subprocess::new(test).run(body);
}

/// Asserts that `misuse` panics, and that the process goes on.
#[cfg(all(feature = "wat", feature = "cranelift"))]
#[track_caller]
fn assert_panics(what: &str, misuse: impl FnOnce()) {
    println!("{what}");
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(misuse));
    let Err(payload) = outcome else {
        panic!("{what}: expected a panic");
    };
    // It may panic when it is dropped.
    std::mem::forget(payload);
}

/// Creates an empty directory for the files of a test.
#[cfg(any(
    feature = "cache",
    feature = "wasi",
    all(feature = "wat", feature = "cranelift"),
    all(feature = "profiling", target_os = "linux")
))]
fn directory(test: &str) -> std::path::PathBuf {
    let directory = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("abort")
        .join(test);
    if !subprocess::inside() {
        _ = std::fs::remove_dir_all(&directory);
        std::fs::create_dir_all(&directory).unwrap();
    }
    directory
}

/// Asserts that no engine can be created with these settings, and that the error names
/// `setting`.
#[track_caller]
fn assert_conflict(setting: &str, change: impl FnOnce(&mut Config)) {
    let error = error(setting, change);
    let Some(conflict) = error.downcast_ref::<ConfigConflict>() else {
        panic!("{setting}: {error:?}");
    };
    assert_eq!(conflict.setting(), setting, "{error}");
}
