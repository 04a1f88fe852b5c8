//! Errors: this crate's [`Error`] and how the C API's become one.
//!
//! Any [`std::error::Error`] becomes an [`Error`] with `?`, context can be added,
//! and what went wrong can be had back with `downcast_ref`. What goes wrong inside
//! this crate is a typed value in there, such as [`Trap`],
//! [`LoadError`](crate::LoadError) or [`Unsupported`](crate::Unsupported).
//!
//! [`Ok`](Ok()) and [`Chain`] are only here and not in the crate's root, so that
//! `use wasmtime::*` doesn't hide the `Ok` of the standard library, which is a
//! pattern as well.

mod any;
mod context;
#[doc(hidden)]
pub mod macros;
mod out_of_memory;
mod text;
mod traced;

use crate::sys::{
    wasm_trap_delete, wasm_trap_message, wasm_trap_origin, wasm_trap_t, wasm_trap_trace,
    wasmtime_error_delete, wasmtime_error_exit_status, wasmtime_error_message, wasmtime_error_t,
    wasmtime_error_wasm_trace, wasmtime_trap_code,
};
use crate::vec::{ByteVec, FrameVec, Owned};
use crate::{ThrownException, Trap, WasmBacktrace};
use std::fmt;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

pub use crate::{bail, ensure, format_err};
pub use any::{Chain, Error};
pub use context::Context;
pub use out_of_memory::OutOfMemory;
pub(crate) use text::is_message;

/// A [`Result`](std::result::Result) with an [`Error`], unless it says otherwise.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The `Ok` of a [`Result`] of this module, so that a closure that uses `?` needn't
/// say what its errors are.
#[expect(non_snake_case, reason = "the name of what it returns")]
pub fn Ok<T>(value: T) -> Result<T> {
    Result::Ok(value)
}

/// Makes the results of `anyhow` those of this crate.
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
    /// The same with an [`Error`].
    ///
    /// # Errors
    ///
    /// If `self` is one.
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

/// A WASI program asked to exit with this status.
///
/// Found with `error.downcast_ref::<I32Exit>()` in the error of a call that
/// ended because the program called `proc_exit`. Status 0 is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct I32Exit(pub i32);

impl fmt::Display for I32Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exited with i32 exit status {}", self.0)
    }
}

impl std::error::Error for I32Exit {}

/// An error object of the C API, owned.
///
/// There are two kinds, `wasmtime_error_t` and `wasm_trap_t`, of which only
/// text, a trap code, an exit status and frames can be had.
/// [`into_error`](Raised::into_error) makes an [`Error`] of them.
pub(crate) enum Raised {
    Error(NonNull<wasmtime_error_t>),
    Trap(NonNull<wasm_trap_t>),
}

// SAFETY: both objects are a box around an error value that is itself `Send`
// and `Sync`, and the C API only reads it through shared references.
unsafe impl Send for Raised {}
// SAFETY: as above.
unsafe impl Sync for Raised {}

impl Raised {
    /// Takes ownership of whichever of the two is not null.
    ///
    /// # Safety
    ///
    /// Each must be null or an owned object of the C API.
    pub(crate) unsafe fn new(
        error: *mut wasmtime_error_t,
        trap: *mut wasm_trap_t,
    ) -> Option<Raised> {
        match (NonNull::new(error), NonNull::new(trap)) {
            (Some(error), None) => Some(Raised::Error(error)),
            (None, Some(trap)) => Some(Raised::Trap(trap)),
            (None, None) => None,
            (Some(error), Some(trap)) => {
                drop(Raised::Trap(trap));
                Some(Raised::Error(error))
            }
        }
    }

    /// The whole text: message, backtrace and causes.
    pub(crate) fn text(&self) -> String {
        let bytes = ByteVec::out(|out| match self {
            // SAFETY: the object is owned and `out` is for the callee to fill.
            Raised::Error(error) => unsafe { wasmtime_error_message(error.as_ptr(), out) },
            // SAFETY: as above.
            Raised::Trap(trap) => unsafe { wasm_trap_message(trap.as_ptr(), out) },
        });
        // The message of a trap ends with a NUL.
        String::from_utf8_lossy(bytes.strip_suffix(b"\0").unwrap_or(&bytes)).into_owned()
    }

    /// The same of an error that stays the caller's; `None` if it is null.
    ///
    /// # Safety
    ///
    /// `error` must be null or a valid error of the C API.
    pub(crate) unsafe fn text_of(error: *mut wasmtime_error_t) -> Option<String> {
        let raised = ManuallyDrop::new(Raised::Error(NonNull::new(error)?));
        Some(raised.text())
    }

