//! Room for what a thread takes once it runs.

use std::io;

/// Makes sure that there are addresses and mappings for what the standard library
/// gives a thread when it begins to run, such as a stack for signals: where it gets
/// none, it ends the process.
///
/// # Errors
///
/// If there are fewer.
#[cfg(all(unix, any(feature = "cache", feature = "wasi", compiler)))]
pub(super) fn probe() -> io::Result<()> {
    use crate::region::{Region, page_size};

    /// Far more than a thread takes, and far less than the next one's stack.
    const BYTES: usize = 1 << 20;
    const MAPPINGS: usize = 8;

    let room = Region::allocate(BYTES)?;
    // Each page that differs from those beside it is a mapping of its own.
    let pages = BYTES / page_size();
    for page in (1..pages).step_by(2).take(MAPPINGS / 2) {
        room.protect(page * page_size(), page_size())?;
    }
    Ok(())
}

/// Not known here.
#[cfg(not(all(unix, any(feature = "cache", feature = "wasi", compiler))))]
pub(super) fn probe() -> io::Result<()> {
    Ok(())
}
