//! Copyable handles of rooted references.

use super::root::{HasRoot, Place, Root};
use super::{GcRef, OwnedRooted, RawRef, RootSet, RootedGcRef};
use crate::store::StoreOpaque;
use crate::{AsContext, AsContextMut, Result};
use std::fmt;
use std::hash::Hasher;
use std::marker::PhantomData;
use std::ops::Deref;

/// A reference that is rooted in a store for as long as the innermost
/// [`RootScope`](crate::RootScope) or host call, else for as long as the store.
///
/// It is a plain index and can be copied. Using it after its root is gone is an
/// error; using it with another store panics. Its methods are those of the
/// reference itself, such as [`ExternRef`](crate::ExternRef), to which it
/// dereferences.
// `Send` and `Sync` always, as it is an index and no `R` is in it: to get at one
// takes the store.
pub struct Rooted<R: GcRef> {
    /// On the stack, unless this is a [`Rooted::borrowing`].
    place: Place,
    of: PhantomData<fn() -> R>,
}

impl<R: GcRef> Rooted<R> {
    /// Roots a reference in the innermost scope.
    pub(crate) fn push(roots: &mut RootSet, raw: RawRef) -> Rooted<R> {
        debug_assert!(raw.is(R::KIND));
        Rooted {
            place: roots.push(raw),
            of: PhantomData,
        }
    }

    /// Roots the object of a raw value in the innermost scope; `None` for null.
    ///
    /// # Panics
    ///
    /// If `raw` isn't null and libwasmtime was built without `gc`.
    ///
    /// # Safety
    ///
    /// As for [`RawRef::from_raw`].
    pub(crate) unsafe fn from_raw(store: &mut StoreOpaque, raw: u32) -> Option<Rooted<R>> {
        if raw == 0 {
            return None;
        }
        if let Err(unsupported) = RawRef::supported() {
            panic!("{raw:#x} is not a reference: {unsupported}");
        }
        // SAFETY: the caller vouches for `raw`.
        unsafe { Rooted::load(store, raw) }
    }

    /// As [`Rooted::from_raw`], of what a function returned whose type says that
    /// there are such objects.
    ///
    /// # Safety
    ///
    /// As there.
    #[inline]
    pub(crate) unsafe fn load(store: &mut StoreOpaque, raw: u32) -> Option<Rooted<R>> {
        let context = store.raw();
        // SAFETY: invariant "Context"; the caller vouches for `raw`, and there is
        // a reference if that is returned.
        let place = unsafe {
            store
                .roots
                .push_with(|out| RawRef::write_from_raw(R::KIND, context, raw, out))
        }?;
        Some(Rooted {
            place,
            of: PhantomData,
        })
    }

    /// The same object as a reference of another kind, where WebAssembly has
    /// an instruction for that which leaves the bits as they are.
    pub(super) fn convert<To: GcRef>(&self, store: &mut StoreOpaque) -> Result<Rooted<To>> {
        let raw = self.root().to_raw(store)?;
        // SAFETY: the raw value was made just now, and there is such an
        // instruction.
        Ok(unsafe { Rooted::from_raw(store, raw) }.expect("a root isn't null"))
    }

    /// A root that another has, for a call to which it is passed.
    ///
    /// # Safety
    ///
    /// It must not be used after `owned` is dropped.
    pub(crate) unsafe fn borrowing(owned: &OwnedRooted<R>) -> Rooted<R> {
        Rooted {
            place: owned.root().place(),
            of: PhantomData,
        }
    }

    /// A root of its own for the same object, independent of any scope.
    ///
    /// Calls `wasmtime_val_clone`.
    ///
    /// # Errors
    ///
    /// If this one's root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn to_owned_rooted(&self, store: impl AsContextMut) -> Result<OwnedRooted<R>> {
        let store = store.as_context();
        let roots = &store.opaque().roots;
        let raw = self.root().resolve(roots)?.clone();
        Ok(OwnedRooted::new(roots, raw))
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
        let store = store.as_context();
        let store = store.opaque();
        Ok(a.root().identity(store)? == b.root().identity(store)?)
    }

    /// Hashes the object: the same for all of its roots.
    ///
    /// Of an object that the host didn't make, the hash may change when the
    /// collector runs.
    ///
    /// # Errors
    ///
    /// If the root is gone.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn ref_hash<H: Hasher>(&self, store: impl AsContext, state: &mut H) -> Result<()> {
        self.root().hash_object(store, state)
    }

    /// Whether the two are the same root; the same object may have others.
    pub fn rooted_eq(a: Self, b: Self) -> bool {
        a.place == b.place
    }

    /// Hashes the root, not the object, which may have others.
    pub fn rooted_hash<H: Hasher>(&self, state: &mut H) {
        self.root().hash_place(state);
    }
}

impl<R: GcRef> HasRoot for Rooted<R> {
    #[inline]
    fn root(&self) -> &Root {
        // SAFETY: the place is on the stack, or `borrowing`'s caller vouches
        // for it.
        unsafe { self.place.as_root() }
    }
}

impl<R: GcRef> RootedGcRef<R> for Rooted<R> {}

impl<R: GcRef> Deref for Rooted<R> {
    type Target = R;

    fn deref(&self) -> &R {
        // SAFETY: it is the root of an `R`, as it was when it was put on the stack.
        unsafe { R::from_root(self.root()) }
    }
}

impl<R: GcRef> Clone for Rooted<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: GcRef> Copy for Rooted<R> {}

impl<R: GcRef> fmt::Debug for Rooted<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rooted").field(&self.place).finish()
    }
}
