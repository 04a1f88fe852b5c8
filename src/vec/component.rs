//! The lists that component values contain.
//!
//! They accept any values. The names in them have to be UTF-8 by the time libwasmtime
//! reads them: it aborts the process otherwise, so the safe layer checks before.

use super::types::owned_vecs;
use super::val::owned_val;
use super::{ByteVec, OwnedVec, VecType, sealed};
use crate::sys::component::vec::component_vecs;
use crate::sys::*;

owned_val! {
    /// A `wasmtime_component_val_t` and all that it contains.
    OwnedComponentVal of wasmtime_component_val_t;
    default wasmtime_component_val_t {
        kind: WASMTIME_COMPONENT_BOOL,
        of: wasmtime_component_valunion_t { boolean: false },
    };
    owns if |kind| kind > WASMTIME_COMPONENT_CHAR;
    copy out from val by wasmtime_component_val_clone(val, out);
    delete by wasmtime_component_val_delete;
}

/// The first name of [`OwnedComponentVal`], for programs that use it.
#[doc(hidden)]
pub type OwnedVal = OwnedComponentVal;

// SAFETY: in libwasmtime a component value is a tree of plain data; a resource
// in it is an index, which is looked up in a store only when the value is used.
unsafe impl Send for OwnedComponentVal {}
// SAFETY: the tree is plain data, as for `Send`, and nothing in it changes behind a
// shared reference.
unsafe impl Sync for OwnedComponentVal {}

/// A field of a record: a `wasmtime_component_valrecord_entry_t`, owned.
#[repr(C)]
#[derive(Clone, Debug, Default)]
pub struct RecordEntry {
    /// The field's name.
    pub name: ByteVec,
    /// The field's value.
    pub val: OwnedComponentVal,
}

/// An entry of a map: a `wasmtime_component_valmap_entry_t`, owned.
#[repr(C)]
#[derive(Clone, Debug, Default)]
pub struct MapEntry {
    /// The entry's key.
    pub key: OwnedComponentVal,
    /// The entry's value.
    pub value: OwnedComponentVal,
}

component_vecs! {
    owned_vecs!

    /// The elements of a list.
    wasmtime_component_vallist, ValList: [OwnedComponentVal];
    /// The fields of a record, in order.
    wasmtime_component_valrecord, ValRecord: [RecordEntry];
    /// The elements of a tuple.
    wasmtime_component_valtuple, ValTuple: [OwnedComponentVal];
    /// The names of the flags that are set.
    wasmtime_component_valflags, ValFlags: [ByteVec];
    /// The entries of a map.
    wasmtime_component_valmap, ValMap: [MapEntry];
}
