//! `wasmtime/module.h`. Compiled modules.

use super::*;

capi! {
    header "wasmtime/module.h";

    opaque {
        wasmtime_module_t,
    }

    functions(Compiler) {
        fn wasmtime_module_new(
            engine: *mut wasm_engine_t,
            wasm: *const u8,
            wasm_len: usize,
            ret: *mut *mut wasmtime_module_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_module_validate(
            engine: *mut wasm_engine_t,
            wasm: *const u8,
            wasm_len: usize,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_module_serialize(
            module: *const wasmtime_module_t,
            ret: *mut wasm_byte_vec_t,
        ) -> *mut wasmtime_error_t;
    }

    functions(Core) {
        fn wasmtime_module_delete(m: *mut wasmtime_module_t);
        fn wasmtime_module_clone(m: *const wasmtime_module_t) -> *mut wasmtime_module_t;
        fn wasmtime_module_imports(
            module: *const wasmtime_module_t,
            out: *mut wasm_importtype_vec_t,
        );
        fn wasmtime_module_exports(
            module: *const wasmtime_module_t,
            out: *mut wasm_exporttype_vec_t,
        );
        fn wasmtime_module_deserialize(
            engine: *mut wasm_engine_t,
            bytes: *const u8,
            bytes_len: usize,
            ret: *mut *mut wasmtime_module_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_module_deserialize_file(
            engine: *mut wasm_engine_t,
            path: *const c_char,
            ret: *mut *mut wasmtime_module_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_module_image_range(
            module: *const wasmtime_module_t,
            start: *mut *mut c_void,
            end: *mut *mut c_void,
        );
    }
}
