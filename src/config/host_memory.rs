//! [`MemoryCreator`]: linear memories that the host creates.

use super::Config;
use crate::MemoryType;
use crate::callback::{self, ReportError, discard, finalize};
use crate::error::{Error, Result, bail};
use crate::sys::{
    self, wasm_memorytype_t, wasmtime_error_t, wasmtime_linear_memory_t, wasmtime_memory_creator_t,
};
use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

/// A creator of linear memories, for [`Config::with_host_memory`].
///
/// # Safety
///
/// Compiled code accesses the memories directly, and relies on inaccessible pages after
/// them instead of bounds checks. So each memory must have the properties that
/// [`MemoryCreator::new_memory`] requires.
pub unsafe trait MemoryCreator: Send + Sync {
    /// Creates a memory of the given type, filled with zeros.
    ///
    /// - `minimum` and `maximum` are the sizes of `ty` in bytes.
    /// - If `reserved_size_in_bytes` is given, that many bytes of address space must be
    ///   reserved from the base address on, and the memory must not move while it grows
    ///   within them.
    /// - Nothing must be accessible from the end of the memory to the end of the
    ///   reservation, nor in the `guard_size_in_bytes` bytes after that.
    ///
    /// The reservation and the guard are multiples of the system's page size. A panic
    /// counts as an error.
    ///
    /// # Errors
    ///
    /// Returns the reason why the memory can't be created. Then what it was for, such as
    /// an instantiation, fails with it.
    fn new_memory(
        &self,
        ty: MemoryType,
        minimum: usize,
        maximum: Option<usize>,
        reserved_size_in_bytes: Option<usize>,
        guard_size_in_bytes: usize,
    ) -> Result<Box<dyn LinearMemory>, String>;
}

/// A linear memory that the host has created; see [`MemoryCreator`].
///
/// # Safety
///
/// - The [`byte_size`](LinearMemory::byte_size) bytes from
///   [`as_ptr`](LinearMemory::as_ptr) on must be readable and writable, and nothing else
///   may use them.
/// - Base address and size must change only in [`grow_to`](LinearMemory::grow_to).
/// - Once `grow_to` has succeeded, the other methods must not panic: libwasmtime would go
///   on with the former base address and size.
pub unsafe trait LinearMemory: Send + Sync + 'static {
    /// Returns the size of the memory, in bytes.
    fn byte_size(&self) -> usize;

    /// Returns the size, in bytes, up to which the memory can grow without moving.
    fn byte_capacity(&self) -> usize;

    /// Grows the memory to `new_size` bytes, which is more than its size.
    ///
    /// The additional bytes must be zeros. A panic counts as an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the memory can't grow. Then it must be unchanged.
    fn grow_to(&mut self, new_size: usize) -> Result<()>;

    /// Returns the base address of the memory.
    fn as_ptr(&self) -> *mut u8;
}

impl Config {
    /// Sets a creator of the memories that modules define, in place of libwasmtime.
    ///
    /// libwasmtime itself still creates the memories of
    /// [`Memory::new`](crate::Memory::new) and
    /// [`SharedMemory::new`](crate::SharedMemory#method.new), and those of a pool
    /// ([`Config::allocation_strategy`]). As it can map initial contents only into its own
    /// memories, this turns [`Config::memory_init_cow`] off;
    /// [`Engine::new`](crate::Engine::new) returns a [`ConfigConflict`] if that is turned
    /// on explicitly.
    ///
    /// The default is none. Calls `wasmtime_config_host_memory_creator_set`.
    ///
    /// [`ConfigConflict`]: crate::ConfigConflict
    pub fn with_host_memory(&mut self, mem_creator: Arc<dyn MemoryCreator>) -> &mut Self {
        self.host_memory = Some(HostMemory {
            creator: mem_creator,
        });
        self
    }
}

/// The creator of memories of a configuration.
#[derive(Clone)]
pub(super) struct HostMemory {
    creator: Arc<dyn MemoryCreator>,
}

impl HostMemory {
    /// Sets the creator in a configuration of the C API.
    ///
    /// # Safety
    ///
    /// `config` must be an owned configuration.
    pub(super) unsafe fn apply(&self, config: *mut sys::wasm_config_t) {
        let mut creator = wasmtime_memory_creator_t {
            env: Box::into_raw(Box::new(self.clone())).cast(),
            new_memory: Some(new_memory),
            finalizer: Some(finalize::<HostMemory>),
        };
        // SAFETY: `config` is owned, as this function requires. It takes ownership of the
        // environment, which the finalizer frees; both callbacks expect a `HostMemory`.
        unsafe { sys::wasmtime_config_host_memory_creator_set(config, &mut creator) }
        // With copy-on-write, libwasmtime aborts at a module that has data.
        // SAFETY: `config` is owned, as this function requires.
        unsafe { sys::wasmtime_config_memory_init_cow_set(config, false) }
    }
}

