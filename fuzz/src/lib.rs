//! Sequences of calls that libwasmtime's safe API has to survive.
//!
//! [`run`] turns bytes into calls on stores: two at a time, mostly of one engine, which are
//! created and dropped. Every object that a call returns is kept and used again, sometimes in
//! the wrong store. Host functions return errors, panic, and call back in. Asynchronous calls
//! are polled by hand, on several threads, and dropped or forgotten at any point.
//!
//! These must not happen. The first six are a [`Violation`]:
//!
//! - a panic that the API's documentation doesn't mention, or one that it mentions but that
//!   had no reason;
//! - no panic when an object was used with another store than its own;
//! - data that has changed: in a store, in a memory, in a global, behind an `externref`, in a
//!   struct or an array, in a function's arguments and results;
//! - a host function's failure that reaches no call, or another call than the one that
//!   entered it;
//! - data that is never dropped, or more than once;
//! - a task that waits and that nothing will wake, or a synchronous call where an asynchronous
//!   one is required;
//! - the end of the process, by an abort or a signal. To notice that, the binary of this
//!   package runs the inputs in child processes.
//!
//! # How it is put together
//!
//! - `source`: decisions from bytes.
//! - `world`: everything that the calls have created so far.
//! - `stage`: the calls that need a store of their own, which create, drop and send stores;
//!   and those that need none.
//! - `ops`: the calls that need a store's context, from outside or from a host function.
//! - `host`: the host functions; `host_async`: those that are asynchronous.
//! - `drive`: polls the futures of asynchronous calls.
//! - `kinds`: the kinds of values, a table shared with the tests.
//! - `wasi`: what programs that import WASI can see.
//! - `judge`: tells a violation from an expected panic.

mod config;
mod counted;
mod drive;
mod host;
mod host_async;
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
/// Returns the first violation. Anything after it is meaningless.
pub fn run(input: &[u8]) -> Result<Tally, Violation> {
    stage::play(input)
}
