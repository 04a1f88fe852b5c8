//! Linear memories that the host makes.

use super::Config;
use crate::MemoryType;
use crate::callback::{self, Failure, discard, finalize};
use crate::error::{Error, Result, bail};
use crate::sys::{
    self, wasm_memorytype_t, wasmtime_error_t, wasmtime_linear_memory_t, wasmtime_memory_creator_t,
};
use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

/// Makes the linear memories of an engine; [`Config::with_host_memory`] takes
/// one.
///
/// # Safety
///
/// Compiled code accesses the memories directly, and leaves bounds checks to
/// the pages around them: they must be as [`MemoryCreator::new_memory`] says.
pub unsafe trait MemoryCreator: Send + Sync {
    /// Makes a memory of the given type, filled with zeros.
    ///
    /// `minimum` and `maximum` are the sizes of `ty` in bytes;
    /// `guard_size_in_bytes` are to be inaccessible behind the memory, however
    /// large it is. If `reserved_size_in_bytes` is given, that many bytes have
    /// to be reserved, and a memory that grows within them must not move. It
    /// and the guard are whole pages of the system's.
    ///
    /// A panic is taken for an error.
    ///
    /// # Errors
    ///
    /// Why there is no memory; the instance or memory isn't made then.
    fn new_memory(
        &self,
        ty: MemoryType,
        minimum: usize,
        maximum: Option<usize>,
        reserved_size_in_bytes: Option<usize>,
        guard_size_in_bytes: usize,
    ) -> Result<Box<dyn LinearMemory>, String>;
}

/// A linear memory that the host has made; see [`MemoryCreator`].
///
/// # Safety
///
/// What the methods say must be so: the bytes from [`LinearMemory::as_ptr`] on,
/// as many as [`LinearMemory::byte_size`], can be read and written, and nothing
/// else uses them. It changes with [`LinearMemory::grow_to`] only.
///
/// Once [`LinearMemory::grow_to`] has succeeded, the other methods must not
/// panic: libwasmtime would take the memory to be as it was before.
pub unsafe trait LinearMemory: Send + Sync + 'static {
    /// How many bytes can be accessed.
    fn byte_size(&self) -> usize;

    /// How many bytes it can grow to without moving.
    fn byte_capacity(&self) -> usize;

    /// Makes `new_size` bytes accessible, which are more than now; those that
    /// come in addition are zeros.
    ///
    /// A panic is taken for an error.
    ///
    /// # Errors
    ///
    /// If that can't be had; the memory is as it was then.
    fn grow_to(&mut self, new_size: usize) -> Result<()>;

    /// Where it is.
    fn as_ptr(&self) -> *mut u8;
}

impl Config {
    /// Who makes the memories of instances, instead of libwasmtime.
    ///
    /// Those of [`Memory::new`](crate::Memory::new) and
    /// [`SharedMemory::new`](crate::SharedMemory#method.new) are libwasmtime's all
    /// the same, and so are those of a pool
    /// ([`Config::allocation_strategy`]). As libwasmtime can map initial
    /// contents into memories of its own only, [`Config::memory_init_cow`] is
    /// off. Calls `wasmtime_config_host_memory_creator_set`.
    ///
    /// # Errors
    ///
    /// [`Engine::new`](crate::Engine::new) fails if
    /// [`Config::memory_init_cow`] is turned on.
    pub fn with_host_memory(&mut self, mem_creator: Arc<dyn MemoryCreator>) -> &mut Self {
        self.host_memory = Some(HostMemory {
            creator: mem_creator,
            install: HostMemory::install,
        });
        self
    }
}

/// The creator of memories that was set.
#[derive(Clone)]
pub(super) struct HostMemory {
    creator: Arc<dyn MemoryCreator>,
    /// [`HostMemory::install`], so that a program that sets no creator doesn't
    /// contain it.
    install: unsafe fn(&HostMemory, *mut sys::wasm_config_t),
}

impl HostMemory {
    /// Passes it on.
    ///
    /// # Safety
    ///
    /// `config` must be a configuration that the caller owns.
    pub(super) unsafe fn apply(&self, config: *mut sys::wasm_config_t) {
        // SAFETY: the caller owns the configuration.
        unsafe { (self.install)(self, config) }
    }

