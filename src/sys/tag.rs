//! `wasmtime/tag.h`. Tags of exceptions.

use super::*;

capi! {
    header "wasmtime/tag.h";

    structs {
        struct wasmtime_tag_id_t {
            store_id: u64,
            __private1: u32,
        }
        struct wasmtime_tag_t {
            id: wasmtime_tag_id_t,
            __private2: u32,
        }
    }

    functions(Core) {
        fn wasmtime_tag_new(
            store: *mut wasmtime_context_t,
            tt: *const wasm_tagtype_t,
            ret: *mut wasmtime_tag_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_tag_type(
            store: *const wasmtime_context_t,
            tag: *const wasmtime_tag_t,
        ) -> *mut wasm_tagtype_t;
        fn wasmtime_tag_eq(
            store: *const wasmtime_context_t,
            a: *const wasmtime_tag_t,
            b: *const wasmtime_tag_t,
        ) -> bool;
    }
}
