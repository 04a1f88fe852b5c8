//! The error for a WebAssembly exception.

#[cfg(doc)]
use crate::Store;
use std::fmt;

/// The error for an exception that was thrown and is the store's pending exception.
///
/// A call fails with it if no code catches the exception, and
/// `error.is::<ThrownException>()` finds it. It has no contents. Take the exception with
/// [`Store::take_pending_exception`]; or return the error from a host function, to let the
/// WebAssembly code that called it catch the exception. Context that was added to the error
/// is lost then.
#[derive(Debug)]
pub struct ThrownException;

impl fmt::Display for ThrownException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Version 48: a call's error ends with this text; look at `exception.rs` in `wasmtime`.
        f.write_str("thrown Wasm exception")
    }
}

impl std::error::Error for ThrownException {}
