//! The one way out of libwasmtime: what every function does that it calls back.
//!
//! A panic that leaves such a function ends the process. The host's code can
//! panic in more places than its closures: an error may when it is shown or
//! dropped, and so may the payload of a panic, or whatever a closure captured.
//! So each callback of this crate
//!
//! - runs the host's code in [`catch`], with all that has to be dropped after it;
//! - has what that fails with as a [`Failure`] only, which is shown and dropped
//!   without a panic, and reports it in the way that libwasmtime asks for;
//! - frees what it owns with [`finalize`] or [`discard`].
//!
//! Nothing else in a callback may call the host's code.

use crate::{Error, Result};
use std::any::Any;
use std::ffi::c_void;
use std::fmt;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What frees the environment of a callback.
pub(crate) type Finalizer = unsafe extern "C" fn(*mut c_void);

/// How the host's code failed in a callback.
///
/// To drop it is safe in a callback, although what is in it may panic then.
pub(crate) struct Failure(
    /// `None` only once it was taken out.
    Option<Cause>,
);

pub(crate) enum Cause {
    /// The host's code returned an error.
    Error(Error),
    /// It panicked with this payload.
    Panic(Box<dyn Any + Send>),
}

impl Failure {
    /// What is in it, for code that may panic.
    pub(crate) fn into_cause(mut self) -> Cause {
        self.0.take().expect("it is taken once")
    }

    /// The error, if it is one. Its methods may panic.
    pub(crate) fn error(&self) -> Option<&Error> {
        match &self.0 {
            Some(Cause::Error(error)) => Some(error),
            Some(Cause::Panic(_)) | None => None,
        }
    }

    /// Takes the `E` in the error out of it. What was around it is dropped, and
    /// if that panics, this becomes the failure.
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
    /// The messages of the error in one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(error) = self.error() else {
            return f.write_str("the host's code panicked");
        };
        match catch(|| Ok(format!("{error:#}"))) {
            Ok(text) => f.write_str(&text),
            Err(_) => f.write_str("the host's code failed, and panicked when it was to say why"),
        }
    }
}

impl Drop for Failure {
    fn drop(&mut self) {
        // What was taken out isn't dropped here: most failures end so.
        if let Some(cause) = self.0.take() {
            discard(cause);
        }
    }
}

/// Runs the host's code in a callback.
///
/// # Errors
///
/// What it fails with, be it an error or a panic.
// What `body` borrows is copied if this is a function of its own.
#[inline(always)]
pub(crate) fn catch<T>(body: impl FnOnce() -> Result<T>) -> Result<T, Failure> {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Failure(Some(Cause::Error(error)))),
        Err(payload) => Err(Failure(Some(Cause::Panic(payload)))),
    }
}

/// Runs what can't report a failure. A panic ends here; the panic hook has
/// printed it.
pub(crate) fn contain(body: impl FnOnce()) {
    let Err(payload) = catch_unwind(AssertUnwindSafe(body)) else {
        return;
    };
    // The payload may panic as well when it is dropped, and with a payload that does
    // so again: there is no end to it.
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(payload);
    }
}

/// Drops a value of the host's in a callback.
pub(crate) fn discard<T>(value: T) {
    contain(|| drop(value));
}

/// Frees a boxed closure, or other data of the host: its finalizer.
pub(crate) unsafe extern "C" fn finalize<T>(env: *mut c_void) {
    // SAFETY: `env` is the leaked box of a `T`, and this is called once.
    let value: Box<T> = unsafe { Box::from_raw(env.cast()) };
    discard(value);
}
