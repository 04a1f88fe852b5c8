//! Stores and their contexts.

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
/// All objects live in a store. Dropping the store frees them, even if handles are left, and
/// drops the closures of its host functions. Using a handle with another store panics.
///
/// A store can be sent to another thread, but threads can't share it.
///
#[doc = example!(compiler)]
/// use libwasmtime::standard::{Func, FuncType, Store};
/// use std::sync::Arc;
///
/// let mut store = Store::default();
/// let log = Arc::new("log".to_owned());
/// let captured = log.clone();
/// let ty = FuncType::new(store.engine(), [], []);
/// let func = Func::new(&mut store, &ty, move |_store, _args, _results| {
///     println!("{captured}: called");
///     Ok(())
/// })?;
/// func.call(&mut store, &[])?;
///
/// // The store owns the closure; `func` is only a handle.
/// drop(store);
/// assert_eq!(Arc::strong_count(&log), 1);
/// # drop(func);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
pub struct Store {
    state: Arc<State>,
}

// Not `Sync`: `wasm.h` requires that one thread at a time uses a store, and some functions
// change the store that only seem to read it.

// SAFETY: the C store may be used on any thread, by one at a time. So may what it owns, as the
// closures of host functions are `Send + Sync`. The state is reached through the store and its
// contexts only, none of which threads share; host functions hold a weak reference to it,
// whose count is atomic.
unsafe impl Send for Store {}

/// The state of a store. Host functions hold it weakly in their environment.
pub(super) struct State {
    /// The first field, as the store is deleted before the rest is dropped.
    raw: Owned<wasm_store_t>,
    engine: Engine,
    objects: Arc<Objects>,
    /// Why the host function failed whose frames are being unwound.
    pending: Cell<Pending>,
}

impl Store {
    /// Creates an empty store.
    ///
    /// Calls `wasm_store_new`.
    pub fn new(engine: &Engine) -> Store {
        let state = State {
            // SAFETY: invariant "Owned object": the engine is alive; the store is owned.
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

    /// Returns the engine that the store was created with.
    pub fn engine(&self) -> &Engine {
        &self.state.engine
    }
}

impl Default for Store {
    /// Creates a store with a default engine.
    ///
    /// # Panics
    ///
    /// Panics as [`Engine::default`] does.
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
        // Each object owns a reference to the C store, which is deleted next. If any object were
        // left, the C store would stay; and for ever, if that object is in the closure of a host
        // function. Finalizers that run then can't reach the state, as no strong reference is
        // left.
        self.objects.close();
    }
}

impl State {
    /// Returns the C store, which is valid as long as `self`.
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

    /// Runs `call`, which calls a C function that may run WebAssembly code. Every entry into
    /// WebAssembly code of the store is through this function.
    ///
    /// # Errors
    ///
    /// Returns a [`Trap`] with the error of the host function that caused it, or with what
    /// libwasmtime reports.
    ///
    /// # Panics
    ///
    /// Panics if a host function panicked: this resumes its panic.
    ///
    /// # Safety
    ///
    /// `call` must return null or an owned trap.
    pub(super) unsafe fn enter(&self, call: impl FnOnce() -> *mut wasm_trap_t) -> Result<()> {
        let trap = call();
        if trap.is_null() {
            return Ok(());
        }
        // SAFETY: invariant "Owned object": the trap is owned, as this function requires.
        Err(unsafe { self.failure(trap) })
    }

    #[cold]
    unsafe fn failure(&self, trap: *mut wasm_trap_t) -> Error {
        // SAFETY: invariant "Owned object": the trap is owned, as `enter` requires.
        let raised = unsafe { Raised::new(ptr::null_mut(), trap) };
        match self.pending.take().take(raised) {
            (cause, Some(raised)) => Error::new(Trap::from_parts(raised, cause)),
            (_, None) => format_err!("libwasmtime failed without a reason"),
        }
    }
}

/// Shared access to a [`Store`].
// Covariant, and neither `Send` nor `Sync`, as a reference to the state is.
#[derive(Clone, Copy)]
pub struct StoreContext<'a> {
    state: &'a State,
}

/// Exclusive access to a [`Store`], which a host function receives.
// Covariant, and neither `Send` nor `Sync`, as `StoreContext` is.
pub struct StoreContextMut<'a> {
    state: &'a Arc<State>,
    exclusive: PhantomData<&'a mut Store>,
}

impl<'a> StoreContext<'a> {
    pub(super) fn state(self) -> &'a State {
        self.state
    }

    /// Returns the engine that the store was created with.
    pub fn engine(&self) -> &'a Engine {
        &self.state.engine
    }
}

impl<'a> StoreContextMut<'a> {
    /// Creates a context. The caller must have exclusive access to the store for `'a`: host
    /// functions have it, as the call that they are part of has borrowed the store.
    pub(super) fn new(state: &'a Arc<State>) -> StoreContextMut<'a> {
        StoreContextMut {
            state,
            exclusive: PhantomData,
        }
    }

    /// Returns the state, in which nothing can be borrowed across a call.
    pub(super) fn state(&self) -> &'a Arc<State> {
        self.state
    }

    /// Returns the engine that the store was created with.
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

/// A type that gives shared access to a [`Store`]: the store, its contexts, and references
/// to these.
pub trait AsContext {
    /// Returns the context with this access.
    fn as_context(&self) -> StoreContext<'_>;
}

/// A type that gives exclusive access to a [`Store`]: the store, [`StoreContextMut`], and
/// mutable references to these.
pub trait AsContextMut: AsContext {
    /// Returns the context with this access.
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
