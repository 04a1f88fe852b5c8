//! The part of a store's state that doesn't depend on its data.

#[cfg(feature = "async")]
use super::asynchrony::Asynchrony;
use super::instances::Instances;
use super::memory_cache::MemoryCache;
use super::shared_memories::SharedMemories;
#[cfg(feature = "component-model")]
use super::unfinished::Unfinished;
use crate::callback::Pending;
#[cfg(feature = "component-model")]
use crate::component::{InStore, types::Scope};
use crate::error::format_err;
use crate::func::Signatures;
use crate::gc::RootSet;
use crate::sys::{wasmtime_context_t, wasmtime_store_t};
#[cfg(feature = "wasi")]
use crate::wasi::{self, WasiSource, WasiTag};
use crate::{Engine, Error, Instance, ModuleExport, Result};
#[cfg(feature = "component-model")]
use std::any::Any;
use std::any::{TypeId, type_name};
use std::ptr;
#[cfg(any(feature = "component-model", feature = "wasi"))]
use std::ptr::NonNull;
#[cfg(any(feature = "component-model", feature = "wasi"))]
use std::sync::Arc;
#[cfg(feature = "component-model")]
use std::sync::OnceLock;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The state of a store beside its data.
///
/// `Send` and `Sync` because its parts are.
pub struct StoreOpaque {
    c: CStore,
    /// Locked while shared access reads collected objects.
    collected: Mutex<()>,
    /// The id that libwasmtime gave the store; 0 until the first entity brings it.
    id: u64,
    engine: Engine,
    data_type: DataType,
    /// The failure of the host function that is being unwound from.
    pending: Unshared<Pending>,
    #[cfg(feature = "async")]
    pub(super) asynchrony: Unshared<Asynchrony>,
    pub(crate) memory_cache: MemoryCache,
    /// The references that are rooted in the store.
    pub(crate) roots: RootSet,
    /// The signatures of the functions that were called untyped.
    pub(crate) signatures: Signatures,
    pub(crate) instances: Instances,
    pub(crate) shared_memories: SharedMemories,
    /// What the store knows about its components, once it has any.
    // Size: nothing of components is in a program that uses none, as this hides their type.
    #[cfg(feature = "component-model")]
    components: OnceLock<Box<dyn Any + Send + Sync>>,
    /// What belongs to the store's WASI context, if it has one. Dropped after the C store.
    #[cfg(feature = "wasi")]
    wasi: Option<wasi::InStore>,
    /// Where the context comes from, if not from [`Store::set_wasi`](crate::Store::set_wasi).
    #[cfg(feature = "wasi")]
    wasi_source: Option<WasiSource>,
    #[cfg(all(feature = "component-model", feature = "wasi-http"))]
    has_wasi_http: bool,
    /// How many entries into components have begun and not finished, or failed. See
    /// [`Unfinished`].
    #[cfg(feature = "component-model")]
    unfinished: Unfinished,
}

/// The type of a store's data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DataType {
    id: TypeId,
    name: &'static str,
}

impl DataType {
    pub(crate) fn of<T: 'static>() -> DataType {
        DataType {
            id: TypeId::of::<T>(),
            name: type_name::<T>(),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }
}

impl PartialEq for DataType {
    fn eq(&self, other: &DataType) -> bool {
        self.id == other.id
    }
}

const _: () = {
    const fn assert_threads_may_share<T: Send + Sync>() {}
    assert_threads_may_share::<StoreOpaque>();
};

/// The C store and its context: two pointers to the same store, for different C functions.
struct CStore {
    store: *mut wasmtime_store_t,
    context: *mut wasmtime_context_t,
}

// SAFETY: the C store may be used from any thread, and so may what it owns: host functions
// and `externref` data are `Send + Sync`.
unsafe impl Send for CStore {}
// SAFETY: invariant "Shared" limits what is done with shared access.
unsafe impl Sync for CStore {}

/// A value that only exclusive access reaches.
#[derive(Default)]
pub(super) struct Unshared<T>(T);

impl<T> Unshared<T> {
    #[inline]
    pub(super) fn get_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

// SAFETY: the value can't be reached through a shared reference.
unsafe impl<T> Sync for Unshared<T> {}

/// The C context, while no other thread reads the store's collected objects.
pub(crate) struct Collected<'a> {
    context: *mut wasmtime_context_t,
    _guard: MutexGuard<'a, ()>,
}

impl Collected<'_> {
    /// Returns the C context, for calls that return before `self` is dropped.
    pub(crate) fn context(&self) -> *mut wasmtime_context_t {
        self.context
    }
}

