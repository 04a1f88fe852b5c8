//! `wasmtime/instance.h`. Instances.

use super::*;

capi! {
    header "wasmtime/instance.h";

    opaque {
        wasmtime_instance_pre_t,
    }

    structs {
        struct wasmtime_instance_t {
            store_id: u64,
            __private: usize,
        }
    }

    functions(Core) {
        fn wasmtime_instance_new(
            store: *mut wasmtime_context_t,
            module: *const wasmtime_module_t,
            imports: *const wasmtime_extern_t,
            nimports: usize,
            instance: *mut wasmtime_instance_t,
            trap: *mut *mut wasm_trap_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_instance_export_get(
            store: *mut wasmtime_context_t,
            instance: *const wasmtime_instance_t,
            name: *const c_char,
            name_len: usize,
            item: *mut wasmtime_extern_t,
        ) -> bool;
        fn wasmtime_instance_export_nth(
            store: *mut wasmtime_context_t,
            instance: *const wasmtime_instance_t,
            index: usize,
            name: *mut *mut c_char,
            name_len: *mut usize,
            item: *mut wasmtime_extern_t,
        ) -> bool;
        fn wasmtime_instance_pre_delete(instance_pre: *mut wasmtime_instance_pre_t);
        fn wasmtime_instance_pre_instantiate(
            instance_pre: *const wasmtime_instance_pre_t,
            store: *mut wasmtime_context_t,
            instance: *mut wasmtime_instance_t,
            trap_ptr: *mut *mut wasm_trap_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_instance_pre_module(
            instance_pre: *const wasmtime_instance_pre_t,
        ) -> *mut wasmtime_module_t;
    }
}
