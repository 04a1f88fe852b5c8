//! `wasmtime/profiling.h`. The guest profiler.

use super::*;

capi! {
    header "wasmtime/profiling.h";

    opaque {
        wasmtime_guestprofiler_t,
    }

    structs {
        struct wasmtime_guestprofiler_modules_t {
            name: *const wasm_name_t,
            module: *const wasmtime_module_t,
        }
    }

    functions(Profiling) {
        fn wasmtime_guestprofiler_delete(guestprofiler: *mut wasmtime_guestprofiler_t);
        fn wasmtime_guestprofiler_new(
            engine: *const wasm_engine_t,
            module_name: *const wasm_name_t,
            interval_nanos: u64,
            modules: *const wasmtime_guestprofiler_modules_t,
            modules_len: usize,
        ) -> *mut wasmtime_guestprofiler_t;
        fn wasmtime_guestprofiler_sample(
            guestprofiler: *mut wasmtime_guestprofiler_t,
            store: *const wasmtime_store_t,
            delta_nanos: u64,
        );
        fn wasmtime_guestprofiler_finish(
            guestprofiler: *mut wasmtime_guestprofiler_t,
            out: *mut wasm_byte_vec_t,
        ) -> *mut wasmtime_error_t;
    }
}
