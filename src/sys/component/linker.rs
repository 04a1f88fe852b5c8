//! `wasmtime/component/linker.h`. Linkers for components.

use super::*;

capi! {
    header "wasmtime/component/linker.h";

    opaque {
        wasmtime_component_linker_t,
        wasmtime_component_linker_instance_t,
    }

    types {
        type wasmtime_component_func_callback_t = Option<
            unsafe extern "C" fn(
                *mut c_void,
                *mut wasmtime_context_t,
                *const wasmtime_component_func_type_t,
                *mut wasmtime_component_val_t,
                usize,
                *mut wasmtime_component_val_t,
                usize,
            ) -> *mut wasmtime_error_t,
        >;
        type wasmtime_component_resource_destructor_t = Option<
            unsafe extern "C" fn(
                *mut c_void,
                *mut wasmtime_context_t,
                u32,
            ) -> *mut wasmtime_error_t,
        >;
        type wasmtime_component_func_async_callback_t = Option<
            unsafe extern "C" fn(
                env: *mut c_void,
                context: *mut wasmtime_context_t,
                ty: *const wasmtime_component_func_type_t,
                args: *mut wasmtime_component_val_t,
                nargs: usize,
                results: *mut wasmtime_component_val_t,
                nresults: usize,
                error_ret: *mut *mut wasmtime_error_t,
                continuation_ret: *mut wasmtime_async_continuation_t,
            ),
        >;
    }

    functions(ComponentModel) {
        fn wasmtime_component_linker_new(
            engine: *const wasm_engine_t,
        ) -> *mut wasmtime_component_linker_t;
        fn wasmtime_component_linker_allow_shadowing(
            linker: *mut wasmtime_component_linker_t,
            allow: bool,
        );
        fn wasmtime_component_linker_root(
            linker: *mut wasmtime_component_linker_t,
        ) -> *mut wasmtime_component_linker_instance_t;
        fn wasmtime_component_linker_instantiate(
            linker: *const wasmtime_component_linker_t,
            context: *mut wasmtime_context_t,
            component: *const wasmtime_component_t,
            instance_out: *mut wasmtime_component_instance_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_component_linker_define_unknown_imports_as_traps(
            linker: *mut wasmtime_component_linker_t,
            component: *const wasmtime_component_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_component_linker_delete(linker: *mut wasmtime_component_linker_t);
        fn wasmtime_component_linker_instance_add_instance(
            linker_instance: *mut wasmtime_component_linker_instance_t,
            name: *const c_char,
            name_len: usize,
            linker_instance_out: *mut *mut wasmtime_component_linker_instance_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_component_linker_instance_add_module(
            linker_instance: *mut wasmtime_component_linker_instance_t,
            name: *const c_char,
            name_len: usize,
            module: *const wasmtime_module_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_component_linker_instance_add_func(
            linker_instance: *mut wasmtime_component_linker_instance_t,
            name: *const c_char,
            name_len: usize,
            callback: wasmtime_component_func_callback_t,
            data: *mut c_void,
            finalizer: Option<unsafe extern "C" fn(*mut c_void)>,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_component_linker_instance_add_resource(
            linker_instance: *mut wasmtime_component_linker_instance_t,
            name: *const c_char,
            name_len: usize,
            resource: *const wasmtime_component_resource_type_t,
            destructor: wasmtime_component_resource_destructor_t,
            data: *mut c_void,
            finalizer: Option<unsafe extern "C" fn(*mut c_void)>,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_component_linker_instance_delete(
            linker_instance: *mut wasmtime_component_linker_instance_t,
        );
    }

    functions(ComponentModel, Wasi) {
        fn wasmtime_component_linker_add_wasip2(
            linker: *mut wasmtime_component_linker_t,
        ) -> *mut wasmtime_error_t;
    }

    functions(ComponentModel, ComponentModelAsync, Wasi) {
        fn wasmtime_component_linker_add_wasip2_async(
            linker: *mut wasmtime_component_linker_t,
        ) -> *mut wasmtime_error_t;
    }

    functions(ComponentModel, WasiHttp) {
        fn wasmtime_component_linker_add_wasi_http(
            linker: *mut wasmtime_component_linker_t,
        ) -> *mut wasmtime_error_t;
    }

    functions(ComponentModel, ComponentModelAsync, WasiHttp) {
        fn wasmtime_component_linker_add_wasi_http_async(
            linker: *mut wasmtime_component_linker_t,
        ) -> *mut wasmtime_error_t;
    }

    functions(ComponentModel, ComponentModelAsync) {
        fn wasmtime_component_linker_instantiate_async(
            linker: *const wasmtime_component_linker_t,
            context: *mut wasmtime_context_t,
            component: *const wasmtime_component_t,
            instance_out: *mut wasmtime_component_instance_t,
            error_ret: *mut *mut wasmtime_error_t,
        ) -> *mut wasmtime_call_future_t;
        fn wasmtime_component_linker_instance_add_func_async(
            linker_instance: *mut wasmtime_component_linker_instance_t,
            name: *const c_char,
            name_len: usize,
            callback: wasmtime_component_func_async_callback_t,
            data: *mut c_void,
            finalizer: Option<unsafe extern "C" fn(*mut c_void)>,
        ) -> *mut wasmtime_error_t;
    }
}
