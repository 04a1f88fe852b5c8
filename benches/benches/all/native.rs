//! With the `wasmtime` crate.

use crate::collector::{COLLECTOR, Collector};
pub use wasmtime as api;

#[path = "topics/mod.rs"]
pub mod topics;

/// Creates an engine for programs that use collected objects, with libwasmtime's collector.
fn engine() -> api::Engine {
    let collector = match *COLLECTOR {
        Collector::Copying => api::Collector::Copying,
        Collector::ReferenceCounting => api::Collector::DeferredReferenceCounting,
        Collector::Null => api::Collector::Null,
    };
    let mut config = api::Config::new();
    config.wasm_function_references(true).wasm_gc(true);
    api::Engine::new(config.collector(collector)).unwrap()
}
