//! Regions of anonymous memory. Whoever maps only files needs nothing of this.

use super::Region;
use std::ffi::c_int;
use std::io;

/// Anonymous memory as libwasmtime maps it: no swap space is set aside for it,
/// on the systems where it says so.
const ANONYMOUS: c_int = if cfg!(any(target_os = "linux", target_os = "illumos")) {
    libc::MAP_ANON | libc::MAP_NORESERVE
} else {
    libc::MAP_ANON
};

impl Region {
    /// Inaccessible memory; nothing if `bytes` is 0.
    #[cfg(feature = "pooling-allocator")]
    pub(crate) fn reserve(bytes: usize) -> io::Result<Region> {
        Region::map(bytes, libc::PROT_NONE, ANONYMOUS, -1)
    }

    /// Memory to read and write; nothing if `bytes` is 0.
    pub(crate) fn allocate(bytes: usize) -> io::Result<Region> {
        Region::map(bytes, libc::PROT_READ | libc::PROT_WRITE, ANONYMOUS, -1)
    }

    /// Makes a part of the region inaccessible.
    ///
    /// # Panics
    ///
    /// If the part isn't in the region.
    pub(crate) fn protect(&self, offset: usize, bytes: usize) -> io::Result<()> {
        assert!(offset <= self.bytes && bytes <= self.bytes - offset);
        // SAFETY: the part is in the region, which `self` owns and in which
        // nothing is kept.
        match unsafe { libc::mprotect(self.start.byte_add(offset), bytes, libc::PROT_NONE) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

/// The size of a page, in bytes.
pub(crate) fn page_size() -> usize {
    // SAFETY: takes a number that the system knows.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(bytes).expect("the size of a page is positive")
}
