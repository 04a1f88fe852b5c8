//! Stores, and borrowed access to them.

use super::object::Objects;
use super::trap::Trap;
use crate::callback::{Failure, Pending};
use crate::error::{Raised, format_err};
use crate::owned::Owned;
use crate::sys::{wasm_store_new, wasm_store_t, wasm_trap_t};
use crate::{Engine, Error, Result};
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::ptr;
use std::sync::Arc;

/// A collection of WebAssembly objects.
///
/// All of them live in a store. Dropping it ends them, whatever handles are
/// left, and drops the closures of its host functions. Using a handle with
/// another store panics.
///
/// A store can be sent to another thread, but isn't shared between threads.
pub struct Store {
    state: Arc<State>,
}

// Not `Sync`: `wasm.h` says that a store is used by one thread at a time, and its
// functions change the store where they only seem to look.

// SAFETY: the C store may be used from any thread, one at a time, and so may
// what it owns, as the closures of host functions are `Send + Sync`. The state
// is only reached through the store and its contexts, none of which is shared
// between threads; host functions hold a weak reference to it, whose counter is
// atomic.
unsafe impl Send for Store {}

/// What a store is. Shared with the host functions, as their environment.
pub(super) struct State {
    /// The first field, as the store is deleted before the rest is dropped.
    raw: Owned<wasm_store_t>,
    engine: Engine,
    objects: Arc<Objects>,
    /// Why the host function that is being unwound from failed.
    pending: Cell<Pending>,
}

impl Store {
    /// Makes an empty store.
    ///
    /// Calls `wasm_store_new`.
    pub fn new(engine: &Engine) -> Store {
        let state = State {
            // SAFETY: the engine is alive; the store is owned.
            raw: unsafe { Owned::from_c(wasm_store_new(engine.as_ptr())) },
            engine: engine.clone(),
            objects: Arc::new(Objects::new()),
            pending: Cell::default(),
        };
        Store {
            #[expect(clippy::arc_with_non_send_sync, reason = "see `Send` of the store")]
            state: Arc::new(state),
        }
    }

    /// The engine that the store was made with.
    pub fn engine(&self) -> &Engine {
        &self.state.engine
    }
}

impl Default for Store {
    /// A store of a default engine.
    ///
    /// # Panics
    ///
    /// As [`Engine::default`] does.
    fn default() -> Store {
        Store::new(&Engine::default())
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

impl Drop for State {
    fn drop(&mut self) {
        // Each object holds the C store, which is deleted next: with any of them left,
        // the store would stay, and never go if one is in the closure of a host
        // function. Finalizers that run then don't reach the state, as no strong
        // reference to it is left.
        self.objects.close();
    }
}

impl State {
    /// The C store, valid as long as `self`.
    pub(super) fn raw(&self) -> *mut wasm_store_t {
        self.raw.as_ptr()
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(super) fn objects(&self) -> &Arc<Objects> {
        &self.objects
    }

    /// Leaves the failure of a host function for the entry that it was called from.
    pub(super) fn set_pending(&self, failure: Option<Failure>) {
        let mut pending = Pending::default();
        pending.set(failure);
        self.pending.set(pending);
    }

    /// The one way into WebAssembly: runs `call`, which calls a C function that may run
    /// its code.
    ///
    /// # Errors
    ///
    /// Returns a [`Trap`] with what the host function failed with that caused it, or with
    /// what libwasmtime reports.
    ///
    /// # Panics
    ///
    /// Resumes the panic of a host function.
    ///
    /// # Safety
    ///
    /// `call` must return null or an owned trap.
    pub(super) unsafe fn enter(&self, call: impl FnOnce() -> *mut wasm_trap_t) -> Result<()> {
        let trap = call();
        if trap.is_null() {
            return Ok(());
        }
        // SAFETY: the trap is owned, as this function requires.
        Err(unsafe { self.failure(trap) })
    }

    #[cold]
    unsafe fn failure(&self, trap: *mut wasm_trap_t) -> Error {
        // SAFETY: the trap is owned, as `enter` requires.
        let raised = unsafe { Raised::new(ptr::null_mut(), trap) };
        match self.pending.take().take(raised) {
            (cause, Some(raised)) => Error::new(Trap::from_parts(raised, cause)),
            (_, None) => format_err!("libwasmtime failed without saying why"),
        }
    }
}

/// Shared access to a [`Store`].
// Covariant, and neither `Send` nor `Sync`, as a reference to the state is.
#[derive(Clone, Copy)]
pub struct StoreContext<'a> {
    state: &'a State,
}

/// Exclusive access to a [`Store`]: what a host function gets.
// As `StoreContext`.
pub struct StoreContextMut<'a> {
    state: &'a Arc<State>,
    exclusive: PhantomData<&'a mut Store>,
}

impl<'a> StoreContext<'a> {
    pub(super) fn state(self) -> &'a State {
        self.state
    }

    /// The engine that the store was made with.
    pub fn engine(&self) -> &'a Engine {
        &self.state.engine
    }
}

impl<'a> StoreContextMut<'a> {
    /// Whoever makes one must have the store to itself for `'a`: host functions
    /// do, as the call that they are in has borrowed it.
    pub(super) fn new(state: &'a Arc<State>) -> StoreContextMut<'a> {
        StoreContextMut {
            state,
            exclusive: PhantomData,
        }
    }

    /// The state. It has nothing that could be borrowed over a call.
    pub(super) fn state(&self) -> &'a Arc<State> {
        self.state
    }

    /// The engine that the store was made with.
    pub fn engine(&self) -> &Engine {
        &self.state.engine
    }
}

impl fmt::Debug for StoreContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreContext").finish_non_exhaustive()
    }
}

impl fmt::Debug for StoreContextMut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreContextMut").finish_non_exhaustive()
    }
}

/// What gives shared access to a [`Store`]: the store, its contexts, and
/// references to these.
pub trait AsContext {
    /// The access.
    fn as_context(&self) -> StoreContext<'_>;
}

/// What gives exclusive access to a [`Store`]: the store, [`StoreContextMut`],
/// and mutable references to these.
pub trait AsContextMut: AsContext {
    /// The access.
    fn as_context_mut(&mut self) -> StoreContextMut<'_>;
}

impl AsContext for Store {
    fn as_context(&self) -> StoreContext<'_> {
        StoreContext { state: &self.state }
    }
}

impl AsContextMut for Store {
    fn as_context_mut(&mut self) -> StoreContextMut<'_> {
        StoreContextMut::new(&self.state)
    }
}

impl AsContext for StoreContext<'_> {
    fn as_context(&self) -> StoreContext<'_> {
        *self
    }
}

impl AsContext for StoreContextMut<'_> {
    fn as_context(&self) -> StoreContext<'_> {
        StoreContext { state: self.state }
    }
}

impl AsContextMut for StoreContextMut<'_> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_> {
        StoreContextMut::new(self.state)
    }
}

impl<T: AsContext + ?Sized> AsContext for &T {
    fn as_context(&self) -> StoreContext<'_> {
        T::as_context(self)
    }
}

impl<T: AsContext + ?Sized> AsContext for &mut T {
    fn as_context(&self) -> StoreContext<'_> {
        T::as_context(self)
    }
}

impl<T: AsContextMut + ?Sized> AsContextMut for &mut T {
    fn as_context_mut(&mut self) -> StoreContextMut<'_> {
        T::as_context_mut(self)
    }
}
