//! Structs and arrays of the C API.

use super::RawRef;
use crate::error::{check, check_trap};
use crate::gc::GcKind;
use crate::owned::Owned;
use crate::store::StoreOpaque;
use crate::sys::*;
use crate::{ArrayType, Result, StructType, Unsupported, Val};
use std::mem::MaybeUninit;
use std::ptr;

/// A reference to a struct or an array, which doesn't own its root: a copy of one that does.
///
/// It passes as the C API's reference to either, since all have one layout.
// Version 48: look at `ref_wrapper` in `wasmtime-c-api-impl`.
pub struct Object(wasmtime_anyref_t);

const _: () = {
    assert!(size_of::<wasmtime_anyref_t>() == size_of::<wasmtime_structref_t>());
    assert!(align_of::<wasmtime_anyref_t>() == align_of::<wasmtime_structref_t>());
    assert!(size_of::<wasmtime_anyref_t>() == size_of::<wasmtime_arrayref_t>());
    assert!(align_of::<wasmtime_anyref_t>() == align_of::<wasmtime_arrayref_t>());
};

/// An allocator of structs of one type in one store; an error if libwasmtime has no `gc`.
#[derive(Debug)]
pub struct StructPre(Result<Owned<wasmtime_struct_ref_pre_t>, Unsupported>);

/// An allocator of arrays of one type in one store; an error if libwasmtime has no `gc`.
#[derive(Debug)]
pub struct ArrayPre(Result<Owned<wasmtime_array_ref_pre_t>, Unsupported>);

impl StructPre {
    /// # Safety
    ///
    /// The type must belong to the store's engine.
    pub(crate) unsafe fn new(store: &mut StoreOpaque, ty: &StructType) -> StructPre {
        // SAFETY: invariant "Context". The type is valid, and belongs to the store's engine, as
        // this function requires. The result is owned.
        StructPre(RawRef::supported().map(|()| unsafe {
            Owned::from_c(wasmtime_struct_ref_pre_new(
                store.begin_change(),
                ty.as_ptr(),
            ))
        }))
    }
}

impl ArrayPre {
    /// # Safety
    ///
    /// The type must belong to the store's engine.
    pub(crate) unsafe fn new(store: &mut StoreOpaque, ty: &ArrayType) -> ArrayPre {
        // SAFETY: as in `StructPre::new`.
        ArrayPre(RawRef::supported().map(|()| unsafe {
            Owned::from_c(wasmtime_array_ref_pre_new(
                store.begin_change(),
                ty.as_ptr(),
            ))
        }))
    }
}

impl RawRef {
    /// Creates a struct, and writes the reference to `out` unless that fails, as
    /// [`RawRef::write_from_raw`] does.
    ///
    /// # Safety
    ///
    /// `context` must be that of the store, for this call. The allocator and the values must be of
    /// that store, and `out` valid for writes.
    #[inline]
    pub(crate) unsafe fn write_struct(
        context: *mut wasmtime_context_t,
        allocator: &StructPre,
        fields: &[wasmtime_val_t],
        out: *mut RawRef,
    ) -> Result<()> {
        let allocator = allocator.0.as_ref().map_err(Unsupported::clone)?;
        // SAFETY: invariant "Context". The allocator and the values belong to this store, as
        // this function requires. The C function writes an owned reference unless it fails.
        unsafe {
            RawRef::write(out, |out| {
                let (values, len) = (fields.as_ptr(), fields.len());
                wasmtime_structref_new(context, allocator.as_ptr(), values, len, out.cast())
            })
        }
    }

    /// Creates an array of `len` times one value, and writes the reference as
    /// [`RawRef::write_struct`] does.
    ///
    /// # Safety
    ///
    /// As for [`RawRef::write_struct`].
    #[inline]
    pub(crate) unsafe fn write_array(
        context: *mut wasmtime_context_t,
        allocator: &ArrayPre,
        elem: &wasmtime_val_t,
        len: u32,
        out: *mut RawRef,
    ) -> Result<()> {
        let allocator = allocator.0.as_ref().map_err(Unsupported::clone)?;
        // SAFETY: as in `write_struct`.
        unsafe {
            RawRef::write(out, |out| {
                wasmtime_arrayref_new(context, allocator.as_ptr(), elem, len, out.cast())
            })
        }
    }

    /// Makes a reference of what `new` writes unless it returns an error.
    ///
    /// # Safety
    ///
    /// `out` must be valid for writes. What `new` writes must be an owned reference to a struct or
    /// an array.
    #[inline]
    unsafe fn write(
        out: *mut RawRef,
        new: impl FnOnce(*mut wasmtime_anyref_t) -> *mut wasmtime_error_t,
    ) -> Result<()> {
        // SAFETY: `out` is valid. The error is null or owned. Neither a guest nor the host writes a
        // text in it. If it is null, the reference was written, as this function requires.
        unsafe {
            (&raw mut (*out).kind).write(GcKind::Any);
            check_trap(new(&raw mut (*out).of.anyref))
        }
    }

    /// Creates an object whose root isn't in the store's roots; `write` is one of the functions
    /// above.
    ///
    /// # Safety
    ///
    /// `write` must write a reference, which it owns, unless it returns an error.
    pub(crate) unsafe fn create(
        store: &mut StoreOpaque,
        write: impl FnOnce(*mut wasmtime_context_t, *mut RawRef) -> Result<()>,
    ) -> Result<RawRef> {
        let mut out = MaybeUninit::uninit();
        write(store.begin_change(), out.as_mut_ptr())?;
        // SAFETY: `write` has written a reference, as this function requires.
        Ok(unsafe { out.assume_init() })
    }

