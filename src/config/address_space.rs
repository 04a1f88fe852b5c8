//! Whether the address space has room for a pool.
//!
//! libwasmtime reserves a pool when the engine is made, and aborts if it can't.
//! Nothing but trying tells whether it can: limits, overcommitment and what the
//! process has mapped already all play in. So the same regions are reserved
//! here first, in the same way, and given back.

use crate::region::{Region, page_size};
use std::fmt;
use std::io;

/// What a pool consists of.
pub(super) struct Layout {
    pub(super) memories: usize,
    /// What is reserved for each memory.
    pub(super) memory_bytes: u64,
    pub(super) memory_guard_bytes: u64,
    pub(super) tables: usize,
    pub(super) table_elements: usize,
    pub(super) stacks: usize,
    pub(super) stack_bytes: usize,
    pub(super) gc_heaps: usize,
}

/// What the bookkeeping of one slot takes, generously.
const SLOT_BYTES: usize = 256;

/// What else an engine takes, generously.
const ENGINE_BYTES: usize = 16 << 20;

impl Layout {
    /// Reserves and gives back what the pool would.
    ///
    /// # Errors
    ///
    /// What there is no room for.
    pub(super) fn probe(&self) -> Result<(), NoRoom> {
        let too_large = |what, error| NoRoom { what, error };
        let overflow = || io::Error::other("more bytes than there are addresses");

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
        // Memory that nobody uses is optimised away.
        std::hint::black_box(&mut bookkeeping);

        let memories = self
            .memory_region()
            .ok_or_else(|| too_large("memories", overflow()))?;
        let _memories = Region::reserve(memories).map_err(|error| too_large("memories", error))?;

        let tables = self
            .table_region()
            .ok_or_else(|| too_large("tables", overflow()))?;
        let _tables = Region::allocate(tables).map_err(|error| too_large("tables", error))?;

        // Windows makes its stacks one by one.
        #[cfg(unix)]
        {
            let (stack, stacks) = self
                .stack_region()
                .ok_or_else(|| too_large("stacks", overflow()))?;
            let stacks = Region::allocate(stacks).map_err(|error| too_large("stacks", error))?;
            // Each guard page is a mapping more, and their number is limited.
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
        // A function's element has a pointer, a reference four bytes.
        let table = self.table_elements.checked_mul(size_of::<usize>())?;
        round_up(table)?.checked_mul(self.tables)
    }

    /// The size of one stack with its guard page, and of all.
    #[cfg(unix)]
    fn stack_region(&self) -> Option<(usize, usize)> {
        let stack = round_up(self.stack_bytes)?.checked_add(page_size())?;
        Some((stack, stack.checked_mul(self.stacks)?))
    }
}

/// A part of a pool doesn't fit into the address space.
#[derive(Debug)]
pub(super) struct NoRoom {
    what: &'static str,
    error: io::Error,
}

impl fmt::Display for NoRoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "there is no room for the pool's {}: {}",
            self.what, self.error
        )
    }
}

impl std::error::Error for NoRoom {}

fn round_up(bytes: usize) -> Option<usize> {
    bytes.checked_next_multiple_of(page_size())
}
