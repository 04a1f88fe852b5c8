//! The objects that a process is made of, as the dynamic linker has them: the
//! executable and the shared libraries.

#![cfg_attr(
    not(wasmtime_link = "dynamic"),
    allow(
        dead_code,
        reason = "it is a linked shared library that has to be examined"
    )
)]

use std::ffi::{CStr, c_void};
use std::path::PathBuf;
use std::ptr::NonNull;

use super::library::LoadError;

pub(super) use system::Object;
#[cfg(wasmtime_link = "dynamic")]
pub(super) use system::bound;

/// Keeps the objects in memory for good that an address of libwasmtime's and this
/// very function are in.
///
/// libwasmtime installs signal handlers when it makes an engine, and other threads
/// of its own may yet drop what a host function or a WASI stream owned. A plugin
/// that contains either and is closed would leave the process with pointers to
/// code that is gone.
pub(super) fn pin_both(libwasmtime: NonNull<c_void>) {
    for object in [Object::containing(libwasmtime), own()]
        .into_iter()
        .flatten()
    {
        object.pin();
    }
}

/// The object that this crate is in.
pub(super) fn own() -> Option<Object> {
    Object::containing(NonNull::new(own as *mut c_void)?)
}

/// A path without symbolic links. On Windows there is none in it, and it would get
/// the form that not all programs take.
pub(super) fn real(path: PathBuf) -> PathBuf {
    match cfg!(windows) {
        true => path,
        false => path.canonicalize().unwrap_or(path),
    }
}

/// A path, or what stands for one that isn't known.
pub(super) fn named(path: Option<PathBuf>) -> PathBuf {
    path.unwrap_or_else(|| "the libwasmtime that the program is linked with".into())
}

/// The functions of the C API are in more than one object, of which these are two.
pub(super) fn mixed(objects: [Option<Object>; 2]) -> LoadError {
    LoadError::Mixed {
        paths: objects
            .map(|object| named(object.and_then(|object| object.file()).map(real)))
            .to_vec(),
    }
}

/// Without `dlopen`, which a program that has no dynamic linker in it must not
/// refer to: the C library's linker would warn, and call what isn't there.
#[cfg(all(unix, not(target_feature = "crt-static")))]
mod system {
    use super::*;
    use std::ffi::{CString, OsStr, c_char, c_int};
    use std::mem::MaybeUninit;
    use std::os::unix::ffi::OsStrExt;
    use std::ptr;

    // From `dlfcn.h`, which all these systems have in their C library. Declared
    // here since these few don't justify a dependency in the linked modes.
    unsafe extern "C" {
        fn dladdr(address: *const c_void, info: *mut Info) -> c_int;
        fn dlopen(file: *const c_char, flags: c_int) -> *mut c_void;
        fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
    }

    /// `Dl_info`, the same on all systems that have it.
    #[repr(C)]
    struct Info {
        file: *const c_char,
        base: *mut c_void,
        symbol: *const c_char,
        address: *mut c_void,
    }

    const LAZY: c_int = 1;

    /// The flags for "only if it is loaded" and "for good"; `None` where they
    /// aren't known.
    const STAY: Option<c_int> = if cfg!(target_vendor = "apple") {
        Some(0x10 | 0x80)
    } else if cfg!(any(
        target_os = "linux",
        target_os = "android",
        target_os = "illumos",
        target_os = "solaris"
    )) {
        Some(0x4 | 0x1000)
    } else if cfg!(any(
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "netbsd"
    )) {
        Some(0x2000 | 0x1000)
    } else {
        None
    };

    /// An executable or a shared library in memory.
    pub(in crate::sys) struct Object {
        /// Where it starts, which no other does.
        base: *mut c_void,
        /// What the dynamic linker calls it: the path by which it was found.
        name: CString,
    }

    impl Object {
        /// The object that an address is in.
        pub(in crate::sys) fn containing(address: NonNull<c_void>) -> Option<Object> {
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
            // SAFETY: a C string that lives as long as the object is open. The
            // addresses asked for are of code that is running, or of a library
            // that is never closed.
            let name = unsafe { CStr::from_ptr(info.file) }.to_owned();
            Some(Object {
                base: info.base,
                name,
            })
        }

        /// Its file.
        pub(in crate::sys) fn file(&self) -> Option<PathBuf> {
            let name = self.name.to_bytes();
            (!name.is_empty()).then(|| OsStr::from_bytes(name).into())
        }

