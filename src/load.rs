//! Loading libwasmtime when the program runs, and what is known of the library
//! that the program uses.
//!
//! With the Cargo feature `load` nothing is linked: the shared library is
//! opened by [`load`], [`load_from`] or [`LoadOptions::load`], or else by the
//! first thing that needs it, such as making an engine. In the linked modes the
//! library is there from the start, and all of these open nothing; with `dynamic`
//! they see whether it is the right one. How is the business of `sys`.
//!
//! A process has one libwasmtime, for good: it is never closed, since it
//! installs signal handlers and since nothing could tell when the last object
//! of it is gone.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::sys::{self, Feature};

mod error;
mod sources;

pub use error::{Attempt, LoadError, Unsupported};

/// The major version of libwasmtime that this crate speaks to. Others differ in
/// what their functions take, even where the names are the same.
pub(crate) const MAJOR: u32 = match u32::from_str_radix(env!("CARGO_PKG_VERSION_MAJOR"), 10) {
    Ok(major) => major,
    Err(_) => panic!("Cargo's versions are numbers"),
};

/// Loads libwasmtime from its default place, or checks the one that the program is
/// linked with; does nothing if either was done already.
///
/// The library is looked for in these places, in this order, and the first one
/// found is taken:
///
/// | place | who may write there | in a privileged process |
/// |---|---|---|
/// | what the environment variable `LIBWASMTIME_PATH` names, a library or a directory that has one; no other place is considered then | whoever sets it, who is whoever starts the program | ignored |
/// | the directory of the executable, and `lib` in it | whoever installed the program | ignored: a hard link puts an executable into any directory |
/// | on Linux, Android and the BSDs: the run path of the executable, `LD_LIBRARY_PATH`, and the system's directories with its cache of them | for the variable as above; for the others the administrator, and whoever built the program | `LD_LIBRARY_PATH` is ignored by the system |
/// | on macOS: `DYLD_LIBRARY_PATH`, the run paths of the program, `DYLD_FALLBACK_LIBRARY_PATH` | as on Linux | the variables are ignored by the system |
/// | on macOS then: `/usr/local/lib` | the administrator; with Homebrew on Intel also the user who installed it | ignored |
/// | on Windows: the directory of the executable, `System32`, and what the program has added with `AddDllDirectory` | whoever installed the program, and the administrator | there are none |
///
/// Neither the working directory nor, on Windows, `PATH` is searched, unless one
/// of these variables names it.
///
/// Its name is that of upstream's releases, `libwasmtime.so`,
/// `libwasmtime.dylib` or `wasmtime.dll`, in the directory itself or in a `lib`
/// in it; and then, in the same place, that of a minimal build:
/// `libwasmtime-min.so` and the like, or the usual name in `min/lib`.
///
/// A library that is found and is no good is an error; the search doesn't go on
/// behind it.
///
/// Everything that needs libwasmtime loads it this way if nothing has before. A
/// program that calls this first thing, and shows its user the error, is right
/// in every link mode.
///
/// # If libwasmtime is linked
///
/// With `vendored` and `static` there is nothing to load. With `dynamic`, the system
/// has loaded the library before the program started, from wherever it looks; a
/// library that lacks a function which the program calls is the system's affair,
/// and the program doesn't start. This function finds out what was loaded: another
/// version is an error, and so are functions that come from two libraries. The
/// first engine and everything else that needs libwasmtime do that by themselves;
/// only a program that calls [`sys`](crate::sys) by hand has to see to it, by
/// calling this first.
///
/// # Plugins
///
/// What contains libwasmtime or this crate stays in memory once this function or
/// the first engine has succeeded, even if it is a plugin that is closed: the
/// process's signal handlers lead to it. A plugin that is opened again is the one
/// that is still there. This is done on Linux, Android, Windows, Apple's systems,
/// FreeBSD, NetBSD, DragonFly BSD, illumos and Solaris; elsewhere, such a plugin must
/// not be closed.
///
/// # Privileged processes
///
/// A process is privileged if its program was started with more rights than
/// whoever started it, as a setuid program is, or one with capabilities of its
/// own (`AT_SECURE` on Linux, `issetugid` on macOS and the BSDs). In such a
/// process no environment variable decides what is loaded, and the error says
/// which places were passed over. To load a library from a place of the
/// program's own, call [`load_from`] with its absolute path.
///
/// On Windows a program that is started with the rights of an administrator has
/// the environment of the user who started it, and nothing tells that it
/// shouldn't trust that. It should call [`load_from`] as well.
///
/// # Trust
///
/// To load a library is to run its code, with all the rights of the program and
/// none of Rust's guarantees. Name files that are trusted as the program itself
/// is.
///
/// Damage is another matter. Before a file is opened, its headers and the tables
/// that the system reads are compared with the file: a library that was cut off,
/// or whose headers are damaged, is an error, and doesn't end the process. So are
/// the files that the system takes for a name alone, where that can be told: not
/// those in the run path of the executable. The code and data of a library have
/// nothing to be compared with; they are trusted.
///
/// # Errors
///
/// [`LoadError`] says what was looked for where, or what is wrong with what was
/// found. After an error nothing is loaded, and another attempt may succeed.
///
/// # Examples
///
/// ```
/// match libwasmtime::load() {
///     Ok(()) => {}
///     Err(error) => eprintln!("plugins are off: {error}"),
/// }
/// ```
pub fn load() -> Result<(), LoadError> {
    LoadOptions::new().load()
}

