//! The address of one function of a library that is opened at run time.

use std::ffi::c_void;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, Ordering};

/// Where a function of the C API is, once the library is loaded.
pub(crate) struct Slot {
    name: &'static str,
    address: AtomicPtr<c_void>,
}

impl Slot {
    pub(crate) const fn new(name: &'static str) -> Slot {
        Slot {
            name,
            address: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// The address; loads the library from its default place if none is.
    ///
    /// # Panics
    ///
    /// If no library can be loaded, or the one loaded lacks the function. Safe
    /// code asks first (see [`crate::sys::require`]).
    #[inline]
    pub(crate) fn get(&self) -> NonNull<c_void> {
        match NonNull::new(self.address.load(Ordering::Acquire)) {
            Some(address) => address,
            None => self.load(),
        }
    }

    pub(super) fn set(&self, address: NonNull<c_void>) {
        self.address.store(address.as_ptr(), Ordering::Release);
    }

    #[cold]
    fn load(&self) -> NonNull<c_void> {
        if let Err(error) = super::ensure_loaded() {
            panic!("`{}` was called, but {error}", self.name);
        }
        NonNull::new(self.address.load(Ordering::Acquire)).unwrap_or_else(|| {
            panic!(
                "the libwasmtime that is loaded has no function `{}`",
                self.name
            )
        })
    }
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Slot").field(&self.name).finish()
    }
}
