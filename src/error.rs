//! Errors: this crate's [`Error`], and how those of the C API become one.
//!
//! Any [`std::error::Error`] becomes an [`Error`] with `?`. Context can be added to it,
//! and [`Error::downcast_ref`] finds the value that it was created from. What this crate
//! itself fails with is a typed value where a program may want to react to it, such as
//! [`Trap`], [`LoadError`](crate::LoadError) or [`Unsupported`](crate::Unsupported).
//!
//! [`Ok`](Ok()) and [`Chain`] are in this module only, not in the crate's root: so
//! `use libwasmtime::*` doesn't hide the `Ok` of the standard library, which is also a
//! pattern.

mod any;
mod context;
#[doc(hidden)]
pub mod macros;
mod out_of_memory;
mod text;
mod thrown_exception;
mod traced;

use crate::owned::Owned;
use crate::sys::{
    wasm_trap_message, wasm_trap_origin, wasm_trap_t, wasm_trap_trace, wasmtime_error_exit_status,
    wasmtime_error_message, wasmtime_error_t, wasmtime_error_wasm_trace, wasmtime_trap_code,
};
use crate::vec::{ByteVec, FrameVec};
use crate::{Trap, WasmBacktrace};
use std::fmt;
use std::mem::ManuallyDrop;

pub use crate::{bail, ensure, format_err};
pub use any::{Chain, Error};
pub use context::Context;
pub use out_of_memory::OutOfMemory;
pub(crate) use text::is_message;
pub use thrown_exception::ThrownException;

/// Writes the message of an error that lists items: what failed, how many there are of what, and
/// each of them.
pub(crate) fn fmt_list(
    f: &mut fmt::Formatter<'_>,
    failed: &str,
    noun: &str,
    items: &[impl fmt::Display],
) -> fmt::Result {
    let count = items.len() as u64;
    write!(f, "failed to {failed} {}:", Count(count, noun))?;
    let separator = if count == 1 { " " } else { "\n  " };
    for item in items {
        write!(f, "{separator}{item}")?;
    }
    Result::Ok(())
}

/// A number of things, for errors: `1 byte`, `2 bytes`.
pub(crate) struct Count<'a>(pub(crate) u64, pub(crate) &'a str);

impl fmt::Display for Count<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Count(count, noun) = self;
        let s = if *count == 1 { "" } else { "s" };
        write!(f, "{count} {noun}{s}")
    }
}

/// A [`Result`](std::result::Result) whose error is [`Error`], unless another is named.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Returns the [`Result::Ok`] of this module's [`Result`].
///
/// A closure that uses `?` and ends with it needs no type annotation for its error.
///
/// ```
/// use libwasmtime::error::Ok;
///
/// let parse = |text: &str| {
///     let number: i32 = text.trim().parse()?;
///     Ok(number)
/// };
/// assert_eq!(parse(" 5 ")?, 5);
/// # Ok::<()>(())
/// ```
#[expect(non_snake_case, reason = "the name of what it returns")]
pub fn Ok<T>(value: T) -> Result<T> {
    Result::Ok(value)
}

/// Converts the results of `anyhow` into those of this crate.
///
/// ```
/// use libwasmtime::{Result, ToWasmtimeResult};
///
/// fn host() -> Result<()> {
///     anyhow::Ok(()).to_wasmtime_result()
/// }
/// assert!(host().is_ok());
/// ```
pub trait ToWasmtimeResult<T> {
    /// Converts the error into an [`Error`].
    ///
    /// # Errors
    ///
    /// Returns an error if `self` is one.
    fn to_wasmtime_result(self) -> Result<T>;
}

impl<T> ToWasmtimeResult<T> for anyhow::Result<T> {
    fn to_wasmtime_result(self) -> Result<T> {
        self.map_err(Error::from_anyhow)
    }
}

impl<T> ToWasmtimeResult<T> for Result<T> {
    fn to_wasmtime_result(self) -> Result<T> {
        self
    }
}

