//! Conversions of errors and traps.

use crate::error::Raised;
use crate::owned::Owned;
use crate::sys::{
    wasm_trap_t, wasmtime_error_new, wasmtime_error_t, wasmtime_trap_new, wasmtime_trap_new_code,
};
use crate::{Error, Trap};
use std::ffi::CString;

/// The error of a C function that runs no WebAssembly code. Use
/// [`StoreContextMut::check_c`](crate::StoreContextMut::check_c) for one that does.
impl From<Owned<wasmtime_error_t>> for Error {
    #[cold]
    fn from(error: Owned<wasmtime_error_t>) -> Error {
        Raised::Error(error).into_error(false)
    }
}

/// The trap of a C function that runs no WebAssembly code. Use
/// [`StoreContextMut::check_c`](crate::StoreContextMut::check_c) for one that does.
impl From<Owned<wasm_trap_t>> for Error {
    #[cold]
    fn from(trap: Owned<wasm_trap_t>) -> Error {
        Raised::Trap(trap).into_error(false)
    }
}

/// An error with the same messages, which a callback can return to C.
///
/// Calls `wasmtime_error_new`.
impl From<&Error> for Owned<wasmtime_error_t> {
    fn from(error: &Error) -> Owned<wasmtime_error_t> {
        let text = format!("{error:#}").replace('\0', "\u{fffd}");
        let text = CString::new(text).expect("each NUL was replaced");
        // SAFETY: the text is a C string, which the function copies. It returns an owned
        // error.
        unsafe { Owned::from_c(wasmtime_error_new(text.as_ptr())) }
    }
}

/// A trap which a callback can return to C: the [`Trap`] in the error, or else one with the
/// same messages.
///
/// Calls `wasmtime_trap_new_code` or `wasmtime_trap_new`.
impl From<&Error> for Owned<wasm_trap_t> {
    fn from(error: &Error) -> Owned<wasm_trap_t> {
        if let Some(trap) = error.downcast_ref::<Trap>() {
            // SAFETY: every `Trap` is a code of libwasmtime. The function returns an owned
            // trap.
            return unsafe { Owned::from_c(wasmtime_trap_new_code(*trap as u8)) };
        }
        let text = format!("{error:#}");
        // SAFETY: the text is readable, and the function copies it. It returns an owned trap.
        unsafe { Owned::from_c(wasmtime_trap_new(text.as_ptr().cast(), text.len())) }
    }
}
