//! The limits of tables.

use crate::sys::*;

/// How many elements a table has at least and at most, and how wide its indices are.
#[derive(Debug, Clone, Copy, Hash, PartialEq, Eq)]
pub(crate) struct TableLimits {
    pub(crate) is_64: bool,
    pub(crate) minimum: u64,
    pub(crate) maximum: Option<u64>,
}

impl TableLimits {
    /// Reads the limits from a C type.
    ///
    /// # Safety
    ///
    /// `ty` must be valid, and its limits must fit into 32 bits.
    pub(super) unsafe fn from_c(ty: *const wasm_tabletype_t, is_64: bool) -> TableLimits {
        // SAFETY: `ty` is valid, as this function requires; the limits are copied from it.
        let limits = unsafe { *wasm_tabletype_limits(ty) };
        let maximum = (limits.max != wasm_limits_max_default).then_some(limits.max);
        TableLimits {
            is_64,
            minimum: limits.min.into(),
            maximum: maximum.map(Into::into),
        }
    }
}
