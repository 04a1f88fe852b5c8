//! How to load libwasmtime.

use super::LoadError;
use std::path::{Path, PathBuf};

/// Options for loading libwasmtime.
///
/// Only the Cargo feature `load` loads a library. In the linked modes, [`path`] and
/// [`minimal`] have no effect, and [`load`](LoadOptions::load) checks what is linked.
///
/// [`path`]: LoadOptions::path
/// [`minimal`]: LoadOptions::minimal
///
/// # Examples
///
/// ```no_run
/// // This program runs only precompiled modules, so the small library is enough.
/// libwasmtime::LoadOptions::new()
///     .path("/opt/wasmtime")
///     .minimal(true)
///     .load()?;
/// # Ok::<(), libwasmtime::LoadError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    pub(in crate::sys) path: Option<PathBuf>,
    pub(in crate::sys) minimal: bool,
    pub(in crate::sys) trust_version: bool,
}

impl LoadOptions {
    /// Creates the options that [`load`](crate::load()) uses: the default place, the
    /// complete library first, and no library of unknown version.
    pub fn new() -> LoadOptions {
        LoadOptions::default()
    }

    /// Sets the library to load; no other is considered.
    ///
    /// `path` is a file, or a directory that contains the library under one of the
    /// names that [`load`](crate::load()) looks for. As everywhere in dynamic loading, a
    /// name without any directory isn't a path: the system looks for
    /// `libwasmtime.so.48`, whereas `./libwasmtime.so.48` is in the working directory.
    ///
    /// # Examples
    ///
    /// A library beside the program's own data:
    ///
    /// ```no_run
    /// use libwasmtime::LoadOptions;
    /// use std::path::Path;
    ///
    /// let data = Path::new("/usr/share/editor");
    /// LoadOptions::new().path(data.join("plugins")).load()?;
    /// # Ok::<(), libwasmtime::LoadError>(())
    /// ```
    pub fn path(&mut self, path: impl AsRef<Path>) -> &mut LoadOptions {
        self.path = Some(path.as_ref().to_owned());
        self
    }

    /// Sets whether to look for a minimal build before the complete one.
    ///
    /// By default, the complete one comes first. A minimal build runs modules that were
    /// compiled before, and can do little else.
    ///
    /// # Examples
    ///
    /// A program that compiles only if it can takes either build:
    ///
    /// ```
    /// use libwasmtime::{Feature, LoadOptions};
    ///
    /// LoadOptions::new().minimal(true).load()?;
    /// let library = libwasmtime::loaded().expect("it was just loaded");
    /// if !library.has(Feature::Compiler) {
    ///     println!("{library} runs precompiled modules only");
    /// }
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn minimal(&mut self, minimal: bool) -> &mut LoadOptions {
        self.minimal = minimal;
        self
    }

    /// Sets whether to accept a library whose version can't be established.
    ///
    /// A library that is known to have the wrong version is refused all the same.
    ///
    /// The caller is then responsible for the version: calling into a library of
    /// another major version is undefined behavior.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// // The package that installs this library pins its version.
    /// libwasmtime::LoadOptions::new()
    ///     .path("/opt/wasmtime-48/lib/libwasmtime.so")
    ///     .trust_version(true)
    ///     .load()?;
    /// # Ok::<(), libwasmtime::LoadError>(())
    /// ```
    pub fn trust_version(&mut self, trust: bool) -> &mut LoadOptions {
        self.trust_version = trust;
        self
    }

    /// Loads the library.
    ///
    /// Does nothing if a library is loaded already, provided that it is the one that
    /// [`path`](LoadOptions::path) asks for, if that was called. If libwasmtime is
    /// linked, it is only checked: see [`load`](crate::load()). Threads that load at the
    /// same time get the same library.
    ///
    /// # Errors
    ///
    /// Returns
    ///
    /// - [`LoadError::NotFound`] if there is no library in the places searched;
    /// - [`LoadError::NotALibrary`] if the file is something else, or the system
    ///   can't open it;
    /// - [`LoadError::Damaged`] if the file isn't whole;
    /// - [`LoadError::BadLibrary`] if the library isn't libwasmtime, or not all of it;
    /// - [`LoadError::WrongVersion`] if its version isn't the one that this crate
    ///   requires, and [`LoadError::UnknownVersion`] if nothing tells its version;
    /// - [`LoadError::Mixed`] if the program is linked with two libraries at once;
    /// - [`LoadError::AlreadyLoaded`] if another library was loaded before.
    ///
    /// After an error nothing has changed, and another attempt may succeed.
    ///
    /// # Examples
    ///
    /// A program that prefers its own copy, and takes the system's otherwise:
    ///
    /// ```
    /// use libwasmtime::{LoadError, LoadOptions};
    ///
    /// let mut own = LoadOptions::new();
    /// own.path("/opt/editor/lib");
    /// match own.load() {
    ///     Err(LoadError::NotFound { .. }) => libwasmtime::load()?,
    ///     result => result?,
    /// }
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn load(&self) -> Result<(), LoadError> {
        crate::sys::load(self)
    }
}
