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
//! the system, or is one self-contained file, or opens the library when it
//! runs. The Cargo features [`vendored`, `static`, `dynamic` and
//! `load`](#link-modes) choose this, and nothing else changes.
//!
// The macro `example!` is defined only below.
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
//!     // With `load`, opens libwasmtime, or says why that fails.
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
//! A new program can depend on `libwasmtime = "48"` and say `use libwasmtime::…`, as the
//! other examples do.
//!
//! # Where things are
//!
//! - An [`Engine`] compiles [`Module`]s, with the settings of a [`Config`].
//! - A [`Linker`] looks up a module's imports, and creates an [`Instance`] of the
//!   module in a [`Store`]. The store owns all WebAssembly objects and the host's data.
//! - An instance exports items: [`Func`], [`Memory`], [`Global`], [`Table`] and
//!   [`Tag`]. These are handles, which are used together with their store.
//! - A [`TypedFunc`] is a function whose type has been checked, which is the fast way
//!   to call it. [`Func::wrap`] creates a function from a Rust closure, which
//!   WebAssembly code calls; the closure's [`Caller`] gives access to the store.
//! - Calls and host functions can be asynchronous: `TypedFunc::call_async` returns a future,
//!   and so does the closure of `Linker::func_wrap_async`. The chapter `asynchronous` explains
//!   them, and how to cut off a guest.
//! - `component` is the component model: modules with typed interfaces, which `bindgen!` turns
//!   into Rust. The chapter at its beginning explains it.
//! - An [`Error`] says what went wrong. `downcast_ref` finds a typed cause in it: a
//!   [`Trap`], the error that a host function returned, an [`I32Exit`],
//!   [`UnknownImportError`], [`Unsupported`], [`LoadError`] and others. It also finds
//!   a [`WasmBacktrace`].
//! - `GuestProfiler` records where WebAssembly code spends its time.
//! - `wasi` is WASI preview 1, and `wasi::p2` is WASI 2, for components. `standard` is the engine-neutral part of the C API, as
//!   owned types.
//! - [`mod@vec`] contains the C API's vectors as owned types. [`sys`] declares the whole
//!   C API, for what the safe layer doesn't wrap; its trait [`AsC`](sys::AsC) returns the C
//!   objects of the safe types.
//! - [`differences`] lists what the `wasmtime` crate has and this one lacks.
//!
//! # Safety
//!
//! libwasmtime aborts the process on many mistakes: a handle that is used with
//! another store, settings that conflict, a WASI program in a store without a WASI
//! context. The safe layer checks for these first. They are a Rust panic where the
//! `wasmtime` crate panics, and an `Err` otherwise. Using a handle with another store
//! than its own panics. Passing it into another store, as an argument, an import or an
//! element, returns an `Err`.
//!
//! A panic or error of a host function unwinds the WebAssembly code, and reaches the
//! host's call that entered this code as it was.
//!
//! # Link modes
//!
//! | feature | what is linked | needs |
//! |---|---|---|
//! | `vendored` (default) | libwasmtime from source, built by Cargo, statically | minutes to compile; CMake, or a setting of Cargo's that replaces it |
//! | `static` | a `libwasmtime.a` of the system | the archive, to build |
//! | `dynamic` | a shared library of the system | the library, to build and to run |
//! | `load` | nothing: the library is opened at run time | the library, to run |
//!
//! If several of these features are on, as Cargo unifies features, the build script takes
//! the first in this list that is available. The environment variable
//! `LIBWASMTIME_LINK` overrides that.
//!
//! A library of the system must have major version 48 and the features that are on.
//! The build script searches for it in `WASMTIME_LIB_DIR` and `WASMTIME_INCLUDE_DIR`, in
//! `WASMTIME_DIR` (its `lib` and `include`; with `WASMTIME_MIN=1` those in its `min`),
//! through pkg-config, and under the usual prefixes. With `load`, the program searches
//! for it when it runs; with `dynamic`, the program checks then whether the library is
//! still the right one. See [`load()`].
//!
//! With `dynamic`, programs find the library when `cargo run` or `cargo test` starts
//! them. An installed program needs more: the library in a directory of the system, a
//! variable such as `LD_LIBRARY_PATH`, or a run path. For the latter, the build script of
//! the program's package gets the library's directory in `DEP_WASMTIME_48_LIB`. It also
//! gets `DEP_WASMTIME_48_INCLUDE`, `DEP_WASMTIME_48_VERSION` and `DEP_WASMTIME_48_MODE`.
//!
//! With `static`, where programs are ELF files, C code that is linked into the program
//! doesn't find libwasmtime's functions by their names; see [`sys`].
//!
//! # Features
//!
//! `default` is `vendored`, `common`, `component-macro` and `standard`. `common` stands for the features
//! that are marked below, for use with `default-features = false` and another link mode.
//!
//! Each of the features below requires a feature of libwasmtime: a library of the system
//! must have been built with it, or it is built in. `vendored` builds in the marked
//! features, `vendored-min` none. A dependency on the package `libwasmtime-vendor`, with
//! features of the same names, builds in more.
//!
//! | feature | common | adds |
//! |---|---|---|
//! | `addr2line` | ✓ | file names and lines in the text of backtraces |
//! | `all-arch` | | compiling for every architecture |
//! | `async` | ✓ | asynchronous calls and host functions |
//! | `cache` | ✓ | a cache of compiled modules on disk |
//! | `component-model` | ✓ | components |
//! | `component-model-async` | ✓ | the asynchronous ABI of components |
//! | `coredump` | ✓ | core dumps of traps |
//! | `cranelift` | ✓ | the optimizing compiler |
//! | `debug-builtins` | ✓ | symbols for native debuggers |
//! | `demangle` | ✓ | demangled function names in backtraces |
//! | `disable-logging` | | no log statements in libwasmtime |
//! | `gc` | ✓ | reference types and garbage-collected types |
//! | `gc-copying`, `gc-drc`, `gc-null` | ✓ | three collectors |
//! | `logging` | | logging to standard error, which `WASMTIME_LOG` configures; installs a logger for the process |
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
//! Four features require nothing of libwasmtime. `backtrace`, which is in `common` as well,
//! adds the stack of the host's own code to an [`Error`]. `standard` adds the module of
//! that name, which makes the crate slower to compile. `macros` adds the attributes `host` and
//! `guest` and the derive `HostValue`, which [`bind`] tells of, the derives of components' types, and
//! the crates that parse Rust for them. `component-macro` adds `component::bindgen!`, which needs
//! `component-model` and `macros`, a parser of WIT, and the Rust that libwasmtime's source needs.
//! (`stand-in` is for the package
//! `stand-in/wasmtime` of the repository, which replaces the `wasmtime` crate for other
//! crates.)
//!
//! The other features of the `wasmtime` crate exist so that a manifest which turns them on
//! need not change:
//!
//! - `anyhow`, `runtime` and `std` do nothing, as this crate always has what they add.
//! - `compile-time-builtins`, `component-model-bytes`, `debug`, `incremental-cache`,
//!   `stack-switching`, `trace-log`, `wave` and `wit-parser` do nothing either, as this
//!   crate lacks what they add. A program that uses it doesn't compile.
//! - `call-hook`, `custom-fiber`, `custom-native-signals`, `custom-sync-primitives`,
//!   `custom-virtual-memory`, `memory-protection-keys`, `profile-pulley`,
//!   `reexport-wasmparser`, `rr` and `wmemcheck` are a compile error, which says why the
//!   C API has nothing for them.
// On docs.rs, each item tells the Cargo feature that it needs.
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
// So a new kind of values, types or items is a compile error wherever it needs a
// decision. A wildcard arm once let references of other stores pass.
#![deny(clippy::wildcard_enum_match_arm)]

