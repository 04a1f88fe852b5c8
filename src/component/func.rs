//! [`Func`]: functions that components export.

#[cfg(feature = "component-model-async")]
mod asynchronous;
mod typed;

pub use typed::TypedFunc;

use super::resource_any::Lent;
use super::typed::{InstanceType, LiftContext, LowerContext};
use super::types::{ComponentFunc, HandleTypes};
use super::{ComponentNamedList, Lift, Lower, Val};
use crate::entity::entity;
use crate::error::ensure;
use crate::owned::Owned;
use crate::store::StoreOpaque;
use crate::sys::{wasmtime_component_func_t, wasmtime_component_func_type};
use crate::vec::component::OwnedComponentVal;
use crate::{AsContext, AsContextMut, Result};
use std::mem;
use std::sync::{Arc, OnceLock};

/// A function that an instance of a component exports: the handle of an object in a store.
///
/// [`Instance::get_func`](super::Instance::get_func) returns it. It is called with values whose
/// types are known at run time; a [`TypedFunc`] with Rust values is simpler and faster.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Func(wasmtime_component_func_t);

entity!(Func(wasmtime_component_func_t): id.store_id, id.__private1, __private2);

/// The type of a function that was called, as far as a call needs it.
pub struct Signature {
    params: usize,
    results: usize,
    is_async: bool,
    ty: ComponentFunc,
    /// Whether all values can be passed by the C API, or why not.
    is_passable: Result<(), String>,
    handles: OnceLock<HandleTypes>,
}

impl Signature {
    fn new(ty: ComponentFunc) -> Signature {
        let (params, results) = (ty.params().len(), ty.results().len());
        Signature {
            params,
            results,
            is_async: ty.async_(),
            is_passable: ty.check_passable().map_err(|error| error.to_string()),
            ty,
            handles: OnceLock::new(),
        }
    }

    /// Returns of which resources the parameters are handles.
    pub(super) fn handles(&self) -> &HandleTypes {
        self.handles.get_or_init(|| self.ty.handles_in_params())
    }
}

impl Func {
    /// Returns the function with its type checked, for calls with Rust values.
    ///
    /// `Params` is a tuple of the parameters, and `Return` one of the result, or `()`.
    /// [`ComponentType`](super::ComponentType) lists the Rust types.
    ///
    /// # Errors
    ///
    /// Returns an error if the types differ; it says where.
    ///
    /// # Panics
    ///
    /// Panics if the function belongs to another store.
    pub fn typed<Params, Return>(&self, store: impl AsContext) -> Result<TypedFunc<Params, Return>>
    where
        Params: ComponentNamedList + Lower,
        Return: ComponentNamedList + Lift,
    {
        let ty = self.ty(store);
        ty.typecheck::<Params, Return>(&InstanceType::INSTANCE)?;
        // SAFETY: the types were just compared.
        Ok(unsafe { TypedFunc::with_asynchrony(*self, Some(ty.async_())) })
    }

