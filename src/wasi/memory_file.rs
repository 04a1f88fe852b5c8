//! [`MemoryFile`]: a file in memory that libwasmtime writes to directly.
//!
//! libwasmtime calls a writer of the host from another thread, and writes to a file on the
//! program's own thread. (Speed: 1.2 µs a write instead of 19.) So a
//! [`MemoryOutputPipe`](super::MemoryOutputPipe) is an anonymous file. The file is as long as
//! the pipe's capacity, and sealed, so that no program can make it longer. The number of bytes
//! written is the position of its file description, which all writers share.
//!
//! libwasmtime opens files by their path. If it opened the anonymous file by its path, it
//! would get a file description with a position of its own, and would truncate the file. So it
//! opens another, empty file instead. Then `dup3` makes the descriptor of that file refer to
//! the pipe's file description.

use std::ffi::{CStr, CString, c_uint};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, Write};
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::fs::{FileExt, MetadataExt};

/// An anonymous file in memory, of a fixed size.
// Version 48: output goes to the file that the path names as it is set, at the file's
// own position; look at `wasi_config_set_stdout_file` in `wasmtime-c-api-impl`.
#[derive(Debug)]
pub(super) struct MemoryFile {
    file: File,
}

impl MemoryFile {
    /// Creates a file of `capacity` bytes that begins with `contents`.
    ///
    /// # Errors
    ///
    /// Returns an error if the system doesn't support such files, or none of that size.
    pub(super) fn new(capacity: usize, contents: &[u8]) -> io::Result<MemoryFile> {
        // No machine has as much memory as the largest file.
        let capacity = i64::try_from(capacity).unwrap_or(i64::MAX);
        check_size_limit(capacity)?;
        let file = create()?;
        file.set_len(capacity.unsigned_abs())?;
        let seals = libc::F_SEAL_GROW | libc::F_SEAL_SHRINK | libc::F_SEAL_SEAL;
        // SAFETY: `file` keeps the descriptor open; the third argument is a number, as the
        // command requires.
        if unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) } == -1 {
            return Err(io::Error::last_os_error());
        }
        // For a description from `open`, the system writes and moves the position in one
        // step, so that threads don't overwrite each other's output. For the description
        // from `memfd_create` it doesn't.
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .open(descriptor_path(file.as_raw_fd()))?;
        (&opened).write_all(contents)?;
        Ok(MemoryFile { file: opened })
    }

    /// Calls `open` with the path of a file that it is to open, and makes the opened
    /// descriptor refer to this file. Returns what `open` returned.
    ///
    /// # Errors
    ///
    /// Returns an error if the descriptor that `open` opened isn't found. Then writes to it
    /// go to a file that nobody reads.
    pub(super) fn open_with(&self, open: impl FnOnce(&CStr) -> bool) -> io::Result<bool> {
        let stand_in = create()?;
        let path = descriptor_path(stand_in.as_raw_fd());
        // The system gives out the lowest free descriptor. So `open` gets the one that the
        // clone has now, unless another thread takes it first.
        let likely = stand_in.try_clone()?.as_raw_fd();
        if !open(&CString::new(path)?) {
            return Ok(false);
        }
        let opened = other_descriptor(&stand_in, likely)?;
        // SAFETY: both descriptors are open. The second is the one that `open` has just
        // opened, as no other file has its inode, and it belongs to libwasmtime. `dup3`
        // replaces it in one step, and it isn't closed here, so libwasmtime still owns it.
        let exchanged = unsafe { libc::dup3(self.file.as_raw_fd(), opened, libc::O_CLOEXEC) };
        if exchanged == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(true)
    }

    /// Returns the number of bytes that were written.
    ///
    /// # Panics
    ///
    /// Panics if the system doesn't return the position, which it does for every file.
    pub(super) fn len(&self) -> usize {
        let position = (&self.file).stream_position();
        let position = position.expect("a file in memory has a position");
        usize::try_from(position).expect("what is in memory can be counted")
    }

    /// Returns the bytes that were written.
    ///
    /// # Panics
    ///
    /// Panics if the file can't be read, which a file in memory always can.
    pub(super) fn contents(&self) -> Vec<u8> {
        let mut contents = vec![0; self.len()];
        let read = self.file.read_exact_at(&mut contents, 0);
        read.expect("a file in memory can be read");
        contents
    }

    /// Writes after the bytes that were written before.
    ///
    /// # Errors
    ///
    /// Returns an error if the file is full.
    pub(super) fn write(&self, piece: &[u8]) -> io::Result<usize> {
        (&self.file).write(piece)
    }
}

/// Creates an anonymous file.
fn create() -> io::Result<File> {
    // Older systems don't support the flag for files that can't be executed, and newer ones
    // may be configured to require it.
    let open = |flags: c_uint| {
        // SAFETY: the name is a C string; the flags can be any number.
        let fd = unsafe { libc::memfd_create(c"wasi-output".as_ptr(), flags) };
        if fd == -1 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor is new and open, and nothing else owns it.
        Ok(unsafe { File::from_raw_fd(fd) })
    };
    let flags = libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING;
    open(flags | libc::MFD_NOEXEC_SEAL).or_else(|_| open(flags))
}

/// Checks that a file may have a size: at a larger file than the limit, the system kills the
/// process with a signal.
///
/// # Errors
///
/// Returns an error if the size exceeds the process's limit.
fn check_size_limit(size: i64) -> io::Result<()> {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: `limit` can be written to.
    if unsafe { libc::getrlimit(libc::RLIMIT_FSIZE, &mut limit) } == -1 {
        return Err(io::Error::last_os_error());
    }
    if limit.rlim_cur != libc::RLIM_INFINITY && size.unsigned_abs() > limit.rlim_cur {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(())
}

/// Returns the other descriptor of this process for the same file, which is most likely
/// `likely`.
///
/// # Errors
///
/// Returns an error if there is none.
fn other_descriptor(file: &File, likely: RawFd) -> io::Result<RawFd> {
    let own = file.metadata()?;
    let is_other = |fd: RawFd| {
        // A descriptor that another thread has closed meanwhile has no metadata.
        fd != file.as_raw_fd()
            && fs::metadata(descriptor_path(fd))
                .is_ok_and(|found| (found.dev(), found.ino()) == (own.dev(), own.ino()))
    };
    // Before the search, as the process may have very many descriptors.
    if is_other(likely) {
        return Ok(likely);
    }
    for entry in fs::read_dir("/proc/self/fd")? {
        let name = entry?.file_name();
        let fd = name.to_str().and_then(|name| name.parse().ok());
        if let Some(fd) = fd.filter(|fd| is_other(*fd)) {
            return Ok(fd);
        }
    }
    Err(io::ErrorKind::NotFound.into())
}

fn descriptor_path(fd: RawFd) -> String {
    format!("/proc/self/fd/{fd}")
}
