//! The objects in a process, in the dynamic linker's sense: the executable and the
//! shared libraries.

#![cfg_attr(
    not(wasmtime_link = "dynamic"),
    allow(dead_code, reason = "only a linked shared library has to be examined")
)]

use std::ffi::{CStr, c_void};
use std::path::PathBuf;
use std::ptr::NonNull;

use super::library::LoadError;

pub(super) use system::Object;
#[cfg(wasmtime_link = "dynamic")]
pub(super) use system::bound;

/// Keeps two objects in memory until the process ends: the one that contains
/// `libwasmtime`, an address of a function of the library, and the one that contains
/// this crate.
///
/// libwasmtime installs signal handlers when it creates an engine, and its threads may
/// still drop values that belong to a host function or a WASI stream. If a plugin that
/// contains libwasmtime or this crate were closed, the process would be left with
/// pointers to code that is gone.
pub(super) fn pin_both(libwasmtime: NonNull<c_void>) {
    for object in [Object::containing(libwasmtime), own()]
        .into_iter()
        .flatten()
    {
        object.pin();
    }
}

/// Returns the object that contains this crate.
pub(super) fn own() -> Option<Object> {
    Object::containing(NonNull::new(own as *mut c_void)?)
}

/// Resolves the symbolic links in a path. Not on Windows, where the path has none, and
/// would get the form `\\?\`, which some programs don't understand.
pub(super) fn real(path: PathBuf) -> PathBuf {
    match cfg!(windows) {
        true => path,
        false => path.canonicalize().unwrap_or(path),
    }
}

/// Returns the path, or a text in place of one that is unknown.
pub(super) fn named(path: Option<PathBuf>) -> PathBuf {
    path.unwrap_or_else(|| "the libwasmtime that the program is linked with".into())
}

/// Returns the error for functions of the C API that are in more than one object, two of
/// which are given.
pub(super) fn mixed(objects: [Option<Object>; 2]) -> LoadError {
    LoadError::Mixed {
        paths: objects
            .map(|object| named(object.and_then(|object| object.file()).map(real)))
            .to_vec(),
    }
}

/// Not for static executables: they contain no dynamic linker. The linker would warn of a
/// reference to `dlopen`, and the call would fail.
#[cfg(all(unix, not(target_feature = "crt-static")))]
mod system {
    use super::*;
    use crate::sys::elf;
    use std::ffi::{CString, OsStr, c_char, c_int};
    use std::mem::MaybeUninit;
    use std::os::unix::ffi::OsStrExt;
    use std::ptr;

    // From `dlfcn.h`, which is part of the C library on all these systems. Three functions
    // don't justify a dependency in the linked modes.
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

