//! The examples that can't pass.

/// Their names, each with the reason. Those of later work pass when it is done.
// Version 48: the names; look at the documentation of `wasmtime`.
pub const FAILING: &[(&str, &str)] = &[
    ("arrayref_arrayref", ARRAYS),
    ("arrayref_arrayrefpre", ARRAYS),
    (
        "code_builder_expose_unsafe_intrinsics_2",
        "the C API has neither `CodeBuilder` nor intrinsics for components",
    ),
    ("eqref_eqref", EQREF),
    ("eqref_from_i31", EQREF),
    (
        "module_resources_required",
        "the C API has nothing for `Module::resources_required`",
    ),
    ("structref_structref", STRUCTS),
    ("structref_structrefpre", STRUCTS),
    (
        "trap_capture",
        "the C API has nothing for `WasmBacktrace::capture`",
    ),
];

const ARRAYS: &str = "later work: the contents of arrays";
const EQREF: &str = "later work: `EqRef`";
const STRUCTS: &str = "later work: the contents of structs";
