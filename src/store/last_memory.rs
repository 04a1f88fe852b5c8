//! Where the bytes of the memories are that were looked at last.
//!
//! To ask libwasmtime takes two calls, which is more than most accesses take
//! otherwise. The answer holds until WebAssembly code runs, or something is done
//! to the store: whatever does that passes the C context to libwasmtime, and gets
//! it from [`StoreOpaque::raw`](super::StoreOpaque::raw), which forgets the answer.
//! After that only a callback from libwasmtime can look at a memory again before
//! the call is over, and it forgets when it returns.
//!
//! Threads that share a store read answers, and note new ones, at the same time. So
//! with shared access an answer is only put where none is, and stays. There is room
//! for two: that of one memory is found as fast as can be, another one a little
//! later, and the rest are asked for each time, until exclusive access makes room.

use crate::sys::wasmtime_memory_t;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};

pub(crate) struct LastMemory {
    first: Answer,
    second: Answer,
}

/// An answer of libwasmtime, or room for one.
struct Answer {
    /// The store's id if there is an answer, else one of the two below.
    store_id: AtomicU64,
    /// The rest of the memory's handle.
    index: AtomicU64,
    /// Where the bytes are, and how many.
    start: AtomicPtr<u8>,
    len: AtomicUsize,
}

// No store has these ids.
const EMPTY: u64 = 0;
const BEING_WRITTEN: u64 = u64::MAX;

impl LastMemory {
    pub(super) fn new() -> LastMemory {
        LastMemory {
            first: Answer::none(),
            second: Answer::none(),
        }
    }

    /// The bytes of a memory of any store, if it is the one that is found fastest.
    #[inline]
    pub(crate) fn bytes(&self, memory: &wasmtime_memory_t) -> Option<*mut [u8]> {
        self.first.bytes(memory)
    }

    /// The bytes of a memory of any store, if it is the other one.
    pub(crate) fn other_bytes(&self, memory: &wasmtime_memory_t) -> Option<*mut [u8]> {
        self.second.bytes(memory)
    }

    /// Notes an answer, if there is room.
    pub(crate) fn note(&self, memory: &wasmtime_memory_t, bytes: *mut [u8]) {
        if !self.first.note(memory, bytes) {
            self.second.note(memory, bytes);
        }
    }

    /// Makes room for the answer of a memory, unless it is there.
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

impl Answer {
    fn none() -> Answer {
        Answer {
            store_id: AtomicU64::new(EMPTY),
            index: AtomicU64::new(0),
            start: AtomicPtr::new(ptr::null_mut()),
            len: AtomicUsize::new(0),
        }
    }

    #[inline]
    fn bytes(&self, memory: &wasmtime_memory_t) -> Option<*mut [u8]> {
        // Whoever sees the id sees the rest, which nobody changes then.
        let same = self.store_id.load(Ordering::Acquire) == memory.id.store_id
            && self.index.load(Ordering::Relaxed) == index(memory)
            && memory.id.store_id != EMPTY;
        same.then(|| {
            let start = self.start.load(Ordering::Relaxed);
            ptr::slice_from_raw_parts_mut(start, self.len.load(Ordering::Relaxed))
        })
    }

    /// Returns whether this is where the answer is now.
    fn note(&self, memory: &wasmtime_memory_t, bytes: *mut [u8]) -> bool {
        // Who succeeds is the only one to write until the next exclusive access.
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

/// What tells a memory from the others of its store.
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

    /// A memory of as many bytes as its index says, at an address that says it too.
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

    fn find(last: &LastMemory, memory: &wasmtime_memory_t) -> Option<*mut [u8]> {
        last.bytes(memory).or_else(|| last.other_bytes(memory))
    }

    #[test]
    fn an_answer_is_read_as_a_whole() {
        let mut last = LastMemory::new();
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
        let mut last = LastMemory::new();
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
