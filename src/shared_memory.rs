//! Shared memories.

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

/// A linear memory that threads share.
///
/// It belongs to an engine rather than to a store. So instances in different stores, on
/// different threads, can use it at the same time.
///
/// Clones are handles of the same memory, and share a reference count. The memory is freed
/// when the last handle is dropped and the stores that it came into are deleted.
///
/// # In one store
///
/// A shared memory can come into a store once: by an instance that defines it, or by an
/// instance that imports it. Instantiating a module that imports it fails
///
/// - if an instance of the same store defines or imports it, or if an earlier
///   instantiation with it failed in that store;
/// - if the module imports it twice.
///
/// Otherwise, libwasmtime 48 would end the process, instead of trapping, when WebAssembly
/// code accesses the memory out of bounds. Instances in stores of their own can share the
/// memory, which is what threads need anyway.
///
/// This restriction does not exist where compiled code checks the bounds at each access,
/// which takes time:
///
/// - if the engine's [`Config::signals_based_traps`](crate::Config::signals_based_traps)
///   is `false`;
/// - if both [`Config::memory_reservation`](crate::Config::memory_reservation) and
///   [`Config::memory_guard_size`](crate::Config::memory_guard_size) are 0;
/// - if the memory's pages have one byte.
#[derive(Clone)]
pub struct SharedMemory {
    raw: Owned<wasmtime_sharedmemory_t>,
    engine: Engine,
}

