//! The part of a store's state that asynchronous calls need.
//!
//! # How a task is woken
//!
//! `wasmtime_call_future_poll` polls with a waker that does nothing, and a host function gets no
//! waker at all. So a poll ([`entry`](super::entry)) leaves its waker here, and a host function
//! ([`callback`](super::callback)) polls its future with it. If that future is pending, it will
//! wake the task, and the host function notes so before it waits. If nothing of the host is
//! pending although the call isn't finished, WebAssembly code has yielded. Then the poll wakes
//! the task itself, or waits for the future of the epoch callback.
//!
//! An asynchronous function of WASI that waits looks like code that has yielded. So in a store
//! with such functions, the task is woken a little later if the poll has done little.
//!
//! # When synchronous calls are refused
//!
//! An asynchronous host function that waits suspends the stack of an asynchronous call. In a
//! synchronous call there is no such stack, which `wasmtime_func_call_unchecked` doesn't check:
//! libwasmtime would end the process. So an entry checks here first, and no such function gets
//! into a store while a synchronous call runs in it.
//!
//! # What becomes of forgotten calls
//!
//! The future of a call may be forgotten, so that it is neither polled again nor dropped. If its
//! code has yielded in the middle of a collection, the collected objects must not be used before
//! the collection has ended. libwasmtime ends it when the C future is deleted. So an entry that
//! has yielded leaves here where its C future is, and the next use of the store deletes it.
//!
//! A host function's future may hold references to other parts of the state while it is
//! suspended, such as the data or the engine. So nothing here refers to the whole state.

use super::{MUST_BE_ASYNC, StoreOpaque};
use crate::Result;
use crate::error::{bail, ensure};
#[cfg(feature = "component-model-async")]
use crate::sys::runtime;
use crate::sys::{wasmtime_call_future_delete, wasmtime_call_future_t, wasmtime_func_t};
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::ptr::{self, NonNull};
use std::task::{Context, Waker};

/// A future of an epoch callback, which the code waits for before it goes on.
pub(super) type Yield = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What asynchronous calls, their host functions and synchronous calls tell each other.
#[derive(Default)]
pub(super) struct Asynchrony {
    /// Whether the store may contain asynchronous host functions, or its code may yield.
    is_required: bool,
    /// Whether the store contains asynchronous functions of WASI, which need libwasmtime's
    /// runtime.
    pub(super) waits_for_wasi: bool,
    /// Whether a synchronous call is running, at any depth.
    is_in_sync_call: bool,
    /// The waker of the innermost poll that is running.
    waker: Option<NonNull<Waker>>,
    /// Whether a host function has begun to wait in the poll that is running.
    is_host_pending: bool,
    /// Set by an epoch callback, for the poll in which it runs.
    yielding: Option<Yield>,
    /// The function of the store that waits for futures of the host.
    pub(super) wait_func: Option<wasmtime_func_t>,
    /// Whether a wait has just begun, and suspends the call next.
    is_wait_beginning: bool,
    /// The place of the C future of the last entry that has yielded, until the entry goes on or
    /// is dropped.
    yielded: Option<NonNull<*mut wasmtime_call_future_t>>,
}

// SAFETY: there is a waker only during a poll, which stays on its thread. A C future that has
// yielded is bound to no thread.
unsafe impl Send for Asynchrony {}

/// What is restored when a poll ends: what an outer poll, in which it runs, needs.
pub(super) struct OuterPoll {
    waker: Option<NonNull<Waker>>,
    is_host_pending: bool,
}

/// Why a poll has ended although the call isn't finished.
pub(super) enum Pause {
    /// A future of the host is pending, and will wake the task.
    Host,
    /// The code has yielded.
    Yield,
    /// The code has yielded until this future is ready.
    Until(Yield),
}

impl StoreOpaque {
    /// Checks that the store may be entered synchronously.
    ///
    /// # Errors
    ///
    /// Returns an error, in the words of the `wasmtime` crate, if it may not.
    #[inline]
    pub(crate) fn check_sync(&mut self) -> Result<()> {
        let asynchrony = self.asynchrony.get_mut();
        if asynchrony.is_required || asynchrony.waker.is_some() {
            return asynchrony.refuse_sync();
        }
        Ok(())
    }

    /// Notes that the store gets an asynchronous host function, so that it is entered
    /// asynchronously from now on.
    ///
    /// # Errors
    ///
    /// Returns an error if a synchronous call is running in the store, as its code might call
    /// the function.
    pub(crate) fn add_async(&mut self) -> Result<()> {
        let asynchrony = self.asynchrony.get_mut();
        ensure!(
            !asynchrony.is_in_sync_call,
            "a store can't get asynchronous host functions while a synchronous call runs in it: \
             use the `*_async` functions for the outer call"
        );
        asynchrony.is_required = true;
        Ok(())
    }

    /// Notes that the store gets functions of WASI that are asynchronous, if they are in this link
    /// mode.
    #[cfg(feature = "component-model-async")]
    pub(crate) fn set_waits_for_wasi(&mut self) {
        self.asynchrony.get_mut().waits_for_wasi = runtime::SHARED;
    }

