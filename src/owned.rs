//! The one owner of C objects that live behind a pointer.
//!
//! libwasmtime creates such an object, hands out its address, and has a function
//! that deletes it. [`Delete`] names that function for each C type, and [`Owned`]
//! calls it. The types of this crate that stand for a C object hold an `Owned` of
//! it, and have no destructor of their own for it.
//!
//! Four owners are something else: a [`Store`](crate::Store) is deleted between steps
//! of its own; a C struct that is passed by value has its owner in
//! [`vec`](mod@crate::vec); a reference to a collected object is one of three C structs,
//! by its kind (`gc`); and the engine on which a library's version is tried belongs to a
//! library that isn't in use yet (`sys`).

use crate::Result;
use crate::error::check;
use crate::sys::*;
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr::{self, NonNull};

mod sealed {
    /// Implemented for types of the C API alone.
    pub trait Sealed {}
}

/// A C type whose objects libwasmtime creates and deletes and that are known by
/// their address only.
///
/// # Safety
///
/// The function must be the C API's own for deleting the type's objects.
pub unsafe trait Delete: sealed::Sealed {
    /// Deletes an object.
    ///
    /// # Safety
    ///
    /// `object` must be valid and owned by the caller, who gives it up.
    #[doc(hidden)]
    unsafe fn delete(object: *mut Self);
}

/// A C type whose objects libwasmtime copies as well.
///
/// The copy of a counted object, such as a module, shares a reference count with the
/// original.
///
/// # Safety
///
/// The function must be the C API's `_copy` or `_clone` of the type.
pub unsafe trait Object: Delete {
    /// Creates another object that means the same.
    ///
    /// # Safety
    ///
    /// `object` must be valid.
    #[doc(hidden)]
    unsafe fn copy(object: *const Self) -> *mut Self;
}

/// An object of the C API that belongs to the holder: deleted when dropped, and
/// copied when cloned, if the C API can.
///
/// It is one pointer that isn't null, and `Option<Owned<T>>` is the pointer as
/// C has it, null being `None`.
///
/// An object comes from a C function, through the unsafe
/// [`from_raw`](Owned::from_raw).
// `Send` and `Sync` for the kinds of objects that say so below. `T` is a struct of
// C, none of which has a lifetime, so that its variance doesn't matter.
#[repr(transparent)]
pub struct Owned<T: Delete> {
    object: NonNull<T>,
    _owns: PhantomData<T>,
}

impl<T: Delete> Owned<T> {
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

    /// Takes an object that a C function created, one that doesn't return null.
    ///
    /// # Panics
    ///
    /// Panics if it is null.
    ///
    /// # Safety
    ///
    /// As for [`Owned::from_raw`].
    pub(crate) unsafe fn from_c(object: *mut T) -> Owned<T> {
        // SAFETY: this function requires the same.
        unsafe { Owned::from_raw(object) }.expect("libwasmtime returns an object")
    }

    /// Takes the object that a C function writes unless it returns an error.
    ///
    /// # Errors
    ///
    /// Returns the error of the C function.
    ///
    /// # Panics
    ///
    /// Panics if there is no error, and the function has written null.
    ///
    /// # Safety
    ///
    /// `write` must return null or an owned error. If it returns null, the requirements of
    /// [`Owned::from_raw`] hold for what it has written.
    pub(crate) unsafe fn out(
        write: impl FnOnce(*mut *mut T) -> *mut wasmtime_error_t,
    ) -> Result<Owned<T>> {
        let mut object = ptr::null_mut();
        // SAFETY: this function requires what the other two require.
        unsafe {
            check(write(&mut object))?;
            Ok(Owned::from_c(object))
        }
    }

    /// Gives the object up: the caller has to delete it, or to pass it to a
    /// function that takes it over.
    #[inline]
    #[must_use = "the object leaks if nobody deletes it"]
    pub fn into_raw(self) -> *mut T {
        ManuallyDrop::new(self).as_ptr()
    }

    /// Returns the object's address, for functions that borrow it. The object stays
    /// owned by `self`.
    #[inline]
    pub fn as_ptr(&self) -> *mut T {
        self.object.as_ptr()
    }
}

// It is an address, and the object stays where it is.
impl<T: Delete> Unpin for Owned<T> {}

impl<T: Object> Clone for Owned<T> {
    /// Calls the type's `_copy` or `_clone`.
    fn clone(&self) -> Owned<T> {
        // SAFETY: invariant "Owned object": the object is valid. `copy` returns a new one
        // that is owned.
        unsafe { Owned::from_c(T::copy(self.as_ptr())) }
    }
}

