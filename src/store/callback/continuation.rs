//! Asynchronous host functions: the beginnings of their calls, and their continuations.
//!
//! libwasmtime calls an asynchronous host function on the stack of the asynchronous call. It
//! gets a continuation, which it calls on that stack in each poll until the continuation says
//! that it has finished. The host's future is polled at the beginning already: if it is ready,
//! nothing has to be allocated. So the first call of the continuation, which follows at once,
//! doesn't poll it again: it might have asked for another task's turn, and with nested calls the
//! innermost future would be polled twice as often with each level.

use super::{Interrupt, Scope, store_of};
use crate::Result;
use crate::callback::{Failure, Report, call_host, discard, finalize};
use crate::store::StoreOpaque;
use crate::store::asynchrony::Asynchrony;
use crate::sys::{wasm_trap_t, wasmtime_async_continuation_t, wasmtime_caller_t};
use std::cell::RefCell;
use std::ffi::c_void;
use std::mem;
use std::ptr::{self, NonNull};
use std::task::{Context, Poll};

/// A call of an asynchronous host function whose future isn't ready yet.
pub(crate) trait HostCall {
    /// Polls the host's future, and writes the results if it is ready.
    ///
    /// # Safety
    ///
    /// The callback of the call must be running, or its continuation, and `store` must be the
    /// state of its store.
    unsafe fn poll(
        &mut self,
        store: NonNull<StoreOpaque>,
        context: &mut Context<'_>,
    ) -> Poll<Result<()>>;
}

/// Calls an asynchronous host function, as its callback. `start` calls the host's closure.
///
/// # Safety
///
/// As for [`store_of`], and no reference to the state may be held. The other two pointers must
/// be those that libwasmtime passed to the callback.
// Version 48: caller, arguments and the places for results and trap stay where they are until
// the continuation is finalized, and results and trap are read afterwards; look at
// `invoke_c_async_callback` in `async.rs` in `wasmtime-c-api-impl`.
pub(crate) unsafe fn begin<H: HostCall>(
    called: NonNull<wasmtime_caller_t>,
    trap: *mut *mut wasm_trap_t,
    continuation: *mut wasmtime_async_continuation_t,
    start: impl FnOnce(NonNull<StoreOpaque>) -> Result<H>,
) {
    // SAFETY: invariant "State": the callback is running, and nothing else uses the store
    // before it has finished. Invariant "Callback": both places can be written.
    unsafe {
        let store = store_of(called);
        let mut running = Running {
            store,
            called,
            trap,
            call: RefCell::new(None),
            has_just_begun: true,
            scope: Some(Scope::enter(store.as_ptr())),
        };
        let has_finished = running.advance(|call| {
            *call = Some(start(store)?);
            Ok(())
        });
        continuation.write(if has_finished {
            wasmtime_async_continuation_t {
                callback: Some(has_finished_already),
                env: ptr::null_mut(),
                finalizer: None,
            }
        } else {
            wasmtime_async_continuation_t {
                callback: Some(resume::<H>),
                env: Box::into_raw(Box::new(running)).cast(),
                finalizer: Some(finalize::<Running<H>>),
            }
        });
    }
}

/// The continuation of a call that has finished at its beginning.
unsafe extern "C" fn has_finished_already(_: *mut c_void) -> bool {
    true
}

/// Continues a call, as its continuation, and reports whether it has finished.
unsafe extern "C" fn resume<H: HostCall>(env: *mut c_void) -> bool {
    // SAFETY: invariant "Callback": libwasmtime passes the `Running` that it got together
    // with this function, in a poll of the call in which it got it.
    unsafe {
        let running = &mut *env.cast::<Running<H>>();
        if mem::replace(&mut running.has_just_begun, false) {
            return false;
        }
        running.advance(|_| Ok(()))
    }
}

/// A call of an asynchronous host function that is running.
///
/// If the asynchronous call of the host is dropped, so is this, by its finalizer, before
/// libwasmtime unwinds the code that called.
struct Running<H> {
    store: NonNull<StoreOpaque>,
    called: NonNull<wasmtime_caller_t>,
    /// Where libwasmtime reads the trap.
    trap: *mut *mut wasm_trap_t,
    /// `None` before it has begun and after it has finished. Dropped before the scope.
    call: RefCell<Option<H>>,
    /// Whether the continuation hasn't been called yet.
    // Version 48: the first call is in the poll of the beginning; look at
    // `invoke_c_async_callback` in `async.rs` in `wasmtime-c-api-impl`.
    has_just_begun: bool,
    /// `None` after the call has finished.
    scope: Option<Scope>,
}

impl<H: HostCall> Running<H> {
    /// Polls the host's future after `prepare`, and reports whether the call has finished.
    ///
    /// # Safety
    ///
    /// The callback or the continuation must be running.
    unsafe fn advance(&mut self, prepare: impl FnOnce(&mut Option<H>) -> Result<()>) -> bool {
        let store = self.store;
        // SAFETY: the callback or the continuation is running, as this function requires.
        // Invariant "State": the host's future refers to other parts than the `Asynchrony`.
        let outcome = unsafe {
            call_host(Outcome(self), || {
                let mut call = self.call.borrow_mut();
                prepare(&mut call)?;
                let mut context = Asynchrony::of(store).task_context();
                let running = call
                    .as_mut()
                    .expect("a call is advanced until it has finished");
                match running.poll(store, &mut context) {
                    Poll::Pending => Ok(Poll::Pending),
                    Poll::Ready(result) => {
                        *call = None;
                        result.map(Poll::Ready)
                    }
                }
            })
        };
        // SAFETY: the callback or the continuation is still running, and the host's code has
        // ended. Invariant "Callback": the place for the trap can be written.
        unsafe {
            match outcome {
                Poll::Pending => Asynchrony::of(store).set_host_pending(),
                Poll::Ready(trap) => {
                    self.scope = None;
                    self.trap.write(trap);
                }
            }
        }
        outcome.is_ready()
    }
}

/// The report of a callback or a continuation. Only [`Running::advance`] creates it, whose
/// requirements hold for its methods.
struct Outcome<'a, H>(&'a Running<H>);

impl<H> Report<Poll<()>> for Outcome<'_, H> {
    type Output = Poll<*mut wasm_trap_t>;

    fn success(self, poll: Poll<()>) -> Poll<*mut wasm_trap_t> {
        poll.map(|()| <*mut wasm_trap_t>::CONTINUE)
    }

    #[cold]
    fn failure(self, failure: Failure) -> Poll<*mut wasm_trap_t> {
        // A future that has panicked is still there. It may use the store while it is dropped,
        // so that comes first.
        discard(self.0.call.take());
        // SAFETY: invariant "State": the callback is running, and the host's code has ended,
        // with its borrows of the store.
        let store = unsafe { &mut *store_of(self.0.called).as_ptr() };
        Poll::Ready(Interrupt::interrupt(store, failure))
    }
}
