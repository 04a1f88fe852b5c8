//! Asynchronous calls and host functions.

mod calls;
mod immediate;
