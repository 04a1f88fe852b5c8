//! Tables of references.

use crate::entity::entity;
use crate::error::{check, check_trap, ensure, format_err};
use crate::gc::RawRef;
use crate::store::wrong_engine;
use crate::sys::{
    wasmtime_table_get, wasmtime_table_grow, wasmtime_table_new, wasmtime_table_set,
    wasmtime_table_size, wasmtime_table_t, wasmtime_val_unroot,
};
use crate::{AsContext, AsContextMut, Ref, RefType, Result, TableType, Trap, Val, ValType};
use std::mem::MaybeUninit;

/// A table of references in a store.
///
/// The handle is a plain index: it can be copied, and stays valid as long as
/// its store. Using it with another store panics.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Table(wasmtime_table_t);

entity!(Table(wasmtime_table_t): id.store_id, id.__private1, __private2);

/// In the words of the `wasmtime` crate.
const NO_ELEMENT: &str = "type mismatch: value does not match table element type";

impl Table {
    /// Makes a table, all elements of which are `init`.
    ///
    /// Calls `wasmtime_table_new`.
    ///
    /// # Errors
    ///
    /// If `init` isn't of the elements' type or is of another store, `ty` is of
    /// another engine than the store, the store's limits don't allow such a table, or it is one
    /// with 64-bit indices that can't be made: see
    /// [`TableType::new64`](crate::TableType::new64); or, with
    /// [`Unsupported`](crate::Unsupported), if libwasmtime was built without
    /// `gc`.
    pub fn new(mut store: impl AsContextMut, ty: TableType, init: Ref) -> Result<Table> {
        let mut store = store.as_context_mut();
        if !ty.comes_from_same_engine(store.engine()) {
            return Err(wrong_engine().context(NO_ELEMENT));
        }
        let init = Val::from(init).to_c(store.opaque())?;
        let raw_ty = ty.to_c(store.engine())?;
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariants "Context" and "Ownership"; `out` is initialised
        // unless there is an error.
        unsafe {
            check(wasmtime_table_new(
                store.raw(),
                raw_ty.as_ptr(),
                &init,
                out.as_mut_ptr(),
            ))?;
            Ok(Table::from_c(out.assume_init(), store.opaque_mut()))
        }
    }

    /// The table's type.
    ///
    /// The C API describes limits in 32 bits, and doesn't say how wide the
    /// indices are. That is found out by other means if there may be tables with
    /// 64-bit indices in the process, but some things can't be:
    ///
    /// - if the limits of such a table need more than 32 bits, the minimum is
    ///   the size that the table has now;
    /// - if the elements are of a concrete type that only the table's own
    ///   module can define, and modules with 64-bit tables of concrete types
    ///   have been compiled, then all that is known of the limits is the size:
    ///   it is the minimum, there is no maximum, and the indices count as 64-bit
    ///   only if the size needs it.
    ///
    /// Calls `wasmtime_table_type`.
    ///
    /// # Panics
    ///
    /// If the table is of another store.
    pub fn ty(&self, store: impl AsContext) -> TableType {
        let store = store.as_context();
        let table = self.to_c(store.opaque());
        // SAFETY: invariants "Shared" and "Ownership".
        unsafe { TableType::of(store.engine(), store.shared(), &table) }
    }

    /// The element at `index`; `None` if that is beyond the table's end.
    ///
    /// Calls `wasmtime_table_get`.
    ///
    /// # Panics
    ///
    /// If the table is of another store; or libwasmtime was built without `gc`.
    pub fn get(&self, mut store: impl AsContextMut, index: u64) -> Option<Ref> {
        let mut store = store.as_context_mut();
        let table = self.to_c(store.opaque());
        // libwasmtime aborts the process then.
        if let Err(unsupported) = RawRef::supported() {
            panic!("an element of a table can't be had: {unsupported}");
        }
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariants "Context" and "Ownership"; `out` is initialised on
        // success, and owned.
        let val = unsafe {
            if !wasmtime_table_get(store.raw(), &table, index, out.as_mut_ptr()) {
                return None;
            }
            Val::from_c(store.opaque_mut(), out.assume_init())
        };
        val.ref_()
    }

    /// Sets the element at `index`.
    ///
    /// Calls `wasmtime_table_set`.
    ///
    /// # Errors
    ///
    /// If that is beyond the table's end, `val` isn't of the elements' type or is
    /// of another store, or libwasmtime was built without `gc`.
    ///
    /// # Panics
    ///
    /// If the table is of another store.
    pub fn set(&self, mut store: impl AsContextMut, index: u64, val: Ref) -> Result<()> {
        let mut store = store.as_context_mut();
        let table = self.to_c(store.opaque());
        let val = Val::from(val).to_c(store.opaque())?;
        // SAFETY: invariants "Context" and "Ownership".
        unsafe { check_trap(wasmtime_table_set(store.raw(), &table, index, &val)) }
    }

