//! `wasmtime/exnref.h`. `exnref`: exceptions.

use super::*;

capi! {
    header "wasmtime/exnref.h";

    functions(Gc) {
        fn wasmtime_exnref_new(
            store: *mut wasmtime_context_t,
            tag: *const wasmtime_tag_t,
            fields: *const wasmtime_val_t,
            nfields: usize,
            exn_ret: *mut wasmtime_exnref_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_exnref_clone(ref_: *const wasmtime_exnref_t, out: *mut wasmtime_exnref_t);
        fn wasmtime_exnref_unroot(ref_: *mut wasmtime_exnref_t);
        fn wasmtime_exnref_from_raw(
            context: *mut wasmtime_context_t,
            raw: u32,
            out: *mut wasmtime_exnref_t,
        );
        fn wasmtime_exnref_to_raw(
            context: *mut wasmtime_context_t,
            ref_: *const wasmtime_exnref_t,
        ) -> u32;
        fn wasmtime_exnref_tag(
            store: *mut wasmtime_context_t,
            exn: *const wasmtime_exnref_t,
            tag_ret: *mut wasmtime_tag_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_exnref_field_count(
            store: *mut wasmtime_context_t,
            exn: *const wasmtime_exnref_t,
        ) -> usize;
        fn wasmtime_exnref_field(
            store: *mut wasmtime_context_t,
            exn: *const wasmtime_exnref_t,
            index: usize,
            val_ret: *mut wasmtime_val_t,
        ) -> *mut wasmtime_error_t;
        fn wasmtime_context_set_exception(
            store: *mut wasmtime_context_t,
            exn: *const wasmtime_exnref_t,
        ) -> *mut wasm_trap_t;
        fn wasmtime_context_take_exception(
            store: *mut wasmtime_context_t,
            exn_ret: *mut wasmtime_exnref_t,
        ) -> bool;
        fn wasmtime_context_has_exception(store: *mut wasmtime_context_t) -> bool;
        fn wasmtime_exnref_type(
            context: *mut wasmtime_context_t,
            exnref: *const wasmtime_exnref_t,
        ) -> *mut wasmtime_exn_type_t;
    }
}

/// Sets `ref_` to the null reference. Inline function of `wasmtime/exnref.h`.
///
/// # Safety
///
/// `ref_` must be valid for writes.
#[inline]
pub unsafe fn wasmtime_exnref_set_null(ref_: *mut wasmtime_exnref_t) {
    // SAFETY: `ref_` is valid for writes, as this function requires.
    unsafe { (*ref_).store_id = 0 }
}

/// Reports whether `ref_` is the null reference. Inline function of `wasmtime/exnref.h`.
///
/// # Safety
///
/// `ref_` must be valid for reads.
#[inline]
pub unsafe fn wasmtime_exnref_is_null(ref_: *const wasmtime_exnref_t) -> bool {
    // SAFETY: `ref_` is valid for reads, as this function requires.
    unsafe { (*ref_).store_id == 0 }
}
