//! Asynchronous calls and host functions.

mod calls;
mod waiting;
mod wakers;
