//! What a host function takes and returns.

use super::{Args, Form, ValTypes, WasmTy, Writer};
use crate::Result;

/// A Rust type that can be an argument of a host function.
///
/// Most are a [`WasmTy`] and stand for one value. Others may stand for several values,
/// or for none, and use the caller.
///
/// # Safety
///
/// `read` must read as many values as `VALTYPES` has, of these types; and
/// `NEEDS_STORE` must be true if it uses the store or the caller.
pub unsafe trait FromWasm: Sized {
    /// The types of the values.
    const VALTYPES: ValTypes;

    /// Whether `read` uses the store.
    const NEEDS_STORE: bool;

    /// Reads the values.
    ///
    /// # Safety
    ///
    /// They must be next in `args`.
    unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<Self>;
}

// SAFETY: the type stands for one value, of its own type.
unsafe impl<A: WasmTy> FromWasm for A {
    const VALTYPES: ValTypes = &[A::valtype];
    const NEEDS_STORE: bool = A::NEEDS_STORE;

    #[inline]
    unsafe fn read<F: Form>(args: &mut Args<'_, F>) -> Result<A> {
        // SAFETY: the value is next, as this function requires.
        Ok(unsafe { args.read() })
    }
}

/// A Rust type that can be what a host function returns, alone or in a tuple.
///
/// # Safety
///
/// `write` must write as many values as `VALTYPES` has, of these types; and
/// `NEEDS_STORE` must be true if it uses the store.
pub unsafe trait IntoWasm {
    /// The types of the values.
    const VALTYPES: ValTypes;

    /// Whether `write` uses the store.
    const NEEDS_STORE: bool;

    /// Writes the values.
    ///
    /// # Errors
    ///
    /// As for [`Writer::write`].
    ///
    /// # Safety
    ///
    /// Their places must be next in `results`.
    unsafe fn write<F: Form>(&self, results: &mut Writer<'_, F>) -> Result<()>;
}

// SAFETY: the type stands for one value, of its own type.
unsafe impl<A: WasmTy> IntoWasm for A {
    const VALTYPES: ValTypes = &[A::valtype];
    const NEEDS_STORE: bool = A::NEEDS_STORE;

    #[inline]
    unsafe fn write<F: Form>(&self, results: &mut Writer<'_, F>) -> Result<()> {
        // SAFETY: the place of the value is next, as this function requires.
        unsafe { results.write(self) }
    }
}
