//! Copyable handles of roots in a scope.

use super::root::{HasRoot, Place, Root};
use super::{GcRef, OwnedRooted, RawRef, RootSet, RootedGcRef};
use crate::store::StoreOpaque;
use crate::sys::wasmtime_context_t;
use crate::{AsContext, AsContextMut, Result};
use std::fmt;
use std::hash::Hasher;
use std::marker::PhantomData;
use std::ops::Deref;

/// A reference that is rooted until its scope ends.
///
/// The scope is the innermost one at the time when the object was rooted:
///
/// - a [`RootScope`](crate::RootScope) ends when it is dropped;
/// - a call from WebAssembly to a host function ends when the function returns; and
/// - outside of both, the scope is the whole life of the store.
///
/// Scopes nest. An object that was rooted in an outer scope stays rooted in the scopes
/// inside of it. For an object that must live longer than its scope, there is
/// [`OwnedRooted`]:
///
/// | | [`Rooted`] | [`OwnedRooted`] |
/// |---|---|---|
/// | rooted until | its scope ends | it and its clones are dropped |
/// | after that | using it is an error | |
/// | copying it | `Copy`: it is an index | `Clone`: it has a reference count |
/// | creating it | pushes to a stack | allocates |
///
/// The methods are those of the reference itself, such as
/// [`ExternRef`](crate::ExternRef), to which this dereferences. Using it with another
/// store panics.
///
#[doc = example!(gc)]
/// use libwasmtime::{ExternRef, RootScope, Rooted, Store};
///
/// let mut store = Store::<()>::default();
/// let lasting = ExternRef::new(&mut store, "as long as the store")?;
/// let (gone, kept) = {
///     let mut scope = RootScope::new(&mut store);
///     let inner: Rooted<ExternRef> = ExternRef::new(&mut scope, "as long as the scope")?;
///     assert!(lasting.data(&scope)?.is_some() && inner.data(&scope)?.is_some());
///     (inner, inner.to_owned_rooted(&mut scope)?)
/// };
/// assert!(gone.data(&store).is_err());
/// assert!(kept.data(&store)?.is_some() && lasting.data(&store)?.is_some());
/// # Ok::<(), libwasmtime::Error>(())
/// ```
// Always `Send` and `Sync`, as it is an index. It contains no `R`: reaching one requires
// the store.
pub struct Rooted<R: GcRef> {
    /// On the stack, unless [`Rooted::borrowing`] created this.
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
    /// Panics if `raw` isn't null and libwasmtime was built without `gc`.
    ///
    /// # Safety
    ///
    /// As [`RawRef::from_raw`] requires.
    pub(crate) unsafe fn from_raw(store: &mut StoreOpaque, raw: u32) -> Option<Rooted<R>> {
        if raw == 0 {
            return None;
        }
        if let Err(unsupported) = RawRef::supported() {
            panic!("{raw:#x} is not a reference: {unsupported}");
        }
        // SAFETY: `raw` is as `load` requires, as this function requires the same.
        unsafe { Rooted::load(store, raw) }
    }

    /// Roots the object of a raw value as [`Rooted::from_raw`] does. The value comes from a
    /// function with such a reference in its type, so libwasmtime has them.
    ///
    /// # Safety
    ///
    /// As [`RawRef::from_raw`] requires.
    #[inline]
    pub(crate) unsafe fn load(store: &mut StoreOpaque, raw: u32) -> Option<Rooted<R>> {
        let context = store.begin_change();
        // SAFETY: invariant "Context"; `raw` is valid, as this function requires, and
        // `write_from_raw` has written a reference if it returns `true`.
        let place = unsafe {
            store.roots.push_with(|out| {
                RawRef::write_from_raw(R::KIND, context, raw, out)
                    .then_some(())
                    .ok_or(())
            })
        };
        Some(Rooted {
            place: place.ok()?,
            of: PhantomData,
        })
    }

    /// Roots the reference to a new object in the innermost scope. `write` gets the store's
    /// context, for one call, and where to write the reference.
    ///
    /// Speed: an `externref` is created, passed in and dropped in 180 ns instead of 210 with
    /// [`Rooted::push`].
    ///
    /// # Safety
    ///
    /// `write` must write a reference of this type, which it owns, unless it returns an error.
    #[inline]
    pub(super) unsafe fn create(
        store: &mut StoreOpaque,
        write: impl FnOnce(*mut wasmtime_context_t, *mut RawRef) -> Result<()>,
    ) -> Result<Rooted<R>> {
        let context = store.begin_change();
        // SAFETY: `write` writes a reference if it returns `Ok`, as this function requires.
        // Invariant "Context": nothing that runs meanwhile uses the store's roots.
        let place = unsafe { store.roots.push_with(|out| write(context, out)) }?;
        Ok(Rooted {
            place,
            of: PhantomData,
        })
    }

    /// Returns a reference of another kind to the same object. WebAssembly must have an
    /// instruction for this conversion that leaves the bits as they are.
    pub(super) fn convert<To: GcRef>(&self, store: &mut StoreOpaque) -> Result<Rooted<To>> {
        let raw = self.root().to_raw(store)?;
        // SAFETY: the raw value was created just now, and has the same bits in the other kind.
        Ok(unsafe { Rooted::from_raw(store, raw) }.expect("a root isn't null"))
    }

