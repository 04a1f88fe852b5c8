//! The `tokio` runtimes of the program. With `vendored`, libwasmtime's WASI functions share
//! the crate `tokio` with it; in the other link modes libwasmtime has a copy of its own, which
//! doesn't see them.

#[cfg(all(wasmtime_link = "vendored", feature = "wasi"))]
pub(crate) use libwasmtime_vendor::runtime::{LeaveError, leave, reenter};

/// Whether WASI functions must be called outside of the program's runtime.
pub(crate) const SHARED: bool = cfg!(all(wasmtime_link = "vendored", feature = "wasi"));

/// The error that a thread can't leave its runtime, which it needn't.
#[cfg(not(all(wasmtime_link = "vendored", feature = "wasi")))]
pub(crate) type LeaveError = std::convert::Infallible;

/// Calls `f`.
#[cfg(not(all(wasmtime_link = "vendored", feature = "wasi")))]
#[inline]
pub(crate) fn leave<R>(f: impl FnOnce() -> R) -> Result<R, LeaveError> {
    Ok(f())
}

/// Calls `f`.
#[cfg(not(all(wasmtime_link = "vendored", feature = "wasi")))]
#[inline]
pub(crate) fn reenter<R>(f: impl FnOnce() -> R) -> R {
    f()
}
