//! Stores: what owns the WebAssembly objects, and host data beside them.
//!
//! # How a store is put together
//!
//! - [`Store<T>`] owns a C store and, beside it, a boxed [`StoreState<T>`]
//!   that holds everything this crate adds. The C store's data pointer is that
//!   box and never changes, so that callbacks find the state from their caller.
//! - [`StoreContext`], [`StoreContextMut`] and [`Caller`](crate::Caller) are a
//!   pointer to the state and a lifetime.
//! - [`StoreOpaque`] is the part of the state that does not depend on `T`.
//!
//! # Invariants
//!
//! These are what the `SAFETY` comments of this crate rest on.
//!
//! 1. **State**: a context's pointer is to a live `StoreState` for as long as
//!    its lifetime. Only code that holds a context, or runs in a callback of
//!    the store, makes references out of it, and none is held across a call
//!    into libwasmtime that can call back.
//! 2. **Context**: `StoreOpaque::raw` is the C context of a live C store. It
//!    takes exclusive access to the state, and so nothing else uses the C store
//!    during the call that the context is for.
//! 3. **Shared**: several threads may have shared access to a store at a time,
//!    and none exclusive access meanwhile. With `StoreOpaque::shared` they call C
//!    functions that only read, and nothing that changes under shared access.
//!    That holds for all that are declared to take a constant pointer, which are
//!    those that take a `WasmtimeStoreContext` in libwasmtime's sources, and for
//!    some that are declared otherwise. These do so as well:
//!    `wasmtime_extern_type`, `wasmtime_linker_define`,
//!    `wasmtime_memory_page_size`, `wasmtime_memory_page_size_log2`. And these
//!    take a `WasmtimeStoreContextMut`, of which they make a shared reference at
//!    once: `wasmtime_memory_data`, `wasmtime_context_has_exception`. (To have a
//!    mutable reference for a moment is no promise that the store isn't aliased,
//!    as the type behind it is `!Unpin`.) What looks at collected objects is
//!    called within `StoreOpaque::collected`, which is a lock: the functions whose
//!    names end in `_to_raw` write to the heap of these objects.
//! 4. **Ownership**: an entity's handle is passed to libwasmtime only after
//!    [`StoreOpaque::assert_owns`] has found it to be of this store.
//! 5. **Failures**: a host function that fails puts what went wrong, a
//!    [`Failure`](crate::callback::Failure), into `StoreOpaque::pending` and
//!    unwinds to the nearest entry from the host, which takes it
//!    ([`StoreOpaque::failure`]); so it is never left behind.
//! 6. **Last memory**: what `StoreOpaque::last_memory` says is true. Libwasmtime
//!    changes a memory only when it is given the context of `StoreOpaque::raw`,
//!    which is asked for before each call anew; and every callback that lets its
//!    host code have the store ends with `StoreOpaque::last_memory` forgotten.
//!
//! # Variance and auto traits
//!
//! A closure that is kept in a store takes a `Caller<'_, T>` of the `T` that the
//! store had when it was made, out of which it may copy a reference, and into
//! which another may put one. So `T` can become neither a subtype nor a
//! supertype: [`Store`], its contexts and [`Caller`](crate::Caller) are invariant
//! in `T`, since [`StoreState`] is; [`Linker`](crate::Linker) and
//! [`InstancePre`](crate::InstancePre), which hold such closures as well, by
//! markers of their own.
//!
//! | type | `Send` | `Sync` |
//! |---|---|---|
//! | `Store`, `StoreContextMut`, `Caller` | if `T: Send` | if `T: Sync` |
//! | `StoreContext`, a shared reference | if `T: Sync` | if `T: Sync` |
//!
//! All are `Unpin`, and neither `UnwindSafe` nor `RefUnwindSafe`: a panic may
//! leave the data half changed, and so may one in a closure what that captured.
//! These are the decisions of the `wasmtime` crate, whose types have fields that
//! bring them about.

// Version 48: the functions that "Shared" names only read; look at each in `wasmtime-c-api-impl`.
mod context;
mod epoch;
mod exception;
mod fuel;
mod instances;
mod last_memory;
mod limits;
mod opaque;
mod shared_memories;

pub use context::{AsContext, AsContextMut, StoreContext, StoreContextMut};
pub use epoch::UpdateDeadline;
pub use exception::ThrownException;
pub use limits::{
    DEFAULT_INSTANCE_LIMIT, DEFAULT_MEMORY_LIMIT, DEFAULT_TABLE_LIMIT, ResourceLimiter,
    StoreLimits, StoreLimitsBuilder,
};
pub(crate) use opaque::{StoreOpaque, cross_store, wrong_engine, wrong_store};
#[cfg(feature = "standard")]
pub(crate) use shared_memories::imported_twice;

