//! Calls whose values are checked each time.

use super::Func;
use super::signature::{Signature, check_count, val_from_raw};
use crate::gc::RawRef;
use crate::store::StoreOpaque;
use crate::sys::{
    wasmtime_func_call, wasmtime_func_call_unchecked, wasmtime_val_raw_t, wasmtime_val_t,
};
use crate::{AsContext, AsContextMut, Result, Val, ValRaw};
use std::mem::MaybeUninit;
use std::ptr;

/// The most values that are kept on the stack during a call.
const ON_STACK: usize = 16;

impl Func {
    /// Calls the function with values whose types are known at run time.
    ///
    /// `results` must be as long as the function has results; what is in it
    /// before doesn't matter.
    ///
    /// Calls `wasmtime_func_call_unchecked` after comparing the arguments with
    /// the function's type, or `wasmtime_func_call` where a reference to a
    /// collected object is among the values.
    ///
    /// # Errors
    ///
    /// If there are too many or too few arguments or results, or an argument is
    /// of another type than the function takes; and as for
    /// [`TypedFunc::call`](crate::TypedFunc::call). The results are untouched
    /// then.
    ///
    /// # Panics
    ///
    /// If the function is of another store, or if a host function that it called
    /// panics.
    pub fn call(
        &self,
        mut store: impl AsContextMut,
        params: &[Val],
        results: &mut [Val],
    ) -> Result<()> {
        let mut store = store.as_context_mut();
        // SAFETY: the signature lives as long as the store, which is borrowed.
        let signature = unsafe { &*store.opaque_mut().signature(self) };
        signature.check_params(store.as_context(), params)?;
        check_count("results", signature.results.len(), results.len())?;
        let len = signature.raw_len();
        // SAFETY: the store is borrowed exclusively and the arguments are
        // checked.
        unsafe {
            if signature.has_gc_ref || len > ON_STACK {
                return self.call_with_allocation(store.opaque_ptr(), signature, params, results);
            }
            let mut raw = [const { MaybeUninit::uninit() }; ON_STACK];
            self.call_raw(
                store.opaque_ptr(),
                signature,
                &mut raw[..len],
                params,
                results,
            )
        }
    }

    /// Passes values for which there is no room on the stack.
    ///
    /// # Safety
    ///
    /// `store` must be the state of a live store that the caller may use, and
    /// the values must fit the function's signature.
    #[inline(never)]
    unsafe fn call_with_allocation(
        &self,
        store: *mut StoreOpaque,
        signature: &Signature,
        params: &[Val],
        results: &mut [Val],
    ) -> Result<()> {
        // SAFETY: the caller vouches for the store and the values.
        unsafe {
            if !signature.has_gc_ref {
                let mut raw = vec![MaybeUninit::uninit(); signature.raw_len()];
                return self.call_raw(store, signature, &mut raw, params, results);
            }
            let mut outs = vec![MaybeUninit::uninit(); results.len()];
            self.call_checked(store, params, &mut outs)?;
            for (result, out) in results.iter_mut().zip(outs) {
                *result = Val::from_c(&mut *store, out.assume_init());
            }
        }
        Ok(())
    }

    /// Passes the values unchecked.
    ///
    /// # Safety
    ///
    /// As for [`call_with_allocation`](Func::call_with_allocation), and `raw` must
    /// be as long as the signature says.
    #[inline(always)]
    unsafe fn call_raw(
        &self,
        store: *mut StoreOpaque,
        signature: &Signature,
        raw: &mut [MaybeUninit<ValRaw>],
        params: &[Val],
        results: &mut [Val],
    ) -> Result<()> {
        // SAFETY: invariants "Context" and "Ownership"; the caller vouches for
        // the rest. No reference into the state is held over the call, which
        // initialises the results.
        unsafe {
            for (raw, val) in raw.iter_mut().zip(params) {
                raw.write(val.to_raw_in(&mut *store)?);
            }
            self.call_unchecked_in(store, raw.as_mut_ptr().cast(), raw.len())?;
            for ((val, kind), raw) in results.iter_mut().zip(&signature.results).zip(&*raw) {
                *val = val_from_raw(*kind, raw.assume_init_ref(), &mut *store);
            }
        }
        Ok(())
    }

    /// Calls the function with raw values.
    ///
    /// Calls `wasmtime_func_call_unchecked`.
    ///
    /// # Errors
    ///
    /// As for [`TypedFunc::call`](crate::TypedFunc::call).
    ///
    /// # Panics
    ///
    /// If the function is of another store, or if a host function that it
    /// called panics.
    ///
    /// # Safety
    ///
    /// `params_and_returns` must hold the arguments, of the function's types and
    /// of this store, and have room for as many values as the longer of its
    /// arguments and results.
    pub unsafe fn call_unchecked(
        &self,
        mut store: impl AsContextMut,
        params_and_returns: *mut [ValRaw],
    ) -> Result<()> {
        let mut store = store.as_context_mut();
        // SAFETY: the caller vouches for the values, and the store is borrowed
        // exclusively.
        unsafe {
            self.call_unchecked_in(
                store.opaque_ptr(),
                params_and_returns.cast(),
                params_and_returns.len(),
            )
        }
    }

    /// # Safety
    ///
    /// `store` must be the state of a live store that the caller may use; the
    /// rest as for [`call_unchecked`](Func::call_unchecked).
    #[inline]
    unsafe fn call_unchecked_in(
        &self,
        store: *mut StoreOpaque,
        raw: *mut ValRaw,
        len: usize,
    ) -> Result<()> {
        let mut trap = ptr::null_mut();
        // SAFETY: invariants "Context" and "Ownership"; the caller vouches for
        // the values.
        unsafe {
            let func = self.as_c(&*store);
            let context = (*store).raw();
            let raw = raw.cast::<wasmtime_val_raw_t>();
            let error = wasmtime_func_call_unchecked(context, func, raw, len, &mut trap);
            (*store).check(error, trap)
        }
    }

    /// Passes the values with their types, so that references are rooted and
    /// the collector may run. The results are owned values of the store.
    ///
    /// # Errors
    ///
    /// In which case the results are not initialised.
    ///
    /// # Safety
    ///
    /// As for [`call_with_allocation`](Func::call_with_allocation).
    unsafe fn call_checked(
        &self,
        store: *mut StoreOpaque,
        params: &[Val],
        results: &mut [MaybeUninit<wasmtime_val_t>],
    ) -> Result<()> {
        RawRef::supported()?;
        let mut trap = ptr::null_mut();
        // SAFETY: invariants "Context" and "Ownership"; libwasmtime initialises
        // all results if it succeeds.
        unsafe {
            let func = self.as_c(&*store);
            let args = params
                .iter()
                .map(|val| val.to_c(&*store))
                .collect::<Result<Vec<_>>>()?;
            let error = wasmtime_func_call(
                (*store).raw(),
                func,
                args.as_ptr(),
                args.len(),
                results.as_mut_ptr().cast(),
                results.len(),
                &mut trap,
            );
            (*store).check(error, trap)
        }
    }
}
