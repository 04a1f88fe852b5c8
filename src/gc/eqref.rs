//! `eqref`: references that `ref.eq` compares.

use super::root::{FromRoot, Root};
use super::{AnyRef, GcKind, GcRef, I31, Rooted};
use crate::{AsContext, AsContextMut, HeapType, Result, Val};

/// A struct, an array, or an [`I31`]: what `ref.eq` can compare.
///
/// It is used through [`Rooted`] or [`OwnedRooted`](crate::OwnedRooted), which
/// dereference to it. `Rooted<EqRef>` stands for the type `(ref eq)` in
/// [`Func::wrap`](crate::Func::wrap) and [`Func::typed`](crate::Func::typed), and
/// `Option<Rooted<EqRef>>` for `eqref`. In a [`Val`], it is a [`Val::AnyRef`].
///
#[doc = example!(gc)]
/// use libwasmtime::{EqRef, I31, Rooted, Store};
///
/// let mut store = Store::<()>::default();
/// let seven = EqRef::from_i31(&mut store, I31::wrapping_u32(7));
/// assert_eq!(seven.unwrap_i31(&store)?.get_u32(), 7);
/// let again = EqRef::from_i31(&mut store, I31::wrapping_u32(7));
/// assert!(Rooted::ref_eq(&store, &seven, &again)?);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone, Debug)]
#[repr(transparent)]
pub struct EqRef {
    pub(super) root: Root,
}

impl GcRef for EqRef {}

// SAFETY: an `EqRef` is a transparent wrapper of a `Root`.
unsafe impl FromRoot for EqRef {
    const KIND: GcKind = GcKind::Any;
    const HEAP_TYPE: HeapType = HeapType::Eq;

    fn val(reference: Option<Rooted<EqRef>>) -> Val {
        reference.into()
    }
}

impl EqRef {
    /// Creates a reference to an `i31`. Allocates nothing in the store's heap.
    ///
    /// Calls `wasmtime_anyref_from_i31`.
    ///
    /// # Panics
    ///
    /// Panics if libwasmtime was built without `gc`.
    pub fn from_i31(store: impl AsContextMut, value: I31) -> Rooted<EqRef> {
        AnyRef::from_i31(store, value).cast()
    }

    /// Returns the type of what the reference refers to: [`HeapType::I31`], or a concrete
    /// struct or array type.
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
