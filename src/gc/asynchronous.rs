//! Collected objects in asynchronous programs.

use crate::{
    ArrayRef, ArrayRefPre, AsContextMut, Caller, ExnRef, ExnRefPre, ExternRef, GcHeapOutOfMemory,
    Result, Rooted, Store, StoreContextMut, StructRef, StructRefPre, Tag, Val,
};
use std::any::Any;

impl<T: 'static> Store<T> {
    /// Runs the collector as [`Store::gc`] does; never waits.
    ///
    /// In the `wasmtime` crate, a collection lets other tasks run in between. The C API runs it
    /// in one piece: a poll takes as long as the collection. Nothing happens before the future
    /// is polled, and the first poll returns the result. [`Store::gc`] works with every store
    /// as well, in asynchronous calls too.
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
    /// Runs the collector, without waiting; see [`Store::gc_async`].
    ///
    /// # Errors
    ///
    /// Returns an error as [`Store::gc`] does.
    pub async fn gc_async(&mut self, why: Option<&GcHeapOutOfMemory<()>>) -> Result<()>
    where
        T: Send + 'static,
    {
        self.gc(why)
    }
}

impl<T: 'static> Caller<'_, T> {
    /// Runs the collector, without waiting; see [`Store::gc_async`].
    ///
    /// # Errors
    ///
    /// Returns an error as [`Store::gc`] does.
    pub async fn gc_async(&mut self, why: Option<&GcHeapOutOfMemory<()>>) -> Result<()>
    where
        T: Send + 'static,
    {
        self.gc(why)
    }
}

impl ExternRef {
    /// Creates an object that holds `value`, as [`ExternRef::new`] does; never waits.
    ///
    /// [`Store::gc_async`] says why: the collector, which runs if the heap is full, runs in one
    /// piece.
    ///
    /// # Errors
    ///
    /// Returns an error as [`ExternRef::new`] does.
    pub async fn new_async<T>(store: impl AsContextMut, value: T) -> Result<Rooted<ExternRef>>
    where
        T: 'static + Any + Send + Sync,
    {
        ExternRef::new(store, value)
    }
}

impl ExnRef {
    /// Creates an exception as [`ExnRef::new`] does; never waits.
    ///
    /// [`Store::gc_async`] says why: the collector, which runs if the heap is full, runs in one
    /// piece.
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

impl StructRef {
    /// Creates a struct as [`StructRef::new`] does; never waits.
    ///
    /// [`Store::gc_async`] says why: the collector, which runs if the heap is full, runs in one
    /// piece.
    ///
    /// # Errors
    ///
    /// Returns an error as [`StructRef::new`] does.
    ///
    /// # Panics
    ///
    /// Panics if `allocator` belongs to another store.
    pub async fn new_async(
        store: impl AsContextMut,
        allocator: &StructRefPre,
        fields: &[Val],
    ) -> Result<Rooted<StructRef>> {
        StructRef::new(store, allocator, fields)
    }
}

impl ArrayRef {
    /// Creates an array as [`ArrayRef::new`] does; never waits.
    ///
    /// [`Store::gc_async`] says why: the collector, which runs if the heap is full, runs in one
    /// piece.
    ///
    /// # Errors
    ///
    /// Returns an error as [`ArrayRef::new`] does.
    ///
    /// # Panics
    ///
    /// Panics if `allocator` belongs to another store.
    pub async fn new_async(
        store: impl AsContextMut,
        allocator: &ArrayRefPre,
        elem: &Val,
        len: u32,
    ) -> Result<Rooted<ArrayRef>> {
        ArrayRef::new(store, allocator, elem, len)
    }

    /// Creates an array as [`ArrayRef::new_fixed`] does; never waits.
    ///
    /// [`Store::gc_async`] says why: the collector, which runs if the heap is full, runs in one
    /// piece.
    ///
    /// # Errors
    ///
    /// Returns an error as [`ArrayRef::new_fixed`] does.
    ///
    /// # Panics
    ///
    /// Panics if `allocator` belongs to another store.
    pub async fn new_fixed_async(
        store: impl AsContextMut,
        allocator: &ArrayRefPre,
        elems: &[Val],
    ) -> Result<Rooted<ArrayRef>> {
        ArrayRef::new_fixed(store, allocator, elems)
    }

    /// Creates an array as [`ArrayRef::new_from_i8_slice`] does; never waits.
    ///
    /// [`Store::gc_async`] says why: the collector, which runs if the heap is full, runs in one
    /// piece.
    ///
    /// # Errors
    ///
    /// Returns an error as [`ArrayRef::new_from_i8_slice`] does.
    ///
    /// # Panics
    ///
    /// Panics if `allocator` belongs to another store.
    pub async fn new_from_i8_slice_async(
        store: impl AsContextMut,
        allocator: &ArrayRefPre,
        elems: &[u8],
    ) -> Result<Rooted<ArrayRef>> {
        ArrayRef::new_from_i8_slice(store, allocator, elems)
    }
}
