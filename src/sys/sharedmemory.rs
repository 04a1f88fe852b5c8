//! `wasmtime/sharedmemory.h`. Memories shared between threads.

use super::*;

capi! {
    header "wasmtime/sharedmemory.h";

    opaque {
        wasmtime_sharedmemory_t,
    }

    functions(Threads) {
        fn wasmtime_sharedmemory_new(
            engine: *const wasm_engine_t,
            ty: *const wasm_memorytype_t,
            ret: *mut *mut wasmtime_sharedmemory_t,
        ) -> *mut wasmtime_error_t;
    }

    functions(Core) {
        fn wasmtime_sharedmemory_delete(memory: *mut wasmtime_sharedmemory_t);
        fn wasmtime_sharedmemory_clone(
            memory: *const wasmtime_sharedmemory_t,
        ) -> *mut wasmtime_sharedmemory_t;
        fn wasmtime_sharedmemory_type(
            memory: *const wasmtime_sharedmemory_t,
        ) -> *mut wasm_memorytype_t;
        fn wasmtime_sharedmemory_data(memory: *const wasmtime_sharedmemory_t) -> *mut u8;
        fn wasmtime_sharedmemory_data_size(memory: *const wasmtime_sharedmemory_t) -> usize;
        fn wasmtime_sharedmemory_size(memory: *const wasmtime_sharedmemory_t) -> u64;
        fn wasmtime_sharedmemory_grow(
            memory: *const wasmtime_sharedmemory_t,
            delta: u64,
            prev_size: *mut u64,
        ) -> *mut wasmtime_error_t;
    }
}
