//! The build script: which link mode it chooses, where it finds a system
//! library, what it demands of it, and what it says when there is none.
//!
//! Most tests run the build script itself, with the environment that Cargo
//! would give it, over made-up installations ([`Prefix`](prefix::Prefix)):
//! empty library files beside headers of any version. The module `cargo` has
//! Cargo run it, to see that what it prints takes effect, and `linked` builds and
//! runs programs with a real library.

mod archive;
mod cargo;
mod check;
mod headers;
mod linked;
mod locked;
mod mode;
mod place;
mod platform;
mod prefix;
mod script;
mod vendored;
