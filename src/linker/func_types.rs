//! The C types of the functions that were defined lately.
//!
//! Making one, and making it known to the engine, takes longer than defining a
//! function; and most functions of a linker are of a few types.

use crate::FuncType;
use crate::sys::wasm_functype_t;
use crate::vec::Owned;

/// How many types are kept: few enough to look at all of them.
const KEPT: usize = 8;

/// Types of one engine, the latest last.
#[derive(Default)]
pub(super) struct FuncTypes(Vec<(FuncType, Owned<wasm_functype_t>)>);

impl FuncTypes {
    /// The C type of `ty`, which is of the linker's engine. It is valid until the
    /// next call.
    pub(super) fn get(&mut self, ty: &FuncType) -> *const wasm_functype_t {
        let known = self
            .0
            .iter()
            .position(|(known, _)| FuncType::is_plainly_same(known, ty));
        let index = known.unwrap_or_else(|| {
            if self.0.len() == KEPT {
                self.0.remove(0);
            }
            self.0.push((ty.clone(), ty.to_c()));
            self.0.len() - 1
        });
        self.0[index].1.as_ptr()
    }
}
