//! Where the bytes of the memory are that was looked at last.
//!
//! To ask libwasmtime takes two calls, which is more than most accesses take
//! otherwise. The answer holds until WebAssembly code runs, or something is done
//! to the store: whatever does that passes the C context to libwasmtime, and gets
//! it from [`StoreOpaque::raw`](super::StoreOpaque::raw), which forgets the answer.
//! After that only a callback from libwasmtime can look at a memory again before
//! the call is over, and it forgets when it returns.

use crate::sys::wasmtime_memory_t;
use std::cell::Cell;
use std::ptr;

pub(crate) struct LastMemory {
    /// The store's id, or 0 while there is no answer.
    store_id: Cell<u64>,
    /// The rest of the memory's handle.
    index: Cell<(u32, u32)>,
    bytes: Cell<*mut [u8]>,
}

impl LastMemory {
    pub(super) fn new() -> LastMemory {
        LastMemory {
            store_id: Cell::new(0),
            index: Cell::new((0, 0)),
            bytes: Cell::new(ptr::slice_from_raw_parts_mut(ptr::null_mut(), 0)),
        }
    }

    /// The bytes of a memory of any store, if it is that one.
    #[inline]
    pub(crate) fn bytes(&self, memory: &wasmtime_memory_t) -> Option<*mut [u8]> {
        let same = self.store_id.get() == memory.id.store_id
            && self.index.get() == (memory.id.__private1, memory.__private2)
            && memory.id.store_id != 0;
        same.then(|| self.bytes.get())
    }

    /// Notes an answer of libwasmtime.
    pub(crate) fn set(&self, memory: &wasmtime_memory_t, bytes: *mut [u8]) {
        self.store_id.set(memory.id.store_id);
        self.index.set((memory.id.__private1, memory.__private2));
        self.bytes.set(bytes);
    }

    #[inline]
    pub(crate) fn forget(&self) {
        self.store_id.set(0);
    }
}
