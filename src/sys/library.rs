//! The libwasmtime of a process: how a program asks for it, what is known of it, and
//! what can be wrong with it.
//!
//! These are the types of [`crate::load()`] and its relatives, which export them. They
//! stand here because opening and checking a library needs them, and `sys` depends on
//! nothing above it.

use std::fmt;
use std::path::{Path, PathBuf};

use super::Feature;

mod error;
mod options;
mod sources;
mod unsupported;

pub use error::{Attempt, LoadError};
pub use options::LoadOptions;
pub use unsupported::Unsupported;

/// The major version of libwasmtime that this crate requires. In other versions,
/// functions of the same name have other parameters.
pub(crate) const MAJOR: u32 = match u32::from_str_radix(env!("CARGO_PKG_VERSION_MAJOR"), 10) {
    Ok(major) => major,
    Err(_) => panic!("Cargo's versions are numbers"),
};

/// The libwasmtime that this process uses, as [`loaded`](crate::loaded) returns it.
///
/// Prints as "libwasmtime 48.0.8 (/usr/lib/libwasmtime.so)".
///
/// # Examples
///
/// ```
/// libwasmtime::load()?;
/// let library = libwasmtime::loaded().expect("it was just loaded");
/// match library.path() {
///     Some(path) => println!("using {}", path.display()),
///     None => println!("libwasmtime is a part of this program"),
/// }
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Debug)]
pub struct Loaded {
    pub(in crate::sys) version: Option<LibraryVersion>,
    pub(in crate::sys) path: Option<PathBuf>,
    pub(in crate::sys) features: Vec<Feature>,
}

impl Loaded {
    /// Returns the version of the library, as far as it is known.
    ///
    /// `None` if the version is unknown and was accepted because of
    /// [`LoadOptions::trust_version`].
    ///
    /// # Examples
    ///
    /// Precompiled modules run only on the patch that compiled them. A program that
    /// ships some can find out early whether they will do:
    ///
    /// ```
    /// libwasmtime::load()?;
    /// let version = libwasmtime::loaded().and_then(|library| library.version());
    /// if version.and_then(|version| version.patch) != Some(8) {
    ///     println!("compiling anew");
    /// }
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn version(&self) -> Option<LibraryVersion> {
        self.version
    }

    /// Returns the file that was loaded, by the system or by this crate.
    ///
    /// `None` if libwasmtime is a part of the program. With `dynamic`, the path is that
    /// of the file itself, not of a symbolic link by which the system found it.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Returns the features that the library was built with.
    ///
    /// With `load` they are found by the library's functions; with `vendored` they are
    /// those that libwasmtime was built with. With `static` and `dynamic` they are
    /// those that this crate requires; the library may have more.
    ///
    /// # Examples
    ///
    /// ```
    /// libwasmtime::load()?;
    /// let library = libwasmtime::loaded().expect("it was just loaded");
    /// let names: Vec<_> = library.features().iter().map(|feature| feature.name()).collect();
    /// println!("{library} has: {}", names.join(", "));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// Reports whether the library was built with this feature.
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

/// The version of a libwasmtime. The minor version is always 0 and has no field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct LibraryVersion {
    /// The major version. It decides whether this crate can use the library.
    pub major: u32,
    /// The patch, if it is known. Only the major version of a shared library that was
    /// built without the Cargo feature `debug-builtins` is known.
    pub patch: Option<u32>,
}

/// "48.0.8", or "48" if the patch is unknown.
impl fmt::Display for LibraryVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.patch {
            Some(patch) => write!(f, "{}.0.{patch}", self.major),
            None => write!(f, "{}", self.major),
        }
    }
}
