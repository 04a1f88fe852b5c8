//! Types of tables.
//!
//! The C API describes a table's limits in 32 bits and aborts the process if
//! they need more, which a table with 64-bit indices may. It can't make the
//! type of such a table either, nor tell one from a table with 32-bit indices.
//! So whenever there may be one:
//!
//! - what a module imports and exports is read from its binary
//!   (`src/module/binary.rs`);
//! - a table's own type is found out by offering the table to modules made for
//!   the purpose, and the C type is taken from such a module ([`probe`]).
//!
//! No such table can be but for a module that was compiled from a binary, or
//! made here: [`SEEN_64`] knows. The one exception is a precompiled module, for
//! which whoever calls `Module::deserialize` answers.

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

/// Whether there has been a table with 64-bit indices in this process.
#[cfg(compiler)]
static SEEN_64: AtomicBool = AtomicBool::new(false);
/// Whether there has been one whose elements are of a concrete type.
#[cfg(compiler)]
static SEEN_64_OF_CONCRETE: AtomicBool = AtomicBool::new(false);

/// The type of a table: that of its elements, and how many there are at least
/// and at most.
///
/// ```no_run
/// use libwasmtime::{RefType, TableType};
///
/// let ty = TableType::new(RefType::FUNCREF, 16, None);
/// assert_eq!((ty.minimum(), ty.maximum()), (16, None));
/// ```
#[derive(Debug, Clone, Hash)]
pub struct TableType {
    element: RefType,
    limits: TableLimits,
}

impl TableType {
    /// Notes that there may be tables with 64-bit indices from now on, and
    /// whether the elements of one are of a concrete type.
    #[cfg(compiler)]
    pub(crate) fn note_64_bit_indices(of_concrete: bool) {
        SEEN_64.store(true, Ordering::Relaxed);
        if of_concrete {
            SEEN_64_OF_CONCRETE.store(true, Ordering::Relaxed);
        }
    }

    /// Whether tables of these elements may have 64-bit indices.
    #[cfg(compiler)]
    fn may_be_64(element: &RefType) -> bool {
        let seen = match element.heap_type().is_concrete() {
            true => &SEEN_64_OF_CONCRETE,
            false => &SEEN_64,
        };
        seen.load(Ordering::Relaxed)
    }

    /// The type of a table with 32-bit indices, of `min` to `max` elements.
    pub fn new(element: RefType, min: u32, max: Option<u32>) -> TableType {
        let limits = TableLimits {
            is_64: false,
            minimum: min.into(),
            maximum: max.map(Into::into),
        };
        TableType { element, limits }
    }

    /// The type of a table with 64-bit indices, of `min` to `max` elements.
    ///
    /// To make a table of it takes an engine with `Config::wasm_memory64` and a
    /// compiler; and the elements must not be of a concrete type, unless it is
    /// one of functions that [`FuncType::new`](crate::FuncType::new) can make
    /// out of abstract types.
    pub fn new64(element: RefType, min: u64, max: Option<u64>) -> TableType {
        let limits = TableLimits {
            is_64: true,
            minimum: min,
            maximum: max,
        };
        TableType { element, limits }
    }

    /// Whether indices are 64 bits wide.
    pub fn is_64(&self) -> bool {
        self.limits.is_64
    }

    /// The type of the elements.
    pub fn element(&self) -> &RefType {
        &self.element
    }

    /// How many elements the table has at least.
    pub fn minimum(&self) -> u64 {
        self.limits.minimum
    }

    /// How many elements the table has at most; `None` if only the width of
    /// its indices limits it. The C API takes a maximum of 2^32 - 1 for that.
    pub fn maximum(&self) -> Option<u64> {
        self.limits.maximum
    }

    /// Whether nothing in this type belongs to another engine.
    pub(crate) fn comes_from_same_engine(&self, engine: &Engine) -> bool {
        self.element.comes_from_same_engine(engine)
    }

    /// # Safety
    ///
    /// `ty` must be valid, made by `engine`, and have these limits; if they are
    /// `None`, limits that fit into 32 bits.
    pub(crate) unsafe fn from_c(
        engine: &Engine,
        ty: *const wasm_tabletype_t,
        limits: Option<TableLimits>,
    ) -> TableType {
        // SAFETY: the caller vouches for `ty`, which the element lives in.
        let element = unsafe { ValType::from_c(engine, wasm_tabletype_element(ty)) };
        // SAFETY: the caller vouches for `ty` and its limits.
        let limits = limits.unwrap_or_else(|| unsafe { TableLimits::from_c(ty, false) });
        TableType {
            element: element.unwrap_ref().clone(),
            limits,
        }
    }

    /// The type of a table, as far as it can be known: see
    /// [`Table::ty`](crate::Table::ty). Shared access to the store will do.
    ///
    /// # Safety
    ///
    /// `context` must be that of a live store of `engine`, and `table` in it.
    pub(crate) unsafe fn of(
        engine: &Engine,
        context: *const wasmtime_context_t,
        table: &wasmtime_table_t,
    ) -> TableType {
        // SAFETY: the caller vouches for all.
        let (ty, element) = unsafe { TableType::element_of(engine, context, table) };

        #[cfg(compiler)]
        if TableType::may_be_64(&element) {
            // SAFETY: as above; `element` is the table's own.
            let limits = unsafe { probe::limits(engine, context, table, &ty, &element) };
            return TableType { element, limits };
        }
        // SAFETY: the limits fit into 32 bits: no table has indices of 64.
        let limits = unsafe { TableLimits::from_c(ty.as_ptr(), false) };
        TableType { element, limits }
    }

    /// The C type of a table, and the type of its elements.
    ///
    /// # Safety
    ///
    /// `context` must be that of a live store of `engine`, and `table` in it.
    pub(crate) unsafe fn element_of(
        engine: &Engine,
        context: *const wasmtime_context_t,
        table: &wasmtime_table_t,
    ) -> (Owned<wasm_tabletype_t>, RefType) {
        // SAFETY: the caller vouches for `context` and `table`; the type is owned.
        let ty = unsafe { Owned::from_c(wasmtime_table_type(context, table)) };
        // SAFETY: `ty` is valid, and the element lives in it.
        let element = unsafe { ValType::from_c(engine, wasm_tabletype_element(ty.as_ptr())) };
        let element = element.unwrap_ref().clone();
        (ty, element)
    }

    /// The C type, for `engine`.
    ///
    /// # Errors
    ///
    /// If the elements are of a type of continuations, which the C API doesn't
    /// describe; or if the indices are of 64 bits, and the engine can't compile
    /// the module that the C type is taken from, or the elements are of a
    /// concrete type that no other module can define.
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
        // SAFETY: the function takes `element`, borrows `limits`, and returns a
        // type the caller owns.
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
            "a table with 64-bit indices takes a compiler to make: \
             build with the feature `cranelift` or `winch`, or use `TableType::new`"
        )
    }
}
