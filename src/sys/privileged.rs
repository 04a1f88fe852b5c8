//! Whether the process has more rights than the user who started it.

/// Reports whether the process has rights that the user who started it lacks, as a setuid
/// program has. If so, nothing that this user can set, such as an environment variable,
/// may decide which code is loaded.
///
/// The rights at the start count: a program that has given up its rights since is still
/// privileged.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn is_privileged() -> bool {
    use super::auxv::{AT_SECURE, getauxval};

    // The kernel sets it if user or group differ, if the file has capabilities, or if a
    // security module requires it. The dynamic loader uses it as well. `/proc` has the
    // same value, but may not be mounted.
    getauxval(AT_SECURE) != 0
}

/// The same as on Linux.
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

/// The same as on Linux, but by the user and the group alone: POSIX has nothing else.
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

/// Returns `false`: on other systems no program starts with the rights of another user.
#[cfg(not(unix))]
pub(crate) fn is_privileged() -> bool {
    false
}
