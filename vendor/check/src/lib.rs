//! Says at once what is missing to build `libwasmtime-vendor`, in its build script.
//!
//! `wasmtime-c-api-impl` runs CMake, to install C headers, unless a table of Cargo's
//! configuration stands in for its build script. Without either, a build of minutes
//! ends in a panic. So this package looks for both, before anything else is built:
//! it depends on nothing, and as Cargo begins with what most depends on, both
//! `libwasmtime` and `libwasmtime-vendor` have it as a build-dependency, from which
//! on everything of theirs waits for it.
