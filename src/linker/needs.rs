//! What a store must be or have, for a linker's definitions to be used with it.
//!
//! The C API aborts the process when an item of one store gets into another, or
//! when a WASI function is called in a store without a WASI context. A linker
//! doesn't say what it has, so this crate keeps a list.
//!
//! So it does when code accesses a shared memory out of bounds that is twice in
//! a store: what an instance would bring into it has to be known before.
//!
//! And it aborts when a linker compares an import's type with that of an item
//! whose store is gone, if the type has gone with it: the list keeps the types.

use crate::error::{bail, ensure};
use crate::instance::cross_store_instantiation;
use crate::store::{StoreOpaque, wrong_store};
use crate::sys::{wasm_externtype_t, wasmtime_extern_type};
use crate::vec::Owned;
use crate::{Engine, Extern, Module, SharedMemory};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The module that WASI preview 1 is defined in.
// Version 48: WASI is defined in this module and in no other; look at
// `wasmtime_linker_define_wasi` in `wasmtime-c-api-impl`.
const WASI: &str = "wasi_snapshot_preview1";

/// What is needed of a store.
#[derive(Clone, Debug, Default)]
pub(crate) struct Needs {
    /// The stores that items belong to: if there is one, only that store will
    /// do; if there are two, none.
    stores: Vec<u64>,
    wasi: bool,
    /// Whether an item is of another engine than the linker: no store will do.
    other_engine: bool,
    /// Those that must not be in the store, one for each time that it is
    /// imported.
    shared_memories: Vec<SharedMemory>,
}

impl Needs {
    /// What an item needs that a linker of `engine` has.
    fn of_item(engine: &Engine, store: &StoreOpaque, item: &Extern) -> Needs {
        Needs {
            stores: item.store_id().into_iter().collect(),
            wasi: false,
            other_engine: !Engine::same(engine, store.engine())
                || !item.comes_from_same_engine(engine),
            shared_memories: item.as_shared_memory().cloned().into_iter().collect(),
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
        for id in &other.stores {
            // Two are as many as a hundred.
            if self.stores.len() < 2 && !self.stores.contains(id) {
                self.stores.push(*id);
            }
        }
    }

    fn is_nothing(&self) -> bool {
        self.stores.is_empty()
            && !self.wasi
            && !self.other_engine
            && self.shared_memories.is_empty()
    }

    /// The shared memories among the imports, as often as they are imported.
    pub(crate) fn shared_memories(&self) -> impl Iterator<Item = &SharedMemory> {
        self.shared_memories.iter()
    }

    fn is_met_by(&self, store: &StoreOpaque) -> bool {
        self.is_store(store) && (store.has_wasi() || !self.wasi) && !self.other_engine
    }

    fn is_store(&self, store: &StoreOpaque) -> bool {
        self.stores.iter().all(|id| store.owns(*id))
    }

    /// # Panics
    ///
    /// If it is another store than it has to be.
    pub(super) fn assert_store(&self, store: &StoreOpaque) {
        if !self.is_store(store) {
            wrong_store()
        }
    }

    /// # Errors
    ///
    /// If it is another store than it has to be, or it has no WASI context and
    /// has to; or if no store will do.
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
            "the module imports WASI, which the linker has, but the store has no WASI context: \
             give it one with `Store::set_wasi`"
        )
    }
}

/// What is known of a definition.
#[derive(Clone, Default)]
struct Definition {
    needs: Needs,
    /// The type of an item of a store, which lives as long as somebody has it.
    _ty: Option<Arc<Owned<wasm_externtype_t>>>,
}

impl Definition {
    fn of_item(engine: &Engine, store: &StoreOpaque, item: &Extern) -> Definition {
        let item_c = item.to_c(store);
        let context = store.shared().cast_mut();
        // SAFETY: invariants "Shared" and "Ownership"; the type is owned.
        let ty = unsafe { Owned::from_raw(wasmtime_extern_type(context, &item_c)) };
        Definition {
            needs: Needs::of_item(engine, store, item),
            _ty: ty.map(Arc::new),
        }
    }
}

