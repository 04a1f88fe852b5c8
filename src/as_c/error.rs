//! Errors and traps.

use crate::error::Raised;
use crate::owned::Owned;
use crate::sys::{
    wasm_trap_t, wasmtime_error_new, wasmtime_error_t, wasmtime_trap_new, wasmtime_trap_new_code,
};
use crate::{Error, Trap};
use std::ffi::CString;

/// What a C function returned that runs no WebAssembly code. For others there is
/// [`StoreContextMut::check_c`](crate::StoreContextMut::check_c).
impl From<Owned<wasmtime_error_t>> for Error {
    #[cold]
    fn from(error: Owned<wasmtime_error_t>) -> Error {
        Raised::Error(error).into_error(false)
    }
}

/// As from an `Owned<wasmtime_error_t>`.
impl From<Owned<wasm_trap_t>> for Error {
    #[cold]
    fn from(trap: Owned<wasm_trap_t>) -> Error {
        Raised::Trap(trap).into_error(false)
    }
}

/// What a callback can return to C: the messages of the error, and no more.
///
/// Calls `wasmtime_error_new`.
impl From<&Error> for Owned<wasmtime_error_t> {
    fn from(error: &Error) -> Owned<wasmtime_error_t> {
        let text = format!("{error:#}").replace('\0', "\u{fffd}");
        let text = CString::new(text).expect("each NUL was replaced");
        // SAFETY: the text is a C string, which is copied; the error is owned.
        unsafe { Owned::from_c(wasmtime_error_new(text.as_ptr())) }
    }
}

/// What a callback can return to C: the error's [`Trap`], if there is one in it, else
/// the messages.
///
/// Calls `wasmtime_trap_new_code` or `wasmtime_trap_new`.
impl From<&Error> for Owned<wasm_trap_t> {
    fn from(error: &Error) -> Owned<wasm_trap_t> {
        if let Some(trap) = error.downcast_ref::<Trap>() {
            // SAFETY: every trap of this crate has a code that libwasmtime has; the trap
            // is owned.
            return unsafe { Owned::from_c(wasmtime_trap_new_code(*trap as u8)) };
        }
        let text = format!("{error:#}");
        // SAFETY: the text is readable, and copied; the trap is owned.
        unsafe { Owned::from_c(wasmtime_trap_new(text.as_ptr().cast(), text.len())) }
    }
}
