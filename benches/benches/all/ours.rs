//! With the `libwasmtime` crate.

use crate::collector;
pub use libwasmtime as api;

#[path = "topics/mod.rs"]
pub mod topics;

/// Creates an engine for programs that use collected objects.
fn engine() -> api::Engine {
    api::Engine::new(&collector::config()).unwrap()
}
