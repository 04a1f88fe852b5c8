//! [`FirstUse`]: what is tried once in a process.

use crate::Result;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// The first use of something that libwasmtime takes from the system once in a process.
pub(crate) struct FirstUse {
    tried: AtomicBool,
}

impl FirstUse {
    pub(crate) const fn new() -> FirstUse {
        FirstUse {
            tried: AtomicBool::new(false),
        }
    }

    /// Calls `take`, unless it has succeeded before.
    ///
    /// # Errors
    ///
    /// Returns the error of `take`. The next attempt calls it again.
    #[inline]
    pub(crate) fn try_once(&self, take: impl FnOnce() -> Result<()>) -> Result<()> {
        if self.tried.load(Ordering::Acquire) {
            return Ok(());
        }
        self.try_now(take)
    }

    #[cold]
    fn try_now(&self, take: impl FnOnce() -> Result<()>) -> Result<()> {
        // One at a time: resources that suffice for each of two may not suffice for both.
        static TRYING: Mutex<()> = Mutex::new(());
        let _trying = TRYING.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.tried.load(Ordering::Acquire) {
            take()?;
            self.tried.store(true, Ordering::Release);
        }
        Ok(())
    }
}
