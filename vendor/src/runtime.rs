//! The `tokio` runtimes of the program, which shares the crate `tokio` with libwasmtime.
//!
//! A WASI function of libwasmtime blocks its thread until it is done. It takes the runtime
//! that is current on the thread, and a runtime of its own only if none is. In the runtime of
//! the program much of that goes wrong: `tokio` panics where a thread runs asynchronous
//! tasks, and where the runtime has no timers or is being shut down, which ends the process;
//! and the function waits for ever if no thread of the runtime is free for it. So a thread
//! that calls libwasmtime [leaves](leave) the program's runtime and enters libwasmtime's. When
//! libwasmtime calls the program back, the thread [enters](reenter) the program's again. For a
//! function that doesn't block it is enough to [enter](enter_own) libwasmtime's.

#[cfg(feature = "wasi")]
pub use wasi::{enter_own, leave, reenter, wake_after};

#[cfg(not(feature = "wasi"))]
pub use no_wasi::{enter_own, leave, reenter, wake_after};

use std::fmt;

/// The error that a thread can't leave its runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeaveError {
    /// The thread runs asynchronous tasks, and no other thread could take over: the runtime
    /// has only this one, or the task is in a `LocalSet`.
    OnlyThread,
    /// The runtime of libwasmtime can't be started.
    NotStarted,
}

impl fmt::Display for LeaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LeaveError::OnlyThread => {
                "WASI functions would block this thread, which runs the asynchronous tasks of a \
                 current-thread `tokio` runtime or of a `LocalSet`: `tokio` doesn't allow that \
                 with the link mode `vendored`, in which libwasmtime shares it with the program; \
                 call the WASI program inside `tokio::task::spawn_blocking`, use a multi-thread \
                 runtime without a `LocalSet`, or choose another link mode"
            }
            LeaveError::NotStarted => {
                "libwasmtime's runtime for WASI functions can't be started: the system refuses \
                 a thread or a file descriptor, or the environment variable \
                 TOKIO_WORKER_THREADS isn't a positive number"
            }
        })
    }
}

impl std::error::Error for LeaveError {}

