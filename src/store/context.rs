//! Contexts: borrowed access to a store.

use super::{StatePtr, Store, StoreOpaque, StoreState};
use crate::Engine;
use crate::sys::wasmtime_context_t;
use std::marker::PhantomData;
use std::ptr::NonNull;

/// A shared borrow of a store with data `T`.
///
/// It corresponds to a `&Store<T>`. Like that, it is `Copy`, and `Send` and `Sync` if `T` is
/// `Sync`. [`AsContext::as_context`] returns it.
#[repr(transparent)]
pub struct StoreContext<'a, T: 'static> {
    state: StatePtr,
    borrow: PhantomData<&'a StoreState<T>>,
}

/// An exclusive borrow of a store with data `T`.
///
/// It corresponds to a `&mut Store<T>`. Like that, it is `Send` if `T` is `Send`, and `Sync`
/// if `T` is `Sync`. [`AsContextMut::as_context_mut`] returns it.
///
/// A context that was created from a [`Caller`](crate::Caller) must not call WebAssembly code
/// or run the collector on another thread; see [`Caller`](crate::Caller#threads).
#[repr(transparent)]
pub struct StoreContextMut<'a, T: 'static> {
    state: StatePtr,
    borrow: PhantomData<&'a mut StoreState<T>>,
}

// `borrow` says what they are: covariant in their lifetime and invariant in `T`, with the auto
// traits of a shared and of an exclusive reference.

/// A type through which a store can be borrowed.
///
/// It is implemented for [`Store`], [`StoreContext`], [`StoreContextMut`],
/// [`Caller`](crate::Caller), and references to these.
///
/// # Examples
///
/// A function that reads a store, for the host and for host functions:
///
#[doc = example!(compiler)]
/// use libwasmtime::{AsContext, Memory, MemoryType, Store};
///
/// fn is_zero(store: impl AsContext, memory: Memory) -> bool {
///     memory.data(&store).iter().all(|byte| *byte == 0)
/// }
///
/// let mut store = Store::<()>::default();
/// let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
/// assert!(is_zero(&store, memory));
/// # Ok::<(), libwasmtime::Error>(())
/// ```
pub trait AsContext {
    /// The type of the store's data.
    type Data: 'static;

    /// Borrows the store.
    fn as_context(&self) -> StoreContext<'_, Self::Data>;
}

/// A type through which a store can be borrowed exclusively.
///
/// It is implemented for [`Store`], [`StoreContextMut`], [`Caller`](crate::Caller), and
/// exclusive references to these.
///
/// A function that takes `mut store: impl AsContextMut` passes `&mut store` on to others.
///
/// # Examples
///
#[doc = example!(compiler)]
/// use libwasmtime::{AsContextMut, Memory, MemoryType, Result, Store};
///
/// fn memory_of(mut store: impl AsContextMut, bytes: &[u8]) -> Result<Memory> {
///     let pages = (bytes.len() as u32).div_ceil(1 << 16);
///     let memory = Memory::new(&mut store, MemoryType::new(pages, None))?;
///     memory.write(&mut store, 0, bytes)?;
///     Ok(memory)
/// }
///
/// let mut store = Store::<()>::default();
/// let memory = memory_of(&mut store, b"hello")?;
/// assert_eq!(&memory.data(&store)[..5], b"hello");
/// # Ok::<(), libwasmtime::Error>(())
/// ```
pub trait AsContextMut: AsContext {
    /// Borrows the store exclusively.
    fn as_context_mut(&mut self) -> StoreContextMut<'_, Self::Data>;
}

impl<'a, T: 'static> StoreContext<'a, T> {
    /// Returns the store's engine.
    pub fn engine(&self) -> &Engine {
        self.opaque().engine()
    }

    /// Returns the store's data.
    pub fn data(&self) -> &'a T {
        self.into_data()
    }

    pub(crate) fn into_data(self) -> &'a T {
        // SAFETY: invariant "State", for the lifetime of the borrow.
        unsafe { &(*self.state.as_ptr::<T>()).data }
    }

    pub(crate) fn opaque(&self) -> &'a StoreOpaque {
        // SAFETY: invariant "State", for the lifetime of the borrow.
        unsafe { &(*self.state.as_ptr::<T>()).opaque }
    }

    /// Returns the C context; see [`StoreOpaque::shared_context`].
    pub(crate) fn shared_context(&self) -> *const wasmtime_context_t {
        self.opaque().shared_context()
    }
}

impl<'a, T: 'static> StoreContextMut<'a, T> {
    /// # Safety
    ///
    /// `state` must be the state of a live store that nothing else uses during `'a`.
    pub(crate) unsafe fn from_state(state: NonNull<StoreState<T>>) -> StoreContextMut<'a, T> {
        StoreContextMut {
            state: StatePtr::new(state),
            borrow: PhantomData,
        }
    }

    /// Returns the store's engine.
    pub fn engine(&self) -> &Engine {
        self.opaque().engine()
    }

    /// Returns the store's data.
    pub fn data(&self) -> &T {
        self.as_context().into_data()
    }

    /// Returns the store's data, borrowed exclusively.
    pub fn data_mut(&mut self) -> &mut T {
        self.as_context_mut().into_data_mut()
    }

    pub(crate) fn into_data_mut(self) -> &'a mut T {
        // SAFETY: invariant "State", for the lifetime of the exclusive borrow.
        unsafe { &mut (*self.state.as_ptr::<T>()).data }
    }

    pub(crate) fn opaque(&self) -> &StoreOpaque {
        // SAFETY: invariant "State", for the lifetime of the borrow of `self`.
        unsafe { &(*self.state.as_ptr::<T>()).opaque }
    }

    pub(crate) fn opaque_mut(&mut self) -> &mut StoreOpaque {
        // SAFETY: invariant "State", for the lifetime of the exclusive borrow of
        // `self`.
        unsafe { &mut (*self.state.as_ptr::<T>()).opaque }
    }

    /// Returns the part of the state that doesn't depend on `T`, as a pointer that may be
    /// held across calls into libwasmtime.
    pub(crate) fn opaque_ptr(&mut self) -> *mut StoreOpaque {
        // The opaque part comes first.
        self.state.as_ptr::<T>().cast()
    }

    /// Returns the C context; see [`StoreOpaque::begin_change`].
    pub(crate) fn begin_change(&mut self) -> *mut wasmtime_context_t {
        self.opaque_mut().begin_change()
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
