//! The addresses of the functions of a library that is opened at run time.
//!
//! Every program that loads the library carries these tables, so they are kept
//! small: the names of a section are one text, and an empty slot is all zeros,
//! so that the slots take no room in the executable.

use std::ffi::c_void;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, Ordering};

use super::Feature;

/// Where a function of the C API is, once the library is loaded.
pub(crate) struct Slot(AtomicPtr<c_void>);

/// The functions of one C header.
pub(crate) struct Symbols {
    pub(crate) sections: &'static [Section],
    /// One for each name of the sections, in order.
    pub(crate) slots: &'static [Slot],
}

/// Functions that need the same features.
pub(crate) struct Section {
    /// What the library must have been built with for them to be in it.
    pub(crate) features: &'static [Feature],
    /// Their names, each with a NUL after it.
    pub(crate) names: &'static str,
}

/// One function.
#[derive(Clone, Copy)]
pub(crate) struct Symbol {
    /// With a NUL after it.
    pub(crate) c_name: &'static str,
    pub(crate) features: &'static [Feature],
    pub(crate) slot: &'static Slot,
}

impl Symbols {
    /// The functions one by one.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Symbol> + use<> {
        let names = self.sections.iter().flat_map(|section| {
            let names = section.names.split_inclusive('\0');
            names.map(|c_name| (c_name, section.features))
        });
        names
            .zip(self.slots)
            .map(|((c_name, features), slot)| Symbol {
                c_name,
                features,
                slot,
            })
    }
}

impl Symbol {
    pub(crate) fn name(&self) -> &'static str {
        self.c_name.trim_end_matches('\0')
    }
}

/// [`Slot::address_after_loading`], where the compiler can't look through it. It
/// looks through all that a function may call before it inlines it, and for each
/// of some 750 functions that would be the whole loader.
static AFTER_LOADING: fn(&Slot) -> NonNull<c_void> = Slot::address_after_loading;

impl Slot {
    pub(crate) const fn new() -> Slot {
        Slot(AtomicPtr::new(ptr::null_mut()))
    }

    /// The address; loads the library from its default place if none is.
    ///
    /// Programs have this compiled into their own code, for which it has to be
    /// generic. With `#[inline]`, the intermediate code of each of the functions
    /// that call it would contain it as well.
    ///
    /// # Panics
    ///
    /// If no library can be loaded, or the one loaded lacks the function. Safe
    /// code asks first (see [`crate::sys::require`]).
    #[expect(
        clippy::extra_unused_type_parameters,
        reason = "a generic function is compiled by those who use it"
    )]
    pub(crate) fn address<ByUser>(&self) -> NonNull<c_void> {
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

    fn name(&self) -> &'static str {
        super::symbols()
            .find(|symbol| ptr::eq(symbol.slot, self))
            .map_or("?", |symbol| symbol.name())
    }
}
