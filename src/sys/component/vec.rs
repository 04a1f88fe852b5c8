//! The lists of `wasmtime/component/val.h`, from the macro of [`super::super::vec`].

use super::*;
use crate::sys::vec::vec_types;
#[cfg(feature = "component-model")]
use crate::vec::{
    ByteVec,
    component::{MapEntry, OwnedVal, RecordEntry},
};

vec_types! {
    header "wasmtime/component/val.h";
    functions (ComponentModel);
    owned types if (feature = "component-model");
    uninitialized new_uninit;

    /// The elements of a list.
    wasmtime_component_vallist, ValList: [wasmtime_component_val_t as OwnedVal];
    /// The fields of a record, in order.
    wasmtime_component_valrecord, ValRecord: [wasmtime_component_valrecord_entry_t as RecordEntry];
    /// The elements of a tuple.
    wasmtime_component_valtuple, ValTuple: [wasmtime_component_val_t as OwnedVal];
    /// The names of the flags that are set.
    wasmtime_component_valflags, ValFlags: [wasm_name_t as ByteVec];
    /// The entries of a map.
    wasmtime_component_valmap, ValMap: [wasmtime_component_valmap_entry_t as MapEntry];
}
