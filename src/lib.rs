//! The `wasmtime` crate's API over libwasmtime's C ABI, linked the way you
//! choose.
//!
//! A program that is written for the [`wasmtime`](https://docs.rs/wasmtime)
//! crate and says
//!
//! ```toml
//! [dependencies]
//! wasmtime = { version = "48", package = "libwasmtime" }
//! ```
//!
//! keeps its source. It then compiles in seconds against a shared library of
//! the system, or ships as one static file, or opens the library only when it
//! runs: [`vendored`, `static`, `dynamic` and `load`](#link-modes) are Cargo
//! features, and nothing else changes.
//!
// The macro `example` isn't there yet.
#![cfg_attr(all(feature = "wat", compiler), doc = "```")]
#![cfg_attr(not(all(feature = "wat", compiler)), doc = "```ignore")]
//! # extern crate libwasmtime as wasmtime;
//! use wasmtime::{Engine, Linker, Module, Store};
//!
//! const GREETER: &str = r#"
//!     (module
//!         (import "host" "greet" (func $greet))
//!         (func (export "run") (call $greet)))
//! "#;
//!
//! fn main() -> wasmtime::Result<()> {
//!     // Says what is wrong if libwasmtime is to be opened now and can't be.
//!     wasmtime::load()?;
//!
//!     let engine = Engine::default();
//!     let module = Module::new(&engine, GREETER)?;
//!
//!     let mut linker = Linker::new(&engine);
//!     linker.func_wrap("host", "greet", || println!("Hello from Rust!"))?;
//!
//!     let mut store = Store::new(&engine, ());
//!     let instance = linker.instantiate(&mut store, &module)?;
//!     let run = instance.get_typed_func::<(), ()>(&mut store, "run")?;
//!     run.call(&mut store, ())
//! }
//! ```
//!
//! A new program can say `libwasmtime = "48"` and `use libwasmtime::…`, as all the other
//! examples here do.
//!
//! # Where things are
//!
//! - An [`Engine`] compiles a [`Module`], with the settings of a [`Config`].
//! - A [`Linker`] finds a module's imports and makes an [`Instance`] of it in a
//!   [`Store`], which owns all WebAssembly objects and the host's data.
//! - An instance exports a [`Func`], [`Memory`], [`Global`], [`Table`] or
//!   [`Tag`], which are handles that are used together with their store.
//! - A [`TypedFunc`] is a function whose type was checked once, the fast way to
//!   call. [`Func::wrap`] makes a function of a Rust closure.
//! - [`Error`] is what goes wrong: a [`Trap`], what a host function returned,
//!   [`I32Exit`], [`UnknownImportError`], [`Unsupported`], [`LoadError`] and
//!   others are found in it with `downcast_ref`, and a [`WasmBacktrace`].
//! - `GuestProfiler` records where WebAssembly code spends its time.
//! - `wasi` is WASI preview 1; `standard` is the engine-neutral part of the C
//!   API as owned types.
//! - [`mod@vec`] has the C API's vectors as owned types, and [`sys`] all of the C
//!   API as it is, for what the safe layer doesn't do.
//! - [`differences`] lists what the `wasmtime` crate has and this one hasn't.
//!
//! # Safety
//!
//! libwasmtime aborts the process on many mistakes: a handle that is used with
//! another store, a configuration in conflict, a WASI program without WASI. The
//! safe layer looks for these first, so that they are a Rust panic where the
//! `wasmtime` crate panics, and an `Err` otherwise. To use a handle with another
//! store than its own panics; to pass it into one, as an argument, an import or an
//! element, is an `Err`. A panic or error of a host
//! function passes through the WebAssembly frames and reaches the caller as it
//! was.
//!
//! # Link modes
//!
//! | feature | what is linked | needs |
//! |---|---|---|
//! | `vendored` (default) | libwasmtime from source, built by Cargo, statically | minutes to compile; CMake, or a setting of Cargo's that replaces it |
//! | `static` | a `libwasmtime.a` of the system | the archive, to build |
//! | `dynamic` | a shared library of the system | the library, to build and to run |
//! | `load` | nothing: it is opened at run time | the library, to run |
//!
//! If several are on, which Cargo may bring about, the first in this list that
//! can be had is taken; the environment variable `LIBWASMTIME_LINK` overrides
//! that. A system library is looked for in `WASMTIME_LIB_DIR` and
//! `WASMTIME_INCLUDE_DIR`, in `WASMTIME_DIR` (`lib` and `include` in it; with
//! `WASMTIME_MIN=1` those in `min`), through pkg-config, and under the usual
//! prefixes. It must be of major version 48 and have the features that are
//! on. `load` looks for it when the program runs, and `dynamic` sees then whether it
//! is still the right one: see [`load()`].
//!
//! With `dynamic`, `cargo run` and `cargo test` have the program find the library. An
//! installed program needs more: the library in a directory of the system's, a variable
//! such as `LD_LIBRARY_PATH`, or a run path, for which the build script of its package
//! finds the library's directory in `DEP_WASMTIME_48_LIB`. `DEP_WASMTIME_48_INCLUDE`,
//! `DEP_WASMTIME_48_VERSION` and `DEP_WASMTIME_48_MODE` are there as well.
//!
//! With `static`, where programs are ELF files, C code that is linked into the program
//! doesn't find libwasmtime's functions by their names: see [`sys`].
//!
//! # Features
//!
//! `default` is `vendored`, `common` and `standard`; `common` is what is marked
//! here, for use with `default-features = false` and another link mode. Each stands
//! for a feature of libwasmtime, and says that it has to be there: that a library of
//! the system was built with it, or that it is built in. `vendored` builds in what is
//! marked, `vendored-min` nothing; a dependency on the package `libwasmtime-vendor`,
//! with features of the same names, builds in more.
//!
//! | feature | common | what it brings |
//! |---|---|---|
//! | `addr2line` | ✓ | file names and lines in the text of backtraces |
//! | `all-arch` | | compiling for every architecture |
//! | `async` | ✓ | asynchronous calls |
//! | `cache` | ✓ | a cache of compiled modules on disk |
//! | `component-model` | ✓ | components |
//! | `component-model-async` | ✓ | the asynchronous ABI of components |
//! | `coredump` | ✓ | core dumps of traps |
//! | `cranelift` | ✓ | the optimising compiler |
//! | `debug-builtins` | ✓ | symbols for native debuggers |
//! | `demangle` | ✓ | demangled function names in backtraces |
//! | `disable-logging` | | no log statements in libwasmtime |
//! | `gc` | ✓ | reference types and garbage-collected types |
//! | `gc-copying`, `gc-drc`, `gc-null` | ✓ | three collectors |
//! | `logging` | | logging to standard error, as `WASMTIME_LOG` says; installs a logger for the process |
//! | `parallel-compilation` | ✓ | compiling on several threads |
//! | `pooling-allocator` | ✓ | the pooling instance allocator |
//! | `profiling` | ✓ | profilers |
//! | `pulley` | | the portable interpreter |
//! | `threads` | ✓ | shared memories and atomics |
//! | `wasi` | ✓ | WASI |
//! | `wasi-http` | | WASI's HTTP interfaces for components |
//! | `wat` | ✓ | the text format |
//! | `winch` | | the baseline compiler |
//!
//! Two are of this crate alone: `backtrace`, in `common` as well, is the stack of
//! the host's own code in an [`Error`], and `standard` is the module of that name,
//! which takes its time to compile. (`stand-in` is for the package `stand-in/wasmtime` of
//! the repository, which takes the place of the `wasmtime` crate for other crates.)
//!
//! The other features of the `wasmtime` crate are there so that a manifest which
//! turns them on need not change:
//!
//! - `anyhow`, `runtime` and `std` are for what is always here, and do nothing;
//! - `compile-time-builtins`, `component-model-bytes`, `debug`, `incremental-cache`,
//!   `stack-switching`, `trace-log`, `wave` and `wit-parser` do nothing either, as
//!   what they are for isn't here: a program that uses it doesn't compile;
//! - `call-hook`, `custom-fiber`, `custom-native-signals`, `custom-sync-primitives`,
//!   `custom-virtual-memory`, `memory-protection-keys`, `profile-pulley`,
//!   `reexport-wasmparser`, `rr` and `wmemcheck` are a compile error that says why
//!   the C API has nothing for them.
// docs.rs says of each item which Cargo feature it takes.
#![cfg_attr(docsrs, feature(doc_cfg))]
// Of items that the standard library and `anyhow` lend it says what these take instead.
#![cfg_attr(
    docsrs,
    allow(unexpected_cfgs, reason = "they are cfgs of other crates")
)]
#![cfg_attr(
    docsrs,
    doc(auto_cfg(hide(feature = "std", anyhow_no_core_error, no_global_oom_handling)))
)]
#![warn(missing_docs)]
// A new kind of values, types or items is then a compile error wherever it needs a
// decision. An arm for all the others once let the references of other stores pass.
#![deny(clippy::wildcard_enum_match_arm)]

