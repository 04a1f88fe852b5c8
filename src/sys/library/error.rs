//! The errors of loading a library.

use super::sources::{RELEASES, package};
use super::{LibraryVersion, MAJOR};
use std::env;
use std::error::Error as StdError;
use std::fmt;
use std::path::{Path, PathBuf};

/// An error of loading libwasmtime.
///
/// Its text says what was expected, what was found, and what to do. Unless a library is
/// loaded, it also says where libwasmtime can be downloaded or installed from.
///
/// # Examples
///
/// ```
/// use libwasmtime::LoadError;
///
/// match libwasmtime::load() {
///     Ok(()) => {}
///     Err(LoadError::NotFound { tried, .. }) => {
///         println!("plugins are off; to turn them on, install libwasmtime. Places searched:");
///         for attempt in tried {
///             println!("  {}", attempt.path.display());
///         }
///     }
///     Err(LoadError::WrongVersion { path, expected, .. }) => {
///         println!("plugins are off: {} isn't version {expected}", path.display());
///     }
///     Err(error) => println!("plugins are off: {error}"),
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadError {
    /// There is no library in the places searched.
    #[non_exhaustive]
    NotFound {
        /// All places, in the order in which they were searched.
        tried: Vec<Attempt>,
    },

    /// The file isn't a shared library, or not one for this machine, or a library that
    /// it needs in turn is missing.
    #[non_exhaustive]
    NotALibrary {
        /// The file.
        path: PathBuf,
        /// The system's message.
        reason: String,
    },

    /// The headers of a shared library refer to parts that the file doesn't have, for
    /// instance because it was copied only in part. It wasn't opened.
    #[non_exhaustive]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with the file.
        reason: String,
    },

    /// A shared library lacks some of the functions that every libwasmtime has.
    #[non_exhaustive]
    BadLibrary {
        /// The file.
        path: PathBuf,
        /// All functions that it lacks.
        missing: Vec<String>,
    },

    /// The library is a libwasmtime of another major version.
    #[non_exhaustive]
    WrongVersion {
        /// The file, without the symbolic links that led to it.
        path: PathBuf,
        /// Its version; `None` if it is only known not to be the right one.
        found: Option<LibraryVersion>,
        /// The major version that this crate requires.
        expected: u32,
    },

    /// Nothing tells the version of the library.
    #[non_exhaustive]
    UnknownVersion {
        /// The file.
        path: PathBuf,
    },

    /// The program's calls go to two libraries: each has some of the functions.
    ///
    /// This happens in a program that links libwasmtime as a shared library if another
    /// crate brings the C API itself, as `wasmtime-c-api-impl` does: one of the two
    /// would use objects that the other created. It also happens in a plugin that
    /// contains libwasmtime, with `vendored`, if its process has another one which the
    /// loader prefers: the functions of that one would be called, whatever its version.
    #[non_exhaustive]
    Mixed {
        /// The files of both, one of which may be the program's own.
        paths: Vec<PathBuf>,
    },

    /// Another library was loaded before, and a process can have only one.
    #[non_exhaustive]
    AlreadyLoaded {
        /// The library that this process uses.
        loaded: PathBuf,
        /// The library that was asked for.
        requested: PathBuf,
    },
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = match self {
            LoadError::NotFound { tried } => not_found(tried),
            LoadError::NotALibrary { path, reason } => format!(
                "{} can't be opened as a shared library: {reason}; \
                 libwasmtime {MAJOR} for {} is needed there",
                path.display(),
                std::env::consts::ARCH,
            ),
            LoadError::Damaged { path, reason } => format!(
                "{} is damaged, and was not opened: {reason}; \
                 install a whole libwasmtime {MAJOR} there, or name another file",
                path.display(),
            ),
            LoadError::BadLibrary { path, missing } => bad_library(path, missing),
            LoadError::WrongVersion {
                path,
                found,
                expected,
            } => wrong_version(path, *found, *expected),
            LoadError::UnknownVersion { path } => format!(
                "the version of {} can't be established, and only libwasmtime {MAJOR} will do; \
                 if it is that, accept it with `LoadOptions::trust_version(true)`, \
                 otherwise install libwasmtime {MAJOR} with its feature `debug-builtins`, \
                 which names the version",
                path.display(),
            ),
            LoadError::Mixed { paths } => mixed(paths),
            // One library is loaded, and the caller named the other: neither has to be
            // installed.
            LoadError::AlreadyLoaded { loaded, requested } => {
                return write!(
                    f,
                    "{} can't be loaded, because {} has been, and a process can have only one \
                     libwasmtime; load the right one first, before anything else of this crate \
                     is used",
                    requested.display(),
                    loaded.display(),
                );
            }
        };
        write!(
            f,
            "{problem}; libwasmtime {MAJOR} is in the C API archive of a Wasmtime {MAJOR} release \
             ({RELEASES})"
        )?;
        match package(std::env::consts::OS) {
            Some(package) => write!(f, ", or in {package}, if that has version {MAJOR}"),
            None => Ok(()),
        }
    }
}

