//! Regions that `mmap` makes.

use std::ffi::{c_int, c_void};
#[cfg(all(feature = "profiling", target_os = "linux"))]
use std::{fs::File, os::fd::AsRawFd};
use std::{io, ptr};

/// Anonymous memory as libwasmtime maps it: no swap space is set aside for it,
/// on the systems where it says so.
#[cfg(any(
    feature = "cache",
    feature = "cranelift",
    feature = "pooling-allocator",
    feature = "wasi",
    feature = "winch"
))]
const ANONYMOUS: c_int = if cfg!(any(target_os = "linux", target_os = "illumos")) {
    libc::MAP_ANON | libc::MAP_NORESERVE
} else {
    libc::MAP_ANON
};

/// A region of the address space, given back when dropped.
pub(crate) struct Region {
    start: *mut c_void,
    bytes: usize,
}

#[cfg(any(
    feature = "cache",
    feature = "cranelift",
    feature = "pooling-allocator",
    feature = "wasi",
    feature = "winch"
))]
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

impl Region {
    /// The first bytes of a file, to execute.
    #[cfg(all(feature = "profiling", target_os = "linux"))]
    pub(crate) fn executable(file: &File, bytes: usize) -> io::Result<Region> {
        let access = libc::PROT_READ | libc::PROT_EXEC;
        Region::map(bytes, access, 0, file.as_raw_fd())
    }

    fn map(bytes: usize, access: c_int, flags: c_int, file: c_int) -> io::Result<Region> {
        if bytes == 0 {
            let start = ptr::null_mut();
            return Ok(Region { start, bytes });
        }
        let flags = libc::MAP_PRIVATE | flags;
        // SAFETY: a new mapping at an address of the system's choice; no
        // existing one changes.
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
            // SAFETY: `self` owns the region, and nothing is kept in it.
            unsafe { libc::munmap(self.start, self.bytes) };
        }
    }
}

/// The size of a page, in bytes.
#[cfg(any(
    feature = "cache",
    feature = "cranelift",
    feature = "pooling-allocator",
    feature = "wasi",
    feature = "winch"
))]
pub(crate) fn page_size() -> usize {
    // SAFETY: takes a number that the system knows.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(bytes).expect("the size of a page is positive")
}
