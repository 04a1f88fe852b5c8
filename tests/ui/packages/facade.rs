//! A crate that re-exports `libwasmtime`.

pub mod engine {
    pub use libwasmtime::*;
}
