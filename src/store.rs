//! Stores: the owners of WebAssembly objects and of the host's data beside them.
//!
//! # Parts
//!
//! - [`Store<T>`] owns a C store and, beside it, a boxed [`StoreState<T>`]
//!   that holds everything this crate adds. The C store's data pointer is that
//!   box and never changes, so that callbacks find the state from their caller.
//! - [`StoreContext`], [`StoreContextMut`] and [`Caller`](crate::Caller) are a
//!   pointer to the state and a lifetime.
//! - [`StoreOpaque`] is the part of the state that does not depend on `T`.
//! - [`entry`] is the one way into WebAssembly, and [`callback`] the one way out of it.
//!
//! ARCHITECTURE.md describes the invariants that `SAFETY` comments rest on, most of which
//! are about these types.
//!
//! # Variance and auto traits
//!
//! A closure that is kept in a store takes a `Caller<'_, T>` of the `T` that the
//! store had when it was created. One closure may copy a reference out of that `T`, and
//! another may put one into it. So `T` can become neither a subtype nor a supertype. [`Store`],
//! its contexts and [`Caller`](crate::Caller) are invariant in `T`, since [`StoreState`] is.
//! [`Linker`](crate::Linker) and [`InstancePre`](crate::InstancePre) contain such closures as
//! well, and are invariant by a `PhantomData` of their own.
//!
//! | type | `Send` | `Sync` |
//! |---|---|---|
//! | `Store`, `StoreContextMut`, `Caller` | if `T: Send` | if `T: Sync` |
//! | `StoreContext`, a shared reference | if `T: Sync` | if `T: Sync` |
//!
//! All are `Unpin`, and neither `UnwindSafe` nor `RefUnwindSafe`: a panic may leave the
//! store's data half changed, or the values that a closure captured. The `wasmtime` crate's
//! types have the same auto traits, because of their fields.

#[cfg(feature = "async")]
mod asynchrony;
pub(crate) mod callback;
mod context;
mod entry;
mod epoch;
mod exception;
mod fuel;
mod instances;
mod limits;
mod memory_cache;
mod opaque;
mod shared_memories;
#[cfg(feature = "component-model")]
mod unfinished;

pub use context::{AsContext, AsContextMut, StoreContext, StoreContextMut};
#[cfg(feature = "async")]
pub(crate) use entry::WaitFunc;
pub use epoch::UpdateDeadline;
pub use limits::{
    DEFAULT_INSTANCE_LIMIT, DEFAULT_MEMORY_LIMIT, DEFAULT_TABLE_LIMIT, ResourceLimiter,
    StoreLimits, StoreLimitsBuilder,
};
pub(crate) use opaque::{
    DataType, MUST_BE_ASYNC, StoreOpaque, cross_store, wrong_engine, wrong_store,
};
#[cfg(feature = "standard")]
pub(crate) use shared_memories::imported_twice;
#[cfg(all(feature = "async", feature = "component-model"))]
pub(crate) use unfinished::BeforeHost;
#[cfg(feature = "component-model")]
pub(crate) use unfinished::Unfinished;

use crate::sys::{wasmtime_store_context, wasmtime_store_delete, wasmtime_store_new};
use crate::{Engine, Result};
use std::fmt;
use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop};
use std::ptr::NonNull;

/// The state of a store, which the C store's data pointer points to.
///
/// The opaque part comes first, so a pointer to the state is a pointer to it too.
#[repr(C)]
pub(crate) struct StoreState<T: 'static> {
    opaque: StoreOpaque,
    data: T,
    /// Makes every type that contains or points to a state invariant in `T`.
    invariant: PhantomData<fn(T) -> T>,
}

