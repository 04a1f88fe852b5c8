//! [`Access`]: the store, for host functions that `bindgen!` generates with `store`.

use super::{HasData, HasSelf};
use crate::{AsContext, AsContextMut, StoreContext, StoreContextMut};
use std::fmt;

/// A store's context, and how a host function finds its part of the store's data.
///
/// Host functions that `component::bindgen!` generates with the option `store` get it in
/// place of that part.
// `Send` if the store's context is. Invariant in `T` and `D`, as a context and a function are.
pub struct Access<'a, T: 'static, D: HasData + ?Sized = HasSelf<T>> {
    store: StoreContextMut<'a, T>,
    getter: fn(&mut T) -> D::Data<'_>,
}

impl<'a, T: 'static, D: HasData + ?Sized> Access<'a, T, D> {
    /// Creates an access to what `getter` finds in the store's data.
    pub fn new(store: StoreContextMut<'a, T>, getter: fn(&mut T) -> D::Data<'_>) -> Self {
        Access { store, getter }
    }

    /// Returns the store's data, borrowed exclusively.
    pub fn data_mut(&mut self) -> &mut T {
        self.store.data_mut()
    }

    /// Returns the part of the store's data.
    pub fn get(&mut self) -> D::Data<'_> {
        (self.getter)(self.store.data_mut())
    }

    /// Returns the function that finds the part of the store's data.
    pub fn getter(&self) -> fn(&mut T) -> D::Data<'_> {
        self.getter
    }
}

impl<T: 'static, D: HasData + ?Sized> AsContext for Access<'_, T, D> {
    type Data = T;

    fn as_context(&self) -> StoreContext<'_, T> {
        self.store.as_context()
    }
}

impl<T: 'static, D: HasData + ?Sized> AsContextMut for Access<'_, T, D> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        self.store.as_context_mut()
    }
}

impl<T: 'static, D: HasData + ?Sized> fmt::Debug for Access<'_, T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").finish_non_exhaustive()
    }
}
