//! [`Region`]: a region of the address space, mapped by the system.
//!
//! It serves to try whether the system will grant libwasmtime a mapping, by asking for the
//! same mapping first: libwasmtime aborts if the system refuses, and nothing else tells.
//! The standard library can neither reserve memory without committing it nor protect it,
//! so the functions of the system are called directly.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::*;
#[cfg(windows)]
pub(crate) use windows::*;
