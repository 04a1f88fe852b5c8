//! `wasmtime/structref.h`. `structref`: references to structs.

use super::*;

capi! {
    header "wasmtime/structref.h";

    opaque {
        wasmtime_struct_ref_pre_t,
    }

    functions(Gc) {
        fn wasmtime_struct_ref_pre_new(
            context: *mut wasmtime_context_t,
            ty: *const wasmtime_struct_type_t,
        ) -> *mut wasmtime_struct_ref_pre_t;
        fn wasmtime_struct_ref_pre_delete(pre: *mut wasmtime_struct_ref_pre_t);
        fn wasmtime_structref_new(
            context: *mut wasmtime_context_t,
            pre: *const wasmtime_struct_ref_pre_t,
            fields: *const wasmtime_val_t,
            nfields: usize,
            out: *mut wasmtime_structref_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_structref_clone(
            structref: *const wasmtime_structref_t,
            out: *mut wasmtime_structref_t,
        );
        fn wasmtime_structref_unroot(ref_: *mut wasmtime_structref_t);
        fn wasmtime_structref_to_anyref(
            structref: *const wasmtime_structref_t,
            out: *mut wasmtime_anyref_t,
        );
        fn wasmtime_structref_to_eqref(
            structref: *const wasmtime_structref_t,
            out: *mut wasmtime_eqref_t,
        );
        fn wasmtime_structref_field(
            context: *mut wasmtime_context_t,
            structref: *const wasmtime_structref_t,
            index: usize,
            out: *mut wasmtime_val_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_structref_set_field(
            context: *mut wasmtime_context_t,
            structref: *const wasmtime_structref_t,
            index: usize,
            val: *const wasmtime_val_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_structref_type(
            context: *mut wasmtime_context_t,
            structref: *const wasmtime_structref_t,
        ) -> *mut wasmtime_struct_type_t;
    }
}

/// Sets `ref_` to the null reference. Inline function of `wasmtime/structref.h`.
///
/// # Safety
///
/// `ref_` must be valid for writes.
#[inline]
pub unsafe fn wasmtime_structref_set_null(ref_: *mut wasmtime_structref_t) {
    // SAFETY: `ref_` is valid for writes, as this function requires.
    unsafe { (*ref_).store_id = 0 }
}

/// Reports whether `ref_` is the null reference. Inline function of `wasmtime/structref.h`.
///
/// # Safety
///
/// `ref_` must be valid for reads.
#[inline]
pub unsafe fn wasmtime_structref_is_null(ref_: *const wasmtime_structref_t) -> bool {
    // SAFETY: `ref_` is valid for reads, as this function requires.
    unsafe { (*ref_).store_id == 0 }
}
