//! The shared memories that instances of a store have.
//!
//! When compiled code hits the pages behind a memory, libwasmtime looks for the
//! memory among those of the store's instances, and ends the process if it finds
//! it twice (`StoreOpaque::wasm_fault` in `wasmtime` 48.0.8). It does find a
//! shared memory twice that was imported twice, or imported where another
//! instance defines it: for each import of one it makes a hidden instance, which
//! stays in the store, also if the instantiation fails later. So a store accepts each
//! shared memory once.
//!
//! The memories of a store's instances become known
//!
//! - from their imports, before each instantiation;
//! - from their exports, when the host gets one: a memory that a module defines and
//!   doesn't export, or that the host has never got, can't be imported.

// Version 48: one instance has a memory, or it ends the process; look at `StoreOpaque::wasm_fault`.
use crate::error::format_err;
use crate::{Error, Result, SharedMemory};
use std::collections::BTreeMap;

/// The shared memories of a store's instances, by the address of their first byte.
///
/// The memories are kept alive, so that no other one gets the address.
#[derive(Default)]
pub(crate) struct SharedMemories(BTreeMap<usize, SharedMemory>);

impl SharedMemories {
    /// Adds the shared memories among the imports of an instance that is about to be
    /// created.
    ///
    /// # Errors
    ///
    /// Returns an error, and adds none, if one is among them twice, or if an instance of
    /// the store has it already.
    pub(crate) fn import<'a>(
        &mut self,
        imports: impl Iterator<Item = &'a SharedMemory>,
    ) -> Result<()> {
        let mut added = BTreeMap::new();
        for memory in imports.filter(|memory| memory.may_fault()) {
            let address = memory.address();
            if self.0.contains_key(&address) || added.insert(address, memory.clone()).is_some() {
                return Err(imported_twice());
            }
        }
        self.0.append(&mut added);
        Ok(())
    }

    /// Adds a shared memory that an instance of the store exports.
    pub(crate) fn export(&mut self, memory: &SharedMemory) {
        if memory.may_fault() {
            self.0
                .entry(memory.address())
                .or_insert_with(|| memory.clone());
        }
    }
}

/// Returns the error for a shared memory that a store would get a second time.
#[cold]
pub(crate) fn imported_twice() -> Error {
    format_err!(
        "a shared memory can't be imported where an instance of the same store has it already: \
         libwasmtime {} would end the process at an access outside the memory's bounds. Give each \
         instance a store of its own, or have compiled code check the bounds: set \
         `Config::signals_based_traps` to `false`, or both `Config::memory_reservation` and \
         `Config::memory_guard_size` to 0",
        env!("CARGO_PKG_VERSION_MAJOR")
    )
}
