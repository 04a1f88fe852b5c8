//! The requirements of a linker's definitions on the store that they are used with.
//!
//! libwasmtime aborts the process
//!
//! - when an item of one store is used with another;
//! - when a synchronous call calls an asynchronous host function;
//! - when a WASI function is called in a store without a WASI context;
//! - when code accesses a shared memory out of bounds that is in its store twice, so
//!   that the shared memories of an instance have to be known beforehand;
//! - when a linker compares an import's type with that of an item whose store has been
//!   deleted, if the type has been freed with the store.
//!
//! A C linker doesn't tell its definitions. So this crate keeps a list of them and their
//! [`Needs`], which also keeps their types alive.

use crate::error::{bail, ensure};
use crate::instance::cross_store_instantiation;
use crate::owned::Owned;
use crate::store::{MUST_BE_ASYNC, StoreOpaque, wrong_store};
use crate::sys::{wasm_externtype_t, wasmtime_extern_type};
#[cfg(feature = "wasi")]
use crate::wasi::WasiSource;
use crate::{Engine, Extern, Module, SharedMemory, StoreContextMut, Val};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The module name of WASI preview 1.
// Version 48: WASI is defined in this module and in no other; look at
// `wasmtime_linker_define_wasi` in `wasmtime-c-api-impl`.
pub(super) const WASI: &str = "wasi_snapshot_preview1";

/// The requirements of one or several definitions on a store.
#[derive(Clone, Debug, Default)]
pub(crate) struct Needs {
    /// The ids of the stores that items belong to. With one, only that store meets the
    /// needs; with two, no store does.
    stores: Vec<u64>,
    /// Whether the store must have a WASI context.
    wasi: bool,
    /// Where that comes from, if not from the store.
    #[cfg(feature = "wasi")]
    wasi_source: Option<WasiSource>,
    /// Whether an item belongs to another engine than the linker. No store meets that.
    other_engine: bool,
    /// Whether a host function is asynchronous, which only asynchronous instantiation allows.
    is_async: bool,
    /// Shared memories that must not be in the store yet; one that is imported twice is
    /// listed twice.
    shared_memories: Vec<SharedMemory>,
}

impl Needs {
    /// Returns the needs of an item of `store` in a linker of `engine`.
    fn of_item(engine: &Engine, store: &StoreOpaque, item: &Extern) -> Needs {
        Needs {
            stores: item.store_id().into_iter().collect(),
            other_engine: !Engine::same(engine, store.engine())
                || !item.comes_from_same_engine(engine),
            shared_memories: item.as_shared_memory().cloned().into_iter().collect(),
            ..Needs::default()
        }
    }

    fn add(&mut self, other: &Needs) {
        self.add_all_but_memories(other);
        self.shared_memories
            .extend_from_slice(&other.shared_memories);
    }

    fn add_all_but_memories(&mut self, other: &Needs) {
        self.wasi |= other.wasi;
        self.other_engine |= other.other_engine;
        self.is_async |= other.is_async;
        for id in &other.stores {
            // With two, no store meets the needs; more make no difference.
            if self.stores.len() < 2 && !self.stores.contains(id) {
                self.stores.push(*id);
            }
        }
    }

    /// Gives a store the context of WASI that its data have, if it needs one.
    ///
    /// # Errors
    ///
    /// Returns the error of the source.
    #[cfg(feature = "wasi")]
    pub(super) fn supply_wasi<T: 'static>(
        &self,
        store: &mut StoreContextMut<'_, T>,
    ) -> crate::Result<()> {
        let Some(source) = self.wasi_source.as_ref().filter(|_| self.wasi) else {
            return Ok(());
        };
        // SAFETY: the needs are those of a linker for stores of data `T`, and so is the source.
        unsafe { source.supply_from_now_on(store) }
    }

    /// Does nothing: without `wasi` nothing needs a context.
    #[cfg(not(feature = "wasi"))]
    pub(super) fn supply_wasi<T: 'static>(
        &self,
        _: &mut StoreContextMut<'_, T>,
    ) -> crate::Result<()> {
        Ok(())
    }

    fn is_nothing(&self) -> bool {
        self.stores.is_empty()
            && !self.wasi
            && !self.other_engine
            && !self.is_async
            && self.shared_memories.is_empty()
    }

    /// Returns the shared memories among the imports, each as often as it is imported.
    pub(crate) fn shared_memories(&self) -> impl Iterator<Item = &SharedMemory> {
        self.shared_memories.iter()
    }

    fn is_met_by(&self, store: &StoreOpaque) -> bool {
        self.is_store(store) && (store.has_wasi() || !self.wasi) && !self.other_engine
    }

    fn is_store(&self, store: &StoreOpaque) -> bool {
        self.stores.iter().all(|id| store.owns(*id))
    }

    /// Checks that the items belong to `store`.
    ///
    /// # Panics
    ///
    /// Panics if one belongs to another store.
    pub(super) fn assert_store(&self, store: &StoreOpaque) {
        if !self.is_store(store) {
            wrong_store()
        }
    }

    /// Reports whether a host function is asynchronous.
    #[cfg(feature = "async")]
    pub(crate) fn is_async(&self) -> bool {
        self.is_async
    }

    /// Checks that no host function is asynchronous.
    ///
    /// # Errors
    ///
    /// Returns an error if one is.
    pub(super) fn check_sync(&self) -> crate::Result<()> {
        ensure!(!self.is_async, MUST_BE_ASYNC);
        Ok(())
    }

    /// Checks that `store` meets the needs, but for shared memories and asynchrony.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - an item belongs to another store;
    /// - an item belongs to another engine than the linker;
    /// - WASI is needed, and the store has no WASI context.
    pub(crate) fn check(&self, store: &StoreOpaque) -> crate::Result<()> {
        if self.is_met_by(store) {
            return Ok(());
        }
        if !self.is_store(store) {
            return Err(cross_store_instantiation());
        }
        ensure!(
            !self.other_engine,
            "the item belongs to another engine than the linker"
        );
        bail!(
            "the store has no WASI context, which the WASI functions of the linker require: set \
             one with `Store::set_wasi`"
        )
    }
}

