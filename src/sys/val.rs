//! `wasmtime/val.h`. Values, checked and raw.

use super::*;

capi! {
    header "wasmtime/val.h";

    types {
        type wasmtime_valkind_t = u8;
        type wasmtime_v128 = [u8; 16];
    }

    structs {
        struct wasmtime_anyref_t {
            store_id: u64,
            __private1: u32,
            __private2: u32,
            __private3: *mut c_void,
        }
        struct wasmtime_exnref_t {
            store_id: u64,
            __private1: u32,
            __private2: u32,
            __private3: *mut c_void,
        }
        struct wasmtime_externref_t {
            store_id: u64,
            __private1: u32,
            __private2: u32,
            __private3: *mut c_void,
        }
        struct wasmtime_eqref_t {
            store_id: u64,
            __private1: u32,
            __private2: u32,
            __private3: *mut c_void,
        }
        struct wasmtime_structref_t {
            store_id: u64,
            __private1: u32,
            __private2: u32,
            __private3: *mut c_void,
        }
        struct wasmtime_arrayref_t {
            store_id: u64,
            __private1: u32,
            __private2: u32,
            __private3: *mut c_void,
        }
        struct wasmtime_val_t {
            kind: wasmtime_valkind_t,
            of: wasmtime_valunion_t,
        }
    }

    unions {
        union wasmtime_valunion_t {
            i32: i32,
            i64: i64,
            f32: float32_t,
            f64: float64_t,
            anyref: wasmtime_anyref_t,
            externref: wasmtime_externref_t,
            exnref: wasmtime_exnref_t,
            funcref: wasmtime_func_t,
            v128: wasmtime_v128,
        }
        union wasmtime_val_raw_t {
            i32: i32,
            i64: i64,
            f32: float32_t,
            f64: float64_t,
            v128: wasmtime_v128,
            anyref: u32,
            externref: u32,
            exnref: u32,
            funcref: *mut c_void,
        }
    }

    constants {
        const WASMTIME_I32: wasmtime_valkind_t = 0;
        const WASMTIME_I64: wasmtime_valkind_t = 1;
        const WASMTIME_F32: wasmtime_valkind_t = 2;
        const WASMTIME_F64: wasmtime_valkind_t = 3;
        const WASMTIME_V128: wasmtime_valkind_t = 4;
        const WASMTIME_FUNCREF: wasmtime_valkind_t = 5;
        const WASMTIME_EXTERNREF: wasmtime_valkind_t = 6;
        const WASMTIME_ANYREF: wasmtime_valkind_t = 7;
        const WASMTIME_EXNREF: wasmtime_valkind_t = 8;
    }

    functions(Core) {
        fn wasmtime_val_unroot(val: *mut wasmtime_val_t);
        fn wasmtime_val_clone(src: *const wasmtime_val_t, dst: *mut wasmtime_val_t);
    }
}

/// Sets `func` to the null function reference. Inline function of `wasmtime/val.h`.
///
/// # Safety
///
/// `func` must be valid for writes.
#[inline]
pub unsafe fn wasmtime_funcref_set_null(func: *mut wasmtime_func_t) {
    // SAFETY: `func` is valid for writes, as this function requires.
    unsafe { (*func).store_id = 0 }
}

/// Reports whether `func` is the null function reference. Inline function of
/// `wasmtime/val.h`.
///
/// # Safety
///
/// `func` must be valid for reads.
#[inline]
pub unsafe fn wasmtime_funcref_is_null(func: *const wasmtime_func_t) -> bool {
    // SAFETY: `func` is valid for reads, as this function requires.
    unsafe { (*func).store_id == 0 }
}

// The header asserts the same.
const _: () = {
    assert!(size_of::<wasmtime_valunion_t>() >= 16 && size_of::<wasmtime_valunion_t>() <= 24);
    assert!(align_of::<wasmtime_valunion_t>() == align_of::<u64>());
    assert!(size_of::<wasmtime_val_raw_t>() == 16);
    assert!(align_of::<wasmtime_val_raw_t>() == align_of::<u64>());
};
