//! Regions of anonymous memory: a module of its own, as a build that maps only files
//! doesn't need it.

use super::Region;
use std::ffi::c_int;
use std::io;

/// The flags with which libwasmtime maps anonymous memory. On some systems they say that
/// no swap space is to be reserved for it.
const ANONYMOUS: c_int = if cfg!(any(target_os = "linux", target_os = "illumos")) {
    libc::MAP_ANON | libc::MAP_NORESERVE
} else {
    libc::MAP_ANON
};

impl Region {
    /// Reserves inaccessible memory; an empty region if `bytes` is 0.
    #[cfg(feature = "pooling-allocator")]
    pub(crate) fn reserve(bytes: usize) -> io::Result<Region> {
        Region::map(bytes, libc::PROT_NONE, ANONYMOUS, -1)
    }

    /// Allocates memory to read and write; an empty region if `bytes` is 0.
    pub(crate) fn allocate(bytes: usize) -> io::Result<Region> {
        Region::map(bytes, libc::PROT_READ | libc::PROT_WRITE, ANONYMOUS, -1)
    }

    /// Makes a part of the region inaccessible.
    ///
    /// # Panics
    ///
    /// Panics if the part isn't in the region.
    pub(crate) fn protect(&self, offset: usize, bytes: usize) -> io::Result<()> {
        assert!(offset <= self.bytes && bytes <= self.bytes - offset);
        // SAFETY: the part is in the region, which `self` owns, and there are no
        // references into it.
        match unsafe { libc::mprotect(self.start.byte_add(offset), bytes, libc::PROT_NONE) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}
