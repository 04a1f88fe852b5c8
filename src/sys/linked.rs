//! The library when it is linked: it has the features that this crate was built for.
//! `loaded.rs` is the counterpart for the link mode `load`.
//!
//! A library that is a part of the program doesn't change after the build. A shared
//! library may be another one when the program runs: see `dynamic.rs`.

#[cfg(not(wasmtime_link = "dynamic"))]
use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::OnceLock;

#[cfg(wasmtime_link = "dynamic")]
use super::dynamic;
#[cfg(not(wasmtime_link = "dynamic"))]
use super::library::{LibraryVersion, MAJOR};
use super::library::{LoadError, LoadOptions, Loaded, Unsupported};
#[cfg(not(wasmtime_link = "dynamic"))]
use super::object::Object;
#[cfg(wasmtime_link = "vendored")]
use super::vendored;
use super::{Feature, object};

/// The library, once it was found to be the right one and is kept in memory.
static LOADED: OnceLock<Loaded> = OnceLock::new();

pub(crate) fn load(options: &LoadOptions) -> Result<(), LoadError> {
    if LOADED.get().is_none() {
        let loaded = examine(options.trust_version)?;
        LOADED.get_or_init(|| loaded);
    }
    Ok(())
}

pub(crate) fn loaded() -> Option<&'static Loaded> {
    // `load` is there to return the error.
    _ = load(&LoadOptions::new());
    LOADED.get()
}

/// Checks, before the first call that matters, that the library is the right one, and
/// keeps it in memory.
///
/// # Errors
///
/// Returns an error if it is another library.
#[inline]
pub(crate) fn ensure_loaded() -> Result<(), LoadError> {
    match LOADED.get() {
        Some(_) => Ok(()),
        None => load(&LoadOptions::new()),
    }
}

#[cold]
fn examine(trust: bool) -> Result<Loaded, LoadError> {
    #[cfg(wasmtime_link = "dynamic")]
    let dynamic::Found { version, path } = dynamic::examine(trust)?;
    #[cfg(not(wasmtime_link = "dynamic"))]
    let (version, path, _) = (Some(version()), None, trust);

    if let Some(function) = NonNull::new(super::wasm_engine_new as *mut _) {
        #[cfg(not(wasmtime_link = "dynamic"))]
        is_own(function)?;
        object::pin_both(function);
    }
    let features = Feature::ALL.iter().copied();
    Ok(Loaded {
        version,
        path,
        features: features.filter(|&feature| has(feature)).collect(),
    })
}

/// Checks that a function of libwasmtime is in the same object as this crate, with which
/// it was linked.
///
/// It may be in another object in a plugin that exports libwasmtime's functions, as
/// plugins built by Cargo do. If the process has another libwasmtime that the dynamic
/// linker searches first, because the program is linked with it for instance, the
/// plugin calls that one.
///
/// # Errors
///
/// Returns an error if they are in different objects.
#[cfg(not(wasmtime_link = "dynamic"))]
fn is_own(function: NonNull<c_void>) -> Result<(), LoadError> {
    let (own, other) = (object::own(), Object::containing(function));
    if own == other {
        return Ok(());
    }
    Err(object::mixed([own, other]))
}

/// Checks that the functions of a feature can be called.
///
/// A linked library has all features whose Cargo feature is on, and code that needs
/// another feature isn't compiled. Only the library itself has to be checked.
///
/// # Errors
///
/// Returns an error if it is another library.
#[inline]
pub(crate) fn require(feature: Feature) -> Result<(), Unsupported> {
    match LOADED.get() {
        Some(_) => Ok(()),
        None => load(&LoadOptions::new()).map_err(|cause| Unsupported {
            feature,
            library: None,
            cause: Some(cause),
        }),
    }
}

/// Reports whether the library is known to lack a feature. A library of the system may
/// have more features than this crate requires.
pub(crate) fn lacks(feature: Feature) -> bool {
    cfg!(wasmtime_link = "vendored") && !has(feature)
}

/// Returns the version that the build script found, or else the one that it requires.
#[cfg(not(wasmtime_link = "dynamic"))]
fn version() -> LibraryVersion {
    #[cfg(wasmtime_link = "vendored")]
    let found = vendored::VERSION;
    #[cfg(not(wasmtime_link = "vendored"))]
    let found = option_env!("LIBWASMTIME_LINKED_VERSION").unwrap_or_default();
    LibraryVersion {
        major: MAJOR,
        patch: found
            // Version 48: the minor version is always 0; look at upstream's releases.
            .strip_prefix(&format!("{MAJOR}.0."))
            .and_then(|patch| patch.parse().ok()),
    }
}

/// Tells whether libwasmtime was built with a feature of the C API.
#[cfg(wasmtime_link = "vendored")]
macro_rules! built_with {
    ($feature:literal) => {
        vendored::has($feature)
    };
}

/// Tells whether a Cargo feature is on. The build script has checked that the library has
/// the features that are on; it may have more.
#[cfg(not(wasmtime_link = "vendored"))]
macro_rules! built_with {
    ($feature:literal) => {
        cfg!(feature = $feature)
    };
}

/// Reports whether the library has a feature, as far as that is known.
fn has(feature: Feature) -> bool {
    match feature {
        Feature::Async => built_with!("async"),
        Feature::Cache => built_with!("cache"),
        Feature::Compiler => built_with!("cranelift") || built_with!("winch"),
        Feature::ComponentModel => built_with!("component-model"),
        Feature::ComponentModelAsync => built_with!("component-model-async"),
        Feature::Gc => built_with!("gc"),
        Feature::ParallelCompilation => built_with!("parallel-compilation"),
        Feature::PoolingAllocator => built_with!("pooling-allocator"),
        Feature::Profiling => built_with!("profiling"),
        Feature::Threads => built_with!("threads"),
        Feature::Wasi => built_with!("wasi"),
        Feature::WasiHttp => built_with!("wasi-http"),
        Feature::Wat => built_with!("wat"),
        Feature::StackSwitching => false,
    }
}

#[cfg(all(
    test,
    unix,
    not(wasmtime_link = "dynamic"),
    not(target_feature = "crt-static")
))]
mod tests {
    use super::*;

    #[test]
    fn functions_of_another_library_are_refused() {
        unsafe extern "C" {
            fn malloc(size: usize) -> *mut c_void;
        }
        let own = NonNull::new(is_own as *mut c_void).unwrap();
        assert_eq!(is_own(own), Ok(()));
        let anothers = NonNull::new(malloc as *mut c_void).unwrap();
        let Err(LoadError::Mixed { paths }) = is_own(anothers) else {
            panic!("it is in the C library");
        };
        assert_ne!(paths[0], paths[1]);
        assert_eq!(paths[0], std::env::current_exe().unwrap());
    }
}
