//! libwasmtime from source: makes it a part of the program, and compares its features
//! with the Cargo features that are on, as the build script does for a library of the
//! system.

/// The version in full.
pub(crate) const VERSION: &str = libwasmtime_vendor::VERSION;

/// Reports whether libwasmtime was built with a feature of the C API.
pub(crate) const fn has(feature: &str) -> bool {
    libwasmtime_vendor::has(feature)
}

/// Stops the compilation if libwasmtime was built without a feature. The first
/// argument is what the build script adds to the message.
macro_rules! require {
    ($remark:literal; $($feature:literal,)*) => {$(
        const _: () = assert!(
            has($feature),
            concat!(
                "the Cargo feature `", $feature, "` of `libwasmtime` is on, and libwasmtime is \
                 built from source without it: turn the feature off, or depend on the package \
                 `libwasmtime-vendor` as well and turn on its feature `", $feature, "`",
                $remark
            )
        );
    )*};
}

// The features that are on.
include!(concat!(env!("OUT_DIR"), "/required.rs"));
