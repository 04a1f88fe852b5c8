//! Asynchronous calls and host functions.

mod calls;
mod misuse;
mod names;
#[cfg(feature = "threads")]
mod refused;
