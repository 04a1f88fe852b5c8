//! Says what is missing to build `libwasmtime-vendor`, in its build script.
//!
//! `wasmtime-c-api-impl` runs CMake, to install C headers, unless a table of Cargo's
//! configuration stands in for its build script. Without either, a build of minutes
//! ends in a panic. So this package looks for both, for the platform that is compiled
//! for, and earlier: it depends on nothing, and Cargo begins with what most depends on.
//! Both `libwasmtime` and `libwasmtime-vendor` do, and because of the `links` key their
//! build scripts do as well, which makes more than depends on `wasmtime-c-api-impl`.
