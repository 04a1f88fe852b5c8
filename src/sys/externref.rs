//! `wasmtime/externref.h`. `externref`: references to host data.

use super::*;

capi! {
    header "wasmtime/externref.h";

    functions(Gc) {
        fn wasmtime_externref_new(
            context: *mut wasmtime_context_t,
            data: *mut c_void,
            finalizer: Option<unsafe extern "C" fn(*mut c_void)>,
            out: *mut wasmtime_externref_t,
        ) -> bool;
        fn wasmtime_externref_data(
            context: *mut wasmtime_context_t,
            data: *const wasmtime_externref_t,
        ) -> *mut c_void;
        fn wasmtime_externref_clone(
            ref_: *const wasmtime_externref_t,
            out: *mut wasmtime_externref_t,
        );
        fn wasmtime_externref_unroot(ref_: *mut wasmtime_externref_t);
        fn wasmtime_externref_from_raw(
            context: *mut wasmtime_context_t,
            raw: u32,
            out: *mut wasmtime_externref_t,
        );
        fn wasmtime_externref_to_raw(
            context: *mut wasmtime_context_t,
            ref_: *const wasmtime_externref_t,
        ) -> u32;
    }
}

/// Sets `ref_` to the null reference. Inline function of `wasmtime/externref.h`.
///
/// # Safety
///
/// `ref_` must be valid for writes.
#[inline]
pub unsafe fn wasmtime_externref_set_null(ref_: *mut wasmtime_externref_t) {
    // SAFETY: `ref_` is valid for writes, as this function requires.
    unsafe { (*ref_).store_id = 0 }
}

/// Reports whether `ref_` is the null reference. Inline function of `wasmtime/externref.h`.
///
/// # Safety
///
/// `ref_` must be valid for reads.
#[inline]
pub unsafe fn wasmtime_externref_is_null(ref_: *const wasmtime_externref_t) -> bool {
    // SAFETY: `ref_` is valid for reads, as this function requires.
    unsafe { (*ref_).store_id == 0 }
}
