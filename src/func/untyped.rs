//! Calls whose values are checked each time.

use super::Func;
use super::signature::{Signature, check_count};
use crate::gc::RawRef;
use crate::store::StoreOpaque;
use crate::values::{Form, Given, Lent, Raw};
use crate::{AsContext, AsContextMut, Result, Val, ValRaw};
use std::mem::MaybeUninit;

/// The most values that are kept on the stack during a call.
// Speed: a call takes 33 ns instead of 37 with an allocation.
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
        // SAFETY: invariant "State": the store is borrowed exclusively. The signature lives
        // as long as the store.
        let signature = unsafe { &*store.opaque_mut().signature(self) };
        signature.check_params(store.as_context(), params)?;
        check_count("results", signature.results.len(), results.len())?;
        let len = signature.raw_len();
        // SAFETY: invariant "State": the store is borrowed exclusively. The values fit the
        // signature, as both checks have found.
        unsafe {
            if signature.has_gc_ref || len > ON_STACK {
                return self.call_with_allocation(store.opaque_ptr(), signature, params, results);
            }
            let mut raw = [const { MaybeUninit::uninit() }; ON_STACK];
            let raw = &mut raw[..len];
            self.call_raw(store.opaque_ptr(), signature, raw, params, results)
        }
    }

    /// Passes values for which memory has to be allocated.
    ///
    /// # Safety
    ///
    /// `store` must be the state of a live store that the caller may use exclusively, and
    /// the values must fit the function's signature.
    unsafe fn call_with_allocation(
        &self,
        store: *mut StoreOpaque,
        signature: &Signature,
        params: &[Val],
        results: &mut [Val],
    ) -> Result<()> {
        // SAFETY: this function requires what the other two require.
        unsafe {
            if signature.has_gc_ref {
                return self.call_checked(store, signature, params, results);
            }
            let mut raw = vec![MaybeUninit::uninit(); signature.raw_len()];
            self.call_raw(store, signature, &mut raw, params, results)
        }
    }

    /// Passes the values unchecked.
    ///
    /// # Safety
    ///
    /// As for [`call_with_allocation`](Func::call_with_allocation), and `raw` must
    /// be as long as the signature says.
    // Speed: inlined, calls of several functions by turns take 33 ns instead of 36.
    #[inline(always)]
    unsafe fn call_raw(
        &self,
        store: *mut StoreOpaque,
        signature: &Signature,
        raw: &mut [MaybeUninit<ValRaw>],
        params: &[Val],
        results: &mut [Val],
    ) -> Result<()> {
        // SAFETY: invariants "Context" and "Ownership": the store may be used, and the
        // values fit the signature, as this function requires. The call initializes the
        // results.
        unsafe {
            for (raw, val) in raw.iter_mut().zip(params) {
                raw.write(Raw::store_val(*val, &mut *store)?);
            }
            let func = self.get_c(&*store);
            StoreOpaque::call_unchecked(store, func, raw.as_mut_ptr().cast(), raw.len())?;
            for ((val, kind), raw) in results.iter_mut().zip(&signature.results).zip(&*raw) {
                *val = Raw::load_val(*kind, raw.assume_init_ref(), &mut *store);
            }
        }
        Ok(())
    }

    /// Passes the values with their types, so that references are rooted and
    /// the collector may run.
    ///
    /// # Safety
    ///
    /// As for [`call_with_allocation`](Func::call_with_allocation).
    unsafe fn call_checked(
        &self,
        store: *mut StoreOpaque,
        signature: &Signature,
        params: &[Val],
        results: &mut [Val],
    ) -> Result<()> {
        RawRef::supported()?;
        // SAFETY: invariants "Context" and "Ownership": the store may be used, and the
        // values fit the signature, as this function requires. The call initializes the
        // results.
        unsafe {
            let args = params
                .iter()
                .map(|val| Lent::store_val(*val, &mut *store))
                .collect::<Result<Vec<_>>>()?;
            let mut outs = vec![MaybeUninit::uninit(); results.len()];
            StoreOpaque::call_checked(store, self.get_c(&*store), &args, &mut outs)?;
            for ((val, kind), out) in results.iter_mut().zip(&signature.results).zip(outs) {
                *val = Given::load_val(*kind, out.assume_init_ref(), &mut *store);
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
        let func = self.get_c(store.opaque());
        let (values, len) = (params_and_returns.cast(), params_and_returns.len());
        // SAFETY: invariants "Context" and "Ownership": the store is borrowed, and the
        // values are as this function requires.
        unsafe { StoreOpaque::call_unchecked(store.opaque_ptr(), func, values, len) }
    }
}
