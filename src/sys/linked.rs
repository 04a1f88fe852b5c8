//! The library when it is linked: it has what this crate was built for. The
//! counterpart of `loaded.rs`.
//!
//! A part of the program is what it was when the program was built. A shared
//! library may be another by now: see `dynamic.rs`.

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

/// The library, once it is known to be the right one and to stay in memory.
static LOADED: OnceLock<Loaded> = OnceLock::new();

pub(crate) fn load(options: &LoadOptions) -> Result<(), LoadError> {
    if LOADED.get().is_none() {
        let loaded = examine(options.trust_version)?;
        LOADED.get_or_init(|| loaded);
    }
    Ok(())
}

pub(crate) fn loaded() -> Option<&'static Loaded> {
    // Why there is none is for `load` to tell.
    _ = load(&LoadOptions::new());
    LOADED.get()
}

/// Sees to it, before the first call that matters, that the library is the right
/// one and stays in memory.
///
/// # Errors
///
/// A [`LoadError`].
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

/// Sees whether a function of libwasmtime's is in the same object as this crate, with
/// which it was linked.
///
/// A plugin whose functions have the names of C and are seen from outside, as those
/// are that Cargo builds, doesn't call its own if the process has another libwasmtime
/// where the dynamic linker looks first: the program is linked with one, say.
///
/// # Errors
///
/// It isn't.
#[cfg(not(wasmtime_link = "dynamic"))]
fn is_own(function: NonNull<c_void>) -> Result<(), LoadError> {
    let (own, other) = (object::own(), Object::containing(function));
    if own == other {
        return Ok(());
    }
    Err(object::mixed([own, other]))
}

/// What needs a feature is itself behind the Cargo feature, and without that
/// can't ask. It calls the library, which has to be the right one.
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

/// Whether the library is known to lack a feature. One of the system may have
/// more than this crate asks for.
pub(crate) fn lacks(feature: Feature) -> bool {
    cfg!(wasmtime_link = "vendored") && !has(feature)
}

/// The version that the build script found, or else the one that it insists on.
#[cfg(not(wasmtime_link = "dynamic"))]
fn version() -> LibraryVersion {
    #[cfg(wasmtime_link = "vendored")]
    let found = vendored::VERSION;
    #[cfg(not(wasmtime_link = "vendored"))]
    let found = option_env!("LIBWASMTIME_LINKED_VERSION").unwrap_or_default();
    LibraryVersion {
        major: MAJOR,
        patch: found
            .strip_prefix(&format!("{MAJOR}.0."))
            .and_then(|patch| patch.parse().ok()),
    }
}

/// Whether libwasmtime was built with a feature of the C API.
#[cfg(wasmtime_link = "vendored")]
macro_rules! built_with {
    ($feature:literal) => {
        vendored::has($feature)
    };
}

/// Whether a Cargo feature is on: the build script saw to it that the library has
/// it. It may have more.
#[cfg(not(wasmtime_link = "vendored"))]
macro_rules! built_with {
    ($feature:literal) => {
        cfg!(feature = $feature)
    };
}

/// Whether the library has what a feature stands for, as far as is known.
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
