//! `wasmtime/component/component.h`. Compiled components.

use super::*;

capi! {
    header "wasmtime/component/component.h";

    opaque {
        wasmtime_component_t,
        wasmtime_component_export_index_t,
    }

    functions(ComponentModel, Compiler) {
        fn wasmtime_component_new(
            engine: *const wasm_engine_t,
            buf: *const u8,
            len: usize,
            component_out: *mut *mut wasmtime_component_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_component_serialize(
            component: *const wasmtime_component_t,
            ret: *mut wasm_byte_vec_t,
        ) -> *mut wasmtime_error_t;
    }

    functions(ComponentModel) {
        fn wasmtime_component_deserialize(
            engine: *const wasm_engine_t,
            buf: *const u8,
            len: usize,
            component_out: *mut *mut wasmtime_component_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_component_deserialize_file(
            engine: *const wasm_engine_t,
            path: *const c_char,
            component_out: *mut *mut wasmtime_component_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_component_clone(
            component: *const wasmtime_component_t,
        ) -> *mut wasmtime_component_t;
        fn wasmtime_component_type(
            component: *const wasmtime_component_t,
        ) -> *mut wasmtime_component_type_t;
        fn wasmtime_component_delete(component: *mut wasmtime_component_t);
        fn wasmtime_component_get_export_index(
            component: *const wasmtime_component_t,
            instance_export_index: *const wasmtime_component_export_index_t,
            name: *const c_char,
            name_len: usize,
        ) -> *mut wasmtime_component_export_index_t;
        fn wasmtime_component_export_index_clone(
            index: *const wasmtime_component_export_index_t,
        ) -> *mut wasmtime_component_export_index_t;
        fn wasmtime_component_export_index_delete(
            export_index: *mut wasmtime_component_export_index_t,
        );
    }
}