    /// Returns the same root as one of another type of references, to which the object must be
    /// known to belong.
    #[inline]
    pub(super) fn cast<To: GcRef>(self) -> Rooted<To> {
        const { assert_same_kind::<R, To>() };
        Rooted {
            place: self.place,
            of: PhantomData,
        }
    }

    /// Roots the object of another root as long as that is, or in the innermost scope if that
    /// shares ownership. The object must be known to be of type `R`.
    pub(super) fn sharing(root: &Root, roots: &RootSet) -> Rooted<R> {
        Rooted {
            place: root.place_in_scope(roots),
            of: PhantomData,
        }
    }

    /// Returns the root of `owned`, for a call to which that is passed.
    ///
    /// # Safety
    ///
    /// The result must not be used after `owned` is dropped.
    pub(crate) unsafe fn borrowing(owned: &OwnedRooted<R>) -> Rooted<R> {
        Rooted {
            place: owned.root().place(),
            of: PhantomData,
        }
    }

    /// Roots the object in a way that is independent of any scope. This one stays rooted
    /// as it is.
    ///
    /// Calls `wasmtime_val_clone`.
    ///
    #[doc = example!(gc)]
    /// use libwasmtime::{Caller, Engine, ExternRef, Func, OwnedRooted, Result, Rooted, Store};
    ///
    /// let engine = Engine::default();
    /// let mut store = Store::new(&engine, Vec::<OwnedRooted<ExternRef>>::new());
    /// // The argument of a host function is unrooted when the function returns.
    /// let keep = Func::wrap(
    ///     &mut store,
    ///     |mut caller: Caller<'_, Vec<_>>, object: Option<Rooted<ExternRef>>| -> Result<()> {
    ///         if let Some(object) = object {
    ///             let owned = object.to_owned_rooted(&mut caller)?;
    ///             caller.data_mut().push(owned);
    ///         }
    ///         Ok(())
    ///     },
    /// );
    ///
    /// let keep = keep.typed::<Option<Rooted<ExternRef>>, ()>(&store)?;
    /// let object = ExternRef::new(&mut store, 5)?;
    /// keep.call(&mut store, Some(object))?;
    /// assert_eq!(store.data().len(), 1);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if this reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if this reference belongs to another store.
    pub fn to_owned_rooted(&self, store: impl AsContextMut) -> Result<OwnedRooted<R>> {
        let store = store.as_context();
        let roots = &store.opaque().roots;
        let raw = self.root().resolve(roots)?.clone();
        Ok(OwnedRooted::new(roots, raw))
    }

    /// Reports whether both refer to the same object.
    ///
    #[doc = example!(gc)]
    /// use libwasmtime::{ExternRef, Rooted, Store};
    ///
    /// let mut store = Store::<()>::default();
    /// let object = ExternRef::new(&mut store, "hello")?;
    /// let again = object.to_owned_rooted(&mut store)?.to_rooted(&mut store);
    /// // Two roots of one object.
    /// assert!(!Rooted::rooted_eq(object, again));
    /// assert!(Rooted::ref_eq(&store, &object, &again)?);
    ///
    /// let other = ExternRef::new(&mut store, "hello")?;
    /// assert!(!Rooted::ref_eq(&store, &object, &other)?);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
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
        let store = store.as_context();
        let store = store.opaque();
        Ok(a.root().identity(store)? == b.root().identity(store)?)
    }

    /// Hashes the object, to the same for each of its roots.
    ///
    /// The hash of an object that the host didn't create may change when the collector
    /// runs.
    ///
    /// # Errors
    ///
    /// Returns an error if the reference has been unrooted.
    ///
    /// # Panics
    ///
    /// Panics if the reference belongs to another store.
    pub fn ref_hash<H: Hasher>(&self, store: impl AsContext, state: &mut H) -> Result<()> {
        self.root().hash_object(store, state)
    }

    /// Reports whether both are the same root. Different roots may have the same object.
    pub fn rooted_eq(a: Self, b: Self) -> bool {
        a.place == b.place
    }

    /// Hashes the root, not the object, which may have other roots.
    pub fn rooted_hash<H: Hasher>(&self, state: &mut H) {
        self.root().hash_place(state);
    }
}

/// Asserts that references of both types have one kind in the C API.
pub(super) const fn assert_same_kind<From: GcRef, To: GcRef>() {
    assert!(From::KIND as u8 == To::KIND as u8);
}

impl<R: GcRef> HasRoot for Rooted<R> {
    #[inline]
    fn root(&self) -> &Root {
        // SAFETY: the place is on the stack, or the root that `borrowing` returned it for is
        // alive, as that function requires.
        unsafe { self.place.as_root() }
    }
}

impl<R: GcRef> RootedGcRef<R> for Rooted<R> {}

impl<R: GcRef> Deref for Rooted<R> {
    type Target = R;

    fn deref(&self) -> &R {
        // SAFETY: this is the root of an `R`, as it was when it was created.
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
