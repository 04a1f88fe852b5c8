//! Binding Rust to WebAssembly, a module per topic.
#![cfg(all(feature = "wat", compiler))]

mod builder;
