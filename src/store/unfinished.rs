//! Entries into components that aren't finished.
//!
//! libwasmtime notes which call is running, of a component or of a host function. When a call of a
//! component fails, or is given up before its end, it leaves the note as it is. A host function
//! that made such a call must not return to the component that called it: libwasmtime would look
//! for what was lent to the host function in the call that failed, and end the process.
// Version 48: look at `set_thread` in `concurrent.rs`, and at `validate_scope_exit` in
// `resources.rs`, in `wasmtime`.

use crate::error::ensure;
use crate::store::StoreOpaque;
use crate::{Error, Result, Trap, WasmBacktrace};
use std::ptr::NonNull;

/// What is noted of a store's entries into components.
#[derive(Default)]
pub(crate) struct Unfinished {
    /// How many have begun and not finished, or failed.
    entries: u64,
    /// How often the host was called.
    host_calls: u64,
}

/// How often the host had been called when an entry began.
#[derive(Clone, Copy)]
pub(super) struct Begun(u64);

/// How many entries weren't finished when the host was called.
#[derive(Clone, Copy)]
pub(crate) struct BeforeHost(u64);

impl Unfinished {
    /// Notes that an entry begins.
    pub(super) fn begin(&mut self) -> Begun {
        self.entries += 1;
        Begun(self.host_calls)
    }

    /// Notes that an entry ends with an error, or without one.
    pub(super) fn end(&mut self, Begun(host_calls): Begun, error: Option<&Error>) {
        // Such an error is one that libwasmtime refuses the entry with, before it has noted
        // anything; unless code has run, which has a backtrace, or which has called the host.
        let is_refused = |error: &Error| {
            error.downcast_ref() == Some(&Trap::CannotEnterComponent)
                && !error.is::<WasmBacktrace>()
                && self.host_calls == host_calls
        };
        if error.is_none_or(is_refused) {
            self.entries -= 1;
        }
    }

    /// Calls a host function that isn't asynchronous, and checks that it may return to the component
    /// that called it.
    ///
    /// # Errors
    ///
    /// Returns an error as the host function and [`BeforeHost::after_host`] do.
    ///
    /// # Safety
    ///
    /// As for [`StoreOpaque::unfinished_at`], before and after the call.
    #[inline]
    pub(crate) unsafe fn around_host<R>(
        store: NonNull<StoreOpaque>,
        host: impl FnOnce() -> Result<R>,
    ) -> Result<R> {
        // SAFETY: this function requires what the two functions do.
        unsafe {
            let before = Unfinished::before_host(store);
            let output = host()?;
            before.after_host(store)?;
            Ok(output)
        }
    }

    /// Notes that a host function is called, and returns what [`BeforeHost::after_host`] takes.
    ///
    /// # Safety
    ///
    /// As for [`StoreOpaque::unfinished_at`].
    #[inline]
    pub(crate) unsafe fn before_host(store: NonNull<StoreOpaque>) -> BeforeHost {
        // SAFETY: this function requires what `unfinished_at` does.
        let unfinished = unsafe { StoreOpaque::unfinished_at(store) };
        unfinished.host_calls += 1;
        BeforeHost(unfinished.entries)
    }
}

impl BeforeHost {
    /// Checks that a host function may return to the component that called it.
    ///
    /// # Errors
    ///
    /// Returns an error if there are other calls than before the host function was called.
    ///
    /// # Safety
    ///
    /// As for [`StoreOpaque::unfinished_at`].
    #[inline]
    pub(crate) unsafe fn after_host(self, store: NonNull<StoreOpaque>) -> Result<()> {
        // SAFETY: this function requires what `unfinished_at` does.
        let now = unsafe { StoreOpaque::unfinished_at(store).entries };
        ensure!(
            now == self.0,
            "the host function called a component of the same store, and that call failed or was \
             given up: the component that called the host function can't go on"
        );
        Ok(())
    }
}
