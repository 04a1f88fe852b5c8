//! Asynchronous calls and host functions.

mod calls;
mod fairness;
mod waiting;
mod wakers;
