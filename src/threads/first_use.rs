//! What is tried once in a process.

use crate::Result;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// What libwasmtime takes from the system once in a process.
pub(crate) struct FirstUse {
    tried: AtomicBool,
}

impl FirstUse {
    pub(crate) const fn new() -> FirstUse {
        FirstUse {
            tried: AtomicBool::new(false),
        }
    }

    /// Tries it with `take`, unless that has succeeded before.
    ///
    /// # Errors
    ///
    /// That of `take`; the next attempt tries again.
    #[inline]
    pub(crate) fn try_once(&self, take: impl FnOnce() -> Result<()>) -> Result<()> {
        if self.tried.load(Ordering::Acquire) {
            return Ok(());
        }
        self.try_now(take)
    }

    #[cold]
    fn try_now(&self, take: impl FnOnce() -> Result<()>) -> Result<()> {
        // One after the other: two that fit need not fit together.
        static TRYING: Mutex<()> = Mutex::new(());
        let _trying = TRYING.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.tried.load(Ordering::Acquire) {
            take()?;
            self.tried.store(true, Ordering::Release);
        }
        Ok(())
    }
}
