//! `bindgen!` with the interfaces that the `wasmtime` crate's own generator is tested with.