impl StdError for LoadError {}

/// A place that was searched and has no library.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The file or directory, or the name without a directory that the system looked for.
    pub path: PathBuf,
    /// Why there is no library: the system's message, or why the place was skipped.
    pub reason: String,
}

fn not_found(tried: &[Attempt]) -> String {
    let mut text = format!("no libwasmtime {MAJOR} was found; tried, in this order:");
    for Attempt { path, reason } in tried {
        text += &format!("\n  {}: {reason}", path.display());
    }
    let named_by_variable =
        |attempt: &Attempt| attempt.reason.ends_with("(set by LIBWASMTIME_PATH)");
    text += &if !tried.is_empty() && tried.iter().all(named_by_variable) {
        format!(
            "\nwhile LIBWASMTIME_PATH is set, no other place is searched: set it to the file of \
             libwasmtime {MAJOR} or to its directory, or unset it to search the default places"
        )
    } else {
        format!(
            "\ninstall libwasmtime {MAJOR} where the system looks for libraries, put it beside the \
             executable, set LIBWASMTIME_PATH to it or to its directory, or pass its path to \
             `libwasmtime::load_from`"
        )
    };
    if env::var_os("WASMTIME_DIR").is_some() {
        text += "; WASMTIME_DIR, which is set, is only read where a library is linked";
    }
    text
}

fn bad_library(path: &Path, missing: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<_> = missing
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    let mut lacks = shown.join(", ");
    if missing.len() > SHOWN {
        lacks += &format!(" and {} others", missing.len() - SHOWN);
    }
    format!(
        "{} isn't libwasmtime {MAJOR}, or isn't all of it: it lacks {lacks}; \
         install a complete libwasmtime {MAJOR} there, or name another file",
        path.display(),
    )
}

fn wrong_version(path: &Path, found: Option<LibraryVersion>, expected: u32) -> String {
    let found = match found {
        Some(found) => format!("libwasmtime {found}"),
        None => "another version of libwasmtime".to_owned(),
    };
    format!(
        "{} is {found}, but libwasmtime {expected} is needed (any patch of it, or \
         for precompiled modules the one that compiled them); \
         install that one, or use the version of this crate that goes with the library; if \
         another part of the program needs that library, as another version of this crate may, \
         then link this version as an archive, with `static`, or load a file of its own, with \
         `load` and `load_from`",
        path.display(),
    )
}

fn mixed(paths: &[PathBuf]) -> String {
    let paths: Vec<_> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    format!(
        "the functions of libwasmtime's C API are in more than one file, {}, but all have to be \
         in one libwasmtime {MAJOR}; another part of the program brings functions of the same \
         names, as the crate `wasmtime-c-api-impl` does, which tree-sitter has with its feature \
         `wasm`, or a library that a plugin finds in its process: do without that, or turn on \
         the Cargo feature `load` or `static` of `libwasmtime` instead of `dynamic` or `vendored` \
         (LIBWASMTIME_LINK chooses among those that are on)",
        paths.join(" and ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_says_where_a_right_library_comes_from() {
        let path: PathBuf = "lib".into();
        let reason = String::new();
        let errors = [
            LoadError::NotFound { tried: vec![] },
            LoadError::NotALibrary {
                path: path.clone(),
                reason: reason.clone(),
            },
            LoadError::Damaged {
                path: path.clone(),
                reason,
            },
            LoadError::BadLibrary {
                path: path.clone(),
                missing: vec![],
            },
            LoadError::WrongVersion {
                path: path.clone(),
                found: None,
                expected: MAJOR,
            },
            LoadError::UnknownVersion { path },
        ];
        for error in errors {
            assert!(error.to_string().contains(RELEASES), "{error}");
        }
    }

    #[test]
    fn a_long_list_of_missing_functions_is_cut_short() {
        let error = |missing: &[&str]| {
            let error = LoadError::BadLibrary {
                path: "lib".into(),
                missing: missing.iter().map(|&name| name.to_owned()).collect(),
            };
            error.to_string()
        };
        assert!(error(&["a", "b"]).contains("lacks `a`, `b`;"));
        let seven = error(&["a", "b", "c", "d", "e", "f", "g"]);
        assert!(seven.contains("lacks `a`, `b`, `c`, `d`, `e` and 2 others;"));
    }
}
