//! The files that the system may open for a name without a directory.
//!
//! Which file it is can be known only once it is open, and then it is too late to find
//! that it is damaged. So the files that it may be are checked before.

use std::ffi::OsStr;

use crate::sys::library::LoadError;

/// Checks the file that the system may open for a name.
///
/// Places that only the system's loader knows, such as the run path of the executable,
/// are left out: a library there is opened without a check.
///
/// # Errors
///
/// Returns [`LoadError::Damaged`] if the file is damaged. For everything else, the system
/// has the error.
#[cfg(all(unix, not(target_vendor = "apple")))]
pub(super) fn check(name: &OsStr) -> Result<(), LoadError> {
    use super::format;

    for file in unix::files(name) {
        // The loader skips files for other systems.
        match file.is_file().then(|| format::check(&file)) {
            Some(Err(error @ LoadError::Damaged { .. })) => return Err(error),
            Some(Ok(())) => break,
            _ => {}
        }
    }
    Ok(())
}

/// Does nothing: the loaders of Apple and Windows check a library against its headers.
#[cfg(not(all(unix, not(target_vendor = "apple"))))]
pub(super) fn check(_: &OsStr) -> Result<(), LoadError> {
    Ok(())
}

#[cfg(all(unix, not(target_vendor = "apple")))]
mod unix {
    use std::env;
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt;
    use std::path::{Path, PathBuf};

    use crate::sys::is_privileged;

    /// The file in which glibc's loader caches the paths of the libraries in the system's
    /// directories.
    const CACHE: &str = "/etc/ld.so.cache";

    /// The directories that loaders without such a cache search.
    const DIRECTORIES: &[&str] = &["/lib", "/usr/local/lib", "/usr/lib"];

    /// Returns the files that a name may stand for, in the order in which the loader
    /// prefers them.
    pub fn files(name: &OsStr) -> Vec<PathBuf> {
        let mut files = Vec::new();
        if !is_privileged() {
            let path = env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
            if !path.is_empty() {
                files.extend(env::split_paths(&path).map(|directory| directory.join(name)));
            }
        }
        // The cache also contains other data, but paths in it are C strings.
        let cache = fs::read(CACHE).unwrap_or_default();
        let strings = cache.split(|&byte| byte == 0);
        let paths = strings.map(|string| Path::new(OsStr::from_bytes(string)));
        let named = paths.filter(|path| path.is_absolute() && path.file_name() == Some(name));
        files.extend(named.map(Path::to_owned));
        files.extend(
            DIRECTORIES
                .iter()
                .map(|directory| Path::new(directory).join(name)),
        );
        files
    }
}
