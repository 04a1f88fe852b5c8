//! What host functions may return.

use super::lists::for_each_arity;
use super::{Form, Guest, IntoWasm, Writer};
use crate::bind::{Abi, about};
use crate::{Error, Result, ValType};

/// The results of a host function.
///
/// They are `()` for none, a [`WasmTy`](super::WasmTy), a tuple of up to 17 of them, or a
/// [`Result`] of any of these. In place of a `WasmTy` there may be any other [`IntoWasm`], of
/// which the chapter [`bind`](crate::bind) tells.
///
/// # Safety
///
/// Only this crate may implement it: `write` must agree with `valtypes`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the result of a host function",
    note = "the chapter `libwasmtime::bind` lists what a host function may return",
    note = "if it is your struct or enum, `#[derive(HostValue)]` makes it one, or, if guests hold \
            values of it, the option `object` of the attribute `host` on its `impl` block",
    note = "a function of a block with the attribute `host` that isn't for guests is left out with \
            `#[host(skip)]`",
    note = "a `Result` has the error type `libwasmtime::Error`, to which `?` converts others"
)]
#[cfg_attr(
    not(feature = "gc"),
    diagnostic::on_unimplemented(
        note = "objects that a guest holds need the Cargo feature `gc` of `libwasmtime`"
    )
)]
pub unsafe trait WasmRet {
    /// What is written, as for [`IntoWasm::Prepared`].
    #[doc(hidden)]
    type Prepared;

    /// Whether `prepare` or `write` uses the store.
    #[doc(hidden)]
    const NEEDS_STORE: bool;

    /// Whether one of them is [`IntoWasm::ALLOCATES`].
    #[doc(hidden)]
    const ALLOCATES: bool;

    /// Adds the types of the results.
    #[doc(hidden)]
    fn valtypes(abi: &Abi, types: &mut Vec<ValType>);

    /// Calls `each` for each allocation, as [`IntoWasm::allocations`] does.
    #[doc(hidden)]
    fn allocations(&self, each: &mut dyn FnMut(usize, usize));

    /// Creates what the results refer to, as [`IntoWasm::prepare`] does.
    ///
    /// # Errors
    ///
    /// Returns the error that stands in place of the results, or one that names the host function
    /// and the result.
    #[doc(hidden)]
    fn prepare(self, guest: &mut Guest<'_>) -> Result<Self::Prepared>;

    /// Writes the results.
    ///
    /// # Errors
    ///
    /// Returns an error that names the result.
    ///
    /// # Safety
    ///
    /// Their places must be next in `results`.
    #[doc(hidden)]
    unsafe fn write<F: Form>(prepared: Self::Prepared, results: &mut Writer<'_, F>) -> Result<()>;
}

// SAFETY: the results are those of the one part.
#[diagnostic::do_not_recommend]
unsafe impl<A: IntoWasm> WasmRet for A {
    type Prepared = A::Prepared;
    const NEEDS_STORE: bool = A::NEEDS_STORE;
    const ALLOCATES: bool = A::ALLOCATES;

    fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
        A::valtypes(abi, types);
    }

    fn allocations(&self, each: &mut dyn FnMut(usize, usize)) {
        IntoWasm::allocations(self, each);
    }

    #[inline]
    fn prepare(self, guest: &mut Guest<'_>) -> Result<A::Prepared> {
        let prepared = IntoWasm::prepare(self, guest);
        prepared.map_err(|error| guest.explain(about("result", error)))
    }

    #[inline]
    unsafe fn write<F: Form>(prepared: A::Prepared, results: &mut Writer<'_, F>) -> Result<()> {
        // SAFETY: the places are next, as this function requires.
        let written = unsafe { A::write(&prepared, results) };
        written.map_err(|error| about("result", error))
    }
}

/// Adds to an error which result it is about.
#[cold]
fn about_result(number: u32, error: Error) -> Error {
    about(format!("result {number}"), error)
}

macro_rules! tuples {
    ($n:literal $($t:ident)*) => {
        // SAFETY: the results are those of the parts, one after the other.
        #[allow(non_snake_case, reason = "the type parameters name the values as well")]
        #[allow(unused_variables, unused_mut, unused_assignments, clippy::unused_unit, reason = "the empty tuple")]
        unsafe impl<$($t: IntoWasm),*> WasmRet for ($($t,)*) {
            type Prepared = ($($t::Prepared,)*);
            const NEEDS_STORE: bool = false $(|| $t::NEEDS_STORE)*;
            const ALLOCATES: bool = false $(|| $t::ALLOCATES)*;

            fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
                $($t::valtypes(abi, types);)*
            }

            fn allocations(&self, each: &mut dyn FnMut(usize, usize)) {
                let ($($t,)*) = self;
                $($t.allocations(each);)*
            }

            #[inline]
            fn prepare(self, guest: &mut Guest<'_>) -> Result<Self::Prepared> {
                let ($($t,)*) = self;
                let mut number = 0;
                $(
                    number += 1;
                    let $t = match $t.prepare(guest) {
                        Ok(prepared) => prepared,
                        Err(error) => return Err(guest.explain(about_result(number, error))),
                    };
                )*
                Ok(($($t,)*))
            }

            #[inline]
            unsafe fn write<F: Form>(
                prepared: Self::Prepared,
                results: &mut Writer<'_, F>,
            ) -> Result<()> {
                let ($($t,)*) = &prepared;
                let mut number = 0;
                $(
                    number += 1;
                    // SAFETY: the places are next, as this function requires.
                    let written = unsafe { <$t as IntoWasm>::write($t, results) };
                    written.map_err(|error| about_result(number, error))?;
                )*
                Ok(())
            }
        }
    };
}

for_each_arity!(tuples);

// The error is of one type only, so that a closure that ends with `Ok(())` says
// enough.
// SAFETY: the results are those of `A`.
unsafe impl<A: WasmRet> WasmRet for Result<A> {
    type Prepared = A::Prepared;
    const NEEDS_STORE: bool = A::NEEDS_STORE;
    const ALLOCATES: bool = A::ALLOCATES;

    fn valtypes(abi: &Abi, types: &mut Vec<ValType>) {
        A::valtypes(abi, types);
    }

    fn allocations(&self, each: &mut dyn FnMut(usize, usize)) {
        if let Ok(results) = self {
            results.allocations(each);
        }
    }

    #[inline]
    fn prepare(self, guest: &mut Guest<'_>) -> Result<A::Prepared> {
        self?.prepare(guest)
    }

    #[inline]
    unsafe fn write<F: Form>(prepared: A::Prepared, results: &mut Writer<'_, F>) -> Result<()> {
        // SAFETY: the places are next, as this function requires.
        unsafe { A::write(prepared, results) }
    }
}
