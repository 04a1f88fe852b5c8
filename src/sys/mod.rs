//! The C API itself: every function, type and constant of libwasmtime's
//! headers, under its own name.
//!
//! There is one module file for each header; all their items are here, side by
//! side. The names, the order of parameters and the contracts are those of the
//! C API, which the headers document. The safe layer of this crate is built on
//! these items alone. A program can call both, and convert between their objects by four
//! traits: see [`AsC`].
//!
//! Nothing here depends on how libwasmtime is linked. With `load` the functions
//! are Rust functions that call through a table of addresses. The first call opens the
//! library from its default place, unless [`load`](crate::load()) has opened one, and
//! panics if that fails. With `static`, if the archive is one of ELF files, the functions
//! have other names in the program than in C, to avoid clashes with another copy of
//! libwasmtime: C code in the program doesn't find `wasm_engine_new` by its name, and
//! has to get its address from here.
//!
//! # Safety
//!
//! The functions are as unsafe as C: each header says what must be valid, what is
//! owned, and what may be called when. Some functions abort the process on
//! misuse; the safe layer checks their arguments first. With `dynamic`, the
//! library may be of another version than the one that the program was linked with:
//! call [`load`](crate::load()) first, which checks that.
//!
//! # Examples
//!
//! As in C, each object has an owner, who deletes it:
//!
//! ```
//! use libwasmtime::sys;
//!
//! // Opens the library if it isn't linked, and checks its version.
//! libwasmtime::load()?;
//! // SAFETY: both pointers are owned, deleted once, and not used after that.
//! unsafe {
//!     let engine = sys::wasm_engine_new();
//!     let clone = sys::wasmtime_engine_clone(engine);
//!     sys::wasm_engine_delete(engine);
//!     assert!(!sys::wasmtime_engine_is_pulley(clone));
//!     sys::wasm_engine_delete(clone);
//! }
//! # Ok::<(), libwasmtime::LoadError>(())
//! ```
// For docs.rs: these functions exist in every link mode, by one of two macros.
#![cfg_attr(docsrs, doc(auto_cfg(hide(wasmtime_link = "load"))))]
#![allow(
    missing_docs,
    reason = "the fields and functions are documented in the headers"
)]
#![allow(
    non_camel_case_types,
    non_upper_case_globals,
    reason = "the names are the headers'"
)]
#![allow(
    clippy::missing_safety_doc,
    reason = "the contracts are documented in the headers"
)]
#![allow(
    clippy::too_many_arguments,
    reason = "the functions have the parameters that they have in C"
)]

pub(crate) use std::ffi::{CStr, c_char, c_int, c_void};

// Defines `link_name!`, the name of a function in an archive.
#[cfg(wasmtime_link = "static")]
include!(concat!(env!("OUT_DIR"), "/link_names.rs"));

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    any(
        not(target_feature = "crt-static"),
        wasmtime_link = "load",
        feature = "cache"
    )
))]
mod auxv;
#[macro_use]
mod capi;
#[cfg(wasmtime_link = "dynamic")]
mod dynamic;
pub(crate) mod elf;
mod feature;
pub(crate) mod library;
#[cfg(not(wasmtime_link = "load"))]
mod linked;
#[cfg(wasmtime_link = "load")]
mod loaded;
#[cfg(wasmtime_link = "missing")]
mod missing;
mod object;
#[cfg(any(wasmtime_link = "load", feature = "cache"))]
mod privileged;
pub(crate) mod runtime;
#[cfg(wasmtime_link = "load")]
pub(crate) mod slot;
#[cfg(wasmtime_link = "vendored")]
mod vendored;
#[cfg(any(wasmtime_link = "load", wasmtime_link = "dynamic"))]
mod version;

mod anyref;
mod arrayref;
mod as_c;
mod async_;
pub(crate) mod component;
mod config;
mod engine;
mod eqref;
mod error;
mod exnref;
mod extern_;
mod externref;
mod func;
mod global;
mod instance;
mod linker;
mod memory;
mod module;
mod profiling;
mod sharedmemory;
mod store;
mod structref;
mod table;
mod tag;
mod trap;
mod types;
mod val;
pub(crate) mod vec;
mod wasi;
mod wasm;
mod wasmtime;
mod wat;

pub use anyref::*;
pub use arrayref::*;
pub use as_c::{AsC, AsCMut, FromC, ToC};
pub use async_::*;
pub use component::*;
pub use config::*;
pub use engine::*;
pub use eqref::*;
pub use error::*;
pub use exnref::*;
pub use extern_::*;
pub use externref::*;
pub use feature::Feature;
pub use func::*;
pub use global::*;
pub use instance::*;
#[cfg(not(wasmtime_link = "load"))]
pub(crate) use linked::{ensure_loaded, lacks, load, loaded, require};
pub use linker::*;
#[cfg(wasmtime_link = "load")]
pub(crate) use loaded::{ensure_loaded, lacks, load, loaded, require};
pub use memory::*;
pub use module::*;
#[cfg(any(wasmtime_link = "load", feature = "cache"))]
pub(crate) use privileged::is_privileged;
pub use profiling::*;
pub use sharedmemory::*;
pub use store::*;
pub use structref::*;
pub use table::*;
pub use tag::*;
pub use trap::*;
pub use types::*;
pub use val::*;
pub use vec::*;
pub use wasi::*;
pub use wasm::*;
pub use wasmtime::*;
pub use wat::*;

/// Whether libwasmtime was built with garbage-collected types and without any
/// collector for them. For a library of the system this is unknown.
#[cfg(wasmtime_link = "vendored")]
pub(crate) const NO_COLLECTOR: bool = vendored::has("gc")
    && !vendored::has("gc-copying")
    && !vendored::has("gc-drc")
    && !vendored::has("gc-null");
#[cfg(not(wasmtime_link = "vendored"))]
pub(crate) const NO_COLLECTOR: bool = false;

/// Lists one item of every header's module.
macro_rules! of_each_header {
    ($item:ident) => {
        of_each_header! {
            $item:
            anyref arrayref async_ config engine eqref error exnref extern_ externref func global
            instance linker memory module profiling sharedmemory store structref table tag trap
            val wasi wasm wasmtime wat vec
            types::arrayref types::exnref types::structref types::val
            component::component component::func component::instance component::linker
            component::val component::vec
            component::types::component component::types::func component::types::instance
            component::types::module component::types::resource component::types::val
        }
    };
    ($item:ident: $($($module:ident)::+)*) => {
        [$($($module::)+$item),*]
    };
}

/// Returns all headers, for the tests of the declarations.
#[doc(hidden)]
pub fn headers() -> impl Iterator<Item = capi::Header> {
    const DECLARED: &[capi::Declared] = &of_each_header!(DECLARED);
    DECLARED.iter().map(capi::Header::read)
}

/// Passes every function to `see`, for the loader.
#[cfg(wasmtime_link = "load")]
fn each_symbol(see: &mut dyn FnMut(slot::Symbol)) {
    static SYMBOLS: &[&slot::Symbols] = &of_each_header!(SYMBOLS);
    slot::each_symbol(SYMBOLS, see);
}

/// Passes the name of every function to `see`, which looks for it in the process.
#[cfg(wasmtime_link = "dynamic")]
fn each_name(see: &mut dyn FnMut(&CStr)) {
    const NAMES: &[&str] = &of_each_header!(NAMES);
    let names = NAMES.iter().flat_map(|names| names.split_inclusive('\0'));
    for name in names.filter_map(|name| CStr::from_bytes_with_nul(name.as_bytes()).ok()) {
        see(name);
    }
}
