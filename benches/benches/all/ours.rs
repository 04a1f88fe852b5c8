//! With the `libwasmtime` crate.

pub use libwasmtime as api;

#[path = "topics/mod.rs"]
pub mod topics;
