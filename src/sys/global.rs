//! `wasmtime/global.h`. Globals.

use super::*;

capi! {
    header "wasmtime/global.h";

    functions(Core) {
        fn wasmtime_global_new(
            store: *mut wasmtime_context_t,
            ty: *const wasm_globaltype_t,
            val: *const wasmtime_val_t,
            ret: *mut wasmtime_global_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_global_type(
            store: *const wasmtime_context_t,
            global: *const wasmtime_global_t,
        ) -> *mut wasm_globaltype_t;
        fn wasmtime_global_get(
            store: *mut wasmtime_context_t,
            global: *const wasmtime_global_t,
            out: *mut wasmtime_val_t,
        );
        fn wasmtime_global_set(
            store: *mut wasmtime_context_t,
            global: *const wasmtime_global_t,
            val: *const wasmtime_val_t,
        ) -> *mut wasmtime_error_t;
    }
}
