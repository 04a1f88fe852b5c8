//! The part of a store's state that doesn't depend on its data.

use super::instances::Instances;
use super::last_memory::LastMemory;
use super::shared_memories::SharedMemories;
use crate::callback::Pending;
use crate::error::format_err;
use crate::func::Signatures;
use crate::gc::RootSet;
use crate::sys::{wasmtime_context_t, wasmtime_store_t};
use crate::{Engine, Error, Instance, ModuleExport};
#[cfg(feature = "wasi")]
use std::any::Any;
use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a store keeps beside its data; see the invariants of the module `store`.
///
/// It is `Send` and `Sync` since its parts are.
pub struct StoreOpaque {
    c: CStore,
    /// Held while the collected objects are looked at through shared access.
    collected: Mutex<()>,
    /// The id that libwasmtime gave the store; 0 until an entity tells.
    id: u64,
    engine: Engine,
    /// What the host function that is being unwound from failed with.
    pending: Unshared<Pending>,
    pub(crate) last_memory: LastMemory,
    /// References that are rooted in the store.
    pub(crate) roots: RootSet,
    /// The signatures of the functions that were called.
    pub(crate) signatures: Signatures,
    pub(crate) instances: Instances,
    pub(crate) shared_memories: SharedMemories,
    /// The writers of the store's WASI context, if it has one. They are dropped
    /// after the C store, by programs that use WASI: others don't contain what
    /// drops them.
    #[cfg(feature = "wasi")]
    wasi: Option<Unshared<Box<dyn Any + Send>>>,
}

const _: () = {
    const fn assert_threads_may_share<T: Send + Sync>() {}
    assert_threads_may_share::<StoreOpaque>();
};

/// The C store and its context, which libwasmtime calls differently.
struct CStore {
    store: *mut wasmtime_store_t,
    context: *mut wasmtime_context_t,
}

// SAFETY: the C store may be used from any thread, and so may what it owns: host
// functions and `externref` data are `Send + Sync`.
unsafe impl Send for CStore {}
// SAFETY: shared access to it is what the invariant "Shared" says.
unsafe impl Sync for CStore {}

/// What only exclusive access gets at.
struct Unshared<T>(T);

impl<T> Unshared<T> {
    fn get_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

// SAFETY: nothing gets at the value through a shared reference.
unsafe impl<T> Sync for Unshared<T> {}

/// The C context, while nobody else looks at the store's collected objects.
pub(crate) struct Collected<'a> {
    context: *mut wasmtime_context_t,
    _guard: MutexGuard<'a, ()>,
}

impl Collected<'_> {
    /// The C context, for calls that are over before `self` is dropped.
    pub(crate) fn raw(&self) -> *mut wasmtime_context_t {
        self.context
    }
}

impl StoreOpaque {
    pub(super) fn new(engine: &Engine) -> StoreOpaque {
        StoreOpaque {
            c: CStore {
                store: ptr::null_mut(),
                context: ptr::null_mut(),
            },
            collected: Mutex::new(()),
            id: 0,
            engine: engine.clone(),
            pending: Unshared(Pending::default()),
            last_memory: LastMemory::new(),
            roots: RootSet::new(),
            signatures: Signatures::default(),
            instances: Instances::default(),
            shared_memories: SharedMemories::default(),
            #[cfg(feature = "wasi")]
            wasi: None,
        }
    }

    /// Notes the C store that this is the state of.
    pub(super) fn attach(
        &mut self,
        store: *mut wasmtime_store_t,
        context: *mut wasmtime_context_t,
    ) {
        self.c = CStore { store, context };
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The C store, for one call of libwasmtime that doesn't change a memory.
    pub(crate) fn store(&mut self) -> *mut wasmtime_store_t {
        self.c.store
    }

    /// The C store, for one call that the invariant "Shared" allows.
    #[cfg(feature = "profiling")]
    pub(crate) fn shared_store(&self) -> *mut wasmtime_store_t {
        self.c.store
    }

    /// Forgets what a change of the store makes untrue, and returns the C context for
    /// one call that may change it.
    ///
    /// Calls that run WebAssembly code are those of the module [`entry`](super::entry).
    #[inline]
    pub(crate) fn begin_change(&mut self) -> *mut wasmtime_context_t {
        self.last_memory.forget();
        self.c.context
    }

    pub(crate) fn raw(&mut self) -> *mut wasmtime_context_t {
        self.begin_change()
    }

    /// The C context, for one call that the invariant "Shared" allows, and that
    /// doesn't look at collected objects.
    #[inline]
    pub(crate) fn shared(&self) -> *const wasmtime_context_t {
        self.c.context
    }

    /// The C context, for one call that the invariant "Shared" allows.
    pub(crate) fn collected(&self) -> Collected<'_> {
        Collected {
            context: self.c.context,
            // Nothing is behind it that a panic could leave half done.
            _guard: self
                .collected
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Notes the store's id from an entity that libwasmtime just handed out.
    #[inline]
    pub(crate) fn adopt(&mut self, store_id: u64) {
        debug_assert!(
            self.id == 0 || self.id == store_id,
            "libwasmtime handed out an entity of another store"
        );
        self.id = store_id;
    }

    /// Whether an entity with this store id is of this store.
    ///
    /// A store that has handed out no entity yet owns none.
    #[inline]
    pub(crate) fn owns(&self, store_id: u64) -> bool {
        self.id == store_id && store_id != 0
    }

    /// One of the store's instances of an export's module.
    pub(crate) fn nth_instance(&self, export: &ModuleExport, n: usize) -> Option<Instance> {
        self.instances.nth(self.id, export, n)
    }

    /// # Panics
    ///
    /// If an entity with this store id is not of this store.
    #[inline]
    pub(crate) fn assert_owns(&self, store_id: u64) {
        if !self.owns(store_id) {
            wrong_store()
        }
    }

    /// # Errors
    ///
    /// If a value with this store id is of another store.
    #[inline]
    pub(crate) fn check_owns(&self, store_id: u64) -> Result<(), Error> {
        if self.owns(store_id) {
            Ok(())
        } else {
            Err(cross_store())
        }
    }

    pub(crate) fn has_wasi(&self) -> bool {
        #[cfg(feature = "wasi")]
        return self.wasi.is_some();
        #[cfg(not(feature = "wasi"))]
        return false;
    }

    /// Notes that the store has a WASI context, with these writers. Returns
    /// those of the context that it had before.
    #[cfg(feature = "wasi")]
    pub(crate) fn set_wasi(&mut self, writers: Box<dyn Any + Send>) -> Option<Box<dyn Any + Send>> {
        let replaced = self.wasi.replace(Unshared(writers))?;
        Some(replaced.0)
    }

    /// The slot for the failure of a host function that is being unwound from.
    pub(super) fn pending(&mut self) -> &mut Pending {
        self.pending.get_mut()
    }

    /// Releases the rooted references, before the C store goes.
    pub(super) fn release_roots(&mut self) {
        self.roots.truncate(0);
    }
}

/// What is said of a value that is passed into another store than its own, which
/// is an error. To use a handle with another store is a panic.
#[cold]
pub(crate) fn cross_store() -> Error {
    format_err!("value used with wrong store: cross-`Store` values are not supported")
}

/// What is said of a type that is used with a store of another engine than its
/// own, in the words of the `wasmtime` crate.
#[cold]
pub(crate) fn wrong_engine() -> Error {
    format_err!("type used with wrong engine")
}

#[cold]
#[track_caller]
pub(crate) fn wrong_store() -> ! {
    panic!("object used with the wrong store: it belongs to another one")
}
