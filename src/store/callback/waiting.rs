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
//!
//! # Threads
//!
//! After a wait, the thread may be another one. So no code of the host is suspended, nor anything
//! else that belongs to a thread: each poll is a [`call_host`] of its own. And what comes before
//! a wait, the wait, and what comes after it are functions that aren't inlined into each other,
//! as the compiler may keep the address of a thread-local variable within a function.

use super::{Interrupt, Scope, store_of};
use crate::Result;
use crate::callback::{Failure, Report, call_host, discard};
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
/// As for [`store_of`], and no reference to the state may be held.
#[inline]
pub(crate) unsafe fn call_async_host<'a, R, X>(
    called: NonNull<wasmtime_caller_t>,
    start: impl FnOnce(NonNull<StoreOpaque>) -> (HostFuture<'a, R>, X),
    finish: impl Fn(NonNull<StoreOpaque>, R, X) -> Result<()>,
) -> *mut wasm_trap_t {
    // SAFETY: invariant "State": the callback is running, and nothing else uses the store
    // before it has returned.
    unsafe {
        let store = store_of(called);
        let _scope = Scope::enter(store.as_ptr());
        // Outside of the host's code, as the future may panic when it is dropped, after it has
        // panicked when it was polled.
        let mut call = None;
        let polled = call_host(Polled, || {
            let (future, _) = call.insert(start(store));
            match poll(store, future) {
                Poll::Pending => Ok(Poll::Pending),
                Poll::Ready(results) => {
                    finish_call(store, call.take(), results, &finish).map(Poll::Ready)
                }
            }
        });
        match polled {
            Poll::Ready(Ok(())) => <*mut wasm_trap_t>::CONTINUE,
            Poll::Ready(Err(failure)) => fail(store, call, failure),
            Poll::Pending => go_on_later(store, call, finish),
        }
    }
}

/// Waits for the host's future, which is pending, and writes the results.
///
/// # Safety
///
/// As for [`call_async_host`], and `store` must be the state of the callback's store.
#[inline(never)]
unsafe fn go_on_later<R, X>(
    store: NonNull<StoreOpaque>,
    mut call: Option<(HostFuture<'_, R>, X)>,
    finish: impl Fn(NonNull<StoreOpaque>, R, X) -> Result<()>,
) -> *mut wasm_trap_t {
    // SAFETY: this function requires what the others require.
    unsafe {
        match wait(store, &mut call) {
            Ok(results) => go_on(store, call, results, finish),
            Err(failure) => fail(store, call, failure),
        }
    }
}

/// Writes the results after a wait.
///
/// # Safety
///
/// As for [`go_on_later`].
#[inline(never)]
unsafe fn go_on<R, X>(
    store: NonNull<StoreOpaque>,
    call: Option<(HostFuture<'_, R>, X)>,
    results: R,
    finish: impl Fn(NonNull<StoreOpaque>, R, X) -> Result<()>,
) -> *mut wasm_trap_t {
    let finished = call_host(Polled, || {
        finish_call(store, call, results, &finish).map(Poll::Ready)
    });
    match finished {
        Poll::Ready(Err(failure)) => {
            // SAFETY: this function requires what `fail` requires.
            unsafe { fail::<(), ()>(store, None, failure) }
        }
        Poll::Ready(Ok(())) | Poll::Pending => <*mut wasm_trap_t>::CONTINUE,
    }
}

/// Drops the future, and then writes the results. The future may use the store while it is
/// dropped, which raw values wouldn't survive.
#[inline]
fn finish_call<R, X>(
    store: NonNull<StoreOpaque>,
    call: Option<(HostFuture<'_, R>, X)>,
    results: R,
    finish: &impl Fn(NonNull<StoreOpaque>, R, X) -> Result<()>,
) -> Result<()> {
    let (future, rest) = call.expect("there is a call until it has finished");
    let results = Kept(Some(results));
    drop(future);
    finish(store, results.into_inner(), rest)
}

/// Results, while the future is dropped. If that panics, so may they when they are dropped.
struct Kept<R>(Option<R>);

impl<R> Kept<R> {
    #[inline]
    fn into_inner(mut self) -> R {
        self.0
            .take()
            .expect("results are kept until they are taken")
    }
}

impl<R> Drop for Kept<R> {
    #[inline]
    fn drop(&mut self) {
        if let Some(results) = self.0.take() {
            discard(results);
        }
    }
}

/// Drops the future, which may use the store, and leaves the failure in the store.
///
/// # Safety
///
/// As for [`go_on_later`].
#[cold]
#[inline(never)]
unsafe fn fail<R, X>(
    store: NonNull<StoreOpaque>,
    call: Option<(HostFuture<'_, R>, X)>,
    failure: Failure,
) -> *mut wasm_trap_t {
    discard(call);
    // SAFETY: invariant "State": the callback is running, as this function requires, and the
    // host's code has ended, with its borrows of the store.
    Interrupt::interrupt(unsafe { &mut *store.as_ptr() }, failure)
}

/// Waits for the host's future, which is pending.
///
/// # Errors
///
/// Returns what the future failed with, and an error if the asynchronous call is dropped or if
/// there is none.
///
/// # Safety
///
/// As for [`go_on_later`].
#[inline(never)]
unsafe fn wait<R, X>(
    store: NonNull<StoreOpaque>,
    call: &mut Option<(HostFuture<'_, R>, X)>,
) -> Result<R, Failure> {
    let (future, _) = call
        .as_mut()
        .expect("there is a call until it has finished");
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
    waiting
        .outcome
        .expect("the wait ends when there is an outcome")
}

/// The wait for a future of the host.
struct Waiting<'a, 'b, R> {
    store: NonNull<StoreOpaque>,
    future: &'a mut HostFuture<'b, R>,
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
    // `wait` lends it. It does so in a poll of the call, so nothing else uses the store.
    unsafe {
        let waiting = &mut *env.cast::<Waiting<'_, '_, R>>();
        let store = waiting.store;
        if mem::replace(&mut waiting.has_just_begun, false) {
            Asynchrony::of(store).set_host_pending();
            return false;
        }
        match call_host(Polled, || Ok(poll(store, waiting.future))) {
            Poll::Pending => {
                Asynchrony::of(store).set_host_pending();
                false
            }
            Poll::Ready(outcome) => {
                waiting.outcome = Some(outcome);
                true
            }
        }
    }
}

/// Polls the host's future with the waker of the poll that is running.
///
/// # Safety
///
/// `store` must be the state of a store in which a callback is running.
#[inline]
unsafe fn poll<R>(store: NonNull<StoreOpaque>, future: &mut HostFuture<'_, R>) -> Poll<R> {
    // SAFETY: invariant "State": the callback is running, as this function requires. References
    // of the future to the state are none to its `Asynchrony`.
    let mut context = unsafe { Asynchrony::of(store).task_context() };
    future.as_mut().poll(&mut context)
}

/// The report of a poll of the host's future: its outcome, if it has one.
struct Polled;

impl<R> Report<Poll<R>> for Polled {
    type Output = Poll<Result<R, Failure>>;

    #[inline]
    fn success(self, polled: Poll<R>) -> Poll<Result<R, Failure>> {
        polled.map(Ok)
    }

    #[cold]
    fn failure(self, failure: Failure) -> Poll<Result<R, Failure>> {
        Poll::Ready(Err(failure))
    }
}
