//! Types of tables.

use super::{RefType, ValType};
use crate::Engine;
use crate::sys::*;
use crate::vec::Owned;

/// The type of a table: that of its elements, and how many there are at least
/// and at most.
#[derive(Debug, Clone, Hash)]
pub struct TableType {
    element: RefType,
    is_64: bool,
    minimum: u64,
    maximum: Option<u64>,
}

impl TableType {
    /// The type of a table with 32-bit indices, of `min` to `max` elements.
    pub fn new(element: RefType, min: u32, max: Option<u32>) -> TableType {
        TableType {
            element,
            is_64: false,
            minimum: min.into(),
            maximum: max.map(Into::into),
        }
    }

    /// The type of a table with 64-bit indices, of `min` to `max` elements.
    pub fn new64(element: RefType, min: u64, max: Option<u64>) -> TableType {
        TableType {
            element,
            is_64: true,
            minimum: min,
            maximum: max,
        }
    }

    /// Whether indices are 64 bits wide.
    pub fn is_64(&self) -> bool {
        self.is_64
    }

    /// The type of the elements.
    pub fn element(&self) -> &RefType {
        &self.element
    }

    /// How many elements the table has at least.
    pub fn minimum(&self) -> u64 {
        self.minimum
    }

    /// How many elements the table has at most; `None` if only the width of
    /// its indices limits it.
    pub fn maximum(&self) -> Option<u64> {
        self.maximum
    }

    /// Whether nothing in this type belongs to another engine.
    pub(crate) fn comes_from_same_engine(&self, engine: &Engine) -> bool {
        self.element.comes_from_same_engine(engine)
    }

    /// # Safety
    ///
    /// `ty` must be valid, and made by `engine`.
    pub(crate) unsafe fn from_c(engine: &Engine, ty: *const wasm_tabletype_t) -> TableType {
        // SAFETY: the caller vouches for `ty`, which the rest lives in.
        let (element, limits) = unsafe {
            (
                ValType::from_c(engine, wasm_tabletype_element(ty)),
                *wasm_tabletype_limits(ty),
            )
        };
        TableType::new(
            element.unwrap_ref().clone(),
            limits.min,
            (limits.max != wasm_limits_max_default).then_some(limits.max),
        )
    }

    pub(crate) fn to_c(&self) -> Owned<wasm_tabletype_t> {
        let limits = wasm_limits_t {
            min: self.minimum as u32,
            max: self
                .maximum
                .map_or(wasm_limits_max_default, |max| max as u32),
        };
        let element = self.element.to_c().into_raw();
        // SAFETY: the function takes `element`, borrows `limits`, and returns a
        // type the caller owns.
        unsafe { Owned::from_raw(wasm_tabletype_new(element, &limits)) }
            .expect("the element is a reference")
    }
}
