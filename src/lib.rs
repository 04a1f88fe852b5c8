//! libwasmtime
#![warn(missing_docs)]
pub mod sys;
pub mod vec;
