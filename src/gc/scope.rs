//! Scopes of roots.

use super::RootMark;
use crate::{AsContext, AsContextMut, StoreContext, StoreContextMut};

/// A scope for roots: what is rooted through it is unrooted when it is dropped.
///
/// It wraps anything that gives exclusive access to a store, and gives the same access
/// itself, so it can be passed wherever a store can. See [`Rooted`](crate::Rooted) for
/// how scopes nest.
///
#[doc = example!(gc)]
/// use libwasmtime::{ExternRef, RootScope, Store};
///
/// let mut store = Store::<()>::default();
/// let outlived = {
///     let mut scope = RootScope::new(&mut store);
///     ExternRef::new(&mut scope, "hello")?
/// };
/// assert!(outlived.data(&store).is_err());
/// # Ok::<(), libwasmtime::Error>(())
/// ```
// Has the variance and the auto traits of `C`, for which it is a guard.
pub struct RootScope<C: AsContextMut> {
    store: C,
    mark: RootMark,
}

impl<C: AsContextMut> RootScope<C> {
    /// Opens a scope in `store`.
    pub fn new(mut store: C) -> RootScope<C> {
        let mark = store.as_context_mut().opaque_mut().roots.mark();
        RootScope { store, mark }
    }

    /// Reserves capacity for at least `additional` more roots.
    ///
    #[doc = example!(gc)]
    /// use libwasmtime::{ExternRef, RootScope, Store};
    ///
    /// let mut store = Store::<()>::default();
    /// let mut scope = RootScope::new(&mut store);
    /// scope.reserve(1000);
    /// let numbers = (0..1000)
    ///     .map(|number| ExternRef::new(&mut scope, number))
    ///     .collect::<libwasmtime::Result<Vec<_>>>()?;
    /// # assert_eq!(numbers.len(), 1000);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
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
            .truncate(self.mark);
    }
}
