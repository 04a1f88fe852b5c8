//! The `tokio` runtimes of the program. With `vendored`, libwasmtime's WASI functions share
//! the crate `tokio` with it; in the other link modes libwasmtime has a copy of its own, which
//! doesn't see them.

#[cfg(not(all(wasmtime_link = "vendored", feature = "wasi")))]
pub(crate) use apart::*;
#[cfg(all(wasmtime_link = "vendored", feature = "wasi"))]
pub(crate) use libwasmtime_vendor::runtime::{enter_own, leave, reenter};

/// Whether WASI functions must be called outside of the program's runtimes.
pub(crate) const SHARED: bool = cfg!(all(wasmtime_link = "vendored", feature = "wasi"));

/// What there is to do in the other link modes.
#[cfg(not(all(wasmtime_link = "vendored", feature = "wasi")))]
mod apart {
    use std::convert::Infallible;

    #[inline]
    pub(crate) fn leave<R>(f: impl FnOnce() -> R) -> Result<R, Infallible> {
        Ok(f())
    }

    #[cfg(feature = "wasi")]
    pub(crate) fn enter_own<R>(f: impl FnOnce() -> R) -> Result<R, Infallible> {
        Ok(f())
    }

    #[inline]
    pub(crate) fn reenter<R>(f: impl FnOnce() -> R) -> R {
        f()
    }
}
