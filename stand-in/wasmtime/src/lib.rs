//! Stands in for the `wasmtime` crate: crates that depend on `wasmtime` use `libwasmtime`
//! instead. The README of this package describes how.

#[cfg(feature = "vendored")]
compile_error!(
    "libwasmtime can't be built from source where it stands in for the `wasmtime` crate, as its \
     source depends on that crate. Turn on the feature `static`, `dynamic` or `load` of `wasmtime` \
     instead of `vendored`."
);

pub use libwasmtime::*;
