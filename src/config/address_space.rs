//! Checks whether a pool fits into the address space.
//!
//! libwasmtime reserves a pool when the engine is created, and aborts if it can't. Only
//! trying tells whether it can: that depends on limits, on overcommitment and on the
//! mappings that the process already has. So this module first maps the same regions in
//! the same way, and unmaps them.

use crate::region::{Region, page_size};
use std::fmt;
use std::io;

/// The numbers and sizes of a pool's parts.
pub(super) struct Layout {
    pub(super) memories: usize,
    /// The reservation for each memory.
    pub(super) memory_bytes: u64,
    pub(super) memory_guard_bytes: u64,
    pub(super) tables: usize,
    pub(super) table_elements: usize,
    pub(super) stacks: usize,
    pub(super) stack_bytes: usize,
    pub(super) gc_heaps: usize,
}

/// An upper bound of the bookkeeping for one slot, in bytes.
const SLOT_BYTES: usize = 256;

/// An upper bound of the engine's other memory, in bytes.
const ENGINE_BYTES: usize = 16 << 20;

// Version 48: a pool reserves these regions; look at `PoolingInstanceAllocator` in
// `wasmtime`, and at its `memory_pool.rs`, `table_pool.rs` and `unix_stack_pool.rs`.
impl Layout {
    /// Maps the regions of the pool, and unmaps them.
    ///
    /// # Errors
    ///
    /// Returns an error if the system refuses one of them.
    pub(super) fn probe(&self) -> Result<(), NoRoom> {
        let too_large = |what, error| NoRoom { what, error };
        let overflow = || io::Error::other("the size in bytes exceeds the address space");

        let bytes = [self.memories, self.tables, self.stacks, self.gc_heaps]
            .into_iter()
            .try_fold(0, usize::checked_add)
            .and_then(|slots| slots.checked_mul(SLOT_BYTES))
            .and_then(|bytes| bytes.checked_add(ENGINE_BYTES))
            .ok_or_else(|| too_large("bookkeeping", overflow()))?;
        let mut bookkeeping = Vec::<u8>::new();
        bookkeeping
            .try_reserve_exact(bytes)
            .map_err(|error| too_large("bookkeeping", io::Error::other(error)))?;
        // The compiler would optimize an unused allocation away.
        std::hint::black_box(&mut bookkeeping);

        let memories = self
            .memory_region()
            .ok_or_else(|| too_large("memories", overflow()))?;
        let _memories = Region::reserve(memories).map_err(|error| too_large("memories", error))?;

        let tables = self
            .table_region()
            .ok_or_else(|| too_large("tables", overflow()))?;
        let _tables = Region::allocate(tables).map_err(|error| too_large("tables", error))?;

        // On Windows libwasmtime allocates each stack separately.
        #[cfg(unix)]
        {
            let (stack, stacks) = self
                .stack_region()
                .ok_or_else(|| too_large("stacks", overflow()))?;
            let stacks = Region::allocate(stacks).map_err(|error| too_large("stacks", error))?;
            // Each guard page adds a mapping, and systems limit the number of mappings.
            for index in 0..self.stacks {
                stacks
                    .protect(index * stack, page_size())
                    .map_err(|error| too_large("stacks and their guard pages", error))?;
            }
        }
        Ok(())
    }

    fn memory_region(&self) -> Option<usize> {
        let guard = round_up(usize::try_from(self.memory_guard_bytes).ok()?)?;
        round_up(usize::try_from(self.memory_bytes).ok()?)?
            .checked_add(guard)?
            .checked_mul(self.memories)?
            .checked_add(guard)
    }

    fn table_region(&self) -> Option<usize> {
        // An element is a pointer for a function, and four bytes for other references.
        let table = self.table_elements.checked_mul(size_of::<usize>())?;
        round_up(table)?.checked_mul(self.tables)
    }

    /// Returns the size of one stack with its guard page, and of all stacks.
    #[cfg(unix)]
    fn stack_region(&self) -> Option<(usize, usize)> {
        let stack = round_up(self.stack_bytes)?.checked_add(page_size())?;
        Some((stack, stack.checked_mul(self.stacks)?))
    }
}

/// The error that a part of a pool doesn't fit into the address space.
#[derive(Debug)]
pub(super) struct NoRoom {
    what: &'static str,
    error: io::Error,
}

impl fmt::Display for NoRoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "no address space is left for the pool's {}: {}",
            self.what, self.error
        )
    }
}

impl std::error::Error for NoRoom {}

fn round_up(bytes: usize) -> Option<usize> {
    bytes.checked_next_multiple_of(page_size())
}
