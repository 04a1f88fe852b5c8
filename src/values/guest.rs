//! The guest behind a host function: where its strings and slices are.

use crate::bind::{Abi, Site};
use crate::error::{Count, bail, format_err};
use crate::store::StoreOpaque;
use crate::sys::wasmtime_caller_t;
use crate::{Caller, Error, Extern, Instance, Result, SharedMemory};
use std::ptr::NonNull;

/// The instance that called a host function, and how values are passed to and from it.
pub struct Guest<'a> {
    /// Null if the function doesn't use the store.
    store: *mut StoreOpaque,
    origin: Origin<'a>,
    site: &'a Site,
    /// Addresses of memory that was allocated already, the first one last.
    allocated: Vec<u64>,
}

/// Whose exports are used.
enum Origin<'a> {
    /// The caller's, while the callback is running.
    Caller(NonNull<wasmtime_caller_t>),
    /// Those of an instance that the host calls.
    Instance(&'a Instance),
}

impl<'a> Guest<'a> {
    /// # Safety
    ///
    /// `caller` must be what libwasmtime passed to the callback that runs during `'a`. `store`
    /// must be the state of its store, which only this value uses, or null if the store isn't
    /// used.
    #[inline]
    pub(crate) unsafe fn new(
        store: *mut StoreOpaque,
        caller: NonNull<wasmtime_caller_t>,
        site: &'a Site,
    ) -> Guest<'a> {
        Guest {
            store,
            origin: Origin::Caller(caller),
            site,
            allocated: Vec::new(),
        }
    }

    /// Returns an instance that the host calls.
    ///
    /// # Safety
    ///
    /// `store` must be the state of a store, which only this value uses.
    pub(crate) unsafe fn called(
        store: *mut StoreOpaque,
        instance: &'a Instance,
        site: &'a Site,
    ) -> Guest<'a> {
        Guest {
            store,
            origin: Origin::Instance(instance),
            site,
            allocated: Vec::new(),
        }
    }

    /// Uses memory that was allocated already, at these addresses, for what is written next.
    pub(crate) fn use_allocated(&mut self, mut addresses: Vec<u64>) {
        addresses.reverse();
        self.allocated = addresses;
    }

    /// Returns the caller.
    ///
    /// # Panics
    ///
    /// Panics if the host has called the guest: its results contain no caller.
    #[inline]
    pub(crate) fn caller(&self) -> NonNull<wasmtime_caller_t> {
        match self.origin {
            Origin::Caller(caller) => caller,
            Origin::Instance(_) => panic!("only an argument of a host function is a caller"),
        }
    }

    /// Returns how strings and slices are passed.
    #[inline]
    pub fn abi(&self) -> &'a Abi {
        self.site.abi()
    }

    /// Adds to an error which argument it is about.
    #[cold]
    pub(super) fn about_argument(&self, number: usize, error: Error) -> Error {
        self.site.about_argument(number, error)
    }

    /// Adds the function's name to an error.
    #[cold]
    pub fn explain(&self, error: Error) -> Error {
        self.site.explain(error)
    }

    /// Returns the state of the store.
    ///
    /// # Panics
    ///
    /// Panics if there is none, as a type says that it doesn't need one.
    #[inline]
    pub(crate) fn store(&mut self) -> &mut StoreOpaque {
        assert!(!self.store.is_null(), "the type says that it needs a store");
        // SAFETY: invariant "State": only this value uses the store, as `new` requires.
        unsafe { &mut *self.store }
    }

    /// Returns an export of the instance.
    pub fn export(&mut self, name: &str) -> Option<Extern> {
        match self.origin {
            // SAFETY: the callback is running, as `new` requires.
            Origin::Caller(caller) => unsafe {
                Caller::<()>::export_of(caller, self.store(), name)
            },
            Origin::Instance(instance) => instance.export_in(self.store(), name),
        }
    }

    /// Returns the bytes of the memory that strings and slices are in. They stay valid until
    /// WebAssembly code runs or the store is changed.
    ///
    /// # Errors
    ///
    /// Returns an error if the caller exports no such memory, or if it is shared.
    #[inline]
    pub(crate) fn memory(&mut self) -> Result<NonNull<[u8]>> {
        match self.any_memory()? {
            GuestMemory::Own(bytes) => Ok(bytes),
            GuestMemory::Shared(_) => Err(is_shared(self.abi().memory())),
        }
    }

    /// Returns the memory that strings and slices are in, as [`Guest::memory`] does, or the shared
    /// one from and to which they are copied.
    ///
    /// # Errors
    ///
    /// Returns an error if the caller exports no such memory.
    #[inline]
    pub(crate) fn any_memory(&mut self) -> Result<GuestMemory> {
        let name = self.abi().memory();
        let memory = match self.origin {
            // SAFETY: the callback is running, as `new` requires.
            Origin::Caller(caller) => unsafe {
                Caller::<()>::memory_of(caller, self.store(), name)
            },
            Origin::Instance(_) => self.export(name).and_then(Extern::into_memory),
        };
        let Some(memory) = memory else {
            return match self.export(name) {
                Some(Extern::SharedMemory(memory)) => Ok(GuestMemory::Shared(memory)),
                found => Err(not_exported("memory", name, found, "memory")),
            };
        };
        let bytes = memory.bytes_mut(self.store());
        // A memory that never had a page may have no address.
        let aligned = NonNull::<u128>::dangling().cast();
        let none = NonNull::slice_from_raw_parts(aligned, 0);
        Ok(GuestMemory::Own(NonNull::new(bytes).unwrap_or(none)))
    }

    /// Copies bytes into memory that the guest allocates, and returns their address.
    ///
    /// # Errors
    ///
    /// Returns an error if no allocator was named, if it fails, or if it returns an address that
    /// isn't aligned, or at which there isn't room.
    pub fn write_new(&mut self, bytes: &[u8], align: usize) -> Result<u64> {
        let address = match self.allocated.pop() {
            Some(address) => address,
            None => self.alloc(bytes.len(), align)?,
        };
        let is_aligned = address % align as u64 == 0;
        let is_written = is_aligned
            && match self.any_memory()? {
                // SAFETY: these are the present bytes of a memory of the store, which only this
                // value uses, as `new` requires.
                GuestMemory::Own(memory) => write(unsafe { &mut *memory.as_ptr() }, address, bytes),
                GuestMemory::Shared(memory) => memory.write_bytes(address, bytes),
            };
        if !is_written {
            bail!(
                "expected the guest's allocator `{}` to return an address that is a multiple of \
                 {align}, with room for {}, found {address:#x}",
                self.abi().alloc().unwrap_or_default(),
                Count(bytes.len() as u64, "byte")
            )
        }
        Ok(address)
    }
}

