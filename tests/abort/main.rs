//! What libwasmtime would end the process for: it is an error or a panic, and the
//! process goes on. `README.md` lists all of it.
//!
//! Each test runs itself once more in a process of its own, see
//! [`subprocess::Subprocess`], and fails if that process ends before it is
//! done.
//!
//! With the Cargo feature `load` more is tested if the variable
//! `LIBWASMTIME_TEST_MIN` names a minimal libwasmtime.

#[cfg(all(feature = "wat", feature = "cranelift"))]
mod absurd;
#[cfg(feature = "cache")]
mod cache;
#[cfg(any(feature = "cranelift", feature = "winch"))]
mod compiler;
#[cfg(all(feature = "wat", feature = "cranelift"))]
mod dwarf;
mod features;
#[cfg(any(feature = "cranelift", feature = "winch"))]
mod flags;
#[cfg(any(feature = "cranelift", feature = "winch"))]
mod host_memory;
#[cfg(all(feature = "wat", feature = "cranelift"))]
mod hosts;
#[cfg(all(feature = "wat", feature = "cranelift", feature = "gc"))]
#[allow(dead_code, reason = "each test binary uses what it needs")]
#[path = "../kinds/mod.rs"]
mod kinds;
mod minimal;
#[cfg(all(feature = "wat", feature = "cranelift", feature = "gc"))]
mod modules;
#[cfg(all(feature = "pooling-allocator", unix))]
mod pool;
mod profiler;
#[cfg(all(feature = "wat", feature = "cranelift"))]
mod random;
#[cfg(all(
    unix,
    feature = "wat",
    feature = "cranelift",
    feature = "cache",
    feature = "parallel-compilation",
    feature = "wasi"
))]
mod scarce;
#[cfg(all(feature = "wat", feature = "cranelift"))]
mod settings;
#[cfg(all(feature = "threads", feature = "wat", feature = "cranelift"))]
mod shared_memories;
mod sizes;
#[cfg(all(
    feature = "standard",
    feature = "wat",
    feature = "cranelift",
    feature = "gc"
))]
mod standard;
#[cfg(all(feature = "wat", feature = "cranelift", feature = "gc"))]
mod stores;
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
#[cfg(feature = "winch")]
mod winch;

use libwasmtime::{Config, ConfigConflict, Engine, Error};
use subprocess::Subprocess;

/// What a row of a table does to a configuration.
type Change = fn(&mut Config);

/// Runs `body` in a process of its own; `test` is the test that calls this,
/// with its module.
#[track_caller]
fn alone(test: &'static str, body: impl FnOnce()) {
    Subprocess::new(test).run(body);
}

/// `misuse` panics, as Rust code does, and the process goes on.
#[cfg(all(feature = "wat", feature = "cranelift"))]
#[track_caller]
fn assert_panics(what: &str, misuse: impl FnOnce()) {
    println!("{what}");
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(misuse));
    let Err(payload) = outcome else {
        panic!("{what} is no panic");
    };
    // It may panic when it is dropped.
    std::mem::forget(payload);
}

/// A directory for the files of a test, made anew.
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

/// The error of an engine that can't be made.
#[track_caller]
fn error(what: &str, change: impl FnOnce(&mut Config)) -> Error {
    // Where the process ends, this is what is seen of it last.
    println!("{what}");
    let mut config = Config::new();
    change(&mut config);
    match Engine::new(&config) {
        Ok(_) => panic!("{what} is no error"),
        Err(error) => error,
    }
}

/// An engine can't be made with these settings, and the error names `setting`.
#[track_caller]
fn assert_conflict(setting: &str, change: impl FnOnce(&mut Config)) {
    let error = error(setting, change);
    let Some(conflict) = error.downcast_ref::<ConfigConflict>() else {
        panic!("{setting}: {error:?}");
    };
    assert_eq!(conflict.setting(), setting, "{error}");
}

/// An engine can be made with these settings.
#[track_caller]
fn assert_possible(what: &str, change: impl FnOnce(&mut Config)) -> Engine {
    println!("{what}");
    let mut config = Config::new();
    change(&mut config);
    Engine::new(&config).unwrap_or_else(|error| panic!("{what}: {error:?}"))
}
