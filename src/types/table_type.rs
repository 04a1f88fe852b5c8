//! Types of tables.
//!
//! The C API describes a table's limits in 32 bits, and aborts the process if a limit
//! is larger, which it may be in a table with 64-bit indices. Nor can the C API create
//! the type of such a table, or distinguish it from a table with 32-bit indices. So as
//! soon as there may be one:
//!
//! - the limits of what a module imports and exports are read from its binary
//!   (`src/module/binary.rs`);
//! - the type of a table in a store is found by offering the table to modules that
//!   are compiled for this purpose, from which the C type is taken ([`probe`]).
//!
//! There can be such a table only after a module with one was compiled from a binary,
//! or after one was created here; [`SEEN_64`] records that. The exception is a
//! precompiled module, which the safety requirements of `Module::deserialize` cover.

use super::{RefType, ValType};
use crate::owned::Owned;
use crate::sys::*;
use crate::{Engine, Result};
#[cfg(compiler)]
use std::sync::atomic::{AtomicBool, Ordering};

mod limits;
#[cfg(compiler)]
mod probe;

pub(crate) use limits::TableLimits;

/// Whether this process has seen a table with 64-bit indices.
#[cfg(compiler)]
static SEEN_64: AtomicBool = AtomicBool::new(false);
/// Whether this process has seen one whose elements are of a concrete type.
#[cfg(compiler)]
static SEEN_64_OF_CONCRETE: AtomicBool = AtomicBool::new(false);

/// The type of a table: the type of its elements, and how many it has at least and
/// at most.
///
/// ```
/// use libwasmtime::{RefType, TableType};
///
/// let ty = TableType::new(RefType::FUNCREF, 16, None);
/// assert_eq!((ty.minimum(), ty.maximum()), (16, None));
/// assert!(RefType::eq(ty.element(), &RefType::FUNCREF));
/// ```
#[derive(Debug, Clone, Hash)]
pub struct TableType {
    element: RefType,
    limits: TableLimits,
}

impl TableType {
    /// Records that there may be tables with 64-bit indices from now on, and whether the
    /// elements of one are of a concrete type.
    #[cfg(compiler)]
    pub(crate) fn note_64_bit_indices(of_concrete: bool) {
        SEEN_64.store(true, Ordering::Relaxed);
        if of_concrete {
            SEEN_64_OF_CONCRETE.store(true, Ordering::Relaxed);
        }
    }

    /// Reports whether a table with these elements may have 64-bit indices.
    #[cfg(compiler)]
    fn may_be_64(element: &RefType) -> bool {
        let seen = match element.heap_type().is_concrete() {
            true => &SEEN_64_OF_CONCRETE,
            false => &SEEN_64,
        };
        seen.load(Ordering::Relaxed)
    }

    /// Creates the type of a table with 32-bit indices, of `min` to `max` elements.
    pub fn new(element: RefType, min: u32, max: Option<u32>) -> TableType {
        let limits = TableLimits {
            is_64: false,
            minimum: min.into(),
            maximum: max.map(Into::into),
        };
        TableType { element, limits }
    }

    /// Creates the type of a table with 64-bit indices, of `min` to `max` elements.
    ///
    /// Creating a table of that type requires an engine with `Config::wasm_memory64` and
    /// a compiler. The elements must not be of a concrete type, except that of functions
    /// whose type [`FuncType::new`](crate::FuncType::new) can create from abstract types.
    pub fn new64(element: RefType, min: u64, max: Option<u64>) -> TableType {
        let limits = TableLimits {
            is_64: true,
            minimum: min,
            maximum: max,
        };
        TableType { element, limits }
    }

    /// Reports whether indices are 64 bits wide.
    pub fn is_64(&self) -> bool {
        self.limits.is_64
    }

    /// Returns the type of the elements.
    pub fn element(&self) -> &RefType {
        &self.element
    }

    /// Returns how many elements the table has at least.
    pub fn minimum(&self) -> u64 {
        self.limits.minimum
    }

    /// Returns how many elements the table has at most; `None` if only the width of its
    /// indices limits it.
    ///
    /// The C API represents "no maximum" by 2^32 - 1, so that maximum is lost: `None` is
    /// returned for it.
    pub fn maximum(&self) -> Option<u64> {
        self.limits.maximum
    }

    /// Reports whether this type refers to no type of another engine than `engine`.
    pub(crate) fn comes_from_same_engine(&self, engine: &Engine) -> bool {
        self.element.comes_from_same_engine(engine)
    }