/// The exit status that a WASI program passed to `proc_exit`. Status 0 is success.
///
/// A call that ended because of `proc_exit` fails, with this in its error:
/// [`Error::downcast_ref`] finds it. A host function can return it as well.
///
#[doc = example!(compiler)]
/// use libwasmtime::{Func, I32Exit, Result, Store};
///
/// let mut store = Store::<()>::default();
/// let exit = Func::wrap(&mut store, |status: i32| -> Result<()> {
///     Err(I32Exit(status).into())
/// });
/// let exit = exit.typed::<i32, ()>(&store)?;
///
/// let error = exit.call(&mut store, 3).unwrap_err();
/// // `?` passes any other error on.
/// let I32Exit(status) = error.downcast()?;
/// assert_eq!(status, 3);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct I32Exit(pub i32);

impl fmt::Display for I32Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exited with i32 exit status {}", self.0)
    }
}

impl std::error::Error for I32Exit {}

/// An owned error object of the C API.
///
/// There are two kinds, `wasmtime_error_t` and `wasm_trap_t`. The C API gives access to
/// their text, trap code, exit status and frames only, from which
/// [`into_error`](Raised::into_error) creates an [`Error`].
pub(crate) enum Raised {
    Error(Owned<wasmtime_error_t>),
    Trap(Owned<wasm_trap_t>),
}

impl Raised {
    /// Takes ownership of the one that isn't null; `None` if both are.
    ///
    /// # Safety
    ///
    /// Each must be null, or owned by the caller, who gives it up.
    pub(crate) unsafe fn new(
        error: *mut wasmtime_error_t,
        trap: *mut wasm_trap_t,
    ) -> Option<Raised> {
        // SAFETY: both are null or owned, as this function requires.
        let (error, trap) = unsafe { (Owned::from_raw(error), Owned::from_raw(trap)) };
        error.map(Raised::Error).or(trap.map(Raised::Trap))
    }

    /// Returns the whole text: message, backtrace and causes.
    pub(crate) fn text(&self) -> String {
        let bytes = ByteVec::out(|out| match self {
            // SAFETY: invariant "Owned object": the object is owned, and `out` is an empty
            // vector for it to fill.
            Raised::Error(error) => unsafe { wasmtime_error_message(error.as_ptr(), out) },
            // SAFETY: invariant "Owned object": the object is owned, and `out` is an empty
            // vector for it to fill.
            Raised::Trap(trap) => unsafe { wasm_trap_message(trap.as_ptr(), out) },
        });
        // The message of a trap ends with a NUL.
        String::from_utf8_lossy(bytes.strip_suffix(b"\0").unwrap_or(&bytes)).into_owned()
    }

    /// Returns the whole text of an error that the caller keeps; `None` if it is null.
    ///
    /// # Safety
    ///
    /// `error` must be null or a valid error of the C API.
    pub(crate) unsafe fn text_of(error: *mut wasmtime_error_t) -> Option<String> {
        // SAFETY: the error is null or valid, as this function requires, and not deleted.
        let error = unsafe { Owned::from_raw(error) }?;
        let raised = ManuallyDrop::new(Raised::Error(error));
        Some(raised.text())
    }

    /// Returns the frames of the backtrace, the youngest first.
    pub(crate) fn frames(&self) -> FrameVec {
        FrameVec::out(|out| match self {
            // SAFETY: invariant "Owned object": the object is owned, and `out` is an empty
            // vector for it to fill.
            Raised::Error(error) => unsafe { wasmtime_error_wasm_trace(error.as_ptr(), out) },
            // SAFETY: invariant "Owned object": the object is owned, and `out` is an empty
            // vector for it to fill.
            Raised::Trap(trap) => unsafe { wasm_trap_trace(trap.as_ptr(), out) },
        })
    }

    fn has_backtrace(&self) -> bool {
        match self {
            Raised::Error(_) => !self.frames().is_empty(),
            // SAFETY: invariant "Owned object": the trap is owned, and so is the frame that the
            // function returns.
            Raised::Trap(trap) => unsafe {
                Owned::from_raw(wasm_trap_origin(trap.as_ptr())).is_some()
            },
        }
    }

    /// Returns the trap whose code the C API has for this.
    // Version 48: of all traps with a code, only that of a memory has a cause; look at
    // `trap.rs` in `wasmtime`.
    pub(crate) fn coded_trap(&self) -> Option<Trap> {
        let Raised::Trap(trap) = self else {
            return None;
        };
        let mut code = 0;
        // SAFETY: invariant "Owned object": the trap is owned, and `code` is valid for writes.
        let known = unsafe { wasmtime_trap_code(trap.as_ptr(), &mut code) };
        if known { Trap::from_u8(code) } else { None }
    }

