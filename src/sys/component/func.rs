//! `wasmtime/component/func.h`. Functions of components.

use super::*;

capi! {
    header "wasmtime/component/func.h";

    structs {
        struct wasmtime_component_func_id_t {
            store_id: u64,
            __private1: u32,
        }
        struct wasmtime_component_func_t {
            id: wasmtime_component_func_id_t,
            __private2: u32,
        }
    }

    functions(ComponentModel) {
        fn wasmtime_component_func_type(
            func: *const wasmtime_component_func_t,
            context: *mut wasmtime_context_t,
        ) -> *mut wasmtime_component_func_type_t;
        fn wasmtime_component_func_call(
            func: *const wasmtime_component_func_t,
            context: *mut wasmtime_context_t,
            args: *const wasmtime_component_val_t,
            args_size: usize,
            results: *mut wasmtime_component_val_t,
            results_size: usize,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_component_func_post_return(
            func: *const wasmtime_component_func_t,
            context: *mut wasmtime_context_t,
        ) -> *mut wasmtime_error_t;
    }

    functions(ComponentModel, ComponentModelAsync) {
        fn wasmtime_component_func_call_async(
            func: *const wasmtime_component_func_t,
            context: *mut wasmtime_context_t,
            args: *const wasmtime_component_val_t,
            args_size: usize,
            results: *mut wasmtime_component_val_t,
            results_size: usize,
            error_ret: *mut *mut wasmtime_error_t,
        ) -> *mut wasmtime_call_future_t;
    }
}
