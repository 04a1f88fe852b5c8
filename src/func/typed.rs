//! Calls whose types are checked once.

use super::{Func, WasmTy};
use crate::error::ensure;
use crate::gc::{RawRef, TemporaryRoots};
use crate::store::StoreOpaque;
use crate::sys::{wasmtime_func_call_unchecked, wasmtime_val_raw_t};
use crate::{AsContextMut, Error, FuncType, Result, StoreContextMut, Val, ValRaw, ValType};
use std::fmt;
use std::marker::PhantomData;
use std::ptr;

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
    };
}
pub(super) use for_each_arity;

/// The most values that there are then.
const MOST: usize = 16;

/// A function whose type is known to be that of `Params` and `Results`.
///
/// Made by [`Func::typed`] and [`Instance::get_typed_func`](crate::Instance::get_typed_func).
pub struct TypedFunc<Params, Results> {
    func: Func,
    /// Whether the arguments have to be compared with a concrete type each time.
    checked: bool,
    types: PhantomData<fn(Params) -> Results>,
}

impl<Params, Results> TypedFunc<Params, Results>
where
    Params: WasmParams,
    Results: WasmResults,
{
    /// Treats a function as one of these types.
    ///
    /// # Panics
    ///
    /// If the function is of another store.
    ///
    /// # Safety
    ///
    /// It must be of these types.
    pub unsafe fn new_unchecked(
        store: impl crate::AsContext,
        func: Func,
    ) -> TypedFunc<Params, Results> {
        TypedFunc::assume(func, &func.ty(store))
    }

    /// `ty` is the function's type and has been checked.
    pub(super) fn assume(func: Func, ty: &FuncType) -> TypedFunc<Params, Results> {
        let is_concrete =
            |ty: ValType| matches!(ty, ValType::Ref(ty) if ty.heap_type().is_concrete());
        TypedFunc {
            func,
            checked: ty.params().any(is_concrete),
            types: PhantomData,
        }
    }

    /// The function without its types.
    pub fn func(&self) -> &Func {
        &self.func
    }

    /// Calls the function.
    ///
    /// Calls `wasmtime_func_call_unchecked`.
    ///
    /// # Errors
    ///
    /// If the function traps, in which case the error is a [`Trap`](crate::Trap);
    /// or if a host function fails that it called, in which case the error is
    /// that function's own. Either has a [`WasmBacktrace`](crate::WasmBacktrace)
    /// as context.
    ///
    /// # Panics
    ///
    /// If the function is of another store, or if a host function that it called
    /// panics.
    #[inline]
    pub fn call(&self, mut store: impl AsContextMut, params: Params) -> Result<Results> {
        let mut store = store.as_context_mut();
        if const { cfg!(not(feature = "gc")) && (Params::HAS_ROOTED || Results::HAS_ROOTED) } {
            RawRef::supported()?;
        }
        if self.checked {
            self.check(&mut store, &params)?;
        }
        let func = self.func.as_c(store.opaque());
        let context = store.raw();
        let opaque = store.opaque_ptr();
        let mut values = Storage::<Params, Results> {
            params: Params::EMPTY,
        };
        let mut trap = ptr::null_mut();
        // SAFETY: invariants "Context" and "Ownership". The function's type was
        // checked, so that the values are of the types, and as many, as it
        // takes and returns. Nothing is collected between the moment when a
        // reference becomes a raw value and the call, nor between its return and
        // the moment when a raw value becomes a reference. No reference into the
        // state is held over the call.
        unsafe {
            let raw = (&raw mut values).cast::<ValRaw>();
            params.into_raw(opaque, raw)?;
            let error = wasmtime_func_call_unchecked(
                context,
                func,
                raw.cast::<wasmtime_val_raw_t>(),
                const {
                    if Params::LEN > Results::LEN {
                        Params::LEN
                    } else {
                        Results::LEN
                    }
                },
                &mut trap,
            );
            (*opaque).check(error, trap)?;
            Ok(Results::from_raw(raw, opaque))
        }
    }

    /// Compares the arguments with the function's type.
    #[cold]
    #[inline(never)]
    fn check(&self, store: &mut StoreContextMut<'_, impl Sized>, params: &Params) -> Result<()> {
        let mut args = [Val::I32(0); MOST];
        let args = &mut args[..Params::LEN];
        // SAFETY: the values are not used for longer than the arguments, the
        // store is borrowed exclusively, and the signature lives as long as it.
        unsafe {
            let _roots = TemporaryRoots::enter(store.opaque_ptr());
            params.as_vals(store.opaque_mut(), args)?;
            let signature = &*store.opaque_mut().signature(&self.func);
            signature.check_params(&*store, args)
        }
    }
}

