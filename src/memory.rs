//! Linear memories.

use crate::entity::entity;
use crate::error::check;
use crate::owned::Owned;
use crate::store::StoreOpaque;
use crate::sys::{
    wasmtime_memory_data, wasmtime_memory_data_size, wasmtime_memory_grow, wasmtime_memory_new,
    wasmtime_memory_page_size, wasmtime_memory_page_size_log2, wasmtime_memory_size,
    wasmtime_memory_t, wasmtime_memory_type,
};
use crate::{AsContext, AsContextMut, MemoryType, Result, StoreContext, StoreContextMut};
use std::fmt;
use std::mem::MaybeUninit;
use std::ptr;

/// A linear memory in a store, that isn't shared between threads.
///
/// The handle is a plain index: it can be copied, and stays valid as long as
/// its store. Using it with another store panics.
///
/// The bytes are borrowed from the store, so that nothing can grow or change
/// the memory while they are looked at:
///
#[doc = example!(compiler)]
/// use libwasmtime::{Memory, MemoryType, Store};
///
/// let mut store = Store::<()>::default();
/// let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
/// memory.write(&mut store, 16, b"hello")?;
/// assert_eq!(&memory.data(&store)[16..21], b"hello");
/// assert_eq!(memory.grow(&mut store, 1)?, 1);
/// assert_eq!(memory.data_size(&store), 2 << 16);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Memory(wasmtime_memory_t);

entity!(Memory(wasmtime_memory_t): id.store_id, id.__private1, __private2);

/// Bytes were to be read or written that aren't in the memory.
#[derive(Debug)]
#[non_exhaustive]
pub struct MemoryAccessError {
    _private: (),
}

impl fmt::Display for MemoryAccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("out of bounds memory access")
    }
}

impl std::error::Error for MemoryAccessError {}

const OUT_OF_BOUNDS: MemoryAccessError = MemoryAccessError { _private: () };

impl Memory {
    /// Makes a memory of zeros.
    ///
    /// Calls `wasmtime_memory_new`.
    ///
    /// # Errors
    ///
    /// If the engine doesn't allow such a memory, the store's limits don't, or
    /// there isn't enough address space.
    pub fn new(mut store: impl AsContextMut, ty: MemoryType) -> Result<Memory> {
        let mut store = store.as_context_mut();
        let ty = ty.to_c()?;
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariant "Context"; `out` is initialised unless there is an
        // error.
        unsafe {
            check(wasmtime_memory_new(
                store.raw(),
                ty.as_ptr(),
                out.as_mut_ptr(),
            ))?;
            Ok(Memory::from_c(out.assume_init(), store.opaque_mut()))
        }
    }

    /// The memory's type.
    ///
    /// Calls `wasmtime_memory_type`.
    ///
    /// # Panics
    ///
    /// If the memory is of another store.
    pub fn ty(&self, store: impl AsContext) -> MemoryType {
        let store = store.as_context();
        let memory = self.to_c(store.opaque());
        // SAFETY: invariants "Shared" and "Ownership"; the type is owned, and copied.
        unsafe {
            let ty = Owned::from_c(wasmtime_memory_type(store.shared(), &memory));
            MemoryType::from_c(ty.as_ptr())
        }
    }

    /// Copies bytes out of the memory, from `offset` on, until `buffer` is full.
    ///
    /// # Errors
    ///
    /// If not all of them are in the memory.
    ///
    /// # Panics
    ///
    /// If the memory is of another store.
    pub fn read(
        &self,
        store: impl AsContext,
        offset: usize,
        buffer: &mut [u8],
    ) -> Result<(), MemoryAccessError> {
        let store = store.as_context();
        let bytes = self
            .data(store)
            .get(offset..)
            .and_then(|rest| rest.get(..buffer.len()));
        buffer.copy_from_slice(bytes.ok_or(OUT_OF_BOUNDS)?);
        Ok(())
    }

    /// Copies bytes into the memory, from `offset` on.
    ///
    /// # Errors
    ///
    /// If there isn't room for all of them; nothing is written then.
    ///
    /// # Panics
    ///
    /// If the memory is of another store.
    pub fn write(
        &self,
        mut store: impl AsContextMut,
        offset: usize,
        buffer: &[u8],
    ) -> Result<(), MemoryAccessError> {
        let store = store.as_context_mut();
        let room = self.data_mut(store).get_mut(offset..);
        let room = room.and_then(|rest| rest.get_mut(..buffer.len()));
        room.ok_or(OUT_OF_BOUNDS)?.copy_from_slice(buffer);
        Ok(())
    }

