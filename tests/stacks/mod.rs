//! Stacks of the host, which the system maps.

use libwasmtime::{Error, Result, StackMemory};
use std::io;
use std::ops::Range;
use std::ptr;

/// A mapping of which all but the lowest page is a stack.
pub struct Mapping {
    start: usize,
    bytes: usize,
}

/// Returns the size of a page, in bytes.
pub fn page_size() -> usize {
    // SAFETY: the function has no requirement for this name.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    bytes.try_into().expect("it is positive")
}

impl Mapping {
    /// Maps a stack of at least `size` bytes.
    pub fn new(size: usize) -> Result<Mapping> {
        let bytes = size.next_multiple_of(page_size()) + page_size();
        // SAFETY: it is a new mapping, at an address of the system's choice.
        let start = unsafe {
            let (access, kind) = (
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANON,
            );
            libc::mmap(ptr::null_mut(), bytes, access, kind, -1, 0)
        };
        if start == libc::MAP_FAILED {
            return Err(Error::from(io::Error::last_os_error()));
        }
        let mapping = Mapping {
            start: start as usize,
            bytes,
        };
        // SAFETY: the page is in the mapping, to which there are no references.
        match unsafe { libc::mprotect(start, page_size(), libc::PROT_NONE) } {
            0 => Ok(mapping),
            _ => Err(Error::from(io::Error::last_os_error())),
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the mapping isn't used any longer.
        let unmapped = unsafe { libc::munmap(self.start as *mut _, self.bytes) };
        assert_eq!(unmapped, 0);
    }
}

// SAFETY: nothing else uses the mapping, and the page below the stack is inaccessible.
unsafe impl StackMemory for Mapping {
    fn top(&self) -> *mut u8 {
        self.range().end as *mut u8
    }

    fn range(&self) -> Range<usize> {
        self.start + page_size()..self.start + self.bytes
    }

    fn guard_range(&self) -> Range<*mut u8> {
        self.start as *mut u8..self.range().start as *mut u8
    }
}
