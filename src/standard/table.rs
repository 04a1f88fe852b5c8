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
/// Cloning it is cheap, and doesn't copy the elements. Using it with another
/// store than its own panics.
///
/// To make one and to use its elements takes the crate's feature `gc`. The
/// elements are functions: of another kind of reference, only null can be passed.
#[derive(Clone)]
pub struct Table {
    object: Object,
    ty: TableType,
}

object!(Table(TableType): table, made if feature = "gc");

impl Table {
    /// How many elements there are now.
    ///
    /// Calls `wasm_table_size`.
    ///
    /// # Panics
    ///
    /// If the table is of another store.
    pub fn size(&self, store: impl AsContext) -> u32 {
        let table = self.get_c(store.as_context().state());
        // SAFETY: invariant "Object"; the store is borrowed. The size fits, as
        // the indices do.
        unsafe { wasm_table_size(table) }
    }
}

#[cfg(feature = "gc")]
impl Table {
    /// Makes a table, all elements of which are `init`; `None` is null.
    ///
    /// Calls `wasm_table_new`.
    ///
    /// # Errors
    ///
    /// If `init` isn't of the elements' type, the type is of another engine, or
    /// the engine doesn't allow such a table; [`Inexpressible`] if its indices
    /// are of 64 bits or its elements neither `funcref` nor `externref`;
    /// [`Unsupported`](crate::Unsupported) if libwasmtime was built without
    /// `gc`.
    ///
    /// # Panics
    ///
    /// If `init` is of another store.
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
        // SAFETY: the store is alive and borrowed exclusively, the type is of
        // its engine, the reference is null or of the store. What is made is
        // owned.
        unsafe {
            let table = wasm_table_new(state.raw(), raw_ty.as_ptr(), init);
            Table::adopt(state, table, ty.clone())
        }
        .context("libwasmtime can't make a table of that type and of such elements")
    }

    /// The element at `index`; `None` if it is null or beyond the table's end,
    /// which the C API doesn't tell apart: see [`Table::size`].
    ///
    /// Calls `wasm_table_get`.
    ///
    /// # Errors
    ///
    /// [`Inexpressible`] if the elements aren't functions, and
    /// [`Unsupported`](crate::Unsupported) if libwasmtime was built without
    /// `gc`.
    ///
    /// # Panics
    ///
    /// If the table is of another store.
    pub fn get(&self, mut store: impl AsContextMut, index: u32) -> Result<Option<Ref>> {
        let store = store.as_context_mut();
        let state = store.state();
        let table = self.get_c(state);
        RawRef::supported()?;
        if !is_function(self.ty.element().heap_type()) {
            return Err(inexpressible(&self.ty).into());
        }
        // SAFETY: invariant "Object"; the store is borrowed exclusively. The
        // reference is owned, and of the store.
        unsafe { Ok(Ref::from_c(state, wasm_table_get(table, index))) }
    }

    /// Sets the element at `index`; `None` is null.
    ///
    /// Calls `wasm_table_set`.
    ///
    /// # Errors
    ///
    /// If that is beyond the table's end, or `val` isn't of the elements' type;
    /// [`Inexpressible`] if they are neither `funcref` nor `externref`;
    /// [`Unsupported`](crate::Unsupported) if libwasmtime was built without
    /// `gc`.
    ///
    /// # Panics
    ///
    /// If the table or the value is of another store.
    pub fn set(&self, mut store: impl AsContextMut, index: u32, val: Option<&Ref>) -> Result<()> {
        let store = store.as_context_mut();
        let state = store.state();
        let table = self.get_c(state);
        let val = check_element(state, &self.ty, val)?;
        // SAFETY: invariant "Object"; the store is borrowed exclusively. The
        // reference is null or of the store, and copied.
        let done = unsafe { wasm_table_set(table, index, val) };
        ensure!(
            done,
            "the index is beyond the table's end, or the value isn't of the elements' type"
        );
        Ok(())
    }

    /// Grows the table by `delta` elements that are `init`, and returns how many
    /// it had.
    ///
    /// Calls `wasm_table_grow`.
    ///
    /// # Errors
    ///
    /// If that is more than the table's maximum; and as for [`Table::set`].
    ///
    /// # Panics
    ///
    /// If the table or `init` is of another store.
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
        // SAFETY: as for `set`.
        let grown = unsafe { wasm_table_grow(self.get_c(state), delta, init) };
        ensure!(grown, "failed to grow table by `{delta}`");
        Ok(previous)
    }
}

/// The C object of an element, still owned by it.
///
/// # Panics
///
/// If it is of another store.
#[cfg(feature = "gc")]
fn check_element(state: &State, ty: &TableType, val: Option<&Ref>) -> Result<*mut wasm_ref_t> {
    RawRef::supported()?;
    let element = ty.element().heap_type();
    // For null of another type, libwasmtime may have no value.
    if !is_function(element) && !element.is_extern() {
        return Err(inexpressible(ty).into());
    }
    Ok(val.map_or(ptr::null_mut(), |val| val.as_c(state)))
}

#[cfg(feature = "gc")]
fn inexpressible(ty: &TableType) -> Inexpressible {
    Inexpressible::new(format!("elements of type `{}`", ty.element()))
}
