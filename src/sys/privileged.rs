//! Whether the process has more rights than whoever started it.

/// Whether the process has rights that its caller lacks, as a setuid program
/// has. Then nothing that the caller chooses, such as an environment variable,
/// may decide which code is loaded.
///
/// What counts is how the process was started: a program that has given up its
/// rights since is still privileged.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn is_privileged() -> bool {
    use super::auxv::{AT_SECURE, getauxval};

    // Set by the kernel where user or group differ, where the file has capabilities,
    // or where a security module says so. The dynamic loader goes by it as well.
    // `/proc` says the same, but may not be there.
    getauxval(AT_SECURE) != 0
}

/// As on Linux.
#[cfg(any(
    target_vendor = "apple",
    target_os = "freebsd",
    target_os = "netbsd",
    target_os = "openbsd",
    target_os = "dragonfly",
    target_os = "solaris",
    target_os = "illumos",
))]
pub(crate) fn is_privileged() -> bool {
    use std::ffi::c_int;

    unsafe extern "C" {
        safe fn issetugid() -> c_int;
    }
    issetugid() != 0
}

/// As on Linux, by the user and the group alone: all that POSIX has.
#[cfg(all(
    unix,
    not(any(
        target_os = "linux",
        target_os = "android",
        target_vendor = "apple",
        target_os = "freebsd",
        target_os = "netbsd",
        target_os = "openbsd",
        target_os = "dragonfly",
        target_os = "solaris",
        target_os = "illumos",
    ))
))]
pub(crate) fn is_privileged() -> bool {
    // `uid_t` and `gid_t` are 32 bits wide on all of these.
    unsafe extern "C" {
        safe fn getuid() -> u32;
        safe fn geteuid() -> u32;
        safe fn getgid() -> u32;
        safe fn getegid() -> u32;
    }
    getuid() != geteuid() || getgid() != getegid()
}

/// Elsewhere no program starts with the rights of another user than its caller.
#[cfg(not(unix))]
pub(crate) fn is_privileged() -> bool {
    false
}
