//! `wasmtime/arrayref.h`. `arrayref`: references to arrays.

use super::*;

capi! {
    header "wasmtime/arrayref.h";

    opaque {
        wasmtime_array_ref_pre_t,
    }

    functions(Gc) {
        fn wasmtime_array_ref_pre_new(
            context: *mut wasmtime_context_t,
            ty: *const wasmtime_array_type_t,
        ) -> *mut wasmtime_array_ref_pre_t;
        fn wasmtime_array_ref_pre_delete(pre: *mut wasmtime_array_ref_pre_t);
        fn wasmtime_arrayref_new(
            context: *mut wasmtime_context_t,
            pre: *const wasmtime_array_ref_pre_t,
            elem: *const wasmtime_val_t,
            len: u32,
            out: *mut wasmtime_arrayref_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_arrayref_clone(
            arrayref: *const wasmtime_arrayref_t,
            out: *mut wasmtime_arrayref_t,
        );
        fn wasmtime_arrayref_unroot(ref_: *mut wasmtime_arrayref_t);
        fn wasmtime_arrayref_to_anyref(
            arrayref: *const wasmtime_arrayref_t,
            out: *mut wasmtime_anyref_t,
        );
        fn wasmtime_arrayref_to_eqref(
            arrayref: *const wasmtime_arrayref_t,
            out: *mut wasmtime_eqref_t,
        );
        fn wasmtime_arrayref_len(
            context: *mut wasmtime_context_t,
            arrayref: *const wasmtime_arrayref_t,
            out: *mut u32,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_arrayref_get(
            context: *mut wasmtime_context_t,
            arrayref: *const wasmtime_arrayref_t,
            index: u32,
            out: *mut wasmtime_val_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_arrayref_set(
            context: *mut wasmtime_context_t,
            arrayref: *const wasmtime_arrayref_t,
            index: u32,
            val: *const wasmtime_val_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_arrayref_type(
            context: *mut wasmtime_context_t,
            arrayref: *const wasmtime_arrayref_t,
        ) -> *mut wasmtime_array_type_t;
    }
}

/// Sets `ref_` to the null reference. Inline function of `wasmtime/arrayref.h`.
///
/// # Safety
///
/// `ref_` must be valid for writes.
#[inline]
pub unsafe fn wasmtime_arrayref_set_null(ref_: *mut wasmtime_arrayref_t) {
    // SAFETY: `ref_` is valid for writes, as this function requires.
    unsafe { (*ref_).store_id = 0 }
}

/// Reports whether `ref_` is the null reference. Inline function of `wasmtime/arrayref.h`.
///
/// # Safety
///
/// `ref_` must be valid for reads.
#[inline]
pub unsafe fn wasmtime_arrayref_is_null(ref_: *const wasmtime_arrayref_t) -> bool {
    // SAFETY: `ref_` is valid for reads, as this function requires.
    unsafe { (*ref_).store_id == 0 }
}
