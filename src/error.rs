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
mod traced;

use crate::sys::{
    wasm_trap_delete, wasm_trap_message, wasm_trap_origin, wasm_trap_t, wasm_trap_trace,
    wasmtime_error_delete, wasmtime_error_exit_status, wasmtime_error_message, wasmtime_error_t,
    wasmtime_error_wasm_trace, wasmtime_trap_code,
};
use crate::vec::{ByteVec, FrameVec, Owned};
use crate::{ThrownException, Trap, WasmBacktrace};
use std::fmt;
use std::ptr::NonNull;

pub use crate::{bail, ensure, format_err};
pub use any::{Chain, Error};
pub use context::Context;
pub use out_of_memory::OutOfMemory;

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

    /// The trap that this is; `root` is the message of the last cause.
    fn trap(&self, root: &str) -> Option<Trap> {
        match self {
            // Where the C API has no place for a trap, it is in the error, and
            // can only be told by its text.
            Raised::Error(_) => Trap::from_text(root),
            Raised::Trap(_) => self.coded_trap(),
        }
    }

    /// The trap that the C API says this is.
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

    /// The error that a caller sees: the chain of causes, rebuilt from the text
    /// that libwasmtime makes of it, with what is known better in its place.
    pub(crate) fn into_error(self) -> Error {
        // The text need not be made where it has nothing that isn't known: only
        // a memory's trap has a cause, which says where in the memory it was.
        if let Some(trap) = self.coded_trap()
            && trap != Trap::MemoryOutOfBounds
        {
            return Error::new(trap).with_backtrace(self);
        }
        let mut messages = messages(&self.text());
        let root = messages.pop().expect("there is always a message");
        let root = if let Some(trap) = self.trap(&root) {
            Error::new(trap)
        } else if let Some(exit) = self.exit_status() {
            Error::new(exit)
        } else if root == format!("{ThrownException}") {
            // Neither object tells of exceptions but by the text.
            Error::new(ThrownException)
        } else {
            format_err!("{root}")
        };
        let mut source = self.has_backtrace().then_some(self);
        let error = messages.into_iter().rev().fold(root, |error, message| {
            match source.take_if(|_| is_backtrace(&message)) {
                Some(source) => error.context(WasmBacktrace::new(source)),
                None => error.context(message),
            }
        });
        match source {
            Some(source) => error.context(WasmBacktrace::new(source)),
            None => error,
        }
    }

    /// The part of the text that is the WebAssembly backtrace.
    pub(crate) fn backtrace_text(&self) -> Option<String> {
        messages(&self.text())
            .into_iter()
            .find(|message| is_backtrace(message))
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
        Some(error) => Err(Raised::Error(error).into_error()),
    }
}

/// Splits the text of an error into the messages of its chain, the outermost
/// first.
///
/// One cause is indented by four columns, several are numbered. A message is
/// written as it is, be it of several lines:
///
/// ```text
/// failed to do it
///
/// Caused by:
///     0: that failed
///     1: because of this
/// and that
/// ```
fn messages(text: &str) -> Vec<String> {
    // Each has a line break after every line, until the end.
    let mut messages = vec![String::new()];
    let mut are_causes = false;
    for line in text.split('\n') {
        // What follows is the native stack of where libwasmtime made the error.
        if line == "Stack backtrace:" {
            break;
        }
        let causes = messages.len() - 1;
        let current = messages.last_mut().expect("never empty");
        if !are_causes && line == "Caused by:" && current.ends_with("\n\n") {
            are_causes = true;
            current.pop();
            continue;
        }
        let start = are_causes.then(|| start_of_cause(line, causes, current));
        match start.flatten() {
            Some(start) => messages.push(format!("{start}\n")),
            None => {
                current.push_str(line);
                current.push('\n');
            }
        }
    }
    if are_causes {
        // The causes end with a line break of their own.
        messages.last_mut().expect("never empty").pop();
    }
    for message in &mut messages {
        message.pop();
    }
    messages
}

/// What a line begins a cause with, if it does, after some causes of which `current`
/// is the last.
fn start_of_cause<'a>(line: &'a str, causes: usize, current: &str) -> Option<&'a str> {
    match line.strip_prefix(&format!("{causes: >5}: ")) {
        Some(start) if is_backtrace(current) && is_frame(start) => None,
        None if causes == 0 => Some(line.strip_prefix("    ").unwrap_or(line)),
        start => start,
    }
}

fn is_backtrace(message: &str) -> bool {
    message.starts_with("error while executing at wasm backtrace:")
}

/// Whether this follows the number of a backtrace's frame, which looks like that
/// of a cause: `    0:     0x2f - module!function`.
fn is_frame(numbered: &str) -> bool {
    numbered.trim_start().starts_with("0x")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_split_into_messages() {
        assert_eq!(messages("alone"), ["alone"]);
        assert_eq!(messages("two\nlines"), ["two\nlines"]);
        assert_eq!(
            messages("outer\n\nCaused by:\n    inner\n"),
            ["outer", "inner"]
        );
        assert_eq!(
            messages("outer\n\nCaused by:\n    inner\nmore\n"),
            ["outer", "inner\nmore"]
        );
        assert_eq!(
            messages("outer\n\nCaused by:\n    0: middle\n  more\n    1: root\n"),
            ["outer", "middle\n  more", "root"]
        );
    }

    #[test]
    fn native_stack_is_left_out() {
        assert_eq!(
            messages("outer\n\nCaused by:\n    inner\n\nStack backtrace:\n   0: main\n"),
            ["outer", "inner"]
        );
        assert_eq!(messages("alone\nStack backtrace:\n   0: main\n"), ["alone"]);
    }

    #[test]
    fn frames_are_no_causes() {
        let backtrace = "error while executing at wasm backtrace:\n    \
                         0:     0x2f - m!f\n    1:     0x3a - m!g\n    2:     0x4b - m!h";
        assert_eq!(
            messages(&format!(
                "calling it\n\nCaused by:\n    0: {backtrace}\n    1: wasm trap: unreachable\n"
            )),
            ["calling it", backtrace, "wasm trap: unreachable"]
        );
    }
}
