//! The one way into WebAssembly: all calls of the C functions that run its code.
//!
//! An entry
//!
//! 1. takes the store's state as a pointer, as callbacks make references to it while
//!    the code runs;
//! 2. drops the caches that the code makes untrue (invariant "Memory cache");
//! 3. leaves the program's `tokio` runtime, if the code may call WASI functions that share
//!    the crate `tokio` with the program ([`runtime`]);
//! 4. calls libwasmtime with the store's context (invariant "Context");
//! 5. turns what that reports into an error, or into the failure of the host function
//!    that caused it (invariant "Failures").
//!
//! References that host functions root on the way are unrooted by their callbacks
//! ([`super::callback`]), so an entry leaves the roots as they are.

#[cfg(feature = "async")]
mod asynchronous;
#[cfg(feature = "component-model")]
mod component;
#[cfg(feature = "async")]
mod patience;
#[cfg(feature = "async")]
mod wait;

#[cfg(feature = "async")]
pub(crate) use wait::WaitFunc;

use super::StoreOpaque;
use crate::Result;
#[cfg(feature = "async")]
use crate::error::bail;
use crate::error::{Error, Raised, format_err};
use crate::gc::RawRef;
use crate::sys::{
    runtime, wasm_trap_t, wasmtime_context_t, wasmtime_error_t, wasmtime_extern_t,
    wasmtime_func_call, wasmtime_func_call_unchecked, wasmtime_func_t, wasmtime_instance_new,
    wasmtime_instance_pre_instantiate, wasmtime_instance_pre_t, wasmtime_instance_t,
    wasmtime_linker_instantiate, wasmtime_linker_t, wasmtime_module_t, wasmtime_val_raw_t,
    wasmtime_val_t,
};
use crate::val::ValRaw;
use std::mem::MaybeUninit;
use std::ptr;

/// Each function here requires that `store` is the state of a live store, which
/// nothing else uses during the call, and that no reference into it is held across
/// the call.
impl StoreOpaque {
    /// Calls a function with values that libwasmtime doesn't check: the arguments,
    /// and after the call the results, are at `values`.
    ///
    /// # Safety
    ///
    /// As for every entry. `func` must belong to the store. There must be `len`
    /// values at `values`, as many as the longer of the function's parameters and
    /// results; the first of them must be arguments of the function's types, with
    /// references of this store. No reference in them may be collected before the
    /// call.
    #[inline]
    pub(crate) unsafe fn call_unchecked(
        store: *mut StoreOpaque,
        func: *const wasmtime_func_t,
        values: *mut ValRaw,
        len: usize,
    ) -> Result<()> {
        let values = values.cast::<wasmtime_val_raw_t>();
        // SAFETY: this function requires what `enter` and the C function require.
        unsafe {
            StoreOpaque::enter(store, |context, trap| {
                wasmtime_func_call_unchecked(context, func, values, len, trap)
            })
        }
    }

    /// Calls a function of the host that runs neither WebAssembly code nor WASI functions, with one
    /// value at `value`. It may be called in a store that must be entered asynchronously, during an
    /// asynchronous call, and in any `tokio` runtime, as there is nothing that could be suspended
    /// or block the thread.
    ///
    /// # Safety
    ///
    /// As for [`StoreOpaque::call_unchecked`].
    #[cfg(feature = "gc")]
    pub(crate) unsafe fn call_host_func(
        store: *mut StoreOpaque,
        func: *const wasmtime_func_t,
        value: *mut ValRaw,
    ) -> Result<()> {
        let mut trap = ptr::null_mut();
        // SAFETY: invariants "State" and "Context": the caller may use the store. This function
        // requires what the C function does. Error and trap are null or owned.
        unsafe {
            let context = (*store).begin_change();
            let error = wasmtime_func_call_unchecked(context, func, value.cast(), 1, &mut trap);
            (*store).check_entry(error, trap)
        }
    }

