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
use crate::{Error, Result, Trap};
use std::ptr::NonNull;

/// How many entries into components have begun and not finished, or failed.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Unfinished(u64);

impl Unfinished {
    /// Notes that an entry begins.
    pub(super) fn begin(&mut self) {
        self.0 += 1;
    }

    /// Notes that an entry ends with an error, or without one.
    pub(super) fn end(&mut self, error: Option<&Error>) {
        // It was refused before anything was noted.
        let refused = |error: &Error| error.downcast_ref() == Some(&Trap::CannotEnterComponent);
        if error.is_none_or(refused) {
            self.0 -= 1;
        }
    }

    /// Returns the number before a host function is called.
    ///
    /// # Safety
    ///
    /// As for [`StoreOpaque::unfinished_at`].
    #[inline]
    pub(crate) unsafe fn before_host(store: NonNull<StoreOpaque>) -> Unfinished {
        // SAFETY: this function requires what `unfinished_at` does.
        unsafe { *StoreOpaque::unfinished_at(store) }
    }

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
        let now = unsafe { *StoreOpaque::unfinished_at(store) };
        ensure!(
            now == self,
            "the host function called a component of the same store, and that call failed or was \
             given up: the component that called the host function can't go on"
        );
        Ok(())
    }
}
