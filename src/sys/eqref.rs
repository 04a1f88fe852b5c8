//! `wasmtime/eqref.h`. `eqref`: references that can be compared.

use super::*;

capi! {
    header "wasmtime/eqref.h";

    functions(Gc) {
        fn wasmtime_eqref_clone(eqref: *const wasmtime_eqref_t, out: *mut wasmtime_eqref_t);
        fn wasmtime_eqref_unroot(ref_: *mut wasmtime_eqref_t);
        fn wasmtime_eqref_to_anyref(eqref: *const wasmtime_eqref_t, out: *mut wasmtime_anyref_t);
        fn wasmtime_eqref_from_i31(
            context: *mut wasmtime_context_t,
            i31val: u32,
            out: *mut wasmtime_eqref_t,
        );
        fn wasmtime_eqref_is_i31(
            context: *mut wasmtime_context_t,
            eqref: *const wasmtime_eqref_t,
        ) -> bool;
        fn wasmtime_eqref_i31_get_u(
            context: *mut wasmtime_context_t,
            eqref: *const wasmtime_eqref_t,
            dst: *mut u32,
        ) -> bool;
        fn wasmtime_eqref_i31_get_s(
            context: *mut wasmtime_context_t,
            eqref: *const wasmtime_eqref_t,
            dst: *mut i32,
        ) -> bool;
        fn wasmtime_eqref_is_array(
            context: *mut wasmtime_context_t,
            eqref: *const wasmtime_eqref_t,
        ) -> bool;
        fn wasmtime_eqref_as_array(
            context: *mut wasmtime_context_t,
            eqref: *const wasmtime_eqref_t,
            out: *mut wasmtime_arrayref_t,
        ) -> bool;
        fn wasmtime_eqref_is_struct(
            context: *mut wasmtime_context_t,
            eqref: *const wasmtime_eqref_t,
        ) -> bool;
        fn wasmtime_eqref_as_struct(
            context: *mut wasmtime_context_t,
            eqref: *const wasmtime_eqref_t,
            out: *mut wasmtime_structref_t,
        ) -> bool;
        fn wasmtime_eqref_type(
            context: *mut wasmtime_context_t,
            eqref: *const wasmtime_eqref_t,
            out: *mut wasmtime_heaptype_t,
        ) -> bool;
    }
}

/// Sets `ref_` to the null reference. Inline function of `wasmtime/eqref.h`.
///
/// # Safety
///
/// `ref_` must be valid for writes.
#[inline]
pub unsafe fn wasmtime_eqref_set_null(ref_: *mut wasmtime_eqref_t) {
    // SAFETY: `ref_` is valid for writes, as this function requires.
    unsafe { (*ref_).store_id = 0 }
}

/// Reports whether `ref_` is the null reference. Inline function of `wasmtime/eqref.h`.
///
/// # Safety
///
/// `ref_` must be valid for reads.
#[inline]
pub unsafe fn wasmtime_eqref_is_null(ref_: *const wasmtime_eqref_t) -> bool {
    // SAFETY: `ref_` is valid for reads, as this function requires.
    unsafe { (*ref_).store_id == 0 }
}
