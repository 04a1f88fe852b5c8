//! The wait of a host function: an entry that libwasmtime suspends.
//!
//! The C API has asynchronous host functions, but values pass with their types there, which is
//! slow. So only one function of a store is of that kind, its *wait function*. It has neither
//! parameters nor results, and its continuation finishes in the next poll.
//!
//! Speed: an asynchronous host function whose future is ready takes 22 ns instead of 77.

use crate::error::ensure;
use crate::owned::Owned;
use crate::store::asynchrony::Asynchrony;
use crate::store::callback::store_of;
use crate::store::{MUST_BE_ASYNC, StoreOpaque};
use crate::sys::{
    wasm_trap_t, wasmtime_async_continuation_t, wasmtime_caller_t, wasmtime_context_t,
    wasmtime_func_t, wasmtime_linker_define_async_func, wasmtime_linker_get, wasmtime_linker_new,
    wasmtime_linker_t, wasmtime_val_t,
};
use crate::{Engine, FuncType, Result};
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

impl StoreOpaque {
    /// Suspends the asynchronous call that is running until it is polled again.
    ///
    /// # Errors
    ///
    /// Returns an error if the call is dropped before that, or if no asynchronous call of this
    /// crate is running.
    ///
    /// # Safety
    ///
    /// As for every entry, but the future of the host function that waits may hold references
    /// to the state.
    // Version 48: the C function doesn't check how the store was entered, and suspends the
    // asynchronous call; look at `Func::call_unchecked` and `vmctx_async` in `func.rs`, and at
    // `BlockingContext` in `fiber.rs`, in `wasmtime`.
    pub(in crate::store) unsafe fn wait(store: NonNull<StoreOpaque>) -> Result<()> {
        // SAFETY: invariant "State": nothing else uses the store, as this function requires,
        // and the host's future refers to other parts than the `Asynchrony`. The function
        // belongs to the store, and an asynchronous call is running, as its poll is.
        unsafe {
            ensure!(Asynchrony::of(store).is_polled(), MUST_BE_ASYNC);
            let func = StoreOpaque::wait_func(store);
            StoreOpaque::call_wait_func(store.as_ptr(), &func)
        }
    }

    /// Returns the store's wait function.
    ///
    /// # Safety
    ///
    /// As for [`StoreOpaque::wait`].
    unsafe fn wait_func(store: NonNull<StoreOpaque>) -> wasmtime_func_t {
        // SAFETY: invariants "State" and "Context": nothing else uses the store, as this function
        // requires, and the host's future refers to other parts than the `Asynchrony`. The
        // engine is only read, and it is that of the store.
        unsafe {
            if let Some(func) = Asynchrony::of(store).wait_func {
                return func;
            }
            let creator = (*store.as_ptr()).engine().wait_func();
            let func = creator.create(StoreOpaque::context_at(store.as_ptr()));
            Asynchrony::of(store).wait_func = Some(func);
            func
        }
    }
}

/// What creates the wait functions of an engine's stores: a linker, as nothing else defines
/// asynchronous functions.
pub(crate) struct WaitFunc(Owned<wasmtime_linker_t>);

// SAFETY: the C object is bound to no thread.
unsafe impl Send for WaitFunc {}
// SAFETY: the C object isn't changed.
unsafe impl Sync for WaitFunc {}

impl WaitFunc {
    /// libwasmtime must have been built with `async`.
    pub(crate) fn new(engine: &Engine) -> WaitFunc {
        let ty = FuncType::new(engine, [], []).to_c();
        // SAFETY: invariant "Owned object": the engine, the linker and the type are alive, and
        // the linker is owned. The callback needs no environment.
        unsafe {
            let linker = Owned::from_c(wasmtime_linker_new(engine.as_ptr()));
            let error = wasmtime_linker_define_async_func(
                linker.as_ptr(),
                ptr::null(),
                0,
                ptr::null(),
                0,
                ty.as_ptr(),
                Some(wait_callback),
                ptr::null_mut(),
                None,
            );
            assert!(error.is_null(), "the name is the first in the linker");
            WaitFunc(linker)
        }
    }

    /// Creates the function in a store.
    ///
    /// # Safety
    ///
    /// `context` must be that of a live store of the engine, which nothing else uses now.
    unsafe fn create(&self, context: *mut wasmtime_context_t) -> wasmtime_func_t {
        let mut item = MaybeUninit::uninit();
        // SAFETY: the linker is alive, and the context valid, as this function requires. The item
        // is written if it is found, and is a function.
        unsafe {
            let is_found = wasmtime_linker_get(
                self.0.as_ptr(),
                context,
                ptr::null(),
                0,
                ptr::null(),
                0,
                item.as_mut_ptr(),
            );
            assert!(is_found, "the function was defined");
            item.assume_init().of.func
        }
    }
}

/// Begins a wait, as the callback of a wait function.
unsafe extern "C" fn wait_callback(
    _: *mut c_void,
    caller: *mut wasmtime_caller_t,
    _: *const wasmtime_val_t,
    _: usize,
    _: *mut wasmtime_val_t,
    _: usize,
    _: *mut *mut wasm_trap_t,
    continuation: *mut wasmtime_async_continuation_t,
) {
    // SAFETY: invariants "State" and "Callback": the callback is running, in a store of this
    // crate, and the place can be written.
    unsafe {
        let store = store_of(NonNull::new_unchecked(caller));
        Asynchrony::of(store).begin_wait();
        continuation.write(wasmtime_async_continuation_t {
            callback: Some(resume),
            env: store.as_ptr().cast(),
            finalizer: None,
        });
    }
}

/// Reports whether a wait has finished, as its continuation. libwasmtime calls it once in the poll
/// in which the wait begins, and once in the next.
// Version 48: the first call follows at once; look at `invoke_c_async_callback` in `async.rs` in
// `wasmtime-c-api-impl`.
unsafe extern "C" fn resume(store: *mut c_void) -> bool {
    // SAFETY: invariants "State" and "Callback": libwasmtime passes the state that it got from
    // `wait_callback`, in a poll of the call. The host's future refers to other parts of it.
    unsafe { Asynchrony::of(NonNull::new_unchecked(store.cast())).end_wait() }
}