    /// The frames of the backtrace, the youngest first.
    pub(crate) fn frames(&self) -> FrameVec {
        FrameVec::out(|out| match self {
            // SAFETY: the object is owned and `out` is for the callee to fill.
            Raised::Error(error) => unsafe { wasmtime_error_wasm_trace(error.as_ptr(), out) },
            // SAFETY: as above.
            Raised::Trap(trap) => unsafe { wasm_trap_trace(trap.as_ptr(), out) },
        })
    }

    fn has_backtrace(&self) -> bool {
        match self {
            Raised::Error(_) => !self.frames().is_empty(),
            // SAFETY: the trap is owned, and so is the frame.
            Raised::Trap(trap) => unsafe {
                Owned::from_raw(wasm_trap_origin(trap.as_ptr())).is_some()
            },
        }
    }

    /// The trap that the C API says this is.
    // Version 48: of all traps with a code, only that of a memory has a cause; look at
    // `trap.rs` in `wasmtime`.
    fn coded_trap(&self) -> Option<Trap> {
        let Raised::Trap(trap) = self else {
            return None;
        };
        let mut code = 0;
        // SAFETY: the trap is owned and `code` is for the callee to fill.
        let known = unsafe { wasmtime_trap_code(trap.as_ptr(), &mut code) };
        if known { Trap::from_u8(code) } else { None }
    }

    fn exit_status(&self) -> Option<I32Exit> {
        let Raised::Error(error) = self else {
            return None;
        };
        let mut status = 0;
        // SAFETY: the error is owned and `status` is for the callee to fill.
        let exited = unsafe { wasmtime_error_exit_status(error.as_ptr(), &mut status) };
        exited.then_some(I32Exit(status))
    }

    /// The error that a caller sees.
    ///
    /// What is in it is told by the objects: the code of a trap, a program's
    /// status, the frames. `may_be_exception` says whether the store has a pending
    /// exception, which neither object tells of but by its text. All else is
    /// libwasmtime's text, whatever that says.
    pub(crate) fn into_error(self, may_be_exception: bool) -> Error {
        let trap = self.coded_trap();
        // The text need not be made where it has nothing that isn't known: only
        // a memory's trap has a cause, which says where in the memory it was.
        if let Some(trap) = trap.filter(|trap| *trap != Trap::MemoryOutOfBounds) {
            return Error::new(trap).with_backtrace(self);
        }
        let text = self.text();
        let messages = text::messages(&text);
        let (root, mut messages) = messages.split_last().expect("there is always a message");
        let has_backtrace = self.has_backtrace();
        // What comes after a backtrace is no guest's, nor is a text that is this alone.
        let is_exception = may_be_exception
            && (has_backtrace || messages.is_empty())
            && *root == ThrownException.to_string();
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
            // The outermost message is its text.
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

    /// The part of the text that is the WebAssembly backtrace.
    pub(crate) fn backtrace_text(&self) -> Option<String> {
        let text = self.text();
        text::is_traced(&text).then(|| text::messages(&text)[0].to_owned())
    }
}

impl Drop for Raised {
    fn drop(&mut self) {
        match self {
            // SAFETY: the object is owned and not used again.
            Raised::Error(error) => unsafe { wasmtime_error_delete(error.as_ptr()) },
            // SAFETY: as above.
            Raised::Trap(trap) => unsafe { wasm_trap_delete(trap.as_ptr()) },
        }
    }
}

/// `Ok` if the C API returned no error, else the error, taken.
///
/// # Safety
///
/// `error` must be null or an owned error of the C API.
pub(crate) unsafe fn check(error: *mut wasmtime_error_t) -> Result<()> {
    match NonNull::new(error) {
        None => Result::Ok(()),
        Some(error) => Err(Raised::Error(error).into_error(false)),
    }
}

/// As [`check`], for a C function that may fail with a trap and has no place for
/// one but in the error, where its text tells it.
///
/// # Safety
///
/// As for [`check`]. The C function must be one in whose errors neither a guest's
/// nor the host's texts are.
pub(crate) unsafe fn check_trap(error: *mut wasmtime_error_t) -> Result<()> {
    let Some(error) = NonNull::new(error) else {
        return Result::Ok(());
    };
    let error = Raised::Error(error).into_error(false);
    Err(match Trap::from_text(&error.to_string()) {
        // A trap has no cause.
        Some(trap) if error.chain().len() == 1 => Error::new(trap),
        _ => error,
    })
}
