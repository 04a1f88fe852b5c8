//! `wasmtime/memory.h`. Linear memories and their types.

use super::*;

capi! {
    header "wasmtime/memory.h";

    functions(Core) {
        fn wasmtime_memorytype_new(
            min: u64,
            max_present: bool,
            max: u64,
            is_64: bool,
            shared: bool,
            page_size_log2: u8,
            ret: *mut *mut wasm_memorytype_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_memorytype_minimum(ty: *const wasm_memorytype_t) -> u64;
        fn wasmtime_memorytype_maximum(ty: *const wasm_memorytype_t, max: *mut u64) -> bool;
        fn wasmtime_memorytype_is64(ty: *const wasm_memorytype_t) -> bool;
        fn wasmtime_memorytype_isshared(ty: *const wasm_memorytype_t) -> bool;
        fn wasmtime_memorytype_page_size(ty: *const wasm_memorytype_t) -> u64;
        fn wasmtime_memorytype_page_size_log2(ty: *const wasm_memorytype_t) -> u8;
        fn wasmtime_memory_new(
            store: *mut wasmtime_context_t,
            ty: *const wasm_memorytype_t,
            ret: *mut wasmtime_memory_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_memory_type(
            store: *const wasmtime_context_t,
            memory: *const wasmtime_memory_t,
        ) -> *mut wasm_memorytype_t;
        fn wasmtime_memory_data(
            store: *mut wasmtime_context_t,
            memory: *const wasmtime_memory_t,
        ) -> *mut u8;
        fn wasmtime_memory_data_size(
            store: *const wasmtime_context_t,
            memory: *const wasmtime_memory_t,
        ) -> usize;
        fn wasmtime_memory_size(
            store: *const wasmtime_context_t,
            memory: *const wasmtime_memory_t,
        ) -> u64;
        fn wasmtime_memory_grow(
            store: *mut wasmtime_context_t,
            memory: *const wasmtime_memory_t,
            delta: u64,
            prev_size: *mut u64,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_memory_page_size(
            store: *mut wasmtime_context_t,
            memory: *const wasmtime_memory_t,
        ) -> u64;
        fn wasmtime_memory_page_size_log2(
            store: *mut wasmtime_context_t,
            memory: *const wasmtime_memory_t,
        ) -> u8;
    }
}
