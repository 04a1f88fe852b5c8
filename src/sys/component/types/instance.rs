//! `wasmtime/component/types/instance.h`. Types of component instances.

use super::*;

capi! {
    header "wasmtime/component/types/instance.h";

    opaque {
        wasmtime_component_instance_type_t,
    }

    functions(ComponentModel) {
        fn wasmtime_component_instance_type_clone(
            ty: *const wasmtime_component_instance_type_t,
        ) -> *mut wasmtime_component_instance_type_t;
        fn wasmtime_component_instance_type_delete(ty: *mut wasmtime_component_instance_type_t);
        fn wasmtime_component_instance_type_export_count(
            ty: *const wasmtime_component_instance_type_t,
            engine: *const wasm_engine_t,
        ) -> usize;
        fn wasmtime_component_instance_type_export_get(
            ty: *const wasmtime_component_instance_type_t,
            engine: *const wasm_engine_t,
            name: *const c_char,
            name_len: usize,
            ret: *mut wasmtime_component_item_t,
        ) -> bool;
        fn wasmtime_component_instance_type_export_nth(
            ty: *const wasmtime_component_instance_type_t,
            engine: *const wasm_engine_t,
            nth: usize,
            name_ret: *mut *const c_char,
            name_len_ret: *mut usize,
            type_ret: *mut wasmtime_component_item_t,
        ) -> bool;
    }
}
