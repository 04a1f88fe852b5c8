//! `anyref`: references to structs, arrays and `i31`s.

use super::root::{FromRoot, Root};
use super::{ExternRef, GcKind, GcRef, I31, RawRef, Rooted};
use crate::store::StoreOpaque;
use crate::{AsContext, AsContextMut, HeapType, Result, Val};

/// A struct, an array, an [`I31`], or a value of the host that was converted by
/// [`AnyRef::convert_extern`].
///
/// [`as_struct`](AnyRef::as_struct), [`as_array`](AnyRef::as_array) and
/// [`as_i31`](AnyRef::as_i31) tell what it is, and return what has the methods to look into it.
///
/// It is used through [`Rooted`] or [`OwnedRooted`](crate::OwnedRooted), which
/// dereference to it. `Rooted<AnyRef>` stands for the type `(ref any)` in
/// [`Func::wrap`](crate::Func::wrap) and [`Func::typed`](crate::Func::typed), and
/// `Option<Rooted<AnyRef>>` for `anyref`.
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
    pub(super) root: Root,
}

impl GcRef for AnyRef {}

// SAFETY: an `AnyRef` is a transparent wrapper of a `Root`.
unsafe impl FromRoot for AnyRef {
    const KIND: GcKind = GcKind::Any;
    const HEAP_TYPE: HeapType = HeapType::Any;

    fn val(reference: Option<Rooted<AnyRef>>) -> Val {
        Val::AnyRef(reference)
    }
}

impl AnyRef {
    /// Creates a reference to an `i31`. Allocates nothing in the store's heap.
    ///
    /// Calls `wasmtime_anyref_from_i31`.
    ///
    /// # Panics
    ///
    /// Panics if libwasmtime was built without `gc`.
    pub fn from_i31(mut store: impl AsContextMut, value: I31) -> Rooted<AnyRef> {
        AnyRef::from_i31_in(store.as_context_mut().opaque_mut(), value)
            .unwrap_or_else(|unsupported| panic!("cannot create an i31: {unsupported}"))
    }

    /// Creates a reference to an `i31`, as [`from_i31`](Self::from_i31) does.
    ///
    /// # Errors
    ///
    /// Returns an error if libwasmtime was built without `gc`.
    pub(crate) fn from_i31_in(store: &mut StoreOpaque, value: I31) -> Result<Rooted<AnyRef>> {
        let raw = RawRef::from_i31(store, value.get_u32())?;
        Ok(Rooted::push(&mut store.roots, raw))
    }

    /// Converts an `externref` into an `anyref`, as `any.convert_extern` does.
    ///
    /// Both refer to the same object: if [`ExternRef::convert_any`] created the
    /// `externref`, this returns what it was created from. A value of the host becomes an
    /// `anyref` that WebAssembly code can't look into.
    ///
    /// The C API has no function for this. In WebAssembly both references have the same
    /// bits, so this creates one from the raw value of the other: it calls
    /// `wasmtime_externref_to_raw` and `wasmtime_anyref_from_raw`.
    ///
    #[doc = example!(gc)]
    /// use libwasmtime::{AnyRef, ExternRef, HeapType, Rooted, Store};
    ///
    /// let mut store = Store::<()>::default();
    /// let host = ExternRef::new(&mut store, "hello")?;
    /// let any = AnyRef::convert_extern(&mut store, host)?;
    /// assert!(any.matches_ty(&store, &HeapType::Any)?);
    /// assert!(!any.is_eqref(&store)?);
    ///
    /// let back = ExternRef::convert_any(&mut store, any)?;
    /// assert!(Rooted::ref_eq(&store, &host, &back)?);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    // Version 48: both references have the same bits; look at `AnyRef::convert_extern`
    // in `wasmtime`.
    pub fn convert_extern(
        mut store: impl AsContextMut,
        externref: Rooted<ExternRef>,
    ) -> Result<Rooted<AnyRef>> {
        externref.convert(store.as_context_mut().opaque_mut())
    }

    /// Roots the object of a raw value, which a function of
    /// [`Func::new_unchecked`](crate::Func::new_unchecked) receives; `None` for null.
    ///
    /// It is unsafe for the same reason as [`ExternRef::from_raw`].
    ///
    /// Calls `wasmtime_anyref_from_raw`.
    ///
    /// # Panics
    ///
    /// Panics if `raw` isn't null and libwasmtime was built without `gc`.
    ///
    /// # Safety
    ///
    /// `raw` must be null or a raw `anyref` of this store. The collector must not have run
    /// since WebAssembly passed `raw` or [`to_raw`](Self::to_raw) returned it: nothing that
    /// may run it must have been called.
    pub unsafe fn from_raw(mut store: impl AsContextMut, raw: u32) -> Option<Rooted<AnyRef>> {
        // SAFETY: `raw` is null or a current `anyref` of the store, as this function requires.
        unsafe { Rooted::from_raw(store.as_context_mut().opaque_mut(), raw) }
    }

    /// Returns the raw value of the reference, for a [`ValRaw`](crate::ValRaw).
    ///
    /// It must be passed to WebAssembly before the collector may run.
    ///
    /// Calls `wasmtime_anyref_to_raw`.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn to_raw(&self, mut store: impl AsContextMut) -> Result<u32> {
        self.root.to_raw(store.as_context_mut().opaque_mut())
    }

    /// Returns the type of what the reference refers to: [`HeapType::I31`], a concrete
    /// struct or array type, or [`HeapType::Any`] for a value of the host.
    ///
    /// Calls `wasmtime_anyref_type`.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> Result<HeapType> {
        let store = store.as_context();
        let store = store.opaque();
        Ok(self.root.resolve(&store.roots)?.any_type(store))
    }

    /// Reports whether the reference refers to something of type `ty`.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store, or if `ty` belongs to another
    /// engine.
    pub fn matches_ty(&self, store: impl AsContext, ty: &HeapType) -> Result<bool> {
        Ok(self.ty(store)?.matches(ty))
    }
}
