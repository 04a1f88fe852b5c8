//! A cache of the base and length of the two memories that were accessed last.
//!
//! Getting them from libwasmtime takes two calls, more than the rest of most accesses.
//! Speed: a read takes 1 ns instead of 6, and two reads of two memories 4 ns instead of 13
//! (8 with a single slot).
//!
//! The two are valid until WebAssembly code runs or the store changes. Either needs the C
//! context, which `store::entry` and
//! [`StoreOpaque::begin_change`](super::StoreOpaque::begin_change) give out after they
//! have cleared the cache. During such a call only a callback can fill the cache again,
//! and it clears the cache when it returns.
//!
//! Threads that share a store read and fill slots at the same time. So with shared access
//! only an empty slot is filled, and it stays as it is. The first slot is checked inline, the
//! second a little later. Of any other memory, libwasmtime is asked each time, until
//! exclusive access clears the cache.

use crate::sys::wasmtime_memory_t;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};

pub(crate) struct MemoryCache {
    first: CachedMemory,
    second: CachedMemory,
}

/// The base address and length of one memory, or nothing.
struct CachedMemory {
    /// The store's id if the slot is filled, else one of the two below.
    store_id: AtomicU64,
    /// The rest of the memory's handle.
    index: AtomicU64,
    /// The memory's base address and its length in bytes.
    start: AtomicPtr<u8>,
    len: AtomicUsize,
}

// No store has these ids.
const EMPTY: u64 = 0;
const BEING_WRITTEN: u64 = u64::MAX;

impl MemoryCache {
    pub(super) fn new() -> MemoryCache {
        MemoryCache {
            first: CachedMemory::empty(),
            second: CachedMemory::empty(),
        }
    }

    /// Returns the bytes of a memory of any store, if the first slot has them.
    #[inline]
    pub(crate) fn bytes(&self, memory: &wasmtime_memory_t) -> Option<*mut [u8]> {
        self.first.bytes(memory)
    }

    /// Returns the bytes of a memory of any store, if the second slot has them.
    pub(crate) fn other_bytes(&self, memory: &wasmtime_memory_t) -> Option<*mut [u8]> {
        self.second.bytes(memory)
    }

    /// Notes the bytes of a memory, if there is an empty slot.
    pub(crate) fn note(&self, memory: &wasmtime_memory_t, bytes: *mut [u8]) {
        if !self.first.note(memory, bytes) {
            self.second.note(memory, bytes);
        }
    }

    /// Clears the cache if it is full and lacks the memory.
    pub(crate) fn make_room(&mut self, memory: &wasmtime_memory_t) {
        let is_there = self.bytes(memory).is_some() || self.other_bytes(memory).is_some();
        if !is_there && *self.second.store_id.get_mut() != EMPTY {
            self.forget();
        }
    }

    #[inline]
    pub(crate) fn forget(&mut self) {
        *self.first.store_id.get_mut() = EMPTY;
        *self.second.store_id.get_mut() = EMPTY;
    }
}

impl CachedMemory {
    fn empty() -> CachedMemory {
        CachedMemory {
            store_id: AtomicU64::new(EMPTY),
            index: AtomicU64::new(0),
            start: AtomicPtr::new(ptr::null_mut()),
            len: AtomicUsize::new(0),
        }
    }

    #[inline]
    fn bytes(&self, memory: &wasmtime_memory_t) -> Option<*mut [u8]> {
        // A thread that sees the id sees the rest, which nothing changes until exclusive
        // access.
        let same = self.store_id.load(Ordering::Acquire) == memory.id.store_id
            && self.index.load(Ordering::Relaxed) == index(memory)
            && memory.id.store_id != EMPTY;
        same.then(|| {
            let start = self.start.load(Ordering::Relaxed);
            ptr::slice_from_raw_parts_mut(start, self.len.load(Ordering::Relaxed))
        })
    }

    /// Fills the slot if it is empty, and reports whether it was.
    fn note(&self, memory: &wasmtime_memory_t, bytes: *mut [u8]) -> bool {
        // The thread that succeeds is the only one to write until exclusive access.
        let claimed = self.store_id.compare_exchange(
            EMPTY,
            BEING_WRITTEN,
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
        if claimed.is_err() {
            return false;
        }
        self.index.store(index(memory), Ordering::Relaxed);
        self.start.store(bytes.cast(), Ordering::Relaxed);
        self.len.store(bytes.len(), Ordering::Relaxed);
        self.store_id.store(memory.id.store_id, Ordering::Release);
        true
    }
}

/// Returns the part of a memory's handle that is unique in its store.
// Version 48: these private fields tell memories apart; look at `Memory` in `wasmtime`.
#[inline]
fn index(memory: &wasmtime_memory_t) -> u64 {
    u64::from(memory.id.__private1) << 32 | u64::from(memory.__private2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::wasmtime_memory_id_t;
    use std::thread;

    /// Returns a memory whose length and base address are computed from its index.
    fn example(index: usize) -> (wasmtime_memory_t, *mut [u8]) {
        let start = ptr::without_provenance_mut(index << 16);
        let id = wasmtime_memory_id_t {
            store_id: 1,
            __private1: 0,
        };
        let memory = wasmtime_memory_t {
            id,
            __private2: index as u32,
        };
        (memory, ptr::slice_from_raw_parts_mut(start, index))
    }

    fn find(last: &MemoryCache, memory: &wasmtime_memory_t) -> Option<*mut [u8]> {
        last.bytes(memory).or_else(|| last.other_bytes(memory))
    }

    #[test]
    fn an_answer_is_read_as_a_whole() {
        let mut last = MemoryCache::new();
        for round in 0..2_000 {
            last.forget();
            let last = &last;
            thread::scope(|scope| {
                for thread in 0..4 {
                    scope.spawn(move || {
                        for time in 0..20 {
                            let (memory, bytes) = example(1 + (round + thread + time) % 3);
                            match find(last, &memory) {
                                Some(noted) => assert_eq!(noted, bytes),
                                None => last.note(&memory, bytes),
                            }
                        }
                    });
                }
            });
        }
    }

    #[test]
    fn two_answers_are_found_until_they_are_forgotten() {
        let mut last = MemoryCache::new();
        let [(one, bytes), (other, other_bytes), (third, third_bytes)] = [1, 2, 3].map(example);
        assert_eq!(find(&last, &one), None);
        last.note(&one, bytes);
        last.note(&other, other_bytes);
        last.note(&third, third_bytes);
        last.make_room(&one);
        last.make_room(&other);
        assert_eq!(last.bytes(&one), Some(bytes));
        assert_eq!(find(&last, &other), Some(other_bytes));
        assert_eq!(find(&last, &third), None);
        last.make_room(&third);
        assert_eq!(find(&last, &one), None);
        assert_eq!(find(&last, &other), None);
        last.note(&third, third_bytes);
        assert_eq!(last.bytes(&third), Some(third_bytes));
    }
}
