//! Contexts: borrowed access to a store.

use super::{Store, StoreOpaque, StoreState};
use crate::Engine;
use crate::sys::wasmtime_context_t;
use std::marker::PhantomData;
use std::ptr::NonNull;

/// Shared access to a store of data `T`.
///
/// It is what a `&Store<T>` is, and like that `Send` and `Sync` if `T` is `Sync`.
#[repr(transparent)]
pub struct StoreContext<'a, T: 'static> {
    state: NonNull<StoreState<T>>,
    borrow: PhantomData<&'a StoreState<T>>,
}

/// Exclusive access to a store of data `T`.
///
/// It is what a `&mut Store<T>` is, and like that `Send` if `T` is `Send`, and
/// `Sync` if `T` is `Sync`. One that is made of a [`Caller`](crate::Caller) is
/// good for less on another thread: see [there](crate::Caller#threads).
#[repr(transparent)]
pub struct StoreContextMut<'a, T: 'static> {
    state: NonNull<StoreState<T>>,
    borrow: PhantomData<&'a mut StoreState<T>>,
}

// Both are covariant in their lifetime and invariant in `T`, as the references
// in `borrow` are; these say which auto traits they have as well.

// SAFETY: it is a shared reference to a store, which is `Sync`.
unsafe impl<T: Sync + 'static> Send for StoreContext<'_, T> {}
// SAFETY: it gives shared access to a store, which is `Sync`.
unsafe impl<T: Sync + 'static> Sync for StoreContext<'_, T> {}
// SAFETY: it is an exclusive reference to a store, which is `Send`.
unsafe impl<T: Send + 'static> Send for StoreContextMut<'_, T> {}
// SAFETY: a shared one gives shared access to a store, which is `Sync`.
unsafe impl<T: Sync + 'static> Sync for StoreContextMut<'_, T> {}

/// What gives shared access to a store: the store itself, a context, a
/// [`Caller`](crate::Caller), and references to these.
pub trait AsContext {
    /// The host data of the store.
    type Data: 'static;

    /// Borrows the store.
    fn as_context(&self) -> StoreContext<'_, Self::Data>;
}

/// What gives exclusive access to a store.
pub trait AsContextMut: AsContext {
    /// Borrows the store exclusively.
    fn as_context_mut(&mut self) -> StoreContextMut<'_, Self::Data>;
}

impl<'a, T: 'static> StoreContext<'a, T> {
    /// The engine of the store.
    pub fn engine(&self) -> &Engine {
        self.opaque().engine()
    }

    /// The data inside the store.
    pub fn data(&self) -> &'a T {
        self.into_data()
    }

    pub(crate) fn into_data(self) -> &'a T {
        // SAFETY: invariant "State", for the lifetime of the borrow.
        unsafe { &(*self.state.as_ptr()).data }
    }

    pub(crate) fn opaque(&self) -> &'a StoreOpaque {
        // SAFETY: invariant "State", for the lifetime of the borrow.
        unsafe { &(*self.state.as_ptr()).opaque }
    }

    /// Returns the C context; see [`StoreOpaque::shared`].
    pub(crate) fn shared(&self) -> *const wasmtime_context_t {
        self.opaque().shared()
    }
}

