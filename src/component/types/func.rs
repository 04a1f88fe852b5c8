//! [`ComponentFunc`]: types of functions.

use super::{Type, name, type_object};
use crate::Result;
use crate::component::typed::{ComponentNamedList, InstanceType};
use crate::owned::Owned;
use crate::store::StoreOpaque;
use crate::sys::{
    wasmtime_component_func_type_async, wasmtime_component_func_type_clone,
    wasmtime_component_func_type_param_count, wasmtime_component_func_type_param_nth,
    wasmtime_component_func_type_result, wasmtime_component_func_type_t,
};
use std::mem::MaybeUninit;
use std::ptr;

type_object! {
    /// The type of a function that a component imports or exports.
    ComponentFunc(wasmtime_component_func_type_t);
}

impl ComponentFunc {
    /// Copies the type that a host function is called with.
    ///
    /// # Safety
    ///
    /// `ty` must be a valid type, of a function that is called in `store`.
    pub(crate) unsafe fn copied(
        ty: *const wasmtime_component_func_type_t,
        store: &mut StoreOpaque,
    ) -> ComponentFunc {
        // SAFETY: the type is valid, as this function requires. The result is owned.
        let raw = unsafe { Owned::from_c(wasmtime_component_func_type_clone(ty)) };
        ComponentFunc::from_owned(raw, store.component_scope())
    }

    /// Reports whether the function is an `async func`.
    ///
    /// Calls `wasmtime_component_func_type_async`.
    pub fn async_(&self) -> bool {
        // SAFETY: invariant "Owned object": the type is owned.
        unsafe { wasmtime_component_func_type_async(self.raw.as_ptr()) }
    }

    /// Returns the names and the types of the parameters.
    ///
    /// Calls `wasmtime_component_func_type_param_nth`.
    pub fn params(&self) -> impl ExactSizeIterator<Item = (&str, Type)> + '_ {
        // SAFETY: invariant "Owned object": the type is owned.
        let len = unsafe { wasmtime_component_func_type_param_count(self.raw.as_ptr()) };
        (0..len).map(|nth| {
            let (mut at, mut len, mut ty) = (ptr::null(), 0, MaybeUninit::uninit());
            // SAFETY: invariant "Owned object": the type is owned, and has such a parameter. So
            // name and type are written: the name is part of the type, and the parameter's type
            // is owned.
            unsafe {
                let found = wasmtime_component_func_type_param_nth(
                    self.raw.as_ptr(),
                    nth,
                    &mut at,
                    &mut len,
                    ty.as_mut_ptr(),
                );
                assert!(found, "there are as many parameters as counted");
                (name(at, len), Type::from_c(ty.assume_init(), &self.scope))
            }
        })
    }

    /// Returns the type of the result, if there is one.
    ///
    /// Calls `wasmtime_component_func_type_result`.
    pub fn results(&self) -> impl ExactSizeIterator<Item = Type> + '_ {
        let mut ty = MaybeUninit::uninit();
        // SAFETY: invariant "Owned object": the type is owned; the result's type is written if
        // there is one, and owned.
        let result = unsafe {
            wasmtime_component_func_type_result(self.raw.as_ptr(), ty.as_mut_ptr())
                .then(|| Type::from_c(ty.assume_init(), &self.scope))
        };
        result.into_iter()
    }

    /// Compares the type with Rust types, as [`Func::typed`](crate::component::Func::typed) does.
    ///
    /// # Errors
    ///
    /// Returns an error that says where they differ.
    #[doc(hidden)]
    pub fn typecheck<Params, Return>(&self, cx: &InstanceType<'_>) -> Result<()>
    where
        Params: ComponentNamedList,
        Return: ComponentNamedList,
    {
        Params::typecheck_params(self, cx)?;
        Return::typecheck_results(self, cx)?;
        Ok(())
    }
}
