//! The inline functions of `wasm.h`, and its macros that spell values.

use super::*;

// The header asserts the same.
const _: () = assert!(
    size_of::<float32_t>() == size_of::<u32>()
        && size_of::<float64_t>() == size_of::<u64>()
        && (size_of::<isize>() == size_of::<u32>() || size_of::<isize>() == size_of::<u64>())
);

/// A name is a vector of bytes and has its functions.
pub use crate::sys::{
    wasm_byte_vec_copy as wasm_name_copy, wasm_byte_vec_delete as wasm_name_delete,
    wasm_byte_vec_new as wasm_name_new, wasm_byte_vec_new_empty as wasm_name_new_empty,
    wasm_byte_vec_new_uninitialized as wasm_name_new_uninitialized,
};

/// Copies the C string `s`, without its NUL, into a new name.
///
/// # Safety
///
/// `out` must be valid for writes and `s` a C string.
pub unsafe fn wasm_name_new_from_string(out: *mut wasm_name_t, s: *const c_char) {
    // SAFETY: `out` is valid for writes and `s` a C string, as this function requires.
    unsafe { wasm_byte_vec_new(out, CStr::from_ptr(s).count_bytes(), s) }
}

/// Copies the C string `s`, with its NUL, into a new name.
///
/// # Safety
///
/// `out` must be valid for writes and `s` a C string.
pub unsafe fn wasm_name_new_from_string_nt(out: *mut wasm_name_t, s: *const c_char) {
    // SAFETY: `out` is valid for writes and `s` a C string, as this function requires.
    unsafe { wasm_byte_vec_new(out, CStr::from_ptr(s).count_bytes() + 1, s) }
}

/// Reports whether values of this kind are numbers.
pub const fn wasm_valkind_is_num(k: wasm_valkind_t) -> bool {
    k < WASM_EXTERNREF
}

/// Reports whether values of this kind are references.
pub const fn wasm_valkind_is_ref(k: wasm_valkind_t) -> bool {
    k >= WASM_EXTERNREF
}

/// Reports whether `t` is the type of a number.
///
/// # Safety
///
/// The same as [`wasm_valtype_kind`].
pub unsafe fn wasm_valtype_is_num(t: *const wasm_valtype_t) -> bool {
    // SAFETY: this function requires the same.
    wasm_valkind_is_num(unsafe { wasm_valtype_kind(t) })
}

/// Reports whether `t` is the type of a reference.
///
/// # Safety
///
/// The same as [`wasm_valtype_kind`].
pub unsafe fn wasm_valtype_is_ref(t: *const wasm_valtype_t) -> bool {
    // SAFETY: this function requires the same.
    wasm_valkind_is_ref(unsafe { wasm_valtype_kind(t) })
}

/// Defines the shorthands that create a value type.
macro_rules! valtype_shorthands {
    ($($name:ident = $kind:ident;)*) => {$(
        #[doc = concat!("Creates the value type of [`", stringify!($kind), "`].")]
        ///
        /// # Safety
        ///
        /// The same as [`wasm_valtype_new`].
        pub unsafe fn $name() -> *mut wasm_valtype_t {
            // SAFETY: the kind is one of `wasm.h`.
            unsafe { wasm_valtype_new($kind) }
        }
    )*};
}

valtype_shorthands! {
    wasm_valtype_new_i32 = WASM_I32;
    wasm_valtype_new_i64 = WASM_I64;
    wasm_valtype_new_f32 = WASM_F32;
    wasm_valtype_new_f64 = WASM_F64;
    wasm_valtype_new_externref = WASM_EXTERNREF;
    wasm_valtype_new_funcref = WASM_FUNCREF;
}

/// Creates a function type with these parameters and results, of which it takes
/// ownership.
///
/// # Safety
///
/// Every pointer must be an owned value type.
unsafe fn functype_new(
    params: &[*mut wasm_valtype_t],
    results: &[*mut wasm_valtype_t],
) -> *mut wasm_functype_t {
    let mut param_vec = wasm_valtype_vec_t::EMPTY;
    let mut result_vec = wasm_valtype_vec_t::EMPTY;
    // SAFETY: both slices hold owned types, as this function requires. The types move
    // into the vectors, and from there into the function type.
    unsafe {
        wasm_valtype_vec_new(&mut param_vec, params.len(), params.as_ptr());
        wasm_valtype_vec_new(&mut result_vec, results.len(), results.as_ptr());
        wasm_functype_new(&mut param_vec, &mut result_vec)
    }
}

