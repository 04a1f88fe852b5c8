//! Cargo features of the `wasmtime` crate that are refused.
//!
//! Features of that crate which only add names do nothing here: a program that uses such
//! a name doesn't compile. The features below change what a program does although it
//! uses no name that is missing here, or serve no other purpose. Turning them on is an
//! error, since the program would silently lack what it asks for.

/// Stops the compilation if one of these features is on.
macro_rules! refuse {
    ($($feature:literal: $reason:literal;)*) => {$(
        #[cfg(feature = $feature)]
        compile_error!(concat!(
            "libwasmtime doesn't have what the feature `", $feature, "` of the `wasmtime` crate \
             asks for: ", $reason, ". Turn the feature off, or use the `wasmtime` crate. \
             `cargo tree --edges features --invert libwasmtime` shows what turned it on."
        ));
    )*};
}

refuse! {
    "call-hook": "the C API has no call hooks";
    "custom-fiber": "the C API can't be told how to switch stacks";
    "custom-native-signals": "the C API can't be told how to handle signals";
    "custom-sync-primitives": "the C API can't be told how to lock";
    "custom-virtual-memory": "the C API can't be told how to map memory";
    "memory-protection-keys": "the C API can't turn on memory protection keys";
    "profile-pulley": "the C API has no profiler of the interpreter";
    "reexport-wasmparser": "libwasmtime's own `wasmparser` is not part of the C API";
    "rr": "the C API can't record and replay";
    "wmemcheck": "the C API can't turn on wmemcheck";
}
