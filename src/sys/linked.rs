//! The library when it is linked: it is a part of the program, and it has what
//! this crate was built for. The counterpart of `loaded.rs`.

use std::sync::LazyLock;

use super::Feature;
use crate::Error;
use crate::load::{LibraryVersion, LoadError, LoadOptions, Loaded, MAJOR, Unsupported};

pub(crate) fn load(_: &LoadOptions) -> Result<(), LoadError> {
    Ok(())
}

pub(crate) fn loaded() -> Option<&'static Loaded> {
    static LINKED: LazyLock<Loaded> = LazyLock::new(|| Loaded {
        version: Some(version()),
        path: None,
        features: Feature::ALL
            .iter()
            .copied()
            .filter(|&feature| is_on(feature))
            .collect(),
    });
    Some(&LINKED)
}

#[inline]
pub(crate) fn ensure_loaded() -> Result<(), Error> {
    Ok(())
}

/// What needs a feature is itself behind the Cargo feature, and without that
/// can't ask.
#[inline]
pub(crate) fn require(_: Feature) -> Result<(), Unsupported> {
    Ok(())
}

/// Whether the library is known to lack a feature. One of the system may have
/// more than this crate asks for.
pub(crate) fn lacks(feature: Feature) -> bool {
    cfg!(wasmtime_link = "vendored") && !is_on(feature)
}

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
