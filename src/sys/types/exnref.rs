//! `wasmtime/types/exnref.h`. Types of exceptions.

use super::*;

capi! {
    header "wasmtime/types/exnref.h";

    opaque {
        wasmtime_exn_type_t,
    }

    functions(Core) {
        fn wasmtime_exn_type_new(
            engine: *const wasm_engine_t,
            params: *const wasm_valtype_vec_t,
            out: *mut *mut wasmtime_exn_type_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_exn_type_delete(ty: *mut wasmtime_exn_type_t);
        fn wasmtime_exn_type_copy(ty: *const wasmtime_exn_type_t) -> *mut wasmtime_exn_type_t;
        fn wasmtime_exn_type_tag_type(ty: *const wasmtime_exn_type_t) -> *mut wasm_tagtype_t;
    }
}
