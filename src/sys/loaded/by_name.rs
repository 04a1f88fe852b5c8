//! Which file the system may take for a name without a directory.
//!
//! It is known for sure only when it is open, and then it is too late to see that
//! it isn't whole. So the files that it can be are looked at before.

use std::ffi::OsStr;

use crate::sys::library::LoadError;

/// Checks the file that the system may take for a name.
///
/// Some places are left out that only the system's loader knows, such as the run
/// path of the executable: if it has a library, that one is taken unseen.
///
/// # Errors
///
/// [`LoadError::Damaged`]. Everything else is the system's to say.
#[cfg(all(unix, not(target_vendor = "apple")))]
pub(super) fn check(name: &OsStr) -> Result<(), LoadError> {
    use super::format;

    for file in unix::files(name) {
        // Of what is for other systems, the loader goes on to the next.
        match file.is_file().then(|| format::check(&file)) {
            Some(Err(error @ LoadError::Damaged { .. })) => return Err(error),
            Some(Ok(())) => break,
            _ => {}
        }
    }
    Ok(())
}

/// Apple's and Windows' loaders compare a library with its headers themselves.
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

    /// Where glibc's loader has noted which libraries are in the system's
    /// directories.
    const CACHE: &str = "/etc/ld.so.cache";

    /// Where loaders without such notes look.
    const DIRECTORIES: &[&str] = &["/lib", "/usr/local/lib", "/usr/lib"];

    /// The files that there may be of a name, in the order in which the loader
    /// takes them.
    pub fn files(name: &OsStr) -> Vec<PathBuf> {
        let mut files = Vec::new();
        if !is_privileged() {
            let path = env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
            if !path.is_empty() {
                files.extend(env::split_paths(&path).map(|directory| directory.join(name)));
            }
        }
        // Whatever else is in there, paths are C strings.
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
