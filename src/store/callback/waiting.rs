//! Asynchronous host functions.
//!
//! To libwasmtime, an asynchronous host function of this crate is a synchronous one: its
//! callback gets raw values, and polls the host's future at once. If that is ready, the code
//! goes on. If not, the callback enters the store again, with an asynchronous function of
//! libwasmtime that does nothing but wait for the future ([`entry`](crate::store)). That
//! suspends the asynchronous call, and with it the frame of the callback, which owns the future.
//!
//! If the asynchronous call is dropped, the wait fails, and the callback drops the future before
//! libwasmtime unwinds the code that called.

use super::call_host_with_store;
use crate::Result;
use crate::callback::{Failure, Report, call_host};
use crate::store::StoreOpaque;
use crate::store::asynchrony::{Asynchrony, Continuation};
use crate::sys::{wasm_trap_t, wasmtime_caller_t};
use std::ffi::c_void;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::Poll;

/// A future of the host, which may hold the caller.
pub(crate) type HostFuture<'a, R> = Pin<Box<dyn Future<Output = R> + Send + 'a>>;

/// Calls an asynchronous host function, as its callback. `start` calls the host's closure, and
/// `finish` writes the results. It also gets what else `start` returns.
///
/// # Safety
///
/// As for [`call_host_with_store`].
pub(crate) unsafe fn call_async_host<'a, R, X>(
    called: NonNull<wasmtime_caller_t>,
    start: impl FnOnce(NonNull<StoreOpaque>) -> (HostFuture<'a, R>, X),
    finish: impl FnOnce(NonNull<StoreOpaque>, R, X) -> Result<()>,
) -> *mut wasm_trap_t {
    // SAFETY: this function requires what `call_host_with_store` requires. References of the
    // host's future to the state are none to its `Asynchrony`.
    unsafe {
        call_host_with_store(called, |store| {
            let (mut future, rest) = start(store);
            let mut context = Asynchrony::of(store).task_context();
            let results = match future.as_mut().poll(&mut context) {
                Poll::Ready(results) => results,
                Poll::Pending => wait(store, future.as_mut())?,
            };
            // It may use the store while it is dropped, before raw values are written.
            drop(future);
            finish(store, results, rest)
        })
    }
}

/// Waits for the host's future, which is pending.
///
/// # Errors
///
/// Returns an error if the asynchronous call is dropped, or if no asynchronous call is running.
///
/// # Panics
///
/// Resumes the panic of the future.
///
/// # Safety
///
/// A callback must be running, and `store` must be the state of its store.
// The thread may be another one afterwards. In a function of its own, no address of a
// thread-local variable is kept beyond that.
#[inline(never)]
unsafe fn wait<R>(
    store: NonNull<StoreOpaque>,
    future: Pin<&mut (dyn Future<Output = R> + Send + '_)>,
) -> Result<R> {
    let mut waiting = Waiting {
        store,
        future,
        outcome: None,
        has_just_begun: true,
    };
    let continuation = Continuation {
        callback: resume::<R>,
        env: (&raw mut waiting).cast(),
    };
    // SAFETY: invariant "State": the callback is running, as this function requires. `waiting`
    // exists until the entry has ended, and nothing else uses it.
    unsafe { StoreOpaque::wait(store.as_ptr(), continuation)? };
    let outcome = waiting.outcome;
    outcome
        .expect("the wait ends when there is an outcome")
        .map_err(Failure::raise)
}

/// The wait for a future of the host.
struct Waiting<'a, 'b, R> {
    store: NonNull<StoreOpaque>,
    future: Pin<&'a mut (dyn Future<Output = R> + Send + 'b)>,
    outcome: Option<Result<R, Failure>>,
    /// Whether the continuation hasn't been called yet. Its first call follows at once: another
    /// poll of the future would be one too many, as it might have asked for another task's turn.
    /// With nested calls the innermost future would be polled twice as often with each level.
    // Version 48: the first call is in the poll of the beginning; look at
    // `invoke_c_async_callback` in `async.rs` in `wasmtime-c-api-impl`.
    has_just_begun: bool,
}

/// Polls the host's future, as the continuation of a wait, and reports whether it has an outcome.
unsafe extern "C" fn resume<R>(env: *mut c_void) -> bool {
    // SAFETY: invariant "Callback": libwasmtime passes the `Waiting` of the continuation, which
    // `wait` borrows to it. It does so in a poll of the call, so nothing else uses the store.
    unsafe {
        let waiting = &mut *env.cast::<Waiting<'_, '_, R>>();
        let asynchrony = || Asynchrony::of(waiting.store);
        if mem::replace(&mut waiting.has_just_begun, false) {
            asynchrony().set_host_pending();
            return false;
        }
        let future = &mut waiting.future;
        let polled = call_host(Polled, || {
            let mut context = asynchrony().task_context();
            Ok(future.as_mut().poll(&mut context))
        });
        match polled {
            Poll::Pending => {
                asynchrony().set_host_pending();
                false
            }
            Poll::Ready(outcome) => {
                waiting.outcome = Some(outcome);
                true
            }
        }
    }
}

/// The report of a continuation: the outcome of the host's future, if there is one.
struct Polled;

impl<R> Report<Poll<R>> for Polled {
    type Output = Poll<Result<R, Failure>>;

    fn success(self, polled: Poll<R>) -> Poll<Result<R, Failure>> {
        polled.map(Ok)
    }

    fn failure(self, failure: Failure) -> Poll<Result<R, Failure>> {
        Poll::Ready(Err(failure))
    }
}
