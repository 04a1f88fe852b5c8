//! Tables of references.

use super::AsContext;
use super::object::{Object, object};
use super::store::State;
use crate::TableType;
use crate::sys::wasm_table_size;

#[cfg(feature = "gc")]
use {
    super::val::is_function,
    super::{AsContextMut, Inexpressible, Ref},
    crate::Result,
    crate::error::{Context, ensure},
    crate::gc::RawRef,
    crate::sys::{wasm_ref_t, wasm_table_get, wasm_table_grow, wasm_table_new, wasm_table_set},
    std::ptr,
};

/// A table of references, with 32-bit indices.
///
/// Clones are handles of the same table, and don't copy the elements. Using one with another
/// store than its own panics.
///
/// Creating one, and using its elements, requires the crate's feature `gc`. Elements are
/// functions: of other kinds of references, only null can be passed.
#[derive(Clone)]
pub struct Table {
    object: Object,
    ty: TableType,
}

object!(Table(TableType): table, made if feature = "gc");

impl Table {
    /// Returns the current number of elements.
    ///
    /// Calls `wasm_table_size`.
    ///
    /// # Panics
    ///
    /// Panics if the table belongs to another store.
    pub fn size(&self, store: impl AsContext) -> u32 {
        let table = self.get_c(store.as_context().state());
        // SAFETY: invariant "Object"; the store is borrowed. The size fits into 32 bits, as the
        // indices do.
        unsafe { wasm_table_size(table) }
    }
}

#[cfg(feature = "gc")]
impl Table {
    /// Creates a table whose elements are all `init`; `None` is null.
    ///
    /// Calls `wasm_table_new`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - `init` isn't of the elements' type;
    /// - the type belongs to another engine than the store;
    /// - the engine doesn't allow such a table;
    /// - the indices are 64 bits wide, or the elements are neither `funcref` nor `externref`,
    ///   with [`Inexpressible`]; or
    /// - libwasmtime was built without `gc`, with [`Unsupported`](crate::Unsupported).
    ///
    /// # Panics
    ///
    /// Panics if `init` belongs to another store.
    pub fn new(mut store: impl AsContextMut, ty: &TableType, init: Option<&Ref>) -> Result<Table> {
        let store = store.as_context_mut();
        let state = store.state();
        let init = check_element(state, ty, init)?;
        ensure!(
            ty.comes_from_same_engine(state.engine()),
            "the type of the table belongs to another engine than the store"
        );
        if ty.is_64() {
            return Err(Inexpressible::new("a table with 64-bit indices").into());
        }
        let raw_ty = ty.to_c(state.engine())?;
        // SAFETY: invariant "Owned object": the store is alive and borrowed exclusively, the
        // type belongs to its engine, and the reference is null or belongs to the store; both
        // are copied. The table is owned.
        unsafe {
            let table = wasm_table_new(state.raw(), raw_ty.as_ptr(), init);
            Table::adopt(state, table, ty.clone())
        }
        .context("cannot create the table: `wasm_table_new` refused its type or its elements")
    }

