//! Which owned type each vector of the C API has.

use super::{Owned, OwnedVal, OwnedVec, VecType, sealed};
use crate::sys::vec::wasm_vecs;
use crate::sys::*;

/// Defines the owned types of the vectors in a list of [`crate::sys::vec`].
///
/// `wasm_val_vec, ValVec: [OwnedVal]` reads: the owned type of `wasm_val_vec_t` is
/// `ValVec`, which is a slice of `OwnedVal`. The table has the vectors of the list, in the
/// same order; anything else doesn't compile.
macro_rules! owned_vecs {
    (
        {
            header $header:literal;
            functions $features:tt;
            uninitialized $uninitialized:ident;
            $($vec:ident: [$celement:ty];)*
        }
        $(
            $(#[$doc:meta])*
            $tabulated:ident, $owned:ident: [$element:ty];
        )*
    ) => {
        paste::paste! {$(
            // The list and the table mean the same vector.
            const _: [<$vec _t>] = [<$tabulated _t>]::EMPTY;

            const _: () = assert!(
                size_of::<$celement>() == size_of::<$element>()
                    && align_of::<$celement>() == align_of::<$element>()
            );

            impl sealed::Sealed for [<$vec _t>] {}

            // SAFETY: the struct and the functions belong together, and `$element` is the
            // owned form of `$celement`, byte by byte.
            unsafe impl VecType for [<$vec _t>] {
                type Element = $element;

                const EMPTY: Self = Self::EMPTY;

                #[inline]
                fn parts(&self) -> (*mut $element, usize) {
                    (self.data.cast(), self.size)
                }

                #[inline]
                unsafe fn new_uninitialized(out: *mut Self, size: usize) {
                    $crate::sys::vec::assert_loaded();
                    // SAFETY: `out` is valid for writes and the elements fit in memory, as
                    // this function requires.
                    unsafe { [<$vec _ $uninitialized>](out, size) }
                }

                #[inline]
                unsafe fn new_moving(out: *mut Self, size: usize, data: *const $element) {
                    $crate::sys::vec::assert_loaded();
                    // SAFETY: `out` is valid for writes and the elements at `data` are given
                    // up, as this function requires.
                    unsafe { [<$vec _new>](out, size, data.cast()) }
                }

                #[inline]
                unsafe fn copy(out: *mut Self, from: *const Self) {
                    // SAFETY: `out` is valid for writes and `from` is a valid vector, as this
                    // function requires.
                    unsafe { [<$vec _copy>](out, from) }
                }

                #[inline]
                unsafe fn delete(vec: *mut Self) {
                    // SAFETY: `vec` is a valid vector whose contents are given up, as this
                    // function requires.
                    unsafe { [<$vec _delete>](vec) }
                }
            }

            $(#[$doc])*
            #[doc = ""]
            #[doc = concat!("Owns the C API's `", stringify!($vec), "_t`.")]
            pub type $owned = OwnedVec<[<$vec _t>]>;
        )*}
    };
}
#[cfg(feature = "component-model")]
pub(super) use owned_vecs;

wasm_vecs! {
    owned_vecs!

    /// A vector of bytes: a module's binary, a name, a message.
    wasm_byte_vec, ByteVec: [u8];
    /// A vector of the types of values, such as those of a function's parameters.
    wasm_valtype_vec, ValTypeVec: [Option<Owned<wasm_valtype_t>>];
    /// A vector of the types of functions.
    wasm_functype_vec, FuncTypeVec: [Option<Owned<wasm_functype_t>>];
    /// A vector of the types of globals.
    wasm_globaltype_vec, GlobalTypeVec: [Option<Owned<wasm_globaltype_t>>];
    /// A vector of the types of tables.
    wasm_tabletype_vec, TableTypeVec: [Option<Owned<wasm_tabletype_t>>];
    /// A vector of the types of memories.
    wasm_memorytype_vec, MemoryTypeVec: [Option<Owned<wasm_memorytype_t>>];
    /// A vector of the types of exception tags.
    wasm_tagtype_vec, TagTypeVec: [Option<Owned<wasm_tagtype_t>>];
    /// A vector of the types of imports or exports.
    wasm_externtype_vec, ExternTypeVec: [Option<Owned<wasm_externtype_t>>];
    /// A vector of a module's imports.
    wasm_importtype_vec, ImportTypeVec: [Option<Owned<wasm_importtype_t>>];
    /// A vector of a module's exports.
    wasm_exporttype_vec, ExportTypeVec: [Option<Owned<wasm_exporttype_t>>];
    /// A vector of values, such as a call's arguments.
    wasm_val_vec, ValVec: [OwnedVal];
    /// A vector of the frames of a trap's backtrace.
    ///
    /// Frames borrow from the trap that they come from. To create such a vector takes
    /// `unsafe`, and requires that the vector, its clones and the frames taken out of
    /// them are gone before the trap is.
    wasm_frame_vec, FrameVec: [Option<Owned<wasm_frame_t>>];
    /// A vector of functions, globals, tables and memories: an instance's imports or
    /// exports.
    wasm_extern_vec, ExternVec: [Option<Owned<wasm_extern_t>>];
}
