//! The parameters and results of a guest's function.

use crate::bind::{Abi, about};
use crate::values::{Args, Form, FromWasm, Guest, IntoWasm, Writer, for_each_arity};
use crate::{Result, ValType};

/// The parameters of a guest's function: a tuple of up to 17 [`IntoWasm`].
///
/// # Safety
///
/// As for [`IntoWasm`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the arguments of a guest's function",
    note = "the chapter `libwasmtime::bind` lists what a guest's function may take"
)]
pub unsafe trait GuestParams {
    /// What is written, as for [`IntoWasm::Prepared`].
    #[doc(hidden)]
    type Prepared;

    /// Whether one of them is [`IntoWasm::ALLOCATES`].
    #[doc(hidden)]
    const ALLOCATES: bool;

    /// Adds the types of the values.
    #[doc(hidden)]
    fn valtypes(abi: &Abi, types: &mut Vec<ValType>);

    /// Calls `each` for each allocation, as [`IntoWasm::allocations`] does.
    #[doc(hidden)]
    fn allocations(&self, each: &mut dyn FnMut(usize, usize));

    /// Creates what the values refer to, as [`IntoWasm::prepare`] does.
    ///
    /// # Errors
    ///
    /// Returns an error that names the argument.
    #[doc(hidden)]
    fn prepare(self, guest: &mut Guest<'_>) -> Result<Self::Prepared>;

    /// Writes the values.
    ///
    /// # Safety
    ///
    /// Their places must be next in `values`.
    #[doc(hidden)]
    unsafe fn write<F: Form>(prepared: &Self::Prepared, values: &mut Writer<'_, F>) -> Result<()>;
}

/// The results of a guest's function: a [`FromWasm`], a tuple of up to 17 of them, or a
/// [`Result`] of either, which is what a call returns anyway.
///
/// # Safety
///
/// As for [`FromWasm`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the result of a guest's function",
    note = "the chapter `libwasmtime::bind` lists what a guest's function may return",
    note = "a `Result` has the error type `libwasmtime::Error`"
)]
pub unsafe trait GuestResults {
    /// What a call returns.
    type Output;

    /// Whether one of them is [`FromWasm::NEEDS_MEMORY`].
    #[doc(hidden)]
    const NEEDS_MEMORY: bool;

    /// Adds the types of the values.
    #[doc(hidden)]
    fn valtypes(abi: &Abi, types: &mut Vec<ValType>);

    /// Reads the values.
    ///
    /// # Safety
    ///
    /// They must be next in `results`.
    #[doc(hidden)]
    unsafe fn read<F: Form>(results: &mut Args<'_, F>) -> Result<Self::Output>;
}

// SAFETY: the value is read as it is.
#[diagnostic::do_not_recommend]
unsafe impl<A: FromWasm> GuestResults for A {
    type Output = A;
    const NEEDS_MEMORY: bool = A::NEEDS_MEMORY;

    fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
        A::valtypes(abi, types);
    }

    unsafe fn read<F: Form>(results: &mut Args<'_, F>) -> Result<A> {
        // SAFETY: the values are next, as this function requires.
        unsafe { A::read(results) }
    }
}

// SAFETY: the values are those of `A`.
unsafe impl<A: GuestResults> GuestResults for Result<A> {
    type Output = A::Output;
    const NEEDS_MEMORY: bool = A::NEEDS_MEMORY;

    fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
        A::valtypes(abi, types);
    }

    unsafe fn read<F: Form>(results: &mut Args<'_, F>) -> Result<A::Output> {
        // SAFETY: the values are next, as this function requires.
        unsafe { A::read(results) }
    }
}

macro_rules! tuples {
    ($n:literal $($t:ident)*) => {
        // SAFETY: the values are those of the parts, one after the other.
        #[allow(non_snake_case, reason = "the type parameters name the values as well")]
        #[allow(unused_variables, unused_mut, unused_assignments, clippy::unused_unit, reason = "the empty tuple")]
        unsafe impl<$($t: IntoWasm),*> GuestParams for ($($t,)*) {
            type Prepared = ($($t::Prepared,)*);
            const ALLOCATES: bool = false $(|| $t::ALLOCATES)*;

            fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
                $($t::valtypes(abi, types);)*
            }

            fn allocations(&self, each: &mut dyn FnMut(usize, usize)) {
                let ($($t,)*) = self;
                $($t.allocations(each);)*
            }

            fn prepare(self, guest: &mut Guest<'_>) -> Result<Self::Prepared> {
                let ($($t,)*) = self;
                let mut number = 0;
                $(
                    number += 1;
                    let prepared = $t.prepare(guest);
                    let $t = prepared.map_err(|error| about(format!("argument {number}"), error))?;
                )*
                Ok(($($t,)*))
            }

            unsafe fn write<V: Form>(
                prepared: &Self::Prepared,
                values: &mut Writer<'_, V>,
            ) -> Result<()> {
                let ($($t,)*) = prepared;
                // SAFETY: the places are next, as this function requires.
                $(unsafe { <$t as IntoWasm>::write($t, values)? };)*
                Ok(())
            }
        }

        // SAFETY: the values are those of the parts, one after the other.
        #[allow(non_snake_case, reason = "the type parameters name the values as well")]
        #[allow(unused_variables, unused_mut, unused_assignments, clippy::unused_unit, reason = "the empty tuple")]
        unsafe impl<$($t: FromWasm),*> GuestResults for ($($t,)*) {
            type Output = ($($t,)*);
            const NEEDS_MEMORY: bool = false $(|| $t::NEEDS_MEMORY)*;

            fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
                $($t::valtypes(abi, types);)*
            }

            unsafe fn read<V: Form>(results: &mut Args<'_, V>) -> Result<Self::Output> {
                let mut number = 0;
                $(
                    number += 1;
                    // SAFETY: the values are next, as this function requires.
                    let $t = match unsafe { <$t as FromWasm>::read(results) } {
                        Ok(read) => read,
                        Err(error) => return Err(about(format!("result {number}"), error)),
                    };
                )*
                Ok(($($t,)*))
            }
        }
    };
}

for_each_arity!(tuples);
