//! What a host function takes and returns.

use super::{Args, Form, Guest, WasmTy, Writer};
use crate::bind::Abi;
use crate::{Result, ValType};

/// A Rust type that can be an argument of a host function.
///
/// Most are a [`WasmTy`] and stand for one value. Others stand for several values or for none,
/// and may use the caller: a [`String`] is an address and a length in its memory, for instance.
/// The chapter [`bind`](crate::bind) lists them.
///
/// # Safety
///
/// `read` must read as many values as `valtypes` adds, of these types, and must not run code of the
/// guest; and `NEEDS_STORE` must be true if it uses the store or the caller.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be an argument of a host function",
    note = "the chapter `libwasmtime::bind` lists what a host function may take",
    note = "if it is your struct or enum, `#[derive(HostValue)]` makes it one, or, if guests hold \
            values of it, the option `object` of the attribute `host` on its `impl` block",
    note = "the elements of a `Vec` are numbers, or structs that are passed by pointer",
    note = "a function of a block with the attribute `host` that isn't for guests is left out with \
            `#[host(skip)]`"
)]
#[cfg_attr(
    not(feature = "gc"),
    diagnostic::on_unimplemented(
        note = "objects that a guest holds need the Cargo feature `gc` of `libwasmtime`"
    )
)]
pub unsafe trait FromWasm: Sized {
    /// Whether `read` uses the store.
    #[doc(hidden)]
    const NEEDS_STORE: bool;

    /// Whether `read` uses the guest's memory.
    #[doc(hidden)]
    const NEEDS_MEMORY: bool = false;

    /// Adds the types of the values.
    #[doc(hidden)]
    fn valtypes(abi: &Abi, types: &mut Vec<ValType>);

    /// Reads the values. It must not run code of the guest, which might change the memory that
    /// other arguments borrow.
    ///
    /// # Safety
    ///
    /// They must be next in `args`.
    #[doc(hidden)]
    unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<Self>;
}

// SAFETY: the type stands for one value, of its own type.
#[diagnostic::do_not_recommend]
unsafe impl<A: WasmTy> FromWasm for A {
    const NEEDS_STORE: bool = A::NEEDS_STORE;

    fn valtypes(_: &Abi, types: &mut Vec<ValType>) {
        types.push(A::valtype());
    }

    #[inline]
    unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<A> {
        // SAFETY: the value is next, as this function requires.
        Ok(unsafe { args.read() })
    }
}

/// A Rust type that can be what a host function returns, alone or in a tuple.
///
/// Most are a [`WasmTy`] and stand for one value. The chapter [`bind`](crate::bind) lists the
/// others.
///
/// # Safety
///
/// `write` must write as many values as `valtypes` adds, of these types; and
/// `NEEDS_STORE` must be true if it or `prepare` uses the store.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be passed to WebAssembly",
    note = "the chapter `libwasmtime::bind` lists what a host function may return"
)]
#[cfg_attr(
    not(feature = "gc"),
    diagnostic::on_unimplemented(
        note = "objects that a guest holds need the Cargo feature `gc` of `libwasmtime`"
    )
)]
pub unsafe trait IntoWasm {
    /// What is written, for which nothing has to be created in the guest or the store.
    #[doc(hidden)]
    type Prepared;

    /// Whether `prepare` or `write` uses the store.
    #[doc(hidden)]
    const NEEDS_STORE: bool;

    /// Whether `prepare` may allocate memory of the guest.
    #[doc(hidden)]
    const ALLOCATES: bool = false;

    /// Adds the types of the values.
    #[doc(hidden)]
    fn valtypes(abi: &Abi, types: &mut Vec<ValType>);

    /// Calls `each` with the size and the alignment in bytes of each piece of the guest's memory
    /// that `prepare` allocates, in its order.
    #[doc(hidden)]
    fn allocations(&self, each: &mut dyn FnMut(usize, usize)) {
        _ = each;
    }

    /// Creates what the values refer to. This may call the guest and the collector, which
    /// raw values that are written already wouldn't survive.
    ///
    /// # Errors
    ///
    /// Returns an error if that fails.
    #[doc(hidden)]
    fn prepare(self, guest: &mut Guest<'_>) -> Result<Self::Prepared>;

    /// Writes the values.
    ///
    /// # Errors
    ///
    /// As for [`Writer::write`].
    ///
    /// # Safety
    ///
    /// Their places must be next in `results`.
    #[doc(hidden)]
    unsafe fn write<F: Form>(prepared: &Self::Prepared, results: &mut Writer<'_, F>) -> Result<()>;
}

// SAFETY: the type stands for one value, of its own type.
#[diagnostic::do_not_recommend]
unsafe impl<A: WasmTy> IntoWasm for A {
    type Prepared = A;
    const NEEDS_STORE: bool = A::NEEDS_STORE;

    fn valtypes(_: &Abi, types: &mut Vec<ValType>) {
        types.push(A::valtype());
    }

    #[inline]
    fn prepare(self, _: &mut Guest<'_>) -> Result<A> {
        Ok(self)
    }

    #[inline]
    unsafe fn write<F: Form>(prepared: &A, results: &mut Writer<'_, F>) -> Result<()> {
        // SAFETY: the place of the value is next, as this function requires.
        unsafe { results.write(prepared) }
    }
}
