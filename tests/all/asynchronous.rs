//! Asynchronous calls and host functions.

mod calls;
mod fairness;
#[cfg(all(feature = "cranelift", unix))]
pub mod host_stack;
mod misuse;
mod names;
#[cfg(feature = "threads")]
mod refused;
mod send;
mod waiting;
mod wakers;
