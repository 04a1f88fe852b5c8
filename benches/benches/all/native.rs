//! With the `wasmtime` crate.

pub use wasmtime as api;

#[path = "topics/mod.rs"]
pub mod topics;
