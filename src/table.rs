//! Tables of references.

#[cfg(feature = "async")]
mod asynchronous;

use crate::entity::entity;
use crate::error::{check, check_trap, ensure};
use crate::gc::RawRef;
use crate::store::{StoreOpaque, wrong_engine};
use crate::sys::{
    wasmtime_table_get, wasmtime_table_grow, wasmtime_table_new, wasmtime_table_set,
    wasmtime_table_size, wasmtime_table_t, wasmtime_val_unroot,
};
use crate::types::type_mismatch;
use crate::{AsContext, AsContextMut, Ref, RefType, Result, TableType, Trap, Val, ValType};
use std::mem::MaybeUninit;

/// A table of references, in a store.
///
/// A table is an array whose elements have one reference type. Most tables have `funcref`
/// elements: `call_indirect` calls a function by its index in such a table, which is how
/// function pointers are compiled.
///
/// The handle is an index into its store: it is `Copy`, and valid for as long as the
/// store. Using it with another store panics.
///
/// # Examples
///
/// Calling a function through a function pointer of the guest:
///
#[doc = example!(gc, wat)]
/// use libwasmtime::{Engine, Instance, Module, Ref, Store};
///
/// let engine = Engine::default();
/// let module = Module::new(&engine, r#"
///     (module
///         (table (export "table") funcref (elem $one $two))
///         (func $one (result i32) (i32.const 1))
///         (func $two (result i32) (i32.const 2)))
/// "#)?;
/// let mut store = Store::new(&engine, ());
/// let instance = Instance::new(&mut store, &module, &[])?;
/// let table = instance.get_table(&mut store, "table").expect("it is exported");
///
/// let element = table.get(&mut store, 1).expect("it is in bounds");
/// let Ref::Func(Some(func)) = element else { panic!("it is no null function") };
/// assert_eq!(func.typed::<(), i32>(&store)?.call(&mut store, ())?, 2);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Table(wasmtime_table_t);

entity!(Table(wasmtime_table_t): id.store_id, id.__private1, __private2);

/// In the words of the `wasmtime` crate.
const NO_ELEMENT: &str = "type mismatch: value does not match table element type";

