//! The lists of `wasmtime/component/val.h`: see [`super::super::vec`].

use super::*;
use crate::sys::vec::declare_vecs;

/// Passes the vectors of `wasmtime/component/val.h` to a macro, and what else that macro
/// is to be given.
macro_rules! component_vecs {
    ($apply:ident! $($more:tt)*) => {
        $apply! {
            {
                header "wasmtime/component/val.h";
                functions (ComponentModel);
                uninitialized new_uninit;
                wasmtime_component_vallist: [wasmtime_component_val_t];
                wasmtime_component_valrecord: [wasmtime_component_valrecord_entry_t];
                wasmtime_component_valtuple: [wasmtime_component_val_t];
                wasmtime_component_valflags: [wasm_name_t];
                wasmtime_component_valmap: [wasmtime_component_valmap_entry_t];
            }
            $($more)*
        }
    };
}
#[cfg(feature = "component-model")]
pub(crate) use component_vecs;

component_vecs! { declare_vecs! }
