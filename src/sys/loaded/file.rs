//! Which file a loaded symbol is in: for a library that was found by the
//! system's own search, only the system knows.

use std::ffi::c_void;
use std::path::PathBuf;
use std::ptr::NonNull;

/// The file that was mapped at an address, if the system tells.
#[cfg(unix)]
pub(super) fn of_symbol(address: NonNull<c_void>) -> Option<PathBuf> {
    use std::ffi::{CStr, OsStr, c_char, c_int};
    use std::mem::MaybeUninit;
    use std::os::unix::ffi::OsStrExt;

    /// `Dl_info` of `dlfcn.h`, the same on all systems that have it.
    #[repr(C)]
    struct Info {
        file: *const c_char,
        base: *mut c_void,
        symbol: *const c_char,
        address: *mut c_void,
    }
    unsafe extern "C" {
        fn dladdr(address: *const c_void, info: *mut Info) -> c_int;
    }

    let mut info = MaybeUninit::<Info>::uninit();
    // SAFETY: any address will do, and the result is written to valid memory.
    let found = unsafe { dladdr(address.as_ptr(), info.as_mut_ptr()) };
    if found == 0 {
        return None;
    }
    // SAFETY: `dladdr` says that it has filled it in.
    let info = unsafe { info.assume_init() };
    if info.file.is_null() {
        return None;
    }
    // SAFETY: a C string that lives as long as the library is open, and it is
    // never closed.
    let file = unsafe { CStr::from_ptr(info.file) };
    Some(OsStr::from_bytes(file.to_bytes()).into())
}

/// The file that was mapped at an address, if the system tells.
#[cfg(windows)]
pub(super) fn of_symbol(address: NonNull<c_void>) -> Option<PathBuf> {
    use std::ffi::OsString;
    use std::os::windows::ffi::OsStringExt;
    use std::ptr;

    const FROM_ADDRESS: u32 = 4;
    const UNCHANGED_REFCOUNT: u32 = 2;
    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetModuleHandleExW(flags: u32, of: *const c_void, module: *mut *mut c_void) -> i32;
        fn GetModuleFileNameW(module: *mut c_void, name: *mut u16, size: u32) -> u32;
    }

    let mut module = ptr::null_mut();
    let flags = FROM_ADDRESS | UNCHANGED_REFCOUNT;
    // SAFETY: with these flags any address will do, and the result is written
    // to valid memory.
    if unsafe { GetModuleHandleExW(flags, address.as_ptr(), &mut module) } == 0 {
        return None;
    }
    // The longest path that Windows has.
    let mut name = vec![0; 1 << 15];
    // SAFETY: the module is loaded and stays so, and the buffer is as long as
    // it is said to be.
    let length = unsafe { GetModuleFileNameW(module, name.as_mut_ptr(), name.len() as u32) };
    name.truncate(length as usize);
    (length != 0).then(|| OsString::from_wide(&name).into())
}

/// Nothing is known of other systems.
#[cfg(not(any(unix, windows)))]
pub(super) fn of_symbol(_: NonNull<c_void>) -> Option<PathBuf> {
    None
}
