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
    /// `results` must have as many elements as the function has results. They are
    /// overwritten, whatever their values.
    ///
    /// Where the types are known when the program is compiled, [`Func::typed`] is simpler and
    /// faster.
    ///
    /// Calls `wasmtime_func_call_unchecked` after comparing the arguments with the
    /// function's type, or `wasmtime_func_call` where a reference to a collected object is
    /// among the values.
    ///
    /// # Errors
    ///
    /// Returns an error, and leaves `results` as they are, if
    ///
    /// - there are too many or too few arguments or results;
    /// - an argument doesn't have the type of the parameter;
    /// - the call fails for one of the reasons of [`TypedFunc::call`](crate::TypedFunc::call).
    ///
    /// # Panics
    ///
    /// Panics if the function belongs to another store, or if a host function that is called
    /// panics.
    ///
    /// # Examples
    ///
    /// Calling any function of numbers with arguments that are texts:
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::error::Context;
    /// use libwasmtime::{bail, Engine, Func, Instance, Module, Result, Store, Val, ValType};
    ///
    /// fn call(store: &mut Store<()>, func: Func, args: &[&str]) -> Result<Vec<Val>> {
    ///     let ty = func.ty(&*store);
    ///     let mut params = Vec::new();
    ///     for (i, ty) in ty.params().enumerate() {
    ///         let arg = args.get(i).context("too few arguments")?;
    ///         params.push(match ty {
    ///             ValType::I32 => Val::I32(arg.parse()?),
    ///             ValType::I64 => Val::I64(arg.parse()?),
    ///             ValType::F64 => Val::from(arg.parse::<f64>()?),
    ///             ty => bail!("an argument of type {ty} can't be a text"),
    ///         });
    ///     }
    ///     let mut results = vec![Val::I32(0); ty.results().len()];
    ///     func.call(store, &params, &mut results)?;
    ///     Ok(results)
    /// }
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (func (export "scale") (param f64 i32) (result f64)
    ///             (f64.mul (local.get 0) (f64.convert_i32_s (local.get 1)))))
    /// "#)?;
    /// let mut store = Store::new(&engine, ());
    /// let instance = Instance::new(&mut store, &module, &[])?;
    /// let scale = instance.get_func(&mut store, "scale").expect("it is exported");
    /// let results = call(&mut store, scale, &["10.5", "4"])?;
    /// assert_eq!(results[0].f64(), Some(42.0));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
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
    /// The results replace the arguments in `params_and_returns`.
    /// [`TypedFunc::call`](crate::TypedFunc::call) is safe and no slower.
    ///
    /// Calls `wasmtime_func_call_unchecked`.
    ///
    /// # Errors
    ///
    /// Returns an error if the call fails for one of the reasons of
    /// [`TypedFunc::call`](crate::TypedFunc::call). The arguments aren't checked.
    ///
    /// # Panics
    ///
    /// Panics if the function belongs to another store, or if a host function that is called
    /// panics.
    ///
    /// # Safety
    ///
    /// - `params_and_returns` must be valid for reads and writes, and as long as the longer
    ///   of the function's lists of parameters and results.
    /// - It must begin with the arguments, as values of the types of the parameters.
    /// - References among them must belong to this store and be valid now. No object may be
    ///   collected between the moment when a reference becomes a raw value and this call.
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
