//! The arguments and results of typed calls: lists of [`WasmTy`].

use super::{Form, Reader, WasmTy, Writer};
use crate::store::StoreOpaque;
#[cfg(feature = "async")]
use crate::sys::wasmtime_val_t;
use crate::{Result, Val, ValRaw, ValType};

/// Calls the macro `$each` with each number of values that a function of Rust
/// types may have, and as many identifiers.
macro_rules! for_each_arity {
    ($each:ident) => {
        $each!(0);
        $each!(1 A1);
        $each!(2 A1 A2);
        $each!(3 A1 A2 A3);
        $each!(4 A1 A2 A3 A4);
        $each!(5 A1 A2 A3 A4 A5);
        $each!(6 A1 A2 A3 A4 A5 A6);
        $each!(7 A1 A2 A3 A4 A5 A6 A7);
        $each!(8 A1 A2 A3 A4 A5 A6 A7 A8);
        $each!(9 A1 A2 A3 A4 A5 A6 A7 A8 A9);
        $each!(10 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10);
        $each!(11 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11);
        $each!(12 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12);
        $each!(13 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13);
        $each!(14 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14);
        $each!(15 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15);
        $each!(16 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16);
        $each!(17 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17);
    };
}
pub(crate) use for_each_arity;

/// The types of several values, each as the function that returns it.
#[doc(hidden)]
pub type ValTypes = &'static [fn() -> ValType];

/// The parameters of a typed function: a [`WasmTy`], or a tuple of up to 17 of them.
///
/// `()`, the empty tuple, stands for no parameters.
///
/// # Safety
///
/// Only this crate may implement it: the hidden items must agree with each other.
#[diagnostic::on_unimplemented(
    note = "a typed call passes numbers and references: the attribute `libwasmtime::guest` makes \
            functions that pass strings and structs as well, or pass the address in the guest's \
            memory, a `u32`, as in the examples of `Memory::write`"
)]
pub unsafe trait WasmParams: Send {
    /// An array of as many raw values.
    #[doc(hidden)]
    type Raw: Copy;

    /// An array of as many values with their types, in the form of the C API.
    #[cfg(feature = "async")]
    #[doc(hidden)]
    type Typed: Copy;

    /// An array of as many values.
    #[doc(hidden)]
    type Vals: AsRef<[Val]>;

    /// An array of raw values.
    #[doc(hidden)]
    const EMPTY: Self::Raw;

    /// The types of the values.
    #[doc(hidden)]
    const VALTYPES: ValTypes;

    /// Whether one of them is [`WasmTy::IS_ROOTED`].
    #[doc(hidden)]
    const HAS_ROOTED: bool;

    /// Whether one of them is a reference.
    #[doc(hidden)]
    const HAS_REFERENCE: bool;

    /// Writes the values.
    ///
    /// # Safety
    ///
    /// Their places must be next in `values`.
    #[doc(hidden)]
    unsafe fn write<F: Form>(&self, values: &mut Writer<'_, F>) -> Result<()>;

    /// Returns the values with their types.
    ///
    /// # Safety
    ///
    /// As for [`WasmTy::as_val`], for each of them.
    #[doc(hidden)]
    unsafe fn as_vals(&self, store: &mut StoreOpaque) -> Result<Self::Vals>;
}

/// The results of a typed function: a [`WasmTy`], or a tuple of up to 17 of them.
///
/// `()`, the empty tuple, stands for no results.
///
/// # Safety
///
/// Only this crate may implement it: the hidden items must agree with each other.
pub unsafe trait WasmResults: WasmParams {
    /// Reads the values.
    ///
    /// # Safety
    ///
    /// They must be next in `values`.
    #[doc(hidden)]
    unsafe fn read<F: Form>(values: &mut Reader<'_, F>) -> Self;
}

// SAFETY: one value has the first place.
unsafe impl<A: WasmTy> WasmParams for A {
    type Raw = [ValRaw; 1];
    #[cfg(feature = "async")]
    type Typed = [wasmtime_val_t; 1];
    type Vals = [Val; 1];
    const EMPTY: [ValRaw; 1] = [ValRaw::ZERO];
    const VALTYPES: ValTypes = &[A::valtype];
    const HAS_ROOTED: bool = A::IS_ROOTED;
    const HAS_REFERENCE: bool = A::NEEDS_STORE;

    #[inline]
    unsafe fn write<F: Form>(&self, values: &mut Writer<'_, F>) -> Result<()> {
        // SAFETY: the place is next, as this function requires.
        unsafe { values.write(self) }
    }

    unsafe fn as_vals(&self, store: &mut StoreOpaque) -> Result<[Val; 1]> {
        // SAFETY: the value is not used for longer than `self`, as this function requires.
        Ok([unsafe { self.as_val(store)? }])
    }
}

// SAFETY: one value has the first place.
unsafe impl<A: WasmTy> WasmResults for A {
    #[inline]
    unsafe fn read<F: Form>(values: &mut Reader<'_, F>) -> A {
        // SAFETY: the value is next, as this function requires.
        unsafe { values.read() }
    }
}

macro_rules! tuples {
    ($n:literal $($t:ident)*) => {
        // SAFETY: each value has its place.
        unsafe impl<$($t: WasmTy),*> WasmParams for ($($t,)*) {
            type Raw = [ValRaw; $n];
            #[cfg(feature = "async")]
            type Typed = [wasmtime_val_t; $n];
            type Vals = [Val; $n];
            const EMPTY: [ValRaw; $n] = [ValRaw::ZERO; $n];
            const VALTYPES: ValTypes = &[$($t::valtype),*];
            const HAS_ROOTED: bool = false $(|| $t::IS_ROOTED)*;
            const HAS_REFERENCE: bool = false $(|| $t::NEEDS_STORE)*;

            #[inline]
            #[allow(non_snake_case, reason = "the type parameters name the values as well")]
            #[allow(unused_variables, reason = "the empty tuple")]
            unsafe fn write<F: Form>(&self, values: &mut Writer<'_, F>) -> Result<()> {
                let ($($t,)*) = self;
                // SAFETY: the places are next, as this function requires.
                $(unsafe { values.write($t)? };)*
                Ok(())
            }

            #[allow(non_snake_case, reason = "the type parameters name the values as well")]
            #[allow(unused_variables, unused_unsafe, reason = "the empty tuple")]
            unsafe fn as_vals(&self, store: &mut StoreOpaque) -> Result<[Val; $n]> {
                let ($($t,)*) = self;
                // SAFETY: no value is used for longer than `self`, as this function requires.
                unsafe { Ok([$($t.as_val(store)?),*]) }
            }
        }

        // SAFETY: each value has its place.
        unsafe impl<$($t: WasmTy),*> WasmResults for ($($t,)*) {
            #[inline]
            #[allow(unused_variables, clippy::unused_unit, reason = "the empty tuple")]
            unsafe fn read<F: Form>(values: &mut Reader<'_, F>) -> Self {
                // SAFETY: the values are next, as this function requires.
                ($(unsafe { values.read::<$t>() },)*)
            }
        }
    };
}

for_each_arity!(tuples);
