//! Linear memories.

#[cfg(feature = "async")]
mod asynchronous;

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

/// A linear memory in a store, not shared between threads.
///
/// A memory is a contiguous array of bytes, whose length is a multiple of its page size,
/// usually 64 KiB. WebAssembly code accesses it by 32-bit or 64-bit addresses, which are
/// offsets into the array.
///
/// The handle is an index into its store: it is `Copy`, and valid for as long as the
/// store. Using it with another store panics.
///
/// # Access
///
/// [`read`](Memory::read) and [`write`](Memory::write) copy bytes;
/// [`data`](Memory::data) and [`data_mut`](Memory::data_mut) borrow them. All of these
/// borrow the store, so nothing can change or grow the memory during the borrow. Where a host
/// function needs the store's data at the same time, there is
/// [`data_and_store_mut`](Memory::data_and_store_mut).
///
/// An address and a length that a guest passes may be any numbers. Check them, for instance
/// with [`slice::get`], before use: indexing panics where they are out of bounds.
///
/// [`data_ptr`](Memory::data_ptr) is for unsafe code. A call of WebAssembly code may change
/// any byte and may grow the memory, which may move it. So no pointer or reference may be
/// used after such a call, or after [`grow`](Memory::grow).
///
/// # Examples
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

/// The error for an access outside the bounds of a [`Memory`].
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
    /// Creates a memory, whose bytes are zero.
    ///
    /// Calls `wasmtime_memory_new`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the engine's settings don't allow a memory of this type;
    /// - the store's limits don't allow the memory; see
    ///   [`Store::limiter`](crate::Store::limiter);
    /// - there isn't enough address space.
    ///
    /// # Examples
    ///
    /// Two modules that use one memory:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Linker, Memory, MemoryType, Module, Store};
    ///
    /// let engine = Engine::default();
    /// let mut store = Store::new(&engine, ());
    /// let memory = Memory::new(&mut store, MemoryType::new(1, Some(2)))?;
    /// let mut linker = Linker::new(&engine);
    /// linker.define(&store, "host", "memory", memory)?;
    ///
    /// let writer = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "memory" (memory 1))
    ///         (data (i32.const 0) "\2a"))
    /// "#)?;
    /// let reader = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "memory" (memory 1))
    ///         (func (export "read") (result i32) (i32.load (i32.const 0))))
    /// "#)?;
    /// linker.instantiate(&mut store, &writer)?;
    /// let reader = linker.instantiate(&mut store, &reader)?;
    /// let read = reader.get_typed_func::<(), i32>(&mut store, "read")?;
    /// assert_eq!(read.call(&mut store, ())?, 42);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn new(mut store: impl AsContextMut, ty: MemoryType) -> Result<Memory> {
        let mut store = store.as_context_mut();
        let ty = ty.to_c()?;
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariant "Context"; the type is owned by `ty`. `out` is initialized
        // unless there is an error.
        unsafe {
            check(wasmtime_memory_new(
                store.begin_change(),
                ty.as_ptr(),
                out.as_mut_ptr(),
            ))?;
            Ok(Memory::from_c(out.assume_init(), store.opaque_mut()))
        }
    }

    /// Returns the memory's type.
    ///
    /// Calls `wasmtime_memory_type`.
    ///
    /// # Panics
    ///
    /// Panics if the memory belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> MemoryType {
        let store = store.as_context();
        let memory = self.to_c(store.opaque());
        // SAFETY: invariants "Shared" and "Ownership": `to_c` has checked the handle. The
        // type is owned, and copied.
        unsafe {
            let ty = Owned::from_c(wasmtime_memory_type(store.shared_context(), &memory));
            MemoryType::from_c(ty.as_ptr())
        }
    }

    /// Copies bytes from the memory, at `offset`, into all of `buffer`.
    ///
    /// # Errors
    ///
    /// Returns an error if `offset + buffer.len()` is beyond the memory's end. `buffer`
    /// is unchanged then.
    ///
    /// # Panics
    ///
    /// Panics if the memory belongs to another store.
    ///
    /// # Examples
    ///
    #[doc = example!(compiler)]
    /// # use libwasmtime::{Memory, MemoryType, Store};
    /// # let mut store = Store::<()>::default();
    /// let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    /// memory.write(&mut store, 8, &42u32.to_le_bytes())?;
    ///
    /// let mut buffer = [0; 4];
    /// memory.read(&store, 8, &mut buffer)?;
    /// assert_eq!(u32::from_le_bytes(buffer), 42);
    ///
    /// assert!(memory.read(&store, 65_533, &mut buffer).is_err());
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
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

    /// Copies all of `buffer` into the memory, at `offset`.
    ///
    /// # Errors
    ///
    /// Returns an error if `offset + buffer.len()` is beyond the memory's end. Nothing is
    /// written then.
    ///
    /// # Panics
    ///
    /// Panics if the memory belongs to another store.
    ///
    /// # Examples
    ///
    /// Passing a string to a guest, in memory that the guest allocates for it:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Instance, Module, Store};
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (memory (export "memory") 1)
    ///         (global $end (mut i32) (i32.const 16))
    ///         (func (export "alloc") (param $len i32) (result i32)
    ///             (global.get $end)
    ///             (global.set $end (i32.add (global.get $end) (local.get $len))))
    ///         (func (export "first") (param $address i32) (param $len i32) (result i32)
    ///             (i32.load8_u (local.get $address))))
    /// "#)?;
    /// let mut store = Store::new(&engine, ());
    /// let instance = Instance::new(&mut store, &module, &[])?;
    /// let memory = instance.get_memory(&mut store, "memory").expect("it is exported");
    /// let alloc = instance.get_typed_func::<u32, u32>(&mut store, "alloc")?;
    /// let first = instance.get_typed_func::<(u32, u32), u32>(&mut store, "first")?;
    ///
    /// let text = "hello";
    /// let len = text.len() as u32;
    /// let address = alloc.call(&mut store, len)?;
    /// memory.write(&mut store, address as usize, text.as_bytes())?;
    /// assert_eq!(first.call(&mut store, (address, len))?, u32::from(b'h'));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
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

    /// Returns the memory's bytes, borrowed from the store.
    ///
    /// Calls `wasmtime_memory_data` and `wasmtime_memory_data_size`, unless the store has
    /// their results in its cache. The cache holds the base addresses and lengths of two
    /// memories, and is cleared by everything that may change a memory.
    ///
    /// # Panics
    ///
    /// Panics if the memory belongs to another store.
    ///
    /// # Examples
    ///
    /// Reading a text that ends with a zero:
    ///
    #[doc = example!(compiler)]
    /// # use libwasmtime::{Memory, MemoryType, Store};
    /// # let mut store = Store::<()>::default();
    /// # let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    /// # memory.write(&mut store, 16, b"hello\0")?;
    /// # let address = 16;
    /// let bytes = memory.data(&store);
    /// let text = bytes.get(address..).unwrap_or_default();
    /// let len = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
    /// assert_eq!(std::str::from_utf8(&text[..len])?, "hello");
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn data<'a, T: 'static>(&self, store: impl Into<StoreContext<'a, T>>) -> &'a [u8] {
        let bytes = self.bytes(store.into().opaque());
        // SAFETY: invariant "Memory cache": these are the memory's present bytes, all of
        // them initialized. They stay so while the store is borrowed: WebAssembly code
        // doesn't run, and the memory isn't shared.
        unsafe { &*bytes }
    }

    /// Returns the memory's bytes, borrowed exclusively from the store.
    ///
    /// Calls what [`data`](Memory::data) does.
    ///
    /// # Panics
    ///
    /// Panics if the memory belongs to another store.
    ///
    /// # Examples
    ///
    #[doc = example!(compiler)]
    /// # use libwasmtime::{Memory, MemoryType, Store};
    /// # let mut store = Store::<()>::default();
    /// let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    /// memory.data_mut(&mut store)[16..20].fill(0xff);
    /// assert_eq!(memory.data(&store)[15..21], [0, 0xff, 0xff, 0xff, 0xff, 0]);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn data_mut<'a, T: 'static>(
        &self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> &'a mut [u8] {
        let bytes = self.bytes_mut(store.into().opaque_mut());
        // SAFETY: invariant "Memory cache": these are the memory's present bytes, all of
        // them initialized. The store is borrowed exclusively, so that there is no other
        // reference to them and nothing changes them.
        unsafe { &mut *bytes }
    }

    /// Returns the memory's bytes and the store's data, both borrowed exclusively.
    ///
    /// A host function needs this to move something between the two: with
    /// [`data_mut`](Memory::data_mut), the bytes would borrow the whole store.
    ///
    /// Calls what [`data`](Memory::data) does.
    ///
    /// # Panics
    ///
    /// Panics if the memory belongs to another store.
    ///
    /// # Examples
    ///
    #[doc = example!(compiler)]
    /// use libwasmtime::{Engine, Memory, MemoryType, Store};
    ///
    /// let mut store = Store::new(&Engine::default(), vec![1, 2, 3]);
    /// let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    ///
    /// let (bytes, input) = memory.data_and_store_mut(&mut store);
    /// bytes[..input.len()].copy_from_slice(input);
    /// input.clear();
    /// assert_eq!(memory.data(&store)[..4], [1, 2, 3, 0]);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn data_and_store_mut<'a, T: 'static>(
        &self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> (&'a mut [u8], &'a mut T) {
        let mut store = store.into();
        // SAFETY: invariant "Memory cache": these are the memory's present bytes, all of
        // them initialized. The store is borrowed exclusively, and its data is a
        // different object, so that no other reference to the bytes exists.
        let bytes = unsafe { &mut *self.bytes_mut(store.opaque_mut()) };
        (bytes, store.into_data_mut())
    }

    /// Returns the memory's present base address and length.
    #[inline]
    fn bytes(&self, store: &StoreOpaque) -> *mut [u8] {
        // The cache contains memories of this store only.
        match store.memory_cache.bytes(&self.0) {
            Some(bytes) => bytes,
            None => self.look_up_bytes(store),
        }
    }

    /// Returns the memory's present base address and length, with exclusive access, which
    /// may evict other memories from the cache.
    #[inline]
    pub(crate) fn bytes_mut(&self, store: &mut StoreOpaque) -> *mut [u8] {
        match store.memory_cache.bytes(&self.0) {
            Some(bytes) => bytes,
            None => self.look_up_bytes_mut(store),
        }
    }

    fn look_up_bytes_mut(&self, store: &mut StoreOpaque) -> *mut [u8] {
        store.memory_cache.make_room(&self.0);
        self.look_up_bytes(store)
    }

    fn look_up_bytes(&self, store: &StoreOpaque) -> *mut [u8] {
        let memory = self.get_c(store);
        if let Some(bytes) = store.memory_cache.other_bytes(memory) {
            return bytes;
        }
        let context = store.shared_context();
        // SAFETY: invariants "Shared" and "Ownership": both functions only read the store,
        // and `get_c` has checked the handle.
        let bytes = unsafe {
            ptr::slice_from_raw_parts_mut(
                wasmtime_memory_data(context.cast_mut(), memory),
                wasmtime_memory_data_size(context, memory),
            )
        };
        store.memory_cache.note(memory, bytes);
        bytes
    }

    /// Returns the memory's base address.
    ///
    /// The pointer is valid for [`data_size`](Memory::data_size) bytes until the memory
    /// grows, which may move it, or the store is dropped. Any call of WebAssembly code may
    /// grow the memory.
    ///
    /// Calls what [`data`](Memory::data) does.
    ///
    /// # Panics
    ///
    /// Panics if the memory belongs to another store.
    #[inline]
    pub fn data_ptr(&self, store: impl AsContext) -> *mut u8 {
        self.bytes(store.as_context().opaque()).cast()
    }

    /// Returns the memory's present length in bytes.
    ///
    /// Calls what [`data`](Memory::data) does.
    ///
    /// # Panics
    ///
    /// Panics if the memory belongs to another store.
    #[inline]
    pub fn data_size(&self, store: impl AsContext) -> usize {
        self.bytes(store.as_context().opaque()).len()
    }

    /// Returns the memory's present size in pages.
    ///
    /// Calls `wasmtime_memory_size`.
    ///
    /// # Panics
    ///
    /// Panics if the memory belongs to another store.
    pub fn size(&self, store: impl AsContext) -> u64 {
        let store = store.as_context();
        let memory = self.to_c(store.opaque());
        // SAFETY: invariants "Shared" and "Ownership": `to_c` has checked the handle.
        unsafe { wasmtime_memory_size(store.shared_context(), &memory) }
    }

    /// Returns the size of the memory's pages in bytes.
    ///
    /// It is 65536, unless the memory's type says otherwise.
    ///
    /// Calls `wasmtime_memory_page_size`.
    ///
    /// # Panics
    ///
    /// Panics if the memory belongs to another store.
    pub fn page_size(&self, store: impl AsContext) -> u64 {
        let store = store.as_context();
        let memory = self.to_c(store.opaque());
        // SAFETY: invariants "Shared" and "Ownership": `to_c` has checked the handle.
        unsafe { wasmtime_memory_page_size(store.shared_context().cast_mut(), &memory) }
    }

    /// Returns the base-2 logarithm of the size of the memory's pages in bytes.
    ///
    /// It is 16, unless the memory's type says otherwise.
    ///
    /// Calls `wasmtime_memory_page_size_log2`.
    ///
    /// # Panics
    ///
    /// Panics if the memory belongs to another store.
    pub fn page_size_log2(&self, store: impl AsContext) -> u8 {
        let store = store.as_context();
        let memory = self.to_c(store.opaque());
        // SAFETY: invariants "Shared" and "Ownership": `to_c` has checked the handle.
        unsafe { wasmtime_memory_page_size_log2(store.shared_context().cast_mut(), &memory) }
    }

    /// Grows the memory by `delta` pages of zeros, and returns its previous size in pages.
    ///
    /// Growing may move the memory, which makes pointers to it invalid.
    ///
    /// Calls `wasmtime_memory_grow`.
    ///
    /// # Errors
    ///
    /// Returns an error, and leaves the memory as it is, if
    ///
    /// - the new size would exceed the maximum of the memory's type;
    /// - the store's limits don't allow the new size; see
    ///   [`Store::limiter`](crate::Store::limiter);
    /// - there isn't enough address space.
    ///
    /// # Panics
    ///
    /// Panics if the memory belongs to another store.
    ///
    /// # Examples
    ///
    #[doc = example!(compiler)]
    /// # use libwasmtime::{Memory, MemoryType, Store};
    /// # let mut store = Store::<()>::default();
    /// let memory = Memory::new(&mut store, MemoryType::new(1, Some(3)))?;
    /// assert_eq!(memory.grow(&mut store, 2)?, 1);
    /// assert_eq!(memory.size(&store), 3);
    ///
    /// // 3 pages are the maximum.
    /// assert!(memory.grow(&mut store, 1).is_err());
    /// assert_eq!(memory.size(&store), 3);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn grow(&self, mut store: impl AsContextMut, delta: u64) -> Result<u64> {
        let mut store = store.as_context_mut();
        let memory = self.to_c(store.opaque());
        let mut previous = 0;
        // SAFETY: invariants "Context" and "Ownership": `to_c` has checked the handle.
        unsafe {
            check(wasmtime_memory_grow(
                store.begin_change(),
                &memory,
                delta,
                &mut previous,
            ))?
        };
        Ok(previous)
    }
}