    /// Calls a function with values that libwasmtime checks and roots. The results
    /// are initialized and owned if there is no error.
    ///
    /// # Safety
    ///
    /// As for every entry. `func` and the references among the arguments must belong
    /// to the store.
    pub(crate) unsafe fn call_checked(
        store: *mut StoreOpaque,
        func: *const wasmtime_func_t,
        args: &[wasmtime_val_t],
        results: &mut [MaybeUninit<wasmtime_val_t>],
    ) -> Result<()> {
        // SAFETY: this function requires what `enter` and the C function require.
        unsafe {
            StoreOpaque::enter(store, |context, trap| {
                wasmtime_func_call(
                    context,
                    func,
                    args.as_ptr(),
                    args.len(),
                    results.as_mut_ptr().cast(),
                    results.len(),
                    trap,
                )
            })
        }
    }

    /// Creates an instance with the imports given, and runs its start function.
    ///
    /// # Safety
    ///
    /// As for every entry. The module must be alive and belong to the store's
    /// engine, and the imports to the store.
    pub(crate) unsafe fn instantiate(
        store: *mut StoreOpaque,
        module: *const wasmtime_module_t,
        imports: &[wasmtime_extern_t],
    ) -> Result<wasmtime_instance_t> {
        // SAFETY: this function requires what `enter_for` and the C function require.
        unsafe {
            StoreOpaque::enter_for(store, |context, instance, trap| {
                let (imports, len) = (imports.as_ptr(), imports.len());
                wasmtime_instance_new(context, module, imports, len, instance, trap)
            })
        }
    }

    /// Creates an instance whose imports were looked up before, and runs its start
    /// function.
    ///
    /// # Safety
    ///
    /// As for every entry. `pre` must be alive and belong to the store's engine, and
    /// its imports must be usable with the store.
    pub(crate) unsafe fn instantiate_pre(
        store: *mut StoreOpaque,
        pre: *const wasmtime_instance_pre_t,
    ) -> Result<wasmtime_instance_t> {
        // SAFETY: this function requires what `enter_for` and the C function require.
        unsafe {
            StoreOpaque::enter_for(store, |context, instance, trap| {
                wasmtime_instance_pre_instantiate(pre, context, instance, trap)
            })
        }
    }

    /// Creates an instance with imports from a linker, and runs its start function.
    /// `inspect` sees the C API's error, if there is one, which it must leave as it is.
    ///
    /// # Safety
    ///
    /// As for every entry. Linker and module must be alive and belong to the store's
    /// engine, and the definitions must be usable with the store.
    pub(crate) unsafe fn instantiate_linked(
        store: *mut StoreOpaque,
        linker: *const wasmtime_linker_t,
        module: *const wasmtime_module_t,
        inspect: impl FnOnce(*mut wasmtime_error_t),
    ) -> Result<wasmtime_instance_t> {
        // SAFETY: this function requires what `enter_for` and the C function require.
        unsafe {
            StoreOpaque::enter_for(store, |context, instance, trap| {
                let error = wasmtime_linker_instantiate(linker, context, module, instance, trap);
                if !error.is_null() {
                    inspect(error);
                }
                error
            })
        }
    }

    /// Calls a function without parameters and results that suspends the asynchronous call.
    ///
    /// # Errors
    ///
    /// Returns an error if the asynchronous call is dropped.
    ///
    /// # Safety
    ///
    /// As for every entry, but the future of the host function that waits may hold references
    /// to the state. `func` must belong to the store, and an asynchronous call must be running.
    // Not `outside_runtime`, which belongs to a thread: the poll is there already.
    #[cfg(feature = "async")]
    unsafe fn call_wait_func(store: *mut StoreOpaque, func: *const wasmtime_func_t) -> Result<()> {
        let mut trap = ptr::null_mut();
        // SAFETY: invariants "State" and "Context": nothing else uses the store, as this
        // function requires, and no reference to the state is created. Error and trap are null
        // or owned.
        unsafe {
            let context = StoreOpaque::context_at(store);
            let error = wasmtime_func_call_unchecked(context, func, ptr::null_mut(), 0, &mut trap);
            if error.is_null() && trap.is_null() {
                return Ok(());
            }
            drop(Raised::new(error, trap));
        }
        bail!("the asynchronous call was dropped while a host function waited")
    }