impl<'a, T: 'static> StoreContextMut<'a, T> {
    /// # Safety
    ///
    /// `state` must be the state of a live store that nothing else uses during `'a`.
    pub(crate) unsafe fn from_state(state: NonNull<StoreState<T>>) -> StoreContextMut<'a, T> {
        StoreContextMut {
            state,
            borrow: PhantomData,
        }
    }

    /// The engine of the store.
    pub fn engine(&self) -> &Engine {
        self.opaque().engine()
    }

    /// The data inside the store.
    pub fn data(&self) -> &T {
        self.as_context().into_data()
    }

    /// The data inside the store, to be changed.
    pub fn data_mut(&mut self) -> &mut T {
        self.as_context_mut().into_data_mut()
    }

    pub(crate) fn into_data_mut(self) -> &'a mut T {
        // SAFETY: invariant "State", for the lifetime of the exclusive borrow.
        unsafe { &mut (*self.state.as_ptr()).data }
    }

    pub(crate) fn opaque(&self) -> &StoreOpaque {
        // SAFETY: invariant "State", for the lifetime of the borrow of `self`.
        unsafe { &(*self.state.as_ptr()).opaque }
    }

    pub(crate) fn opaque_mut(&mut self) -> &mut StoreOpaque {
        // SAFETY: invariant "State", for the lifetime of the exclusive borrow of
        // `self`.
        unsafe { &mut (*self.state.as_ptr()).opaque }
    }

    /// Returns the part of the state that doesn't depend on `T`, as a pointer that may be
    /// held across calls into libwasmtime.
    pub(crate) fn opaque_ptr(&mut self) -> *mut StoreOpaque {
        // The opaque part comes first.
        self.state.as_ptr().cast()
    }

    /// Returns the C context; see [`StoreOpaque::raw`].
    pub(crate) fn raw(&mut self) -> *mut wasmtime_context_t {
        self.opaque_mut().raw()
    }
}

impl<T: 'static> Clone for StoreContext<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: 'static> Copy for StoreContext<'_, T> {}

impl<T: 'static> AsContext for Store<T> {
    type Data = T;

    #[inline]
    fn as_context(&self) -> StoreContext<'_, T> {
        StoreContext {
            state: self.state,
            borrow: PhantomData,
        }
    }
}

impl<T: 'static> AsContextMut for Store<T> {
    #[inline]
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        StoreContextMut {
            state: self.state,
            borrow: PhantomData,
        }
    }
}

impl<T: 'static> AsContext for StoreContext<'_, T> {
    type Data = T;

    #[inline]
    fn as_context(&self) -> StoreContext<'_, T> {
        *self
    }
}

impl<T: 'static> AsContext for StoreContextMut<'_, T> {
    type Data = T;

    #[inline]
    fn as_context(&self) -> StoreContext<'_, T> {
        StoreContext {
            state: self.state,
            borrow: PhantomData,
        }
    }
}

impl<T: 'static> AsContextMut for StoreContextMut<'_, T> {
    #[inline]
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        StoreContextMut {
            state: self.state,
            borrow: PhantomData,
        }
    }
}

impl<C: AsContext> AsContext for &C {
    type Data = C::Data;

    #[inline]
    fn as_context(&self) -> StoreContext<'_, C::Data> {
        C::as_context(self)
    }
}

impl<C: AsContext> AsContext for &mut C {
    type Data = C::Data;

    #[inline]
    fn as_context(&self) -> StoreContext<'_, C::Data> {
        C::as_context(self)
    }
}

impl<C: AsContextMut> AsContextMut for &mut C {
    #[inline]
    fn as_context_mut(&mut self) -> StoreContextMut<'_, C::Data> {
        C::as_context_mut(self)
    }
}

// Functions that hand out borrows of the store take `impl Into<StoreContext>`,
// as `AsContext` would tie the borrow to the argument.

impl<'a, T: AsContext> From<&'a T> for StoreContext<'a, T::Data> {
    fn from(c: &'a T) -> Self {
        c.as_context()
    }
}

impl<'a, T: AsContext> From<&'a mut T> for StoreContext<'a, T::Data> {
    fn from(c: &'a mut T) -> Self {
        T::as_context(c)
    }
}

impl<'a, T: AsContextMut> From<&'a mut T> for StoreContextMut<'a, T::Data> {
    fn from(c: &'a mut T) -> Self {
        c.as_context_mut()
    }
}

impl<'a, T: 'static> From<StoreContextMut<'a, T>> for StoreContext<'a, T> {
    fn from(c: StoreContextMut<'a, T>) -> Self {
        StoreContext {
            state: c.state,
            borrow: PhantomData,
        }
    }
}
