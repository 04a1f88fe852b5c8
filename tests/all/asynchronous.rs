//! Asynchronous calls and host functions.

mod calls;
mod errors;
mod host;
#[cfg(all(feature = "cranelift", unix))]
pub mod host_stack;
mod mixing;
mod values;