impl<T: Delete> Drop for Owned<T> {
    /// Calls the type's `_delete`.
    #[inline]
    fn drop(&mut self) {
        // SAFETY: invariant "Owned object": nothing else deletes the object, and `self` is
        // not used again.
        unsafe { T::delete(self.as_ptr()) }
    }
}

impl<T: Delete> fmt::Debug for Owned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&self.object, f)
    }
}

/// Names the functions of each type: the one that deletes, and the one that copies,
/// if there is one.
macro_rules! objects {
    ($($object:ident: $delete:ident $(, $copy:ident)?;)*) => {$(
        impl sealed::Sealed for $object {}

        // SAFETY: it is the type's own function.
        unsafe impl Delete for $object {
            #[inline]
            unsafe fn delete(object: *mut $object) {
                // SAFETY: the object is valid and given up, as this function requires.
                unsafe { $delete(object) }
            }
        }

        $(
            // SAFETY: it is the type's own function.
            unsafe impl Object for $object {
                #[inline]
                unsafe fn copy(object: *const $object) -> *mut $object {
                    // SAFETY: the object is valid, as this function requires.
                    unsafe { $copy(object) }
                }
            }
        )?
    )*};
}

objects! {
    wasm_valtype_t: wasm_valtype_delete, wasm_valtype_copy;
    wasm_functype_t: wasm_functype_delete, wasm_functype_copy;
    wasm_globaltype_t: wasm_globaltype_delete, wasm_globaltype_copy;
    wasm_tabletype_t: wasm_tabletype_delete, wasm_tabletype_copy;
    wasm_memorytype_t: wasm_memorytype_delete, wasm_memorytype_copy;
    wasm_tagtype_t: wasm_tagtype_delete, wasm_tagtype_copy;
    wasm_externtype_t: wasm_externtype_delete, wasm_externtype_copy;
    wasm_importtype_t: wasm_importtype_delete, wasm_importtype_copy;
    wasm_exporttype_t: wasm_exporttype_delete, wasm_exporttype_copy;
    wasmtime_array_type_t: wasmtime_array_type_delete, wasmtime_array_type_copy;
    wasmtime_struct_type_t: wasmtime_struct_type_delete, wasmtime_struct_type_copy;
    wasmtime_exn_type_t: wasmtime_exn_type_delete, wasmtime_exn_type_copy;

    wasm_config_t: wasm_config_delete;
    wasmtime_pooling_allocation_config_t: wasmtime_pooling_allocation_config_delete;
    wasi_config_t: wasi_config_delete;
    wasm_engine_t: wasm_engine_delete, wasmtime_engine_clone;

    wasmtime_module_t: wasmtime_module_delete, wasmtime_module_clone;
    wasmtime_sharedmemory_t: wasmtime_sharedmemory_delete, wasmtime_sharedmemory_clone;
    wasmtime_store_t: wasmtime_store_delete;
    wasmtime_struct_ref_pre_t: wasmtime_struct_ref_pre_delete;
    wasmtime_array_ref_pre_t: wasmtime_array_ref_pre_delete;
    wasmtime_linker_t: wasmtime_linker_delete, wasmtime_linker_clone;
    wasmtime_instance_pre_t: wasmtime_instance_pre_delete;
    wasmtime_guestprofiler_t: wasmtime_guestprofiler_delete;

    wasmtime_error_t: wasmtime_error_delete;
    // `wasm_trap_copy` keeps the text only.
    wasm_trap_t: wasm_trap_delete;
    wasm_frame_t: wasm_frame_delete, wasm_frame_copy;

    wasm_store_t: wasm_store_delete;
    wasm_module_t: wasm_module_delete, wasm_module_copy;
    wasm_shared_module_t: wasm_shared_module_delete;
    wasm_extern_t: wasm_extern_delete, wasm_extern_copy;
}