/// A collection of WebAssembly instances, and host data of type `T`.
///
/// A store owns all WebAssembly objects that are created in it: instances, functions,
/// memories, tables, globals and tags. [`Instance`](crate::Instance),
/// [`Memory`](crate::Memory) and the like are handles of such objects.
///
/// # Lifetime
///
/// The objects are freed with the store, not before. So a store should live about as long
/// as the main instance in it. A program that instantiates modules again and again in one
/// store never frees their memory; it should create a store for each request, task or
/// plugin. Creating a store is cheap.
///
/// # Data
///
/// The data is what host functions need of the host: the state of a request, say, or open
/// files. They reach it through [`Caller::data_mut`](crate::Caller::data_mut), and the rest
/// of the program through [`Store::data_mut`]. [`Store::into_data`] returns it in the end.
///
/// # Contexts
///
/// A function that reads a store takes an [`AsContext`], and one that changes it an
/// [`AsContextMut`]. `&store` and `&mut store` are such, and in host functions `&caller` and
/// `&mut caller`. [`StoreContext`] and [`StoreContextMut`] are borrows of a store; many
/// methods of a store are methods of these and of [`Caller`](crate::Caller) as well.
///
/// # Objects of other stores
///
/// Using a handle with another store than its own panics. Passing a handle of another store
/// as an argument, an import or an element returns an error.
///
/// # Threads
///
/// A `Store` can be sent to another thread if its data can. Several threads can share it if
/// they can share its data: to read memories, for instance, or the types of functions.
/// Everything that changes a store, such as a call, borrows it exclusively.
///
/// # Asynchronous calls
///
/// With the Cargo feature `async`, functions whose names end in `_async` call WebAssembly code
/// in a future. They work with every store. A store *requires* them, for the rest of its life, as
/// soon as
///
/// - an asynchronous host function comes into it: by `Func::wrap_async`, by the instantiation of
///   a module that imports one, or by [`Linker::get`](crate::Linker::get);
/// - its code may yield, by `Store::fuel_async_yield_interval` or
///   `Store::epoch_deadline_async_yield_and_update`.
///
/// Then the synchronous functions that run WebAssembly code return an error, such as
/// [`TypedFunc::call`](crate::TypedFunc::call), [`Func::call`](crate::Func::call),
/// [`Instance::new`](crate::Instance::new) and
/// [`Linker::instantiate`](crate::Linker::instantiate). They also return an error in host
/// functions and callbacks that an asynchronous call in the same store calls: use the
/// asynchronous functions there as well. The other way round, no asynchronous host function
/// can come into a store while a synchronous call runs in it.
///
/// All other functions work in either case, such as those that read memories and set globals.
///
/// # Examples
///
#[doc = example!(wat)]
/// use libwasmtime::{Caller, Engine, Linker, Module, Store};
///
/// struct Request {
///     log: Vec<i32>,
/// }
///
/// let engine = Engine::default();
/// let module = Module::new(&engine, r#"
///     (module
///         (import "host" "log" (func $log (param i32)))
///         (func (export "handle") (call $log (i32.const 42))))
/// "#)?;
/// let mut linker = Linker::new(&engine);
/// linker.func_wrap("host", "log", |mut caller: Caller<'_, Request>, x: i32| {
///     caller.data_mut().log.push(x);
/// })?;
///
/// // One store for each request.
/// let mut store = Store::new(&engine, Request { log: Vec::new() });
/// let instance = linker.instantiate(&mut store, &module)?;
/// let handle = instance.get_typed_func::<(), ()>(&mut store, "handle")?;
/// handle.call(&mut store, ())?;
/// let request = store.into_data();
/// assert_eq!(request.log, [42]);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
pub struct Store<T: 'static> {
    state: StatePtr,
    /// Gives the auto traits of what this owns.
    owned: PhantomData<Box<StoreState<T>>>,
}

/// A pointer to the state of a store.
///
/// It is `Send` and `Sync`; a `PhantomData` beside it says whether what is done with the state
/// is. (If the types with a `T` implemented these traits themselves, for `T: 'static`, the
/// compiler would not find them for a `T` with a trait object in a future that is spawned: it
/// forgets lifetimes there, also `'static`.)
#[derive(Clone, Copy)]
struct StatePtr(NonNull<()>);

// SAFETY: only the types that contain it use the state, and they have the auto traits of a
// state or of a reference to one.
unsafe impl Send for StatePtr {}
// SAFETY: as for `Send`.
unsafe impl Sync for StatePtr {}

impl StatePtr {
    fn new<T>(state: NonNull<StoreState<T>>) -> StatePtr {
        StatePtr(state.cast())
    }

    /// Returns the pointer, which must be to a state with data of type `T`.
    fn as_ptr<T>(self) -> *mut StoreState<T> {
        self.0.as_ptr().cast()
    }
}