/// The memory that a guest's strings and slices are in.
pub(crate) enum GuestMemory {
    Own(NonNull<[u8]>),
    Shared(SharedMemory),
}

/// Copies bytes into a memory, and reports whether there is room.
fn write(memory: &mut [u8], address: u64, bytes: &[u8]) -> bool {
    let room = usize::try_from(address)
        .ok()
        .and_then(|address| memory.get_mut(address..)?.get_mut(..bytes.len()));
    match room {
        Some(room) => {
            room.copy_from_slice(bytes);
            true
        }
        None => false,
    }
}

#[cold]
fn is_shared(name: &str) -> Error {
    format_err!(
        "expected a memory `{name}` that isn't shared, as other threads may change what is borrowed \
         from it, found a shared one: take a `String` or a `Vec`, which is a copy"
    )
}

/// A type of which slices in a guest's memory can be borrowed: every combination of its bits is a
/// value, it has no padding, and WebAssembly code sees its bytes in the same order.
///
/// # Safety
///
/// All of that must hold.
#[diagnostic::on_unimplemented(
    message = "slices of `{Self}` in a guest's memory can't be borrowed or copied",
    note = "the elements of a slice are numbers, or structs that are passed by pointer, with \
            `#[derive(HostValue)]` and `#[host(pointer)]`"
)]
pub unsafe trait Element: Copy + Send + Sync + 'static {}

macro_rules! elements {
    ($($ty:ident)*) => {$(
        // SAFETY: it is a number.
        unsafe impl Element for $ty {}
    )*};
}

elements!(u8 i8);
// On other machines, the order of the bytes differs from that of WebAssembly.
#[cfg(target_endian = "little")]
elements!(u16 i16 u32 i32 u64 i64 u128 i128 f32 f64);

// SAFETY: its elements are, and nothing is between them.
unsafe impl<E: Element, const N: usize> Element for [E; N] {}

/// Returns an error about an export that is missing or of another kind. The option of the
/// attributes that names another one is `option`.
#[cold]
pub(crate) fn not_exported(
    expected: &str,
    name: &str,
    found: Option<Extern>,
    option: &str,
) -> Error {
    let found = match found {
        None => "no export of that name",
        Some(Extern::Func(_)) => "a function",
        Some(Extern::Global(_)) => "a global",
        Some(Extern::Table(_)) => "a table",
        Some(Extern::Memory(_)) => "a memory",
        Some(Extern::SharedMemory(_)) => "a shared memory",
        Some(Extern::Tag(_)) => "a tag",
    };
    format_err!(
        "expected the guest to export a {expected} `{name}`, found {found}: export it, or set the \
         name of another by the option `{option}`, or `Abi::with_{option}`"
    )
}
