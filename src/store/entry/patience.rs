//! When a call is polled again that hasn't finished, although no future of the host is pending.
//!
//! Either its code has yielded, and goes on at once. Or a function of WASI waits: that gives no
//! sign when it is ready, since `wasmtime_call_future_poll` polls it with a waker that does
//! nothing. The two can't be told apart but by how much a poll has done.

use crate::Result;
use crate::sys::runtime;
use std::task::Waker;
use std::time::{Duration, Instant};

/// A poll that takes longer has run code.
const IDLE: Duration = Duration::from_micros(50);

/// How many polls that have done little follow each other at once.
const AT_ONCE: u32 = 4;

/// How long after that the next one comes: the least that the runtime's clock can wait.
const INTERVAL: Duration = Duration::from_millis(1);

/// How many polls have done little.
#[derive(Default)]
pub(super) struct Patience {
    idle: u32,
}

impl Patience {
    /// Polls a call of a store that waits for WASI, in libwasmtime's runtime.
    ///
    /// # Errors
    ///
    /// Returns an error if the runtime can't be started.
    pub(super) fn poll(&mut self, poll: impl FnOnce() -> bool) -> Result<bool> {
        let start = Instant::now();
        let has_finished = runtime::enter_own(poll)?;
        self.idle = match start.elapsed() {
            elapsed if elapsed > IDLE => 0,
            _ => self.idle.saturating_add(1),
        };
        Ok(has_finished)
    }

    /// Wakes the task for the next poll.
    ///
    /// # Errors
    ///
    /// Returns an error if the runtime can't be started.
    pub(super) fn wake(&self, waker: &Waker) -> Result<()> {
        if self.idle <= AT_ONCE {
            waker.wake_by_ref();
            return Ok(());
        }
        Ok(runtime::wake_after(INTERVAL, waker.clone())?)
    }
}
