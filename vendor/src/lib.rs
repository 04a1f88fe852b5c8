//! libwasmtime's C API, built from source.
//!
//! The `extern "C"` symbols of this crate become part of a program that refers to the crate.
//! `extern crate libwasmtime_vendor as _;` is enough; without a reference rustc doesn't link the
//! rlib. The Rust items describe the library that was built.

#![warn(missing_docs)]

extern crate wasmtime_c_api as _;

#[cfg(libwasmtime_no_backtrace)]
mod no_backtrace;
pub mod runtime;

/// The version of libwasmtime, which is the version of this package.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The Cargo features of libwasmtime's C API that this library was built with, sorted.
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

/// Reports whether two strings are equal, in a constant context.
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
