//! `wasmtime/anyref.h`. `anyref`: references to everything that the collector manages.

use super::*;

capi! {
    header "wasmtime/anyref.h";

    functions(Gc) {
        fn wasmtime_anyref_clone(anyref: *const wasmtime_anyref_t, out: *mut wasmtime_anyref_t);
        fn wasmtime_anyref_unroot(ref_: *mut wasmtime_anyref_t);
        fn wasmtime_anyref_from_raw(
            context: *mut wasmtime_context_t,
            raw: u32,
            out: *mut wasmtime_anyref_t,
        );
        fn wasmtime_anyref_to_raw(
            context: *mut wasmtime_context_t,
            ref_: *const wasmtime_anyref_t,
        ) -> u32;
        fn wasmtime_anyref_from_i31(
            context: *mut wasmtime_context_t,
            i31val: u32,
            out: *mut wasmtime_anyref_t,
        );
        fn wasmtime_anyref_is_i31(
            context: *mut wasmtime_context_t,
            anyref: *const wasmtime_anyref_t,
        ) -> bool;
        fn wasmtime_anyref_i31_get_u(
            context: *mut wasmtime_context_t,
            anyref: *const wasmtime_anyref_t,
            dst: *mut u32,
        ) -> bool;
        fn wasmtime_anyref_i31_get_s(
            context: *mut wasmtime_context_t,
            anyref: *const wasmtime_anyref_t,
            dst: *mut i32,
        ) -> bool;
        fn wasmtime_anyref_is_eqref(
            context: *mut wasmtime_context_t,
            anyref: *const wasmtime_anyref_t,
        ) -> bool;
        fn wasmtime_anyref_as_eqref(
            context: *mut wasmtime_context_t,
            anyref: *const wasmtime_anyref_t,
            out: *mut wasmtime_eqref_t,
        ) -> bool;
        fn wasmtime_anyref_is_struct(
            context: *mut wasmtime_context_t,
            anyref: *const wasmtime_anyref_t,
        ) -> bool;
        fn wasmtime_anyref_as_struct(
            context: *mut wasmtime_context_t,
            anyref: *const wasmtime_anyref_t,
            out: *mut wasmtime_structref_t,
        ) -> bool;
        fn wasmtime_anyref_is_array(
            context: *mut wasmtime_context_t,
            anyref: *const wasmtime_anyref_t,
        ) -> bool;
        fn wasmtime_anyref_as_array(
            context: *mut wasmtime_context_t,
            anyref: *const wasmtime_anyref_t,
            out: *mut wasmtime_arrayref_t,
        ) -> bool;
        fn wasmtime_anyref_type(
            context: *mut wasmtime_context_t,
            anyref: *const wasmtime_anyref_t,
            out: *mut wasmtime_heaptype_t,
        ) -> bool;
    }
}

/// Sets `ref_` to the null reference. Inline function of `wasmtime/anyref.h`.
///
/// # Safety
///
/// `ref_` must be valid for writes.
#[inline]
pub unsafe fn wasmtime_anyref_set_null(ref_: *mut wasmtime_anyref_t) {
    // SAFETY: `ref_` is valid for writes, as this function requires.
    unsafe { (*ref_).store_id = 0 }
}

/// Reports whether `ref_` is the null reference. Inline function of `wasmtime/anyref.h`.
///
/// # Safety
///
/// `ref_` must be valid for reads.
#[inline]
pub unsafe fn wasmtime_anyref_is_null(ref_: *const wasmtime_anyref_t) -> bool {
    // SAFETY: `ref_` is valid for reads, as this function requires.
    unsafe { (*ref_).store_id == 0 }
}
