//! `wasmtime/types/arrayref.h`. Types of arrays.

use super::*;

capi! {
    header "wasmtime/types/arrayref.h";

    opaque {
        wasmtime_array_type_t,
    }

    functions(Core) {
        fn wasmtime_array_type_new(
            engine: *const wasm_engine_t,
            field: *const wasmtime_field_type_t,
        ) -> *mut wasmtime_array_type_t;
        fn wasmtime_array_type_copy(ty: *const wasmtime_array_type_t) -> *mut wasmtime_array_type_t;
        fn wasmtime_array_type_delete(ty: *mut wasmtime_array_type_t);
        fn wasmtime_array_type_element(
            ty: *const wasmtime_array_type_t,
            out: *mut wasmtime_field_type_t,
        );
    }
}