/// A definition of a linker.
#[derive(Clone, Default)]
struct Definition {
    needs: Needs,
    /// The type of a store's item. Nothing reads it: it stays alive for libwasmtime, which
    /// compares it with the type of an import, also after the store has been deleted.
    _kept_alive: Option<Arc<Owned<wasm_externtype_t>>>,
    /// The number that is the value of a constant, for which libwasmtime has a placeholder.
    constant: Option<Val>,
}

impl Definition {
    fn of_item(engine: &Engine, store: &StoreOpaque, item: &Extern) -> Definition {
        let item_c = item.to_c(store);
        let context = store.shared_context().cast_mut();
        // SAFETY: invariant "Shared": `wasmtime_extern_type` only reads the store.
        // Invariant "Ownership": `to_c` has checked the item. The type is owned.
        let ty = unsafe { Owned::from_raw(wasmtime_extern_type(context, &item_c)) };
        Definition {
            needs: Needs::of_item(engine, store, item),
            _kept_alive: ty.map(Arc::new),
            constant: None,
        }
    }
}

/// A module's name and an item's name in one allocation.
type Key = Box<[u8]>;

fn key(module: &str, name: &str) -> Key {
    // The length of the module's name comes first, to tell where that name ends.
    let len = module.len().to_ne_bytes();
    [&len, module.as_bytes(), name.as_bytes()].concat().into()
}

/// The definitions of a linker that need something of a store.
///
/// Definitions that need nothing are not listed. The functions of WASI are not listed
/// either, as libwasmtime defines them all in one call. Once WASI is defined, a
/// definition of its module that needs nothing is listed, to tell it from a function of
/// WASI.
#[derive(Clone, Default)]
pub(super) struct Definitions {
    /// The definitions by their names. A tree, as they are defined and looked up one by
    /// one, and a guest decides how many imports it has.
    listed: BTreeMap<Key, Definition>,
    /// The needs of all definitions that ever were, without their shared memories.
    all: Needs,
    has_wasi: bool,
    has_shared_memories: bool,
    has_constants: bool,
}

impl Definitions {
    /// Notes the definition of an item of `store` in a linker of `engine`.
    ///
    /// It replaces an earlier definition of the name.
    ///
    /// # Panics
    ///
    /// Panics if the item belongs to another store.
    pub(super) fn insert_item(
        &mut self,
        engine: &Engine,
        store: &StoreOpaque,
        module: &str,
        name: &str,
        item: &Extern,
    ) {
        let definition = Definition::of_item(engine, store, item);
        self.all.add_all_but_memories(&definition.needs);
        self.has_shared_memories |= !definition.needs.shared_memories.is_empty();
        self.listed.insert(key(module, name), definition);
    }

    /// Notes the definition of a host function, which belongs to no store.
    pub(super) fn insert_host(&mut self, module: &str, name: &str, is_async: bool) {
        // Speed: unlisted, 1,000 functions are defined in 410 µs instead of 590.
        if is_async || self.may_be_wasi(module) {
            let mut definition = Definition::default();
            definition.needs.is_async = is_async;
            self.all.is_async |= is_async;
            self.listed.insert(key(module, name), definition);
        } else if !self.listed.is_empty() {
            self.listed.remove(&key(module, name));
        }
    }

    /// Notes the definition of a constant, which belongs to no store.
    pub(super) fn insert_constant(&mut self, module: &str, name: &str, val: Val) {
        let definition = Definition {
            constant: Some(val),
            ..Definition::default()
        };
        self.has_constants = true;
        self.listed.insert(key(module, name), definition);
    }

