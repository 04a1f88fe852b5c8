//! Asynchronous calls and host functions.

mod calls;
mod fairness;
mod send;
mod waiting;
mod wakers;