    /// Runs `call`, which writes a value if it succeeds.
    ///
    /// # Safety
    ///
    /// As for [`enter`](StoreOpaque::enter); `call` must initialize its second
    /// argument if it reports neither an error nor a trap.
    unsafe fn enter_for<T>(
        store: *mut StoreOpaque,
        call: impl FnOnce(
            *mut wasmtime_context_t,
            *mut T,
            *mut *mut wasm_trap_t,
        ) -> *mut wasmtime_error_t,
    ) -> Result<T> {
        let mut value = MaybeUninit::uninit();
        // SAFETY: this function requires what `enter` requires; there is no error, so
        // the value is initialized.
        unsafe {
            StoreOpaque::enter(store, |context, trap| {
                call(context, value.as_mut_ptr(), trap)
            })?;
            Ok(value.assume_init())
        }
    }

    /// Runs `call`, which calls libwasmtime with the store's context.
    ///
    /// # Errors
    ///
    /// Returns what the host function failed with that caused the failure, or else
    /// what libwasmtime reports; and an error if the store must be entered
    /// asynchronously.
    ///
    /// # Panics
    ///
    /// Resumes the panic of a host function.
    ///
    /// # Safety
    ///
    /// As for every entry. `call` must return null or an owned error, and leave null
    /// or an owned trap at its second argument.
    #[inline]
    unsafe fn enter(
        store: *mut StoreOpaque,
        call: impl FnOnce(*mut wasmtime_context_t, *mut *mut wasm_trap_t) -> *mut wasmtime_error_t,
    ) -> Result<()> {
        let mut trap = ptr::null_mut();
        // SAFETY: invariants "State" and "Context": the caller may use the store, and
        // the references made here end before and begin after the call.
        unsafe {
            #[cfg(feature = "async")]
            (*store).check_sync()?;
            StoreOpaque::supply_wasi(store)?;
            let context = (*store).begin_change();
            let error = StoreOpaque::outside_runtime(store, || call(context, &mut trap))?;
            (*store).check_entry(error, trap)
        }
    }

    /// Runs `call` where the WASI functions of the store may block the thread.
    ///
    /// # Errors
    ///
    /// Returns an error, without running `call`, if the store has WASI functions and they
    /// must not block this thread.
    ///
    /// # Safety
    ///
    /// As for every entry, but references to other parts of the state than the one that
    /// [`StoreOpaque::has_wasi_at`] reads may be held across the call.
    #[inline]
    pub(super) unsafe fn outside_runtime<R>(
        store: *const StoreOpaque,
        call: impl FnOnce() -> R,
    ) -> Result<R> {
        // SAFETY: the store is live and nothing else uses it, as every entry requires.
        if runtime::SHARED && unsafe { StoreOpaque::has_wasi_at(store) } {
            return runtime::leave(call).map_err(Error::new);
        }
        Ok(call())
    }

    /// Returns the error of an entry, if it failed.
    ///
    /// # Errors
    ///
    /// As for [`enter`](StoreOpaque::enter).
    ///
    /// # Panics
    ///
    /// Resumes the panic of a host function.
    ///
    /// # Safety
    ///
    /// Each of the two must be null or an owned object of the C API.
    #[inline]
    pub(crate) unsafe fn check_entry(
        &mut self,
        error: *mut wasmtime_error_t,
        trap: *mut wasm_trap_t,
    ) -> Result<()> {
        if error.is_null() && trap.is_null() {
            return Ok(());
        }
        // SAFETY: both are null or owned, as this function requires.
        Err(unsafe { self.failure(error, trap) })
    }

    /// Returns the error of an entry that failed.
    ///
    /// # Panics
    ///
    /// Resumes the panic of a host function.
    ///
    /// # Safety
    ///
    /// Each of the two must be null or an owned object of the C API.
    #[cold]
    unsafe fn failure(&mut self, error: *mut wasmtime_error_t, trap: *mut wasm_trap_t) -> Error {
        // SAFETY: both are null or owned, as this function requires.
        let raised = unsafe { Raised::new(error, trap) };
        match self.pending().take(raised) {
            (Some(error), Some(raised)) => error.with_backtrace(raised),
            (Some(error), None) => error,
            (None, Some(raised)) => raised.into_error(RawRef::has_pending_exn(self)),
            (None, None) => {
                format_err!("libwasmtime reported a failure without an error or a trap")
            }
        }
    }
}
