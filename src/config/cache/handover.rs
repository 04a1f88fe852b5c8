//! Settings that the C API reads from a file.

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

/// A file that libwasmtime can read, and nobody else can change.
///
/// Where the cache is says whose code the program runs, so that it matters who can
/// write to the file between now and the moment when libwasmtime has read it. It is
/// new, of a name that can't be guessed, and open to the user alone. On Unix it has no
/// name any more when libwasmtime reads it: the path is that of the open file, so that
/// nobody can put another in its place, even where the directory for temporary files
/// is writable for all. On Windows nobody else can open it for writing, or delete it,
/// until it's closed, and then the system deletes it.
// Version 48: the file is read once, by its path, before
// `wasmtime_config_cache_config_load` returns; look at `Cache::from_file` in
// `wasmtime-internal-cache`.
pub(super) struct Handover {
    /// Held open: on Unix it's all that is left of the file, on Windows it's what keeps
    /// others from it, and deletes it in the end.
    _file: File,
    path: PathBuf,
}

impl Handover {
    /// Writes a new file.
    ///
    /// # Errors
    ///
    /// If the directory for temporary files isn't writable.
    pub(super) fn new(text: &str) -> Result<Handover> {
        let directory = env::temp_dir();
        let failed = || {
            format!(
                "can't write the cache's settings to {}",
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
            // Some systems open the path at the place where the file is.
            file.rewind().with_context(failed)?;
            let path = PathBuf::from(format!("/dev/fd/{}", file.as_raw_fd()));
            let metadata = fs::metadata(&path);
            metadata.with_context(|| {
                format!(
                    "the cache's settings can't be passed to libwasmtime without {}; write \
                     them to a file, and use `Cache::from_file`",
                    path.display()
                )
            })?;
            Ok(Handover { _file: file, path })
        }
        #[cfg(not(unix))]
        Ok(Handover { _file: file, path })
    }

    /// The path that libwasmtime reads.
    ///
    /// # Errors
    ///
    /// If it isn't UTF-8.
    pub(super) fn path(&self) -> Result<CString> {
        super::c_path(&self.path)
    }
}

/// Creates a file that wasn't there, with nobody else's access to it.
fn create(directory: &Path) -> std::io::Result<(File, PathBuf)> {
    let mut options = OpenOptions::new();
    // A link of that name isn't followed: `create_new` fails.
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

/// A number that others can't guess: the key of a hash is random.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
