//! [`OutOfMemory`].

use std::fmt;

/// An allocation failed.
///
/// For functions that a program shares with others that use the `wasmtime` crate, and
/// for host functions that want to say so. libwasmtime never returns it through the C
/// API: it ends the process when memory runs out.
#[derive(Clone, Copy, Debug)]
pub struct OutOfMemory {
    requested_allocation_size: usize,
}

impl OutOfMemory {
    /// Creates an error for an allocation of this many bytes.
    pub const fn new(requested_allocation_size: usize) -> OutOfMemory {
        OutOfMemory {
            requested_allocation_size,
        }
    }

    /// Returns how many bytes were to be allocated.
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
