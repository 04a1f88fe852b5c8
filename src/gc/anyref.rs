//! `anyref`: references to objects of WebAssembly's own.

use super::root::{FromRoot, Root};
use super::{ExternRef, GcKind, GcRef, I31, RawRef, Rooted};
use crate::store::StoreOpaque;
use crate::{AsContext, AsContextMut, HeapType, Result, Val};

/// A struct, an array, an [`I31`], or a value of the host that WebAssembly
/// holds as its own.
///
/// It is used behind [`Rooted`] or [`OwnedRooted`](crate::OwnedRooted), which
/// dereference to it, and in which it stands for the type `(ref any)`. What is
/// in a struct or an array can't be looked at yet.
///
#[doc = example!(gc)]
/// use libwasmtime::{AnyRef, I31, Store};
///
/// let mut store = Store::<()>::default();
/// let seven = AnyRef::from_i31(&mut store, I31::wrapping_u32(7));
/// assert!(seven.is_i31(&store)? && seven.is_eqref(&store)?);
/// assert_eq!(seven.unwrap_i31(&store)?.get_u32(), 7);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone, Debug)]
#[repr(transparent)]
pub struct AnyRef {
    root: Root,
}

impl GcRef for AnyRef {}

// SAFETY: an `AnyRef` is a `Root` and nothing else.
unsafe impl FromRoot for AnyRef {
    const KIND: GcKind = GcKind::Any;
    const HEAP_TYPE: HeapType = HeapType::Any;

    fn val(reference: Option<Rooted<AnyRef>>) -> Val {
        Val::AnyRef(reference)
    }
}

impl AnyRef {
    /// The reference that is this number. Nothing is allocated for it in the
    /// store's heap.
    ///
    /// Calls `wasmtime_anyref_from_i31`.
    ///
    /// # Panics
    ///
    /// If libwasmtime was built without `gc`.
    pub fn from_i31(mut store: impl AsContextMut, value: I31) -> Rooted<AnyRef> {
        AnyRef::from_i31_in(store.as_context_mut().opaque_mut(), value)
            .unwrap_or_else(|unsupported| panic!("an i31 can't be a reference: {unsupported}"))
    }

    /// As [`from_i31`](Self::from_i31).
    ///
    /// # Errors
    ///
    /// If libwasmtime was built without `gc`.
    pub(crate) fn from_i31_in(store: &mut StoreOpaque, value: I31) -> Result<Rooted<AnyRef>> {
        let raw = RawRef::from_i31(store, value.get_u32())?;
        Ok(Rooted::push(&mut store.roots, raw))
    }

    /// Takes what an `externref` is as a reference of WebAssembly's own, as
    /// `any.convert_extern` does. The object stays the same: what
    /// [`ExternRef::convert_any`] made is what it was before.
    ///
    /// The C API has no function for it: the bits of both are the same in
    /// WebAssembly, so that one is made of the raw value of the other. Calls
    /// `wasmtime_externref_to_raw` and `wasmtime_anyref_from_raw`.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    // Version 48: both references have the same bits; look at `AnyRef::convert_extern`
    // in `wasmtime`.
    pub fn convert_extern(
        mut store: impl AsContextMut,
        externref: Rooted<ExternRef>,
    ) -> Result<Rooted<AnyRef>> {
        externref.convert(store.as_context_mut().opaque_mut())
    }

    /// Roots the object of a raw value, such as a function of
    /// [`Func::new_unchecked`](crate::Func::new_unchecked) is passed; `None` for
    /// null.
    ///
    /// It is unsafe for the same reason as [`ExternRef::from_raw`].
    ///
    /// Calls `wasmtime_anyref_from_raw`.
    ///
    /// # Panics
    ///
    /// If `raw` isn't null and libwasmtime was built without `gc`.
    ///
    /// # Safety
    ///
    /// `raw` must be null or a raw `anyref` of this store, and nothing that may
    /// run the collector must have been called since WebAssembly passed it or
    /// [`to_raw`](Self::to_raw) returned it.
    pub unsafe fn from_raw(mut store: impl AsContextMut, raw: u32) -> Option<Rooted<AnyRef>> {
        // SAFETY: the caller vouches for `raw`.
        unsafe { Rooted::from_raw(store.as_context_mut().opaque_mut(), raw) }
    }

    /// The raw value of the reference, for a [`ValRaw`](crate::ValRaw).
    ///
    /// It must be passed to WebAssembly before anything else that may run the
    /// collector.
    ///
    /// Calls `wasmtime_anyref_to_raw`.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn to_raw(&self, mut store: impl AsContextMut) -> Result<u32> {
        self.root.to_raw(store.as_context_mut().opaque_mut())
    }

    /// What the reference is to: [`HeapType::I31`], a concrete struct or array
    /// type, or [`HeapType::Any`] for a value of the host.
    ///
    /// Calls `wasmtime_anyref_type`.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn ty(&self, store: impl AsContext) -> Result<HeapType> {
        let store = store.as_context();
        let store = store.opaque();
        Ok(self.root.resolve(&store.roots)?.any_type(store))
    }

    /// Whether the reference is to something of type `ty`.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store, or `ty` is of another engine.
    pub fn matches_ty(&self, store: impl AsContext, ty: &HeapType) -> Result<bool> {
        Ok(self.ty(store)?.matches(ty))
    }

    /// Whether this is something that `ref.eq` can compare: all but a value of
    /// the host.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn is_eqref(&self, store: impl AsContext) -> Result<bool> {
        self.matches_ty(store, &HeapType::Eq)
    }

    /// Whether this is an `i31`.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn is_i31(&self, store: impl AsContext) -> Result<bool> {
        Ok(self.as_i31(store)?.is_some())
    }

    /// The number that this is; `None` if it isn't an `i31`.
    ///
    /// Calls `wasmtime_anyref_i31_get_u`.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn as_i31(&self, store: impl AsContext) -> Result<Option<I31>> {
        let store = store.as_context();
        let store = store.opaque();
        let raw = self.root.resolve(&store.roots)?;
        // SAFETY: invariant "Shared"; the reference is of the store.
        let value = unsafe { raw.i31(store.collected().raw()) };
        Ok(value.map(I31::wrapping_u32))
    }

    /// The number that this is.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it isn't an `i31`, or is of another store.
    pub fn unwrap_i31(&self, store: impl AsContext) -> Result<I31> {
        Ok(self.as_i31(store)?.expect("the reference is not an i31"))
    }

    /// Whether this is a struct.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn is_struct(&self, store: impl AsContext) -> Result<bool> {
        self.matches_ty(store, &HeapType::Struct)
    }

    /// Whether this is an array.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn is_array(&self, store: impl AsContext) -> Result<bool> {
        self.matches_ty(store, &HeapType::Array)
    }
}