    fn exit_status(&self) -> Option<I32Exit> {
        let Raised::Error(error) = self else {
            return None;
        };
        let mut status = 0;
        // SAFETY: invariant "Owned object": the error is owned, and `status` is valid for
        // writes.
        let exited = unsafe { wasmtime_error_exit_status(error.as_ptr(), &mut status) };
        exited.then_some(I32Exit(status))
    }

    /// Returns the error that a caller sees.
    ///
    /// Its typed values come from the objects: the code of a trap, the exit status of a
    /// program, the frames. The exceptions are traps that aren't objects of their own, and
    /// [`ThrownException`], which only the text tells; so `may_be_exception` says whether the
    /// store has a pending exception. Everything else
    /// is a message, with libwasmtime's text.
    pub(crate) fn into_error(self, may_be_exception: bool) -> Error {
        let trap = self.coded_trap();
        // For other traps the text tells nothing that isn't known: only a memory's trap has a
        // cause, which says where in the memory it happened.
        // Speed: a trap takes 7.8 µs instead of 8.7 with its text.
        if let Some(trap) = trap.filter(|trap| *trap != Trap::MemoryOutOfBounds) {
            return Error::new(trap).with_backtrace(self);
        }
        let text = self.text();
        let messages = text::messages(&text);
        let (root, mut messages) = messages.split_last().expect("there is always a message");
        let has_backtrace = self.has_backtrace();
        // A guest writes neither what comes after a backtrace, nor the whole of a text.
        let is_libwasmtimes = has_backtrace || messages.is_empty();
        let is_exception =
            may_be_exception && is_libwasmtimes && *root == ThrownException.to_string();
        // The functions of components return a trap as an error. The host's text may be the whole
        // of an error, but no text of a trap in WebAssembly code.
        let is_trap = |trap: &Trap| has_backtrace || *trap == Trap::CannotEnterComponent;
        let trap = trap.or_else(|| {
            let trap = Trap::from_text(root).filter(is_trap);
            trap.filter(|_| is_libwasmtimes)
        });
        let root = if let Some(trap) = trap {
            Error::new(trap)
        } else if let Some(exit) = self.exit_status() {
            Error::new(exit)
        } else if is_exception {
            Error::new(ThrownException)
        } else {
            format_err!("{root}")
        };
        if has_backtrace {
            // The outermost message is the text of the backtrace.
            messages = messages.get(1..).unwrap_or_default();
        }
        let error = messages
            .iter()
            .rev()
            .fold(root, |error, message| error.context((*message).to_owned()));
        if has_backtrace {
            error.context(WasmBacktrace::new(self))
        } else {
            error
        }
    }

    /// Returns the part of the text that is the WebAssembly backtrace.
    pub(crate) fn backtrace_text(&self) -> Option<String> {
        let text = self.text();
        text::is_traced(&text).then(|| text::messages(&text)[0].to_owned())
    }
}

/// Converts an error of the C API, of which it takes ownership.
///
/// # Errors
///
/// Returns the error unless it is null.
///
/// # Safety
///
/// `error` must be null, or owned by the caller, who gives it up.
#[inline]
pub(crate) unsafe fn check(error: *mut wasmtime_error_t) -> Result<()> {
    #[cold]
    fn raise(error: Owned<wasmtime_error_t>) -> Error {
        Raised::Error(error).into_error(false)
    }

    // SAFETY: the error is null or owned, as this function requires.
    match unsafe { Owned::from_raw(error) } {
        None => Result::Ok(()),
        Some(error) => Err(raise(error)),
    }
}

/// Converts an error as [`check`] does, of a C function that may fail with a trap but
/// returns an error only: then the text of the error is the trap's.
///
/// # Errors
///
/// Returns the error unless it is null.
///
/// # Safety
///
/// As [`check`] requires. Also, neither a guest nor the host may write any text in the
/// errors of that C function.
#[inline]
pub(crate) unsafe fn check_trap(error: *mut wasmtime_error_t) -> Result<()> {
    #[cold]
    fn raise(error: Error) -> Error {
        match Trap::from_text(&error.to_string()) {
            // A trap is the root of its chain, and has no context.
            Some(trap) if error.chain().len() == 1 => Error::new(trap),
            _ => error,
        }
    }

    // SAFETY: the error is null or owned, as this function requires.
    unsafe { check(error) }.map_err(raise)
}
