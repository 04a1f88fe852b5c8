//! The vector types of the C API, all from one macro.
//!
//! A list names the vectors of a header: [`wasm_vecs!`] those of `wasm.h`,
//! `component_vecs!` those of `wasmtime/component/val.h`. [`declare_vecs!`] declares
//! the C struct and the five functions of each line. [`crate::vec`] expands the same lists,
//! to define the owned type of each vector.

use super::*;

/// Checks that the library is the right one: a safe function that creates a vector may be
/// the first to call it. A library that is opened at run time is checked when it is opened.
///
/// # Panics
///
/// Panics if it is another library.
#[inline]
pub(crate) fn assert_loaded() {
    #[cfg(wasmtime_link = "dynamic")]
    if let Err(error) = super::ensure_loaded() {
        panic!("no vector can be created: {error}");
    }
}

/// Declares the vector types of a list: for each, the C struct and its five functions.
///
/// `wasm_val_vec: [wasm_val_t]` reads: `wasm_val_vec_t` is a vector whose buffer holds
/// `wasm_val_t`.
macro_rules! declare_vecs {
    ({
        header $header:literal;
        functions $features:tt;
        uninitialized $uninitialized:ident;
        $($vec:ident: [$element:ty];)*
    }) => {
        paste::paste! {
            capi! {
                header $header;
                structs {
                    $(struct [<$vec _t>] {
                        size: usize,
                        data: *mut $element,
                    })*
                }
                functions $features {
                    $(
                        fn [<$vec _new_empty>](out: *mut [<$vec _t>]);
                        fn [<$vec _ $uninitialized>](out: *mut [<$vec _t>], size: usize);
                        fn [<$vec _new>](
                            out: *mut [<$vec _t>],
                            size: usize,
                            data: *const $element,
                        );
                        fn [<$vec _copy>](out: *mut [<$vec _t>], from: *const [<$vec _t>]);
                        fn [<$vec _delete>](vec: *mut [<$vec _t>]);
                    )*
                }
            }

            $(
                impl [<$vec _t>] {
                    /// The empty vector, which owns nothing.
                    pub const EMPTY: Self = Self { size: 0, data: core::ptr::null_mut() };
                }
            )*
        }
    };
}
pub(in crate::sys) use declare_vecs;

/// Passes the vectors of `wasm.h` to a macro, together with its other arguments.
macro_rules! wasm_vecs {
    ($apply:ident! $($more:tt)*) => {
        $apply! {
            {
                header "wasm.h";
                functions (Core);
                uninitialized new_uninitialized;
                wasm_byte_vec: [wasm_byte_t];
                wasm_valtype_vec: [*mut wasm_valtype_t];
                wasm_functype_vec: [*mut wasm_functype_t];
                wasm_globaltype_vec: [*mut wasm_globaltype_t];
                wasm_tabletype_vec: [*mut wasm_tabletype_t];
                wasm_memorytype_vec: [*mut wasm_memorytype_t];
                wasm_tagtype_vec: [*mut wasm_tagtype_t];
                wasm_externtype_vec: [*mut wasm_externtype_t];
                wasm_importtype_vec: [*mut wasm_importtype_t];
                wasm_exporttype_vec: [*mut wasm_exporttype_t];
                wasm_val_vec: [wasm_val_t];
                wasm_frame_vec: [*mut wasm_frame_t];
                wasm_extern_vec: [*mut wasm_extern_t];
            }
            $($more)*
        }
    };
}
pub(crate) use wasm_vecs;

wasm_vecs! { declare_vecs! }
