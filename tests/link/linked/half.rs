//! A crate that brings some functions of the C API itself, and not libwasmtime's: they
//! return null or do nothing. It stands for crates that bring all of it.

use std::ffi::c_void;
use std::ptr;

#[unsafe(no_mangle)]
pub extern "C" fn wasm_config_new() -> *mut c_void {
    ptr::null_mut()
}

#[unsafe(no_mangle)]
pub extern "C" fn wasm_store_new(_engine: *mut c_void) -> *mut c_void {
    ptr::null_mut()
}

#[unsafe(no_mangle)]
pub extern "C" fn wasmtime_store_new(
    _engine: *mut c_void,
    _data: *mut c_void,
    _finalizer: *mut c_void,
) -> *mut c_void {
    ptr::null_mut()
}

/// Calls the functions by their names, as C code does.
pub fn call() -> bool {
    unsafe extern "C" {
        #[link_name = "wasm_store_new"]
        fn by_name(engine: *mut c_void) -> *mut c_void;
    }
    // SAFETY: the function above takes any pointer.
    let by_name = unsafe { by_name(ptr::null_mut()) };
    by_name.is_null() && wasm_config_new().is_null()
}
