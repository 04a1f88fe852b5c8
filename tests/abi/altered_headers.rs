//! Shows that a change of the headers is found and reported: each test alters one thing
//! in a copy of them.

use std::fs;
use std::path::Path;

use crate::difference::{Difference, How};
use crate::headers::Headers;
use crate::{Abi, compare, report};

/// Returns the differences, and the report, after `from` was replaced by `to` in a copy of
/// a header. No other test may use `name`.
fn altered(name: &str, header: &str, from: &str, to: &str) -> (Vec<Difference>, String) {
    let headers = &Abi::read().headers;
    let include = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("abi")
        .join(format!("{name}-include"));
    for name in headers.names() {
        let text = fs::read_to_string(headers.include.join(name)).unwrap();
        let text = if name == header {
            assert_eq!(text.matches(from).count(), 1, "`{from}` in <{header}>");
            text.replace(from, to)
        } else {
            text
        };
        let copy = include.join(name);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::write(copy, text).unwrap();
    }
    let abi = Abi::of(name, Headers::at(&include));
    let differences = compare::all(&abi);
    let report = report::markdown(&abi, &differences);
    (differences, report)
}

/// Finds one difference, which the report describes in this line and the following ones.
fn found(name: &str, (header, from, to): (&str, &str, &str), difference: (&str, How), told: &str) {
    let (differences, report) = altered(name, header, from, to);
    let found: Vec<_> = differences
        .iter()
        .map(|d| (&*d.name, d.how.clone()))
        .collect();
    assert_eq!(found, [difference], "{report}");
    assert!(report.contains(told), "`{told}` isn't in:\n{report}");
}

fn an_unaltered_copy_differs_in_nothing() {
    let (differences, report) = altered("unaltered", "wasm.h", "WASM_H\n\n", "WASM_H\n\n");
    assert_eq!(differences, []);
    assert_eq!(report, "");
}

fn a_function_that_is_gone_is_told() {
    found(
        "gone",
        (
            "wasmtime/sharedmemory.h",
            "WASM_API_EXTERN void\nwasmtime_sharedmemory_delete(wasmtime_sharedmemory_t *memory);",
            "",
        ),
        ("wasmtime_sharedmemory_delete", How::Gone),
        "### `wasmtime/sharedmemory.h`, in `src/sys/sharedmemory.rs`\n\n\
         - **Gone**: function `wasmtime_sharedmemory_delete`\n  \
         - `sys`: `fn wasmtime_sharedmemory_delete(*mut wasmtime_sharedmemory_t)`\n",
    );
}

fn a_new_function_is_told_with_its_feature() {
    found(
        "new",
        (
            "wasmtime/sharedmemory.h",
            "#endif // WASMTIME_FEATURE_THREADS",
            "WASM_API_EXTERN bool wasmtime_sharedmemory_is(wasmtime_sharedmemory_t*,\n\
             const char *name);\n#endif",
        ),
        ("wasmtime_sharedmemory_is", How::New),
        "- **New** function `wasmtime_sharedmemory_is`, of the feature `threads`\n  \
         - header: `bool wasmtime_sharedmemory_is(wasmtime_sharedmemory_t *, const char *name)`\n",
    );
}

fn a_parameter_of_another_type_is_told() {
    found(
        "parameter",
        ("wasmtime/wat.h", "size_t wat_len,", "uint32_t wat_len,"),
        ("wasmtime_wat2wasm", How::Changed("has another type".into())),
        "- **Changed**: function `wasmtime_wat2wasm` has another type\n  \
         - `sys`: `fn wasmtime_wat2wasm(*const c_char, usize, *mut wasm_byte_vec_t) -> \
         *mut wasmtime_error_t`\n  \
         - header: `wasmtime_error_t *wasmtime_wat2wasm(const char *wat, uint32_t wat_len, \
         wasm_byte_vec_t *ret)`\n",
    );
}

fn another_feature_of_a_function_is_told() {
    found(
        "feature",
        (
            "wasmtime/wat.h",
            "#ifdef WASMTIME_FEATURE_WAT",
            "#if defined(WASMTIME_FEATURE_WAT) && defined(WASMTIME_FEATURE_TEXT_FORMAT)",
        ),
        (
            "wasmtime_wat2wasm",
            How::Changed("needs `text-format`".into()),
        ),
        "function `wasmtime_wat2wasm` needs `text-format`",
    );
}

fn another_value_of_a_constant_is_told() {
    found(
        "constant",
        (
            "wasmtime/config.h",
            "  WASMTIME_STRATEGY_WINCH,",
            "  WASMTIME_STRATEGY_WINCH = 4,",
        ),
        (
            "WASMTIME_STRATEGY_WINCH",
            How::Changed("differs in value".into()),
        ),
        "- header: `WASMTIME_STRATEGY_WINCH = 4`\n",
    );
}

fn a_new_constant_is_told_with_its_value() {
    found(
        "new_constant",
        (
            "wasmtime/config.h",
            "  WASMTIME_STRATEGY_WINCH,",
            "  WASMTIME_STRATEGY_WINCH, WASMTIME_STRATEGY_OTHER,",
        ),
        ("WASMTIME_STRATEGY_OTHER", How::New),
        "- **New** constant `WASMTIME_STRATEGY_OTHER`\n  - header: `WASMTIME_STRATEGY_OTHER = 3`\n",
    );
}

fn another_field_of_a_struct_is_told() {
    let from = "  uint32_t __private2;\n} wasmtime_memory_t;";
    let alter = |name, to, why: &str, text| {
        found(
            name,
            ("wasmtime/extern.h", from, to),
            ("wasmtime_memory_t", How::Changed(why.into())),
            text,
        );
    };
    alter(
        "field_type",
        "  int32_t __private2;\n} wasmtime_memory_t;",
        "differs in type of __private2",
        "int32_t __private2; } wasmtime_memory_t`\n",
    );
    alter(
        "field_name",
        "  uint32_t other;\n} wasmtime_memory_t;",
        "has the fields id, other, but id, __private2 in `sys`",
        "uint32_t other; } wasmtime_memory_t`\n",
    );
}

fn another_callback_is_told() {
    found(
        "callback",
        (
            "wasmtime/store.h",
            "wasmtime_error_t *(*func)(wasmtime_context_t *context, void *data,",
            "wasmtime_error_t *(*func)(const wasmtime_context_t *context, void *data,",
        ),
        (
            "wasmtime_store_epoch_deadline_callback",
            How::Changed("has another type".into()),
        ),
        "in `src/sys/store.rs`",
    );
}

crate::tests![
    an_unaltered_copy_differs_in_nothing,
    a_function_that_is_gone_is_told,
    a_new_function_is_told_with_its_feature,
    a_parameter_of_another_type_is_told,
    another_feature_of_a_function_is_told,
    another_value_of_a_constant_is_told,
    a_new_constant_is_told_with_its_value,
    another_field_of_a_struct_is_told,
    another_callback_is_told,
];
