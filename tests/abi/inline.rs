//! The inline functions and macros of the headers, as `sys` has them. They have no
//! declarations that could be read, so they are listed here, and the Rust compiler checks
//! the list.

use std::ffi::{c_char, c_void};

use libwasmtime::sys::*;

use crate::declared::prototype;

/// An inline function; the types are Rust text.
pub struct Inline {
    pub name: &'static str,
    pub params: &'static [&'static str],
    /// Empty if there is no result.
    pub result: &'static str,
}

impl Inline {
    /// As Rust spells it, without the names of the parameters.
    pub fn text(&self) -> String {
        prototype(self.name, self.params, self.result)
    }
}

/// Lists functions that `sys` has with these very types.
macro_rules! functions {
    ($(fn $name:ident($($ty:ty),*) $(-> $result:ty)?;)*) => {{
        $(let _: unsafe fn($($ty),*) $(-> $result)? = $name;)*
        vec![$(Inline {
            name: stringify!($name),
            params: &[$(stringify!($ty)),*],
            result: concat!($(stringify!($result))?),
        }),*]
    }};
}

/// Returns the inline functions of the headers.
pub fn functions() -> Vec<Inline> {
    functions! {
        fn wasm_name_new_from_string(*mut wasm_name_t, *const c_char);
        fn wasm_name_new_from_string_nt(*mut wasm_name_t, *const c_char);
        fn wasm_valkind_is_num(wasm_valkind_t) -> bool;
        fn wasm_valkind_is_ref(wasm_valkind_t) -> bool;
        fn wasm_valtype_is_num(*const wasm_valtype_t) -> bool;
        fn wasm_valtype_is_ref(*const wasm_valtype_t) -> bool;
        fn wasm_valtype_new_i32() -> *mut wasm_valtype_t;
        fn wasm_valtype_new_i64() -> *mut wasm_valtype_t;
        fn wasm_valtype_new_f32() -> *mut wasm_valtype_t;
        fn wasm_valtype_new_f64() -> *mut wasm_valtype_t;
        fn wasm_valtype_new_externref() -> *mut wasm_valtype_t;
        fn wasm_valtype_new_funcref() -> *mut wasm_valtype_t;
        fn wasm_functype_new_0_0() -> *mut wasm_functype_t;
        fn wasm_functype_new_0_1(*mut wasm_valtype_t) -> *mut wasm_functype_t;
        fn wasm_functype_new_0_2(
            *mut wasm_valtype_t,
            *mut wasm_valtype_t
        ) -> *mut wasm_functype_t;
        fn wasm_functype_new_1_0(*mut wasm_valtype_t) -> *mut wasm_functype_t;
        fn wasm_functype_new_1_1(
            *mut wasm_valtype_t,
            *mut wasm_valtype_t
        ) -> *mut wasm_functype_t;
        fn wasm_functype_new_1_2(
            *mut wasm_valtype_t,
            *mut wasm_valtype_t,
            *mut wasm_valtype_t
        ) -> *mut wasm_functype_t;
        fn wasm_functype_new_2_0(
            *mut wasm_valtype_t,
            *mut wasm_valtype_t
        ) -> *mut wasm_functype_t;
        fn wasm_functype_new_2_1(
            *mut wasm_valtype_t,
            *mut wasm_valtype_t,
            *mut wasm_valtype_t
        ) -> *mut wasm_functype_t;
        fn wasm_functype_new_2_2(
            *mut wasm_valtype_t,
            *mut wasm_valtype_t,
            *mut wasm_valtype_t,
            *mut wasm_valtype_t
        ) -> *mut wasm_functype_t;
        fn wasm_functype_new_3_0(
            *mut wasm_valtype_t,
            *mut wasm_valtype_t,
            *mut wasm_valtype_t
        ) -> *mut wasm_functype_t;
        fn wasm_functype_new_3_1(
            *mut wasm_valtype_t,
            *mut wasm_valtype_t,
            *mut wasm_valtype_t,
            *mut wasm_valtype_t
        ) -> *mut wasm_functype_t;
        fn wasm_functype_new_3_2(
            *mut wasm_valtype_t,
            *mut wasm_valtype_t,
            *mut wasm_valtype_t,
            *mut wasm_valtype_t,
            *mut wasm_valtype_t
        ) -> *mut wasm_functype_t;
        fn wasm_val_init_ptr(*mut wasm_val_t, *mut c_void);
        fn wasm_val_ptr(*const wasm_val_t) -> *mut c_void;
        fn wasmtime_anyref_set_null(*mut wasmtime_anyref_t);
        fn wasmtime_anyref_is_null(*const wasmtime_anyref_t) -> bool;
        fn wasmtime_arrayref_set_null(*mut wasmtime_arrayref_t);
        fn wasmtime_arrayref_is_null(*const wasmtime_arrayref_t) -> bool;
        fn wasmtime_eqref_set_null(*mut wasmtime_eqref_t);
        fn wasmtime_eqref_is_null(*const wasmtime_eqref_t) -> bool;
        fn wasmtime_exnref_set_null(*mut wasmtime_exnref_t);
        fn wasmtime_exnref_is_null(*const wasmtime_exnref_t) -> bool;
        fn wasmtime_externref_set_null(*mut wasmtime_externref_t);
        fn wasmtime_externref_is_null(*const wasmtime_externref_t) -> bool;
        fn wasmtime_funcref_set_null(*mut wasmtime_func_t);
        fn wasmtime_funcref_is_null(*const wasmtime_func_t) -> bool;
        fn wasmtime_structref_set_null(*mut wasmtime_structref_t);
        fn wasmtime_structref_is_null(*const wasmtime_structref_t) -> bool;
    }
}

