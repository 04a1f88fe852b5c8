//! Calls whose types are checked once.

use super::Func;
use crate::error::ensure;
use crate::gc::RawRef;
use crate::store::StoreOpaque;
use crate::store::callback::Scope;
use crate::types::type_mismatch;
use crate::values::{Raw, Reader, ValTypes, WasmParams, WasmResults, Writer};
use crate::{AsContext, AsContextMut, Error, FuncType, Result, StoreContextMut, ValRaw, ValType};
use std::fmt;
use std::marker::PhantomData;
use std::mem;

/// A function with a checked type, which is called with Rust values.
///
/// [`Func::typed`] and [`Instance::get_typed_func`](crate::Instance::get_typed_func) return
/// it, after they have compared the function's type with `Params` and `Results`. Calls don't
/// compare it again. Like [`Func`], it is a handle: `Copy`, and valid for as long as the
/// store.
// Has the variance and all auto traits of a function of these types, as it holds none of
// their values. No type of values has a lifetime, so a `TypedFunc` never becomes one of
// other types.
pub struct TypedFunc<Params, Results> {
    func: Func,
    /// Whether a parameter has a concrete type, with which each call has to compare its
    /// argument.
    check_args: bool,
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

    /// Creates it without comparing `ty`, the function's type, with the Rust types.
    pub(super) fn assume(func: Func, ty: &FuncType) -> TypedFunc<Params, Results> {
        let is_concrete =
            |ty: ValType| matches!(ty, ValType::Ref(ty) if ty.heap_type().is_concrete());
        TypedFunc {
            func,
            check_args: ty.params().any(is_concrete),
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
    /// - the store requires asynchronous calls, or an asynchronous call is running in it: use
    ///   `call_async` (see [`Store`](crate::Store#asynchronous-calls));
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
        self.check_concrete(&mut store, &params)?;
        let func = self.func.get_c(store.opaque());
        let opaque = store.opaque_ptr();
        let mut values = Storage::<Params, Results> {
            params: Params::EMPTY,
        };
        let values = (&raw mut values).cast::<ValRaw>();
        let len = const { size_of::<Storage<Params, Results>>() / size_of::<ValRaw>() };
        // SAFETY: invariants "Context" and "Ownership": the store is borrowed, and the
        // function belongs to it. Its type was checked, so the values are of the types,
        // and as many, as it takes and returns. Nothing is collected between the moment
        // when a reference becomes a raw value and the call, nor between its return and
        // the moment when a raw value becomes a reference.
        unsafe {
            params.write::<Raw>(&mut Writer::new(values, opaque))?;
            StoreOpaque::call_unchecked(opaque, func, values, len)?;
            Ok(Results::read::<Raw>(&mut Reader::new(values, opaque)))
        }
    }

    /// Compares the arguments with the concrete types among those of the parameters.
    ///
    /// # Errors
    ///
    /// Returns an error if one doesn't match.
    #[inline]
    pub(super) fn check_concrete(
        &self,
        store: &mut StoreContextMut<'_, impl Sized>,
        params: &Params,
    ) -> Result<()> {
        // Size: see the other `HAS_REFERENCE`.
        if const { Params::HAS_REFERENCE } && self.check_args {
            self.check(store, params)?;
        }
        Ok(())
    }

    /// Compares the arguments with the function's type.
    #[cold]
    fn check(&self, store: &mut StoreContextMut<'_, impl Sized>, params: &Params) -> Result<()> {
        // SAFETY: invariant "State": the store is borrowed. The values aren't used for longer
        // than the arguments, and the signature lives as long as the store.
        unsafe {
            let _roots = Scope::enter(store.opaque_ptr());
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

/// The raw values of a call: its arguments, and then its results in their place.
#[repr(C)]
union Storage<P: WasmParams, R: WasmResults> {
    params: P::Raw,
    results: R::Raw,
}

/// Checks that a function of type `ty` takes these parameters and returns these
/// results.
///
/// A program whose functions take and return only numbers doesn't contain the code that
/// compares types of references.
// Size: without `HAS_REFERENCE` here and in `call`, hello is 26 KiB larger (3.4 %).
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

/// A function that reports whether a value of the first type may stand where one of the
/// second is expected.
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
        Err(type_mismatch(expected, found))
    }
}

/// Reports whether both are the same type, of which one is a number.
fn is_same_number(found: &ValType, expected: &ValType) -> bool {
    mem::discriminant(found) == mem::discriminant(expected)
}

/// Reports whether a value may be passed where the function takes `expected`.
///
/// No Rust type stands for a concrete type. So any reference of its kind is accepted here,
/// and compared at each call.
fn fits_param(passed: &ValType, expected: &ValType) -> bool {
    match (passed.as_ref(), expected.as_ref()) {
        (Some(passed), Some(expected)) if expected.heap_type().is_concrete() => passed
            .heap_type()
            .top()
            .matches(&expected.heap_type().top()),
        (Some(_), Some(_)) | (None, _) | (_, None) => passed.matches(expected),
    }
}
