//! Scalars that WebAssembly has no type for: they travel as an `i32` or a pointer.

use super::{Args, Constant, Form, FromWasm, Guest, IntoWasm, Writer};
use crate::bind::{Abi, about};
use crate::error::format_err;
use crate::{Error, Result, Val, ValType};
use std::fmt;

/// Returns an error about a number that isn't one of a type's values.
#[cold]
pub(crate) fn no_value(ty: &str, values: impl fmt::Display, found: impl fmt::Display) -> Error {
    format_err!("expected a value of `{ty}`, which is {values}; found {found}")
}

/// Implements the conversions of types whose values travel as an `i32`, which not every number
/// is: by a function from and one to the integer type that `i32` is seen as.
macro_rules! through_integers {
    ($($ty:ty as $wide:ty: $from:expr, $into:expr, $($values:expr),+;)*) => {$(
        // SAFETY: one `i32` is read.
        unsafe impl FromWasm for $ty {
            const NEEDS_STORE: bool = false;

            fn valtypes(_: &Abi, types: &mut Vec<ValType>) {
                types.push(ValType::I32);
            }

            #[inline]
            unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<$ty> {
                // SAFETY: the value is next, as this function requires.
                let found = unsafe { args.read::<$wide>() };
                match $from(found) {
                    Some(value) => Ok(value),
                    None => Err(no_value(stringify!($ty), format_args!($($values),+), found)),
                }
            }
        }

        // SAFETY: one `i32` is written.
        unsafe impl IntoWasm for $ty {
            type Prepared = $ty;
            const NEEDS_STORE: bool = false;

            fn valtypes(_: &Abi, types: &mut Vec<ValType>) {
                types.push(ValType::I32);
            }

            #[inline]
            fn prepare(self, _: &mut Guest<'_>) -> Result<$ty> {
                Ok(self)
            }

            #[inline]
            unsafe fn write<F: Form>(value: &$ty, results: &mut Writer<'_, F>) -> Result<()> {
                // SAFETY: the place is next, as this function requires.
                unsafe { results.write::<$wide>(&$into(*value)) }
            }
        }

        impl Constant for $ty {
            fn into_val(self, abi: &Abi) -> Result<Val> {
                <$wide>::into_val($into(self), abi)
            }
        }
    )*};
}

through_integers! {
    bool as u32: |found| (found <= 1).then_some(found == 1), u32::from, "0 or 1";
    char as u32: char::from_u32, u32::from, "a Unicode scalar value";
}

/// Implements the conversions of integers that are smaller than an `i32`, which is signed or not
/// as they are.
macro_rules! small_integers {
    ($($ty:ty as $wide:ty;)*) => {
        through_integers! {$(
            $ty as $wide: |found| <$ty>::try_from(found).ok(), <$wide>::from,
                "between {} and {}", <$ty>::MIN, <$ty>::MAX;
        )*}
    };
}

small_integers! {
    u8 as u32;
    u16 as u32;
    i8 as i32;
    i16 as i32;
}

/// A number of the width of the guest's pointers.
pub struct Pointer {
    value: u64,
    is_64: bool,
}

/// Returns an error about a number that a guest with 32-bit addresses gets.
#[cold]
fn too_wide(what: &str, ty: &str, found: impl fmt::Display) -> Error {
    format_err!(
        "expected a {what} that fits into the `{ty}` of the guest, which has 32 bits, found {found}"
    )
}

