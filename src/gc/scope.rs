//! Scopes: how long roots last.

use crate::{AsContext, AsContextMut, StoreContext, StoreContextMut};

/// A scope for roots: what is rooted through it is unrooted when it is dropped.
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
// Has the variance and the auto traits of `C`, which it is a guard of.
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
