//! `wasmtime/error.h`. Errors.

use super::*;

capi! {
    header "wasmtime/error.h";

    opaque {
        wasmtime_error_t,
    }

    functions(Core) {
        fn wasmtime_error_new(arg: *const c_char) -> *mut wasmtime_error_t;
        fn wasmtime_error_delete(error: *mut wasmtime_error_t);
        fn wasmtime_error_message(error: *const wasmtime_error_t, message: *mut wasm_name_t);
        fn wasmtime_error_exit_status(arg0: *const wasmtime_error_t, status: *mut c_int) -> bool;
        fn wasmtime_error_wasm_trace(arg0: *const wasmtime_error_t, out: *mut wasm_frame_vec_t);
    }
}
