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
    /// Their names, [abridged](abridge).
    pub(crate) names: &'static [u8],
    /// One for each name, in order.
    pub(crate) slots: &'static [Slot],
}

/// Functions that need the same features.
pub(crate) struct Section {
    /// What the library must have been built with for them to be in it.
    pub(crate) features: &'static [Feature],
    /// How many these are.
    pub(crate) count: usize,
}

/// One function.
pub(crate) struct Symbol<'a> {
    /// With a NUL after it.
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

/// Shows every function of the headers, one by one.
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

/// The count 0 as a byte, which must not be a NUL.
const FIRST_COUNT: u8 = 1;

/// The names of functions as one text that takes up little: a byte that counts
/// what a name has in common with the one before, the rest of it, and a NUL.
/// Returns the text, in as much room as it could take up, and its length.
pub(crate) const fn abridge<const ROOM: usize>(names: &[&str]) -> ([u8; ROOM], usize) {
    let mut text = [0; ROOM];
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
        // A loop: to call functions takes the compiler longer.
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

/// The beginning of a text.
pub(crate) const fn beginning<const LEN: usize>(text: &[u8]) -> [u8; LEN] {
    *text.first_chunk().expect("the text is as long")
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
