//! Regions that `VirtualAlloc` creates.

use std::ffi::c_void;
use std::{io, ptr};

#[link(name = "kernel32")]
unsafe extern "system" {
    fn VirtualAlloc(address: *mut c_void, bytes: usize, how: u32, access: u32) -> *mut c_void;
    fn VirtualFree(address: *mut c_void, bytes: usize, how: u32) -> i32;
}

const COMMIT: u32 = 0x1000;
const RESERVE: u32 = 0x2000;
const RELEASE: u32 = 0x8000;
const NO_ACCESS: u32 = 0x1;
const READ_WRITE: u32 = 0x4;

/// A region of the address space, released when dropped.
pub(crate) struct Region {
    start: *mut c_void,
}

impl Region {
    /// Reserves inaccessible memory; an empty region if `bytes` is 0.
    pub(crate) fn reserve(bytes: usize) -> io::Result<Region> {
        Region::map(bytes, RESERVE, NO_ACCESS)
    }

    /// Allocates memory to read and write; an empty region if `bytes` is 0.
    pub(crate) fn allocate(bytes: usize) -> io::Result<Region> {
        Region::map(bytes, RESERVE | COMMIT, READ_WRITE)
    }

    fn map(bytes: usize, how: u32, access: u32) -> io::Result<Region> {
        if bytes == 0 {
            let start = ptr::null_mut();
            return Ok(Region { start });
        }
        // SAFETY: creates a new region at an address of the system's choice, and so
        // changes no existing one.
        let start = unsafe { VirtualAlloc(ptr::null_mut(), bytes, how, access) };
        if start.is_null() {
            return Err(io::Error::last_os_error());
        }
        Ok(Region { start })
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        if !self.start.is_null() {
            // SAFETY: `self` owns the region, and there are no references into it.
            unsafe { VirtualFree(self.start, 0, RELEASE) };
        }
    }
}

/// Returns the size of a page, in bytes, which is the same on every machine that Windows
/// runs on.
pub(crate) fn page_size() -> usize {
    4096
}
