//! `wasmtime/store.h`. Stores, contexts, fuel and epochs.

use super::*;

capi! {
    header "wasmtime/store.h";

    opaque {
        wasmtime_store_t,
        wasmtime_context_t,
    }

    types {
        type wasmtime_update_deadline_kind_t = u8;
    }

    constants {
        const WASMTIME_UPDATE_DEADLINE_CONTINUE: wasmtime_update_deadline_kind_t = 0;
        const WASMTIME_UPDATE_DEADLINE_YIELD: wasmtime_update_deadline_kind_t = 1;
    }

    functions(Core) {
        fn wasmtime_store_new(
            engine: *mut wasm_engine_t,
            data: *mut c_void,
            finalizer: Option<unsafe extern "C" fn(*mut c_void)>,
        ) -> *mut wasmtime_store_t;
        fn wasmtime_store_context(store: *mut wasmtime_store_t) -> *mut wasmtime_context_t;
        fn wasmtime_store_limiter(
            store: *mut wasmtime_store_t,
            memory_size: i64,
            table_elements: i64,
            instances: i64,
            tables: i64,
            memories: i64,
        );
        fn wasmtime_store_delete(store: *mut wasmtime_store_t);
        fn wasmtime_context_get_data(context: *const wasmtime_context_t) -> *mut c_void;
        fn wasmtime_context_set_data(context: *mut wasmtime_context_t, data: *mut c_void);
        fn wasmtime_context_set_fuel(
            store: *mut wasmtime_context_t,
            fuel: u64,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_context_get_fuel(
            context: *const wasmtime_context_t,
            fuel: *mut u64,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_context_set_epoch_deadline(
            context: *mut wasmtime_context_t,
            ticks_beyond_current: u64,
        );
        fn wasmtime_store_epoch_deadline_callback(
            store: *mut wasmtime_store_t,
            func: Option<unsafe extern "C" fn(*mut wasmtime_context_t, *mut c_void, *mut u64, *mut wasmtime_update_deadline_kind_t) -> *mut wasmtime_error_t>,
            data: *mut c_void,
            finalizer: Option<unsafe extern "C" fn(*mut c_void)>,
        );
    }

    functions(Gc) {
        fn wasmtime_context_gc(context: *mut wasmtime_context_t) -> *mut wasmtime_error_t;
    }

    functions(Wasi) {
        fn wasmtime_context_set_wasi(
            context: *mut wasmtime_context_t,
            wasi: *mut wasi_config_t,
        ) -> *mut wasmtime_error_t;
    }

    functions(WasiHttp) {
        fn wasmtime_context_set_wasi_http(context: *mut wasmtime_context_t);
    }
}