use crate::sys::{wasmtime_store_context, wasmtime_store_delete, wasmtime_store_new};
use crate::{Engine, Result};
use std::fmt;
use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop};
use std::ptr::NonNull;

/// What a store's C data pointer points to.
///
/// The opaque part comes first, so that a pointer to the state is one to it.
#[repr(C)]
pub(crate) struct StoreState<T: 'static> {
    opaque: StoreOpaque,
    data: T,
    /// Makes all that leads here invariant in `T`.
    invariant: PhantomData<fn(T) -> T>,
}

/// A collection of WebAssembly instances, and host data of type `T`.
///
/// All WebAssembly objects live in a store and are freed with it, not before.
/// Objects of one store can't be used with another: that panics.
///
/// Its methods that read or change the state are those of the contexts as well
/// ([`StoreContext`], [`StoreContextMut`]), which host functions get through
/// [`Caller`](crate::Caller).
///
/// A `Store` can be sent to another thread if its data can, and several threads
/// can look at it at the same time if they can at its data: read memories, and
/// ask for the types of functions, say. All that changes a store, such as a call,
/// takes it exclusively.
pub struct Store<T: 'static> {
    state: NonNull<StoreState<T>>,
}

// SAFETY: a store owns its state, of which `StoreOpaque` is `Send` and the data
// is if `T` is.
unsafe impl<T: Send + 'static> Send for Store<T> {}
// SAFETY: a shared store gives shared access to its state, of which `StoreOpaque`
// is `Sync` and the data is if `T` is.
unsafe impl<T: Sync + 'static> Sync for Store<T> {}

impl<T: 'static> Store<T> {
    /// Creates a store of `engine` with `data` inside.
    ///
    /// Calls `wasmtime_store_new`.
    pub fn new(engine: &Engine, data: T) -> Store<T> {
        let state = NonNull::from(Box::leak(Box::new(StoreState {
            opaque: StoreOpaque::new(engine),
            data,
            invariant: PhantomData,
        })));
        // SAFETY: the engine is alive. The state outlives the C store, as
        // `close` deletes the C store first, and is at an address of its own.
        unsafe {
            let store = wasmtime_store_new(engine.as_ptr(), state.as_ptr().cast(), None);
            let context = wasmtime_store_context(store);
            (*state.as_ptr()).opaque.attach(store, context);
        }
        Store { state }
    }

    /// The same as [`Store::new`].
    ///
    /// For programs that handle running out of memory, which the C API doesn't:
    /// it ends the process. So there is no error.
    ///
    /// # Errors
    ///
    /// None.
    pub fn try_new(engine: &Engine, data: T) -> Result<Store<T>> {
        Ok(Store::new(engine, data))
    }

    /// The data inside.
    pub fn data(&self) -> &T {
        self.as_context().into_data()
    }

    /// The data inside, to be changed.
    pub fn data_mut(&mut self) -> &mut T {
        self.as_context_mut().into_data_mut()
    }

    /// Deletes the store and all its objects, and returns the data.
    pub fn into_data(self) -> T {
        let mut store = ManuallyDrop::new(self);
        let state = store.close();
        let StoreState { data, .. } = *state;
        data
    }

    /// The engine that the store was created with.
    pub fn engine(&self) -> &Engine {
        self.opaque().engine()
    }

    pub(crate) fn opaque(&self) -> &StoreOpaque {
        // SAFETY: invariant "State": the borrow of the store guards it.
        unsafe { &self.state.as_ref().opaque }
    }

    /// Deletes the C store and takes the state.
    ///
    /// Must be the last use of `self.state`.
    fn close(&mut self) -> Box<StoreState<T>> {
        // SAFETY: the state is a leaked box that is taken back once, after the
        // C store that points to it is gone. Rooted references go first, as
        // they belong to the C store. Finalizers that run while it is deleted
        // don't touch the state.
        unsafe {
            let opaque = &raw mut (*self.state.as_ptr()).opaque;
            (*opaque).release_roots();
            wasmtime_store_delete((*opaque).store());
            Box::from_raw(self.state.as_ptr())
        }
    }
}

impl<T: 'static> Drop for Store<T> {
    fn drop(&mut self) {
        drop(self.close());
    }
}

impl<T: Default + 'static> Default for Store<T> {
    /// A store of a default engine with default data.
    ///
    /// # Panics
    ///
    /// If the default engine can't be created, as [`Engine::default`] does.
    fn default() -> Store<T> {
        Store::new(&Engine::default(), T::default())
    }
}

impl<T: fmt::Debug + 'static> fmt::Debug for Store<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("data", self.data())
            .finish_non_exhaustive()
    }
}

const _: () = assert!(mem::offset_of!(StoreState<u8>, opaque) == 0);