    /// How many elements the table has now.
    ///
    /// Calls `wasmtime_table_size`.
    ///
    /// # Panics
    ///
    /// If the table is of another store.
    pub fn size(&self, store: impl AsContext) -> u64 {
        let store = store.as_context();
        let table = self.to_c(store.opaque());
        // SAFETY: invariants "Shared" and "Ownership".
        unsafe { wasmtime_table_size(store.shared(), &table) }
    }

    /// Grows the table by `delta` elements that are `init`, and returns how many
    /// it had.
    ///
    /// Calls `wasmtime_table_grow`.
    ///
    /// # Errors
    ///
    /// If that is more than the table's maximum or the store's limits allow,
    /// `init` isn't of the elements' type or is of another store, or libwasmtime
    /// was built without `gc`.
    ///
    /// # Panics
    ///
    /// If the table is of another store.
    pub fn grow(&self, mut store: impl AsContextMut, delta: u64, init: Ref) -> Result<u64> {
        let mut store = store.as_context_mut();
        let table = self.to_c(store.opaque());
        let init = Val::from(init).to_c(store.opaque())?;
        let mut previous = 0;
        // SAFETY: invariants "Context" and "Ownership".
        unsafe {
            check_trap(wasmtime_table_grow(
                store.raw(),
                &table,
                delta,
                &init,
                &mut previous,
            ))?
        };
        Ok(previous)
    }

    /// Copies `len` elements of `src_table`, from `src_index` on, into
    /// `dst_table`, from `dst_index` on. The two may be one table, and the
    /// ranges may overlap.
    ///
    /// The C API has no function for it: elements are read and set one by one.
    ///
    /// # Errors
    ///
    /// If a range is beyond its table's end, or the elements of `src_table` are
    /// of a type that `dst_table` doesn't take, in which cases nothing is copied;
    /// or, with [`Unsupported`](crate::Unsupported), if libwasmtime was built
    /// without `gc`.
    ///
    /// # Panics
    ///
    /// If a table is of another store.
    pub fn copy(
        mut store: impl AsContextMut,
        dst_table: &Table,
        dst_index: u64,
        src_table: &Table,
        src_index: u64,
        len: u64,
    ) -> Result<()> {
        let mut store = store.as_context_mut();
        let dst = dst_table.to_c(store.opaque());
        let src = src_table.to_c(store.opaque());
        dst_table.check_range(&store, dst_index, len)?;
        src_table.check_range(&store, src_index, len)?;
        let (from, to) = (src_table.element(&store), dst_table.element(&store));
        if !from.matches(&to) {
            let mismatch = format_err!("type mismatch: expected {to}, found {from}");
            return Err(mismatch.context(
                "type mismatch: source table's element type does not match destination table's \
                 element type",
            ));
        }
        RawRef::supported()?;
        let copy = |i| {
            let mut val = MaybeUninit::uninit();
            // SAFETY: invariants "Context" and "Ownership"; the value is
            // initialised, as its index is in range, and owned.
            unsafe {
                wasmtime_table_get(store.raw(), &src, src_index + i, val.as_mut_ptr());
                let copied = wasmtime_table_set(store.raw(), &dst, dst_index + i, val.as_ptr());
                wasmtime_val_unroot(val.as_mut_ptr());
                check(copied)
            }
        };
        if dst_index <= src_index {
            (0..len).try_for_each(copy)
        } else {
            (0..len).rev().try_for_each(copy)
        }
    }

    /// Sets `len` elements, from `dst` on, to `val`.
    ///
    /// The C API has no function for it: elements are set one by one.
    ///
    /// # Errors
    ///
    /// If the range is beyond the table's end, in which case nothing is set;
    /// `val` isn't of the elements' type or is of another store; or libwasmtime
    /// was built without `gc`.
    ///
    /// # Panics
    ///
    /// If the table is of another store.
    pub fn fill(&self, mut store: impl AsContextMut, dst: u64, val: Ref, len: u64) -> Result<()> {
        let mut store = store.as_context_mut();
        if len == 0 {
            // No element is set then, which would look at the value.
            let (val, element) = (Val::from(val), ValType::Ref(self.element(&store)));
            val.check_store(store.opaque())?;
            ensure!(val.matches_ty(&store, &element)?, "{NO_ELEMENT}");
        }
        self.check_range(&store, dst, len)?;
        (dst..dst + len).try_for_each(|i| self.set(&mut store, i, val))
    }

    /// The type of the elements.
    fn element(&self, store: impl AsContext) -> RefType {
        let store = store.as_context();
        let table = self.to_c(store.opaque());
        // SAFETY: invariants "Shared" and "Ownership".
        unsafe { TableType::element_of(store.engine(), store.shared(), &table).1 }
    }

    fn check_range(&self, store: impl AsContext, start: u64, len: u64) -> Result<(), Trap> {
        let end = start.checked_add(len);
        if end.is_some_and(|end| end <= self.size(store)) {
            Ok(())
        } else {
            Err(Trap::TableOutOfBounds)
        }
    }
}
