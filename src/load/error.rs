//! What can be wrong with a library that is opened at run time.

use super::sources::{RELEASES, package};
use super::{LibraryVersion, MAJOR};
use crate::sys::Feature;
use std::env;
use std::error::Error as StdError;
use std::fmt;
use std::path::{Path, PathBuf};

/// Why libwasmtime couldn't be loaded.
///
/// The text of each says what was expected, what was found, and what to do: also
/// where a right library comes from, unless one is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadError {
    /// There is no library where one was looked for.
    #[non_exhaustive]
    NotFound {
        /// Every place, in the order in which they were tried.
        tried: Vec<Attempt>,
    },

    /// The file isn't a shared library, or not one for this machine, or the
    /// libraries that it needs in turn aren't there.
    #[non_exhaustive]
    NotALibrary {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },

    /// A shared library whose headers promise what the file doesn't have, such as
    /// one that was copied only in part. It wasn't opened.
    #[non_exhaustive]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },

    /// A shared library without all the functions that any libwasmtime has.
    #[non_exhaustive]
    BadLibrary {
        /// The file.
        path: PathBuf,
        /// The functions that it should have and hasn't, all of them.
        missing: Vec<String>,
    },

    /// A libwasmtime of another major version.
    #[non_exhaustive]
    WrongVersion {
        /// The file, without the symbolic links that led to it.
        path: PathBuf,
        /// Its version; `None` if it is only known not to be the right one.
        found: Option<LibraryVersion>,
        /// The major version that this crate speaks to.
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
    /// That is so if another crate of the program brings the C API itself, as
    /// `wasmtime-c-api-impl` does, and libwasmtime is linked as a shared library.
    /// An object that one of the two made would be used by the other. It is also so in
    /// a plugin that has libwasmtime in it with `vendored`, if the process has another
    /// one which the loader prefers: its functions would be called, of any version.
    #[non_exhaustive]
    Mixed {
        /// The files of both, of which one may be the program's own.
        paths: Vec<PathBuf>,
    },

    /// Another library was loaded before, and a process has only one.
    #[non_exhaustive]
    AlreadyLoaded {
        /// The library that this process uses.
        loaded: PathBuf,
        /// What was asked for.
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
            // The right one is there, or was thought to be.
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
            "{problem}; libwasmtime {MAJOR} is in the C API of a release {MAJOR} ({RELEASES})"
        )?;
        match package(std::env::consts::OS) {
            Some(package) => write!(
                f,
                " or a package of libwasmtime, {package}, if that is version {MAJOR}"
            ),
            None => Ok(()),
        }
    }
}

impl StdError for LoadError {}

/// A place where the library was looked for in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The file or directory, or the bare name that the system looked for.
    pub path: PathBuf,
    /// Why it was no good.
    pub reason: String,
}

fn not_found(tried: &[Attempt]) -> String {
    let mut text = format!("no libwasmtime {MAJOR} was found; tried, in this order:");
    for Attempt { path, reason } in tried {
        text += &format!("\n  {}: {reason}", path.display());
    }
    text += &format!(
        "\ninstall libwasmtime {MAJOR} where the system looks for libraries, put it beside the \
         executable, set LIBWASMTIME_PATH to it or to its directory, or pass its path to \
         `libwasmtime::load_from`"
    );
    if env::var_os("WASMTIME_DIR").is_some() {
        text += "; WASMTIME_DIR, which is set, is only read where a library is linked";
    }
    text
}

fn bad_library(path: &Path, missing: &[String]) -> String {
    const SHOWN: usize = 5;
    let mut lacks = String::new();
    for (i, name) in missing.iter().take(SHOWN).enumerate() {
        if i > 0 {
            lacks.push_str(", ");
        }
        lacks += &format!("`{name}`");
    }
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

/// Something needs a part of libwasmtime that the library was built without.
///
/// What needs it returns this, and nothing has happened. With the Cargo feature
/// `load`, but for [`Feature::StackSwitching`], which no library has; and in any mode
/// where the library itself is refused. In the other link modes the library has all
/// that this crate was built for. [`Loaded::has`](crate::Loaded::has) tells in advance.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unsupported {
    /// What is missing.
    pub feature: Feature,
    /// The library that lacks it; `None` if none could be loaded.
    pub library: Option<PathBuf>,
    pub(crate) cause: Option<LoadError>,
}

impl Unsupported {
    /// The error for what no library has.
    pub(crate) fn by_any_library(feature: Feature) -> Unsupported {
        let library = crate::loaded().and_then(|loaded| loaded.path());
        Unsupported {
            feature,
            library: library.map(Path::to_owned),
            cause: None,
        }
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let library = self.library.as_deref();
        f.write_str(&unsupported(self.feature, library, self.cause.is_some()))
    }
}

impl StdError for Unsupported {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}

fn unsupported(feature: Feature, library: Option<&Path>, unloaded: bool) -> String {
    if feature == Feature::StackSwitching {
        return format!(
            "this needs libwasmtime's feature `{feature}`, and no libwasmtime is built with it; \
             leave `Config::wasm_stack_switching` off"
        );
    }
    if unloaded {
        return format!("this needs libwasmtime's feature `{feature}`, and none can be loaded");
    }
    let library = match library {
        Some(path) => format!("{}", path.display()),
        None => "the libwasmtime in use".to_owned(),
    };
    format!(
        "this needs libwasmtime's feature `{feature}`, and {library} was built without it; \
         load a libwasmtime {MAJOR} that has it"
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

    #[test]
    fn unsupported_names_the_feature_and_the_library() {
        let error = Unsupported {
            feature: Feature::Wat,
            library: Some("/opt/libwasmtime-min.so".into()),
            cause: None,
        };
        let text = error.to_string();
        assert!(text.contains("`wat`"), "{text}");
        assert!(text.contains("/opt/libwasmtime-min.so"), "{text}");
    }

    #[test]
    fn unsupported_says_why_there_is_no_library() {
        let cause = LoadError::NotFound {
            tried: vec![Attempt {
                path: "/opt/libwasmtime.so".into(),
                reason: "no such file".into(),
            }],
        };
        let error = Unsupported {
            feature: Feature::Wat,
            library: None,
            cause: Some(cause.clone()),
        };
        let source = std::error::Error::source(&error).expect("there is a cause");
        assert_eq!(source.to_string(), cause.to_string());
        assert!(
            cause
                .to_string()
                .contains("/opt/libwasmtime.so: no such file")
        );
    }
}
