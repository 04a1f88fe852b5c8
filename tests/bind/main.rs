//! Binding Rust to WebAssembly, a module per topic.
#![cfg(all(feature = "wat", compiler))]

mod builder;
#[cfg(feature = "macros")]
mod host_macro;
