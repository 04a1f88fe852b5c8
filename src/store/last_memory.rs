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
        let unchanged = version == self.version.load(Ordering::Relaxed) && version % 2 == 0;
        (same && unchanged).then(|| ptr::slice_from_raw_parts_mut(start, len))
    }

    /// Notes an answer of libwasmtime, unless another thread notes one.
    pub(crate) fn set(&self, memory: &wasmtime_memory_t, bytes: *mut [u8]) {
        let version = self.version.load(Ordering::Relaxed);
        let writing = version.wrapping_add(1);
        if version % 2 == 1
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