/// Inline functions that aren't called: they contain assertions, which `sys` has too.
pub const ASSERTIONS: [&str; 2] = ["__wasmtime_val_assertions", "assertions"];

/// Returns the macros that are a second name of a function.
pub fn function_names() -> Vec<&'static str> {
    macro_rules! names {
        ($($name:ident),*) => {{
            $(let _ = $name;)*
            vec![$(stringify!($name)),*]
        }};
    }
    names![
        wasm_name_copy,
        wasm_name_delete,
        wasm_name_new,
        wasm_name_new_empty,
        wasm_name_new_uninitialized
    ]
}

/// Returns the macros that spell a value; with arguments they are functions of `sys`.
pub fn values() -> Vec<&'static str> {
    let _: fn(i32) -> wasm_val_t = WASM_I32_VAL;
    let _: fn(i64) -> wasm_val_t = WASM_I64_VAL;
    let _: fn(f32) -> wasm_val_t = WASM_F32_VAL;
    let _: fn(f64) -> wasm_val_t = WASM_F64_VAL;
    let _: fn(*mut wasm_ref_t) -> wasm_val_t = WASM_REF_VAL;
    let _: wasm_val_t = WASM_INIT_VAL;
    // Rust has no untyped initializer: every vector type has a constant.
    let _ = wasm_byte_vec_t::EMPTY;
    vec![
        "WASM_I32_VAL",
        "WASM_I64_VAL",
        "WASM_F32_VAL",
        "WASM_F64_VAL",
        "WASM_REF_VAL",
        "WASM_INIT_VAL",
        "WASM_EMPTY_VEC",
    ]
}

/// The macros that have a meaning in C only.
pub const ONLY_C: [&str; 11] = [
    // Write declarations, which `sys` has one by one.
    "WASM_DECLARE_OWN",
    "WASM_DECLARE_REF",
    "WASM_DECLARE_REF_BASE",
    "WASM_DECLARE_SHARABLE_REF",
    "WASM_DECLARE_TYPE",
    "WASM_DECLARE_VEC",
    "WASI_DECLARE_OWN",
    "WASMTIME_CONFIG_PROP",
    "WASMTIME_POOLING_ALLOCATION_CONFIG_PROP",
    // The beginnings of other names, for pasting.
    "wasm_name",
    // Borrows an array with its length.
    "WASM_ARRAY_VEC",
];
