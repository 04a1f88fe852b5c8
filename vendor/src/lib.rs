//! libwasmtime's C API, built from source.
//!
//! This crate has no public Rust items. It exists so that its `extern "C"`
//! symbols are part of the program: a crate that wants them says
//! `extern crate libwasmtime_vendor as _;`, without which rustc drops the rlib.

extern crate wasmtime_c_api as _;

#[cfg(libwasmtime_no_backtrace)]
mod no_backtrace;
