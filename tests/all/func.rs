//! Functions.

mod caller;
mod host;
mod raw;
mod reentry;
mod typed;
mod uninhabited;
mod untyped;
mod v128;
mod walk;
