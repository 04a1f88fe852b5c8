//! Sequences of calls that libwasmtime's safe API has to survive.
//!
//! [`run`] turns bytes into calls on stores: two at a time, mostly of one
//! engine, which come and go. Every object that a call returns is kept and used
//! again, now and then in the wrong store. Host functions return errors, panic,
//! and call back in.
//!
//! What must not happen is a [`Violation`]:
//!
//! - a panic, other than those that the API's documentation tells of, or one of
//!   those where there was no reason for it;
//! - no panic where an object was used in a store that isn't its own;
//! - data that isn't what was put in: in a store, in a memory, in a global,
//!   behind an `externref`, in a function's arguments and results;
//! - a host function's failure that reaches another call than the one that
//!   entered it, or none;
//! - data that is never dropped, or more than once;
//!
//! and the end of the process, by an abort or a signal. The binary of this
//! package runs the inputs in child processes for that.
//!
//! # How it is put together
//!
//! - `source`: decisions out of bytes.
//! - `world`: everything that the calls have made so far.
//! - `stage`: the calls that need a store of their own: making, dropping and
//!   sending them; and those that need none.
//! - `ops`: the calls that need a store's context, from outside or from a
//!   host function.
//! - `host`: the host functions.
//! - `kinds`: the kinds of values that there are, a table shared with the tests.
//! - `wasi`: what programs are given that import WASI.
//! - `judge`: tells a violation from an expected panic.

mod config;
mod counted;
mod host;
mod judge;
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/kinds/mod.rs"]
mod kinds;
mod modules;
mod ops;
mod source;
mod stage;
mod values;
mod wasi;
mod world;

pub use judge::{Violation, silence_panics};
pub use world::Tally;

/// Plays the sequence of calls that `input` stands for.
///
/// # Errors
///
/// The first violation. What comes after one means nothing.
pub fn run(input: &[u8]) -> Result<Tally, Violation> {
    stage::play(input)
}
