//! Handles that root their reference themselves.

use super::root::{HasRoot, Root};
use super::{GcRef, RawRef, RootSet, Rooted, RootedGcRef};
use crate::store::StoreOpaque;
use crate::{AsContext, AsContextMut, Result};
use std::fmt;
use std::hash::Hasher;
use std::marker::PhantomData;
use std::ops::Deref;

/// A root of its own, independent of any scope, given back when it and its
/// clones are dropped.
///
/// It keeps its object alive as long as the store lives. Using it with another
/// store panics. Its methods are those of the reference itself, such as
/// [`ExternRef`](crate::ExternRef), to which it dereferences.
// `Send` and `Sync` always, as `Root` is, whose share in a C reference is counted
// atomically. No `R` is in it: to get at one takes the store.
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

    /// Roots the object of a raw value; `None` for null.
    ///
    /// # Safety
    ///
    /// As for [`RawRef::from_raw`].
    pub(crate) unsafe fn load(store: &mut StoreOpaque, raw: u32) -> Option<OwnedRooted<R>> {
        // SAFETY: the caller vouches for `raw`.
        let raw = unsafe { RawRef::from_raw(R::KIND, store, raw) }?;
        Some(OwnedRooted::new(&store.roots, raw))
    }

    /// Roots the object in the store's current scope as well.
    ///
    /// Calls `wasmtime_val_clone`.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn to_rooted(&self, mut store: impl AsContextMut) -> Rooted<R> {
        let mut store = store.as_context_mut();
        let roots = &mut store.opaque_mut().roots;
        let raw = self.root.resolve(roots).expect(ALWAYS_ROOTED).clone();
        Rooted::push(roots, raw)
    }

    /// Whether the two are the same object.
    ///
    /// # Errors
    ///
    /// If a root is gone.
    ///
    /// # Panics
    ///
    /// If one is of another store.
    pub fn ref_eq(
        store: impl AsContext,
        a: &impl RootedGcRef<R>,
        b: &impl RootedGcRef<R>,
    ) -> Result<bool> {
        Rooted::ref_eq(store, a, b)
    }

    /// Hashes the object: the same for all of its roots.
    ///
    /// Of an object that the host didn't make, the hash may change when the
    /// collector runs.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn ref_hash<H: Hasher>(&self, store: impl AsContext, state: &mut H) {
        self.root.hash_object(store, state).expect(ALWAYS_ROOTED);
    }

    /// Hashes the root, not the object: the same for its clones, another for
    /// other roots.
    pub fn rooted_hash<H: Hasher>(&self, state: &mut H) {
        self.root.hash_place(state);
    }
}

const ALWAYS_ROOTED: &str = "an `OwnedRooted` has a root";

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
        // SAFETY: it is the root of an `R`, as `new` is told.
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
