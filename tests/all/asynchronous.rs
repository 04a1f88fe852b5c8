//! Asynchronous calls and host functions.

mod calls;
mod cancel;
mod errors;
mod fairness;
mod frames;
mod host;
#[cfg(all(feature = "cranelift", unix))]
pub mod host_stack;
mod misuse;
mod mixing;
mod names;
#[cfg(feature = "threads")]
mod refused;
mod send;
mod values;
mod waiting;
mod wakers;
mod walk;
mod yields;
