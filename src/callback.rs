//! The one way out of libwasmtime: how it calls the host.
//!
//! A panic that leaves an `extern "C"` function aborts the process. The host's code
//! can panic in more places than its closures: an error may panic when it is
//! formatted or dropped, and so may the payload of a panic, or a value that a
//! closure captured. So each callback of this crate
//!
//! - runs the host's code in [`call_host`], together with every drop that follows;
//! - gets a failure as a [`Failure`], which is formatted and dropped without
//!   panicking;
//! - names in a [`Report`] what it returns to libwasmtime for either outcome;
//! - frees what it owns with [`finalize`] or [`discard`].
//!
//! Nothing else in a callback may call the host's code. A callback that runs in a
//! store goes through [`store::callback`](crate::store), which is built on this
//! module and leaves the store as the code that called it expects.

use crate::error::Raised;
use crate::sys::{runtime, wasmtime_error_new, wasmtime_error_t};
use crate::{Error, Result};
use std::any::Any;
use std::ffi::c_void;
use std::fmt;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;

/// A function that frees the environment of a callback.
pub(crate) type Finalizer = unsafe extern "C" fn(*mut c_void);

/// A conversion of the outcome of the host's code to what a callback returns to libwasmtime.
///
/// Neither method may call the host's code.
pub(crate) trait Report<T> {
    /// The callback's own return type.
    type Output;

    /// Returns what the callback returns if the host's code returned a value.
    fn success(self, value: T) -> Self::Output;

    /// Returns what the callback returns if the host's code returned an error or panicked.
    fn failure(self, failure: Failure) -> Self::Output;
}

/// Runs the host's code in a callback, and reports its outcome.
#[inline]
pub(crate) fn call_host<T, R: Report<T>>(report: R, body: impl FnOnce() -> Result<T>) -> R::Output {
    match catch(body) {
        Ok(value) => report.success(value),
        Err(failure) => report.failure(failure),
    }
}

#[inline]
fn catch<T>(body: impl FnOnce() -> Result<T>) -> Result<T, Failure> {
    match catch_unwind(AssertUnwindSafe(|| runtime::reenter(body))) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Failure(Some(Cause::Error(error)))),
        Err(payload) => Err(Failure(Some(Cause::Panic(payload)))),
    }
}

/// How the host's code failed in a callback.
///
/// Dropping it in a callback is safe, although what it holds may panic when dropped.
pub(crate) struct Failure(
    /// `None` only after [`Failure::into_cause`].
    Option<Cause>,
);

enum Cause {
    /// The host's code returned an error.
    Error(Error),
    /// The host's code panicked with this payload.
    Panic(Box<dyn Any + Send>),
}

impl Failure {
    /// Takes the cause out, for code that may panic.
    fn into_cause(mut self) -> Cause {
        self.0.take().expect("a cause is taken once")
    }

    /// Returns the error, unless the host's code panicked. Methods of the error may panic.
    pub(crate) fn error(&self) -> Option<&Error> {
        match &self.0 {
            Some(Cause::Error(error)) => Some(error),
            Some(Cause::Panic(_)) | None => None,
        }
    }

    /// Takes the `E` out of the error. Its context is dropped; if that panics, the
    /// panic becomes the failure.
    #[cfg(feature = "standard")]
    pub(crate) fn downcast<E>(self) -> Result<E, Failure>
    where
        E: fmt::Display + fmt::Debug + Send + Sync + 'static,
    {
        match self.into_cause() {
            Cause::Error(error) => catch(|| Ok(error.downcast()))?.map_err(Failure::from),
            panic @ Cause::Panic(_) => Err(Failure(Some(panic))),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure(Some(Cause::Error(error)))
    }
}

impl fmt::Display for Failure {
    /// Writes the messages of the error in one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(error) = self.error() else {
            return f.write_str("the host's code panicked");
        };
        match catch(|| Ok(format!("{error:#}"))) {
            Ok(text) => f.write_str(&text),
            Err(_) => f.write_str("the host's code failed, and formatting its error panicked"),
        }
    }
}

impl Drop for Failure {
    fn drop(&mut self) {
        // Most failures have been taken by now, and have nothing to drop.
        if let Some(cause) = self.0.take() {
            discard(cause);
        }
    }
}

/// A report of an owned error with the text of the failure, or of null for success.
pub(crate) struct ReportError;

impl Report<()> for ReportError {
    type Output = *mut wasmtime_error_t;

    fn success(self, (): ()) -> *mut wasmtime_error_t {
        ptr::null_mut()
    }

    fn failure(self, failure: Failure) -> *mut wasmtime_error_t {
        // The text of the C API's error ends at a NUL character.
        let text: Vec<u8> = failure
            .to_string()
            .bytes()
            .take_while(|&byte| byte != 0)
            .chain([0])
            .collect();
        // SAFETY: `text` is a C string of UTF-8, which is copied.
        unsafe { wasmtime_error_new(text.as_ptr().cast()) }
    }
}

/// A store's slot for the failure of a host function, while libwasmtime unwinds the
/// WebAssembly frames between the callback and the entry that the host made.
#[derive(Default)]
pub(crate) struct Pending(Option<Failure>);

impl Pending {
    /// Notes why the callback that returns now fails.
    pub(crate) fn set(&mut self, failure: Option<Failure>) {
        self.0 = failure;
    }

    /// Takes the error that the host's code failed with, for an entry that failed
    /// with `raised`.
    ///
    /// # Panics
    ///
    /// Resumes the panic, if the host's code panicked.
    pub(crate) fn take(&mut self, raised: Option<Raised>) -> (Option<Error>, Option<Raised>) {
        match self.0.take().map(Failure::into_cause) {
            Some(Cause::Panic(payload)) => {
                drop(raised);
                resume_unwind(payload)
            }
            Some(Cause::Error(error)) => (Some(error), raised),
            None => (None, raised),
        }
    }
}

/// Runs code of the host that can't report a failure. A panic ends here, after the
/// panic hook has printed it.
pub(crate) fn contain(body: impl FnOnce()) {
    let Err(payload) = catch_unwind(AssertUnwindSafe(|| runtime::reenter(body))) else {
        return;
    };
    // Dropping the payload may panic too, with a payload that does so again, without
    // end.
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(payload);
    }
}

/// Drops a value of the host in a callback.
pub(crate) fn discard<T>(value: T) {
    contain(|| drop(value));
}

/// Frees a boxed closure, or other data of the host, as its finalizer.
pub(crate) unsafe extern "C" fn finalize<T>(env: *mut c_void) {
    // SAFETY: invariant "Callback": `env` is the leaked box of a `T`, and libwasmtime
    // calls the finalizer once.
    let value: Box<T> = unsafe { Box::from_raw(env.cast()) };
    discard(value);
}
