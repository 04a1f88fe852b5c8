//! Asynchronous host functions.
//!
//! To libwasmtime, an asynchronous host function of this crate is a synchronous one: its
//! callback gets raw values, and polls the host's future at once. If that is ready, the code
//! goes on. If not, the callback enters the store again, with an asynchronous function of
//! libwasmtime that does nothing but wait for the next poll ([`entry`](crate::store)). That
//! suspends the asynchronous call, and with it the frame of the callback, which owns the future.
//! Then the callback polls the future again, and so on.
//!
//! If the asynchronous call is dropped, the wait fails, and the callback drops the future before
//! libwasmtime unwinds the code that called.
//!
//! The future isn't polled within the wait: libwasmtime would find the frames below the wait
//! twice when the future calls WebAssembly code that captures a backtrace.
//!
//! # Threads
//!
//! After a wait, the thread may be another one. So no code of the host is suspended, nor anything
//! else that belongs to a thread: each poll is a [`call_host`] of its own. And what comes before
//! a wait, the wait, and what comes after it are functions that aren't inlined into each other,
//! as the compiler may keep the address of a thread-local variable within a function.

use super::{CalledIn, Interrupt, Scope, store_of};
use crate::Result;
use crate::callback::{Failure, Report, call_host, discard};
use crate::store::StoreOpaque;
use crate::store::asynchrony::Asynchrony;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::Poll;

/// A future of the host, which may hold the caller.
pub(crate) type HostFuture<'a, R> = Pin<Box<dyn Future<Output = R> + Send + 'a>>;

/// A call of an asynchronous host function: its future, and what is needed to write the results.
type HostCall<'a, R, X> = (HostFuture<'a, R>, X);

/// Calls an asynchronous host function, as its callback. `start` calls the host's closure, and
/// `finish` writes the results. It also gets what else `start` returns.
///
/// # Safety
///
/// As for [`store_of`], and no reference to the state may be held.
#[inline]
pub(crate) unsafe fn call_async_host<'a, R, X, I: Interrupt>(
    called: impl CalledIn,
    start: impl FnOnce(NonNull<StoreOpaque>) -> Result<HostCall<'a, R, X>>,
    finish: impl Fn(NonNull<StoreOpaque>, R, X) -> Result<()>,
) -> I {
    // SAFETY: invariant "State": the callback is running, and nothing else uses the store
    // before it has returned.
    unsafe {
        let store = store_of(called);
        let _scope = Scope::enter(store.as_ptr());
        let mut call = None;
        let prepare = |call: &mut Option<_>| {
            *call = Some(start(store)?);
            Ok(())
        };
        match advance(store, &mut call, prepare, &finish) {
            Poll::Ready(outcome) => outcome,
            Poll::Pending => go_on_later(store, call, finish),
        }
    }
}

/// Polls the host's future after `prepare`, and writes the results if it is ready. Returns what
/// the callback returns then.
///
/// # Safety
///
/// As for [`call_async_host`], and `store` must be the state of the callback's store.
#[inline]
unsafe fn advance<'a, R, X, I: Interrupt>(
    store: NonNull<StoreOpaque>,
    call: &mut Option<HostCall<'a, R, X>>,
    prepare: impl FnOnce(&mut Option<HostCall<'a, R, X>>) -> Result<()>,
    finish: &impl Fn(NonNull<StoreOpaque>, R, X) -> Result<()>,
) -> Poll<I> {
    let polled = call_host(Polled, || {
        prepare(call)?;
        let (future, _) = call
            .as_mut()
            .expect("there is a call until it has finished");
        // SAFETY: the callback is running, as this function requires.
        match unsafe { poll(store, future) } {
            Poll::Pending => Ok(Poll::Pending),
            Poll::Ready(results) => {
                finish_call(store, call.take(), results, finish).map(Poll::Ready)
            }
        }
    });
    polled.map(|outcome| match outcome {
        Ok(()) => I::CONTINUE,
        // Outside of the host's code, as the future may panic when it is dropped, after it has
        // panicked when it was polled.
        // SAFETY: this function requires what `fail` requires.
        Err(failure) => unsafe { fail(store, call.take(), failure) },
    })
}

/// Waits until the host's future, which is pending, is ready, and writes the results.
///
/// # Safety
///
/// As for [`advance`].
#[inline(never)]
unsafe fn go_on_later<R, X, I: Interrupt>(
    store: NonNull<StoreOpaque>,
    mut call: Option<HostCall<'_, R, X>>,
    finish: impl Fn(NonNull<StoreOpaque>, R, X) -> Result<()>,
) -> I {
    loop {
        // SAFETY: this function requires what the others require.
        unsafe {
            if let Err(error) = StoreOpaque::wait(store) {
                return fail(store, call, error.into());
            }
            if let Poll::Ready(outcome) = go_on(store, &mut call, &finish) {
                // It was taken. Code that drops it here might belong to a thread.
                mem::forget(call);
                return outcome;
            }
        }
    }
}

/// Polls the host's future after a wait.
///
/// # Safety
///
/// As for [`advance`].
#[inline(never)]
unsafe fn go_on<R, X, I: Interrupt>(
    store: NonNull<StoreOpaque>,
    call: &mut Option<HostCall<'_, R, X>>,
    finish: &impl Fn(NonNull<StoreOpaque>, R, X) -> Result<()>,
) -> Poll<I> {
    // SAFETY: this function requires what `advance` requires.
    unsafe { advance(store, call, |_| Ok(()), finish) }
}

/// Drops the future, and then writes the results. The future may use the store while it is
/// dropped, which raw values wouldn't survive.
#[inline]
fn finish_call<R, X>(
    store: NonNull<StoreOpaque>,
    call: Option<HostCall<'_, R, X>>,
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
/// As for [`advance`].
#[cold]
#[inline(never)]
unsafe fn fail<R, X, I: Interrupt>(
    store: NonNull<StoreOpaque>,
    call: Option<HostCall<'_, R, X>>,
    failure: Failure,
) -> I {
    discard(call);
    // SAFETY: invariant "State": the callback is running, as this function requires, and the
    // host's code has ended, with its borrows of the store.
    I::interrupt(unsafe { &mut *store.as_ptr() }, failure)
}

/// Polls the host's future with the waker of the poll that is running.
///
/// # Safety
///
/// `store` must be the state of a store in which a callback is running.
#[inline]
unsafe fn poll<R>(store: NonNull<StoreOpaque>, future: &mut HostFuture<'_, R>) -> Poll<R> {
    // SAFETY: invariant "State": the callback is running, as this function requires, and the
    // future refers to other parts of the state than its `Asynchrony`.
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
