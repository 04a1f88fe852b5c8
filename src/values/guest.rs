//! The guest behind a host function: where its strings and slices are.

use super::Kind;
use crate::bind::{Abi, Site};
use crate::error::{Context, bail, ensure, format_err};
use crate::store::StoreOpaque;
use crate::sys::wasmtime_caller_t;
use crate::{Caller, Error, Extern, Func, Result, ValRaw};
use std::ptr::{self, NonNull};

/// The instance that called a host function, and how values are passed to and from it.
pub struct Guest<'a> {
    /// Null if the function doesn't use the store.
    store: *mut StoreOpaque,
    caller: NonNull<wasmtime_caller_t>,
    site: &'a Site,
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
            caller,
            site,
        }
    }

    #[inline]
    pub(super) fn caller(&self) -> NonNull<wasmtime_caller_t> {
        self.caller
    }

    /// Returns how strings and slices are passed.
    #[inline]
    pub fn abi(&self) -> &'a Abi {
        self.site.abi()
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

    /// Returns an export of the calling instance.
    pub fn export(&mut self, name: &str) -> Option<Extern> {
        let caller = self.caller;
        // SAFETY: the callback is running, as `new` requires.
        unsafe { Caller::<()>::export_of(caller, self.store(), name) }
    }

    /// Returns the bytes of the memory that strings and slices are in. They stay valid until
    /// WebAssembly code runs or the store is changed.
    ///
    /// # Errors
    ///
    /// Returns an error if the caller exports no such memory, or if it is shared.
    pub(super) fn memory(&mut self) -> Result<NonNull<[u8]>> {
        let name = self.abi().memory();
        let memory = match self.export(name) {
            Some(Extern::Memory(memory)) => memory,
            other => return Err(not_exported("memory", name, other)),
        };
        let bytes = memory.bytes_mut(self.store());
        // A memory that never had a page may have no address.
        let aligned = NonNull::<u128>::dangling().cast();
        Ok(NonNull::new(bytes).unwrap_or(NonNull::slice_from_raw_parts(aligned, 0)))
    }

    /// Copies bytes into memory that the guest allocates, and returns their address.
    ///
    /// # Errors
    ///
    /// Returns an error if no allocator was named, if it fails, or if it returns an address at
    /// which there isn't room.
    pub fn write_new(&mut self, bytes: &[u8], align: usize) -> Result<u64> {
        let address = self.alloc(bytes.len(), align)?;
        let memory = self.memory()?;
        // SAFETY: these are the present bytes of a memory of the store, which only this value
        // uses, as `new` requires.
        let memory = unsafe { &mut *memory.as_ptr() };
        let room = usize::try_from(address)
            .ok()
            .filter(|address| address % align == 0)
            .and_then(|address| memory.get_mut(address..)?.get_mut(..bytes.len()));
        let Some(room) = room else {
            bail!(
                "the guest's allocator `{}` was asked for {} bytes aligned to {align}, and returned \
                 the address {address:#x}, where they don't fit",
                self.abi().alloc().unwrap_or_default(),
                bytes.len()
            )
        };
        room.copy_from_slice(bytes);
        Ok(address)
    }

    /// Calls the guest's allocator.
    fn alloc(&mut self, len: usize, align: usize) -> Result<u64> {
        let Some(name) = self.abi().alloc() else {
            bail!(
                "a string or a vector is returned in memory that the guest allocates: name its \
                 allocator, an export, when the function is bound"
            )
        };
        let func = match self.export(name) {
            Some(Extern::Func(func)) => func,
            other => return Err(not_exported("function", name, other)),
        };
        self.call_alloc(&func, name, len as u64, align as u64)
            .with_context(|| format!("failed to call the guest's allocator `{name}`"))
    }

    fn call_alloc(&mut self, func: &Func, name: &str, len: u64, align: u64) -> Result<u64> {
        let is_64 = self.abi().is_64();
        let value = |number: u64| match is_64 {
            true => ValRaw::u64(number),
            false => ValRaw::u32(number as u32),
        };
        ensure!(
            is_64 || len <= u64::from(u32::MAX),
            "{len} bytes don't fit into a memory of 32-bit addresses"
        );
        let pointer = if is_64 { Kind::I64 } else { Kind::I32 };
        let store = self.store();
        // SAFETY: invariant "State": the signature lives as long as the store.
        let signature = unsafe { &*store.signature(func) };
        let is_pointer = |kind: &Kind| *kind == pointer;
        let params = &signature.params;
        let fits = params.iter().all(is_pointer)
            && signature.results.len() == 1
            && signature.results.iter().all(is_pointer);
        let mut values = [value(0); 4];
        match params.len() {
            1 if fits => values[0] = value(len),
            2 if fits => (values[0], values[1]) = (value(len), value(align)),
            // As `realloc` of the canonical ABI: of nothing, with no old size.
            4 if fits => (values[2], values[3]) = (value(align), value(len)),
            _ => bail!(
                "expected `{name}` to take a size, a size and an alignment, or what `cabi_realloc` \
                 takes, and to return an address, all {}; found {}",
                if is_64 { "i64" } else { "i32" },
                signature.ty
            ),
        }
        let func = *func.get_c(store);
        // SAFETY: invariants "State" and "Ownership": only this value uses the store, to which the
        // function belongs, as `get_c` has checked. There are as many values as its type has, of
        // these types.
        unsafe {
            StoreOpaque::call_unchecked(
                ptr::from_mut(store),
                &func,
                values.as_mut_ptr(),
                params.len(),
            )?;
        }
        Ok(match is_64 {
            true => values[0].get_u64(),
            false => values[0].get_u32().into(),
        })
    }
}

/// A type of which slices in a guest's memory can be borrowed: every combination of its bits is a
/// value, it has no padding, and WebAssembly code sees its bytes in the same order.
///
/// # Safety
///
/// All of that must hold.
#[diagnostic::on_unimplemented(
    message = "slices of `{Self}` in a guest's memory can't be borrowed or copied",
    note = "they are numbers, or structs that are passed by pointer"
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

/// Returns an error about an export of the caller that is missing or of another kind.
#[cold]
fn not_exported(expected: &str, name: &str, found: Option<Extern>) -> Error {
    let found = match found {
        None => "no export of that name",
        Some(Extern::Func(_)) => "a function",
        Some(Extern::Global(_)) => "a global",
        Some(Extern::Table(_)) => "a table",
        Some(Extern::Memory(_)) => "a memory",
        Some(Extern::SharedMemory(_)) => "a shared memory",
        Some(Extern::Tag(_)) => "a tag",
    };
    format_err!("expected the caller to export a {expected} `{name}`, found {found}")
}
