//! Regions of the address space, as the system gives them out.
//!
//! Just enough of the system's interface to try whether libwasmtime will get
//! what it asks for, and asked for in the same way. Nothing but that tells: the
//! standard library can't reserve memory without committing it, nor protect it,
//! and libwasmtime, which can, aborts where it doesn't get a pool.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::*;
#[cfg(windows)]
pub(crate) use windows::*;