#[cfg(feature = "component-model")]
objects! {
    wasmtime_component_t: wasmtime_component_delete, wasmtime_component_clone;
    wasmtime_component_export_index_t:
        wasmtime_component_export_index_delete, wasmtime_component_export_index_clone;
    wasmtime_component_linker_t: wasmtime_component_linker_delete;
    wasmtime_component_linker_instance_t: wasmtime_component_linker_instance_delete;
    wasmtime_component_resource_any_t:
        wasmtime_component_resource_any_delete, wasmtime_component_resource_any_clone;
    wasmtime_component_resource_host_t:
        wasmtime_component_resource_host_delete, wasmtime_component_resource_host_clone;

    wasmtime_component_type_t: wasmtime_component_type_delete, wasmtime_component_type_clone;
    wasmtime_component_instance_type_t:
        wasmtime_component_instance_type_delete, wasmtime_component_instance_type_clone;
    wasmtime_module_type_t: wasmtime_module_type_delete, wasmtime_module_type_clone;
    wasmtime_component_func_type_t:
        wasmtime_component_func_type_delete, wasmtime_component_func_type_clone;
    wasmtime_component_resource_type_t:
        wasmtime_component_resource_type_delete, wasmtime_component_resource_type_clone;
    wasmtime_component_list_type_t:
        wasmtime_component_list_type_delete, wasmtime_component_list_type_clone;
    wasmtime_component_record_type_t:
        wasmtime_component_record_type_delete, wasmtime_component_record_type_clone;
    wasmtime_component_tuple_type_t:
        wasmtime_component_tuple_type_delete, wasmtime_component_tuple_type_clone;
    wasmtime_component_variant_type_t:
        wasmtime_component_variant_type_delete, wasmtime_component_variant_type_clone;
    wasmtime_component_enum_type_t:
        wasmtime_component_enum_type_delete, wasmtime_component_enum_type_clone;
    wasmtime_component_option_type_t:
        wasmtime_component_option_type_delete, wasmtime_component_option_type_clone;
    wasmtime_component_result_type_t:
        wasmtime_component_result_type_delete, wasmtime_component_result_type_clone;
    wasmtime_component_flags_type_t:
        wasmtime_component_flags_type_delete, wasmtime_component_flags_type_clone;
    wasmtime_component_future_type_t:
        wasmtime_component_future_type_delete, wasmtime_component_future_type_clone;
    wasmtime_component_stream_type_t:
        wasmtime_component_stream_type_delete, wasmtime_component_stream_type_clone;
    wasmtime_component_map_type_t:
        wasmtime_component_map_type_delete, wasmtime_component_map_type_clone;
}

macro_rules! for_any_thread {
    ($($object:ident)*) => {$(
        // SAFETY: no function on such an object needs a certain thread, and what is in
        // it may go to another one: the reasons are given at each list.
        unsafe impl Send for Owned<$object> {}
        // SAFETY: a reference to the owner gives the address, whose uses are unsafe, and
        // clones. To copy an object only reads it, or counts up atomically.
        unsafe impl Sync for Owned<$object> {}
    )*};
}

// In libwasmtime a type is data without ties to a thread or a store; what it computes
// late, it keeps in a `OnceLock` or a `Mutex`.
for_any_thread! {
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

// Each is a reference with an atomic count to what threads are meant to share; none
// has a store.
for_any_thread! {
    wasm_engine_t
    wasmtime_module_t
    wasmtime_sharedmemory_t
    wasm_module_t
    wasm_shared_module_t
}

// Each is a box around a type, and the id of a store, which is data.
for_any_thread! {
    wasmtime_struct_ref_pre_t
    wasmtime_array_ref_pre_t
}

// Both are a box around an error value that is itself `Send` and `Sync`.
for_any_thread! {
    wasmtime_error_t
    wasm_trap_t
}

// It is a box around plain data and counted references to modules.
for_any_thread! {
    wasmtime_guestprofiler_t
}

// A component is a reference with an atomic count to code and types, and so is each of its
// types; an index of an export is plain data.
#[cfg(feature = "component-model")]
for_any_thread! {
    wasmtime_component_t
    wasmtime_component_export_index_t
    wasmtime_component_type_t
    wasmtime_component_instance_type_t
    wasmtime_module_type_t
    wasmtime_component_func_type_t
    wasmtime_component_resource_type_t
    wasmtime_component_list_type_t
    wasmtime_component_record_type_t
    wasmtime_component_tuple_type_t
    wasmtime_component_variant_type_t
    wasmtime_component_enum_type_t
    wasmtime_component_option_type_t
    wasmtime_component_result_type_t
    wasmtime_component_flags_type_t
    wasmtime_component_future_type_t
    wasmtime_component_stream_type_t
    wasmtime_component_map_type_t
}

// A handle of a resource is an index, which a store looks up.
#[cfg(feature = "component-model")]
for_any_thread! {
    wasmtime_component_resource_any_t
    wasmtime_component_resource_host_t
}

// Not for a frame, which borrows from its trap, nor for an extern, which holds its
// store. Nor for a linker and what comes out of it: their owners know that the host
// functions in them may be called on any thread.