    /// The memory's bytes.
    ///
    /// Calls `wasmtime_memory_data` and `wasmtime_memory_data_size`, unless the
    /// memory is one of the two that were looked at first since something has
    /// happened to the store.
    ///
    /// # Panics
    ///
    /// If the memory is of another store.
    pub fn data<'a, T: 'static>(&self, store: impl Into<StoreContext<'a, T>>) -> &'a [u8] {
        let bytes = self.bytes(store.into().opaque());
        // SAFETY: the bytes are initialised and stay where they are while the
        // store is borrowed. Nothing writes to them: WebAssembly doesn't run,
        // and the memory isn't shared.
        unsafe { &*bytes }
    }

    /// The memory's bytes, to be changed.
    ///
    /// # Panics
    ///
    /// If the memory is of another store.
    pub fn data_mut<'a, T: 'static>(
        &self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> &'a mut [u8] {
        let bytes = self.bytes_mut(store.into().opaque_mut());
        // SAFETY: as for `data`, and the store is borrowed exclusively.
        unsafe { &mut *bytes }
    }

    /// The memory's bytes and the store's data, both to be changed.
    ///
    /// # Panics
    ///
    /// If the memory is of another store.
    pub fn data_and_store_mut<'a, T: 'static>(
        &self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> (&'a mut [u8], &'a mut T) {
        let mut store = store.into();
        // SAFETY: as for `data_mut`; the store's data is elsewhere.
        let bytes = unsafe { &mut *self.bytes_mut(store.opaque_mut()) };
        (bytes, store.into_data_mut())
    }

    /// Where the memory's bytes are now, and how many.
    #[inline]
    fn bytes(&self, store: &StoreOpaque) -> *mut [u8] {
        // Invariant "Last memory"; its store is this one.
        match store.last_memory.bytes(&self.0) {
            Some(bytes) => bytes,
            None => self.look_up_bytes(store),
        }
    }

    /// The same, with exclusive access, which takes the room of other memories.
    #[inline]
    fn bytes_mut(&self, store: &mut StoreOpaque) -> *mut [u8] {
        match store.last_memory.bytes(&self.0) {
            Some(bytes) => bytes,
            None => self.look_up_bytes_mut(store),
        }
    }

    // Apart, as what is seldom needed would make accesses slower that don't.
    #[inline(never)]
    fn look_up_bytes_mut(&self, store: &mut StoreOpaque) -> *mut [u8] {
        store.last_memory.make_room(&self.0);
        self.look_up_bytes(store)
    }

    #[inline(never)]
    fn look_up_bytes(&self, store: &StoreOpaque) -> *mut [u8] {
        let memory = self.as_c(store);
        if let Some(bytes) = store.last_memory.other_bytes(memory) {
            return bytes;
        }
        let context = store.shared();
        // SAFETY: invariants "Shared" and "Ownership".
        let bytes = unsafe {
            ptr::slice_from_raw_parts_mut(
                wasmtime_memory_data(context.cast_mut(), memory),
                wasmtime_memory_data_size(context, memory),
            )
        };
        store.last_memory.note(memory, bytes);
        bytes
    }

    /// Where the memory's bytes are.
    ///
    /// The pointer is valid for [`data_size`](Memory::data_size) bytes until the
    /// memory grows, which may move it, or the store is dropped.
    ///
    /// Calls what [`data`](Memory::data) does.
    ///
    /// # Panics
    ///
    /// If the memory is of another store.
    #[inline]
    pub fn data_ptr(&self, store: impl AsContext) -> *mut u8 {
        self.bytes(store.as_context().opaque()).cast()
    }

    /// How many bytes the memory has now.
    ///
    /// Calls what [`data`](Memory::data) does.
    ///
    /// # Panics
    ///
    /// If the memory is of another store.
    #[inline]
    pub fn data_size(&self, store: impl AsContext) -> usize {
        self.bytes(store.as_context().opaque()).len()
    }

    /// How many pages the memory has now.
    ///
    /// Calls `wasmtime_memory_size`.
    ///
    /// # Panics
    ///
    /// If the memory is of another store.
    pub fn size(&self, store: impl AsContext) -> u64 {
        let store = store.as_context();
        let memory = self.to_c(store.opaque());
        // SAFETY: invariants "Shared" and "Ownership".
        unsafe { wasmtime_memory_size(store.shared(), &memory) }
    }

    /// How many bytes a page of the memory has: 65536, unless its type says
    /// otherwise.
    ///
    /// Calls `wasmtime_memory_page_size`.
    ///
    /// # Panics
    ///
    /// If the memory is of another store.
    pub fn page_size(&self, store: impl AsContext) -> u64 {
        let store = store.as_context();
        let memory = self.to_c(store.opaque());
        // SAFETY: invariants "Shared" and "Ownership".
        unsafe { wasmtime_memory_page_size(store.shared().cast_mut(), &memory) }
    }

    /// The same, as a power of two.
    ///
    /// Calls `wasmtime_memory_page_size_log2`.
    ///
    /// # Panics
    ///
    /// If the memory is of another store.
    pub fn page_size_log2(&self, store: impl AsContext) -> u8 {
        let store = store.as_context();
        let memory = self.to_c(store.opaque());
        // SAFETY: invariants "Shared" and "Ownership".
        unsafe { wasmtime_memory_page_size_log2(store.shared().cast_mut(), &memory) }
    }

    /// Grows the memory by `delta` pages of zeros, and returns how many it had.
    ///
    /// Calls `wasmtime_memory_grow`.
    ///
    /// # Errors
    ///
    /// If that is more than the memory's maximum or than the store's limits
    /// allow, or there isn't enough address space. The memory is unchanged then.
    ///
    /// # Panics
    ///
    /// If the memory is of another store.
    pub fn grow(&self, mut store: impl AsContextMut, delta: u64) -> Result<u64> {
        let mut store = store.as_context_mut();
        let memory = self.to_c(store.opaque());
        let mut previous = 0;
        // SAFETY: invariants "Context" and "Ownership".
        unsafe {
            check(wasmtime_memory_grow(
                store.raw(),
                &memory,
                delta,
                &mut previous,
            ))?
        };
        Ok(previous)
    }
}
