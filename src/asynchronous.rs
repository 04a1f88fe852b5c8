//! Functions that are asynchronous in the `wasmtime` crate, and never wait here.
//!
//! There they wait for a `ResourceLimiterAsync`, or pause during a collection. The C API has
//! neither, so each does what the function without `_async` does, in its first poll. They
//! exist for code that is written for the `wasmtime` crate. Both variants work with every
//! store.

use crate::{
    AsContextMut, Caller, ExnRef, ExnRefPre, ExternRef, GcHeapOutOfMemory, Memory, MemoryType, Ref,
    Result, Rooted, Store, StoreContextMut, Table, TableType, Tag, Val,
};
use std::any::Any;

impl Memory {
    /// Creates a memory as [`Memory::new`] does, without waiting for anything.
    ///
    /// # Errors
    ///
    /// Returns an error as [`Memory::new`] does.
    pub async fn new_async(store: impl AsContextMut, ty: MemoryType) -> Result<Memory> {
        Memory::new(store, ty)
    }

    /// Grows the memory as [`Memory::grow`] does, without waiting for anything.
    ///
    /// # Errors
    ///
    /// Returns an error as [`Memory::grow`] does.
    ///
    /// # Panics
    ///
    /// Panics if the memory belongs to another store.
    pub async fn grow_async(&self, store: impl AsContextMut, delta: u64) -> Result<u64> {
        self.grow(store, delta)
    }
}

impl Table {
    /// Creates a table as [`Table::new`] does, without waiting for anything.
    ///
    /// # Errors
    ///
    /// Returns an error as [`Table::new`] does.
    pub async fn new_async(store: impl AsContextMut, ty: TableType, init: Ref) -> Result<Table> {
        Table::new(store, ty, init)
    }

    /// Grows the table as [`Table::grow`] does, without waiting for anything.
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

impl ExternRef {
    /// Creates an object as [`ExternRef::new`] does, without waiting for anything.
    ///
    /// # Errors
    ///
    /// Returns an error as [`ExternRef::new`] does.
    pub async fn new_async<T>(store: impl AsContextMut, value: T) -> Result<Rooted<ExternRef>>
    where
        T: Any + Send + Sync + 'static,
    {
        ExternRef::new(store, value)
    }
}

impl ExnRef {
    /// Creates an exception as [`ExnRef::new`] does, without waiting for anything.
    ///
    /// # Errors
    ///
    /// Returns an error as [`ExnRef::new`] does.
    ///
    /// # Panics
    ///
    /// Panics if `allocator` or the tag belongs to another store.
    pub async fn new_async(
        store: impl AsContextMut,
        allocator: &ExnRefPre,
        tag: &Tag,
        fields: &[Val],
    ) -> Result<Rooted<ExnRef>> {
        ExnRef::new(store, allocator, tag, fields)
    }
}

impl<T: 'static> Store<T> {
    /// Runs the collector as [`Store::gc`] does, without a pause.
    ///
    /// # Errors
    ///
    /// Returns an error as [`Store::gc`] does.
    pub async fn gc_async(&mut self, why: Option<&GcHeapOutOfMemory<()>>) -> Result<()>
    where
        T: Send,
    {
        self.gc(why)
    }
}

impl<T: 'static> StoreContextMut<'_, T> {
    /// Runs the collector as [`Store::gc`] does, without a pause.
    ///
    /// # Errors
    ///
    /// Returns an error as [`Store::gc`] does.
    pub async fn gc_async(&mut self, why: Option<&GcHeapOutOfMemory<()>>) -> Result<()>
    where
        T: Send,
    {
        self.gc(why)
    }
}

impl<T: 'static> Caller<'_, T> {
    /// Runs the collector as [`Store::gc`] does, without a pause.
    ///
    /// # Errors
    ///
    /// Returns an error as [`Store::gc`] does.
    pub async fn gc_async(&mut self, why: Option<&GcHeapOutOfMemory<()>>) -> Result<()>
    where
        T: Send,
    {
        self.gc(why)
    }
}