/// Loads libwasmtime from `path`; does nothing if that library is loaded
/// already. If libwasmtime is linked, the path means nothing, and this is [`load`].
///
/// The same as [`LoadOptions::path`] and [`LoadOptions::load`]. Loading a
/// library is running its code: see [`load`] on trust.
///
/// # Errors
///
/// As for [`LoadOptions::load`].
///
/// # Examples
///
/// ```no_run
/// libwasmtime::load_from("/opt/wasmtime/lib/libwasmtime.so")?;
/// # Ok::<(), libwasmtime::LoadError>(())
/// ```
pub fn load_from(path: impl AsRef<Path>) -> Result<(), LoadError> {
    LoadOptions::new().path(path).load()
}

/// The library that this process uses, or `None` if none is loaded yet, or if the
/// one that the program is linked with is refused by [`load`].
///
/// # Examples
///
/// ```
/// # if libwasmtime::load().is_err() { return }
/// let library = libwasmtime::loaded().expect("it is loaded");
/// println!("{library}");
/// if !library.has(libwasmtime::Feature::Wasi) {
///     println!("without WASI");
/// }
/// ```
pub fn loaded() -> Option<&'static Loaded> {
    sys::loaded()
}

/// How to load libwasmtime.
///
/// # Examples
///
/// ```no_run
/// // Only precompiled modules are run, so the small library is enough.
/// libwasmtime::LoadOptions::new()
///     .path("/opt/wasmtime")
///     .minimal(true)
///     .load()?;
/// # Ok::<(), libwasmtime::LoadError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    pub(crate) path: Option<PathBuf>,
    pub(crate) minimal: bool,
    pub(crate) trust_version: bool,
}

impl LoadOptions {
    /// What [`load`] does: the default place, the complete library first, no
    /// library whose version isn't known.
    pub fn new() -> LoadOptions {
        LoadOptions::default()
    }

    /// Load this library and no other.
    ///
    /// `path` is a file, or a directory that has the library under one of the
    /// names that [`load`] looks for. As everywhere in dynamic loading, a name
    /// without any directory isn't a path: `libwasmtime.so.48` is looked for by
    /// the system, `./libwasmtime.so.48` is in the working directory.
    pub fn path(&mut self, path: impl AsRef<Path>) -> &mut LoadOptions {
        self.path = Some(path.as_ref().to_owned());
        self
    }

    /// Whether to look for a minimal build first, and for the complete one
    /// after it; the default is the other way round. A minimal build runs
    /// modules that were compiled before, and has next to nothing else.
    pub fn minimal(&mut self, minimal: bool) -> &mut LoadOptions {
        self.minimal = minimal;
        self
    }

    /// Whether to accept a library whose version can't be established. One that
    /// is known to have the wrong version is refused all the same.
    ///
    /// The caller vouches for the version then: calling into a library of
    /// another major version is undefined behaviour.
    pub fn trust_version(&mut self, trust: bool) -> &mut LoadOptions {
        self.trust_version = trust;
        self
    }

    /// Loads the library.
    ///
    /// Does nothing if one is loaded already, provided that it is the one that
    /// [`path`](LoadOptions::path) asks for if that was called. If libwasmtime is
    /// linked, it is only checked: see [`load`]. Threads that load at the same time
    /// get the same library.
    ///
    /// # Errors
    ///
    /// - [`LoadError::NotFound`] if there is no library where one was looked for;
    /// - [`LoadError::NotALibrary`] if the file is something else, or the system
    ///   can't open it;
    /// - [`LoadError::Damaged`] if it isn't whole;
    /// - [`LoadError::BadLibrary`] if it isn't libwasmtime, or not all of it;
    /// - [`LoadError::WrongVersion`] and [`LoadError::UnknownVersion`] if it
    ///   isn't the version that this crate speaks to, or may not be;
    /// - [`LoadError::Mixed`] if the program is linked with two libraries at once;
    /// - [`LoadError::AlreadyLoaded`] if another library was loaded before.
    ///
    /// After an error nothing has changed, and another attempt may succeed.
    pub fn load(&self) -> Result<(), LoadError> {
        sys::load(self)
    }
}

/// The libwasmtime that this process uses; [`loaded`] returns it.
#[derive(Debug)]
pub struct Loaded {
    pub(crate) version: Option<LibraryVersion>,
    pub(crate) path: Option<PathBuf>,
    pub(crate) features: Vec<Feature>,
}

impl Loaded {
    /// The version of the library, as far as it is known. `None` if it was
    /// accepted without because of [`LoadOptions::trust_version`].
    pub fn version(&self) -> Option<LibraryVersion> {
        self.version
    }

    /// The file that was loaded, by the system or by this crate; `None` if
    /// libwasmtime is a part of the program. With `dynamic` it is the file itself,
    /// not a symbolic link by which the system has found it.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// What the library was built with: with `load` as its functions tell, with
    /// `vendored` as it was built. With `static` and `dynamic` it is what this crate
    /// asks for; the library may have more.
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// Whether the library was built with this feature.
    pub fn has(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }
}

/// Such as "libwasmtime 48.0.0 (/usr/lib/libwasmtime.so)".
impl fmt::Display for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("libwasmtime ")?;
        match self.version {
            Some(version) => write!(f, "{version}")?,
            None => f.write_str("of unknown version")?,
        }
        match &self.path {
            Some(path) => write!(f, " ({})", path.display()),
            None => f.write_str(" (linked)"),
        }
    }
}

/// The version of a libwasmtime. The minor version is always 0 and isn't here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct LibraryVersion {
    /// The major version. It decides whether this crate can use the library.
    pub major: u32,
    /// The patch, if it is known. A library built without the Cargo feature
    /// `debug-builtins` tells only its major version.
    pub patch: Option<u32>,
}

/// "48.0.8", or "48" if the patch isn't known.
impl fmt::Display for LibraryVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.patch {
            Some(patch) => write!(f, "{}.0.{patch}", self.major),
            None => write!(f, "{}", self.major),
        }
    }
}
