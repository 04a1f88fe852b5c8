//! Opening the library at run time, for the link mode `load`. `linked.rs` is
//! the counterpart for the others.
//!
//! A library is examined as a whole before its functions can be called: all symbols are
//! looked up, then the symbols and the version are checked, and only then the
//! [`Slot`](super::slot::Slot)s are filled. One lock is held meanwhile.

use std::ffi::{CStr, c_void};
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::ptr::NonNull;
use std::sync::{Mutex, OnceLock, PoisonError};

use libloading::Library;

use super::Feature;
use super::library::{LibraryVersion, LoadError, LoadOptions, Loaded, MAJOR, Unsupported};
use super::object::{self, Object};
use super::slot::Slot;
use super::version::{self, Evidence, Functions};

mod by_name;
mod format;
mod search;

/// The library in use. Set once, after all slots.
static LOADED: OnceLock<Loaded> = OnceLock::new();

/// Held while a library is searched for and examined, and while the slots are filled.
static LOADING: Mutex<()> = Mutex::new(());

pub(crate) fn loaded() -> Option<&'static Loaded> {
    LOADED.get()
}

/// Loads the library from its default place unless one is loaded.
///
/// # Errors
///
/// Returns an error if no library can be loaded.
#[inline]
pub(crate) fn ensure_loaded() -> Result<(), LoadError> {
    match LOADED.get() {
        Some(_) => Ok(()),
        None => LOAD_DEFAULT(),
    }
}

/// Loads the library from its default place. A pointer that the compiler can't see
/// through, like `AFTER_LOADING` in slot.rs.
static LOAD_DEFAULT: fn() -> Result<(), LoadError> = || load(&LoadOptions::new());

/// Checks that the functions of a feature can be called. Loads the library from its
/// default place if none is loaded.
///
/// # Errors
///
/// Returns an error if the library lacks the feature, or if none can be loaded.
pub(crate) fn require(feature: Feature) -> Result<(), Unsupported> {
    let cause = match LOADED.get() {
        Some(_) => None,
        None => LOAD_DEFAULT().err(),
    };
    match LOADED.get() {
        Some(loaded) if loaded.has(feature) => Ok(()),
        loaded => Err(Unsupported {
            feature,
            library: loaded.and_then(|loaded| loaded.path.clone()),
            cause,
        }),
    }
}

/// Reports whether the library is known to lack a feature.
pub(crate) fn lacks(feature: Feature) -> bool {
    LOADED.get().is_some_and(|loaded| !loaded.has(feature))
}

pub(crate) fn load(options: &LoadOptions) -> Result<(), LoadError> {
    // No panic can interrupt a change halfway: the data that the lock guards is consistent
    // even if the lock is poisoned.
    let _loading = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(loaded) = LOADED.get() {
        return search::same(options, loaded);
    }

    let (library, path) = search::open(options)?;
    let (symbols, loaded) = examine(library, path, options.trust_version)?;
    for (slot, address) in symbols {
        slot.set(address);
    }
    // It is unset: only this function sets it, under the lock.
    LOADED.get_or_init(|| loaded);
    Ok(())
}

