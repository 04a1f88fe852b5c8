//! Regions of the address space, as the system gives them out.
//!
//! Just enough of the system's interface to try whether libwasmtime will get
//! what it asks for, and asked for in the same way.

#[cfg(unix)]
pub(super) use unix::*;
#[cfg(windows)]
pub(super) use windows::*;

#[cfg(unix)]
mod unix {
    use std::ffi::{c_int, c_void};
    #[cfg(target_os = "linux")]
    use std::fs::File;
    use std::io;
    #[cfg(target_os = "linux")]
    use std::os::fd::AsRawFd;

    /// The C library's type for positions in files.
    #[cfg(any(target_vendor = "apple", target_env = "musl", target_os = "freebsd"))]
    type Offset = i64;
    #[cfg(not(any(target_vendor = "apple", target_env = "musl", target_os = "freebsd")))]
    type Offset = std::ffi::c_long;

    unsafe extern "C" {
        fn mmap(
            address: *mut c_void,
            bytes: usize,
            access: c_int,
            flags: c_int,
            file: c_int,
            offset: Offset,
        ) -> *mut c_void;
        fn munmap(address: *mut c_void, bytes: usize) -> c_int;
        #[cfg(feature = "pooling-allocator")]
        fn mprotect(address: *mut c_void, bytes: usize, access: c_int) -> c_int;
        #[cfg(feature = "pooling-allocator")]
        fn getpagesize() -> c_int;
    }

    const PRIVATE: c_int = 0x2;
    /// Anonymous memory that no swap space is set aside for.
    #[cfg(all(
        feature = "pooling-allocator",
        any(target_os = "linux", target_os = "android")
    ))]
    const ANONYMOUS: c_int = 0x20 | 0x4000;
    #[cfg(all(
        feature = "pooling-allocator",
        not(any(target_os = "linux", target_os = "android"))
    ))]
    const ANONYMOUS: c_int = 0x1000;

    /// How a region can be used.
    #[derive(Clone, Copy)]
    pub(in super::super) enum Access {
        #[cfg(feature = "pooling-allocator")]
        None = 0,
        #[cfg(feature = "pooling-allocator")]
        ReadWrite = 0x1 | 0x2,
        #[cfg(target_os = "linux")]
        ReadExecute = 0x1 | 0x4,
    }

    /// A region of the address space, given back when dropped.
    pub(in super::super) struct Region {
        start: *mut c_void,
        bytes: usize,
    }

    impl Region {
        /// Reserves anonymous memory; nothing if `bytes` is 0.
        #[cfg(feature = "pooling-allocator")]
        pub(in super::super) fn reserve(bytes: usize, access: Access) -> io::Result<Region> {
            if bytes == 0 {
                let start = std::ptr::null_mut();
                return Ok(Region { start, bytes });
            }
            Region::map(bytes, access, PRIVATE | ANONYMOUS, -1)
        }

        /// Maps the first bytes of a file.
        #[cfg(target_os = "linux")]
        pub(in super::super) fn of_file(
            file: &File,
            bytes: usize,
            access: Access,
        ) -> io::Result<Region> {
            Region::map(bytes, access, PRIVATE, file.as_raw_fd())
        }

        fn map(bytes: usize, access: Access, flags: c_int, file: c_int) -> io::Result<Region> {
            // SAFETY: a new mapping at an address of the system's choice; no
            // existing one changes.
            let start =
                unsafe { mmap(std::ptr::null_mut(), bytes, access as c_int, flags, file, 0) };
            if start.addr() == usize::MAX {
                return Err(io::Error::last_os_error());
            }
            Ok(Region { start, bytes })
        }

        /// Makes a part of the region inaccessible.
        ///
        /// # Panics
        ///
        /// If the part isn't in the region.
        #[cfg(feature = "pooling-allocator")]
        pub(in super::super) fn protect(&self, offset: usize, bytes: usize) -> io::Result<()> {
            assert!(offset <= self.bytes && bytes <= self.bytes - offset);
            // SAFETY: the part is in the region, which `self` owns and in
            // which nothing is kept.
            let result =
                unsafe { mprotect(self.start.byte_add(offset), bytes, Access::None as c_int) };
            if result == 0 {
                Ok(())
            } else {
                Err(io::Error::last_os_error())
            }
        }
    }

    impl Drop for Region {
        fn drop(&mut self) {
            if self.bytes > 0 {
                // SAFETY: `self` owns the region, and nothing is kept in it.
                unsafe { munmap(self.start, self.bytes) };
            }
        }
    }

    /// The size of a page, in bytes.
    #[cfg(feature = "pooling-allocator")]
    pub(in super::super) fn page_size() -> usize {
        // SAFETY: takes nothing and can't fail.
        let bytes = unsafe { getpagesize() };
        usize::try_from(bytes).expect("the size of a page is positive")
    }
}

#[cfg(windows)]
mod windows {
    use std::ffi::c_void;
    use std::io;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn VirtualAlloc(address: *mut c_void, bytes: usize, how: u32, access: u32) -> *mut c_void;
        fn VirtualFree(address: *mut c_void, bytes: usize, how: u32) -> i32;
    }

    const COMMIT: u32 = 0x1000;
    const RESERVE: u32 = 0x2000;
    const RELEASE: u32 = 0x8000;
    const NO_ACCESS: u32 = 0x1;
    const READ_WRITE: u32 = 0x4;

    /// How a region can be used.
    #[derive(Clone, Copy)]
    pub(in super::super) enum Access {
        None,
        ReadWrite,
    }

    /// A region of the address space, given back when dropped.
    pub(in super::super) struct Region {
        start: *mut c_void,
    }

    impl Region {
        /// Reserves memory; nothing if `bytes` is 0.
        pub(in super::super) fn reserve(bytes: usize, access: Access) -> io::Result<Region> {
            if bytes == 0 {
                let start = std::ptr::null_mut();
                return Ok(Region { start });
            }
            let (how, access) = match access {
                Access::None => (RESERVE, NO_ACCESS),
                Access::ReadWrite => (RESERVE | COMMIT, READ_WRITE),
            };
            // SAFETY: a new region at an address of the system's choice; no
            // existing one changes.
            let start = unsafe { VirtualAlloc(std::ptr::null_mut(), bytes, how, access) };
            if start.is_null() {
                return Err(io::Error::last_os_error());
            }
            Ok(Region { start })
        }
    }

    impl Drop for Region {
        fn drop(&mut self) {
            if !self.start.is_null() {
                // SAFETY: `self` owns the region, and nothing is kept in it.
                unsafe { VirtualFree(self.start, 0, RELEASE) };
            }
        }
    }

    /// The size of a page, in bytes: the same on every machine that Windows
    /// runs on.
    pub(in super::super) fn page_size() -> usize {
        4096
    }
}
