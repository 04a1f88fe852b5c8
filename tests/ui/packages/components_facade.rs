//! A crate that re-exports `libwasmtime` in two ways.

pub use libwasmtime as wasmtime;

pub mod engine {
    pub use libwasmtime::*;
}
