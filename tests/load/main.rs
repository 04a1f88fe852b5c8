//! Loading libwasmtime: where it is looked for, what is refused, and what is reported about
//! it.
//!
//! A process loads one library for good, so each test runs itself again in a process of its
//! own, which is prepared as the test says: see [`Case`].
//!
//! With the Cargo feature `load`, the suite needs a libwasmtime, which the variable
//! `LIBWASMTIME_PATH` names (a file). More is tested if these are set:
//!
//! - `LIBWASMTIME_TEST_OTHER_MAJORS`: directories of libwasmtimes of other major versions,
//!   separated as in `PATH`;
//! - `LIBWASMTIME_TEST_MIN`: a minimal libwasmtime;
//! - `LIBWASMTIME_TEST_DAMAGES` and `LIBWASMTIME_TEST_SEED`: how many damages of each kind
//!   are tried, and the seed for others than usual.
//!
//! If libwasmtime is linked, there is nothing to load, and only that is tested; the other
//! tests are left out. The library that a program is linked with is tested in `tests/link`.

#[cfg(all(
    feature = "async",
    feature = "wat",
    feature = "cranelift",
    feature = "gc",
    feature = "threads",
    feature = "component-model"
))]
mod asynchronous;
mod case;
#[path = "../configured/mod.rs"]
mod configured;
#[cfg(all(
    target_os = "linux",
    target_pointer_width = "64",
    target_endian = "little"
))]
mod damage;
mod fake;
mod find;
#[path = "../harness/mod.rs"]
mod harness;
#[cfg(all(feature = "wat", feature = "cranelift"))]
mod minimal;
#[cfg(unix)]
mod privileged;
mod refuse;
mod settle;
#[path = "../subprocess/mod.rs"]
mod subprocess;
mod unsupported;
mod version;
#[cfg(feature = "wasi")]
mod wasi;

use harness::{Need, leave_out};
use libwasmtime::Feature;
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        &["load"],
        &[
            TESTS,
            #[cfg(all(
                feature = "async",
                feature = "wat",
                feature = "cranelift",
                feature = "gc",
                feature = "threads",
                feature = "component-model"
            ))]
            asynchronous::TESTS,
            #[cfg(all(
                target_os = "linux",
                target_pointer_width = "64",
                target_endian = "little"
            ))]
            damage::TESTS,
            find::TESTS,
            #[cfg(all(feature = "wat", feature = "cranelift"))]
            minimal::TESTS,
            #[cfg(unix)]
            privileged::TESTS,
            refuse::TESTS,
            settle::TESTS,
            unsupported::TESTS,
            version::TESTS,
            #[cfg(feature = "wasi")]
            wasi::TESTS,
        ],
    )
}

/// Asserts that the library works: it creates an engine.
fn assert_usable() {
    // SAFETY: the engine is deleted once, by the library that made it.
    unsafe {
        let engine = libwasmtime::sys::wasm_engine_new();
        assert!(!engine.is_null());
        libwasmtime::sys::wasm_engine_delete(engine);
    }
}

fn a_linked_library_needs_no_loading() {
    if cfg!(wasmtime_link = "load") {
        leave_out(Need::Linked, "libwasmtime is loaded");
    }
    let linked = libwasmtime::loaded().expect("it is linked");
    libwasmtime::load().expect("it is linked");
    libwasmtime::load_from("/nowhere/at/all").expect("it is linked");
    let path = linked.path();
    // A part of the program has no file of its own.
    assert_eq!(path.is_some(), cfg!(wasmtime_link = "dynamic"), "{path:?}");
    let version = linked.version().expect("the build script insists on one");
    assert_eq!(version.major.to_string(), env!("CARGO_PKG_VERSION_MAJOR"));
    // For a system archive, the headers contain the version.
    let is_of_system = cfg!(wasmtime_link = "static");
    assert!(version.patch.is_some() || !is_of_system, "{version}");
    assert_eq!(linked.has(Feature::Wasi), cfg!(feature = "wasi"));
    assert_eq!(linked.has(Feature::Gc), cfg!(feature = "gc"));
    let place = match path {
        Some(path) => path.display().to_string(),
        None => "linked".to_owned(),
    };
    let text = linked.to_string();
    assert!(text.ends_with(&format!("({place})")), "{text}");
    assert_usable();
}

crate::tests![a_linked_library_needs_no_loading,];