impl SharedMemory {
    /// Creates a shared memory, whose bytes are zero.
    ///
    /// [`MemoryType::shared`] creates its type. The engine must allow shared memories, by
    /// [`Config::shared_memory`](crate::Config::shared_memory).
    ///
    /// Calls `wasmtime_sharedmemory_new`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - `ty` is not the type of a shared memory;
    /// - the engine doesn't allow shared memories, or a memory of this type;
    /// - there isn't enough address space;
    /// - libwasmtime was built without `threads`; the error is an
    ///   [`Unsupported`](crate::Unsupported).
    ///
    /// # Examples
    ///
    /// A counter that several threads increment:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Config, Engine, Linker, MemoryType, Module, Result, SharedMemory, Store};
    /// use std::thread;
    ///
    /// let mut config = Config::new();
    /// config.wasm_threads(true).shared_memory(true);
    /// let engine = Engine::new(&config)?;
    /// let memory = SharedMemory::new(&engine, MemoryType::shared(1, 1))?;
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "memory" (memory 1 1 shared))
    ///         (func (export "count") (result i32)
    ///             (i32.atomic.rmw.add (i32.const 0) (i32.const 1))))
    /// "#)?;
    ///
    /// let threads: Vec<_> = (0..4)
    ///     .map(|_| {
    ///         let (engine, module, memory) = (engine.clone(), module.clone(), memory.clone());
    ///         // Each thread has its own store.
    ///         thread::spawn(move || -> Result<()> {
    ///             let mut store = Store::new(&engine, ());
    ///             let mut linker = Linker::new(&engine);
    ///             linker.define(&store, "host", "memory", memory)?;
    ///             let instance = linker.instantiate(&mut store, &module)?;
    ///             instance.get_typed_func::<(), i32>(&mut store, "count")?.call(&mut store, ())?;
    ///             Ok(())
    ///         })
    ///     })
    ///     .collect();
    /// for thread in threads {
    ///     thread.join().expect("it doesn't panic")?;
    /// }
    /// // SAFETY: no other thread uses the memory any more.
    /// let count = unsafe { *memory.data()[0].get() };
    /// assert_eq!(count, 4);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// Access by the host, which has to be atomic as well:
    ///
    #[doc = example!(compiler)]
    /// # use libwasmtime::{Config, Engine, MemoryType, SharedMemory};
    /// use std::cell::UnsafeCell;
    /// use std::sync::atomic::{AtomicU32, Ordering};
    ///
    /// /// Returns four bytes of a shared memory as an atomic number.
    /// fn atomic(bytes: &[UnsafeCell<u8>], offset: usize) -> Option<&AtomicU32> {
    ///     let bytes = bytes.get(offset..)?.get(..4)?;
    ///     let number = bytes.as_ptr().cast::<AtomicU32>();
    ///     // SAFETY: the four bytes are borrowed, and the address was checked. All threads
    ///     // access them atomically.
    ///     number.is_aligned().then(|| unsafe { &*number })
    /// }
    ///
    /// # let engine = Engine::new(Config::new().wasm_threads(true).shared_memory(true))?;
    /// let memory = SharedMemory::new(&engine, MemoryType::shared(1, 1))?;
    /// let number = atomic(memory.data(), 16).expect("it is in bounds and aligned");
    /// number.fetch_add(42, Ordering::SeqCst);
    /// assert_eq!(number.load(Ordering::SeqCst), 42);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    #[cfg(feature = "threads")]
    pub fn new(engine: &Engine, ty: MemoryType) -> Result<SharedMemory> {
        require(Feature::Threads)?;
        ensure!(
            ty.is_shared(),
            "shared memory must have the `shared` flag enabled on its memory type; \
             `MemoryType::shared` creates such a type"
        );
        let ty = ty.to_c()?;
        // SAFETY: invariant "Owned object": the engine and the type are alive. Unless there is
        // an error, an owned object of this engine is written.
        unsafe {
            let raw =
                Owned::out(|out| wasmtime_sharedmemory_new(engine.as_ptr(), ty.as_ptr(), out))?;
            Ok(SharedMemory::from_c(raw, engine))
        }
    }

    /// Takes a memory that libwasmtime returned.
    ///
    /// # Safety
    ///
    /// `raw` must belong to `engine`.
    pub(crate) unsafe fn from_c(
        raw: Owned<wasmtime_sharedmemory_t>,
        engine: &Engine,
    ) -> SharedMemory {
        SharedMemory {
            raw,
            engine: engine.clone(),
        }
    }

    /// Returns the C object, which is valid as long as `self`.
    pub(crate) fn as_ptr(&self) -> *mut wasmtime_sharedmemory_t {
        self.raw.as_ptr()
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Returns the base address.
    ///
    /// If [`may_fault`](SharedMemory::may_fault) returns `true`, no other memory has this
    /// address while `self` is alive.
    pub(crate) fn address(&self) -> usize {
        self.data().as_ptr().addr()
    }

    /// Reports whether compiled code may rely on guard pages behind the memory, instead of
    /// checking the bounds.
    pub(crate) fn may_fault(&self) -> bool {
        self.engine.may_fault(&self.ty())
    }

    /// Returns the memory's type.
    ///
    /// Calls `wasmtime_sharedmemory_type`.
    pub fn ty(&self) -> MemoryType {
        // SAFETY: invariant "Owned object": the memory is owned by `self`. The type is owned,
        // and copied.
        unsafe {
            let ty = Owned::from_c(wasmtime_sharedmemory_type(self.as_ptr()));
            MemoryType::from_c(ty.as_ptr())
        }
    }

    /// Returns the memory's present size in pages.
    ///
    /// Calls `wasmtime_sharedmemory_size`.
    pub fn size(&self) -> u64 {
        // SAFETY: invariant "Owned object": the memory is owned by `self`.
        unsafe { wasmtime_sharedmemory_size(self.as_ptr()) }
    }

    /// Returns the size of the memory's pages in bytes.
    ///
    /// It is 65536, unless the memory's type says otherwise.
    pub fn page_size(&self) -> u64 {
        self.ty().page_size()
    }

    /// Returns the memory's present length in bytes.
    ///
    /// Calls `wasmtime_sharedmemory_data_size`.
    pub fn data_size(&self) -> usize {
        // SAFETY: invariant "Owned object": the memory is owned by `self`.
        unsafe { wasmtime_sharedmemory_data_size(self.as_ptr()) }
    }

    /// Returns the memory's bytes as cells, since other threads may change them.
    ///
    /// While another thread may access a byte, it must be read and written atomically.
    /// The memory never moves. If it grows, the slice stays valid and keeps its length,
    /// which is then shorter than the memory. `SharedMemory::new` has an example.
    ///
    /// Calls `wasmtime_sharedmemory_data` and `wasmtime_sharedmemory_data_size`.
    pub fn data(&self) -> &[UnsafeCell<u8>] {
        // SAFETY: invariant "Owned object": the memory is owned by `self`, never moves and
        // never shrinks.
        unsafe {
            slice::from_raw_parts(
                wasmtime_sharedmemory_data(self.as_ptr()).cast(),
                self.data_size(),
            )
        }
    }

    /// Grows the memory by `delta` pages of zeros, and returns its previous size in pages.
    ///
    /// Other threads may use the memory meanwhile. It doesn't move.
    ///
    /// Calls `wasmtime_sharedmemory_grow`.
    ///
    /// # Errors
    ///
    /// Returns an error if the new size would exceed the maximum of the memory's type.
    pub fn grow(&self, delta: u64) -> Result<u64> {
        let mut previous = 0;
        // SAFETY: invariant "Owned object": the memory is owned by `self`, and may grow while
        // other threads use it.
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
