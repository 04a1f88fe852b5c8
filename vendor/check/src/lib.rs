//! Checks in its build script that `libwasmtime-vendor` can be built.
//!
//! `wasmtime-c-api-impl` runs CMake, to install C headers, unless a table in Cargo's
//! configuration replaces its build script. Without CMake and without a table, a build of
//! minutes ends in a panic. So this package looks for both, for the platform that is compiled
//! for.
//!
//! It does so early: it has no dependencies, and Cargo begins with the packages that most
//! others depend on. Both `libwasmtime` and `libwasmtime-vendor` depend on it, and because of
//! the `links` key their build scripts do as well. That is more than depend on
//! `wasmtime-c-api-impl`.
