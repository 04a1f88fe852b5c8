//! Reports, in its build script, what is missing to build `libwasmtime-vendor`.
//!
//! `wasmtime-c-api-impl` runs CMake to install C headers, unless a table in Cargo's
//! configuration replaces its build script. If both are missing, the build panics after
//! minutes. So this package looks for both, for the platform that is compiled for, and does
//! so early: it has no dependencies, and Cargo begins with the packages on which most others
//! depend. `libwasmtime` and `libwasmtime-vendor` depend on it, and because of the `links`
//! key so do their build scripts; that is more than depend on `wasmtime-c-api-impl`.
