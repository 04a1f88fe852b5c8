//! The vector types of the C API, all from one macro.
//!
//! One line of [`vec_types!`] makes the C struct, its five functions, and the
//! owned type that safe code uses. The struct and the functions are items of
//! [`crate::sys`]; the owned types belong to [`crate::vec`], which re-exports
//! the module `owned` made here.

use super::*;
use crate::vec::{Owned, OwnedVal};

/// Panics unless the library is the right one: a safe function that makes a vector
/// may be the first to call it. What is opened at run time sees to that by itself.
#[inline]
pub(in crate::sys) fn assert_loaded() {
    #[cfg(wasmtime_link = "dynamic")]
    if let Err(error) = super::ensure_loaded() {
        panic!("no vector can be made: {error}");
    }
}

/// Declares vector types: for each, the C struct, its five functions, and the
/// name of the [`OwnedVec`](crate::vec::OwnedVec) of that struct.
///
/// `wasm_val_vec, ValVec: [wasm_val_t as OwnedVal]` reads: `wasm_val_vec_t` is a
/// vector whose buffer holds `wasm_val_t`; its owned type is `ValVec`, a slice
/// of `OwnedVal`. The two types of elements must mean the same bytes.
macro_rules! vec_types {
    (
        header $header:literal;
        functions $features:tt;
        owned types if $cfg:tt;
        uninitialized $uninitialized:ident;
        $(
            $(#[$doc:meta])*
            $prefix:ident, $owned:ident: [$celement:ty as $element:ty];
        )*
    ) => {
        paste::paste! {
            capi! {
                header $header;
                structs {
                    $(struct [<$prefix _t>] {
                        size: usize,
                        data: *mut $celement,
                    })*
                }
                functions $features {
                    $(
                        fn [<$prefix _new_empty>](out: *mut [<$prefix _t>]);
                        fn [<$prefix _ $uninitialized>](out: *mut [<$prefix _t>], size: usize);
                        fn [<$prefix _new>](
                            out: *mut [<$prefix _t>],
                            size: usize,
                            data: *const $celement,
                        );
                        fn [<$prefix _copy>](out: *mut [<$prefix _t>], from: *const [<$prefix _t>]);
                        fn [<$prefix _delete>](vec: *mut [<$prefix _t>]);
                    )*
                }
            }

            $(
                impl [<$prefix _t>] {
                    /// The empty vector, which owns nothing.
                    pub const EMPTY: Self = Self { size: 0, data: core::ptr::null_mut() };
                }

                #[cfg $cfg]
                const _: () = assert!(
                    size_of::<$celement>() == size_of::<$element>()
                        && align_of::<$celement>() == align_of::<$element>()
                );

                #[cfg $cfg]
                impl crate::vec::sealed::Sealed for [<$prefix _t>] {}

                #[cfg $cfg]
                // SAFETY: the struct and the functions belong together, and
                // `$element` is the owned form of `$celement`, byte by byte.
                unsafe impl crate::vec::VecType for [<$prefix _t>] {
                    type Element = $element;

                    const EMPTY: Self = Self::EMPTY;

                    #[inline]
                    fn parts(&self) -> (*mut $element, usize) {
                        (self.data.cast(), self.size)
                    }

                    #[inline]
                    unsafe fn new_uninitialized(out: *mut Self, size: usize) {
                        $crate::sys::vec::assert_loaded();
                        // SAFETY: the caller keeps to the contract of this very function.
                        unsafe { [<$prefix _ $uninitialized>](out, size) }
                    }

                    #[inline]
                    unsafe fn new_moving(out: *mut Self, size: usize, data: *const $element) {
                        $crate::sys::vec::assert_loaded();
                        // SAFETY: as above.
                        unsafe { [<$prefix _new>](out, size, data.cast()) }
                    }

                    #[inline]
                    unsafe fn copy(out: *mut Self, from: *const Self) {
                        // SAFETY: as above.
                        unsafe { [<$prefix _copy>](out, from) }
                    }

                    #[inline]
                    unsafe fn delete(vec: *mut Self) {
                        // SAFETY: as above.
                        unsafe { [<$prefix _delete>](vec) }
                    }
                }
            )*

            #[cfg $cfg]
            pub(crate) mod owned {
                $(
                    $(#[$doc])*
                    #[doc = ""]
                    #[doc = concat!("The C API's `", stringify!($prefix), "_t`, owned.")]
                    pub type $owned = crate::vec::OwnedVec<super::[<$prefix _t>]>;
                )*
            }
        }
    };
}
pub(crate) use vec_types;

vec_types! {
    header "wasm.h";
    functions (Core);
    owned types if (all());
    uninitialized new_uninitialized;

    /// Bytes: a module's binary, a name, a message.
    wasm_byte_vec, ByteVec: [wasm_byte_t as u8];
    /// Types of values, such as a function's parameters.
    wasm_valtype_vec, ValTypeVec: [*mut wasm_valtype_t as Option<Owned<wasm_valtype_t>>];
    /// Types of functions.
    wasm_functype_vec, FuncTypeVec: [*mut wasm_functype_t as Option<Owned<wasm_functype_t>>];
    /// Types of globals.
    wasm_globaltype_vec, GlobalTypeVec:
        [*mut wasm_globaltype_t as Option<Owned<wasm_globaltype_t>>];
    /// Types of tables.
    wasm_tabletype_vec, TableTypeVec: [*mut wasm_tabletype_t as Option<Owned<wasm_tabletype_t>>];
    /// Types of memories.
    wasm_memorytype_vec, MemoryTypeVec:
        [*mut wasm_memorytype_t as Option<Owned<wasm_memorytype_t>>];
    /// Types of exception tags.
    wasm_tagtype_vec, TagTypeVec: [*mut wasm_tagtype_t as Option<Owned<wasm_tagtype_t>>];
    /// Types of whatever can be imported or exported.
    wasm_externtype_vec, ExternTypeVec:
        [*mut wasm_externtype_t as Option<Owned<wasm_externtype_t>>];
    /// A module's imports.
    wasm_importtype_vec, ImportTypeVec:
        [*mut wasm_importtype_t as Option<Owned<wasm_importtype_t>>];
    /// A module's exports.
    wasm_exporttype_vec, ExportTypeVec:
        [*mut wasm_exporttype_t as Option<Owned<wasm_exporttype_t>>];
    /// Values, such as a call's arguments.
    wasm_val_vec, ValVec: [wasm_val_t as OwnedVal];
    /// The frames of a trap's backtrace.
    ///
    /// Frames point into the trap they come from. Whoever makes such a vector
    /// (which takes `unsafe`) answers for it that the vector, its clones and
    /// what is taken out of them are gone before the trap is.
    wasm_frame_vec, FrameVec: [*mut wasm_frame_t as Option<Owned<wasm_frame_t>>];
    /// Functions, globals, tables and memories: an instance's imports or exports.
    wasm_extern_vec, ExternVec: [*mut wasm_extern_t as Option<Owned<wasm_extern_t>>];
}