    /// Returns the element at `index`; `None` if it is null or beyond the table's end.
    ///
    /// The C API doesn't distinguish these two: see [`Table::size`].
    ///
    /// Calls `wasm_table_get`.
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::error::Context;
    /// use libwasmtime::standard::{Instance, Module, Store};
    ///
    /// let mut store = Store::default();
    /// let binary = libwasmtime::wat2wasm(r#"
    ///     (module
    ///         (table (export "handlers") 2 4 funcref)
    ///         (elem (i32.const 0) $handle)
    ///         (func $handle))
    /// "#)?;
    /// let module = Module::new(&store, binary)?;
    /// let instance = Instance::new(&mut store, &module, &[])?;
    /// let handlers = instance.get_export("handlers").context("expected an export")?;
    /// let handlers = handlers.clone().into_table().context("expected a table")?;
    ///
    /// let handle = handlers.get(&mut store, 0)?;
    /// assert!(handle.is_some() && handlers.get(&mut store, 1)?.is_none());
    /// handlers.set(&mut store, 1, handle.as_ref())?;
    /// assert!(handlers.get(&mut store, 1)?.is_some());
    /// assert_eq!(handlers.grow(&mut store, 2, None)?, 2);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns
    ///
    /// - [`Inexpressible`] if the elements aren't functions; or
    /// - [`Unsupported`](crate::Unsupported) if libwasmtime was built without `gc`.
    ///
    /// # Panics
    ///
    /// Panics if the table belongs to another store.
    pub fn get(&self, mut store: impl AsContextMut, index: u32) -> Result<Option<Ref>> {
        let store = store.as_context_mut();
        let state = store.state();
        let table = self.get_c(state);
        RawRef::supported()?;
        if !is_function(self.ty.element().heap_type()) {
            return Err(inexpressible(&self.ty).into());
        }
        // SAFETY: invariant "Object"; the store is borrowed exclusively. The reference is null,
        // or owned and belongs to the store.
        unsafe { Ok(Ref::from_c(state, wasm_table_get(table, index))) }
    }

    /// Sets the element at `index`; `None` is null.
    ///
    /// Calls `wasm_table_set`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - `index` is beyond the table's end;
    /// - `val` isn't of the elements' type;
    /// - the elements are neither `funcref` nor `externref`, with [`Inexpressible`]; or
    /// - libwasmtime was built without `gc`, with [`Unsupported`](crate::Unsupported).
    ///
    /// # Panics
    ///
    /// Panics if the table or the value belongs to another store.
    pub fn set(&self, mut store: impl AsContextMut, index: u32, val: Option<&Ref>) -> Result<()> {
        let store = store.as_context_mut();
        let state = store.state();
        let table = self.get_c(state);
        let val = check_element(state, &self.ty, val)?;
        // SAFETY: invariant "Object"; the store is borrowed exclusively. The reference is null
        // or belongs to the store, and is copied.
        let done = unsafe { wasm_table_set(table, index, val) };
        ensure!(
            done,
            "cannot set element {index}: it is beyond the table's end, or the value isn't of \
             the elements' type"
        );
        Ok(())
    }

    /// Grows the table by `delta` elements that are `init`, and returns how many it had before.
    ///
    /// Calls `wasm_table_grow`.
    ///
    /// # Errors
    ///
    /// Returns an error if the new size is larger than the table's maximum, and as
    /// [`Table::set`] does.
    ///
    /// # Panics
    ///
    /// Panics if the table or `init` belongs to another store.
    pub fn grow(
        &self,
        mut store: impl AsContextMut,
        delta: u32,
        init: Option<&Ref>,
    ) -> Result<u32> {
        let previous = self.size(&store);
        let store = store.as_context_mut();
        let state = store.state();
        let init = check_element(state, &self.ty, init)?;
        // SAFETY: invariant "Object"; the store is borrowed exclusively. The reference is null
        // or belongs to the store, and is copied.
        let grown = unsafe { wasm_table_grow(self.get_c(state), delta, init) };
        ensure!(grown, "failed to grow table by `{delta}`");
        Ok(previous)
    }
}

/// Returns the C object of an element, which still owns it.
///
/// # Errors
///
/// Returns an error if elements of that table can't be passed.
///
/// # Panics
///
/// Panics if the element belongs to another store.
#[cfg(feature = "gc")]
fn check_element(state: &State, ty: &TableType, val: Option<&Ref>) -> Result<*mut wasm_ref_t> {
    RawRef::supported()?;
    let element = ty.element().heap_type();
    // Of another type, libwasmtime may not even have a null.
    if !is_function(element) && !element.is_extern() {
        return Err(inexpressible(ty).into());
    }
    Ok(val.map_or(ptr::null_mut(), |val| val.as_c(state)))
}

#[cfg(feature = "gc")]
fn inexpressible(ty: &TableType) -> Inexpressible {
    Inexpressible::new(format!("elements of type `{}`", ty.element()))
}
