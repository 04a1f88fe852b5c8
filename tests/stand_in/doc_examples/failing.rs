//! The examples that can't pass.

/// Their names, each with the reason.
// Version 48: the names; look at the documentation of `wasmtime`.
pub const FAILING: &[(&str, &str)] = &[
    (
        "code_builder_expose_unsafe_intrinsics_2",
        "the C API has neither `CodeBuilder` nor intrinsics for components",
    ),
    (
        "module_resources_required",
        "the C API has nothing for `Module::resources_required`",
    ),
    (
        "trap_capture",
        "the C API has nothing for `WasmBacktrace::capture`",
    ),
];
