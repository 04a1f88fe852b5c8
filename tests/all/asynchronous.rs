//! Asynchronous calls and host functions.

mod calls;
mod names;
#[cfg(feature = "threads")]
mod refused;
