//! Memories that threads share.

use crate::error::check;
#[cfg(feature = "threads")]
use crate::error::ensure;
use crate::owned::Owned;
#[cfg(feature = "threads")]
use crate::sys::{Feature, require, wasmtime_sharedmemory_new};
use crate::sys::{
    wasmtime_sharedmemory_data, wasmtime_sharedmemory_data_size, wasmtime_sharedmemory_grow,
    wasmtime_sharedmemory_size, wasmtime_sharedmemory_t, wasmtime_sharedmemory_type,
};
use crate::{Engine, MemoryType, Result};
use std::cell::UnsafeCell;
use std::fmt;
use std::slice;

/// A linear memory that belongs to an engine rather than to a store, so that
/// instances in different stores, on different threads, can use it at the same
/// time.
///
/// Clones are the same memory, and share a reference count.
///
/// # In one store
///
/// A memory can come into a store once: by an instance that defines it, or by one
/// that imports it. To instantiate a module that imports it fails
///
/// - if an instance of the same store defines or imports it, or was to import it and
///   its instantiation failed;
/// - if the module imports it twice.
///
/// For libwasmtime 48 would end the process, instead of trapping, when WebAssembly
/// then accesses the memory outside its bounds. Instances in stores of their own can
/// have it together, which is what threads need anyway.
///
/// There is no such limit where libwasmtime has compiled code check all bounds,
/// which takes time at each access: if the engine's
/// [`Config::signals_based_traps`](crate::Config::signals_based_traps) is `false`, or
/// both [`Config::memory_reservation`](crate::Config::memory_reservation) and
/// [`Config::memory_guard_size`](crate::Config::memory_guard_size) are 0; and if the
/// memory's pages have one byte.
#[derive(Clone)]
pub struct SharedMemory {
    raw: Owned<wasmtime_sharedmemory_t>,
    engine: Engine,
}

impl SharedMemory {
    /// Makes a memory of zeros.
    ///
    /// Calls `wasmtime_sharedmemory_new`.
    ///
    /// # Errors
    ///
    /// If the type isn't that of a shared memory, the engine doesn't allow such
    /// memories (see [`Config::shared_memory`](crate::Config::shared_memory)),
    /// there isn't enough address space; or, with
    /// [`Unsupported`](crate::Unsupported), if libwasmtime was built without
    /// `threads`.
    #[cfg(feature = "threads")]
    pub fn new(engine: &Engine, ty: MemoryType) -> Result<SharedMemory> {
        require(Feature::Threads)?;
        ensure!(
            ty.is_shared(),
            "shared memory must have the `shared` flag enabled on its memory type; \
             `MemoryType::shared` makes such a type"
        );
        let ty = ty.to_c()?;
        let mut raw = std::ptr::null_mut();
        // SAFETY: the engine and the type are valid; `raw` is written unless
        // there is an error.
        unsafe {
            check(wasmtime_sharedmemory_new(
                engine.as_ptr(),
                ty.as_ptr(),
                &mut raw,
            ))?;
            Ok(SharedMemory::from_c(Owned::from_c(raw), engine))
        }
    }

    /// Takes a memory that libwasmtime handed out.
    ///
    /// # Safety
    ///
    /// It must be of `engine`.
    pub(crate) unsafe fn from_c(
        raw: Owned<wasmtime_sharedmemory_t>,
        engine: &Engine,
    ) -> SharedMemory {
        SharedMemory {
            raw,
            engine: engine.clone(),
        }
    }

    /// The C object, valid as long as `self`.
    pub(crate) fn as_ptr(&self) -> *mut wasmtime_sharedmemory_t {
        self.raw.as_ptr()
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Where its first byte is. No other memory that there is begins there, if
    /// [`may_fault`](SharedMemory::may_fault) is true of this one.
    pub(crate) fn address(&self) -> usize {
        self.data().as_ptr().addr()
    }

    /// Whether compiled code may leave it to the pages behind the memory to catch
    /// an access that is out of bounds.
    pub(crate) fn may_fault(&self) -> bool {
        self.engine.may_fault(&self.ty())
    }

    /// The memory's type.
    ///
    /// Calls `wasmtime_sharedmemory_type`.
    pub fn ty(&self) -> MemoryType {
        // SAFETY: the memory is alive; the type is owned, and copied.
        unsafe {
            let ty = Owned::from_c(wasmtime_sharedmemory_type(self.as_ptr()));
            MemoryType::from_c(ty.as_ptr())
        }
    }

    /// How many pages the memory has now.
    ///
    /// Calls `wasmtime_sharedmemory_size`.
    pub fn size(&self) -> u64 {
        // SAFETY: the memory is alive.
        unsafe { wasmtime_sharedmemory_size(self.as_ptr()) }
    }

    /// How many bytes a page has.
    pub fn page_size(&self) -> u64 {
        self.ty().page_size()
    }

    /// How many bytes the memory has now.
    ///
    /// Calls `wasmtime_sharedmemory_data_size`.
    pub fn data_size(&self) -> usize {
        // SAFETY: the memory is alive.
        unsafe { wasmtime_sharedmemory_data_size(self.as_ptr()) }
    }

    /// The memory's bytes.
    ///
    /// Other threads may change them at any time, so they have to be read and
    /// written atomically, or not at all while another thread might: that is
    /// why they are cells. The memory never moves; if it grows, the slice is
    /// still valid, and shorter.
    ///
    /// Calls `wasmtime_sharedmemory_data` and `wasmtime_sharedmemory_data_size`.
    pub fn data(&self) -> &[UnsafeCell<u8>] {
        // SAFETY: the memory is alive, never moves and never shrinks.
        unsafe {
            slice::from_raw_parts(
                wasmtime_sharedmemory_data(self.as_ptr()).cast(),
                self.data_size(),
            )
        }
    }

    /// Grows the memory by `delta` pages of zeros, and returns how many it had.
    ///
    /// Calls `wasmtime_sharedmemory_grow`.
    ///
    /// # Errors
    ///
    /// If that is more than the memory's maximum.
    pub fn grow(&self, delta: u64) -> Result<u64> {
        let mut previous = 0;
        // SAFETY: the memory is alive, and may grow while others use it.
        unsafe {
            check(wasmtime_sharedmemory_grow(
                self.as_ptr(),
                delta,
                &mut previous,
            ))?
        };
        Ok(previous)
    }
}

impl fmt::Debug for SharedMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedMemory")
            .field("ty", &self.ty())
            .finish_non_exhaustive()
    }
}
