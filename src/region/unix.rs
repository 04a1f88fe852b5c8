//! Regions that `mmap` creates.

#[cfg(any(
    feature = "cache",
    feature = "pooling-allocator",
    feature = "wasi",
    compiler
))]
mod anonymous;

use std::ffi::{c_int, c_void};
#[cfg(all(feature = "profiling", target_os = "linux"))]
use std::{fs::File, os::fd::AsRawFd};
use std::{io, ptr};

/// A region of the address space, unmapped when dropped.
pub(crate) struct Region {
    start: *mut c_void,
    bytes: usize,
}

impl Region {
    /// Maps the first bytes of a file as executable memory.
    #[cfg(all(feature = "profiling", target_os = "linux"))]
    pub(crate) fn executable(file: &File, bytes: usize) -> io::Result<Region> {
        let access = libc::PROT_READ | libc::PROT_EXEC;
        Region::map(bytes, access, 0, file.as_raw_fd())
    }

    /// Allocates memory to read and write, for which the system reserves swap space if it does
    /// that for other memory.
    #[cfg(feature = "async")]
    pub(crate) fn commit(bytes: usize) -> io::Result<Region> {
        let access = libc::PROT_READ | libc::PROT_WRITE;
        Region::map(bytes, access, libc::MAP_ANON, -1)
    }

    fn map(bytes: usize, access: c_int, flags: c_int, file: c_int) -> io::Result<Region> {
        if bytes == 0 {
            let start = ptr::null_mut();
            return Ok(Region { start, bytes });
        }
        let flags = libc::MAP_PRIVATE | flags;
        // SAFETY: creates a new mapping at an address of the system's choice, and so
        // changes no existing one.
        let start = unsafe { libc::mmap(ptr::null_mut(), bytes, access, flags, file, 0) };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(Region { start, bytes })
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        if self.bytes > 0 {
            // SAFETY: `self` owns the region, and there are no references into it.
            unsafe { libc::munmap(self.start, self.bytes) };
        }
    }
}

/// Returns the size of a page, in bytes.
#[cfg(any(
    feature = "async",
    feature = "cache",
    feature = "pooling-allocator",
    feature = "wasi",
    compiler
))]
pub(crate) fn page_size() -> usize {
    // SAFETY: `_SC_PAGESIZE` is a name of `sysconf`, which has no other requirement.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(bytes).expect("the size of a page is positive")
}
