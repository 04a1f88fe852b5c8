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
    /// Their names, [abridged](abridge).
    pub(crate) names: &'static [u8],
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
pub(crate) struct Symbol<'a> {
    /// The name, terminated by a NUL.
    pub(crate) c_name: &'a [u8],
    pub(crate) features: &'static [Feature],
    pub(crate) slot: &'static Slot,
}

impl Symbol<'_> {
    pub(crate) fn name(&self) -> String {
        let name = self.c_name.strip_suffix(b"\0").unwrap_or(self.c_name);
        String::from_utf8_lossy(name).into_owned()
    }
}

/// Passes every function of the headers to `see`.
pub(crate) fn each_symbol(headers: &[&Symbols], see: &mut dyn FnMut(Symbol<'_>)) {
    let mut c_name = Vec::new();
    for header in headers {
        c_name.clear();
        let mut names = header.names.split_inclusive(|&byte| byte == 0);
        let mut slots = header.slots.iter();
        for section in header.sections {
            for _ in 0..section.count {
                let name = names.next().expect("every function has a name");
                c_name.truncate(usize::from(name[0] - FIRST_COUNT));
                c_name.extend_from_slice(&name[1..]);
                see(Symbol {
                    c_name: &c_name,
                    features: section.features,
                    slot: slots.next().expect("every function has a slot"),
                });
            }
        }
    }
}

/// The byte for the count 0, which must not be a NUL.
const FIRST_COUNT: u8 = 1;

/// Abridges the names of functions to one short text. Each name is a byte that counts the
/// bytes which it shares with the start of the name before, the other bytes, and a NUL.
///
/// Returns an array that begins with the text, and the text's length.
pub(crate) const fn abridge<const CAPACITY: usize>(names: &[&str]) -> ([u8; CAPACITY], usize) {
    let mut text = [0; CAPACITY];
    let (mut len, mut i) = (0, 0);
    let mut before: &[u8] = &[];
    while i < names.len() {
        let name = names[i].as_bytes();
        let mut at = 0;
        while at < before.len() && at < name.len() && before[at] == name[at] {
            at += 1;
        }
        text[len] = FIRST_COUNT + at as u8;
        len += 1;
        // A loop, because the compiler evaluates calls of functions more slowly.
        while at < name.len() {
            text[len] = name[at];
            len += 1;
            at += 1;
        }
        len += 1;
        before = name;
        i += 1;
    }
    (text, len)
}

/// Returns the first bytes of a text.
pub(crate) const fn beginning<const LEN: usize>(text: &[u8]) -> [u8; LEN] {
    *text.first_chunk().expect("the text is as long")
}

/// [`Slot::address_after_loading`], behind a pointer that the compiler can't see through.
/// Before it inlines a function, the compiler examines everything that the function may
/// call. For each of some 750 functions, that would be the whole loader.
static AFTER_LOADING: fn(&Slot) -> NonNull<c_void> = Slot::address_after_loading;

impl Slot {
    pub(crate) const fn new() -> Slot {
        Slot(AtomicPtr::new(ptr::null_mut()))
    }

    /// Returns the address. Loads the library from its default place if none is loaded.
    ///
    /// It is generic to be compiled in the program, into which it can be inlined. With
    /// `#[inline]` instead, the intermediate code of each function that calls it would
    /// contain a copy.
    ///
    /// # Panics
    ///
    /// Panics if no library can be loaded, or if the library lacks the function. Safe
    /// code calls [`crate::sys::require`] first.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_abridged() {
        const NAMES: &[&str] = &["one", "one_two", "one_three", "four"];
        let (text, len) = abridge::<40>(NAMES);
        assert_eq!(&text[..len], b"\x01one\0\x04_two\0\x06hree\0\x01four\0");
        assert_eq!(beginning(&text), *b"\x01one");
    }
}
