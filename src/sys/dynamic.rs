//! Finding out, when the program runs, what the shared library is that it was
//! linked with when it was built: a path that comes first, an update or another
//! crate may have put something else in its place.

use std::ffi::{CStr, c_void};
use std::path::PathBuf;
use std::ptr::NonNull;

use super::library::{LibraryVersion, LoadError, MAJOR};
use super::object::{self, Object, named, real};
use super::version::{self, Evidence, Functions};

/// What is known of the library.
pub(super) struct Found {
    /// `None` if it is only trusted to be the right one.
    pub(super) version: Option<LibraryVersion>,
    pub(super) path: Option<PathBuf>,
}

/// Judges the library that the program's calls go to. Nothing but the version is
/// asked of it.
///
/// Of a library that lacks a function which the program calls nothing gets here:
/// the dynamic linker doesn't start the program.
///
/// # Errors
///
/// The calls go to more than one library, or to one of another version.
pub(super) fn examine(trust: bool) -> Result<Found, LoadError> {
    let functions = Functions::linked();
    let object = the_one_object(&functions)?;
    // `cargo run` has the loader look into a directory with a link to the library.
    let path = object.as_ref().and_then(Object::file).map(real);
    let wrong_version = |found| LoadError::WrongVersion {
        path: named(path.clone()),
        found,
        expected: MAJOR,
    };

    let by_symbol = object.as_ref().and_then(|object| {
        let handle = object.pin()?;
        // Not of a library that this one needs in turn.
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

/// The object that has all functions, if the system tells.
///
/// What the compiler has bound is asked for by address, and all the rest by name:
/// to refer to them would make a program need them all.
///
/// # Errors
///
/// It isn't one.
fn the_one_object(functions: &Functions) -> Result<Option<Object>, LoadError> {
    let mut addresses = functions.addresses();
    super::each_name(&mut |name| addresses.extend(object::bound(name)));
    let (mut first, mut last) = ends(&addresses);
    if first != last && first.as_ref().is_some_and(Object::has_stubs) {
        // Whether these are stubs or functions can't be told.
        addresses.retain(|address| Object::containing(*address) != first);
        (first, last) = ends(&addresses);
    }
    if first == last {
        return Ok(first);
    }
    Err(object::mixed([first, last]))
}

/// The objects of the lowest and of the highest address. If it is one, then it has
/// all that lie between them.
fn ends(addresses: &[NonNull<c_void>]) -> (Option<Object>, Option<Object>) {
    let object = |address: Option<&NonNull<c_void>>| Object::containing(*address?);
    (
        object(addresses.iter().min()),
        object(addresses.iter().max()),
    )
}
