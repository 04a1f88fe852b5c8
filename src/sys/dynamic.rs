//! Examining, when the program runs, the shared library that it is linked with. It may
//! be another one than at build time: because of an update, a directory that is searched
//! earlier, or another crate that brings the same functions.

use std::ffi::{CStr, c_void};
use std::path::PathBuf;
use std::ptr::NonNull;

use super::library::{LibraryVersion, LoadError, MAJOR};
use super::object::{self, Object, named, real};
use super::version::{self, Evidence, Functions};

/// What was found out about the library.
pub(super) struct Found {
    /// `None` if it is unknown, and the caller trusts it to be the right one.
    pub(super) version: Option<LibraryVersion>,
    pub(super) path: Option<PathBuf>,
}

/// Examines the library that the program's calls go to.
///
/// Only its version is checked: if the library lacks a function that the program calls,
/// the dynamic linker doesn't start the program.
///
/// # Errors
///
/// Returns an error if the calls go to more than one library, or to one of another
/// version.
pub(super) fn examine(trust: bool) -> Result<Found, LoadError> {
    let functions = Functions::linked();
    let object = the_one_object(&functions)?;
    // In `cargo run`, the loader searches a directory with a link to the library.
    let path = object.as_ref().and_then(Object::file).map(real);
    let wrong_version = |found| LoadError::WrongVersion {
        path: named(path.clone()),
        found,
        expected: MAJOR,
    };

    let by_symbol = object.as_ref().and_then(|object| {
        let handle = object.pin()?;
        // The symbol may also be in a library that this one needs in turn.
        let has = |name: &CStr| {
            let symbol = handle.symbol(name);
            symbol.and_then(Object::containing).as_ref() == Some(object)
        };
        version::by_symbol(has)
    });
    let version = match by_symbol.map_or_else(|| version::by_refusal(functions), Evidence::Version)
    {
        Evidence::Version(found) if found.major == MAJOR => Some(found),
        Evidence::Version(found) => return Err(wrong_version(Some(found))),
        Evidence::Other => return Err(wrong_version(None)),
        Evidence::None if trust => None,
        Evidence::None => return Err(LoadError::UnknownVersion { path: named(path) }),
    };
    Ok(Found { version, path })
}

/// Returns the object that contains all functions, if the system tells.
///
/// Most functions are looked up by name: to take the address of each in the code would
/// make every program require all of them.
///
/// # Errors
///
/// Returns an error if the functions are in more than one object.
fn the_one_object(functions: &Functions) -> Result<Option<Object>, LoadError> {
    let mut addresses = functions.addresses();
    super::each_name(&mut |name| addresses.extend(object::bound(name)));
    let (mut first, mut last) = ends(&addresses);
    if first != last && first.as_ref().is_some_and(Object::has_stubs) {
        // These addresses may be those of stubs, which tells nothing.
        addresses.retain(|address| Object::containing(*address) != first);
        (first, last) = ends(&addresses);
    }
    if first == last {
        return Ok(first);
    }
    Err(object::mixed([first, last]))
}

/// Returns the objects that contain the lowest and the highest address. If both are the
/// same object, it contains all addresses in between.
fn ends(addresses: &[NonNull<c_void>]) -> (Option<Object>, Option<Object>) {
    let object = |address: Option<&NonNull<c_void>>| Object::containing(*address?);
    (
        object(addresses.iter().min()),
        object(addresses.iter().max()),
    )
}
