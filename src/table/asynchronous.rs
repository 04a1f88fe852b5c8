//! Tables in asynchronous programs.

use super::Table;
use crate::{AsContextMut, Ref, Result, TableType};

impl Table {
    /// Creates a table as [`Table::new`] does; never waits.
    ///
    /// In the `wasmtime` crate, it waits for a limiter that is asynchronous. Here, limits are
    /// numbers: see [`Store::limiter`](crate::Store::limiter). Nothing happens before the future
    /// is polled, and the first poll returns the result. [`Table::new`] works with every store
    /// as well, in asynchronous calls too.
    ///
    /// # Errors
    ///
    /// Returns an error as [`Table::new`] does.
    pub async fn new_async(store: impl AsContextMut, ty: TableType, init: Ref) -> Result<Table> {
        Table::new(store, ty, init)
    }

    /// Grows the table by `delta` elements as [`Table::grow`] does, and returns its previous
    /// size; never waits.
    ///
    /// [`Table::new_async`] says why, and when that happens.
    ///
    /// # Errors
    ///
    /// Returns an error as [`Table::grow`] does.
    ///
    /// # Panics
    ///
    /// Panics if the table belongs to another store.
    pub async fn grow_async(&self, store: impl AsContextMut, delta: u64, init: Ref) -> Result<u64> {
        self.grow(store, delta, init)
    }
}
