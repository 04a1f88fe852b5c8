//! Checks for the memory that a thread allocates once it runs.

use std::io;

/// Checks that the system grants the mappings that the standard library creates when a thread
/// begins to run, such as its stack for signals. The standard library aborts if it can't create
/// one.
///
/// # Errors
///
/// Returns an error if the system refuses such mappings.
#[cfg(all(unix, any(feature = "cache", feature = "wasi", compiler)))]
pub(super) fn probe() -> io::Result<()> {
    use crate::region::{Region, page_size};

    /// Far more than a thread needs, and far less than the stack of the next thread.
    const BYTES: usize = 1 << 20;
    const MAPPINGS: usize = 8;

    let room = Region::allocate(BYTES)?;
    // A page whose protection differs from its neighbors' is a mapping of its own.
    let pages = BYTES / page_size();
    for page in (1..pages).step_by(2).take(MAPPINGS / 2) {
        room.protect(page * page_size(), page_size())?;
    }
    Ok(())
}

/// Checks nothing: there is no way to try it on this platform.
#[cfg(not(all(unix, any(feature = "cache", feature = "wasi", compiler))))]
pub(super) fn probe() -> io::Result<()> {
    Ok(())
}
