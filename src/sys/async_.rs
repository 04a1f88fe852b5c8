//! `wasmtime/async.h`. Asynchronous calls, host functions and stacks.

use super::*;

// Version 48: the header says that
// `wasmtime_context_epoch_deadline_async_yield_and_update` returns an error; the function
// returns nothing, and so does its declaration. Look at `async.rs` in
// `wasmtime-c-api-impl`.

capi! {
    header "wasmtime/async.h";

    opaque {
        wasmtime_call_future_t,
    }

    types {
        type wasmtime_func_async_continuation_callback_t = Option<
            unsafe extern "C" fn(
                env: *mut c_void,
            ) -> bool,
        >;
        type wasmtime_func_async_callback_t = Option<
            unsafe extern "C" fn(
                env: *mut c_void,
                caller: *mut wasmtime_caller_t,
                args: *const wasmtime_val_t,
                nargs: usize,
                results: *mut wasmtime_val_t,
                nresults: usize,
                trap_ret: *mut *mut wasm_trap_t,
                continuation_ret: *mut wasmtime_async_continuation_t,
            ),
        >;
        type wasmtime_stack_memory_get_callback_t = Option<
            unsafe extern "C" fn(
                env: *mut c_void,
                out_len: *mut usize,
            ) -> *mut u8,
        >;
        type wasmtime_new_stack_memory_callback_t = Option<
            unsafe extern "C" fn(
                env: *mut c_void,
                size: usize,
                zeroed: bool,
                stack_ret: *mut wasmtime_stack_memory_t,
            ) -> *mut wasmtime_error_t,
        >;
    }

    structs {
        struct wasmtime_async_continuation_t {
            callback: wasmtime_func_async_continuation_callback_t,
            env: *mut c_void,
            finalizer: Option<unsafe extern "C" fn(*mut c_void)>,
        }
        struct wasmtime_stack_memory_t {
            env: *mut c_void,
            get_stack_memory: wasmtime_stack_memory_get_callback_t,
            finalizer: Option<unsafe extern "C" fn(*mut c_void)>,
        }
        struct wasmtime_stack_creator_t {
            env: *mut c_void,
            new_stack: wasmtime_new_stack_memory_callback_t,
            finalizer: Option<unsafe extern "C" fn(*mut c_void)>,
        }
    }

    functions(Async) {
        fn wasmtime_config_async_stack_size_set(arg0: *mut wasm_config_t, arg1: usize);
        fn wasmtime_context_fuel_async_yield_interval(
            context: *mut wasmtime_context_t,
            interval: u64,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_context_epoch_deadline_async_yield_and_update(
            context: *mut wasmtime_context_t,
            delta: u64,
        );
        fn wasmtime_call_future_poll(future: *mut wasmtime_call_future_t) -> bool;
        fn wasmtime_call_future_delete(future: *mut wasmtime_call_future_t);
        fn wasmtime_func_call_async(
            context: *mut wasmtime_context_t,
            func: *const wasmtime_func_t,
            args: *const wasmtime_val_t,
            nargs: usize,
            results: *mut wasmtime_val_t,
            nresults: usize,
            trap_ret: *mut *mut wasm_trap_t,
            error_ret: *mut *mut wasmtime_error_t,
        ) -> *mut wasmtime_call_future_t;
        fn wasmtime_linker_define_async_func(
            linker: *mut wasmtime_linker_t,
            module: *const c_char,
            module_len: usize,
            name: *const c_char,
            name_len: usize,
            ty: *const wasm_functype_t,
            cb: wasmtime_func_async_callback_t,
            data: *mut c_void,
            finalizer: Option<unsafe extern "C" fn(*mut c_void)>,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_linker_instantiate_async(
            linker: *const wasmtime_linker_t,
            store: *mut wasmtime_context_t,
            module: *const wasmtime_module_t,
            instance: *mut wasmtime_instance_t,
            trap_ret: *mut *mut wasm_trap_t,
            error_ret: *mut *mut wasmtime_error_t,
        ) -> *mut wasmtime_call_future_t;
        fn wasmtime_instance_pre_instantiate_async(
            instance_pre: *const wasmtime_instance_pre_t,
            store: *mut wasmtime_context_t,
            instance: *mut wasmtime_instance_t,
            trap_ret: *mut *mut wasm_trap_t,
            error_ret: *mut *mut wasmtime_error_t,
        ) -> *mut wasmtime_call_future_t;
        fn wasmtime_config_host_stack_creator_set(
            arg0: *mut wasm_config_t,
            arg1: *mut wasmtime_stack_creator_t,
        );
    }
}