impl Table {
    /// Creates a table, whose elements are all `init`.
    ///
    /// Calls `wasmtime_table_new`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - `init` doesn't have the type of the elements, or belongs to another store;
    /// - `ty` belongs to another engine than the store;
    /// - the store's limits don't allow the table; see
    ///   [`Store::limiter`](crate::Store::limiter);
    /// - the indices are 64-bit, and the C API cannot create the table; see
    ///   [`TableType::new64`](crate::TableType::new64);
    /// - libwasmtime was built without `gc`; the error is an
    ///   [`Unsupported`](crate::Unsupported).
    ///
    /// # Examples
    ///
    /// A table of host functions that a guest calls by index:
    ///
    #[doc = example!(gc, wat)]
    /// use libwasmtime::{Engine, Func, Linker, Module, Ref, RefType, Store, Table, TableType};
    ///
    /// let engine = Engine::default();
    /// let mut store = Store::new(&engine, ());
    /// let ty = TableType::new(RefType::FUNCREF, 2, Some(4));
    /// let table = Table::new(&mut store, ty, Ref::Func(None))?;
    /// let double = Func::wrap(&mut store, |x: i32| x * 2);
    /// table.set(&mut store, 1, Ref::Func(Some(double)))?;
    ///
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "callbacks" (table 2 funcref))
    ///         (type $callback (func (param i32) (result i32)))
    ///         (func (export "run") (param i32) (result i32)
    ///             (call_indirect (type $callback) (i32.const 21) (local.get 0))))
    /// "#)?;
    /// let mut linker = Linker::new(&engine);
    /// linker.define(&store, "host", "callbacks", table)?;
    /// let instance = linker.instantiate(&mut store, &module)?;
    /// let run = instance.get_typed_func::<i32, i32>(&mut store, "run")?;
    /// assert_eq!(run.call(&mut store, 1)?, 42);
    /// // The other element is null.
    /// assert!(run.call(&mut store, 0).is_err());
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn new(mut store: impl AsContextMut, ty: TableType, init: Ref) -> Result<Table> {
        let mut store = store.as_context_mut();
        if !ty.comes_from_same_engine(store.engine()) {
            return Err(wrong_engine().context(NO_ELEMENT));
        }
        let init = Val::from(init).to_c(store.opaque())?;
        let raw_ty = ty.to_c(store.engine())?;
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariants "Context" and "Ownership": `Val::to_c` has checked the store
        // of `init`. `out` is initialized unless there is an error.
        unsafe {
            check(wasmtime_table_new(
                store.begin_change(),
                raw_ty.as_ptr(),
                &init,
                out.as_mut_ptr(),
            ))?;
            Ok(Table::from_c(out.assume_init(), store.opaque_mut()))
        }
    }

    /// Returns the table's type.
    ///
    /// The C API describes limits in 32 bits, and doesn't tell whether indices have 32 or
    /// 64 bits. If the process may contain tables with 64-bit indices, this crate finds
    /// that out in other ways, which are incomplete:
    ///
    /// - If the limits of a table with 64-bit indices need more than 32 bits, the minimum
    ///   that is returned is the table's present size.
    /// - If the elements have a concrete type that only the table's own module can define,
    ///   and modules with 64-bit tables of concrete types have been compiled, only the
    ///   present size is known. It is returned as the minimum, without a maximum, and the
    ///   indices are 64-bit only if the size requires it.
    ///
    /// Calls `wasmtime_table_type`.
    ///
    /// # Panics
    ///
    /// Panics if the table belongs to another store.
    pub fn ty(&self, store: impl AsContext) -> TableType {
        let store = store.as_context();
        let table = self.to_c(store.opaque());
        // SAFETY: invariants "Shared" and "Ownership": `to_c` has checked the handle.
        unsafe { TableType::of(store.engine(), store.shared_context(), &table) }
    }

    /// Returns the element at `index`, or `None` if `index` is out of bounds.
    ///
    /// Calls `wasmtime_table_get`.
    ///
    /// # Panics
    ///
    /// Panics if the table belongs to another store, or if libwasmtime was built without
    /// `gc`.
    ///
    /// # Examples
    ///
    #[doc = example!(gc, wat)]
    /// # use libwasmtime::{Func, Ref, RefType, Store, Table, TableType};
    /// # let mut store = Store::<()>::default();
    /// # let func = Func::wrap(&mut store, || {});
    /// let ty = TableType::new(RefType::FUNCREF, 2, None);
    /// let table = Table::new(&mut store, ty, Ref::Func(Some(func)))?;
    /// match table.get(&mut store, 1) {
    ///     Some(Ref::Func(Some(func))) => func.call(&mut store, &[], &mut [])?,
    ///     Some(_) => println!("no function, or null"),
    ///     None => println!("out of bounds"),
    /// }
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn get(&self, mut store: impl AsContextMut, index: u64) -> Option<Ref> {
        self.get_in(store.as_context_mut().opaque_mut(), index)
    }

    /// Does what [`Table::get`] does.
    pub(crate) fn get_in(&self, store: &mut StoreOpaque, index: u64) -> Option<Ref> {
        let table = self.to_c(store);
        // Without support, libwasmtime would abort the process.
        if let Err(unsupported) = RawRef::supported() {
            panic!("the elements of a table can't be read: {unsupported}");
        }
        let mut out = MaybeUninit::uninit();
        // SAFETY: invariants "Context" and "Ownership": `to_c` has checked the handle. On
        // success, `out` is initialized with an owned value of this store.
        let val = unsafe {
            if !wasmtime_table_get(store.begin_change(), &table, index, out.as_mut_ptr()) {
                return None;
            }
            Val::from_c(store, out.assume_init_ref())
        };
        val.ref_()
    }

    /// Sets the element at `index`.
    ///
    /// Calls `wasmtime_table_set`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - `index` is out of bounds;
    /// - `val` doesn't have the type of the elements, or belongs to another store;
    /// - libwasmtime was built without `gc`.
    ///
    /// # Panics
    ///
    /// Panics if the table belongs to another store.
    ///
    /// # Examples
    ///
    /// Putting a function of one module in a place where another one calls it:
    ///
    #[doc = example!(gc, wat)]
    /// use libwasmtime::{Engine, Instance, Module, Ref, Store};
    ///
    /// let engine = Engine::default();
    /// let mut store = Store::new(&engine, ());
    /// let program = Module::new(&engine, r#"
    ///     (module
    ///         (table (export "hooks") 1 funcref)
    ///         (type $hook (func (result i32)))
    ///         (func (export "run") (result i32)
    ///             (call_indirect (type $hook) (i32.const 0))))
    /// "#)?;
    /// let plugin = Module::new(&engine, r#"
    ///     (module (func (export "hook") (result i32) (i32.const 42)))
    /// "#)?;
    /// let program = Instance::new(&mut store, &program, &[])?;
    /// let plugin = Instance::new(&mut store, &plugin, &[])?;
    ///
    /// let hook = plugin.get_func(&mut store, "hook").expect("it is exported");
    /// let hooks = program.get_table(&mut store, "hooks").expect("it is exported");
    /// hooks.set(&mut store, 0, Ref::Func(Some(hook)))?;
    ///
    /// let run = program.get_typed_func::<(), i32>(&mut store, "run")?;
    /// assert_eq!(run.call(&mut store, ())?, 42);
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn set(&self, mut store: impl AsContextMut, index: u64, val: Ref) -> Result<()> {
        let mut store = store.as_context_mut();
        let table = self.to_c(store.opaque());
        let val = Val::from(val).to_c(store.opaque())?;
        // SAFETY: invariants "Context" and "Ownership": `to_c` has checked the handle and
        // the value.
        unsafe {
            check_trap(wasmtime_table_set(
                store.begin_change(),
                &table,
                index,
                &val,
            ))
        }
    }

    /// Returns the present number of elements.
    ///
    /// Calls `wasmtime_table_size`.
    ///
    /// # Panics
    ///
    /// Panics if the table belongs to another store.
    pub fn size(&self, store: impl AsContext) -> u64 {
        self.size_in(store.as_context().opaque())
    }

    /// Does what [`Table::size`] does.
    pub(crate) fn size_in(&self, store: &StoreOpaque) -> u64 {
        let table = self.to_c(store);
        // SAFETY: invariants "Shared" and "Ownership": `to_c` has checked the handle.
        unsafe { wasmtime_table_size(store.shared_context(), &table) }
    }

    /// Grows the table by `delta` elements, all `init`, and returns its previous size.
    ///
    /// Calls `wasmtime_table_grow`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the new size would exceed the maximum of the table's type, or the store's limits;
    ///   see [`Store::limiter`](crate::Store::limiter);
    /// - `init` doesn't have the type of the elements, or belongs to another store;
    /// - libwasmtime was built without `gc`.
    ///
    /// # Panics
    ///
    /// Panics if the table belongs to another store.
    ///
    /// # Examples
    ///
    #[doc = example!(gc, wat)]
    /// # use libwasmtime::{Func, Ref, RefType, Store, Table, TableType};
    /// # let mut store = Store::<()>::default();
    /// # let func = Func::wrap(&mut store, || {});
    /// let ty = TableType::new(RefType::FUNCREF, 2, Some(3));
    /// let table = Table::new(&mut store, ty, Ref::Func(None))?;
    ///
    /// // Appends a function: its index is the size that the table had.
    /// let index = table.grow(&mut store, 1, Ref::Func(Some(func)))?;
    /// assert_eq!(index, 2);
    ///
    /// // 3 elements are the maximum.
    /// assert!(table.grow(&mut store, 1, Ref::Func(None)).is_err());
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn grow(&self, mut store: impl AsContextMut, delta: u64, init: Ref) -> Result<u64> {
        let mut store = store.as_context_mut();
        let table = self.to_c(store.opaque());
        let init = Val::from(init).to_c(store.opaque())?;
        let mut previous = 0;
        // SAFETY: invariants "Context" and "Ownership": `to_c` has checked the handle.
        unsafe {
            check_trap(wasmtime_table_grow(
                store.begin_change(),
                &table,
                delta,
                &init,
                &mut previous,
            ))?
        };
        Ok(previous)
    }

    /// Copies elements from one table into another, or within one.
    ///
    /// Copies `len` elements of `src_table`, from `src_index` on, into `dst_table`, from
    /// `dst_index` on. The two may be the same table, and the ranges may overlap.
    ///
    /// The C API has no function for this: elements are read and set one by one.
    ///
    /// # Errors
    ///
    /// Returns an error, without copying any element, if
    ///
    /// - a range is out of bounds of its table; the error is a
    ///   [`Trap::TableOutOfBounds`];
    /// - the element type of `src_table` doesn't match that of `dst_table`;
    /// - libwasmtime was built without `gc`; the error is an
    ///   [`Unsupported`](crate::Unsupported).
    ///
    /// # Panics
    ///
    /// Panics if a table belongs to another store.
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
            let mismatch = type_mismatch(&to, &from);
            return Err(mismatch.context(
                "type mismatch: source table's element type does not match destination table's \
                 element type",
            ));
        }
        RawRef::supported()?;
        let copy = |i| {
            let mut val = MaybeUninit::uninit();
            // SAFETY: invariants "Context" and "Ownership": `to_c` has checked both
            // handles. The index is in bounds, so that `val` is initialized with an owned
            // value, which is unrooted once.
            unsafe {
                wasmtime_table_get(store.begin_change(), &src, src_index + i, val.as_mut_ptr());
                let copied =
                    wasmtime_table_set(store.begin_change(), &dst, dst_index + i, val.as_ptr());
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
    /// The C API has no function for this: elements are set one by one.
    ///
    /// # Errors
    ///
    /// Returns an error, without setting any element, if
    ///
    /// - the range is out of bounds; the error is a [`Trap::TableOutOfBounds`];
    /// - `val` doesn't have the type of the elements, or belongs to another store;
    /// - libwasmtime was built without `gc`.
    ///
    /// # Panics
    ///
    /// Panics if the table belongs to another store.
    pub fn fill(&self, mut store: impl AsContextMut, dst: u64, val: Ref, len: u64) -> Result<()> {
        let mut store = store.as_context_mut();
        if len == 0 {
            // No element is set, which would check the value.
            let (val, element) = (Val::from(val), ValType::Ref(self.element(&store)));
            val.check_store(store.opaque())?;
            ensure!(val.matches_ty(&store, &element)?, "{NO_ELEMENT}");
        }
        self.check_range(&store, dst, len)?;
        (dst..dst + len).try_for_each(|i| self.set(&mut store, i, val))
    }

    /// Returns the type of the elements.
    fn element(&self, store: impl AsContext) -> RefType {
        self.element_in(store.as_context().opaque())
    }

    /// Returns the type of the elements.
    pub(crate) fn element_in(&self, store: &StoreOpaque) -> RefType {
        let table = self.to_c(store);
        // SAFETY: invariants "Shared" and "Ownership": `to_c` has checked the handle.
        unsafe { TableType::element_of(store.engine(), store.shared_context(), &table).1 }
    }

    /// Checks that a range of elements is in bounds.
    ///
    /// # Errors
    ///
    /// Returns [`Trap::TableOutOfBounds`] if it isn't.
    fn check_range(&self, store: impl AsContext, start: u64, len: u64) -> Result<(), Trap> {
        let end = start.checked_add(len);
        if end.is_some_and(|end| end <= self.size(store)) {
            Ok(())
        } else {
            Err(Trap::TableOutOfBounds)
        }
    }
}