        /// Keeps it in memory until the process ends. Returns what its symbols are
        /// found by; nothing for the executable, which stays anyway, and whose name
        /// is whatever the process was started as.
        pub(in crate::sys) fn pin(&self) -> Option<Handle> {
            let stay = STAY.filter(|_| !self.is_executable())?;
            // SAFETY: the name is a C string. Nothing is loaded, so that no code
            // runs: only what is in memory is found.
            NonNull::new(unsafe { dlopen(self.name.as_ptr(), LAZY | stay) }).map(Handle)
        }

        /// Whether it is an executable at a fixed address. To others, a function of a
        /// library's may then seem to be in it, where it has a stub for it.
        pub(in crate::sys) fn has_stubs(&self) -> bool {
            /// `ET_EXEC`, in a header of ELF's.
            const FIXED: u16 = 2;
            const KIND_AT: usize = 16;
            let header = self.base.cast::<u8>();
            // SAFETY: an object starts with at least one page of its file that can
            // be read. That of an ELF file is its header, which is longer than this.
            unsafe {
                header.cast::<[u8; 4]>().read_unaligned() == *b"\x7fELF"
                    && header.add(KIND_AT).cast::<u16>().read_unaligned() == FIXED
            }
        }

        #[cfg(target_os = "linux")]
        fn is_executable(&self) -> bool {
            use crate::sys::auxv::{AT_ENTRY, getauxval};

            let entry = NonNull::new(getauxval(AT_ENTRY) as *mut c_void);
            let executable = entry.and_then(Object::containing);
            executable.is_some_and(|executable| executable.base == self.base)
        }

        /// Not known; to open it once more does no harm.
        #[cfg(not(target_os = "linux"))]
        fn is_executable(&self) -> bool {
            false
        }
    }

    impl PartialEq for Object {
        fn eq(&self, other: &Object) -> bool {
            self.base == other.base
        }
    }

    /// A shared library that stays open for good.
    pub(in crate::sys) struct Handle(NonNull<c_void>);

    impl Handle {
        /// Where the library has a symbol.
        pub(in crate::sys) fn symbol(&self, name: &CStr) -> Option<NonNull<c_void>> {
            // SAFETY: the handle is of a library that is open for good, and the
            // name is a C string.
            NonNull::new(unsafe { dlsym(self.0.as_ptr(), name.as_ptr()) })
        }
    }

    /// Where a symbol is that this object calls by its name, if it is there and
    /// the dynamic linker goes by names alone.
    pub(in crate::sys) fn bound(name: &CStr) -> Option<NonNull<c_void>> {
        /// `RTLD_DEFAULT`. Apple's linker notes with each name whose it is.
        const DEFAULT: Option<isize> = if cfg!(target_os = "linux") {
            Some(0)
        } else if cfg!(any(
            target_os = "freebsd",
            target_os = "dragonfly",
            target_os = "netbsd"
        )) {
            Some(-2)
        } else {
            None
        };
        let default = ptr::without_provenance_mut(DEFAULT? as usize);
        // SAFETY: the handle stands for all that this object can refer to, and the
        // name is a C string.
        NonNull::new(unsafe { dlsym(default, name.as_ptr()) })
    }
}

#[cfg(windows)]
mod system {
    use super::*;
    use std::ffi::{OsString, c_char};
    use std::os::windows::ffi::OsStringExt;
    use std::ptr;

