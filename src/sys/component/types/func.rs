//! `wasmtime/component/types/func.h`. Types of component functions.

use super::*;

capi! {
    header "wasmtime/component/types/func.h";

    opaque {
        wasmtime_component_func_type_t,
    }

    functions(ComponentModel) {
        fn wasmtime_component_func_type_clone(
            ty: *const wasmtime_component_func_type_t,
        ) -> *mut wasmtime_component_func_type_t;
        fn wasmtime_component_func_type_delete(ty: *mut wasmtime_component_func_type_t);
        fn wasmtime_component_func_type_async(ty: *const wasmtime_component_func_type_t) -> bool;
        fn wasmtime_component_func_type_param_count(
            ty: *const wasmtime_component_func_type_t,
        ) -> usize;
        fn wasmtime_component_func_type_param_nth(
            ty: *const wasmtime_component_func_type_t,
            nth: usize,
            name_ret: *mut *const c_char,
            name_len_ret: *mut usize,
            type_ret: *mut wasmtime_component_valtype_t,
        ) -> bool;
        fn wasmtime_component_func_type_result(
            ty: *const wasmtime_component_func_type_t,
            type_ret: *mut wasmtime_component_valtype_t,
        ) -> bool;
    }
}