/// A memory of the host, with a cache of its base address and sizes: libwasmtime asks for
/// them where no error can be reported.
struct CreatedMemory {
    host: Box<dyn LinearMemory>,
    start: *mut u8,
    bytes: usize,
    capacity: usize,
}

impl CreatedMemory {
    /// Creates a memory whose cache is empty until [`CreatedMemory::update`].
    fn new(host: Box<dyn LinearMemory>) -> CreatedMemory {
        CreatedMemory {
            host,
            start: ptr::null_mut(),
            bytes: 0,
            capacity: 0,
        }
    }

    fn grow_to(&mut self, bytes: usize) -> Result<()> {
        self.host.grow_to(bytes)?;
        self.update()
    }

    /// Asks the host for the base address and the sizes.
    ///
    /// # Errors
    ///
    /// Returns an error if the base address is null.
    fn update(&mut self) -> Result<()> {
        let start = self.host.as_ptr();
        if start.is_null() {
            bail!("`LinearMemory::as_ptr` returned a null pointer");
        }
        (self.bytes, self.capacity) = (self.host.byte_size(), self.host.byte_capacity());
        self.start = start;
        Ok(())
    }
}

// Version 48: `usize::MAX` stands for no maximum, and a host's memory can't be
// initialized by mapping; look at `CHostMemoryCreator` in `wasmtime-c-api-impl`, and at
// `Memory::new` in `wasmtime`.
unsafe extern "C" fn new_memory(
    env: *mut c_void,
    ty: *const wasm_memorytype_t,
    minimum: usize,
    maximum: usize,
    reserved: usize,
    guard_size: usize,
    out: *mut wasmtime_linear_memory_t,
) -> *mut wasmtime_error_t {
    // Outside of the host's code, so that a panic of that code doesn't drop the memory while
    // it unwinds.
    let mut made = None;
    let error = callback::call_host(ReportError, || {
        // SAFETY: invariant "Callback": the environment is the `HostMemory` of `apply`,
        // which is only shared, and the type is valid.
        let (HostMemory { creator, .. }, ty) =
            unsafe { (&*env.cast::<HostMemory>(), MemoryType::from_c(ty)) };
        let maximum = (maximum != usize::MAX).then_some(maximum);
        let host = creator
            .new_memory(ty, minimum, maximum, Some(reserved), guard_size)
            .map_err(Error::msg)?;
        made.insert(CreatedMemory::new(host)).update()
    });
    match made {
        Some(memory) if error.is_null() => {
            // SAFETY: invariant "Callback": `out` can be written to. It takes ownership of
            // the environment, which the finalizer frees; the callbacks expect a
            // `CreatedMemory`.
            unsafe {
                out.write(wasmtime_linear_memory_t {
                    env: Box::into_raw(Box::new(memory)).cast(),
                    get_memory: Some(get_memory),
                    grow_memory: Some(grow_memory),
                    finalizer: Some(finalize::<CreatedMemory>),
                });
            }
        }
        failed => discard(failed),
    }
    error
}

unsafe extern "C" fn get_memory(
    env: *mut c_void,
    byte_size: *mut usize,
    byte_capacity: *mut usize,
) -> *mut u8 {
    // SAFETY: invariant "Callback": the environment is the `CreatedMemory` of `new_memory`.
    // libwasmtime doesn't grow a memory while it asks for its address, and passes pointers that
    // can be written to.
    unsafe {
        let memory = &*env.cast::<CreatedMemory>();
        byte_size.write(memory.bytes);
        byte_capacity.write(memory.capacity);
        memory.start
    }
}

unsafe extern "C" fn grow_memory(env: *mut c_void, new_size: usize) -> *mut wasmtime_error_t {
    callback::call_host(ReportError, || {
        // SAFETY: invariant "Callback": the environment is the `CreatedMemory` of `new_memory`,
        // which libwasmtime borrows exclusively while it grows.
        unsafe { (*env.cast::<CreatedMemory>()).grow_to(new_size) }
    })
}
