//! `wasmtime/component/instance.h`. Instances of components.

use super::*;

capi! {
    header "wasmtime/component/instance.h";

    structs {
        struct wasmtime_component_instance_t {
            store_id: u64,
            __private: u32,
        }
    }

    functions(ComponentModel) {
        fn wasmtime_component_instance_get_export_index(
            instance: *const wasmtime_component_instance_t,
            context: *mut wasmtime_context_t,
            instance_export_index: *const wasmtime_component_export_index_t,
            name: *const c_char,
            name_len: usize,
        ) -> *mut wasmtime_component_export_index_t;
        fn wasmtime_component_instance_get_func(
            instance: *const wasmtime_component_instance_t,
            context: *mut wasmtime_context_t,
            export_index: *const wasmtime_component_export_index_t,
            func_out: *mut wasmtime_component_func_t,
        ) -> bool;
    }
}