impl StoreOpaque {
    pub(super) fn new(engine: &Engine, data_type: DataType) -> StoreOpaque {
        StoreOpaque {
            c: CStore {
                store: ptr::null_mut(),
                context: ptr::null_mut(),
            },
            collected: Mutex::new(()),
            id: 0,
            engine: engine.clone(),
            data_type,
            pending: Unshared::default(),
            #[cfg(feature = "async")]
            asynchrony: Unshared::default(),
            memory_cache: MemoryCache::new(),
            roots: RootSet::new(),
            signatures: Signatures::default(),
            instances: Instances::default(),
            shared_memories: SharedMemories::default(),
            #[cfg(feature = "component-model")]
            components: OnceLock::new(),
            #[cfg(feature = "wasi")]
            wasi: None,
            #[cfg(feature = "wasi")]
            wasi_source: None,
            #[cfg(all(feature = "component-model", feature = "wasi-http"))]
            has_wasi_http: false,
            #[cfg(feature = "component-model")]
            unfinished: Unfinished::default(),
        }
    }

    /// Returns the type of the store's data.
    pub(crate) fn data_type(&self) -> DataType {
        self.data_type
    }

    /// Sets the C store that this is the state of.
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

    /// Returns the C store, for one call that changes no memory: a setting, or the deletion.
    pub(crate) fn store(&mut self) -> *mut wasmtime_store_t {
        self.c.store
    }

    /// Returns the C store, for one call that the invariant "Shared" allows.
    #[cfg(feature = "profiling")]
    pub(crate) fn shared_store(&self) -> *mut wasmtime_store_t {
        self.c.store
    }

    /// Clears the cache that a change of the store invalidates, and returns the C context
    /// for one call that may change it.
    ///
    /// Calls that run WebAssembly code are in [`entry`](super::entry).
    #[inline]
    pub(crate) fn begin_change(&mut self) -> *mut wasmtime_context_t {
        self.memory_cache.forget();
        #[cfg(feature = "async")]
        self.delete_forgotten();
        self.c.context
    }

    /// Returns the C context, for one call that the invariant "Shared" allows and that
    /// reads no collected objects.
    #[inline]
    // Version 48: functions that "Shared" names only read; look at each in `wasmtime-c-api-impl`.
    pub(crate) fn shared_context(&self) -> *const wasmtime_context_t {
        self.c.context
    }