    /// Notes that code of the store may yield, which libwasmtime reports as an error in a
    /// synchronous call.
    pub(super) fn set_yields(&mut self) {
        self.asynchrony.get_mut().is_required = true;
    }

    /// Deletes the C future of an entry that has yielded and was forgotten. It must be called
    /// before the store is changed, and before a callback returns to code that does so.
    #[inline]
    pub(super) fn delete_forgotten(&mut self) {
        if let Some(future) = self.asynchrony.get_mut().yielded.take() {
            delete(future);
        }

        #[cold]
        fn delete(future: NonNull<*mut wasmtime_call_future_t>) {
            // SAFETY: the entry borrows the store, which is used now. So it is never polled again.
            // It hasn't been dropped, which `unset_yielded` would have noticed, so it is still
            // where it was pinned. It doesn't delete the future again, as the place is null. Code
            // that has yielded has called no host function that is still running, so nothing of
            // the host uses the state meanwhile.
            unsafe { wasmtime_call_future_delete(future.replace(ptr::null_mut())) }
        }
    }

    /// Notes that a callback begins, and returns what [`StoreOpaque::end_callback`] takes.
    #[inline]
    pub(super) fn begin_callback(&mut self) -> bool {
        let asynchrony = self.asynchrony.get_mut();
        let outer = asynchrony.is_in_sync_call;
        asynchrony.is_in_sync_call |= asynchrony.waker.is_none();
        outer
    }

    /// Notes that a callback ends.
    #[inline]
    pub(super) fn end_callback(&mut self, outer: bool) {
        self.asynchrony.get_mut().is_in_sync_call = outer;
    }
}

impl Asynchrony {
    /// Returns the store's, without a reference to the rest of the state.
    ///
    /// # Safety
    ///
    /// `store` must be the state of a live store, and the result the only reference to this
    /// part of it.
    pub(super) unsafe fn of<'a>(store: NonNull<StoreOpaque>) -> &'a mut Asynchrony {
        // SAFETY: invariant "State", for this part of it, as this function requires.
        unsafe { (*store.as_ptr()).asynchrony.get_mut() }
    }

    /// Notes that a poll with this waker begins. The waker must exist until
    /// [`Asynchrony::end_poll`].
    pub(super) fn begin_poll(&mut self, waker: &Waker) -> OuterPoll {
        OuterPoll {
            waker: self.waker.replace(NonNull::from(waker)),
            is_host_pending: mem::replace(&mut self.is_host_pending, false),
        }
    }

    /// Notes that a poll ends, and returns why, if the call isn't finished.
    pub(super) fn end_poll(&mut self, outer: OuterPoll) -> Pause {
        self.waker = outer.waker;
        let is_host_pending = mem::replace(&mut self.is_host_pending, outer.is_host_pending);
        match self.yielding.take() {
            Some(yielding) => Pause::Until(yielding),
            None if is_host_pending => Pause::Host,
            None => Pause::Yield,
        }
    }

    /// Reports whether an asynchronous call is being polled.
    pub(super) fn is_polled(&self) -> bool {
        self.waker.is_some()
    }

    /// Notes that the entry whose C future is at `place` has yielded. The place must stay valid
    /// until [`Asynchrony::unset_yielded`].
    pub(super) fn set_yielded(&mut self, place: NonNull<*mut wasmtime_call_future_t>) {
        self.yielded = Some(place);
    }

    /// Notes that the entry goes on or is dropped.
    pub(super) fn unset_yielded(&mut self, place: NonNull<*mut wasmtime_call_future_t>) {
        if self.yielded == Some(place) {
            self.yielded = None;
        }
    }

    /// Lets the poll that is running wait for a future.
    ///
    /// # Errors
    ///
    /// Returns an error, in the words of the `wasmtime` crate, in a synchronous call.
    pub(super) fn yield_until(&mut self, yielding: Yield) -> Result<()> {
        ensure!(
            self.waker.is_some(),
            "cannot use `UpdateDeadline::YieldCustom` without using an async wasm entrypoint"
        );
        self.yielding = Some(yielding);
        Ok(())
    }

    /// Returns the context of the poll that is running.
    ///
    /// If the program polls a future of the C API itself, the context's waker does nothing,
    /// like that of libwasmtime.
    ///
    /// # Safety
    ///
    /// The result must not be used after the poll.
    pub(super) unsafe fn task_context<'a>(&self) -> Context<'a> {
        // SAFETY: the waker exists during the poll, as `begin_poll` requires.
        let waker = self.waker.map(|waker| unsafe { waker.as_ref() });
        Context::from_waker(waker.unwrap_or(Waker::noop()))
    }

    /// Notes that a host function begins to wait, as its future is pending.
    pub(super) fn begin_wait(&mut self) {
        self.is_wait_beginning = true;
        self.is_host_pending = true;
    }

    /// Reports whether the call was suspended since [`Asynchrony::begin_wait`], of which it takes
    /// the note.
    pub(super) fn end_wait(&mut self) -> bool {
        !mem::replace(&mut self.is_wait_beginning, false)
    }

    #[cold]
    fn refuse_sync(&self) -> Result<()> {
        if self.is_required {
            bail!(MUST_BE_ASYNC);
        }
        bail!("cannot do blocking `call` from an async context");
    }
}
