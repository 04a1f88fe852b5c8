//! The addresses of the functions of a library that is opened at run time.
//!
//! Every program that loads the library contains these tables, so they are small: the
//! names of a header's functions are one text, and an empty slot is all zeros, which
//! takes no space in the executable.

use std::ffi::c_void;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, Ordering};

use super::Feature;

/// The address of a function of the C API, once the library is loaded.
pub(crate) struct Slot(AtomicPtr<c_void>);

/// The functions of one C header.
pub(crate) struct Symbols {
    pub(crate) sections: &'static [Section],
    /// Their names, each terminated by a NUL.
    pub(crate) names: &'static str,
    /// One slot for each name, in the same order.
    pub(crate) slots: &'static [Slot],
}

/// Functions that need the same features.
pub(crate) struct Section {
    /// The features that a library has to be built with to have these functions.
    pub(crate) features: &'static [Feature],
    /// The number of functions.
    pub(crate) count: usize,
}

/// One function.
pub(crate) struct Symbol {
    /// The name, terminated by a NUL.
    pub(crate) c_name: &'static str,
    pub(crate) features: &'static [Feature],
    pub(crate) slot: &'static Slot,
}

impl Symbol {
    pub(crate) fn name(&self) -> String {
        self.c_name.trim_end_matches('\0').to_owned()
    }
}

/// Passes every function of the headers to `see`.
pub(crate) fn each_symbol(headers: &[&Symbols], see: &mut dyn FnMut(Symbol)) {
    for header in headers {
        let mut names = header.names.split_inclusive('\0');
        let mut slots = header.slots.iter();
        for section in header.sections {
            for _ in 0..section.count {
                see(Symbol {
                    c_name: names.next().expect("every function has a name"),
                    features: section.features,
                    slot: slots.next().expect("every function has a slot"),
                });
            }
        }
    }
}

/// [`Slot::address_after_loading`], behind a pointer that the compiler can't see through.
/// Before it inlines a function, the compiler examines everything that the function may
/// call. For each of some 750 functions, that would be the whole loader.
// Speed: with this and `LOAD_DEFAULT`, this crate and hello compile 7 % faster.
static AFTER_LOADING: fn(&Slot) -> NonNull<c_void> = Slot::address_after_loading;

impl Slot {
    pub(crate) const fn new() -> Slot {
        Slot(AtomicPtr::new(ptr::null_mut()))
    }

    /// Returns the address. Loads the library from its default place if none is loaded.
    ///
    /// # Panics
    ///
    /// Panics if no library can be loaded, or if the library lacks the function. Safe
    /// code calls [`crate::sys::require`] first.
    #[inline]
    pub(crate) fn address(&self) -> NonNull<c_void> {
        match NonNull::new(self.0.load(Ordering::Acquire)) {
            Some(address) => address,
            None => self.load(),
        }
    }

    pub(super) fn set(&self, address: NonNull<c_void>) {
        self.0.store(address.as_ptr(), Ordering::Release);
    }

    #[cold]
    fn load(&self) -> NonNull<c_void> {
        AFTER_LOADING(self)
    }

    fn address_after_loading(&self) -> NonNull<c_void> {
        if let Err(error) = super::ensure_loaded() {
            panic!("`{}` was called, but {error}", self.name());
        }
        NonNull::new(self.0.load(Ordering::Acquire)).unwrap_or_else(|| {
            panic!(
                "the libwasmtime that is loaded has no function `{}`",
                self.name()
            )
        })
    }

    fn name(&self) -> String {
        let mut name = String::new();
        super::each_symbol(&mut |symbol| {
            if ptr::eq(symbol.slot, self) {
                name = symbol.name();
            }
        });
        name
    }
}
