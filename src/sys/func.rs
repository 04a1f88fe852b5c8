//! `wasmtime/func.h`. Functions, host callbacks and their callers.

use super::*;

capi! {
    header "wasmtime/func.h";

    opaque {
        wasmtime_caller_t,
    }

    types {
        type wasmtime_func_callback_t = Option<
            unsafe extern "C" fn(
                env: *mut c_void,
                caller: *mut wasmtime_caller_t,
                args: *const wasmtime_val_t,
                nargs: usize,
                results: *mut wasmtime_val_t,
                nresults: usize,
            ) -> *mut wasm_trap_t,
        >;
        type wasmtime_func_unchecked_callback_t = Option<
            unsafe extern "C" fn(
                env: *mut c_void,
                caller: *mut wasmtime_caller_t,
                args_and_results: *mut wasmtime_val_raw_t,
                num_args_and_results: usize,
            ) -> *mut wasm_trap_t,
        >;
    }

    functions(Core) {
        fn wasmtime_func_new(
            store: *mut wasmtime_context_t,
            ty: *const wasm_functype_t,
            callback: wasmtime_func_callback_t,
            env: *mut c_void,
            finalizer: Option<unsafe extern "C" fn(*mut c_void)>,
            ret: *mut wasmtime_func_t,
        );
        fn wasmtime_func_new_unchecked(
            store: *mut wasmtime_context_t,
            ty: *const wasm_functype_t,
            callback: wasmtime_func_unchecked_callback_t,
            env: *mut c_void,
            finalizer: Option<unsafe extern "C" fn(*mut c_void)>,
            ret: *mut wasmtime_func_t,
        );
        fn wasmtime_func_type(
            store: *const wasmtime_context_t,
            func: *const wasmtime_func_t,
        ) -> *mut wasm_functype_t;
        fn wasmtime_func_call(
            store: *mut wasmtime_context_t,
            func: *const wasmtime_func_t,
            args: *const wasmtime_val_t,
            nargs: usize,
            results: *mut wasmtime_val_t,
            nresults: usize,
            trap: *mut *mut wasm_trap_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_func_call_unchecked(
            store: *mut wasmtime_context_t,
            func: *const wasmtime_func_t,
            args_and_results: *mut wasmtime_val_raw_t,
            args_and_results_len: usize,
            trap: *mut *mut wasm_trap_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_caller_export_get(
            caller: *mut wasmtime_caller_t,
            name: *const c_char,
            name_len: usize,
            item: *mut wasmtime_extern_t,
        ) -> bool;
        fn wasmtime_caller_context(caller: *mut wasmtime_caller_t) -> *mut wasmtime_context_t;
        fn wasmtime_func_from_raw(
            context: *mut wasmtime_context_t,
            raw: *mut c_void,
            ret: *mut wasmtime_func_t,
        );
        fn wasmtime_func_to_raw(
            context: *mut wasmtime_context_t,
            func: *const wasmtime_func_t,
        ) -> *mut c_void;
    }
}
