//! The auxiliary vector: values that the kernel passes to a program at its start.

use std::ffi::c_ulong;

/// The address of the program's entry point.
#[cfg(not(target_feature = "crt-static"))]
pub(super) const AT_ENTRY: c_ulong = 9;

/// Not 0 if the program has more rights than the user who started it.
#[cfg(any(wasmtime_link = "load", feature = "cache"))]
pub(super) const AT_SECURE: c_ulong = 23;

unsafe extern "C" {
    /// Returns an entry of the auxiliary vector; 0 if there is no such entry.
    pub(super) safe fn getauxval(kind: c_ulong) -> c_ulong;
}
