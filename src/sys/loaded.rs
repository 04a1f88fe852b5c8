//! Opening the library at run time, for the link mode `load`. `linked.rs` is
//! the counterpart for the others.
//!
//! A library is examined as a whole before anything of it can be called: all
//! symbols are looked up, then the version and the symbols are judged, and only
//! then the [`Slot`](super::slot::Slot)s are filled, all under one lock.

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

/// The library in use. Set once, after all slots are.
static LOADED: OnceLock<Loaded> = OnceLock::new();

/// Held while a library is looked for, examined and put to use.
static LOADING: Mutex<()> = Mutex::new(());

pub(crate) fn loaded() -> Option<&'static Loaded> {
    LOADED.get()
}

/// Loads the library from its default place unless one is loaded.
///
/// # Errors
///
/// A [`LoadError`].
#[inline]
pub(crate) fn ensure_loaded() -> Result<(), LoadError> {
    match LOADED.get() {
        Some(_) => Ok(()),
        None => LOAD_DEFAULT(),
    }
}

/// Not seen through by the compiler, as `AFTER_LOADING` in slot.rs.
static LOAD_DEFAULT: fn() -> Result<(), LoadError> = || load(&LoadOptions::new());

/// Makes sure that the functions of a feature can be called; loads the library
/// from its default place if none is loaded.
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

/// Whether the library is known to lack a feature.
pub(crate) fn lacks(feature: Feature) -> bool {
    LOADED.get().is_some_and(|loaded| !loaded.has(feature))
}

pub(crate) fn load(options: &LoadOptions) -> Result<(), LoadError> {
    // Nothing can panic halfway through a change: what the lock guards is
    // consistent even if it is poisoned.
    let _loading = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(loaded) = LOADED.get() {
        return search::same(options, loaded);
    }

    let (library, path) = search::open(options)?;
    let (symbols, loaded) = examine(library, path, options.trust_version)?;
    for (slot, address) in symbols {
        slot.set(address);
    }
    // Only this function sets it, under the lock, and it wasn't set above.
    LOADED.get_or_init(|| loaded);
    Ok(())
}

/// The functions that a library has, and where.
type Addresses = Vec<(&'static Slot, NonNull<c_void>)>;

/// Judges a library. If it is turned down before any of its functions has run,
/// it is closed again, so that the next attempt starts afresh: systems hand out
/// an open library once more to whoever asks for its bare name.
fn examine(library: Library, path: PathBuf, trust: bool) -> Result<(Addresses, Loaded), LoadError> {
    // First, because it says most about a library that is wrong in many ways.
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

    // From here on the library stays open for good. If it comes into use, it
    // installs signal handlers, and its objects live as long as anything holds
    // them; if not, it has run all the same, to tell its version.
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
    // The library stays, but this code, which it calls, may be in a plugin.
    object::pin_both(symbols[0].1);
    let path = resolved(&library, path);
    let loaded = Loaded {
        version,
        path: Some(path),
        features,
    };
    Ok((symbols, loaded))
}

/// What a library that has all core functions says by its refusals.
fn by_refusal(library: &Library) -> Evidence {
    // SAFETY: what has these functions, and all the others, is a libwasmtime.
    match unsafe { Functions::find(|name| address(library, name)) } {
        Some(functions) => version::by_refusal(functions),
        None => Evidence::None,
    }
}

fn wrong_version(library: &Library, path: PathBuf, found: Option<LibraryVersion>) -> LoadError {
    let path = resolved(library, path);
    LoadError::WrongVersion {
        // Symbolic links between the versions are what leads to the wrong one.
        path: match cfg!(unix) {
            true => path.canonicalize().unwrap_or(path),
            false => path,
        },
        found,
        expected: MAJOR,
    }
}

/// The file that a library is in: for a name that the system has looked for, it
/// is known by a symbol. Without any, the name is all that is known. Absolute, so that
/// it means the same after the working directory has changed.
fn resolved(library: &Library, path: PathBuf) -> PathBuf {
    let mut symbol = None;
    super::each_symbol(&mut |known| {
        symbol = symbol.or_else(|| address(library, known.c_name));
    });
    let object = symbol.and_then(Object::containing);
    match object.and_then(|object| object.file()) {
        Some(file) => std::path::absolute(&file).unwrap_or(file),
        None => path,
    }
}

/// Looks up every function.
///
/// # Errors
///
/// The functions that the library should have and hasn't: those that are in
/// every build, and those that go with the features that it has.
fn symbols(library: &Library) -> Result<(Addresses, Vec<Feature>), Vec<String>> {
    let mut symbols = Vec::new();
    let mut missing: Vec<(String, &[Feature])> = Vec::new();
    super::each_symbol(&mut |symbol| match address(library, symbol.c_name) {
        Some(address) => symbols.push((symbol.slot, address)),
        None => missing.push((symbol.name(), symbol.features)),
    });
    // A feature is there if all functions that need just this one are.
    let mut features = Feature::ALL.to_vec();
    features.retain(|&feature| missing.iter().all(|(_, needed)| *needed != [feature]));
    missing.retain(|(_, needed)| needed.iter().all(|feature| features.contains(feature)));
    if missing.is_empty() {
        Ok((symbols, features))
    } else {
        Err(missing.into_iter().map(|(name, _)| name).collect())
    }
}

/// The address of a symbol, of whatever type; a NUL after the name is welcome.
fn address(library: &Library, name: &[u8]) -> Option<NonNull<c_void>> {
    // SAFETY: any symbol's value is an address, and it isn't dereferenced here.
    let symbol = unsafe { library.get::<*mut c_void>(name) };
    NonNull::new(*symbol.ok()?)
}