impl<T: 'static> Store<T> {
    /// Creates a store for modules of `engine`, with this data.
    ///
    /// The store has no limit on the sizes of memories and tables, other than those in their
    /// types, and the limits on numbers [`DEFAULT_INSTANCE_LIMIT`],
    /// [`DEFAULT_MEMORY_LIMIT`] and [`DEFAULT_TABLE_LIMIT`]. [`Store::limiter`] sets others.
    ///
    /// If the engine counts fuel or checks epochs, code traps at once until
    /// [`Store::set_fuel`] or [`Store::set_epoch_deadline`] has been called.
    ///
    /// Calls `wasmtime_store_new`.
    pub fn new(engine: &Engine, data: T) -> Store<T> {
        let state = NonNull::from(Box::leak(Box::new(StoreState {
            opaque: StoreOpaque::new(engine, DataType::of::<T>()),
            data,
            invariant: PhantomData,
        })));
        // SAFETY: invariant "Owned object": the engine is alive. The state is at an address of
        // its own and outlives the C store, which `close` deletes first.
        unsafe {
            let store = wasmtime_store_new(engine.as_ptr(), state.as_ptr().cast(), None);
            let context = wasmtime_store_context(store);
            (*state.as_ptr()).opaque.attach(store, context);
        }
        Store {
            state: StatePtr::new(state),
            owned: PhantomData,
        }
    }

    /// Creates a store as [`Store::new`] does; never returns an error.
    ///
    /// In the `wasmtime` crate, it returns an error when memory runs out. The C API ends the
    /// process then.
    pub fn try_new(engine: &Engine, data: T) -> Result<Store<T>> {
        Ok(Store::new(engine, data))
    }

    /// Returns the data.
    pub fn data(&self) -> &T {
        self.as_context().into_data()
    }

    /// Returns the data, borrowed exclusively.
    ///
    /// # Examples
    ///
    #[doc = example!(compiler)]
    /// use libwasmtime::{Engine, Store};
    ///
    /// let mut store = Store::new(&Engine::default(), vec!["first"]);
    /// store.data_mut().push("second");
    /// assert_eq!(store.data().len(), 2);
    /// ```
    pub fn data_mut(&mut self) -> &mut T {
        self.as_context_mut().into_data_mut()
    }

    /// Deletes the store and all its objects, and returns the data.
    ///
    /// # Examples
    ///
    #[doc = example!(compiler)]
    /// use libwasmtime::{Caller, Engine, Func, Store};
    ///
    /// let mut store = Store::new(&Engine::default(), String::new());
    /// let greet = Func::wrap(&mut store, |mut caller: Caller<'_, String>| {
    ///     caller.data_mut().push_str("hello");
    /// });
    /// greet.call(&mut store, &[], &mut [])?;
    /// let output: String = store.into_data();
    /// assert_eq!(output, "hello");
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn into_data(self) -> T {
        let mut store = ManuallyDrop::new(self);
        let state = store.close();
        let StoreState { data, .. } = *state;
        data
    }

    /// Returns the engine that the store was created with.
    pub fn engine(&self) -> &Engine {
        self.opaque().engine()
    }

    pub(crate) fn opaque(&self) -> &StoreOpaque {
        // SAFETY: invariant "State": the store is borrowed.
        unsafe { &(*self.state.as_ptr::<T>()).opaque }
    }

    /// Deletes the C store and takes the state.
    ///
    /// Must be the last use of `self.state`.
    fn close(&mut self) -> Box<StoreState<T>> {
        // SAFETY: invariant "State": nothing else uses the store. The state is a leaked box
        // that is taken back once, after the C store that points to it is deleted. Rooted
        // references are unrooted first, as they belong to the C store. Finalizers that run
        // while it is deleted don't touch the state.
        unsafe {
            let opaque = &raw mut (*self.state.as_ptr::<T>()).opaque;
            (*opaque).release_roots();
            wasmtime_store_delete((*opaque).store());
            Box::from_raw(self.state.as_ptr::<T>())
        }
    }
}

impl<T: 'static> Drop for Store<T> {
    fn drop(&mut self) {
        drop(self.close());
    }
}

impl<T: Default + 'static> Default for Store<T> {
    /// Creates a store with a default engine and default data.
    ///
    /// # Panics
    ///
    /// Panics if the default engine cannot be created, as [`Engine::default`] does.
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
