//! libwasmtime
#![warn(missing_docs)]
mod load;
pub mod sys;
pub mod vec;

pub use load::{
    Attempt, LibraryVersion, LoadError, LoadOptions, Loaded, Unsupported, load, load_from, loaded,
};
pub use sys::Feature;