    /// Creates a type from one of libwasmtime's.
    ///
    /// # Safety
    ///
    /// `ty` must be valid, of `engine`, and have these limits; if they are `None`, its
    /// limits must fit into 32 bits.
    pub(crate) unsafe fn from_c(
        engine: &Engine,
        ty: *const wasm_tabletype_t,
        limits: Option<TableLimits>,
    ) -> TableType {
        // SAFETY: `ty` is valid and of `engine`, as this function requires; the element is
        // borrowed from it.
        let element = unsafe { ValType::from_c(engine, wasm_tabletype_element(ty)) };
        // SAFETY: `ty` is valid, and its limits fit into 32 bits if none are given, as this
        // function requires.
        let limits = limits.unwrap_or_else(|| unsafe { TableLimits::from_c(ty, false) });
        TableType {
            element: element.unwrap_ref().clone(),
            limits,
        }
    }

    /// Returns the type of a table, as far as it can be known: see
    /// [`Table::ty`](crate::Table::ty). Requires shared access to the store only.
    ///
    /// # Safety
    ///
    /// `context` must be the context of a live store of `engine`, to which the caller has
    /// shared access, and `table` must belong to that store.
    pub(crate) unsafe fn of(
        engine: &Engine,
        context: *const wasmtime_context_t,
        table: &wasmtime_table_t,
    ) -> TableType {
        // SAFETY: `context` and `table` are valid, as this function requires.
        let (ty, element) = unsafe { TableType::element_of(engine, context, table) };

        #[cfg(compiler)]
        if TableType::may_be_64(&element) {
            // SAFETY: `context` and `table` are valid, as this function requires; `ty` is the
            // table's type, and `element` that of its elements.
            let limits = unsafe { probe::limits(engine, context, table, &ty, &element) };
            return TableType { element, limits };
        }
        // SAFETY: the limits fit into 32 bits, as no table has 64-bit indices.
        let limits = unsafe { TableLimits::from_c(ty.as_ptr(), false) };
        TableType { element, limits }
    }

    /// Returns the C type of a table, and the type of its elements.
    ///
    /// # Safety
    ///
    /// As [`of`](Self::of) requires.
    pub(crate) unsafe fn element_of(
        engine: &Engine,
        context: *const wasmtime_context_t,
        table: &wasmtime_table_t,
    ) -> (Owned<wasm_tabletype_t>, RefType) {
        // SAFETY: invariant "Shared"; the table belongs to the context's store, as this
        // function requires. The type is owned.
        let ty = unsafe { Owned::from_c(wasmtime_table_type(context, table)) };
        // SAFETY: invariant "Owned object": `ty` is owned and of `engine`; the element is
        // borrowed from it.
        let element = unsafe { ValType::from_c(engine, wasm_tabletype_element(ty.as_ptr())) };
        let element = element.unwrap_ref().clone();
        (ty, element)
    }

    /// Creates a C type, for `engine`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - the elements are of a type of continuations, which the C API doesn't describe;
    /// - the indices are 64 bits wide, and the engine can't compile the module from which
    ///   the C type is taken; or
    /// - the indices are 64 bits wide, and the elements are of a concrete type that no
    ///   other module can define.
    pub(crate) fn to_c(&self, engine: &Engine) -> Result<Owned<wasm_tabletype_t>> {
        if self.limits.is_64 {
            return self.to_c_64(engine);
        }
        let TableLimits {
            minimum, maximum, ..
        } = self.limits;
        let limits = wasm_limits_t {
            min: minimum as u32,
            max: maximum.map_or(wasm_limits_max_default, |maximum| maximum as u32),
        };
        let element = self.element.to_c()?.into_raw();
        // SAFETY: the function takes `element` over, borrows `limits`, and returns an owned
        // type.
        Ok(unsafe { Owned::from_c(wasm_tabletype_new(element, &limits)) })
    }

    #[cfg(compiler)]
    fn to_c_64(&self, engine: &Engine) -> Result<Owned<wasm_tabletype_t>> {
        let ty = probe::tabletype(engine, &self.element, &self.limits)?;
        TableType::note_64_bit_indices(self.element.heap_type().is_concrete());
        Ok(ty)
    }

    #[cfg(not(compiler))]
    fn to_c_64(&self, _: &Engine) -> Result<Owned<wasm_tabletype_t>> {
        crate::bail!(
            "a table with 64-bit indices requires a compiler: build with the Cargo feature \
             `cranelift` or `winch`, or use `TableType::new`"
        )
    }
}
