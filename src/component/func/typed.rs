//! [`TypedFunc`]: functions with Rust types.

use super::Func;
use crate::component::resource_any::Lent;
use crate::component::typed::{LiftContext, LowerContext};
use crate::component::{ComponentNamedList, Lift, Lower};
use crate::store::StoreOpaque;
use crate::vec::component::OwnedComponentVal;
use crate::{AsContextMut, Result};
use std::fmt;
use std::marker::PhantomData;

/// A function that is called with Rust values.
///
/// [`Func::typed`] and [`Instance::get_typed_func`](crate::component::Instance::get_typed_func)
/// return it, after they have compared the types.
// Covariant in `Params`: a function of `&'static str` takes a `&str` of any lifetime, as arguments are
// copied. `Send` and `Sync` as the `wasmtime` crate's is.
pub struct TypedFunc<Params, Return> {
    func: Func,
    /// Whether the function is asynchronous, if that is known.
    is_async: Option<bool>,
    types: PhantomData<(Params, Return)>,
}

impl<Params, Return> TypedFunc<Params, Return>
where
    Params: ComponentNamedList + Lower,
    Return: ComponentNamedList + Lift,
{
    /// Creates a function whose types aren't compared.
    ///
    /// # Safety
    ///
    /// The function must have these types, as [`Func::typed`] finds out.
    pub unsafe fn new_unchecked(func: Func) -> TypedFunc<Params, Return> {
        // SAFETY: this function requires the same.
        unsafe { TypedFunc::with_asynchrony(func, None) }
    }

    /// # Safety
    ///
    /// As for [`TypedFunc::new_unchecked`].
    pub(super) unsafe fn with_asynchrony(
        func: Func,
        is_async: Option<bool>,
    ) -> TypedFunc<Params, Return> {
        TypedFunc {
            func,
            is_async,
            types: PhantomData,
        }
    }

    /// Returns the function without its types.
    pub fn func(&self) -> &Func {
        &self.func
    }

    /// Calls the function.
    ///
    /// Calls `wasmtime_component_func_call`.
    ///
    /// # Errors
    ///
    /// Returns an error for the reasons of [`Func::call`], as far as types have nothing to do with
    /// them.
    ///
    /// # Panics
    ///
    /// Panics if the function belongs to another store, or if a host function that is called
    /// panics.
    pub fn call(&self, mut store: impl AsContextMut, params: Params) -> Result<Return> {
        let mut store = store.as_context_mut();
        self.func.check_sync(store.opaque_mut(), self.is_async)?;
        let mut vals = Params::vals();
        let mut results = Return::vals();
        let lent = self.lower(store.opaque_mut(), &params, vals.as_mut())?;
        // SAFETY: invariants "State" and "Ownership": the store is borrowed exclusively, and the
        // function and its arguments belong to it.
        let called = unsafe {
            let func = self.func.get_c(store.opaque());
            let results = results.as_mut();
            StoreOpaque::call_component(store.opaque_ptr(), func, vals.as_ref(), results)
        };
        self.finish(store.opaque_mut(), called, lent, results.as_ref())
    }

    /// Writes the arguments of a call. Returns what of the host's handles is among them.
    #[inline]
    pub(super) fn lower(
        &self,
        store: &mut StoreOpaque,
        params: &Params,
        vals: &mut [OwnedComponentVal],
    ) -> Result<Lent> {
        let mut cx = LowerContext::for_call(store, &self.func);
        params.lower_list(&mut cx, vals)?;
        Ok(cx.into_lent())
    }

    /// Reads the results of a call.
    #[inline]
    pub(super) fn finish(
        &self,
        store: &mut StoreOpaque,
        called: Result<()>,
        lent: Lent,
        results: &[OwnedComponentVal],
    ) -> Result<Return> {
        self.func.release(store, lent, called.is_ok());
        called?;
        Return::lift_list(&mut LiftContext::new(store), results)
    }
}

impl<Params, Return> Clone for TypedFunc<Params, Return> {
    fn clone(&self) -> TypedFunc<Params, Return> {
        *self
    }
}

impl<Params, Return> Copy for TypedFunc<Params, Return> {}

impl<Params, Return> fmt::Debug for TypedFunc<Params, Return> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedFunc")
            .field("func", &self.func)
            .finish_non_exhaustive()
    }
}
