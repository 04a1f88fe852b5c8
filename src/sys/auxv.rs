//! What the kernel tells a program when it starts it.

use std::ffi::c_ulong;

/// The program's entry point.
#[cfg(not(target_feature = "crt-static"))]
pub(super) const AT_ENTRY: c_ulong = 9;

/// Set where the program has more rights than whoever started it.
#[cfg(any(wasmtime_link = "load", feature = "cache"))]
pub(super) const AT_SECURE: c_ulong = 23;

unsafe extern "C" {
    /// Returns an entry of the auxiliary vector; 0 for one that isn't there.
    pub(super) safe fn getauxval(kind: c_ulong) -> c_ulong;
}
