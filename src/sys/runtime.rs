//! The `tokio` runtimes of the program. With `vendored`, libwasmtime's WASI functions share
//! the crate `tokio` with it; in the other link modes libwasmtime has a copy of its own, which
//! doesn't see them.

#[cfg(not(all(wasmtime_link = "vendored", feature = "wasi")))]
pub(crate) use apart::*;
#[cfg(all(wasmtime_link = "vendored", feature = "wasi"))]
pub(crate) use libwasmtime_vendor::runtime::{enter_own, leave, reenter, wake_after};

/// Whether WASI functions must be called outside of the program's runtimes.
pub(crate) const SHARED: bool = cfg!(all(wasmtime_link = "vendored", feature = "wasi"));

/// What there is to do in the other link modes.
#[cfg(not(all(wasmtime_link = "vendored", feature = "wasi")))]
mod apart {
    use std::convert::Infallible;
    #[cfg(feature = "async")]
    use std::{task::Waker, time::Duration};

    #[inline]
    pub(crate) fn leave<R>(f: impl FnOnce() -> R) -> Result<R, Infallible> {
        Ok(f())
    }

    #[cfg(any(feature = "async", feature = "wasi"))]
    pub(crate) fn enter_own<R>(f: impl FnOnce() -> R) -> Result<R, Infallible> {
        Ok(f())
    }

    /// Wakes the task now: nothing of libwasmtime waits asynchronously.
    #[cfg(feature = "async")]
    pub(crate) fn wake_after(_: Duration, waker: Waker) -> Result<(), Infallible> {
        waker.wake();
        Ok(())
    }

    #[inline]
    pub(crate) fn reenter<R>(f: impl FnOnce() -> R) -> R {
        f()
    }
}
