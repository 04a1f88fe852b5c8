//! `wasmtime/component/types/module.h`. Types of core modules inside components.

use super::*;

capi! {
    header "wasmtime/component/types/module.h";

    opaque {
        wasmtime_module_type_t,
    }

    functions(ComponentModel) {
        fn wasmtime_module_type_clone(
            ty: *const wasmtime_module_type_t,
        ) -> *mut wasmtime_module_type_t;
        fn wasmtime_module_type_delete(ty: *mut wasmtime_module_type_t);
        fn wasmtime_module_type_import_count(
            ty: *const wasmtime_module_type_t,
            engine: *const wasm_engine_t,
        ) -> usize;
        fn wasmtime_module_type_import_nth(
            ty: *const wasmtime_module_type_t,
            engine: *const wasm_engine_t,
            nth: usize,
        ) -> *mut wasm_importtype_t;
        fn wasmtime_module_type_export_count(
            ty: *const wasmtime_module_type_t,
            engine: *const wasm_engine_t,
        ) -> usize;
        fn wasmtime_module_type_export_nth(
            ty: *const wasmtime_module_type_t,
            engine: *const wasm_engine_t,
            nth: usize,
        ) -> *mut wasm_exporttype_t;
    }
}
