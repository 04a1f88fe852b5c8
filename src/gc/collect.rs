//! Collecting by hand.

use super::RawRef;
use crate::{AsContextMut, Caller, Result, Store, StoreContextMut};
use std::convert::Infallible;
use std::error::Error;
use std::fmt;

/// There was no room for an object in the store's heap of collected objects.
///
/// Nothing in this crate fails with it, as the C API has no such error. It is there
/// for programs that look for it, and for what [`Store::gc`] takes.
pub struct GcHeapOutOfMemory<T> {
    never: Infallible,
    _inner: T,
}

impl<T> GcHeapOutOfMemory<T> {
    /// The host's value for which there was no room.
    pub fn into_inner(self) -> T {
        match self.never {}
    }

    /// The host's value for which there was no room, and the error without it.
    pub fn take_inner(self) -> (T, GcHeapOutOfMemory<()>) {
        match self.never {}
    }
}

impl<T> fmt::Debug for GcHeapOutOfMemory<T> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.never {}
    }
}

impl<T> fmt::Display for GcHeapOutOfMemory<T> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.never {}
    }
}

impl<T> Error for GcHeapOutOfMemory<T> {}

impl<T: 'static> Store<T> {
    /// Collects the objects that nothing refers to any more.
    ///
    /// This happens by itself when the heap of collected objects is full. That heap
    /// counts the references to the host's data, not the data: a program whose
    /// [`ExternRef`](crate::ExternRef)s are large calls this now and then. What is
    /// rooted stays, so the references are best made in a
    /// [`RootScope`](crate::RootScope).
    ///
    /// There is no error to pass as `why`, which is `None`.
    ///
    /// Calls `wasmtime_context_gc`.
    ///
    #[doc = example!(gc)]
    /// use libwasmtime::{ExternRef, RootScope, Store};
    ///
    /// let mut store = Store::<()>::default();
    /// for _ in 0..100 {
    ///     let mut scope = RootScope::new(&mut store);
    ///     ExternRef::new(&mut scope, vec![0; 1 << 20])?;
    ///     drop(scope);
    ///     store.gc(None)?;
    /// }
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Unsupported`](crate::Unsupported) if libwasmtime was built without `gc`.
    pub fn gc(&mut self, why: Option<&GcHeapOutOfMemory<()>>) -> Result<()> {
        self.as_context_mut().gc(why)
    }
}

impl<T: 'static> StoreContextMut<'_, T> {
    /// Collects the objects that nothing refers to any more; see [`Store::gc`].
    ///
    /// # Errors
    ///
    /// As for [`Store::gc`].
    pub fn gc(&mut self, why: Option<&GcHeapOutOfMemory<()>>) -> Result<()> {
        match why {
            None => RawRef::collect(self.opaque_mut()),
            Some(why) => match why.never {},
        }
    }
}

impl<T: 'static> Caller<'_, T> {
    /// Collects the objects that nothing refers to any more; see [`Store::gc`].
    ///
    /// # Errors
    ///
    /// As for [`Store::gc`].
    pub fn gc(&mut self, why: Option<&GcHeapOutOfMemory<()>>) -> Result<()> {
        self.as_context_mut().gc(why)
    }
}