impl<Params, Results> Clone for TypedFunc<Params, Results> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Params, Results> Copy for TypedFunc<Params, Results> {}

impl<Params, Results> fmt::Debug for TypedFunc<Params, Results> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedFunc")
            .field("func", &self.func)
            .finish_non_exhaustive()
    }
}

/// Room for the raw values of a call: the arguments, then the results.
#[repr(C)]
union Storage<P: WasmParams, R: WasmResults> {
    params: P::Raw,
    results: R::Raw,
}

/// What a typed call may pass: a [`WasmTy`] or a tuple of up to 16 of them.
///
/// # Safety
///
/// Not to be implemented outside this crate: what it says of the types must
/// hold.
pub unsafe trait WasmParams: Send {
    /// An array of as many raw values.
    #[doc(hidden)]
    type Raw: Copy;

    /// Such an array.
    #[doc(hidden)]
    const EMPTY: Self::Raw;

    /// How many values there are.
    #[doc(hidden)]
    const LEN: usize;

    /// Whether one of them is [`WasmTy::IS_ROOTED`].
    #[doc(hidden)]
    const HAS_ROOTED: bool;

    /// Whether a function that takes `actual` may be passed these values.
    #[doc(hidden)]
    fn check_params(actual: impl ExactSizeIterator<Item = ValType>) -> Result<()>;

    /// Writes the values.
    ///
    /// # Safety
    ///
    /// As for [`WasmTy::into_raw`], and `raw` must have room for all of them.
    #[doc(hidden)]
    unsafe fn into_raw(self, store: *mut StoreOpaque, raw: *mut ValRaw) -> Result<()>;

    /// Writes the values with their types.
    ///
    /// # Safety
    ///
    /// As for [`WasmTy::as_val`], for each of them.
    #[doc(hidden)]
    unsafe fn as_vals(&self, store: &mut StoreOpaque, vals: &mut [Val]) -> Result<()>;
}

/// What a typed call may return: nothing, a [`WasmTy`], or a tuple of up to 16
/// of them.
///
/// # Safety
///
/// As for [`WasmParams`].
pub unsafe trait WasmResults: WasmParams {
    /// Whether these values can be made of those of a function that returns
    /// `actual`.
    #[doc(hidden)]
    fn check_results(actual: impl ExactSizeIterator<Item = ValType>) -> Result<()>;

    /// Reads the values.
    ///
    /// # Safety
    ///
    /// As for [`WasmTy::from_raw`], for each of them.
    #[doc(hidden)]
    unsafe fn from_raw(raw: *const ValRaw, store: *mut StoreOpaque) -> Self;
}

// SAFETY: one value is a tuple of one.
unsafe impl<A: WasmTy> WasmParams for A {
    type Raw = <(A,) as WasmParams>::Raw;
    const EMPTY: Self::Raw = <(A,) as WasmParams>::EMPTY;
    const LEN: usize = 1;
    const HAS_ROOTED: bool = A::IS_ROOTED;

    fn check_params(actual: impl ExactSizeIterator<Item = ValType>) -> Result<()> {
        <(A,) as WasmParams>::check_params(actual)
    }

    #[inline]
    unsafe fn into_raw(self, store: *mut StoreOpaque, raw: *mut ValRaw) -> Result<()> {
        // SAFETY: the caller vouches for both.
        unsafe { WasmParams::into_raw((self,), store, raw) }
    }

    unsafe fn as_vals(&self, store: &mut StoreOpaque, vals: &mut [Val]) -> Result<()> {
        // SAFETY: the caller vouches for it.
        vals[0] = unsafe { self.as_val(store)? };
        Ok(())
    }
}

// SAFETY: one value is a tuple of one.
unsafe impl<A: WasmTy> WasmResults for A {
    fn check_results(actual: impl ExactSizeIterator<Item = ValType>) -> Result<()> {
        <(A,) as WasmResults>::check_results(actual)
    }

    #[inline]
    unsafe fn from_raw(raw: *const ValRaw, store: *mut StoreOpaque) -> Self {
        // SAFETY: the caller vouches for both.
        unsafe { <(A,) as WasmResults>::from_raw(raw, store) }.0
    }
}

