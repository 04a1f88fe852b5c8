//! The lists of `wasmtime/component/val.h`, from the macro of [`super::super::vec`].

use super::*;
use crate::sys::vec::vec_types;

vec_types! {
    header "wasmtime/component/val.h";
    functions (ComponentModel);
    uninitialized new_uninit;
    wasmtime_component_vallist: wasmtime_component_vallist_t of wasmtime_component_val_t;
    wasmtime_component_valrecord: wasmtime_component_valrecord_t
        of wasmtime_component_valrecord_entry_t;
    wasmtime_component_valtuple: wasmtime_component_valtuple_t of wasmtime_component_val_t;
    wasmtime_component_valflags: wasmtime_component_valflags_t of wasm_name_t;
    wasmtime_component_valmap: wasmtime_component_valmap_t of wasmtime_component_valmap_entry_t;
}
