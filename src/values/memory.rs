//! Strings and slices in a guest's memory, as arguments and results.

use super::arg::Place;
use super::{Args, Element, Form, FromWasm, Guest, HostArg, IntoWasm, Writer};
use crate::bind::Abi;
use crate::error::format_err;
use crate::{Error, Result, ValType};
use std::ptr::NonNull;
use std::str::Utf8Error;
use std::{slice, str};

/// Reads the address and the length of a slice.
///
/// # Safety
///
/// Both must be next in `args`.
#[inline]
unsafe fn read_span<F: Form>(args: &mut Args<'_, F>) -> (u64, u64) {
    // SAFETY: both are next, as this function requires.
    unsafe { (args.read_pointer(), args.read_pointer()) }
}

/// Returns the text of bytes that are at an address of the guest.
#[inline]
fn text(bytes: &[u8], address: u64) -> Result<&str> {
    str::from_utf8(bytes).map_err(|error| not_utf8(error, address))
}

#[cold]
fn not_utf8(error: Utf8Error, address: u64) -> Error {
    Error::new(error).context(format!(
        "expected a string in UTF-8 at the address {address:#x}"
    ))
}

/// Adds the types of an address and a length.
fn add_span(abi: &Abi, types: &mut Vec<ValType>) {
    types.extend([abi.pointer(), abi.pointer()]);
}

macro_rules! slices {
    ($($ty:ty as $arg:ty: $is_mut:literal, $get:ident;)*) => {$(
        // SAFETY: the address and the length are read, and the place is borrowed.
        unsafe impl<T: 'static, E: Element> HostArg<T> for $ty {
            type This = Self;
            type Arg<'m> = $arg;
            type Read = Place<[E]>;
            const NEEDS_STORE: bool = true;
            const BORROWS: bool = true;

            fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
                add_span(abi, types);
            }

            #[inline]
            unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<Place<[E]>> {
                // SAFETY: both values are next, as this function requires.
                let (address, len) = unsafe { read_span(args) };
                args.borrow(address, len, $is_mut).map(Place)
            }

            #[inline]
            unsafe fn get<'m>(read: &'m mut Place<[E]>) -> $arg {
                // SAFETY: the place is in the guest's memory, which nothing changes, as this
                // function requires; nothing else uses it if it is borrowed exclusively, which
                // `Args::borrow` has checked. Every combination of bits is a value, as `Element`
                // requires.
                unsafe { read.0.$get() }
            }
        }
    )*};
}

slices! {
    &'static [E] as &'m [E]: false, as_ref;
    &'static mut [E] as &'m mut [E]: true, as_mut;
}

// SAFETY: the address and the length are read, and the place is borrowed.
unsafe impl<T: 'static> HostArg<T> for &'static str {
    type This = Self;
    type Arg<'m> = &'m str;
    type Read = Place<str>;
    const NEEDS_STORE: bool = true;
    const BORROWS: bool = true;

    fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
        add_span(abi, types);
    }

    #[inline]
    unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<Place<str>> {
        // SAFETY: both values are next, as this function requires.
        let (address, len) = unsafe { read_span(args) };
        let bytes = args.borrow::<u8>(address, len, false)?;
        // SAFETY: the place is in the guest's memory, which nothing changes now.
        let text = text(unsafe { bytes.as_ref() }, address)?;
        Ok(Place(NonNull::from(text)))
    }

    #[inline]
    unsafe fn get(read: &mut Place<str>) -> &str {
        // SAFETY: the place is in the guest's memory, which nothing changes, as this function
        // requires. Its bytes were a string when they were read.
        unsafe { read.0.as_ref() }
    }
}

// SAFETY: the address and the length are read, and the elements are copied.
unsafe impl<E: Element> FromWasm for Vec<E> {
    const NEEDS_STORE: bool = true;
    const NEEDS_MEMORY: bool = true;

    fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
        add_span(abi, types);
    }

    #[inline]
    unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<Vec<E>> {
        // SAFETY: both values are next, as this function requires.
        let (address, len) = unsafe { read_span(args) };
        args.copy(address, len)
    }
}

// SAFETY: the address and the length are read, and the text is copied.
unsafe impl FromWasm for String {
    const NEEDS_STORE: bool = true;
    const NEEDS_MEMORY: bool = true;

    fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
        add_span(abi, types);
    }

    #[inline]
    unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<String> {
        // SAFETY: both values are next, as this function requires.
        let (address, len) = unsafe { read_span(args) };
        let bytes = args.copy(address, len)?;
        String::from_utf8(bytes).map_err(|error| not_utf8(error.utf8_error(), address))
    }
}

/// The address and the length of a slice, as results.
pub struct Span {
    address: u64,
    len: u64,
    is_64: bool,
}

impl Span {
    fn new<E: Element>(elements: &[E], guest: &mut Guest<'_>) -> Result<Span> {
        // SAFETY: an element has no padding, as `Element` requires.
        let bytes =
            unsafe { slice::from_raw_parts(elements.as_ptr().cast(), size_of_val(elements)) };
        // Elements without a size take no memory, however many they are.
        if !guest.abi().is_64() && u32::try_from(elements.len()).is_err() {
            return Err(guest.explain(format_err!(
                "expected at most {} elements, as the guest has 32-bit addresses, found {}",
                u32::MAX,
                elements.len()
            )));
        }
        match guest.write_new(bytes, align_of::<E>()) {
            Ok(address) => Ok(Span {
                address,
                len: elements.len() as u64,
                is_64: guest.abi().is_64(),
            }),
            Err(error) => Err(guest.explain(error)),
        }
    }

    /// Writes the address and the length.
    ///
    /// # Safety
    ///
    /// Their places must be next in `results`.
    unsafe fn write<F: Form>(&self, results: &mut Writer<'_, F>) -> Result<()> {
        // SAFETY: the places are next, as this function requires. In a memory of 32-bit
        // addresses, the slice has a 32-bit address and length.
        unsafe {
            results.write_pointer(self.address, self.is_64)?;
            results.write_pointer(self.len, self.is_64)
        }
    }
}

macro_rules! results {
    ($([$($generics:tt)*] $ty:ty => $as_slice:expr;)*) => {$(
        // SAFETY: an address and a length are written.
        unsafe impl<$($generics)*> IntoWasm for $ty {
            type Prepared = Span;
            const NEEDS_STORE: bool = true;
            const ALLOCATES: bool = true;

            fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
                add_span(abi, types);
            }

            fn allocations(&self, each: &mut dyn FnMut(usize, usize)) {
                let elements = $as_slice(&self);
                each(size_of_val(elements), align_of_val(elements));
            }

            fn prepare(self, guest: &mut Guest<'_>) -> Result<Span> {
                Span::new($as_slice(&self), guest)
            }

            unsafe fn write<F: Form>(span: &Span, results: &mut Writer<'_, F>) -> Result<()> {
                // SAFETY: the places are next, as this function requires.
                unsafe { span.write(results) }
            }
        }
    )*};
}

results! {
    [] String => String::as_bytes;
    ['a] &'a str => str::as_bytes;
    [E: Element] Vec<E> => Vec::as_slice;
    ['a, E: Element] &'a [E] => <[E]>::as_ref;
}