/// A module's name and an item's, as one.
type Key = Box<[u8]>;

fn key(module: &str, name: &str) -> Key {
    // Its length first, so that it is clear where it ends.
    let len = module.len().to_ne_bytes();
    [&len, module.as_bytes(), name.as_bytes()].concat().into()
}

/// What a linker's definitions need.
///
/// Those that need nothing aren't listed, nor are those of WASI, which libwasmtime
/// defines at one go. In a module that WASI is defined in, those that need nothing
/// are: that tells the two apart.
#[derive(Clone, Default)]
pub(super) struct Definitions {
    /// By their names. A tree, as there may be as many as a guest has imports, and
    /// they are defined and looked up one by one.
    listed: BTreeMap<Key, Definition>,
    /// Everything that any definition ever needed, but for the shared memories.
    all: Needs,
    has_wasi: bool,
    has_shared_memories: bool,
}

impl Definitions {
    /// Notes that an item of that store is defined in a linker of `engine`, in the
    /// place of what was before.
    ///
    /// # Panics
    ///
    /// If the item is of another store.
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

    /// Notes that a function is defined that is of no store.
    pub(super) fn insert_host(&mut self, module: &str, name: &str) {
        if self.may_be_wasi(module) {
            self.listed.insert(key(module, name), Definition::default());
        } else if !self.listed.is_empty() {
            self.listed.remove(&key(module, name));
        }
    }

    /// Whether a definition is listed.
    pub(super) fn contains(&self, module: &str, name: &str) -> bool {
        self.listed.contains_key(&key(module, name))
    }

    /// Whether there may be definitions of WASI in a module.
    fn may_be_wasi(&self, module: &str) -> bool {
        self.has_wasi && module == WASI
    }

    #[cfg(feature = "wasi")]
    pub(super) fn set_has_wasi(&mut self) {
        self.has_wasi = true;
        self.all.wasi = true;
        // Which of these WASI defines as well, and so took the place of, isn't
        // known.
        let wasi = key(WASI, "");
        for (key, definition) in &mut self.listed {
            if key.starts_with(&wasi) {
                definition.needs.wasi = true;
            }
        }
    }

    /// What a definition needs.
    pub(super) fn needs(&self, module: &str, name: &str) -> Needs {
        match self.listed.get(&key(module, name)) {
            Some(definition) => definition.needs.clone(),
            None => Needs {
                wasi: self.may_be_wasi(module),
                ..Needs::default()
            },
        }
    }

    /// What all imports of a module together need.
    pub(super) fn needs_of(&self, module: &Module) -> Needs {
        let mut needs = Needs::default();
        if !self.all.is_nothing() || self.has_shared_memories {
            for import in module.imports() {
                needs.add(&self.needs(import.module(), import.name()));
            }
        }
        needs
    }

    /// Whether a shared memory is among the imports of a module.
    pub(super) fn have_shared_memory_for(&self, module: &Module) -> bool {
        self.has_shared_memories && !self.needs_of(module).shared_memories.is_empty()
    }

    /// Whether a module's imports are of the linker's engine. libwasmtime compares
    /// types by numbers, which are an engine's own.
    ///
    /// # Errors
    ///
    /// If one is not.
    pub(super) fn check_engines(&self, module: &Module) -> crate::Result<()> {
        if !self.all.other_engine {
            return Ok(());
        }
        for import in module.imports() {
            let (module, name) = (import.module(), import.name());
            ensure!(
                !self.needs(module, name).other_engine,
                "cross-`Engine` instantiation is not currently supported: what the linker has for \
                 `{module}::{name}` belongs to another engine"
            );
        }
        Ok(())
    }

    /// Whether a module can be linked in a store, but for shared memories.
    ///
    /// # Errors
    ///
    /// As for [`Definitions::check_engines`] and [`Needs::check`].
    pub(super) fn check(&self, store: &StoreOpaque, module: &Module) -> crate::Result<()> {
        self.check_engines(module)?;
        // Mostly the store has everything that could be needed.
        if self.all.is_met_by(store) {
            return Ok(());
        }
        self.needs_of(module).check(store)
    }
}