    /// Returns the reference without its root, if it is of the kind `Any`.
    ///
    /// # Panics
    ///
    /// Panics if the reference is of another kind.
    #[inline]
    pub(crate) fn object(&self) -> Object {
        Object(*self.as_anyref().expect("the reference is of kind `Any`"))
    }
}

/// Defines the questions of what an object is.
macro_rules! kinds {
    ($($what:literal $is:ident $c:ident;)*) => {
        impl RawRef {$(
            #[doc = concat!("Reports whether the object is ", $what, ".")]
            pub(crate) fn $is(&self, store: &StoreOpaque) -> bool {
                let Some(anyref) = self.as_anyref() else {
                    return false;
                };
                // SAFETY: invariant "Shared", with the lock. The reference is valid.
                unsafe { $c(store.lock_collected().context(), anyref) }
            }
        )*}
    };
}

kinds! {
    "one that `ref.eq` compares" is_eqref wasmtime_anyref_is_eqref;
    "a struct" is_struct wasmtime_anyref_is_struct;
    "an array" is_array wasmtime_anyref_is_array;
}

impl Object {
    fn as_structref(&self) -> *const wasmtime_structref_t {
        ptr::from_ref(&self.0).cast()
    }

    fn as_arrayref(&self) -> *const wasmtime_arrayref_t {
        ptr::from_ref(&self.0).cast()
    }

    /// Returns the type of a struct.
    ///
    /// # Safety
    ///
    /// It must be a struct of this store that is rooted.
    pub(crate) unsafe fn struct_type(&self, store: &StoreOpaque) -> StructType {
        // SAFETY: invariant "Shared", with the lock. The reference is valid, as this function
        // requires, so there is a type, which is owned.
        unsafe {
            let collected = store.lock_collected();
            let ty = wasmtime_structref_type(collected.context(), self.as_structref());
            StructType::from_owned(store.engine(), Owned::from_c(ty))
        }
    }

    /// Sets `out` to a field of a struct, an owned value of the store, unless it returns an error.
    ///
    /// # Safety
    ///
    /// As for [`Object::struct_type`].
    #[inline]
    pub(crate) unsafe fn write_field(
        &self,
        store: &mut StoreOpaque,
        index: usize,
        out: &mut MaybeUninit<wasmtime_val_t>,
    ) -> Result<()> {
        // SAFETY: invariant "Context". The reference is valid, as this function requires.
        unsafe {
            check(wasmtime_structref_field(
                store.begin_change(),
                self.as_structref(),
                index,
                out.as_mut_ptr(),
            ))
        }
    }

    /// Sets a field of a struct.
    ///
    /// # Safety
    ///
    /// As for [`Object::struct_type`].
    #[inline]
    pub(crate) unsafe fn set_field(
        &self,
        store: &mut StoreOpaque,
        index: usize,
        value: Val,
    ) -> Result<()> {
        let mut value_c = MaybeUninit::uninit();
        value.write_c(store, &mut value_c)?;
        // SAFETY: invariant "Context". The reference is valid, as this function requires, and the
        // value belongs to the store and is rooted, as `write_c` has checked.
        unsafe {
            check(wasmtime_structref_set_field(
                store.begin_change(),
                self.as_structref(),
                index,
                value_c.as_ptr(),
            ))
        }
    }

    /// Returns the type of an array.
    ///
    /// # Safety
    ///
    /// It must be an array of this store that is rooted.
    pub(crate) unsafe fn array_type(&self, store: &StoreOpaque) -> ArrayType {
        // SAFETY: as in `struct_type`.
        unsafe {
            let collected = store.lock_collected();
            let ty = wasmtime_arrayref_type(collected.context(), self.as_arrayref());
            ArrayType::from_owned(store.engine(), Owned::from_c(ty))
        }
    }

    /// Returns how many elements an array has.
    ///
    /// # Safety
    ///
    /// As for [`Object::array_type`].
    #[inline]
    pub(crate) unsafe fn len(&self, store: &StoreOpaque) -> Result<u32> {
        let mut len = 0;
        // SAFETY: invariant "Shared", with the lock. The reference is valid, as this function
        // requires.
        unsafe {
            check(wasmtime_arrayref_len(
                store.lock_collected().context(),
                self.as_arrayref(),
                &mut len,
            ))?;
        }
        Ok(len)
    }

    /// Sets `out` to an element of an array as [`Object::write_field`] does.
    ///
    /// # Safety
    ///
    /// As for [`Object::array_type`].
    #[inline]
    pub(crate) unsafe fn write_elem(
        &self,
        store: &mut StoreOpaque,
        index: u32,
        out: &mut MaybeUninit<wasmtime_val_t>,
    ) -> Result<()> {
        // SAFETY: as in `write_field`.
        unsafe {
            check(wasmtime_arrayref_get(
                store.begin_change(),
                self.as_arrayref(),
                index,
                out.as_mut_ptr(),
            ))
        }
    }

    /// Sets an element of an array.
    ///
    /// # Safety
    ///
    /// As for [`Object::array_type`].
    #[inline]
    pub(crate) unsafe fn set(&self, store: &mut StoreOpaque, index: u32, value: Val) -> Result<()> {
        let mut value_c = MaybeUninit::uninit();
        value.write_c(store, &mut value_c)?;
        // SAFETY: as in `set_field`.
        unsafe {
            check(wasmtime_arrayref_set(
                store.begin_change(),
                self.as_arrayref(),
                index,
                value_c.as_ptr(),
            ))
        }
    }
}
