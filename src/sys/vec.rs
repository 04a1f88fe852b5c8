//! The vector types of the C API, all from one macro.

use super::*;

/// Declares vector types: for each, the C struct and its five functions.
macro_rules! vec_types {
    (
        header $header:literal;
        functions $features:tt;
        uninitialized $uninitialized:ident;
        $($prefix:ident: $ctype:ident of $element:ty;)*
    ) => {
        paste::paste! {
            capi! {
                header $header;
                structs {
                    $(struct $ctype {
                        size: usize,
                        data: *mut $element,
                    })*
                }
                functions $features {
                    $(
                        fn [<$prefix _new_empty>](out: *mut $ctype);
                        fn [<$prefix _ $uninitialized>](out: *mut $ctype, size: usize);
                        fn [<$prefix _new>](out: *mut $ctype, size: usize, data: *const $element);
                        fn [<$prefix _copy>](out: *mut $ctype, from: *const $ctype);
                        fn [<$prefix _delete>](vec: *mut $ctype);
                    )*
                }
            }
        }
        $(impl $ctype {
            /// The empty vector, which owns nothing.
            pub const EMPTY: $ctype = $ctype { size: 0, data: core::ptr::null_mut() };
        })*
    };
}
pub(crate) use vec_types;

vec_types! {
    header "wasm.h";
    functions (Core);
    uninitialized new_uninitialized;
    wasm_byte_vec: wasm_byte_vec_t of wasm_byte_t;
    wasm_valtype_vec: wasm_valtype_vec_t of *mut wasm_valtype_t;
    wasm_functype_vec: wasm_functype_vec_t of *mut wasm_functype_t;
    wasm_globaltype_vec: wasm_globaltype_vec_t of *mut wasm_globaltype_t;
    wasm_tabletype_vec: wasm_tabletype_vec_t of *mut wasm_tabletype_t;
    wasm_memorytype_vec: wasm_memorytype_vec_t of *mut wasm_memorytype_t;
    wasm_tagtype_vec: wasm_tagtype_vec_t of *mut wasm_tagtype_t;
    wasm_externtype_vec: wasm_externtype_vec_t of *mut wasm_externtype_t;
    wasm_importtype_vec: wasm_importtype_vec_t of *mut wasm_importtype_t;
    wasm_exporttype_vec: wasm_exporttype_vec_t of *mut wasm_exporttype_t;
    wasm_val_vec: wasm_val_vec_t of wasm_val_t;
    wasm_frame_vec: wasm_frame_vec_t of *mut wasm_frame_t;
    wasm_extern_vec: wasm_extern_vec_t of *mut wasm_extern_t;
}
