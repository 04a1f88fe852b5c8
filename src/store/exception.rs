//! The exception that is on its way through a store.

use super::{AsContextMut, Store, StoreContextMut};
use crate::gc::{HasRoot, RawRef};
use crate::sys::wasm_trap_delete;
use crate::{ExnRef, Result, Rooted};
use std::fmt;

/// An exception was thrown and is the store's pending one.
///
/// Found with `error.is::<ThrownException>()` in the error of a call. It has no
/// contents: take the exception with [`Store::take_pending_exception`], or let a
/// host function return the error, so that the WebAssembly code which called
/// that can catch the exception. What was added to the error as context is lost
/// then.
#[derive(Debug)]
pub struct ThrownException;

impl fmt::Display for ThrownException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Version 48: a call's error ends with this text; look at `exception.rs` in `wasmtime`.
        f.write_str("thrown Wasm exception")
    }
}

impl std::error::Error for ThrownException {}

impl<T: 'static> StoreContextMut<'_, T> {
    /// Throws an exception; see [`Store::throw`].
    ///
    /// # Errors
    ///
    /// As for [`Store::throw`].
    ///
    /// # Panics
    ///
    /// As for [`Store::throw`].
    pub fn throw<R>(&mut self, exception: Rooted<ExnRef>) -> Result<R> {
        let store = self.opaque_mut();
        // A clone, as the store is changed.
        let raw = exception.root().resolve(&store.roots)?.clone();
        // SAFETY: the trap is owned; a host function makes its own of the error.
        unsafe { wasm_trap_delete(raw.set_pending_exn(store)) };
        Err(ThrownException.into())
    }

    /// Takes the pending exception; see [`Store::take_pending_exception`].
    pub fn take_pending_exception(&mut self) -> Option<Rooted<ExnRef>> {
        let store = self.opaque_mut();
        let raw = RawRef::take_pending_exn(store)?;
        Some(Rooted::push(&mut store.roots, raw))
    }

    /// Whether there is a pending exception; see
    /// [`Store::has_pending_exception`].
    pub fn has_pending_exception(&self) -> bool {
        RawRef::has_pending_exn(self.opaque())
    }
}

impl<T: 'static> Store<T> {
    /// Makes an exception the store's pending one, in the place of another if
    /// there is one, and returns the error that says so. When a host function
    /// returns that error, the exception is thrown in the WebAssembly code that
    /// called it.
    ///
    /// Calls `wasmtime_context_set_exception`.
    ///
    /// # Errors
    ///
    /// Always: [`ThrownException`], or, if the exception's root is gone, an
    /// error that says so.
    ///
    /// # Panics
    ///
    /// If the exception is of another store.
    pub fn throw<R>(&mut self, exception: Rooted<ExnRef>) -> Result<R> {
        self.as_context_mut().throw(exception)
    }

    /// Takes the pending exception, if there is one: that which a call has
    /// failed with, with [`ThrownException`] as the error. It is rooted in the
    /// current scope.
    ///
    /// Calls `wasmtime_context_take_exception`.
    pub fn take_pending_exception(&mut self) -> Option<Rooted<ExnRef>> {
        self.as_context_mut().take_pending_exception()
    }

    /// Whether there is a pending exception.
    ///
    /// Calls `wasmtime_context_has_exception`.
    pub fn has_pending_exception(&self) -> bool {
        RawRef::has_pending_exn(self.opaque())
    }
}
