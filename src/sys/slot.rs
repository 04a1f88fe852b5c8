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
    /// Their names, [abridged](abridge).
    pub(crate) names: &'static str,
}

/// One function.
pub(crate) struct Symbol<'a> {
    /// With a NUL after it.
    pub(crate) c_name: &'a str,
    pub(crate) features: &'static [Feature],
    pub(crate) slot: &'static Slot,
}

impl Symbol<'_> {
    pub(crate) fn name(&self) -> &str {
        self.c_name.strip_suffix('\0').unwrap_or(self.c_name)
    }
}

/// Shows every function of the headers, one by one.
pub(crate) fn each_symbol(headers: &[Symbols], see: &mut dyn FnMut(Symbol<'_>)) {
    let mut c_name = String::new();
    for header in headers {
        let mut slots = header.slots.iter();
        for &Section { features, names } in header.sections {
            c_name.clear();
            for name in names.split_inclusive('\0') {
                let (common, rest) = name.split_at(1);
                c_name.truncate(usize::from(common.as_bytes()[0] - FIRST_COUNT));
                c_name.push_str(rest);
                see(Symbol {
                    c_name: &c_name,
                    features,
                    slot: slots.next().expect("every name has a slot"),
                });
            }
        }
    }
}

/// The count 0 as a byte: not a NUL, and greater counts are ASCII as well.
const FIRST_COUNT: u8 = b' ';

/// Shortens names with a NUL after each: what each has in common with the one
/// before is counted by a byte. Returns as many bytes of the result as there is
/// room for, and how many it has.
pub(crate) const fn abridge<const ROOM: usize>(names: &str) -> ([u8; ROOM], usize) {
    const fn push(bytes: &mut [u8], len: &mut usize, byte: u8) {
        if *len < bytes.len() {
            bytes[*len] = byte;
        }
        *len += 1;
    }

    let names = names.as_bytes();
    let (mut bytes, mut len) = ([0; ROOM], 0);
    let (mut before, mut this) = (0, 0);
    while this < names.len() {
        let mut common = 0;
        while this > 0 && names[before + common] == names[this + common] {
            common += 1;
        }
        assert!(common < (0x7f - FIRST_COUNT) as usize);
        push(&mut bytes, &mut len, FIRST_COUNT + common as u8);
        before = this;
        this += common;
        while names[this] != 0 {
            push(&mut bytes, &mut len, names[this]);
            this += 1;
        }
        push(&mut bytes, &mut len, 0);
        this += 1;
    }
    (bytes, len)
}

/// ASCII as a text.
pub(crate) const fn text(bytes: &'static [u8]) -> &'static str {
    match str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => panic!("the names are ASCII"),
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

    fn name(&self) -> String {
        let mut name = String::new();
        super::each_symbol(&mut |symbol| {
            if ptr::eq(symbol.slot, self) {
                symbol.name().clone_into(&mut name);
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
        const NAMES: &str = "one\0one_two\0one_three\0four\0";
        const ABRIDGED: ([u8; 23], usize) = abridge(NAMES);
        assert_eq!(&ABRIDGED.0, b" one\0#_two\0%hree\0 four\0");
        assert_eq!(ABRIDGED.1, abridge::<0>(NAMES).1);
    }
}
