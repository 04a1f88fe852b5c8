//! A file in memory that libwasmtime writes to directly.
//!
//! libwasmtime hands what a program writes to a callback of the host from another
//! thread; what goes to a file it writes on the spot, which is ten times faster.
//! So a [`MemoryOutputPipe`](super::MemoryOutputPipe) is an anonymous file, as long
//! as its capacity and sealed there, so that no program can make it larger. How much
//! is written is the position of its file description, which all that write share.
//!
//! libwasmtime opens files by their path. A path to the anonymous file would give it
//! a description with a position of its own, and would empty the file. It gets the
//! path of another, empty one instead, and then the descriptor that it made of that
//! is made to stand for the pipe's description.

use std::ffi::{CStr, CString, c_uint};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, Write};
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::fs::{FileExt, MetadataExt};

/// A memory file of fixed size.
// Version 48: output goes to the file that the path names as it is set, at the file's
// own position; look at `wasi_config_set_stdout_file` in `wasmtime-c-api-impl`.
#[derive(Debug)]
pub(super) struct MemoryFile {
    file: File,
}

impl MemoryFile {
    /// Creates a file with room for `capacity` bytes that begins with `contents`.
    ///
    /// # Errors
    ///
    /// If the system has no such files, or none that large.
    pub(super) fn new(capacity: usize, contents: &[u8]) -> io::Result<MemoryFile> {
        // The largest file there is has room for all that a machine can hold.
        let capacity = i64::try_from(capacity).unwrap_or(i64::MAX);
        check_size_limit(capacity)?;
        let file = create()?;
        file.set_len(capacity.unsigned_abs())?;
        let seals = libc::F_SEAL_GROW | libc::F_SEAL_SHRINK | libc::F_SEAL_SEAL;
        // SAFETY: takes a descriptor that is open and a number.
        if unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) } == -1 {
            return Err(io::Error::last_os_error());
        }
        // Of a description that was opened, the system writes and moves the position
        // as one, so that several threads don't write over each other. Of the one that
        // the file was created with it doesn't.
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .open(descriptor_path(file.as_raw_fd()))?;
        (&opened).write_all(contents)?;
        Ok(MemoryFile { file: opened })
    }

    /// Lets `open` open a file by its path, and makes what it opened write to this
    /// one. Returns what `open` did.
    ///
    /// # Errors
    ///
    /// If the descriptor isn't found that `open` made. Nothing else can write to what
    /// was opened then, and nobody reads it.
    pub(super) fn open_with(&self, open: impl FnOnce(&CStr) -> bool) -> io::Result<bool> {
        let stand_in = create()?;
        let path = descriptor_path(stand_in.as_raw_fd());
        // A descriptor is the lowest that is free, and so `open` gets the one that a
        // clone has now, if no other thread takes it.
        let likely = stand_in.try_clone()?.as_raw_fd();
        if !open(&CString::new(path)?) {
            return Ok(false);
        }
        let opened = other_descriptor(&stand_in, likely)?;
        // SAFETY: takes two open descriptors. The second is that of the file that was
        // just opened, as no other has its inode, and belongs to whoever opened it:
        // that stays so, as it is exchanged at once and is never closed here.
        let exchanged = unsafe { libc::dup3(self.file.as_raw_fd(), opened, libc::O_CLOEXEC) };
        if exchanged == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(true)
    }

    /// How many bytes are written.
    ///
    /// # Panics
    ///
    /// If the system doesn't tell, which it does for every file.
    pub(super) fn len(&self) -> usize {
        let position = (&self.file).stream_position();
        let position = position.expect("a file in memory has a position");
        usize::try_from(position).expect("what is in memory can be counted")
    }

    /// Reads all that is written.
    ///
    /// # Panics
    ///
    /// If it can't be read, which memory always can.
    pub(super) fn contents(&self) -> Vec<u8> {
        let mut contents = vec![0; self.len()];
        let read = self.file.read_exact_at(&mut contents, 0);
        read.expect("a file in memory can be read");
        contents
    }

    /// Writes after what is written.
    ///
    /// # Errors
    ///
    /// If the file is full.
    pub(super) fn write(&self, piece: &[u8]) -> io::Result<usize> {
        (&self.file).write(piece)
    }
}

/// Creates an anonymous file.
fn create() -> io::Result<File> {
    // Older systems don't know the flag for files that can't be executed, and newer
    // ones may want it.
    let open = |flags: c_uint| {
        // SAFETY: takes a C string and flags.
        let fd = unsafe { libc::memfd_create(c"wasi-output".as_ptr(), flags) };
        if fd == -1 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor was just made, and nothing else has it.
        Ok(unsafe { File::from_raw_fd(fd) })
    };
    let flags = libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING;
    open(flags | libc::MFD_NOEXEC_SEAL).or_else(|_| open(flags))
}

/// A file beyond the process's limit of their size is a signal that ends it.
fn check_size_limit(size: i64) -> io::Result<()> {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: `limit` is for the callee to fill.
    if unsafe { libc::getrlimit(libc::RLIMIT_FSIZE, &mut limit) } == -1 {
        return Err(io::Error::last_os_error());
    }
    if limit.rlim_cur != libc::RLIM_INFINITY && size.unsigned_abs() > limit.rlim_cur {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(())
}

/// The other descriptor of this process for the same file, of which it isn't known
/// for sure that it is `likely`.
fn other_descriptor(file: &File, likely: RawFd) -> io::Result<RawFd> {
    let own = file.metadata()?;
    let is_other = |fd: RawFd| {
        // One that another thread has closed in between isn't it.
        fd != file.as_raw_fd()
            && fs::metadata(descriptor_path(fd))
                .is_ok_and(|found| (found.dev(), found.ino()) == (own.dev(), own.ino()))
    };
    // The process may have a great many.
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
