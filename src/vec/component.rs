//! The lists that component values are made of.
//!
//! They hold whatever they are given. The names in them have to be UTF-8 by the
//! time libwasmtime reads them: it aborts the process otherwise, so the safe
//! layer checks before.

use super::ByteVec;
use super::val::owned_val;
use crate::sys::*;

pub use crate::sys::component::vec::owned::*;

owned_val! {
    /// A `wasmtime_component_val_t` and all that it contains.
    OwnedVal of wasmtime_component_val_t;
    default wasmtime_component_val_t {
        kind: WASMTIME_COMPONENT_BOOL,
        of: wasmtime_component_valunion_t { boolean: false },
    };
    owns if |kind| kind > WASMTIME_COMPONENT_CHAR;
    copy out from val by wasmtime_component_val_clone(val, out);
    delete by wasmtime_component_val_delete;
}

// SAFETY: in libwasmtime a component value is a tree of plain data; a resource
// in it is an index, which is looked up in a store only when the value is used.
unsafe impl Send for OwnedVal {}
// SAFETY: as above; nothing in the tree changes behind a shared reference.
unsafe impl Sync for OwnedVal {}

/// A field of a record: a `wasmtime_component_valrecord_entry_t`, owned.
#[repr(C)]
#[derive(Clone, Debug, Default)]
pub struct RecordEntry {
    /// The field's name.
    pub name: ByteVec,
    /// The field's value.
    pub val: OwnedVal,
}

/// An entry of a map: a `wasmtime_component_valmap_entry_t`, owned.
#[repr(C)]
#[derive(Clone, Debug, Default)]
pub struct MapEntry {
    /// The entry's key.
    pub key: OwnedVal,
    /// What the key maps to.
    pub value: OwnedVal,
}
