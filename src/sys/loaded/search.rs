//! Searching for the library.
//!
//! The first file that is found decides: if it can't be used, that is an error, and the
//! search doesn't go on. A program shouldn't use another library because the right one is
//! damaged.

use std::env;
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use libloading::Library;

use super::{by_name, format};
use crate::sys::is_privileged;
use crate::sys::library::{Attempt, LoadError, LoadOptions, Loaded};

/// The environment variable that names the library or its directory.
const VARIABLE: &str = "LIBWASMTIME_PATH";

/// Why a place isn't searched in a privileged process.
const IGNORED: &str = "ignored, since this process has more rights than the user who started it";

/// Finds a library and opens it.
///
/// In a privileged process, nothing that the user who started it can change decides which
/// library is opened: neither the variable nor the directory of the executable, to which
/// anyone can make a hard link in another directory.
pub(super) fn open(options: &LoadOptions) -> Result<(Library, PathBuf), LoadError> {
    if let Some(path) = &options.path {
        return open_named(path, options.minimal, "");
    }
    let mut tried = Vec::new();
    let privileged = is_privileged();
    if let Some(path) = env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
        let note = format!(" (set by {VARIABLE})");
        if !privileged {
            return open_named(path.as_ref(), options.minimal, &note);
        }
        tried.push(Attempt {
            path: path.into(),
            reason: format!("{IGNORED}{note}"),
        });
    }
    if privileged {
        tried.push(Attempt {
            path: EXECUTABLE.into(),
            reason: IGNORED.to_owned(),
        });
    } else {
        match beside_executable() {
            Ok(directory) => match in_directory(&directory, options.minimal, "") {
                Ok(file) => return open_file(file),
                Err(attempts) => tried.extend(attempts),
            },
            Err(attempt) => tried.push(attempt),
        }
    }
    for name in system_names(options.minimal) {
        if let Some(opened) = open_by_system(name.as_ref(), "", &mut tried)? {
            return Ok(opened);
        }
    }
    Err(LoadError::NotFound { tried })
}

/// Opens a library that was named: a file, a directory that contains it, or a name without
/// a directory, which the system looks for. The note says who named it.
fn open_named(path: &Path, minimal: bool, note: &str) -> Result<(Library, PathBuf), LoadError> {
    if is_bare(path) {
        let mut tried = Vec::new();
        let opened = open_by_system(path.as_os_str(), note, &mut tried)?;
        return opened.ok_or(LoadError::NotFound { tried });
    }
    open_file(locate(path, minimal, note)?)
}

/// Checks that the library that is loaded is the one that is asked for.
///
/// # Errors
///
/// Returns an error if it is another one.
pub(super) fn same(options: &LoadOptions, loaded: &Loaded) -> Result<(), LoadError> {
    let (Some(requested), Some(loaded)) = (&options.path, &loaded.path) else {
        return Ok(());
    };
    let same = if is_bare(requested) {
        // Which file the system would find for the name now can't be known without
        // opening it. The file that it found before has the name that it looked for.
        loaded.file_name() == Some(requested.as_os_str())
    } else {
        let file = locate(requested, options.minimal, "")?;
        match (file.canonicalize(), loaded.canonicalize()) {
            (Ok(a), Ok(b)) => a == b,
            _ => false,
        }
    };
    if same {
        return Ok(());
    }
    Err(LoadError::AlreadyLoaded {
        loaded: loaded.clone(),
        requested: requested.clone(),
    })
}

/// Reports whether a path is a name without a directory.
fn is_bare(path: &Path) -> bool {
    path.file_name() == Some(path.as_os_str())
}

/// Returns the file of a library that is named by its path or by its directory.
fn locate(path: &Path, minimal: bool, note: &str) -> Result<PathBuf, LoadError> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            in_directory(path, minimal, note).map_err(|tried| LoadError::NotFound { tried })
        }
        // To open a pipe would wait for its other end, possibly for ever.
        Ok(metadata) if !metadata.is_file() => Err(LoadError::NotALibrary {
            path: path.to_owned(),
            reason: format!("neither a file nor a directory{note}"),
        }),
        Ok(_) => Ok(path.to_owned()),
        Err(error) => Err(LoadError::NotFound {
            tried: vec![Attempt {
                path: path.to_owned(),
                reason: format!("{error}{note}"),
            }],
        }),
    }
}

/// Returns the library in a directory: the first file there that has one of its names.
fn in_directory(directory: &Path, minimal: bool, note: &str) -> Result<PathBuf, Vec<Attempt>> {
    let [name, minimal_name] = &names();
    // The second of each pair is the path in upstream's release archives.
    let mut places: [&[&str]; 4] = [
        &[name],
        &["lib", name],
        &[minimal_name],
        &["min", "lib", name],
    ];
    if minimal {
        places.rotate_left(2);
    }
    let mut tried = Vec::new();
    for place in places {
        let mut file = directory.to_owned();
        file.extend(place);
        let reason = match fs::metadata(&file) {
            Ok(metadata) if metadata.is_file() => return Ok(file),
            Ok(_) => "not a file".to_owned(),
            Err(error) => format!("{error}"),
        };
        tried.push(Attempt {
            path: file,
            reason: reason + note,
        });
    }
    Err(tried)
}