    /// # Safety
    ///
    /// As for [`apply`](HostMemory::apply).
    unsafe fn install(&self, config: *mut sys::wasm_config_t) {
        let mut creator = wasmtime_memory_creator_t {
            env: Box::into_raw(Box::new(self.clone())).cast(),
            new_memory: Some(new_memory),
            finalizer: Some(finalize::<HostMemory>),
        };
        // SAFETY: the caller owns the configuration, which takes over the
        // environment, to be freed by its finalizer; the callback is for it.
        unsafe { sys::wasmtime_config_host_memory_creator_set(config, &mut creator) }
        // Else libwasmtime aborts when a module has data.
        // SAFETY: as above.
        unsafe { sys::wasmtime_config_memory_init_cow_set(config, false) }
    }
}

/// A memory of the host's, and what it last said of itself: libwasmtime asks
/// where no error could be reported.
struct Memory {
    host: Box<dyn LinearMemory>,
    start: *mut u8,
    bytes: usize,
    capacity: usize,
}

impl Memory {
    /// A memory of which nothing is known before [`Memory::update`].
    fn new(host: Box<dyn LinearMemory>) -> Memory {
        Memory {
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

    /// Asks the host.
    ///
    /// # Errors
    ///
    /// If the memory is nowhere.
    fn update(&mut self) -> Result<()> {
        let start = self.host.as_ptr();
        if start.is_null() {
            bail!("the host's memory is at the null pointer");
        }
        (self.bytes, self.capacity) = (self.host.byte_size(), self.host.byte_capacity());
        self.start = start;
        Ok(())
    }
}

/// What the host's code failed with as an error of the C API, owned.
fn report(failure: &Failure) -> *mut wasmtime_error_t {
    // What is behind a NUL character isn't passed on.
    let text: Vec<u8> = failure
        .to_string()
        .bytes()
        .take_while(|&byte| byte != 0)
        .chain([0])
        .collect();
    // SAFETY: a C string of UTF-8, which is copied.
    unsafe { sys::wasmtime_error_new(text.as_ptr().cast()) }
}

// Version 48: `usize::MAX` stands for no maximum, and a host's memory can't be
// initialised by mapping; look at `CHostMemoryCreator` in `wasmtime-c-api-impl`, and at
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
    // Not dropped while a panic of its own unwinds.
    let mut made = None;
    let outcome = callback::catch(|| {
        // SAFETY: the environment is the creator, shared, and the type is valid.
        let (HostMemory { creator, .. }, ty) =
            unsafe { (&*env.cast::<HostMemory>(), MemoryType::from_c(ty)) };
        let maximum = (maximum != usize::MAX).then_some(maximum);
        let host = creator
            .new_memory(ty, minimum, maximum, Some(reserved), guard_size)
            .map_err(Error::msg)?;
        made.insert(Memory::new(host)).update()
    });
    match (outcome, made) {
        (Ok(()), made) => {
            // SAFETY: `out` can be written to; it takes over the environment, to
            // be freed by its finalizer, and the callbacks are for it.
            unsafe {
                out.write(wasmtime_linear_memory_t {
                    env: Box::into_raw(Box::new(made.expect("it was made"))).cast(),
                    get_memory: Some(get_memory),
                    grow_memory: Some(grow_memory),
                    finalizer: Some(finalize::<Memory>),
                });
            }
            ptr::null_mut()
        }
        (Err(failure), made) => {
            discard(made);
            report(&failure)
        }
    }
}

unsafe extern "C" fn get_memory(
    env: *mut c_void,
    byte_size: *mut usize,
    byte_capacity: *mut usize,
) -> *mut u8 {
    // SAFETY: the environment is a memory, which nothing grows now, and both
    // numbers can be written to.
    unsafe {
        let memory = &*env.cast::<Memory>();
        byte_size.write(memory.bytes);
        byte_capacity.write(memory.capacity);
        memory.start
    }
}

unsafe extern "C" fn grow_memory(env: *mut c_void, new_size: usize) -> *mut wasmtime_error_t {
    // SAFETY: the environment is a memory, which nothing else uses now.
    match callback::catch(|| unsafe { (*env.cast::<Memory>()).grow_to(new_size) }) {
        Ok(()) => ptr::null_mut(),
        Err(failure) => report(&failure),
    }
}
