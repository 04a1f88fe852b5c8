//! Running the collector.

use super::RawRef;
use crate::{AsContextMut, Caller, Result, Store, StoreContextMut};
use std::convert::Infallible;
use std::error::Error;
use std::fmt;

/// The error of an allocation for which the heap of collected objects was too full.
///
/// Nothing in this crate fails with it, as the C API has no such error, so it has no
/// values. It exists for programs that look for it, and as the parameter of
/// [`Store::gc`].
pub struct GcHeapOutOfMemory<T> {
    never: Infallible,
    _inner: T,
}

impl<T> GcHeapOutOfMemory<T> {
    /// Returns the host's value that could not be allocated.
    pub fn into_inner(self) -> T {
        match self.never {}
    }

    /// Returns the host's value that could not be allocated, and the error without it.
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
    /// Runs the collector, which frees the objects that nothing refers to.
    ///
    /// It also runs by itself when the heap of collected objects is full. That heap holds
    /// the references to the host's values, not the values: a program whose
    /// [`ExternRef`](crate::ExternRef)s hold much memory calls this now and then. Objects
    /// that are rooted stay, so such references should be created in a
    /// [`RootScope`](crate::RootScope).
    ///
    /// `why` is always `None`, as there is no error to pass.
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
    /// Returns [`Unsupported`](crate::Unsupported) if libwasmtime was built without `gc`.
    pub fn gc(&mut self, why: Option<&GcHeapOutOfMemory<()>>) -> Result<()> {
        self.as_context_mut().gc(why)
    }
}

impl<T: 'static> StoreContextMut<'_, T> {
    /// Runs the collector, which frees the objects that nothing refers to; see
    /// [`Store::gc`].
    ///
    /// # Errors
    ///
    /// Returns an error as [`Store::gc`] does.
    pub fn gc(&mut self, why: Option<&GcHeapOutOfMemory<()>>) -> Result<()> {
        match why {
            None => RawRef::collect(self.opaque_mut()),
            Some(why) => match why.never {},
        }
    }
}

impl<T: 'static> Caller<'_, T> {
    /// Runs the collector, which frees the objects that nothing refers to; see
    /// [`Store::gc`].
    ///
    /// # Errors
    ///
    /// Returns an error as [`Store::gc`] does.
    pub fn gc(&mut self, why: Option<&GcHeapOutOfMemory<()>>) -> Result<()> {
        self.as_context_mut().gc(why)
    }
}
