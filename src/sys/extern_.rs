//! `wasmtime/extern.h`. Items that modules import and export.

use super::*;

capi! {
    header "wasmtime/extern.h";

    types {
        type wasmtime_extern_kind_t = u8;
    }

    structs {
        struct wasmtime_func_t {
            store_id: u64,
            __private: *mut c_void,
        }
        struct wasmtime_table_id_t {
            store_id: u64,
            __private1: u32,
        }
        struct wasmtime_table_t {
            id: wasmtime_table_id_t,
            __private2: u32,
        }
        struct wasmtime_memory_id_t {
            store_id: u64,
            __private1: u32,
        }
        struct wasmtime_memory_t {
            id: wasmtime_memory_id_t,
            __private2: u32,
        }
        struct wasmtime_global_t {
            store_id: u64,
            __private1: u32,
            __private2: u32,
            __private3: u32,
        }
        struct wasmtime_extern_t {
            kind: wasmtime_extern_kind_t,
            of: wasmtime_extern_union_t,
        }
    }

    unions {
        union wasmtime_extern_union_t {
            func: wasmtime_func_t,
            global: wasmtime_global_t,
            table: wasmtime_table_t,
            memory: wasmtime_memory_t,
            sharedmemory: *mut wasmtime_sharedmemory_t,
            tag: wasmtime_tag_t,
        }
    }

    constants {
        const WASMTIME_EXTERN_FUNC: wasmtime_extern_kind_t = 0;
        const WASMTIME_EXTERN_GLOBAL: wasmtime_extern_kind_t = 1;
        const WASMTIME_EXTERN_TABLE: wasmtime_extern_kind_t = 2;
        const WASMTIME_EXTERN_MEMORY: wasmtime_extern_kind_t = 3;
        const WASMTIME_EXTERN_SHAREDMEMORY: wasmtime_extern_kind_t = 4;
        const WASMTIME_EXTERN_TAG: wasmtime_extern_kind_t = 5;
    }

    functions(Core) {
        fn wasmtime_extern_delete(val: *mut wasmtime_extern_t);
        fn wasmtime_extern_type(
            context: *mut wasmtime_context_t,
            val: *const wasmtime_extern_t,
        ) -> *mut wasm_externtype_t;
    }
}