macro_rules! tuples {
    ($n:literal $($t:ident)*) => {
        // SAFETY: each value has its place.
        unsafe impl<$($t: WasmTy),*> WasmParams for ($($t,)*) {
            type Raw = [ValRaw; $n];
            const EMPTY: [ValRaw; $n] = [ValRaw::ZERO; $n];
            const LEN: usize = $n;
            const HAS_ROOTED: bool = false $(|| $t::IS_ROOTED)*;

            #[allow(unused_mut, reason = "the empty tuple")]
            fn check_params(mut actual: impl ExactSizeIterator<Item = ValType>) -> Result<()> {
                check_count($n, actual.len())?;
                $(check_param(&$t::valtype(), &actual.next().expect("counted"))?;)*
                Ok(())
            }

            #[inline]
            #[allow(non_snake_case, reason = "the type parameters name the values as well")]
            #[allow(unused_mut, unused_variables, unused_assignments, unused_unsafe, reason = "the empty tuple")]
            unsafe fn into_raw(self, store: *mut StoreOpaque, mut raw: *mut ValRaw) -> Result<()> {
                let ($($t,)*) = self;
                // SAFETY: the caller vouches for both.
                unsafe {
                    $(
                        raw.write(WasmTy::into_raw($t, store)?);
                        raw = raw.add(1);
                    )*
                }
                Ok(())
            }

            #[allow(non_snake_case, reason = "the type parameters name the values as well")]
            #[allow(unused_mut, unused_variables, reason = "the empty tuple")]
            unsafe fn as_vals(&self, store: &mut StoreOpaque, vals: &mut [Val]) -> Result<()> {
                let ($($t,)*) = self;
                let mut vals = vals.iter_mut();
                // SAFETY: the caller vouches for each.
                $(*vals.next().expect("counted") = unsafe { $t.as_val(store)? };)*
                Ok(())
            }
        }

        // SAFETY: each value has its place.
        unsafe impl<$($t: WasmTy),*> WasmResults for ($($t,)*) {
            #[allow(unused_mut, reason = "the empty tuple")]
            fn check_results(mut actual: impl ExactSizeIterator<Item = ValType>) -> Result<()> {
                check_count($n, actual.len())?;
                $(check_result(&$t::valtype(), &actual.next().expect("counted"))?;)*
                Ok(())
            }

            #[inline]
            #[allow(non_snake_case, reason = "the type parameters name the values as well")]
            #[allow(unused_mut, unused_variables, unused_assignments, unused_unsafe, reason = "the empty tuple")]
            #[allow(clippy::unused_unit, reason = "the empty tuple")]
            unsafe fn from_raw(mut raw: *const ValRaw, store: *mut StoreOpaque) -> Self {
                // SAFETY: the caller vouches for both.
                unsafe {
                    $(
                        let $t = <$t as WasmTy>::from_raw(&*raw, store);
                        raw = raw.add(1);
                    )*
                    ($($t,)*)
                }
            }
        }
    };
}

for_each_arity!(tuples);

fn check_count(expected: usize, found: usize) -> Result<()> {
    ensure!(
        expected == found,
        "expected {expected} types, found {found}"
    );
    Ok(())
}

/// Whether a `passed` may be given where the function takes an `actual`.
///
/// A concrete type can't be written in Rust, so that for one any reference of
/// its kind is let through here, and compared at each call.
fn check_param(passed: &ValType, actual: &ValType) -> Result<()> {
    let fits = match (passed, actual) {
        (ValType::Ref(passed), ValType::Ref(actual)) if actual.heap_type().is_concrete() => {
            passed.heap_type().top().matches(&actual.heap_type().top())
        }
        _ => passed.matches(actual),
    };
    if fits {
        Ok(())
    } else {
        Err(mismatch(actual, passed))
    }
}

/// Whether an `actual`, which the function returns, is a `wanted`.
fn check_result(wanted: &ValType, actual: &ValType) -> Result<()> {
    if actual.matches(wanted) {
        Ok(())
    } else {
        Err(mismatch(wanted, actual))
    }
}

/// `found` is what is passed or returned where `expected` is wanted.
fn mismatch(expected: &ValType, found: &ValType) -> Error {
    Error::msg(format!("type mismatch: expected {expected}, found {found}"))
}