/// Implements the conversions of integers of the width of a pointer, which is signed or not as
/// they are: the type of 32 bits, and the one of 64 bits.
macro_rules! pointers {
    ($($ty:ty, $narrow:ty, $wide:ty;)*) => {$(
        // SAFETY: a pointer is read.
        unsafe impl FromWasm for $ty {
            const NEEDS_STORE: bool = false;

            fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
                types.push(abi.pointer());
            }

            #[inline]
            unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<$ty> {
                let is_64 = args.guest().abi().is_64();
                // SAFETY: the value is next, as this function requires.
                let found = unsafe { args.read_pointer() };
                let found = match is_64 {
                    true => found as $wide,
                    false => <$wide>::from(found as $narrow),
                };
                <$ty>::try_from(found).map_err(|_| {
                    format_err!(
                        "expected a number that fits into the `{}` of this machine, found {found}",
                        stringify!($ty)
                    )
                })
            }
        }

        // SAFETY: a pointer is written.
        unsafe impl IntoWasm for $ty {
            type Prepared = Pointer;
            const NEEDS_STORE: bool = false;

            fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
                types.push(abi.pointer());
            }

            #[inline]
            fn prepare(self, guest: &mut Guest<'_>) -> Result<Pointer> {
                let is_64 = guest.abi().is_64();
                if !is_64 && <$narrow>::try_from(self).is_err() {
                    return Err(too_wide("number", stringify!($ty), self));
                }
                Ok(Pointer { value: self as u64, is_64 })
            }

            #[inline]
            unsafe fn write<F: Form>(pointer: &Pointer, results: &mut Writer<'_, F>) -> Result<()> {
                // SAFETY: the place is next, as this function requires, and has that width.
                unsafe { results.write_pointer(pointer.value, pointer.is_64) }
            }
        }

        impl Constant for $ty {
            fn into_val(self, abi: &Abi) -> Result<Val> {
                match (abi.is_64(), <$narrow>::try_from(self)) {
                    (true, _) => Ok(Val::I64(self as i64)),
                    (false, Ok(number)) => number.into_val(abi),
                    (false, Err(_)) => Err(too_wide("constant", stringify!($ty), self)),
                }
            }
        }
    )*};
}

pointers! {
    usize, u32, u64;
    isize, i32, i64;
}

/// Adds to an error which element it is about.
#[cold]
fn about_element(index: usize, error: Error) -> Error {
    about(format!("element {index}"), error)
}

// SAFETY: the elements are read one after the other.
unsafe impl<A: FromWasm, const N: usize> FromWasm for [A; N] {
    const NEEDS_STORE: bool = A::NEEDS_STORE;
    const NEEDS_MEMORY: bool = A::NEEDS_MEMORY;

    fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
        for _ in 0..N {
            A::valtypes(abi, types);
        }
    }

    #[inline]
    unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<[A; N]> {
        let mut elements = [const { None }; N];
        for (i, element) in elements.iter_mut().enumerate() {
            // SAFETY: the values are next, as this function requires.
            let read = unsafe { A::read(args) };
            *element = Some(read.map_err(|error| about_element(i, error))?);
        }
        Ok(elements.map(|element: Option<A>| element.expect("all elements were read")))
    }
}

// SAFETY: the elements are written one after the other.
unsafe impl<A: IntoWasm, const N: usize> IntoWasm for [A; N] {
    type Prepared = [A::Prepared; N];
    const NEEDS_STORE: bool = A::NEEDS_STORE;
    const ALLOCATES: bool = A::ALLOCATES;

    fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
        for _ in 0..N {
            A::valtypes(abi, types);
        }
    }

    fn allocations(&self, each: &mut dyn FnMut(usize, usize)) {
        for element in self {
            element.allocations(each);
        }
    }

    fn prepare(self, guest: &mut Guest<'_>) -> Result<[A::Prepared; N]> {
        let mut prepared = [const { None }; N];
        for (i, (place, element)) in prepared.iter_mut().zip(self).enumerate() {
            let outcome = element.prepare(guest);
            *place = Some(outcome.map_err(|error| about_element(i, error))?);
        }
        Ok(prepared.map(|element: Option<A::Prepared>| element.expect("all were prepared")))
    }

    unsafe fn write<F: Form>(
        prepared: &[A::Prepared; N],
        results: &mut Writer<'_, F>,
    ) -> Result<()> {
        for (i, element) in prepared.iter().enumerate() {
            // SAFETY: the places are next, as this function requires.
            let outcome = unsafe { A::write(element, results) };
            outcome.map_err(|error| about_element(i, error))?;
        }
        Ok(())
    }
}
