//! [`OutOfMemory`], which libwasmtime never reports.

use std::fmt;

/// The error of a failed allocation.
///
/// It is for code that is shared with programs that use the `wasmtime` crate, and for
/// host functions that report it. libwasmtime never returns it through the C API: it
/// aborts the process when memory runs out.
#[derive(Clone, Copy, Debug)]
pub struct OutOfMemory {
    requested_allocation_size: usize,
}

impl OutOfMemory {
    /// Creates an error of an allocation of this many bytes.
    pub const fn new(requested_allocation_size: usize) -> OutOfMemory {
        OutOfMemory {
            requested_allocation_size,
        }
    }

    /// Returns the size in bytes of the allocation that failed.
    pub fn requested_allocation_size(&self) -> usize {
        self.requested_allocation_size
    }
}

impl fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "out of memory (failed to allocate {} bytes)",
            self.requested_allocation_size
        )
    }
}

impl std::error::Error for OutOfMemory {}
