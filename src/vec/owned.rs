//! Objects of the C API that live behind a pointer.

use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use super::sealed::Sealed;
use crate::sys::*;

/// A C type whose values are made, copied and deleted by libwasmtime and are
/// known by their address only.
///
/// # Safety
///
/// The functions must be the C API's `_copy` and `_delete` of the type, and
/// `copy` must never return null.
pub unsafe trait Object: Sealed {
    /// Makes another object that means the same.
    ///
    /// # Safety
    ///
    /// `object` must be valid.
    #[doc(hidden)]
    unsafe fn copy(object: *const Self) -> *mut Self;

    /// Deletes an object.
    ///
    /// # Safety
    ///
    /// `object` must be valid and owned by the caller, who gives it up.
    #[doc(hidden)]
    unsafe fn delete(object: *mut Self);
}

/// An object of the C API that belongs to the holder: deleted when dropped,
/// copied when cloned.
///
/// It is one pointer that isn't null, and `Option<Owned<T>>` is the pointer as
/// C has it, null being `None`.
///
/// There is no safe way to make one from nothing. Whoever makes one by
/// [`from_raw`](Owned::from_raw) answers for the object being valid as long as
/// it, its clones, or whatever it is moved into, live.
// `Send` and `Sync` for the kinds of objects that say so below. `T` is a struct of
// C, none of which has a lifetime, so that its variance doesn't matter.
#[repr(transparent)]
pub struct Owned<T: Object> {
    object: NonNull<T>,
    _owns: PhantomData<T>,
}

impl<T: Object> Owned<T> {
    /// Takes over an object; `None` if `object` is null.
    ///
    /// # Safety
    ///
    /// `object` must be null, or valid and owned by the caller, who gives it
    /// up. If it borrows from another (as a `wasm_frame_t` does from its trap),
    /// that one must outlive the result and all its clones.
    #[inline]
    pub unsafe fn from_raw(object: *mut T) -> Option<Owned<T>> {
        NonNull::new(object).map(|object| Owned {
            object,
            _owns: PhantomData,
        })
    }

    /// Gives the object up: the caller has to delete it, or to hand it to a
    /// function that takes it over.
    #[inline]
    #[must_use = "the object leaks if nobody deletes it"]
    pub fn into_raw(self) -> *mut T {
        ManuallyDrop::new(self).as_ptr()
    }

    /// The object's address, for functions that borrow it. The object stays
    /// owned by `self`.
    #[inline]
    pub fn as_ptr(&self) -> *mut T {
        self.object.as_ptr()
    }
}

// It is an address, and the object stays where it is.
impl<T: Object> Unpin for Owned<T> {}

impl<T: Object> Clone for Owned<T> {
    /// Calls the type's `_copy`.
    fn clone(&self) -> Owned<T> {
        // SAFETY: the object is valid while `self` lives, and `copy` returns a
        // new one, which isn't null (`Object`).
        unsafe {
            Owned {
                object: NonNull::new_unchecked(T::copy(self.as_ptr())),
                _owns: PhantomData,
            }
        }
    }
}

impl<T: Object> Drop for Owned<T> {
    /// Calls the type's `_delete`.
    fn drop(&mut self) {
        // SAFETY: `self` owned the object, and is gone after this.
        unsafe { T::delete(self.as_ptr()) }
    }
}

impl<T: Object> fmt::Debug for Owned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&self.object, f)
    }
}

macro_rules! objects {
    ($($name:ident)*) => {
        paste::paste! {
            $(
                impl Sealed for [<$name _t>] {}

                // SAFETY: these are the type's own functions. libwasmtime
                // copies into a new box, whose pointer isn't null.
                unsafe impl Object for [<$name _t>] {
                    #[inline]
                    unsafe fn copy(object: *const Self) -> *mut Self {
                        // SAFETY: the caller's object is valid.
                        unsafe { [<$name _copy>](object) }
                    }

                    #[inline]
                    unsafe fn delete(object: *mut Self) {
                        // SAFETY: the caller gives the object up.
                        unsafe { [<$name _delete>](object) }
                    }
                }
            )*
        }
    };
}

objects! {
    wasm_valtype
    wasm_functype
    wasm_globaltype
    wasm_tabletype
    wasm_memorytype
    wasm_tagtype
    wasm_externtype
    wasm_importtype
    wasm_exporttype
    wasmtime_array_type
    wasmtime_struct_type
    wasmtime_exn_type
    wasm_frame
    wasm_extern
}

macro_rules! plain_data {
    ($($object:ident)*) => {$(
        // SAFETY: in libwasmtime a type is data without ties to a thread or a
        // store; what it computes late, it keeps in a `OnceLock` or a `Mutex`.
        unsafe impl Send for Owned<$object> {}
        // SAFETY: as above.
        unsafe impl Sync for Owned<$object> {}
    )*};
}

// Not of a frame, nor of an extern, which holds its store.
plain_data! {
    wasm_valtype_t
    wasm_functype_t
    wasm_globaltype_t
    wasm_tabletype_t
    wasm_memorytype_t
    wasm_tagtype_t
    wasm_externtype_t
    wasm_importtype_t
    wasm_exporttype_t
    wasmtime_array_type_t
    wasmtime_struct_type_t
    wasmtime_exn_type_t
}