#[cfg(feature = "wasi")]
mod wasi {
    use super::LeaveError;
    use std::cell::Cell;
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
    use std::pin::pin;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, OnceLock};
    use std::task::{Context, Wake, Waker};
    use std::thread;
    use std::time::Duration;
    use tokio::runtime::{Handle, RuntimeFlavor};
    use tokio::task::{block_in_place, yield_now};
    use tokio::time::sleep;
    use wasmtime_wasi::runtime::with_ambient_tokio_runtime;

    thread_local! {
        /// The runtime that this thread has left.
        static LEFT: Cell<Option<Handle>> = const { Cell::new(None) };
        /// Whether `LEFT` is one. Has no destructor, so that reading it costs next to nothing.
        static HAS_LEFT: Cell<bool> = const { Cell::new(false) };
    }

    /// Calls `f` outside of the runtime of the program that is current on this thread.
    ///
    /// If none is, this calls `f` alone.
    ///
    /// # Errors
    ///
    /// Returns an error, without calling `f`, if the thread can't leave that runtime, or if
    /// libwasmtime's can't be started.
    ///
    /// # Panics
    ///
    /// Panics if `f` does.
    #[inline]
    pub fn leave<R>(f: impl FnOnce() -> R) -> Result<R, LeaveError> {
        match Handle::try_current() {
            Ok(program) => leave_for_own(program, f),
            Err(_) => Ok(f()),
        }
    }

    #[cold]
    fn leave_for_own<R>(program: Handle, f: impl FnOnce() -> R) -> Result<R, LeaveError> {
        let own = own()?;
        if program.runtime_flavor() == RuntimeFlavor::CurrentThread && runs_tasks() {
            return Err(LeaveError::OnlyThread);
        }
        let mut call = Some((f, program));
        let mut result = None;
        // Does nothing if the thread doesn't run tasks, or is in such a call already.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            block_in_place(|| {
                let Some((f, program)) = call.take() else {
                    return;
                };
                let _left = Replaced::with(Some(program));
                let _own = own.enter();
                result = Some(f());
            })
        }));
        match (outcome, result) {
            // If it is a panic, code of the program has left guards of `Handle::enter` behind.
            // The panic comes after `f`, whose result the caller needs to clean up.
            (_, Some(result)) => Ok(result),
            (Ok(()), None) => Err(LeaveError::OnlyThread),
            // `tokio` refused, and the panic hook has printed why. That isn't known in
            // advance of a `LocalSet` in a runtime of several threads, and of a second thread
            // that waits for the tasks of a runtime with one.
            (Err(_), None) if call.is_some() => Err(LeaveError::OnlyThread),
            (Err(payload), None) => resume_unwind(payload),
        }
    }

    /// Calls `f`, which doesn't block, in libwasmtime's runtime.
    ///
    /// # Errors
    ///
    /// Returns an error, without calling `f`, if libwasmtime's runtime can't be started.
    ///
    /// # Panics
    ///
    /// Panics if `f` does.
    pub fn enter_own<R>(f: impl FnOnce() -> R) -> Result<R, LeaveError> {
        let _own = own()?.enter();
        Ok(f())
    }

    /// Wakes a task after a while, which is rounded up to milliseconds.
    ///
    /// # Errors
    ///
    /// Returns an error if libwasmtime's runtime can't be started.
    pub fn wake_after(delay: Duration, waker: Waker) -> Result<(), LeaveError> {
        own()?.spawn(async move {
            sleep(delay).await;
            waker.wake();
        });
        Ok(())
    }

    /// Calls `f`, which is code of the program that libwasmtime calls, in the runtime that
    /// this thread has [left](leave), if any.
    ///
    /// # Panics
    ///
    /// Panics if `f` does.
    #[inline]
    pub fn reenter<R>(f: impl FnOnce() -> R) -> R {
        if HAS_LEFT.get() { reenter_left(f) } else { f() }
    }

    #[cold]
    fn reenter_left<R>(f: impl FnOnce() -> R) -> R {
        let left = Replaced::with(None);
        let _program = left.before.as_ref().map(Handle::enter);
        f()
    }

    /// A change of the runtime that this thread has left, which ends when this is dropped.
    struct Replaced {
        before: Option<Handle>,
    }

    impl Replaced {
        fn with(left: Option<Handle>) -> Replaced {
            HAS_LEFT.set(left.is_some());
            Replaced {
                before: LEFT.replace(left),
            }
        }
    }

    impl Drop for Replaced {
        fn drop(&mut self) {
            HAS_LEFT.set(self.before.is_some());
            LEFT.set(self.before.take());
        }
    }

    /// Returns the runtime of libwasmtime.
    // Version 48: WASI functions block on the current runtime, and on this one if none is; look
    // at `in_tokio` in `wasmtime-wasi`.
    fn own() -> Result<&'static Handle, LeaveError> {
        static OWN: OnceLock<Handle> = OnceLock::new();
        if let Some(own) = OWN.get() {
            return Ok(own);
        }
        // On a thread without a runtime.
        let start = || with_ambient_tokio_runtime(Handle::current);
        let thread = thread::Builder::new().spawn(start);
        let thread = thread.map_err(|_| LeaveError::NotStarted)?;
        let own = thread.join().map_err(|_| LeaveError::NotStarted)?;
        Ok(OWN.get_or_init(|| own))
    }

    /// Reports whether this thread is running the tasks of a runtime.
    ///
    /// `tokio` offers no such function, and panics in all that differ there, except for one: a
    /// task that yields is woken later where tasks run, and at once anywhere else.
    fn runs_tasks() -> bool {
        struct Woken(AtomicBool);

        impl Wake for Woken {
            fn wake(self: Arc<Self>) {
                self.0.store(true, Ordering::Relaxed);
            }
        }

        let woken = Arc::new(Woken(AtomicBool::new(false)));
        let waker = Waker::from(woken.clone());
        let pending = pin!(yield_now()).poll(&mut Context::from_waker(&waker));
        pending.is_pending() && !woken.0.load(Ordering::Relaxed)
    }
}

#[cfg(not(feature = "wasi"))]
mod no_wasi {
    use super::LeaveError;
    use std::task::Waker;
    use std::time::Duration;

    /// Calls `f`: without `wasi` libwasmtime has no functions that need a runtime.
    ///
    /// # Errors
    ///
    /// Never returns an error.
    #[inline]
    pub fn leave<R>(f: impl FnOnce() -> R) -> Result<R, LeaveError> {
        Ok(f())
    }

    /// Calls `f`.
    ///
    /// # Errors
    ///
    /// Never returns an error.
    #[inline]
    pub fn enter_own<R>(f: impl FnOnce() -> R) -> Result<R, LeaveError> {
        Ok(f())
    }

    /// Wakes a task at once: without `wasi` nothing of libwasmtime waits asynchronously.
    ///
    /// # Errors
    ///
    /// Never returns an error.
    pub fn wake_after(_: Duration, waker: Waker) -> Result<(), LeaveError> {
        waker.wake();
        Ok(())
    }

    /// Calls `f`.
    #[inline]
    pub fn reenter<R>(f: impl FnOnce() -> R) -> R {
        f()
    }
}
