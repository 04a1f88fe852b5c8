//! Handles that own their root.

use super::root::{HasRoot, Root};
use super::rooted::assert_same_kind;
use super::{GcRef, RawRef, RootSet, Rooted, RootedGcRef};
use crate::store::StoreOpaque;
use crate::{AsContext, AsContextMut, Result};
use std::fmt;
use std::hash::Hasher;
use std::marker::PhantomData;
use std::ops::Deref;

/// A reference that is rooted until this handle and its clones are dropped, or the
/// store is, independently of any scope.
///
/// [`Rooted`] has a table of the differences. The methods are those of the reference
/// itself, such as [`ExternRef`](crate::ExternRef), to which this dereferences. Using
/// it with another store panics.
///
#[doc = example!(gc)]
/// use libwasmtime::{ExternRef, OwnedRooted, RootScope, Store};
///
/// let mut store = Store::<()>::default();
/// let mut cache: Vec<OwnedRooted<ExternRef>> = Vec::new();
/// for name in ["a", "b"] {
///     let mut scope = RootScope::new(&mut store);
///     let object = ExternRef::new(&mut scope, name)?;
///     cache.push(object.to_owned_rooted(&mut scope)?);
/// }
/// // The scopes are gone, and the objects are still rooted.
/// let data = cache[1].data(&store)?.expect("the host created it");
/// assert_eq!(data.downcast_ref(), Some(&"b"));
/// # Ok::<(), libwasmtime::Error>(())
/// ```
// Always `Send` and `Sync`, as `Root` is, whose reference count is atomic. It contains
// no `R`: reaching one requires the store.
pub struct OwnedRooted<R: GcRef> {
    /// Never on the stack.
    root: Root,
    of: PhantomData<fn() -> R>,
}

impl<R: GcRef> OwnedRooted<R> {
    pub(crate) fn new(roots: &RootSet, raw: RawRef) -> OwnedRooted<R> {
        debug_assert!(raw.is(R::KIND));
        OwnedRooted {
            root: Root::own(roots, raw),
            of: PhantomData,
        }
    }

    /// Returns the same root as one of another type of references, to which the object must be
    /// known to belong.
    #[inline]
    pub(super) fn cast<To: GcRef>(self) -> OwnedRooted<To> {
        const { assert_same_kind::<R, To>() };
        OwnedRooted {
            root: self.root,
            of: PhantomData,
        }
    }

    /// Roots the object of a raw value; `None` for null.
    ///
    /// # Safety
    ///
    /// As [`RawRef::from_raw`] requires.
    pub(crate) unsafe fn load(store: &mut StoreOpaque, raw: u32) -> Option<OwnedRooted<R>> {
        // SAFETY: `raw` is as `RawRef::from_raw` requires, as this function requires the same.
        let raw = unsafe { RawRef::from_raw(R::KIND, store, raw) }?;
        Some(OwnedRooted::new(&store.roots, raw))
    }

    /// Roots the object in the store's current scope as well.
    ///
    /// Calls `wasmtime_val_clone`.
    ///
    #[doc = example!(gc)]
    /// use libwasmtime::{ExternRef, OwnedRooted, Store};
    ///
    /// let mut store = Store::<()>::default();
    /// let object = ExternRef::new(&mut store, 5)?;
    /// let owned = object.to_owned_rooted(&mut store)?;
    /// // A `Val` takes a `Rooted`.
    /// let again = owned.to_rooted(&mut store);
    /// assert!(OwnedRooted::ref_eq(&store, &owned, &again)?);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn to_rooted(&self, mut store: impl AsContextMut) -> Rooted<R> {
        let mut store = store.as_context_mut();
        let roots = &mut store.opaque_mut().roots;
        let raw = self.root.resolve(roots).expect(ALWAYS_ROOTED).clone();
        Rooted::push(roots, raw)
    }

    /// Reports whether both refer to the same object.
    ///
    /// # Errors
    ///
    /// Returns an error if one of them has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if one of them belongs to another store.
    pub fn ref_eq(
        store: impl AsContext,
        a: &impl RootedGcRef<R>,
        b: &impl RootedGcRef<R>,
    ) -> Result<bool> {
        Rooted::ref_eq(store, a, b)
    }

    /// Hashes the object, to the same for each of its roots.
    ///
    /// The hash of an object that the host didn't create may change when the collector
    /// runs.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn ref_hash<H: Hasher>(&self, store: impl AsContext, state: &mut H) {
        self.root.hash_object(store, state).expect(ALWAYS_ROOTED);
    }

    /// Hashes the root, not the object: its clones have the same hash, other roots of the
    /// object have others.
    pub fn rooted_hash<H: Hasher>(&self, state: &mut H) {
        self.root.hash_place(state);
    }
}

const ALWAYS_ROOTED: &str = "an `OwnedRooted` owns a root";

impl<R: GcRef> HasRoot for OwnedRooted<R> {
    #[inline]
    fn root(&self) -> &Root {
        &self.root
    }
}

impl<R: GcRef> RootedGcRef<R> for OwnedRooted<R> {}

impl<R: GcRef> Deref for OwnedRooted<R> {
    type Target = R;

    fn deref(&self) -> &R {
        // SAFETY: this is the root of an `R`, as `new` was called with a reference of its kind.
        unsafe { R::from_root(&self.root) }
    }
}

impl<R: GcRef> Clone for OwnedRooted<R> {
    fn clone(&self) -> Self {
        OwnedRooted {
            root: self.root.clone(),
            of: PhantomData,
        }
    }
}

impl<R: GcRef> fmt::Debug for OwnedRooted<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OwnedRooted").field(&self.root).finish()
    }
}
