//! Where the bytes of the memory are that was looked at last.
//!
//! To ask libwasmtime takes two calls, which is more than most accesses take
//! otherwise. The answer holds until WebAssembly code runs, or something is done
//! to the store: whatever does that passes the C context to libwasmtime, and gets
//! it from [`StoreOpaque::raw`](super::StoreOpaque::raw), which forgets the answer.
//! After that only a callback from libwasmtime can look at a memory again before
//! the call is over, and it forgets when it returns.
//!
//! Threads that share a store read the answer, and note new ones, at the same
//! time. So it is guarded by a version that is odd while an answer is being
//! written: who has read one version before and after has read one answer. Nobody
//! waits for anybody; what can't be read or noted now is asked for.

use crate::sys::wasmtime_memory_t;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering, fence};

pub(crate) struct LastMemory {
    /// Odd while the rest is being written.
    version: AtomicUsize,
    /// The store's id, or 0 while there is no answer.
    store_id: AtomicU64,
    /// The rest of the memory's handle.
    index: AtomicU64,
    /// Where the bytes are, and how many.
    start: AtomicPtr<u8>,
    len: AtomicUsize,
}

impl LastMemory {
    pub(super) fn new() -> LastMemory {
        LastMemory {
            version: AtomicUsize::new(0),
            store_id: AtomicU64::new(0),
            index: AtomicU64::new(0),
            start: AtomicPtr::new(ptr::null_mut()),
            len: AtomicUsize::new(0),
        }
    }

    /// The bytes of a memory of any store, if it is that one.
    #[inline]
    pub(crate) fn bytes(&self, memory: &wasmtime_memory_t) -> Option<*mut [u8]> {
        let version = self.version.load(Ordering::Acquire);
        let same = self.store_id.load(Ordering::Relaxed) == memory.id.store_id
            && self.index.load(Ordering::Relaxed) == index(memory)
            && memory.id.store_id != 0;
        let start = self.start.load(Ordering::Relaxed);
        let len = self.len.load(Ordering::Relaxed);
        // Whoever's writes were read has made the version odd before.
        fence(Ordering::Acquire);
        let unchanged = version == self.version.load(Ordering::Relaxed) && version & 1 == 0;
        (same && unchanged).then(|| ptr::slice_from_raw_parts_mut(start, len))
    }

    /// Notes an answer of libwasmtime, unless another thread notes one.
    pub(crate) fn set(&self, memory: &wasmtime_memory_t, bytes: *mut [u8]) {
        let version = self.version.load(Ordering::Relaxed);
        let writing = version.wrapping_add(1);
        if version & 1 == 1
            || self
                .version
                .compare_exchange(version, writing, Ordering::Acquire, Ordering::Relaxed)
                .is_err()
        {
            return;
        }
        // The version is odd to whoever reads what follows.
        fence(Ordering::Release);
        self.store_id.store(memory.id.store_id, Ordering::Relaxed);
        self.index.store(index(memory), Ordering::Relaxed);
        self.start.store(bytes.cast(), Ordering::Relaxed);
        self.len.store(bytes.len(), Ordering::Relaxed);
        self.version
            .store(writing.wrapping_add(1), Ordering::Release);
    }

    #[inline]
    pub(crate) fn forget(&mut self) {
        *self.store_id.get_mut() = 0;
    }
}

/// What tells a memory from the others of its store.
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

    #[test]
    fn an_answer_is_read_as_a_whole() {
        let last = LastMemory::new();
        let last = &last;
        thread::scope(|scope| {
            for thread in 0..4 {
                scope.spawn(move || {
                    let mut found = 0;
                    for time in 0..1_000_000 {
                        let (memory, bytes) = example(1 + (time >> 2) % 3);
                        match last.bytes(&memory) {
                            Some(noted) => {
                                assert_eq!(noted, bytes);
                                found += 1;
                            }
                            None => last.set(&memory, bytes),
                        }
                    }
                    assert!(found > 0, "thread {thread} never found an answer");
                });
            }
        });
    }

    #[test]
    fn nothing_is_found_that_was_forgotten_or_not_noted() {
        let mut last = LastMemory::new();
        let ((one, bytes), (other, _)) = (example(1), example(2));
        assert_eq!(last.bytes(&one), None);
        last.set(&one, bytes);
        assert_eq!(last.bytes(&one), Some(bytes));
        assert_eq!(last.bytes(&other), None);
        last.forget();
        assert_eq!(last.bytes(&one), None);
    }
}