    /// Returns the value of a constant; `None` if the definition isn't one.
    pub(super) fn constant(&self, module: &str, name: &str) -> Option<Val> {
        if !self.has_constants {
            return None;
        }
        self.listed.get(&key(module, name))?.constant
    }

    /// Reports whether a constant is among the imports of a module.
    pub(super) fn have_constant_for(&self, module: &Module) -> bool {
        self.has_constants
            && module
                .imports()
                .any(|import| self.constant(import.module(), import.name()).is_some())
    }

    /// Reports whether a definition is listed.
    pub(super) fn contains(&self, module: &str, name: &str) -> bool {
        self.listed.contains_key(&key(module, name))
    }

    /// Reports whether a module of that name may contain functions of WASI.
    fn may_be_wasi(&self, module: &str) -> bool {
        self.has_wasi && module == WASI
    }

    /// Notes the definition of all functions of WASI.
    #[cfg(feature = "wasi")]
    pub(super) fn set_has_wasi(&mut self) {
        self.has_wasi = true;
        self.all.wasi = true;
        // Any of these may have been replaced by a function of WASI.
        let wasi = key(WASI, "");
        for (key, definition) in &mut self.listed {
            if key.starts_with(&wasi) {
                definition.needs.wasi = true;
            }
        }
    }

    /// Sets where stores get their context of WASI from.
    #[cfg(feature = "wasi")]
    pub(super) fn set_wasi_source(&mut self, source: WasiSource) {
        self.all.wasi_source = Some(source);
    }

    /// Returns the needs of a definition.
    pub(super) fn needs(&self, module: &str, name: &str) -> Needs {
        Needs {
            #[cfg(feature = "wasi")]
            wasi_source: self.all.wasi_source.clone(),
            ..self.needs_without_source(module, name)
        }
    }

    fn needs_without_source(&self, module: &str, name: &str) -> Needs {
        match self.listed.get(&key(module, name)) {
            Some(definition) => definition.needs.clone(),
            None => Needs {
                wasi: self.may_be_wasi(module),
                ..Needs::default()
            },
        }
    }

    /// Returns the needs of all imports of a module together.
    pub(super) fn needs_of(&self, module: &Module) -> Needs {
        let mut needs = Needs {
            #[cfg(feature = "wasi")]
            wasi_source: self.all.wasi_source.clone(),
            ..Needs::default()
        };
        if !self.all.is_nothing() || self.has_shared_memories {
            for import in module.imports() {
                needs.add(&self.needs_without_source(import.module(), import.name()));
            }
        }
        needs
    }

    /// Checks that a module imports no asynchronous host function.
    ///
    /// # Errors
    ///
    /// Returns an error if it imports one.
    pub(super) fn check_sync(&self, module: &Module) -> crate::Result<()> {
        if self.all.is_async {
            self.needs_of(module).check_sync()?;
        }
        Ok(())
    }

    /// Reports whether a shared memory is among the imports of a module.
    pub(super) fn have_shared_memory_for(&self, module: &Module) -> bool {
        self.has_shared_memories && !self.needs_of(module).shared_memories.is_empty()
    }

    /// Checks that the definitions of a module's imports belong to the linker's engine.
    ///
    /// libwasmtime compares types by their indices, which mean something in one engine
    /// only.
    ///
    /// # Errors
    ///
    /// Returns an error if a definition belongs to another engine.
    pub(super) fn check_engines(&self, module: &Module) -> crate::Result<()> {
        if !self.all.other_engine {
            return Ok(());
        }
        for import in module.imports() {
            let (module, name) = (import.module(), import.name());
            ensure!(
                !self.needs(module, name).other_engine,
                "cross-`Engine` instantiation is not currently supported: the definition of \
                 `{module}::{name}` belongs to another engine than the linker"
            );
        }
        Ok(())
    }

    /// Checks that `store` meets the needs of a module's imports, but for shared memories.
    ///
    /// # Errors
    ///
    /// Returns an error if [`Definitions::check_engines`] or [`Needs::check`] does.
    pub(super) fn check<T: 'static>(
        &self,
        store: &mut StoreContextMut<'_, T>,
        module: &Module,
    ) -> crate::Result<()> {
        self.check_engines(module)?;
        #[cfg(feature = "wasi")]
        if self.all.wasi_source.is_some() {
            self.needs_of(module).supply_wasi(store)?;
        }
        let store = store.opaque();
        // Most stores meet the needs of all definitions, so the imports need not be looked up.
        // Speed: an instantiation with six imports of WASI takes 5.4 µs instead of 5.6.
        if self.all.is_met_by(store) {
            return Ok(());
        }
        self.needs_of(module).check(store)
    }
}
