//! Stands in for the `wasmtime` crate: other people's crates that depend on `wasmtime`
//! use `libwasmtime` instead. The README of this package says how.

#[cfg(feature = "vendored")]
compile_error!(
    "libwasmtime can't be built from source where it stands in for the `wasmtime` crate, of which \
     it would be built. Turn on the feature `static`, `dynamic` or `load` of `wasmtime` instead of \
     `vendored`."
);

pub use libwasmtime::*;
