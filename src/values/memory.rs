//! Strings and slices in a guest's memory, as arguments and results.

use super::arg::Place;
use super::{Args, Element, Form, FromWasm, Guest, HostArg, IntoWasm, NullableArg, Writer};
use crate::bind::Abi;
use crate::error::{bail, ensure, format_err};
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

/// Reads the address and the length of a slice; `None` for a null pointer.
///
/// # Errors
///
/// Returns an error if the pointer is null, but the length isn't 0.
///
/// # Safety
///
/// Both must be next in `args`.
#[inline]
unsafe fn read_nullable_span<F: Form>(args: &mut Args<'_, F>) -> Result<Option<(u64, u64)>> {
    // SAFETY: both are next, as this function requires.
    match unsafe { read_span(args) } {
        (0, 0) => Ok(None),
        (0, len) => Err(null_with_len(len)),
        span => Ok(Some(span)),
    }
}

#[cold]
fn null_with_len(len: u64) -> Error {
    format_err!("expected a null pointer, which is `None`, to have the length 0, found {len}")
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

/// Borrows a slice that may change.
#[inline]
fn borrow_mut<E: Element, F: Form>(
    args: &mut Args<'_, F>,
    address: u64,
    len: u64,
) -> Result<Place<[E]>> {
    args.borrow(address, len, true).map(Place)
}

/// Borrows a slice.
#[inline]
fn borrow<E: Element, F: Form>(
    args: &mut Args<'_, F>,
    address: u64,
    len: u64,
) -> Result<Place<[E]>> {
    args.borrow(address, len, false).map(Place)
}

/// Borrows a string.
#[inline]
fn borrow_text<F: Form>(args: &mut Args<'_, F>, address: u64, len: u64) -> Result<Place<str>> {
    let bytes = args.borrow::<u8>(address, len, false)?;
    // SAFETY: the place is in the guest's memory, which nothing changes now.
    let text = text(unsafe { bytes.as_ref() }, address)?;
    Ok(Place(NonNull::from(text)))
}

/// Copies a string.
#[inline]
fn copy_text<F: Form>(args: &mut Args<'_, F>, address: u64, len: u64) -> Result<String> {
    let bytes = args.copy(address, len)?;
    String::from_utf8(bytes).map_err(|error| not_utf8(error.utf8_error(), address))
}

macro_rules! borrowed {
    ($([$($generics:tt)*] $ty:ty as $arg:ty, $target:ty: $borrow:ident, $get:ident;)*) => {$(
        // SAFETY: the address and the length are read, and the place is borrowed.
        unsafe impl<T: 'static, $($generics)*> HostArg<T> for $ty {
            type This = Self;
            type Arg<'m> = $arg;
            type Read = Place<$target>;
            const NEEDS_STORE: bool = true;
            const BORROWS: bool = true;

            fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
                add_span(abi, types);
            }

            #[inline]
            unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<Place<$target>> {
                // SAFETY: both values are next, as this function requires.
                let (address, len) = unsafe { read_span(args) };
                $borrow(args, address, len)
            }

            #[inline]
            unsafe fn get<'m>(read: &'m mut Place<$target>) -> $arg {
                // SAFETY: the place is in the guest's memory, which nothing changes, as this
                // function requires; nothing else uses it if it is borrowed exclusively, which
                // `Args::borrow` has checked. Every combination of bits is a value, as `Element`
                // requires, or the bytes were a string when they were read.
                unsafe { read.0.$get() }
            }
        }

        // SAFETY: the address and the length are read, and the place is borrowed.
        unsafe impl<T: 'static, $($generics)*> NullableArg<T> for $ty {
            #[inline]
            unsafe fn read_nullable<F: Form>(
                args: &mut Args<'_, F>,
            ) -> Result<Option<Place<$target>>> {
                // SAFETY: both values are next, as this function requires.
                match unsafe { read_nullable_span(args)? } {
                    Some((address, len)) => $borrow(args, address, len).map(Some),
                    None => Ok(None),
                }
            }
        }
    )*};
}

borrowed! {
    [] &'static str as &'m str, str: borrow_text, as_ref;
    [E: Element] &'static [E] as &'m [E], [E]: borrow, as_ref;
    [E: Element] &'static mut [E] as &'m mut [E], [E]: borrow_mut, as_mut;
}

macro_rules! copied {
    ($([$($generics:tt)*] $ty:ty: $copy:expr;)*) => {$(
        // SAFETY: the address and the length are read.
        unsafe impl<$($generics)*> FromWasm for $ty {
            const NEEDS_STORE: bool = true;
            const NEEDS_MEMORY: bool = true;

            fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
                add_span(abi, types);
            }

            #[inline]
            unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<$ty> {
                // SAFETY: both values are next, as this function requires.
                let (address, len) = unsafe { read_span(args) };
                $copy(args, address, len)
            }
        }

        // SAFETY: the address and the length are read.
        unsafe impl<$($generics)*> FromWasm for Option<$ty> {
            const NEEDS_STORE: bool = true;
            const NEEDS_MEMORY: bool = true;

            fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
                add_span(abi, types);
            }

            #[inline]
            unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<Option<$ty>> {
                // SAFETY: both values are next, as this function requires.
                match unsafe { read_nullable_span(args)? } {
                    Some((address, len)) => $copy(args, address, len).map(Some),
                    None => Ok(None),
                }
            }
        }
    )*};
}

copied! {
    [] String: copy_text;
    [E: Element] Vec<E>: Args::copy;
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
            bail!(
                "expected at most {} elements, as the guest has 32-bit addresses, found {}",
                u32::MAX,
                elements.len()
            )
        }
        Ok(Span {
            address: guest.write_new(bytes, align_of::<E>())?,
            len: elements.len() as u64,
            is_64: guest.abi().is_64(),
        })
    }

    /// As [`Span::new`], where a null pointer stands for `None`.
    ///
    /// # Errors
    ///
    /// Returns an error also if the elements are at the address 0, as an empty string may be.
    fn nullable<E: Element>(elements: Option<&[E]>, guest: &mut Guest<'_>) -> Result<Span> {
        let Some(elements) = elements else {
            return Ok(Span {
                address: 0,
                len: 0,
                is_64: guest.abi().is_64(),
            });
        };
        let span = Span::new(elements, guest)?;
        ensure!(
            span.address != 0,
            "expected the guest's allocator `{}` to return an address that isn't that of `None`, \
             found null",
            guest.abi().alloc().unwrap_or_default()
        );
        Ok(span)
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

        // SAFETY: an address and a length are written.
        unsafe impl<$($generics)*> IntoWasm for Option<$ty> {
            type Prepared = Span;
            const NEEDS_STORE: bool = true;
            const ALLOCATES: bool = true;

            fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
                add_span(abi, types);
            }

            fn allocations(&self, each: &mut dyn FnMut(usize, usize)) {
                if let Some(value) = self {
                    IntoWasm::allocations(value, each);
                }
            }

            fn prepare(self, guest: &mut Guest<'_>) -> Result<Span> {
                Span::nullable(self.as_ref().map(|value| $as_slice(value)), guest)
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
