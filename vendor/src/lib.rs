//! libwasmtime's C API, built from source.
//!
//! The `extern "C"` symbols of this crate become part of a program that names the crate:
//! `extern crate libwasmtime_vendor as _;` is enough. Without that, rustc drops the rlib. The
//! Rust items of the crate describe what was built.

#![warn(missing_docs)]

extern crate wasmtime_c_api as _;

#[cfg(libwasmtime_no_backtrace)]
mod no_backtrace;

/// The version of libwasmtime, which is this package's.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What this library was built with: names of Cargo features of libwasmtime's C API,
/// sorted.
pub const FEATURES: &[&str] = include!(concat!(env!("OUT_DIR"), "/features.rs"));

/// Reports whether this library was built with a Cargo feature of libwasmtime's C API.
pub const fn has(name: &str) -> bool {
    let mut index = 0;
    while index < FEATURES.len() {
        if eq(FEATURES[index].as_bytes(), name.as_bytes()) {
            return true;
        }
        index += 1;
    }
    false
}

/// Reports whether two strings are the same, in a constant.
const fn eq(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut index = 0;
    while index < one.len() {
        if one[index] != other[index] {
            return false;
        }
        index += 1;
    }
    true
}
