//! Roots: the store's stack of them, and the handles that refer to it.

use super::RawRef;
use crate::store::{StoreOpaque, wrong_store};
use crate::{AsContext, AsContextMut, Error, Result, StoreContext, StoreContextMut};
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};

/// A type of garbage-collected objects, such as [`ExternRef`](crate::ExternRef).
pub trait GcRef: Sized + 'static {}

/// A reference that is rooted in some way: [`Rooted`] or [`OwnedRooted`].
pub trait RootedGcRef<R: GcRef> {
    /// The reference itself.
    #[doc(hidden)]
    fn resolve<'a>(&'a self, roots: &'a RootSet) -> Result<&'a RawRef>;
}

/// The references that a store keeps alive, the youngest last.
#[doc(hidden)]
pub struct RootSet {
    /// Tells this set from those of other stores.
    serial: u64,
    /// Counts the times that the stack was cut, so that a [`Rooted`] whose place
    /// has been taken since is recognised.
    generation: u64,
    entries: Vec<(u64, RawRef)>,
}

impl RootSet {
    pub(crate) fn new() -> RootSet {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        RootSet {
            serial: NEXT.fetch_add(1, Ordering::Relaxed),
            generation: 0,
            entries: Vec::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Drops the roots beyond the first `len`.
    #[inline]
    pub(crate) fn truncate(&mut self, len: usize) {
        if self.entries.len() > len {
            self.entries.truncate(len);
            self.generation += 1;
        }
    }

    fn reserve(&mut self, additional: usize) {
        // Else they get their room one by one.
        _ = self.entries.try_reserve(additional);
    }

    pub(crate) fn push<R: GcRef>(&mut self, raw: RawRef) -> Rooted<R> {
        let index = self.entries.len();
        self.entries.push((self.generation, raw));
        Rooted {
            set: self.serial,
            generation: self.generation,
            index,
            of: PhantomData,
        }
    }

    fn get<R: GcRef>(&self, rooted: &Rooted<R>) -> Result<&RawRef> {
        if rooted.set != self.serial {
            wrong_store()
        }
        match self.entries.get(rooted.index) {
            Some((generation, raw)) if *generation == rooted.generation => Ok(raw),
            _ => Err(Error::msg(
                "attempted to use a garbage-collected reference that has been unrooted: its scope \
                 or host call has ended; keep an `OwnedRooted` to use it for longer",
            )),
        }
    }
}

/// A reference that is rooted in a store for as long as the innermost
/// [`RootScope`] or host call, else for as long as the store.
///
/// It is a plain index and can be copied. Using it after its root is gone is an
/// error; using it with another store panics.
pub struct Rooted<R: GcRef> {
    set: u64,
    generation: u64,
    index: usize,
    of: PhantomData<fn() -> R>,
}

impl<R: GcRef> Rooted<R> {
    /// A root of its own for the same object, independent of any scope.
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
        let raw = store.opaque().roots.get(self)?.clone();
        Ok(OwnedRooted {
            set: self.set,
            raw,
            of: PhantomData,
        })
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
        let opaque = store.opaque();
        let (a, b) = (a.resolve(&opaque.roots)?, b.resolve(&opaque.roots)?);
        // Every object that the host makes has data of its own. What else there
        // is differs in the bits that WebAssembly would see.
        let (a_data, b_data) = (a.data(opaque), b.data(opaque));
        Ok(a_data == b_data && (!a_data.is_null() || a.to_raw(opaque) == b.to_raw(opaque)))
    }

    /// Whether the two are the same root; the same object may have others.
    pub fn rooted_eq(a: Self, b: Self) -> bool {
        (a.set, a.generation, a.index) == (b.set, b.generation, b.index)
    }
}

impl<R: GcRef> RootedGcRef<R> for Rooted<R> {
    fn resolve<'a>(&'a self, roots: &'a RootSet) -> Result<&'a RawRef> {
        roots.get(self)
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
        f.debug_struct("Rooted")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

/// A root of its own, independent of any scope, given back when dropped.
///
/// It keeps its object alive as long as the store lives. Using it with another
/// store panics.
pub struct OwnedRooted<R: GcRef> {
    set: u64,
    raw: RawRef,
    of: PhantomData<fn() -> R>,
}

impl<R: GcRef> OwnedRooted<R> {
    /// Roots the object in the store's current scope as well.
    ///
    /// # Panics
    ///
    /// If it is of another store.
    pub fn to_rooted(&self, mut store: impl AsContextMut) -> Rooted<R> {
        let mut store = store.as_context_mut();
        let roots = &mut store.opaque_mut().roots;
        if self.set != roots.serial {
            wrong_store()
        }
        roots.push(self.raw.clone())
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
}

impl<R: GcRef> RootedGcRef<R> for OwnedRooted<R> {
    fn resolve<'a>(&'a self, roots: &'a RootSet) -> Result<&'a RawRef> {
        if self.set != roots.serial {
            wrong_store()
        }
        Ok(&self.raw)
    }
}

impl<R: GcRef> Clone for OwnedRooted<R> {
    fn clone(&self) -> Self {
        OwnedRooted {
            set: self.set,
            raw: self.raw.clone(),
            of: PhantomData,
        }
    }
}

impl<R: GcRef> fmt::Debug for OwnedRooted<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedRooted").finish_non_exhaustive()
    }
}

/// A scope for roots: what is rooted through it is unrooted when it is dropped.
///
/// ```
/// # fn main() -> libwasmtime::Result<()> {
/// use libwasmtime::{ExternRef, RootScope, Store};
///
/// # if cfg!(not(feature = "gc")) { return Ok(()) }
/// let mut store = Store::<()>::default();
/// let outlived = {
///     let mut scope = RootScope::new(&mut store);
///     ExternRef::new(&mut scope, "hello")?
/// };
/// assert!(outlived.data(&store).is_err());
/// # Ok(())
/// # }
/// ```
pub struct RootScope<C: AsContextMut> {
    store: C,
    len: usize,
}

impl<C: AsContextMut> RootScope<C> {
    /// Opens a scope in `store`.
    pub fn new(store: C) -> RootScope<C> {
        let len = store.as_context().opaque().roots.len();
        RootScope { store, len }
    }

