//! The library when it is linked: it has what this crate was built for. The
//! counterpart of `loaded.rs`.
//!
//! A part of the program is what it was when the program was built. A shared
//! library may be another by now: see `dynamic.rs`.

use std::ptr::NonNull;
use std::sync::OnceLock;

#[cfg(wasmtime_link = "dynamic")]
use super::dynamic;
use super::{Feature, object};
use crate::Error;
#[cfg(not(wasmtime_link = "dynamic"))]
use crate::load::{LibraryVersion, MAJOR};
use crate::load::{LoadError, LoadOptions, Loaded, Unsupported};

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
pub(crate) fn ensure_loaded() -> Result<(), Error> {
    match LOADED.get() {
        Some(_) => Ok(()),
        None => Ok(load(&LoadOptions::new())?),
    }
}

#[cold]
fn examine(trust: bool) -> Result<Loaded, LoadError> {
    #[cfg(wasmtime_link = "dynamic")]
    let dynamic::Found { version, path } = dynamic::examine(trust)?;
    #[cfg(not(wasmtime_link = "dynamic"))]
    let (version, path, _) = (Some(version()), None, trust);

    if let Some(function) = NonNull::new(super::wasm_engine_new as *mut _) {
        object::pin_both(function);
    }
    let features = Feature::ALL.iter().copied();
    Ok(Loaded {
        version,
        path,
        features: features.filter(|&feature| is_on(feature)).collect(),
    })
}

/// What needs a feature is itself behind the Cargo feature, and without that
/// can't ask. It calls the library: a shared one has to be the right one.
#[inline]
pub(crate) fn require(feature: Feature) -> Result<(), Unsupported> {
    if cfg!(wasmtime_link = "dynamic")
        && LOADED.get().is_none()
        && let Err(cause) = load(&LoadOptions::new())
    {
        return Err(Unsupported {
            feature,
            library: None,
            cause: Some(cause),
        });
    }
    Ok(())
}

/// Whether the library is known to lack a feature. One of the system may have
/// more than this crate asks for.
pub(crate) fn lacks(feature: Feature) -> bool {
    cfg!(wasmtime_link = "vendored") && !is_on(feature)
}

#[cfg(not(wasmtime_link = "dynamic"))]
/// The version that the build script found, or else the one that it insists on.
fn version() -> LibraryVersion {
    let found = option_env!("LIBWASMTIME_LINKED_VERSION").unwrap_or_default();
    LibraryVersion {
        major: MAJOR,
        patch: found
            .strip_prefix(&format!("{MAJOR}.0."))
            .and_then(|patch| patch.parse().ok()),
    }
}

fn is_on(feature: Feature) -> bool {
    match feature {
        Feature::Async => cfg!(feature = "async"),
        Feature::Cache => cfg!(feature = "cache"),
        Feature::Compiler => cfg!(any(feature = "cranelift", feature = "winch")),
        Feature::ComponentModel => cfg!(feature = "component-model"),
        Feature::ComponentModelAsync => cfg!(feature = "component-model-async"),
        Feature::Gc => cfg!(feature = "gc"),
        Feature::ParallelCompilation => cfg!(feature = "parallel-compilation"),
        Feature::PoolingAllocator => cfg!(feature = "pooling-allocator"),
        Feature::Profiling => cfg!(feature = "profiling"),
        Feature::Threads => cfg!(feature = "threads"),
        Feature::Wasi => cfg!(feature = "wasi"),
        Feature::WasiHttp => cfg!(feature = "wasi-http"),
        Feature::Wat => cfg!(feature = "wat"),
        Feature::StackSwitching => false,
    }
}