    /// Locks the collected objects, and returns the C context for calls that the invariant
    /// "Shared" allows.
    pub(crate) fn lock_collected(&self) -> Collected<'_> {
        Collected {
            context: self.c.context,
            // The lock guards no data that a panic could leave half changed.
            _guard: self
                .collected
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Learns the store's id from an entity that libwasmtime just returned.
    #[inline]
    pub(crate) fn adopt(&mut self, store_id: u64) {
        debug_assert!(
            self.id == 0 || self.id == store_id,
            "libwasmtime handed out an entity of another store"
        );
        self.id = store_id;
    }

    /// Reports whether an entity with this store id belongs to this store.
    ///
    /// A store that has returned no entity yet owns none.
    #[inline]
    pub(crate) fn owns(&self, store_id: u64) -> bool {
        self.id == store_id && store_id != 0
    }

    /// Returns one of the store's instances of an export's module.
    pub(crate) fn nth_instance(&self, export: &ModuleExport, n: usize) -> Option<Instance> {
        self.instances.nth(self.id, export, n)
    }

    /// # Panics
    ///
    /// Panics if an entity with this store id belongs to another store.
    #[inline]
    pub(crate) fn assert_owns(&self, store_id: u64) {
        if !self.owns(store_id) {
            wrong_store()
        }
    }

    /// # Errors
    ///
    /// Returns an error if a value with this store id belongs to another store.
    #[inline]
    pub(crate) fn check_owns(&self, store_id: u64) -> Result<(), Error> {
        if self.owns(store_id) {
            Ok(())
        } else {
            Err(cross_store())
        }
    }

    /// Returns what the store knows about its components.
    #[cfg(feature = "component-model")]
    #[inline]
    pub(crate) fn components(&self) -> &InStore {
        let components = self.components.get_or_init(|| Box::<InStore>::default());
        components.downcast_ref().expect("it is of this type")
    }

    /// Returns what the store knows about its components, for changes.
    #[cfg(feature = "component-model")]
    #[inline]
    pub(crate) fn components_mut(&mut self) -> &mut InStore {
        self.components();
        let components = self.components.get_mut().expect("it is there");
        components.downcast_mut().expect("it is of this type")
    }

    /// Returns what the types of the store's components belong to.
    #[cfg(feature = "component-model")]
    pub(crate) fn component_scope(&self) -> &Arc<Scope> {
        self.components().scope(&self.engine)
    }

    /// Returns the entries into components that aren't finished, without a reference to the rest of
    /// the state.
    ///
    /// # Safety
    ///
    /// `store` must be the state of a live store, and the result the only reference to this part
    /// of it.
    #[cfg(feature = "component-model")]
    #[inline]
    pub(crate) unsafe fn unfinished_at<'a>(store: NonNull<StoreOpaque>) -> &'a mut Unfinished {
        // SAFETY: invariant "State", for this part of it, as this function requires.
        unsafe { &mut (*store.as_ptr()).unfinished }
    }

    /// Reports whether the store has a context for `wasi:http`.
    #[cfg(feature = "component-model")]
    pub(crate) fn has_wasi_http(&self) -> bool {
        #[cfg(feature = "wasi-http")]
        return self.has_wasi_http;
        #[cfg(not(feature = "wasi-http"))]
        return false;
    }

    /// Notes that the store has a context for `wasi:http`.
    #[cfg(all(feature = "component-model", feature = "wasi-http"))]
    pub(crate) fn set_has_wasi_http(&mut self) {
        self.has_wasi_http = true;
    }

    pub(crate) fn has_wasi(&self) -> bool {
        #[cfg(feature = "wasi")]
        return self.wasi.is_some();
        #[cfg(not(feature = "wasi"))]
        return false;
    }

    /// Reports whether the store has a WASI context, without a reference to the rest of the
    /// state.
    ///
    /// # Safety
    ///
    /// `store` must be the state of a live store, which no other thread uses.
    #[inline]
    pub(super) unsafe fn has_wasi_at(store: *const StoreOpaque) -> bool {
        #[cfg(feature = "wasi")]
        // SAFETY: invariant "State", for this part of it, as this function requires. A host
        // function's future that is suspended refers to other parts.
        return unsafe { (*store).wasi.is_some() };
        #[cfg(not(feature = "wasi"))]
        {
            _ = store;
            false
        }
    }

    /// Returns the C context while a host function waits in the store, without a reference to
    /// the state, to which the host function may hold references.
    ///
    /// The cached memories stay valid: only the host function may change them meanwhile.
    ///
    /// # Safety
    ///
    /// `store` must be the state of a live store, which no other thread uses.
    #[cfg(feature = "async")]
    pub(super) unsafe fn context_at(store: *const StoreOpaque) -> *mut wasmtime_context_t {
        // SAFETY: invariant "State": the store is live, as this function requires.
        unsafe { (*store).c.context }
    }

    /// Takes what belongs to the store's new WASI context, and returns that of the context that it
    /// replaces.
    #[cfg(feature = "wasi")]
    pub(crate) fn set_wasi(&mut self, wasi: wasi::InStore) -> Option<wasi::InStore> {
        self.wasi.replace(wasi)
    }

    /// Returns what the program has attached to the store's WASI context.
    #[cfg(feature = "wasi")]
    pub(crate) fn wasi_tag(&self) -> Option<Arc<WasiTag>> {
        self.wasi.as_ref()?.tag()
    }

    /// Notes where the context comes from.
    #[cfg(feature = "wasi")]
    pub(crate) fn set_wasi_source(&mut self, source: &WasiSource) {
        self.wasi_source = Some(source.clone());
    }

    /// Asks the source of the store's WASI context, if there is one.
    ///
    /// # Errors
    ///
    /// Returns the error of the source.
    ///
    /// # Safety
    ///
    /// As for every entry.
    #[inline]
    pub(super) unsafe fn supply_wasi(store: *mut StoreOpaque) -> Result<()> {
        #[cfg(feature = "wasi")]
        // SAFETY: invariant "State": nothing else uses the store, as this function requires. A
        // source is kept for its type of data.
        unsafe {
            if let Some(source) = (*store).wasi_source.clone() {
                return source.supply(NonNull::new_unchecked(store));
            }
        }
        #[cfg(not(feature = "wasi"))]
        let _ = store;
        Ok(())
    }

    /// Returns the slot for the failure of the host function that is being unwound from.
    pub(super) fn pending(&mut self) -> &mut Pending {
        self.pending.get_mut()
    }

    /// Unroots all references, before the C store is deleted.
    pub(super) fn release_roots(&mut self) {
        self.roots.clear();
    }
}

/// The message of the error for a synchronous use of what is asynchronous, in the words of the
/// `wasmtime` crate.
pub(crate) const MUST_BE_ASYNC: &str =
    "store configuration requires that `*_async` functions are used instead";

/// Returns the error for a value that is passed into another store than its own. (Using a
/// handle with another store is a panic.)
#[cold]
pub(crate) fn cross_store() -> Error {
    format_err!("value used with wrong store: cross-`Store` values are not supported")
}

/// Returns the error for a type that is used with a store of another engine than its own,
/// in the words of the `wasmtime` crate.
#[cold]
pub(crate) fn wrong_engine() -> Error {
    format_err!("type used with wrong engine")
}

#[cold]
#[track_caller]
pub(crate) fn wrong_store() -> ! {
    panic!("object used with the wrong store: it belongs to another one")
}
