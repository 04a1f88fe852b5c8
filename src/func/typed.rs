//! Calls whose types are checked once.

use super::{Func, WasmTy};
use crate::error::{bail, ensure};
use crate::gc::{RawRef, TemporaryRoots};
use crate::store::StoreOpaque;
use crate::sys::{wasmtime_func_call_unchecked, wasmtime_val_raw_t};
use crate::{
    AsContext, AsContextMut, Error, FuncType, Result, StoreContextMut, Val, ValRaw, ValType,
};
use std::fmt;
use std::marker::PhantomData;
use std::{mem, ptr};

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
pub(super) use for_each_arity;

/// A function with a checked type, which is called with Rust values.
///
/// [`Func::typed`] and [`Instance::get_typed_func`](crate::Instance::get_typed_func) return
/// it, after they have compared the function's type with `Params` and `Results`. Calls don't
/// compare it again. Like [`Func`], it is a handle: `Copy`, and valid for as long as the
/// store.
// Has the variance and all auto traits of a function of these types, whatever they
// are, as none of their values is in it. No type of values has a lifetime, so that
// a `TypedFunc` never becomes one of other types.
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
    /// Returns the function as a typed one, without checking its type.
    ///
    /// # Panics
    ///
    /// Panics if the function belongs to another store.
    ///
    /// # Safety
    ///
    /// `func.typed::<Params, Results>(store)` must succeed.
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

    /// Returns the function without its Rust types.
    pub fn func(&self) -> &Func {
        &self.func
    }

    /// Calls the function, and returns its results.
    ///
    /// Several parameters are passed as a tuple, and several results returned as one.
    ///
    /// After an error, the store and its instances can still be used. The function may have
    /// changed memories and globals before it failed.
    ///
    /// Calls `wasmtime_func_call_unchecked`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - WebAssembly code traps; the error is a [`Trap`](crate::Trap);
    /// - a host function that is called returns an error; it is returned as it is;
    /// - an exception is thrown and not caught; the error is a
    ///   [`ThrownException`](crate::ThrownException);
    /// - an argument belongs to another store, is a reference whose root is gone, or
    ///   doesn't match a parameter's concrete type (see [`Func::typed`]);
    /// - a reference to a collected object is among the values, and libwasmtime was built
    ///   without `gc`; the error is an [`Unsupported`](crate::Unsupported).
    ///
    /// The first two have a [`WasmBacktrace`](crate::WasmBacktrace) as context.
    ///
    /// # Panics
    ///
    /// Panics if the function belongs to another store, or if a host function that is called
    /// panics.
    ///
    /// # Examples
    ///
    /// What a failed call tells:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Instance, Module, Store, Trap, WasmBacktrace};
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (func $div (export "div") (param i32 i32) (result i32)
    ///             (i32.div_s (local.get 0) (local.get 1))))
    /// "#)?;
    /// let mut store = Store::new(&engine, ());
    /// let instance = Instance::new(&mut store, &module, &[])?;
    /// let div = instance.get_typed_func::<(i32, i32), i32>(&mut store, "div")?;
    /// assert_eq!(div.call(&mut store, (84, 2))?, 42);
    ///
    /// let error = div.call(&mut store, (84, 0)).unwrap_err();
    /// assert_eq!(error.downcast_ref(), Some(&Trap::IntegerDivisionByZero));
    /// let backtrace = error.downcast_ref::<WasmBacktrace>().expect("it is attached");
    /// assert_eq!(backtrace.frames()[0].func_name(), Some("div"));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    #[inline]
    pub fn call(&self, mut store: impl AsContextMut, params: Params) -> Result<Results> {
        let mut store = store.as_context_mut();
        if const { cfg!(not(feature = "gc")) && (Params::HAS_ROOTED || Results::HAS_ROOTED) } {
            RawRef::supported()?;
        }
        if const { Params::HAS_REFERENCE } && self.checked {
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
            params.write_raw(opaque, raw)?;
            let error = wasmtime_func_call_unchecked(
                context,
                func,
                raw.cast::<wasmtime_val_raw_t>(),
                const { size_of::<Storage<Params, Results>>() / size_of::<ValRaw>() },
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
        // SAFETY: the values are not used for longer than the arguments, the
        // store is borrowed exclusively, and the signature lives as long as it.
        unsafe {
            let _roots = TemporaryRoots::enter(store.opaque_ptr());
            let args = params.as_vals(store.opaque_mut())?;
            let signature = &*store.opaque_mut().signature(&self.func);
            signature.check_params(store.as_context(), args.as_ref())
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

/// The types of some values, each as the function that tells it.
#[doc(hidden)]
pub type ValTypes = &'static [fn() -> ValType];

/// The parameters of a typed function: a [`WasmTy`], or a tuple of up to 17 of them.
///
/// # Safety
///
/// Only this crate may implement it: the hidden items must agree with each other.
pub unsafe trait WasmParams: Send {
    /// An array of as many raw values.
    #[doc(hidden)]
    type Raw: Copy;

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
    /// As for [`WasmTy::as_raw`], and `raw` must have room for all of them.
    #[doc(hidden)]
    unsafe fn write_raw(&self, store: *mut StoreOpaque, raw: *mut ValRaw) -> Result<()>;

    /// The values with their types.
    ///
    /// # Safety
    ///
    /// As for [`WasmTy::as_val`], for each of them.
    #[doc(hidden)]
    unsafe fn as_vals(&self, store: &mut StoreOpaque) -> Result<Self::Vals>;
}

/// The results of a typed function: a [`WasmTy`], or a tuple of up to 17 of them.
///
/// # Safety
///
/// Only this crate may implement it: the hidden items must agree with each other.
pub unsafe trait WasmResults: WasmParams {
    /// Reads the values.
    ///
    /// # Safety
    ///
    /// As for [`WasmTy::from_raw`], for each of them.
    #[doc(hidden)]
    unsafe fn from_raw(raw: *const ValRaw, store: *mut StoreOpaque) -> Self;
}

// SAFETY: one value has the first place.
unsafe impl<A: WasmTy> WasmParams for A {
    type Raw = [ValRaw; 1];
    type Vals = [Val; 1];
    const EMPTY: [ValRaw; 1] = [ValRaw::ZERO];
    const VALTYPES: ValTypes = &[A::valtype];
    const HAS_ROOTED: bool = A::IS_ROOTED;
    const HAS_REFERENCE: bool = A::NEEDS_STORE;

    #[inline]
    unsafe fn write_raw(&self, store: *mut StoreOpaque, raw: *mut ValRaw) -> Result<()> {
        // SAFETY: the caller vouches for both.
        unsafe { raw.write(self.as_raw(store)?) };
        Ok(())
    }

    unsafe fn as_vals(&self, store: &mut StoreOpaque) -> Result<[Val; 1]> {
        // SAFETY: the caller vouches for it.
        Ok([unsafe { self.as_val(store)? }])
    }
}

// SAFETY: one value has the first place.
unsafe impl<A: WasmTy> WasmResults for A {
    #[inline]
    unsafe fn from_raw(raw: *const ValRaw, store: *mut StoreOpaque) -> Self {
        // SAFETY: the caller vouches for both.
        unsafe { A::from_raw(&*raw, store) }
    }
}

// What is made for each number of values is compiled, or at least stored, with
// every build of this crate. So it is little, and grows no faster than they do:
// arguments that are taken one by one must be dropped if a later one fails, which
// is a path for each pair of them; those behind a reference need not be.
macro_rules! tuples {
    ($n:literal $($t:ident)*) => {
        // SAFETY: each value has its place.
        unsafe impl<$($t: WasmTy),*> WasmParams for ($($t,)*) {
            type Raw = [ValRaw; $n];
            type Vals = [Val; $n];
            const EMPTY: [ValRaw; $n] = [ValRaw::ZERO; $n];
            const VALTYPES: ValTypes = &[$($t::valtype),*];
            const HAS_ROOTED: bool = false $(|| $t::IS_ROOTED)*;
            const HAS_REFERENCE: bool = false $(|| $t::NEEDS_STORE)*;

            #[inline]
            #[allow(non_snake_case, reason = "the type parameters name the values as well")]
            #[allow(unused_mut, unused_variables, unused_assignments, unused_unsafe, reason = "the empty tuple")]
            unsafe fn write_raw(&self, store: *mut StoreOpaque, mut raw: *mut ValRaw) -> Result<()> {
                let ($($t,)*) = self;
                // SAFETY: the caller vouches for both.
                unsafe {
                    $(
                        raw.write($t.as_raw(store)?);
                        raw = raw.add(1);
                    )*
                }
                Ok(())
            }

            #[allow(non_snake_case, reason = "the type parameters name the values as well")]
            #[allow(unused_variables, unused_unsafe, reason = "the empty tuple")]
            unsafe fn as_vals(&self, store: &mut StoreOpaque) -> Result<[Val; $n]> {
                let ($($t,)*) = self;
                // SAFETY: the caller vouches for each.
                unsafe { Ok([$($t.as_val(store)?),*]) }
            }
        }

        // SAFETY: each value has its place.
        unsafe impl<$($t: WasmTy),*> WasmResults for ($($t,)*) {
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

/// Checks that a function of type `ty` takes these parameters and returns these
/// results.
///
/// A program whose functions have nothing but numbers then contains nothing of
/// what compares types of references, which is much.
pub(super) fn check<Params: WasmParams, Results: WasmResults>(ty: &FuncType) -> Result<()> {
    let (fits_param, fits_result): (Fits, Fits) =
        if const { Params::HAS_REFERENCE || Results::HAS_REFERENCE } {
            (fits_param, ValType::matches)
        } else {
            (is_same_number, is_same_number)
        };
    check_params(Params::VALTYPES, ty, fits_param)
        .map_err(|error| mismatch("parameters", error))?;
    check_results(Results::VALTYPES, ty, fits_result).map_err(|error| mismatch("results", error))
}

#[cold]
fn mismatch(of: &str, error: Error) -> Error {
    error.context(format!("type mismatch with {of}"))
}

/// Whether a value of the first type may be where one of the second is expected.
type Fits = fn(&ValType, &ValType) -> bool;

fn check_params(passed: ValTypes, ty: &FuncType, fits: Fits) -> Result<()> {
    check_count(passed.len(), ty.params().len())?;
    let mut pairs = passed.iter().zip(ty.params());
    pairs.try_for_each(|(passed, expected)| check_type(&passed(), &expected, fits))
}

fn check_results(wanted: ValTypes, ty: &FuncType, fits: Fits) -> Result<()> {
    check_count(wanted.len(), ty.results().len())?;
    let mut pairs = wanted.iter().zip(ty.results());
    pairs.try_for_each(|(wanted, returned)| check_type(&returned, &wanted(), fits))
}

fn check_count(expected: usize, found: usize) -> Result<()> {
    ensure!(
        expected == found,
        "expected {expected} types, found {found}"
    );
    Ok(())
}

fn check_type(found: &ValType, expected: &ValType, fits: Fits) -> Result<()> {
    if fits(found, expected) {
        Ok(())
    } else {
        bail!("type mismatch: expected {expected}, found {found}")
    }
}

/// Whether both are the same type, of which one is no reference.
fn is_same_number(found: &ValType, expected: &ValType) -> bool {
    mem::discriminant(found) == mem::discriminant(expected)
}

/// Whether a value may be passed where the function takes `expected`.
///
/// A concrete type can't be written in Rust, so that for one any reference of
/// its kind is let through here, and compared at each call.
fn fits_param(passed: &ValType, expected: &ValType) -> bool {
    match (passed.as_ref(), expected.as_ref()) {
        (Some(passed), Some(expected)) if expected.heap_type().is_concrete() => passed
            .heap_type()
            .top()
            .matches(&expected.heap_type().top()),
        (Some(_), Some(_)) | (None, _) | (_, None) => passed.matches(expected),
    }
}