#[macro_use]
mod example;

mod backtrace;
mod callback;
#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "settings are neither values, types nor items"
)]
mod config;
pub mod differences;
mod engine;
mod entity;
pub mod error;
mod extern_;
mod features;
mod func;
mod gc;
mod global;
mod instance;
mod instance_pre;
mod linker;
mod load;
mod memory;
mod module;
#[cfg(feature = "profiling")]
mod profiling;
mod shared_memory;
#[cfg(feature = "standard")]
pub mod standard;
mod store;
pub mod sys;
mod table;
mod tag;
#[cfg(any(feature = "cache", feature = "wasi", compiler, target_vendor = "apple"))]
mod threads;
mod trap;
mod types;
mod val;
mod values;
pub mod vec;
#[cfg(feature = "wasi")]
pub mod wasi;
#[cfg(feature = "wat")]
mod wat;

pub use backtrace::{FrameInfo, WasmBacktrace};
#[cfg(feature = "pooling-allocator")]
pub use config::PoolingAllocationConfig;
#[cfg(feature = "cache")]
pub use config::{Cache, CacheConfig};
pub use config::{
    Config, ConfigConflict, InstanceAllocationStrategy, LinearMemory, MemoryCreator, OptLevel,
    ProfilingStrategy, RegallocAlgorithm, Strategy, WasmFeatures,
};
pub use engine::{Engine, EngineWeak, Precompiled};
pub use error::{Error, I32Exit, OutOfMemory, Result, ToWasmtimeResult};
pub use extern_::{Export, Extern};
pub use func::{Caller, Func, IntoFunc, TypedFunc};
pub use gc::{
    AnyRef, ExnRef, ExnRefPre, ExternRef, GcHeapOutOfMemory, GcRef, I31, OwnedRooted, RootScope,
    Rooted, RootedGcRef,
};
pub use global::Global;
pub use instance::Instance;
pub use instance_pre::InstancePre;
pub use linker::{Linker, UnknownImportError};
pub use load::{
    Attempt, LibraryVersion, LoadError, LoadOptions, Loaded, Unsupported, load, load_from, loaded,
};
pub use memory::{Memory, MemoryAccessError};
pub use module::{Module, ModuleExport};
#[cfg(feature = "profiling")]
pub use profiling::GuestProfiler;
pub use shared_memory::SharedMemory;
pub use store::{
    AsContext, AsContextMut, DEFAULT_INSTANCE_LIMIT, DEFAULT_MEMORY_LIMIT, DEFAULT_TABLE_LIMIT,
    ResourceLimiter, Store, StoreContext, StoreContextMut, StoreLimits, StoreLimitsBuilder,
    ThrownException, UpdateDeadline,
};
pub use sys::Feature;
pub use table::Table;
pub use tag::Tag;
pub use trap::Trap;
pub use types::*;
pub use val::{ContRef, NoExtern, NoFunc, NoneRef, Ref, V128, Val, ValRaw};
pub use values::{WasmParams, WasmResults, WasmRet, WasmTy, WasmTyList};
#[cfg(feature = "wat")]
pub use wat::wat2wasm;
