//! `wasmtime/wat.h`. The text format.

use super::*;

capi! {
    header "wasmtime/wat.h";

    functions(Wat) {
        fn wasmtime_wat2wasm(
            wat: *const c_char,
            wat_len: usize,
            ret: *mut wasm_byte_vec_t,
        ) -> *mut wasmtime_error_t;
    }
}