    /// Returns the function's type, with the resources of its instance.
    ///
    /// Calls `wasmtime_component_func_type`.
    ///
    /// # Panics
    ///
    /// Panics if the function belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> ComponentFunc {
        self.ty_in(store.as_context().opaque())
    }

    fn ty_in(&self, store: &StoreOpaque) -> ComponentFunc {
        let func = self.get_c(store);
        // SAFETY: invariants "Shared" and "Ownership": the function belongs to the store, and the
        // C function only reads it. The result is owned.
        unsafe {
            let ty = wasmtime_component_func_type(func, store.shared_context().cast_mut());
            ComponentFunc::from_owned(Owned::from_c(ty), store.component_scope())
        }
    }

    /// Returns what is known of the function's type.
    pub(super) fn signature(&self, store: &mut StoreOpaque) -> Arc<Signature> {
        if let Some(signature) = store.components().signature(self.get_c(store)) {
            return signature;
        }
        let signature = Arc::new(Signature::new(self.ty_in(store)));
        store
            .components_mut()
            .insert_signature(&self.0, signature.clone());
        signature
    }

    /// Calls the function with values whose types are known at run time.
    ///
    /// `results` must have as many elements as the function has results. They are overwritten,
    /// whatever their values.
    ///
    /// Calls `wasmtime_component_func_call`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - there are too many or too few arguments or results;
    /// - an argument doesn't have the type of the parameter, or is a resource that isn't there any
    ///   more, or of another store or type;
    /// - the function's type has a stream, a future or an error context, which the C API can't
    ///   pass;
    /// - the store requires asynchronous calls, or an asynchronous call is running in it, or the
    ///   function is asynchronous: use `call_async`;
    /// - the instance can't be entered, as one of its functions is running, or as code in the
    ///   store has trapped or was unwound;
    /// - the function traps, or a host function that it calls fails.
    ///
    /// # Panics
    ///
    /// Panics if the function belongs to another store, or if a host function that is called
    /// panics.
    pub fn call(
        &self,
        mut store: impl AsContextMut,
        params: &[Val],
        results: &mut [Val],
    ) -> Result<()> {
        let mut store = store.as_context_mut();
        self.check_sync(store.opaque_mut(), None)?;
        let mut vals = self.prepare(store.opaque_mut(), params, results)?;
        let (args, places) = vals.parts();
        // SAFETY: invariants "State" and "Ownership": the store is borrowed exclusively, and the
        // function and its arguments belong to it.
        let called = unsafe {
            let func = self.get_c(store.opaque());
            StoreOpaque::call_component(store.opaque_ptr(), func, args, places)
        };
        self.finish(store.opaque_mut(), called, vals, results)
    }

    /// Checks that the function may be called synchronously.
    ///
    /// # Errors
    ///
    /// Returns an error if it is asynchronous, which `is_async` says if that is known.
    // Version 48: the first libwasmtime of it ends the process otherwise; look at `call_raw` in
    // `func.rs` in `wasmtime`.
    #[inline]
    fn check_sync(&self, store: &mut StoreOpaque, is_async: Option<bool>) -> Result<()> {
        ensure!(
            !is_async.unwrap_or_else(|| self.signature(store).is_async),
            "an asynchronous function can't be called synchronously: use `call_async`"
        );
        Ok(())
    }

    /// Makes the C API's values for a call.
    fn prepare(
        &self,
        store: &mut StoreOpaque,
        params: &[Val],
        results: &[Val],
    ) -> Result<CallVals> {
        let signature = self.signature(store);
        ensure!(
            params.len() == signature.params,
            "expected {} argument(s), got {}",
            signature.params,
            params.len()
        );
        ensure!(
            results.len() == signature.results,
            "expected {} result(s), got {}",
            signature.results,
            results.len()
        );
        if let Err(message) = &signature.is_passable {
            crate::bail!("{message}");
        }
        let mut cx = LowerContext::for_call(store, self);
        let mut vals = Vec::with_capacity(params.len() + results.len());
        for param in params {
            vals.push(param.lower(&mut cx)?);
        }
        let lent = cx.into_lent();
        vals.resize_with(params.len() + results.len(), OwnedComponentVal::default);
        Ok(CallVals {
            vals,
            args: params.len(),
            lent,
        })
    }

    /// Reads the results of a call.
    fn finish(
        &self,
        store: &mut StoreOpaque,
        called: Result<()>,
        mut vals: CallVals,
        results: &mut [Val],
    ) -> Result<()> {
        self.release(store, mem::take(&mut vals.lent), called.is_ok());
        called?;
        let mut cx = LiftContext::new(store);
        let (_, places) = vals.parts();
        for (place, result) in places.iter().zip(results) {
            *result = Val::lift(&mut cx, place)?;
        }
        Ok(())
    }
}

/// The values of a call.
struct CallVals {
    /// The arguments, and the places for the results.
    vals: Vec<OwnedComponentVal>,
    /// The number of arguments.
    args: usize,
    lent: Lent,
}

impl CallVals {
    /// Returns the arguments, and the places for the results.
    fn parts(&mut self) -> (&[OwnedComponentVal], &mut [OwnedComponentVal]) {
        let (args, places) = self.vals.split_at_mut(self.args);
        (args, places)
    }
}
