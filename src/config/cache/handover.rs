//! [`Handover`]: the file in which settings are handed over to the C API.

use crate::Result;
use crate::error::Context;
use std::collections::hash_map::RandomState;
use std::env;
use std::ffi::CString;
#[cfg(unix)]
use std::fs;
use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, Hasher};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A file that libwasmtime can read and other users can't change.
///
/// The directory of a cache decides whose code the program runs. So nobody else may write
/// to the file that names the directory before libwasmtime has read it. The file is new,
/// its name can't be guessed, and only the user can access it.
///
/// On Unix the file is deleted before libwasmtime reads it by the path of its descriptor.
/// So nobody can put another file in its place, even if everyone can write to the
/// directory for temporary files. On Windows nobody else can open the file for writing or
/// delete it until it is closed; then the system deletes it.
// Version 48: the file is read once, by its path, before
// `wasmtime_config_cache_config_load` returns; look at `Cache::from_file` in
// `wasmtime-internal-cache`.
pub(super) struct Handover {
    /// Held open. On Unix the descriptor is the only reference to the file. On Windows it
    /// excludes others, and closing it deletes the file.
    _file: File,
    path: PathBuf,
}

impl Handover {
    /// Writes a new file.
    ///
    /// # Errors
    ///
    /// Returns an error if the directory for temporary files isn't writable, or if the
    /// system has no paths for descriptors.
    pub(super) fn new(text: &str) -> Result<Handover> {
        let directory = env::temp_dir();
        let failed = || {
            format!(
                "the cache's settings can't be written to a file in {}",
                directory.display()
            )
        };
        let (mut file, path) = create(&directory).with_context(failed)?;
        #[cfg(unix)]
        fs::remove_file(&path).with_context(failed)?;
        file.write_all(text.as_bytes()).with_context(failed)?;
        #[cfg(unix)]
        {
            use std::io::Seek;
            use std::os::fd::AsRawFd;
            // On some systems the path shares the position of the open file.
            file.rewind().with_context(failed)?;
            let path = PathBuf::from(format!("/dev/fd/{}", file.as_raw_fd()));
            let metadata = fs::metadata(&path);
            metadata.with_context(|| {
                format!(
                    "the cache's settings can't be passed to libwasmtime, as there is no {}; \
                     write them to a file, and use `Cache::from_file`",
                    path.display()
                )
            })?;
            Ok(Handover { _file: file, path })
        }
        #[cfg(not(unix))]
        Ok(Handover { _file: file, path })
    }

    /// Returns the path of the file.
    ///
    /// # Errors
    ///
    /// Returns an error if the path isn't UTF-8.
    pub(super) fn path(&self) -> Result<CString> {
        super::c_path(&self.path)
    }
}

/// Creates a file that didn't exist, and that only the user can access.
fn create(directory: &Path) -> std::io::Result<(File, PathBuf)> {
    let mut options = OpenOptions::new();
    // `create_new` fails at an existing link instead of following it.
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt;
        const GENERIC_READ: u32 = 0x8000_0000;
        const GENERIC_WRITE: u32 = 0x4000_0000;
        const DELETE: u32 = 0x0001_0000;
        const FILE_SHARE_READ: u32 = 1;
        const FILE_FLAG_DELETE_ON_CLOSE: u32 = 0x0400_0000;
        options
            .access_mode(GENERIC_READ | GENERIC_WRITE | DELETE)
            .share_mode(FILE_SHARE_READ)
            .custom_flags(FILE_FLAG_DELETE_ON_CLOSE);
    }
    loop {
        let name = format!("libwasmtime-{:016x}.toml", random());
        let path = directory.join(name);
        match options.open(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            opened => return opened.map(|file| (file, path)),
        }
    }
}

/// Returns a number that others can't guess: the keys of a hash map are random.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