/// The slots of the functions that a library has, and the functions' addresses.
type Addresses = Vec<(&'static Slot, NonNull<c_void>)>;

/// Examines a library, and keeps it open unless it is refused before any of its functions
/// has run.
///
/// A library that is refused then has to be closed. If it stayed open, the system would
/// return it again for its name, even where the next attempt would find another file.
///
/// # Errors
///
/// Returns an error if the library is refused.
fn examine(library: Library, path: PathBuf, trust: bool) -> Result<(Addresses, Loaded), LoadError> {
    // This comes first: of a library of another version, the version says more than the
    // functions that it lacks.
    let has = |name: &CStr| address(&library, name.to_bytes_with_nul()).is_some();
    let by_symbol = version::by_symbol(has);
    if let Some(found) = by_symbol.filter(|found| found.major != MAJOR) {
        return Err(wrong_version(&library, path, Some(found)));
    }

    let (symbols, features) = match symbols(&library) {
        Ok(complete) => complete,
        Err(missing) => {
            let path = resolved(&library, path);
            return Err(LoadError::BadLibrary { path, missing });
        }
    };

    // From here on the library is never closed. If it is used, it installs signal
    // handlers, and its objects may live until the process ends. If it is refused, its
    // functions may have been called to learn its version.
    let library = ManuallyDrop::new(library);

    let version = match by_symbol {
        Some(found) => Some(found),
        None => match by_refusal(&library) {
            Evidence::Version(found) if found.major == MAJOR => Some(found),
            Evidence::Version(found) => return Err(wrong_version(&library, path, Some(found))),
            Evidence::Other => return Err(wrong_version(&library, path, None)),
            Evidence::None if trust => None,
            Evidence::None => {
                let path = resolved(&library, path);
                return Err(LoadError::UnknownVersion { path });
            }
        },
    };
    // The library stays open anyway, but this code, which it calls back, may be in a plugin.
    object::pin_both(symbols[0].1);
    let path = resolved(&library, path);
    let loaded = Loaded {
        version,
        path: Some(path),
        features,
    };
    Ok((symbols, loaded))
}

/// Learns the version of a library that has all core functions from its refusals.
fn by_refusal(library: &Library) -> Evidence {
    // SAFETY: a library that has all functions of the C API is a libwasmtime.
    match unsafe { Functions::find(|name| address(library, name)) } {
        Some(functions) => version::by_refusal(functions),
        None => Evidence::None,
    }
}

fn wrong_version(library: &Library, path: PathBuf, found: Option<LibraryVersion>) -> LoadError {
    let path = resolved(library, path);
    LoadError::WrongVersion {
        // Often a symbolic link leads to the wrong version.
        path: match cfg!(unix) {
            true => path.canonicalize().unwrap_or(path),
            false => path,
        },
        found,
        expected: MAJOR,
    }
}

/// Returns the file of a library, as an absolute path, which is right after the working
/// directory has changed as well.
///
/// The file that the system found for a name is that of the library's symbols. If it has
/// none, `path` is all that is known.
fn resolved(library: &Library, path: PathBuf) -> PathBuf {
    let mut symbol = None;
    super::each_symbol(&mut |known| {
        symbol = symbol.or_else(|| address(library, known.c_name.as_bytes()));
    });
    let object = symbol.and_then(Object::containing);
    match object.and_then(|object| object.file()) {
        Some(file) => std::path::absolute(&file).unwrap_or(file),
        None => path,
    }
}

/// Looks up every function.
///
/// A library has a feature if it has all functions that need this feature alone.
///
/// # Errors
///
/// Returns the names of the functions that the library lacks: of those that are in every
/// build, and of those that belong to its features.
fn symbols(library: &Library) -> Result<(Addresses, Vec<Feature>), Vec<String>> {
    let mut symbols = Vec::new();
    let mut missing: Vec<(String, &[Feature])> = Vec::new();
    super::each_symbol(&mut |symbol| {
        let found = address(library, symbol.c_name.as_bytes());
        match found {
            Some(address) => symbols.push((symbol.slot, address)),
            None => missing.push((symbol.name(), symbol.features)),
        }
    });
    let mut features = Feature::ALL.to_vec();
    features.retain(|&feature| missing.iter().all(|(_, needed)| *needed != [feature]));
    missing.retain(|(_, needed)| needed.iter().all(|feature| features.contains(feature)));
    if missing.is_empty() {
        Ok((symbols, features))
    } else {
        Err(missing.into_iter().map(|(name, _)| name).collect())
    }
}

/// Returns the address of a symbol. A name that ends with a NUL isn't copied.
fn address(library: &Library, name: &[u8]) -> Option<NonNull<c_void>> {
    // SAFETY: the value of any symbol is an address, and it isn't dereferenced here.
    let symbol = unsafe { library.get::<*mut c_void>(name) };
    NonNull::new(*symbol.ok()?)
}