    /// Makes room for `additional` roots at once.
    pub fn reserve(&mut self, additional: usize) {
        self.store
            .as_context_mut()
            .opaque_mut()
            .roots
            .reserve(additional);
    }
}

impl<C: AsContextMut> AsContext for RootScope<C> {
    type Data = C::Data;

    fn as_context(&self) -> StoreContext<'_, C::Data> {
        self.store.as_context()
    }
}

impl<C: AsContextMut> AsContextMut for RootScope<C> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, C::Data> {
        self.store.as_context_mut()
    }
}

impl<C: AsContextMut> Drop for RootScope<C> {
    fn drop(&mut self) {
        self.store
            .as_context_mut()
            .opaque_mut()
            .roots
            .truncate(self.len);
    }
}

/// Cuts a store's roots back to where they were, when dropped.
///
/// For calls from WebAssembly to the host, which hold no context of their own.
pub(crate) struct HostCallRoots {
    store: *mut StoreOpaque,
    len: usize,
}

impl HostCallRoots {
    /// # Safety
    ///
    /// `store` must be the state of a live store that the caller may use, and
    /// stay so until the value is dropped.
    #[inline]
    pub(crate) unsafe fn enter(store: *mut StoreOpaque) -> HostCallRoots {
        HostCallRoots {
            store,
            // SAFETY: the caller vouches for the store.
            len: unsafe { (*store).roots.len() },
        }
    }
}

impl Drop for HostCallRoots {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: `enter`'s caller vouches for the store.
        unsafe { (*self.store).roots.truncate(self.len) }
    }
}
