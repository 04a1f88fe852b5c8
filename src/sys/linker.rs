//! `wasmtime/linker.h`. Linkers.

use super::*;

capi! {
    header "wasmtime/linker.h";

    opaque {
        wasmtime_linker_t,
    }

    functions(Core) {
        fn wasmtime_linker_new(engine: *mut wasm_engine_t) -> *mut wasmtime_linker_t;
        fn wasmtime_linker_clone(linker: *const wasmtime_linker_t) -> *mut wasmtime_linker_t;
        fn wasmtime_linker_delete(linker: *mut wasmtime_linker_t);
        fn wasmtime_linker_allow_shadowing(linker: *mut wasmtime_linker_t, allow_shadowing: bool);
        fn wasmtime_linker_define_unknown_imports_as_traps(
            linker: *mut wasmtime_linker_t,
            module: *const wasmtime_module_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_linker_define_unknown_imports_as_default_values(
            linker: *mut wasmtime_linker_t,
            store: *mut wasmtime_context_t,
            module: *const wasmtime_module_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_linker_define(
            linker: *mut wasmtime_linker_t,
            store: *mut wasmtime_context_t,
            module: *const c_char,
            module_len: usize,
            name: *const c_char,
            name_len: usize,
            item: *const wasmtime_extern_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_linker_define_func(
            linker: *mut wasmtime_linker_t,
            module: *const c_char,
            module_len: usize,
            name: *const c_char,
            name_len: usize,
            ty: *const wasm_functype_t,
            cb: wasmtime_func_callback_t,
            data: *mut c_void,
            finalizer: Option<unsafe extern "C" fn(*mut c_void)>,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_linker_define_func_unchecked(
            linker: *mut wasmtime_linker_t,
            module: *const c_char,
            module_len: usize,
            name: *const c_char,
            name_len: usize,
            ty: *const wasm_functype_t,
            cb: wasmtime_func_unchecked_callback_t,
            data: *mut c_void,
            finalizer: Option<unsafe extern "C" fn(*mut c_void)>,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_linker_define_instance(
            linker: *mut wasmtime_linker_t,
            store: *mut wasmtime_context_t,
            name: *const c_char,
            name_len: usize,
            instance: *const wasmtime_instance_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_linker_instantiate(
            linker: *const wasmtime_linker_t,
            store: *mut wasmtime_context_t,
            module: *const wasmtime_module_t,
            instance: *mut wasmtime_instance_t,
            trap: *mut *mut wasm_trap_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_linker_module(
            linker: *mut wasmtime_linker_t,
            store: *mut wasmtime_context_t,
            name: *const c_char,
            name_len: usize,
            module: *const wasmtime_module_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_linker_get_default(
            linker: *const wasmtime_linker_t,
            store: *mut wasmtime_context_t,
            name: *const c_char,
            name_len: usize,
            func: *mut wasmtime_func_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_linker_get(
            linker: *const wasmtime_linker_t,
            store: *mut wasmtime_context_t,
            module: *const c_char,
            module_len: usize,
            name: *const c_char,
            name_len: usize,
            item: *mut wasmtime_extern_t,
        ) -> bool;
        fn wasmtime_linker_instantiate_pre(
            linker: *const wasmtime_linker_t,
            module: *const wasmtime_module_t,
            instance_pre: *mut *mut wasmtime_instance_pre_t,
        ) -> *mut wasmtime_error_t;
    }

    functions(Wasi) {
        fn wasmtime_linker_define_wasi(linker: *mut wasmtime_linker_t) -> *mut wasmtime_error_t;
    }
}