/// Defines the shorthands that create a function type.
macro_rules! functype_shorthands {
    ($($name:ident($($p:ident),*) -> ($($r:ident),*);)*) => {$(
        /// Creates a function type with these parameters (`p`) and results (`r`), of
        /// which it takes ownership.
        ///
        /// # Safety
        ///
        /// Every pointer must be an owned value type.
        pub unsafe fn $name(
            $($p: *mut wasm_valtype_t,)*
            $($r: *mut wasm_valtype_t,)*
        ) -> *mut wasm_functype_t {
            // SAFETY: all pointers are owned types, as this function requires.
            unsafe { functype_new(&[$($p),*], &[$($r),*]) }
        }
    )*};
}

functype_shorthands! {
    wasm_functype_new_0_0() -> ();
    wasm_functype_new_0_1() -> (r);
    wasm_functype_new_0_2() -> (r1, r2);
    wasm_functype_new_1_0(p) -> ();
    wasm_functype_new_1_1(p) -> (r);
    wasm_functype_new_1_2(p) -> (r1, r2);
    wasm_functype_new_2_0(p1, p2) -> ();
    wasm_functype_new_2_1(p1, p2) -> (r);
    wasm_functype_new_2_2(p1, p2) -> (r1, r2);
    wasm_functype_new_3_0(p1, p2, p3) -> ();
    wasm_functype_new_3_1(p1, p2, p3) -> (r);
    wasm_functype_new_3_2(p1, p2, p3) -> (r1, r2);
}

/// Writes the pointer `p` to `out`, as an integer.
///
/// # Safety
///
/// `out` must be valid for writes.
pub unsafe fn wasm_val_init_ptr(out: *mut wasm_val_t, p: *mut c_void) {
    #[cfg(target_pointer_width = "32")]
    let val = WASM_I32_VAL(p as i32);
    #[cfg(target_pointer_width = "64")]
    let val = WASM_I64_VAL(p as i64);
    // SAFETY: `out` is valid for writes, as this function requires.
    unsafe { out.write(val) }
}

/// Returns the pointer that [`wasm_val_init_ptr`] wrote.
///
/// # Safety
///
/// `val` must be valid for reads and have been written by that function.
pub unsafe fn wasm_val_ptr(val: *const wasm_val_t) -> *mut c_void {
    // SAFETY: `val` is valid for reads and holds an integer as wide as a pointer, as this
    // function requires.
    unsafe {
        #[cfg(target_pointer_width = "32")]
        return (*val).of.i32 as *mut c_void;
        #[cfg(target_pointer_width = "64")]
        return (*val).of.i64 as *mut c_void;
    }
}

/// Defines the macros that spell a value, as functions of the same name.
macro_rules! value_shorthands {
    ($($name:ident: $kind:ident, $field:ident: $ty:ty;)*) => {$(
        #[doc = concat!("Returns a value of kind [`", stringify!($kind), "`].")]
        #[allow(non_snake_case, reason = "the name is the header's")]
        pub const fn $name($field: $ty) -> wasm_val_t {
            wasm_val_t { kind: $kind, of: wasm_val_union_t { $field } }
        }
    )*};
}

value_shorthands! {
    WASM_I32_VAL: WASM_I32, i32: i32;
    WASM_I64_VAL: WASM_I64, i64: i64;
    WASM_F32_VAL: WASM_F32, f32: f32;
    WASM_F64_VAL: WASM_F64, f64: f64;
    WASM_REF_VAL: WASM_EXTERNREF, ref_: *mut wasm_ref_t;
}

/// The value with which C code initializes values: a null reference.
pub const WASM_INIT_VAL: wasm_val_t = WASM_REF_VAL(core::ptr::null_mut());
