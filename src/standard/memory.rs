//! Linear memories.

use super::object::{Object, object};
use super::store::State;
use super::{AsContext, AsContextMut};
use crate::error::{Context, ensure};
use crate::sys::{wasm_memory_data, wasm_memory_data_size, wasm_memory_grow, wasm_memory_new};
use crate::{MemoryType, Result};
use std::slice;

/// A linear memory that isn't shared between threads.
///
/// Clones are handles of the same memory, and don't copy the bytes. Using one with another
/// store than its own panics.
///
/// The bytes are borrowed from the store, so nothing can grow or change the memory while
/// they are borrowed:
///
///
#[doc = example!(compiler)]
/// use libwasmtime::standard::{Memory, MemoryType, Store};
///
/// let mut store = Store::default();
/// let memory = Memory::new(&mut store, &MemoryType::new(1, None))?;
/// memory.data_mut(&mut store)[16..21].copy_from_slice(b"hello");
/// memory.grow(&mut store, 1)?;
/// assert_eq!(memory.size(&store), 2);
/// assert_eq!(&memory.data(&store)[16..21], b"hello");
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone)]
pub struct Memory {
    object: Object,
    ty: MemoryType,
}

object!(Memory(MemoryType): memory);

impl Memory {
    /// Creates a memory that is filled with zeros.
    ///
    /// Calls `wasm_memory_new`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the engine doesn't allow such a memory;
    /// - the type is that of a shared memory; or
    /// - there isn't enough address space.
    pub fn new(mut store: impl AsContextMut, ty: &MemoryType) -> Result<Memory> {
        let store = store.as_context_mut();
        let state = store.state();
        let raw_ty = ty.to_c()?;
        // SAFETY: invariant "Owned object": the store is alive and borrowed exclusively, the
        // type is valid and copied. The memory is owned.
        unsafe {
            let memory = wasm_memory_new(state.raw(), raw_ty.as_ptr());
            Memory::adopt(state, memory, ty.clone())
        }
        .context("cannot create the memory: `wasm_memory_new` refused its type or its size")
    }

    /// Returns the bytes.
    ///
    /// Calls `wasm_memory_data` and `wasm_memory_data_size`.
    ///
    /// # Panics
    ///
    /// Panics if the memory belongs to another store.
    pub fn data<'a>(&self, store: &'a (impl AsContext + ?Sized)) -> &'a [u8] {
        let (data, len) = self.parts(store.as_context().state());
        if len == 0 {
            return &[];
        }
        // SAFETY: the bytes are initialized, and don't move while the store is borrowed. Nothing
        // writes to them: no WebAssembly code runs in the store, and the memory isn't shared.
        unsafe { slice::from_raw_parts(data, len) }
    }

    /// Returns the bytes for mutation.
    ///
    /// Calls `wasm_memory_data` and `wasm_memory_data_size`.
    ///
    /// # Panics
    ///
    /// Panics if the memory belongs to another store.
    pub fn data_mut<'a>(&self, store: &'a mut (impl AsContextMut + ?Sized)) -> &'a mut [u8] {
        let (data, len) = self.parts(store.as_context_mut().state());
        if len == 0 {
            return &mut [];
        }
        // SAFETY: the bytes are initialized, and don't move while the store is borrowed. That
        // is exclusive, and nothing but the store gives access to the bytes, so nothing aliases
        // them.
        unsafe { slice::from_raw_parts_mut(data, len) }
    }

    fn parts(&self, state: &State) -> (*mut u8, usize) {
        let memory = self.get_c(state);
        // SAFETY: invariant "Object"; the store is borrowed.
        unsafe {
            (
                wasm_memory_data(memory).cast(),
                wasm_memory_data_size(memory),
            )
        }
    }

    /// Returns the current size in bytes.
    ///
    /// Calls `wasm_memory_data_size`.
    ///
    /// # Panics
    ///
    /// Panics if the memory belongs to another store.
    pub fn data_size(&self, store: impl AsContext) -> usize {
        self.parts(store.as_context().state()).1
    }

    /// Returns the current size in pages.
    ///
    /// A page has 65536 bytes, unless the type says otherwise. This doesn't call
    /// `wasm_memory_size`, whose result is too narrow for a memory with pages of one byte.
    ///
    /// # Panics
    ///
    /// Panics if the memory belongs to another store.
    pub fn size(&self, store: impl AsContext) -> u64 {
        self.data_size(store) as u64 / self.ty.page_size()
    }

    /// Grows the memory by `delta` pages of zeros, and returns its previous size in pages.
    ///
    /// Calls `wasm_memory_grow`.
    ///
    /// # Errors
    ///
    /// Returns an error, and leaves the memory unchanged, if
    ///
    /// - the new size is larger than the memory's maximum; or
    /// - there isn't enough address space.
    ///
    /// # Panics
    ///
    /// Panics if the memory belongs to another store.
    pub fn grow(&self, mut store: impl AsContextMut, delta: u32) -> Result<u64> {
        let previous = self.size(&store);
        let memory = self.get_c(store.as_context_mut().state());
        // SAFETY: invariant "Object"; the store is borrowed exclusively.
        let grown = unsafe { wasm_memory_grow(memory, delta) };
        ensure!(grown, "failed to grow memory by `{delta}`");
        Ok(previous)
    }
}