    /// The flags `RTLD_NOLOAD` and `RTLD_NODELETE`: to open only what is loaded, and never
    /// to unload it. `None` where the values are unknown.
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
        /// Its base address, which identifies it.
        base: *mut c_void,
        /// The dynamic linker's name for it: the path by which it was found.
        name: CString,
    }

    impl Object {
        /// Returns the object that contains an address.
        pub(in crate::sys) fn containing(address: NonNull<c_void>) -> Option<Object> {
            let mut info = MaybeUninit::<Info>::uninit();
            // SAFETY: `dladdr` accepts any address, and `info` is valid for writes.
            let found = unsafe { dladdr(address.as_ptr(), info.as_mut_ptr()) };
            if found == 0 {
                return None;
            }
            // SAFETY: `dladdr` returned success, so it has initialized `info`.
            let info = unsafe { info.assume_init() };
            if info.file.is_null() {
                return None;
            }
            // SAFETY: it is a C string that is valid while the object is open. The object
            // is open: callers pass addresses of code that is running, or of a library that
            // is never closed.
            let name = unsafe { CStr::from_ptr(info.file) }.to_owned();
            Some(Object {
                base: info.base,
                name,
            })
        }

        /// Returns its file.
        pub(in crate::sys) fn file(&self) -> Option<PathBuf> {
            let name = self.name.to_bytes();
            (!name.is_empty()).then(|| OsStr::from_bytes(name).into())
        }

        /// Keeps it in memory until the process ends, and returns a handle with which its
        /// symbols are found. Returns `None` for the executable, which stays anyway, and
        /// whose name need not be that of its file.
        pub(in crate::sys) fn pin(&self) -> Option<Handle> {
            let stay = STAY.filter(|_| !self.is_executable())?;
            // SAFETY: the name is a C string. `RTLD_NOLOAD` finds only what is in memory, so
            // no initializer runs.
            NonNull::new(unsafe { dlopen(self.name.as_ptr(), LAZY | stay) }).map(Handle)
        }

        /// Reports whether it is an executable at a fixed address. Such an executable has
        /// stubs for functions of shared libraries, and the address of such a function may
        /// be that of the stub.
        pub(in crate::sys) fn has_stubs(&self) -> bool {
            let header = self.base.cast::<u8>();
            // SAFETY: the base address of an object is that of at least one readable page
            // of its file. An ELF file starts with its header, which is longer than this.
            unsafe {
                header.cast::<[u8; 4]>().read_unaligned() == *elf::MAGIC
                    && header.add(elf::TYPE).cast::<u16>().read_unaligned() == elf::EXECUTABLE
            }
        }

        #[cfg(target_os = "linux")]
        fn is_executable(&self) -> bool {
            use crate::sys::auxv::{AT_ENTRY, getauxval};

            let entry = NonNull::new(getauxval(AT_ENTRY) as *mut c_void);
            let executable = entry.and_then(Object::containing);
            executable.is_some_and(|executable| executable.base == self.base)
        }

        /// Reports `false`, as it is unknown here. Opening the executable once more does no harm.
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

    /// A shared library that stays open until the process ends.
    pub(in crate::sys) struct Handle(NonNull<c_void>);

    impl Handle {
        /// Returns the address of a symbol of the library.
        pub(in crate::sys) fn symbol(&self, name: &CStr) -> Option<NonNull<c_void>> {
            // SAFETY: the handle is that of a library that is never closed, and the name is
            // a C string.
            NonNull::new(unsafe { dlsym(self.0.as_ptr(), name.as_ptr()) })
        }
    }

    /// Returns the address to which the dynamic linker binds a name that this object calls,
    /// if there is such a symbol and the linker goes by names alone.
    pub(in crate::sys) fn bound(name: &CStr) -> Option<NonNull<c_void>> {
        /// `RTLD_DEFAULT`. Apple's linker records the library of each name.
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
        // SAFETY: the handle is `RTLD_DEFAULT`, and the name is a C string.
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

    /// An executable or a library in memory: its handle, which is also its base address.
    #[derive(PartialEq)]
    pub(in crate::sys) struct Object(NonNull<c_void>);

    impl Object {
        /// Returns the object that contains an address.
        pub(in crate::sys) fn containing(address: NonNull<c_void>) -> Option<Object> {
            Object::find(behind_stub(address), UNCHANGED_REFCOUNT)
        }

        fn find(address: NonNull<c_void>, flag: u32) -> Option<Object> {
            let mut module = ptr::null_mut();
            // SAFETY: with `FROM_ADDRESS` the function accepts any address, and `module` is
            // valid for writes.
            let found =
                unsafe { GetModuleHandleExW(FROM_ADDRESS | flag, address.as_ptr(), &mut module) };
            NonNull::new(module).filter(|_| found != 0).map(Object)
        }

        /// Returns its file.
        pub(in crate::sys) fn file(&self) -> Option<PathBuf> {
            // The longest path on Windows.
            let mut name = vec![0; 1 << 15];
            // SAFETY: the module is loaded: callers pass addresses of code that is running,
            // or of a library that is never closed. The buffer has the length that is passed.
            let length = unsafe {
                GetModuleFileNameW(self.0.as_ptr(), name.as_mut_ptr(), name.len() as u32)
            };
            name.truncate(length as usize);
            (length != 0).then(|| OsString::from_wide(&name).into())
        }

        /// Stubs are resolved by [`behind_stub`].
        pub(in crate::sys) fn has_stubs(&self) -> bool {
            false
        }

        /// Keeps it in memory until the process ends.
        pub(in crate::sys) fn pin(&self) -> Option<Handle> {
            Object::find(self.0, PIN).map(|object| Handle(object.0))
        }
    }

    /// A library that stays open until the process ends.
    pub(in crate::sys) struct Handle(NonNull<c_void>);

    impl Handle {
        /// Returns the address of a symbol of the library.
        pub(in crate::sys) fn symbol(&self, name: &CStr) -> Option<NonNull<c_void>> {
            // SAFETY: the module is never unloaded, and the name is a C string.
            NonNull::new(unsafe { GetProcAddress(self.0.as_ptr(), name.as_ptr()) })
        }
    }

    /// Returns `None`: on Windows each name is bound to a library.
    pub(in crate::sys) fn bound(_: &CStr) -> Option<NonNull<c_void>> {
        None
    }

    /// Resolves the stub of a function: an instruction that jumps to the address that the
    /// system has written for the function.
    #[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
    fn behind_stub(function: NonNull<c_void>) -> NonNull<c_void> {
        const JUMP: [u8; 2] = [0xff, 0x25];
        let code = function.cast::<u8>();
        // SAFETY: it is the address of a function, whose code is readable. A function may
        // be one byte long; the second is read only if the first begins a longer
        // instruction.
        let is_stub = unsafe { code.read() == JUMP[0] && code.add(1).read() == JUMP[1] };
        if !is_stub {
            return function;
        }
        // SAFETY: the operand of this instruction is four bytes long, and points to an
        // address that the system has written.
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

    /// Returns the function: the stubs of other processors are unknown here.
    #[cfg(not(any(target_arch = "x86_64", target_arch = "x86")))]
    fn behind_stub(function: NonNull<c_void>) -> NonNull<c_void> {
        function
    }
}

/// For static executables, which are one object, and other systems.
#[cfg(not(any(windows, all(unix, not(target_feature = "crt-static")))))]
mod system {
    use super::*;

    /// An object. There are none.
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

    /// A library that stays open. There are none.
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
