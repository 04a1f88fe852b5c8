//! Loading libwasmtime when the program runs, and what is known of the library that the
//! program uses.
//!
//! With the Cargo feature `load` nothing is linked: the shared library is opened by
//! [`load`], [`load_from`] or [`LoadOptions::load`], or else by the first function that
//! needs it, such as `Engine::new`. In the linked modes the library is there from the
//! start, and these functions open nothing; with `dynamic` they check that it is the
//! right one. The work is done in `sys`.
//!
//! A process has one libwasmtime and never closes it: it installs signal handlers, and
//! nothing tells when its last object is gone.

use std::path::Path;

use crate::sys;

pub use sys::library::{Attempt, LibraryVersion, LoadError, LoadOptions, Loaded, Unsupported};

/// Loads libwasmtime from its default place, or checks the one that the program is
/// linked with.
///
/// Does nothing if either was done already. Everything that needs libwasmtime loads it
/// this way if it isn't loaded. A program that calls this first, and shows the error to
/// its user, is right in every link mode.
///
/// The library is searched for in these places, in this order, and the first one found
/// is taken:
///
/// | place | who may write there | in a privileged process |
/// |---|---|---|
/// | the library, or the directory that contains it, that the environment variable `LIBWASMTIME_PATH` names; no other place is searched then | the user who starts the program | ignored |
/// | the directory of the executable, and `lib` in it | the user who installed the program | ignored: a hard link puts an executable into any directory |
/// | on Linux, Android and the BSDs: the run path of the executable, `LD_LIBRARY_PATH`, and the system's directories with its cache of them | the variable: the user who starts the program; the others: the administrator, and the developer who built the program | `LD_LIBRARY_PATH` is ignored by the system |
/// | on macOS: `DYLD_LIBRARY_PATH`, the run paths of the program, `DYLD_FALLBACK_LIBRARY_PATH` | as on Linux | the variables are ignored by the system |
/// | on macOS then: `/usr/local/lib` | the administrator; with Homebrew on Intel also the user who installed it | ignored |
/// | on Windows: the directory of the executable, `System32`, and directories that the program has added with `AddDllDirectory` | the user who installed the program, and the administrator | there are no privileged processes |
///
/// Neither the working directory nor, on Windows, `PATH` is searched, unless one
/// of these variables names it.
///
/// The name of the library is that of upstream's releases, `libwasmtime.so`,
/// `libwasmtime.dylib` or `wasmtime.dll`, in the directory itself or in its
/// subdirectory `lib`. If there is none, the same place is searched for a minimal
/// build: `libwasmtime-min.so` and the like, or the usual name in `min/lib`.
///
/// If a library is found and can't be used, that is an error; the search doesn't go on.
///
/// # If libwasmtime is linked
///
/// With `vendored` and `static` there is nothing to load. The only possible error is
/// that of a plugin whose process has another libwasmtime, if the calls would go to that
/// one.
///
/// With `dynamic`, the system has loaded the library before the program started, from
/// wherever it searches. (If that library lacks a function which the program calls, the
/// system doesn't start the program.) This function checks which one was loaded: another
/// version is an error, and so are functions that come from two libraries. The first
/// engine and everything else that needs libwasmtime check that too. Only a
/// program that calls the functions of [`sys`](crate::sys) itself has to call this first.
///
/// # Plugins
///
/// Once this function or the first engine has succeeded, the shared libraries that
/// contain libwasmtime and this crate stay in memory, even if one of them is a plugin
/// that is closed: the process's signal handlers lead to it. A plugin that is opened
/// again is the one that is still there. This works on Linux, Android, Windows, Apple's
/// systems, FreeBSD, NetBSD, DragonFly BSD, illumos and Solaris; elsewhere, such a
/// plugin must not be closed.
///
/// # Privileged processes
///
/// A process is privileged if its program runs with more rights than the user who
/// started it, as a setuid program does, or one with capabilities of its
/// own (`AT_SECURE` on Linux, `issetugid` on macOS and the BSDs). In such a
/// process no environment variable decides what is loaded, and the error says
/// which places were skipped. To load a library from a place of the
/// program's own, call [`load_from`] with its absolute path.
///
/// On Windows, a program that is started with the rights of an administrator has
/// the environment of the user who started it, and nothing tells the program not to
/// trust that. Such a program should call [`load_from`] as well.
///
/// # Trust
///
/// To load a library is to run its code, with all the rights of the program and
/// none of Rust's guarantees. Load only files that are trusted as much as the program
/// itself.
///
/// Damage, by contrast, is checked for. Before a file is opened, its headers and the
/// tables that the system reads are compared with the file: a library that was cut off,
/// or whose headers are damaged, is an error, and doesn't end the process. This includes
/// the files that the system finds by name alone, as far as they are known: not
/// those in the run path of the executable. The code and data of a library can't be
/// checked in this way; they are trusted.
///
/// # Errors
///
/// Returns a [`LoadError`], which says what was searched for and where, or what is wrong
/// with the library that was found. After an error nothing is loaded, and another attempt
/// may succeed.
///
/// # Examples
///
/// A program that can do without WebAssembly:
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

/// Loads libwasmtime from `path`.
///
/// Does nothing if that library is loaded already. If libwasmtime is linked, the path has
/// no effect, and this is [`load`].
///
/// This is [`LoadOptions::path`] and [`LoadOptions::load`]. To load a library is to run
/// its code: see [`load`](load#trust).
///
/// # Errors
///
/// Returns an error if [`LoadOptions::load`] does.
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

/// Returns the library that this process uses.
///
/// `None` if no library is loaded yet, or if [`load`] refuses the one that the program is
/// linked with.
///
/// # Examples
///
/// ```
/// use libwasmtime::Feature;
///
/// libwasmtime::load()?;
/// let library = libwasmtime::loaded().expect("it was just loaded");
/// println!("running {library}");
/// if !library.has(Feature::Wasi) {
///     println!("without WASI");
/// }
/// # Ok::<(), libwasmtime::Error>(())
/// ```
pub fn loaded() -> Option<&'static Loaded> {
    sys::loaded()
}
