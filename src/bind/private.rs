//! What the code of the attributes and derives uses. Not for other code: it may change at any
//! time.

pub use super::held::ObjectReceiver;
pub use crate::values::{Args, Form, Guest, NullableArg, Writer};
// A crate may have a dependency of the name `core`, which `::core` is in it then.
pub use {::core, ::std};

use super::about;
use crate::values::{Element, Place, no_value};
use crate::{Error, Result};

/// Adds to an error which field it is about.
#[inline]
pub fn field<A>(converted: Result<A>, name: &'static str) -> Result<A> {
    converted.map_err(|error| about(name, error))
}

/// Returns an error about a number that is no variant of an enum of this name.
#[cold]
pub fn unknown_variant(name: &str, known: &[(&str, i128)], found: i128) -> Error {
    let known: Vec<_> = known
        .iter()
        .map(|(name, number)| format!("{number} ({name})"))
        .collect();
    no_value(name, format_args!("one of {}", known.join(", ")), found)
}

/// Returns the size of a field of a struct that is passed by pointer.
pub const fn size_of_element<E: Element>() -> usize {
    size_of::<E>()
}

/// Asserts that a struct whose fields have this size has no padding.
///
/// # Panics
///
/// Panics with the message if it has. As the derive calls it in a constant, that is a compile error.
#[track_caller]
pub const fn assert_no_padding<T>(size_of_fields: usize, message: &str) {
    if size_of_fields != size_of::<T>() {
        panic!("{}", message);
    }
}

/// A value in the guest's memory that an argument borrows, exclusively if `IS_MUT`.
pub struct Borrow<E, const IS_MUT: bool>(Place<E>);

impl<E> Borrow<E, false> {
    /// Returns the value.
    ///
    /// # Safety
    ///
    /// Nothing may change the guest's memory meanwhile.
    #[inline]
    pub unsafe fn get(&mut self) -> &E {
        // SAFETY: `borrow` has found the value in the guest's memory, which nothing changes, as
        // this function requires.
        unsafe { self.0.as_ref() }
    }
}

impl<E> Borrow<E, true> {
    /// Returns the value.
    ///
    /// # Safety
    ///
    /// Nothing else may change the guest's memory meanwhile.
    #[inline]
    pub unsafe fn get(&mut self) -> &mut E {
        // SAFETY: `borrow` has found the value in the guest's memory, and that no other argument
        // borrows it. Nothing else changes it, as this function requires.
        unsafe { self.0.as_mut() }
    }
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
pub unsafe fn borrow<E: Element, F: Form, const IS_MUT: bool>(
    args: &mut Args<'_, F>,
) -> Result<Borrow<E, IS_MUT>> {
    // SAFETY: the address is next, as this function requires.
    let address = unsafe { args.read_pointer() };
    borrow_at(args, address)
}

/// Reads the address of a value in the guest's memory, which is borrowed, or null.
///
/// # Errors
///
/// As for [`Args::borrow`].
///
/// # Safety
///
/// An address must be next in `args`.
#[inline]
pub unsafe fn borrow_nullable<E: Element, F: Form, const IS_MUT: bool>(
    args: &mut Args<'_, F>,
) -> Result<Option<Borrow<E, IS_MUT>>> {
    // SAFETY: the address is next, as this function requires.
    match unsafe { args.read_pointer() } {
        0 => Ok(None),
        address => borrow_at(args, address).map(Some),
    }
}

#[inline]
fn borrow_at<E: Element, F: Form, const IS_MUT: bool>(
    args: &mut Args<'_, F>,
    address: u64,
) -> Result<Borrow<E, IS_MUT>> {
    args.borrow::<E>(address, 1, IS_MUT)
        .map(|place| Borrow(Place::new(place.cast())))
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

/// Expands to the code of an `async fn`, or to that which reports that the feature `async` is off.
/// The attribute writes both, so that its error is at the function.
#[cfg(feature = "async")]
#[doc(hidden)]
#[macro_export]
macro_rules! __async {
    ({$($code:tt)*} {$($error:tt)*}) => { $($code)* };
}

#[cfg(not(feature = "async"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __async {
    ({$($code:tt)*} {$($error:tt)*}) => { $($error)* };
}

/// Implements the conversions of a struct that is passed as an address in the guest's memory. It
/// must be an [`Element`].
#[doc(hidden)]
#[macro_export]
macro_rules! __by_pointer {
    (@borrowed ($reference:ty) $ty:ty, $m:lifetime ($arg:ty), $is_mut:literal) => {
        // SAFETY: an address is read, and the place borrowed.
        unsafe impl<__Data: 'static> $crate::bind::HostArg<__Data> for $reference {
            type This = Self;
            type Arg<$m> = $arg;
            type Read = $crate::bind::private::Borrow<$ty, $is_mut>;
            const NEEDS_STORE: bool = true;
            const BORROWS: bool = true;

            fn valtypes(
                abi: &$crate::bind::Abi,
                types: &mut $crate::bind::private::std::vec::Vec<$crate::ValType>,
            ) {
                types.push(abi.pointer());
            }

            #[inline]
            unsafe fn read<__Form: $crate::bind::private::Form>(
                args: &mut $crate::bind::private::Args<'_, __Form>,
            ) -> $crate::Result<Self::Read> {
                // SAFETY: the address is next, as this function requires.
                unsafe { $crate::bind::private::borrow(args) }
            }

            #[inline]
            unsafe fn get<$m>(read: &$m mut Self::Read) -> $arg {
                // SAFETY: nothing else changes the guest's memory, as this function requires.
                unsafe { read.get() }
            }
        }

        // SAFETY: an address is read, and the place borrowed, unless it is null.
        unsafe impl<__Data: 'static> $crate::bind::private::NullableArg<__Data> for $reference {
            #[inline]
            unsafe fn read_nullable<__Form: $crate::bind::private::Form>(
                args: &mut $crate::bind::private::Args<'_, __Form>,
            ) -> $crate::Result<$crate::bind::private::core::option::Option<Self::Read>> {
                // SAFETY: the address is next, as this function requires.
                unsafe { $crate::bind::private::borrow_nullable(args) }
            }
        }
    };
    ($ty:ty) => {
        // SAFETY: an address is read.
        unsafe impl $crate::bind::FromWasm for $ty {
            const NEEDS_STORE: bool = true;
            const NEEDS_MEMORY: bool = true;

            fn valtypes(
                abi: &$crate::bind::Abi,
                types: &mut $crate::bind::private::std::vec::Vec<$crate::ValType>,
            ) {
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

        $crate::__by_pointer!(@borrowed (&'static $ty) $ty, 'm (&'m $ty), false);
        $crate::__by_pointer!(@borrowed (&'static mut $ty) $ty, 'm (&'m mut $ty), true);
    };
}