    const FROM_ADDRESS: u32 = 4;
    const UNCHANGED_REFCOUNT: u32 = 2;
    const PIN: u32 = 1;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetModuleHandleExW(flags: u32, of: *const c_void, module: *mut *mut c_void) -> i32;
        fn GetModuleFileNameW(module: *mut c_void, name: *mut u16, size: u32) -> u32;
        fn GetProcAddress(module: *mut c_void, name: *const c_char) -> *mut c_void;
    }

    /// An executable or a library in memory, by its handle, which is also where it
    /// starts.
    #[derive(PartialEq)]
    pub(in crate::sys) struct Object(NonNull<c_void>);

    impl Object {
        /// The object that an address is in.
        pub(in crate::sys) fn containing(address: NonNull<c_void>) -> Option<Object> {
            Object::find(behind_stub(address), UNCHANGED_REFCOUNT)
        }

        fn find(address: NonNull<c_void>, flag: u32) -> Option<Object> {
            let mut module = ptr::null_mut();
            // SAFETY: with these flags any address will do, and the result is
            // written to valid memory.
            let found =
                unsafe { GetModuleHandleExW(FROM_ADDRESS | flag, address.as_ptr(), &mut module) };
            NonNull::new(module).filter(|_| found != 0).map(Object)
        }

        /// Its file.
        pub(in crate::sys) fn file(&self) -> Option<PathBuf> {
            // The longest path that Windows has.
            let mut name = vec![0; 1 << 15];
            // SAFETY: the module is loaded, as it has code that is running or will
            // be, and the buffer is as long as it is said to be.
            let length = unsafe {
                GetModuleFileNameW(self.0.as_ptr(), name.as_mut_ptr(), name.len() as u32)
            };
            name.truncate(length as usize);
            (length != 0).then(|| OsString::from_wide(&name).into())
        }

        /// The stubs in an executable are seen through.
        pub(in crate::sys) fn has_stubs(&self) -> bool {
            false
        }

        /// Keeps it in memory until the process ends.
        pub(in crate::sys) fn pin(&self) -> Option<Handle> {
            Object::find(self.0, PIN).map(|object| Handle(object.0))
        }
    }

    /// A library that stays open for good.
    pub(in crate::sys) struct Handle(NonNull<c_void>);

    impl Handle {
        /// Where the library has a symbol.
        pub(in crate::sys) fn symbol(&self, name: &CStr) -> Option<NonNull<c_void>> {
            // SAFETY: the module stays for good, and the name is a C string.
            NonNull::new(unsafe { GetProcAddress(self.0.as_ptr(), name.as_ptr()) })
        }
    }

    /// Where a symbol is that this object calls by its name: not known, as each
    /// name is bound to a library.
    pub(in crate::sys) fn bound(_: &CStr) -> Option<NonNull<c_void>> {
        None
    }

    /// The address of a function of a library's, of which the program has a stub:
    /// one instruction that jumps to where the system has written the address.
    #[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
    fn behind_stub(function: NonNull<c_void>) -> NonNull<c_void> {
        const JUMP: [u8; 2] = [0xff, 0x25];
        let code = function.cast::<u8>();
        // SAFETY: it is the address of a function, whose code can be read. Not all
        // of them are longer than one byte; only those that start with this one are
        // read on.
        let is_stub = unsafe { code.read() == JUMP[0] && code.add(1).read() == JUMP[1] };
        if !is_stub {
            return function;
        }
        // SAFETY: the operand of this instruction is four bytes, and where it points
        // to is an address that the system has filled in.
        let target = unsafe {
            let operand = code.add(2).cast::<i32>().read_unaligned();
            let place = if cfg!(target_arch = "x86_64") {
                code.as_ptr()
                    .wrapping_add(6)
                    .wrapping_offset(operand as isize)
            } else {
                ptr::with_exposed_provenance_mut(operand as u32 as usize)
            };
            place.cast::<*mut c_void>().read_unaligned()
        };
        NonNull::new(target).unwrap_or(function)
    }

    /// What the stubs of other processors look like isn't known here.
    #[cfg(not(any(target_arch = "x86_64", target_arch = "x86")))]
    fn behind_stub(function: NonNull<c_void>) -> NonNull<c_void> {
        function
    }
}

/// The program is one object, or the system is another.
#[cfg(not(any(windows, all(unix, not(target_feature = "crt-static")))))]
mod system {
    use super::*;

    /// An object. None is known.
    #[derive(PartialEq)]
    pub(in crate::sys) enum Object {}

    impl Object {
        pub(in crate::sys) fn containing(_: NonNull<c_void>) -> Option<Object> {
            None
        }

        pub(in crate::sys) fn file(&self) -> Option<PathBuf> {
            match *self {}
        }

        pub(in crate::sys) fn has_stubs(&self) -> bool {
            match *self {}
        }

        pub(in crate::sys) fn pin(&self) -> Option<Handle> {
            match *self {}
        }
    }

    /// A library that stays open for good. None is known.
    pub(in crate::sys) enum Handle {}

    impl Handle {
        pub(in crate::sys) fn symbol(&self, _: &CStr) -> Option<NonNull<c_void>> {
            match *self {}
        }
    }

    pub(in crate::sys) fn bound(_: &CStr) -> Option<NonNull<c_void>> {
        None
    }
}
