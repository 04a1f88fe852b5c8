//! Callbacks of a store: how libwasmtime calls the host in the middle of an entry.
//!
//! The host's code runs between two stretches of WebAssembly code. When it ends,
//!
//! - the references that it rooted are unrooted;
//! - the cached memories are forgotten, as the code goes on (invariant "Memory cache");
//! - a failure waits in the store for the entry that the code was called from
//!   (invariant "Failures"), and libwasmtime gets a trap or an error that makes it
//!   unwind to there.
//!
//! Everything else that a callback owes to libwasmtime is in [`crate::callback`].

#[cfg(feature = "async")]
mod waiting;

#[cfg(feature = "async")]
pub(crate) use waiting::{HostFuture, call_async_host};

use super::StoreOpaque;
use crate::callback::{self, Failure, Report};
use crate::gc::{RawRef, RootMark};
use crate::sys::{
    WASMTIME_TRAP_CODE_INTERRUPT, wasm_trap_t, wasmtime_caller_context, wasmtime_caller_t,
    wasmtime_context_get_data, wasmtime_context_t, wasmtime_error_new, wasmtime_error_t,
    wasmtime_trap_new_code,
};
use crate::{Result, ThrownException};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

/// An argument of a callback, from which the callback's store is found.
pub(crate) trait CalledIn: Copy {
    /// Returns the context of the store.
    ///
    /// # Safety
    ///
    /// The callback must be running.
    unsafe fn context(self) -> *mut wasmtime_context_t;
}

impl CalledIn for NonNull<wasmtime_caller_t> {
    #[inline]
    unsafe fn context(self) -> *mut wasmtime_context_t {
        // SAFETY: invariant "Callback": the caller is valid while the callback runs, as this
        // function requires.
        unsafe { wasmtime_caller_context(self.as_ptr()) }
    }
}

impl CalledIn for NonNull<wasmtime_context_t> {
    unsafe fn context(self) -> *mut wasmtime_context_t {
        self.as_ptr()
    }
}

/// Returns the state of the store that a callback runs in.
///
/// # Safety
///
/// `called` must be what libwasmtime passed to a callback that is running, in a store
/// of this crate.
#[inline]
pub(crate) unsafe fn store_of(called: impl CalledIn) -> NonNull<StoreOpaque> {
    // SAFETY: the callback is running. Invariant "State": the data of every store is
    // its state, which begins with the opaque part.
    unsafe { NonNull::new_unchecked(wasmtime_context_get_data(called.context()).cast()) }
}

/// A return value of a callback that can make libwasmtime unwind to the entry.
pub(crate) trait Interrupt {
    /// The value that lets the code go on.
    const CONTINUE: Self;

    /// Leaves the failure in the store, and returns the value that makes libwasmtime unwind.
    fn interrupt(store: &mut StoreOpaque, failure: Failure) -> Self;
}

impl Interrupt for *mut wasm_trap_t {
    const CONTINUE: Self = ptr::null_mut();

    fn interrupt(store: &mut StoreOpaque, failure: Failure) -> *mut wasm_trap_t {
        // An exception goes on its way through WebAssembly code, which may catch it.
        if let Some(exception) = take_exception(store, &failure) {
            return exception.set_pending_exn(store);
        }
        store.pending().set(Some(failure));
        // The failure takes the place of the trap, so nobody sees which one it is.
        // Speed: an error takes 835 ns instead of 870 with a trap that has a text.
        // SAFETY: the code is one of libwasmtime's.
        unsafe { wasmtime_trap_new_code(WASMTIME_TRAP_CODE_INTERRUPT) }
    }
}

impl Interrupt for *mut wasmtime_error_t {
    const CONTINUE: Self = ptr::null_mut();

    fn interrupt(store: &mut StoreOpaque, failure: Failure) -> *mut wasmtime_error_t {
        store.pending().set(Some(failure));
        // SAFETY: the text is a C string, which the function copies.
        unsafe { wasmtime_error_new(c"a callback of the host failed".as_ptr()) }
    }
}

/// Takes the store's pending exception, if that is what a host function failed with.
fn take_exception(store: &mut StoreOpaque, failure: &Failure) -> Option<RawRef> {
    let error = failure.error()?;
    if !RawRef::has_pending_exn(store) || !error.is::<ThrownException>() {
        return None;
    }
    // SAFETY: invariant "Context". The host function is about to return, as it failed.
    unsafe { RawRef::take_pending_exn_at_return(store.begin_change()) }
}

/// Calls the host in a callback, with code that doesn't use the store.
///
/// # Safety
///
/// As for [`store_of`], and no reference to the state may be held.
#[inline]
pub(crate) unsafe fn call_host<I: Interrupt>(
    called: impl CalledIn,
    body: impl FnOnce() -> Result<()>,
) -> I {
    let report = InStore {
        called,
        interrupt: PhantomData,
    };
    callback::call_host(report, body)
}

/// Calls the host in a callback, with code that uses the store.
///
/// # Safety
///
/// As for [`call_host`].
#[inline]
pub(crate) unsafe fn call_host_with_store<I: Interrupt>(
    called: impl CalledIn,
    body: impl FnOnce(NonNull<StoreOpaque>) -> Result<()>,
) -> I {
    // SAFETY: invariant "State": the callback is running, and nothing else uses the
    // store before it returns.
    unsafe {
        call_host(called, || {
            let store = store_of(called);
            let _scope = Scope::enter(store.as_ptr());
            body(store)
        })
    }
}

/// The report of a callback that runs in a store. Only [`call_host`] creates it, whose
/// requirements hold for its methods.
struct InStore<C, I> {
    called: C,
    interrupt: PhantomData<I>,
}

impl<C: CalledIn, I: Interrupt> Report<()> for InStore<C, I> {
    type Output = I;

    #[inline]
    fn success(self, (): ()) -> I {
        I::CONTINUE
    }

    #[cold]
    fn failure(self, failure: Failure) -> I {
        // SAFETY: invariant "State": the callback is still running, as `call_host`
        // requires, and the host's code has ended, with its borrows of the store.
        let store = unsafe { &mut *store_of(self.called).as_ptr() };
        I::interrupt(store, failure)
    }
}

/// Undoes, when dropped, what the host's code leaves in a store: the references that
/// it rooted are unrooted, and the cached memories forgotten.
pub(crate) struct Scope {
    store: *mut StoreOpaque,
    roots: RootMark,
    #[cfg(feature = "async")]
    is_in_sync_call: bool,
}

impl Scope {
    /// # Safety
    ///
    /// `store` must be the state of a live store, and nothing else may use it now and
    /// when the value is dropped.
    #[inline]
    pub(crate) unsafe fn enter(store: *mut StoreOpaque) -> Scope {
        Scope {
            store,
            // SAFETY: invariant "State": nothing else uses the store now, as this function
            // requires.
            roots: unsafe { (*store).roots.mark() },
            // SAFETY: as for `roots`.
            #[cfg(feature = "async")]
            is_in_sync_call: unsafe { (*store).begin_callback() },
        }
    }
}

impl Drop for Scope {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: invariant "State": the store may be used now, as `enter` requires.
        unsafe {
            #[cfg(feature = "async")]
            (*self.store).delete_forgotten();
            (*self.store).roots.truncate(self.roots);
            (*self.store).memory_cache.forget();
            #[cfg(feature = "async")]
            (*self.store).end_callback(self.is_in_sync_call);
        }
    }
}
