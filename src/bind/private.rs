//! What the code of the attributes and derives uses. Not for other code: it may change at any
//! time.

pub use super::held::ObjectReceiver;
pub use crate::values::{Args, Form, Guest, Place, Writer};

use crate::error::format_err;
use crate::values::Element;
use crate::{Error, Result};

/// Adds to an error which field it is about.
#[inline]
pub fn field<A>(read: Result<A>, name: &'static str) -> Result<A> {
    read.map_err(|error| error.context(name))
}

/// Returns an error about a number that is no variant of an enum.
#[cold]
pub fn unknown_variant(expected: &str, known: &[(&str, i128)], found: i128) -> Error {
    let known: Vec<_> = known
        .iter()
        .map(|(name, number)| format!("{number} ({name})"))
        .collect();
    format_err!("expected {expected} {}; found {found}", known.join(", "))
}

/// Reads the address of a value in the guest's memory, which is borrowed.
///
/// # Errors
///
/// As for [`Args::borrow`].
///
/// # Safety
///
/// An address must be next in `args`.
#[inline]
pub unsafe fn borrow<E: Element, F: Form>(
    args: &mut Args<'_, F>,
    is_mut: bool,
) -> Result<Place<E>> {
    // SAFETY: the address is next, as this function requires.
    let address = unsafe { args.read_pointer() };
    args.borrow::<E>(address, 1, is_mut)
        .map(|place| Place::new(place.cast()))
}

/// Reads the address of a value in the guest's memory, and copies the value.
///
/// # Errors
///
/// As for [`Args::place`].
///
/// # Safety
///
/// An address must be next in `args`.
#[inline]
pub unsafe fn copy<E: Element, F: Form>(args: &mut Args<'_, F>) -> Result<E> {
    // SAFETY: the address is next, as this function requires.
    let address = unsafe { args.read_pointer() };
    args.copy_one(address)
}

/// Implements the conversions of a struct that is passed as an address in the guest's memory. It
/// must be an [`Element`].
#[doc(hidden)]
#[macro_export]
macro_rules! __by_pointer {
    (@borrowed ($reference:ty) $ty:ty, $m:lifetime ($arg:ty), $is_mut:literal, $get:ident) => {
        // SAFETY: an address is read, and the place borrowed.
        unsafe impl<__Data: 'static> $crate::bind::HostArg<__Data> for $reference {
            type Arg<$m> = $arg;
            type Read = $crate::bind::private::Place<$ty>;
            const NEEDS_STORE: bool = true;
            const BORROWS: bool = true;

            fn valtypes(abi: &$crate::bind::Abi, types: &mut ::std::vec::Vec<$crate::ValType>) {
                types.push(abi.pointer());
            }

            #[inline]
            unsafe fn read<__Form: $crate::bind::private::Form>(
                args: &mut $crate::bind::private::Args<'_, __Form>,
            ) -> $crate::Result<Self::Read> {
                // SAFETY: the address is next, as this function requires.
                unsafe { $crate::bind::private::borrow(args, $is_mut) }
            }

            #[inline]
            unsafe fn get<$m>(read: &$m mut Self::Read) -> $arg {
                // SAFETY: the place is in the guest's memory, which nothing changes, as this
                // function requires; nothing else uses it if it is borrowed exclusively, which
                // the borrow has checked.
                unsafe { read.$get() }
            }
        }
    };
    ($ty:ty) => {
        // SAFETY: an address is read.
        unsafe impl $crate::bind::FromWasm for $ty {
            const NEEDS_STORE: bool = true;
            const NEEDS_MEMORY: bool = true;

            fn valtypes(abi: &$crate::bind::Abi, types: &mut ::std::vec::Vec<$crate::ValType>) {
                types.push(abi.pointer());
            }

            #[inline]
            unsafe fn read<__Form: $crate::bind::private::Form>(
                args: &mut $crate::bind::private::Args<'_, __Form>,
            ) -> $crate::Result<Self> {
                // SAFETY: the address is next, as this function requires.
                unsafe { $crate::bind::private::copy(args) }
            }
        }

        $crate::__by_pointer!(@borrowed (&'static $ty) $ty, 'm (&'m $ty), false, as_ref);
        $crate::__by_pointer!(@borrowed (&'static mut $ty) $ty, 'm (&'m mut $ty), true, as_mut);
    };
}