/// The text for the directory of the executable in errors, where its path is unknown.
const EXECUTABLE: &str = "the executable's directory";

fn beside_executable() -> Result<PathBuf, Attempt> {
    let failed = |reason: String| Attempt {
        path: EXECUTABLE.into(),
        reason,
    };
    let executable = env::current_exe().map_err(|error| failed(format!("{error}")))?;
    match executable.parent() {
        Some(directory) => Ok(directory.to_owned()),
        None => Err(failed("the executable isn't in any".to_owned())),
    }
}

/// Returns the names that the system looks for, one after the other.
fn system_names(minimal: bool) -> [String; 2] {
    let mut names = names();
    if minimal {
        names.reverse();
    }
    names
}

/// Returns the file names of the complete library and of the minimal one.
fn names() -> [String; 2] {
    let name = |stem| format!("{DLL_PREFIX}{stem}{DLL_SUFFIX}");
    [name("wasmtime"), name("wasmtime-min")]
}

/// Opens a file that exists.
fn open_file(file: PathBuf) -> Result<(Library, PathBuf), LoadError> {
    // An absolute path is never taken for a name to look for, and stays right after the
    // working directory has changed.
    let path = std::path::absolute(&file).unwrap_or(file);
    format::check(&path)?;
    match dynamic_load(path.as_os_str(), OpenBy::Path) {
        Ok(library) => Ok((library, path)),
        Err(reason) => Err(LoadError::NotALibrary { path, reason }),
    }
}

/// Lets the system look for a name; returns `None` if it finds nothing.
fn open_by_system(
    name: &OsStr,
    note: &str,
    tried: &mut Vec<Attempt>,
) -> Result<Option<(Library, PathBuf)>, LoadError> {
    by_name::check(name)?;
    // For a name without a directory, dyld also searches the working directory. With this
    // prefix, it searches only the places that the user and the program have set.
    let sought = match cfg!(target_vendor = "apple") {
        true => Path::new("@rpath").join(name),
        false => name.into(),
    };
    match dynamic_load(sought.as_os_str(), OpenBy::Name) {
        Ok(library) => return Ok(Some((library, name.into()))),
        Err(reason) => tried.push(Attempt {
            path: name.into(),
            reason: format!("looked for by the system: {reason}{note}"),
        }),
    }
    // The directory that dyld searched by default until macOS 13. With Homebrew, its files
    // belong to the user.
    if cfg!(target_os = "macos") && !is_privileged() {
        let file = Path::new("/usr/local/lib").join(name);
        match fs::metadata(&file) {
            Ok(_) => return open_file(file).map(Some),
            Err(error) => tried.push(Attempt {
                path: file,
                reason: format!("{error}{note}"),
            }),
        }
    }
    Ok(None)
}

/// How the system is told which library to open.
#[derive(Clone, Copy)]
enum OpenBy {
    /// An absolute path.
    Path,
    /// A name that the system looks for.
    Name,
}

/// Opens a library.
///
/// # Errors
///
/// Returns the system's message, without the name that it begins with.
#[cfg(unix)]
fn dynamic_load(name: &OsStr, _: OpenBy) -> Result<Library, String> {
    use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
    // `RTLD_NOW` binds all symbols: if one is missing, this call fails, and not a later
    // call in the library. With `RTLD_LOCAL`, its symbols don't replace those of another
    // library.
    // SAFETY: opening a library runs its initializers. Those of libwasmtime have no
    // requirements, and `load` documents that the caller has to trust any other library.
    let opened = unsafe { Library::open(Some(name), RTLD_NOW | RTLD_LOCAL) };
    opened.map(Into::into).map_err(|error| {
        let text = error.to_string();
        let prefix = format!("{}: ", Path::new(name).display());
        text.strip_prefix(&prefix).unwrap_or(&text).to_owned()
    })
}

/// Opens a library.
///
/// Neither the working directory nor `PATH` is searched for it, nor for the libraries that
/// it needs.
///
/// # Errors
///
/// Returns the system's message.
#[cfg(windows)]
fn dynamic_load(name: &OsStr, by: OpenBy) -> Result<Library, String> {
    use libloading::os::windows::{
        LOAD_LIBRARY_SEARCH_DEFAULT_DIRS, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR, Library,
    };
    use std::error::Error as _;

    let flags = match by {
        // The first is the library's own directory, for the libraries that it needs.
        OpenBy::Path => LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS,
        OpenBy::Name => LOAD_LIBRARY_SEARCH_DEFAULT_DIRS,
    };
    // SAFETY: opening a library runs its initializers. Those of libwasmtime have no
    // requirements, and `load` documents that the caller has to trust any other library.
    let opened = unsafe { Library::load_with_flags(name, flags) };
    opened
        .map(Into::into)
        .map_err(|error| match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        })
}
