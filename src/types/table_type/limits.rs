//! The limits of tables.

use crate::sys::*;

/// How large a table can be, and how wide its indices are.
#[derive(Debug, Clone, Copy, Hash, PartialEq, Eq)]
pub(crate) struct TableLimits {
    pub(crate) is_64: bool,
    pub(crate) minimum: u64,
    pub(crate) maximum: Option<u64>,
}

impl TableLimits {
    /// # Safety
    ///
    /// `ty` must be valid, and its limits must fit into 32 bits.
    pub(super) unsafe fn from_c(ty: *const wasm_tabletype_t, is_64: bool) -> TableLimits {
        // SAFETY: the caller vouches for `ty`, which the limits live in.
        let limits = unsafe { *wasm_tabletype_limits(ty) };
        let maximum = (limits.max != wasm_limits_max_default).then_some(limits.max);
        TableLimits {
            is_64,
            minimum: limits.min.into(),
            maximum: maximum.map(Into::into),
        }
    }
}
