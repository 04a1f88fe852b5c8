//! Errors: this crate's [`Error`] and how the C API's become one.
//!
//! [`Error`] is [`anyhow::Error`], which behaves as the `wasmtime` crate's own
//! does: any [`std::error::Error`] converts with `?`, context can be added, and
//! what went wrong can be had back with `downcast_ref`. What goes wrong inside
//! this crate is a typed value in there, such as [`Trap`](crate::Trap),
//! [`LoadError`](crate::LoadError) or [`Unsupported`](crate::Unsupported).
//!
//! The C API has two error objects, `wasmtime_error_t` and `wasm_trap_t`, of
//! which only text, a trap code, an exit status and frames can be had. `Raised`
//! is either of them, owned; [`Raised::into_error`] makes an [`Error`] of it.

use crate::sys::{
    wasm_trap_delete, wasm_trap_message, wasm_trap_origin, wasm_trap_t, wasm_trap_trace,
    wasmtime_error_delete, wasmtime_error_exit_status, wasmtime_error_message, wasmtime_error_t,
    wasmtime_error_wasm_trace, wasmtime_trap_code,
};
use crate::vec::{ByteVec, FrameVec};
use crate::{Trap, WasmBacktrace};
use std::ptr::NonNull;

pub use anyhow::{Chain, Context, Error, Ok, Result, anyhow as format_err, bail, ensure};

/// A WASI program asked to exit with this status.
///
/// Found with `error.downcast_ref::<I32Exit>()` in the error of a call that
/// ended because the program called `proc_exit`. Status 0 is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Exited with i32 exit status {0}")]
pub struct I32Exit(pub i32);

/// An error object of the C API, owned.
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
            Raised::Trap(trap) => {
                // SAFETY: the trap is owned, and so is the frame it returns.
                unsafe {
                    let origin = wasm_trap_origin(trap.as_ptr());
                    crate::sys::wasm_frame_delete(origin);
                    !origin.is_null()
                }
            }
        }
    }

    fn trap(&self) -> Option<Trap> {
        let Raised::Trap(trap) = self else {
            return None;
        };
        let mut code = 0;
        // SAFETY: the trap is owned and `code` is for the callee to fill.
        let known = unsafe { wasmtime_trap_code(trap.as_ptr(), &mut code) };
        if known { Trap::from_code(code) } else { None }
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
    pub(crate) fn into_error(self) -> Error {
        let cause = if let Some(trap) = self.trap() {
            Error::new(trap)
        } else if let Some(exit) = self.exit_status() {
            Error::new(exit)
        } else {
            let text = self.text();
            return if self.has_backtrace() {
                let (_, causes) = split_causes(&text);
                self.attach_backtrace(from_messages(causes))
            } else {
                from_text(&text)
            };
        };
        self.attach_backtrace(cause)
    }

    /// Adds the WebAssembly backtrace, if there is one, to `error`.
    pub(crate) fn attach_backtrace(self, error: Error) -> Error {
        if self.has_backtrace() && !error.is::<WasmBacktrace>() {
            error.context(WasmBacktrace::new(self))
        } else {
            error
        }
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

/// Rebuilds the chain of causes from the text that libwasmtime makes of it.
fn from_text(text: &str) -> Error {
    let (message, causes) = split_causes(text);
    let mut messages = vec![message.to_owned()];
    messages.extend(causes);
    from_messages(messages)
}

fn from_messages(mut messages: Vec<String>) -> Error {
    let root = Error::msg(messages.pop().unwrap_or_else(|| "unknown error".to_owned()));
    messages.into_iter().rev().fold(root, Error::context)
}

/// Splits the text of an error into its message and the messages of its
/// causes, the outermost first.
///
/// One cause is indented by four columns; several are numbered as well:
///
/// ```text
/// failed to do it
///
/// Caused by:
///     0: that failed
///     1: because of this
/// ```
fn split_causes(text: &str) -> (&str, Vec<String>) {
    let Some((message, causes)) = text.split_once("\n\nCaused by:\n") else {
        return (text, Vec::new());
    };
    let mut list: Vec<String> = Vec::new();
    for line in causes.lines() {
        let number = format!("    {}: ", list.len());
        if let Some(first) = line.strip_prefix(&number) {
            list.push(first.to_owned());
        } else if let Some(last) = list.last_mut() {
            last.push('\n');
            last.push_str(line.trim_start_matches(' '));
        } else {
            list.push(line.strip_prefix("    ").unwrap_or(line).to_owned());
        }
    }
    (message, list)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(text: &str) -> Vec<String> {
        from_text(text).chain().map(ToString::to_string).collect()
    }

    #[test]
    fn causes_become_a_chain() {
        assert_eq!(chain("alone"), ["alone"]);
        assert_eq!(chain("outer\n\nCaused by:\n    inner"), ["outer", "inner"]);
        assert_eq!(
            chain("outer\n\nCaused by:\n    0: middle\n       more\n    1: root"),
            ["outer", "middle\nmore", "root"]
        );
    }
}