#[macro_use]
mod example;

mod as_c;
#[cfg(feature = "async")]
pub mod asynchronous;
mod backtrace;
pub mod bind;
mod callback;
#[cfg(feature = "component-model")]
pub mod component;
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
mod linker;
mod load;
mod memory;
mod module;
mod owned;
#[cfg(feature = "profiling")]
mod profiling;
#[cfg(any(
    feature = "pooling-allocator",
    all(feature = "profiling", target_os = "linux"),
    all(
        unix,
        any(feature = "async", feature = "cache", feature = "wasi", compiler)
    )
))]
mod region;
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

/// The crate of which errors are made: the code that `component::bindgen!` generates with the option
/// `anyhow` has its `Result`.
#[cfg(feature = "anyhow")]
pub use anyhow;
pub use backtrace::{FrameInfo, WasmBacktrace};
#[cfg(feature = "macros")]
pub use bind::attribute::host;
#[cfg(feature = "pooling-allocator")]
pub use config::PoolingAllocationConfig;
#[cfg(feature = "cache")]
pub use config::{Cache, CacheConfig};
pub use config::{
    Config, ConfigConflict, InstanceAllocationStrategy, LinearMemory, MemoryCreator, OptLevel,
    ProfilingStrategy, RegallocAlgorithm, Strategy, WasmFeatures,
};
#[cfg(feature = "async")]
pub use config::{StackCreator, StackMemory};
pub use engine::{Engine, EngineWeak, Precompiled};
pub use error::{Error, I32Exit, OutOfMemory, Result, ThrownException, ToWasmtimeResult};
pub use extern_::{Export, Extern};
pub use func::{Caller, Func, IntoFunc, TypedFunc};
pub use gc::{
    AnyRef, ArrayRef, ArrayRefPre, EqRef, ExnRef, ExnRefPre, ExternRef, GcHeapOutOfMemory, GcRef,
    I31, OwnedRooted, RootScope, Rooted, RootedGcRef, StructRef, StructRefPre,
};
pub use global::Global;
pub use instance::Instance;
#[cfg(feature = "macros")]
pub use libwasmtime_macros::{HostValue, guest};
pub use linker::{ImportMismatch, ImportsError, InstancePre, Linker, UnknownImportError};
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
    UpdateDeadline,
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
