//! `wasmtime/table.h`. Tables.

use super::*;

capi! {
    header "wasmtime/table.h";

    functions(Core) {
        fn wasmtime_table_new(
            store: *mut wasmtime_context_t,
            ty: *const wasm_tabletype_t,
            init: *const wasmtime_val_t,
            table: *mut wasmtime_table_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_table_type(
            store: *const wasmtime_context_t,
            table: *const wasmtime_table_t,
        ) -> *mut wasm_tabletype_t;
        fn wasmtime_table_get(
            store: *mut wasmtime_context_t,
            table: *const wasmtime_table_t,
            index: u64,
            val: *mut wasmtime_val_t,
        ) -> bool;
        fn wasmtime_table_set(
            store: *mut wasmtime_context_t,
            table: *const wasmtime_table_t,
            index: u64,
            value: *const wasmtime_val_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_table_size(
            store: *const wasmtime_context_t,
            table: *const wasmtime_table_t,
        ) -> u64;
        fn wasmtime_table_grow(
            store: *mut wasmtime_context_t,
            table: *const wasmtime_table_t,
            delta: u64,
            init: *const wasmtime_val_t,
            prev_size: *mut u64,
        ) -> *mut wasmtime_error_t;
    }
}
