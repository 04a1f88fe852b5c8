//! Linkers, which find imports by name.

#[cfg(feature = "async")]
mod asynchronous;
mod constants;
mod define;
mod func_types;
mod get;
mod host;
mod imports_for;
mod instance_pre;
mod module;
mod needs;
mod unknown_import;

pub use imports_for::{ImportMismatch, ImportsError};
pub use instance_pre::InstancePre;
pub use unknown_import::UnknownImportError;

use crate::error::check;
use crate::instance::check_engine;
use crate::owned::Owned;
use crate::store::StoreOpaque;
use crate::sys::{
    wasmtime_linker_allow_shadowing, wasmtime_linker_instantiate_pre, wasmtime_linker_new,
    wasmtime_linker_t,
};
#[cfg(feature = "wasi")]
use crate::wasi::WasiSource;
use crate::{AsContextMut, Engine, Error, Instance, Module, Result, StoreContextMut};
use constants::Constants;
use func_types::FuncTypes;
use needs::{Definitions, Needs};
use std::fmt;
use std::marker::PhantomData;
use std::ptr;

/// A set of named definitions, from which modules are instantiated.
///
/// Each definition has two names, that of a module and that of an item in it, as an
/// import has in `(import "module" "item" ...)`. [`Linker::instantiate`] looks up
/// each import of a module by its two names, compares the types, and instantiates the
/// module. [`Instance::new`] instead takes the imports in their order.
///
/// # Many stores
///
/// Host functions that are defined with [`func_wrap`](Linker::func_wrap),
/// [`func_new`](Linker::func_new), their asynchronous counterparts or
/// [`define_unknown_imports_as_traps`](Linker::define_unknown_imports_as_traps)
/// belong to no store, and neither do constants
/// ([`HostModule::constant`](crate::bind::HostModule::constant)) and a
/// [`SharedMemory`](crate::SharedMemory). With
/// such definitions alone, a linker works for every store of its engine. A program
/// may create one linker at its start and use it for all stores, on all threads.
///
/// All other items belong to one store: those of [`define`](Linker::define),
/// [`instance`](Linker::instance), [`module`](Linker::module) and
/// [`define_unknown_imports_as_default_values`](Linker::define_unknown_imports_as_default_values).
/// A module that imports such an item can be instantiated in that store only; in
/// another store, [`instantiate`](Linker::instantiate) returns an error.
///
/// `T` is the type of the stores' data. The linker contains no `T`: the parameter makes
/// sure that host functions get a [`Caller<'_, T>`](crate::Caller) of the `T` which
/// they expect.
///
/// # Examples
///
#[doc = example!(wat)]
/// use libwasmtime::{Engine, Linker, Module, Store};
///
/// let engine = Engine::default();
/// let module = Module::new(&engine, r#"
///     (module
///         (import "host" "double" (func $double (param i32) (result i32)))
///         (func (export "run") (result i32)
///             i32.const 21
///             call $double))
/// "#)?;
/// let mut linker = Linker::new(&engine);
/// linker.func_wrap("host", "double", |x: i32| x * 2)?;
///
/// // The function belongs to no store, so the linker works for several.
/// for _ in 0..2 {
///     let mut store = Store::new(&engine, ());
///     let instance = linker.instantiate(&mut store, &module)?;
///     let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
///     assert_eq!(run.call(&mut store, ())?, 42);
/// }
/// # Ok::<(), libwasmtime::Error>(())
/// ```
// `Send` and `Sync` for every `T`, as a linker contains no `T`. Invariant in `T`,
// whereas the `wasmtime` crate's is covariant: a host function takes a
// `Caller<'_, T>`. A linker that became one of a subtype or supertype of `T` would
// pass it a caller of that type.
pub struct Linker<T> {
    raw: Owned<wasmtime_linker_t>,
    engine: Engine,
    definitions: Definitions,
    /// There if a constant has been defined.
    constants: Option<Constants<T>>,
    types: FuncTypes,
    /// Set by [`Linker::allow_shadowing`].
    shadowing: bool,
    /// Set by [`Linker::allow_unknown_exports`].
    unknown_exports: bool,
    data: PhantomData<fn(T) -> T>,
}

// SAFETY: the C object is bound to no thread, and the host functions that it owns are
// `Send`.
unsafe impl<T> Send for Linker<T> {}
// SAFETY: through a shared reference, C functions only read the C object; those that
// change it are called through an exclusive one. The host functions that it owns are
// `Sync`.
unsafe impl<T> Sync for Linker<T> {}

impl<T> Linker<T> {
    /// Creates an empty linker.
    ///
    /// It instantiates modules of `engine`, in stores of `engine`.
    ///
    /// Calls `wasmtime_linker_new`.
    pub fn new(engine: &Engine) -> Linker<T> {
        // SAFETY: invariant "Owned object": the engine is alive, and what is returned is owned,
        // of the engine, and empty.
        unsafe { Linker::from_c(Owned::from_c(wasmtime_linker_new(engine.as_ptr())), engine) }
    }

    /// # Safety
    ///
    /// `raw` must be of `engine`. All that is defined must be host functions that may be
    /// used with any store of data `T`, and on any thread. None may be asynchronous or WASI's.
    pub(crate) unsafe fn from_c(raw: Owned<wasmtime_linker_t>, engine: &Engine) -> Linker<T> {
        Linker {
            raw,
            engine: engine.clone(),
            definitions: Definitions::default(),
            constants: None,
            types: FuncTypes::default(),
            shadowing: false,
            unknown_exports: false,
            data: PhantomData,
        }
    }

    /// Returns the engine that the linker was created with.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Sets whether a name may be defined again.
    ///
    /// If it may, the new definition replaces the old one, for all modules that are
    /// linked from then on. By default, a second definition of a name is an error.
    ///
    /// Calls `wasmtime_linker_allow_shadowing`.
    ///
    /// # Examples
    ///
    #[doc = example!(compiler)]
    /// use libwasmtime::{Engine, Linker};
    ///
    /// let mut linker = Linker::<()>::new(&Engine::default());
    /// linker.func_wrap("host", "log", |_: i32| {})?;
    /// assert!(linker.func_wrap("host", "log", |x: i32| println!("{x}")).is_err());
    ///
    /// linker.allow_shadowing(true);
    /// linker.func_wrap("host", "log", |x: i32| println!("{x}"))?;
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn allow_shadowing(&mut self, allow: bool) -> &mut Self {
        // SAFETY: invariant "Owned object": the linker is owned by `self`, which is borrowed
        // exclusively.
        unsafe { wasmtime_linker_allow_shadowing(self.as_ptr(), allow) };
        self.shadowing = allow;
        self
    }

    /// Sets whether [`Linker::module`] accepts unknown exports of a command.
    ///
    /// Of a command, only the exported functions can be defined. Some other exports,
    /// such as `memory`, are usual and skipped. By default, any further export is an
    /// error; if `allow` is `true`, it is skipped as well.
    pub fn allow_unknown_exports(&mut self, allow: bool) -> &mut Self {
        self.unknown_exports = allow;
        self
    }

    /// Instantiates a module with imports from the linker, and runs its start function.
    ///
    /// The start function is the one of the module's `start` section. A function that
    /// is exported as `_start`, which begins a WASI program, has to be called by the
    /// host; see [`Linker::get_default`].
    ///
    /// To instantiate a module many times, look up its imports once, with
    /// [`Linker::instantiate_pre`].
    ///
    /// Calls `wasmtime_linker_instantiate`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - an import has no definition; the error is an [`UnknownImportError`];
    /// - the definition of an import doesn't have the type that the module imports;
    /// - the module imports WASI functions that the linker defines, and `store` has no
    ///   WASI context;
    /// - `module`, `store`, or the definition of an import belongs to another engine
    ///   than the linker;
    /// - the definition of an import belongs to another store;
    /// - the module imports an asynchronous host function, the store requires asynchronous
    ///   calls, or an asynchronous call is running in it: use `instantiate_async` (see
    ///   [`Store`](crate::Store#asynchronous-calls));
    /// - [`Instance::new`] would fail with these imports.
    ///
    /// # Panics
    ///
    /// Panics if a host function that the start function calls panics.
    ///
    /// # Examples
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Engine, Linker, Module, Store, UnknownImportError};
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"(module (import "host" "now" (func)))"#)?;
    /// let mut store = Store::new(&engine, ());
    ///
    /// let linker = Linker::new(&engine);
    /// let error = linker.instantiate(&mut store, &module).unwrap_err();
    /// let unknown = error.downcast_ref::<UnknownImportError>().expect("it isn't defined");
    /// assert_eq!((unknown.module(), unknown.name()), ("host", "now"));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn instantiate(
        &self,
        mut store: impl AsContextMut<Data = T>,
        module: &Module,
    ) -> Result<Instance>
    where
        T: 'static,
    {
        let mut store = store.as_context_mut();
        check_engine(&self.engine, module)?;
        check_engine(store.engine(), module)?;
        self.definitions.check(&mut store, module)?;
        self.definitions.check_sync(module)?;
        if let Some(constants) = self.constants_for(module) {
            let linker = (constants.in_store)(self, store.opaque_mut(), module)?;
            return linker.instantiate(store, module);
        }
        if self.definitions.have_shared_memory_for(module) {
            // If the imports can't be linked, the memory must not be noted as one of
            // the store's.
            return self.resolve(&mut store, module)?.instantiate(store);
        }
        let mut unknown = None;
        // SAFETY: invariants "Context" and "Ownership": the store is borrowed exclusively,
        // and `definitions.check` has found that the imports may be used with it. The error
        // is valid while the closure runs.
        let instance = unsafe {
            StoreOpaque::instantiate_linked(
                store.opaque_ptr(),
                self.as_ptr(),
                module.as_ptr(),
                |error| unknown = UnknownImportError::find(self.as_ptr(), module, error),
            )
        };
        let instance = instance.map_err(|error| unknown.map_or(error, Error::new))?;
        // SAFETY: the instance was created from this module, in this store.
        Ok(unsafe { Instance::adopt(store.opaque_mut(), instance, module) })
    }

    /// Looks up a module's imports and compares their types once, for many instances.
    ///
    /// What is defined in the linker later doesn't change what is returned. The sizes
    /// of memories and tables are compared as they were when these were defined:
    /// growing them afterwards doesn't help.
    ///
    /// Calls `wasmtime_linker_instantiate_pre`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - an import has no definition; the error is an [`UnknownImportError`];
    /// - the definition of an import doesn't have the type that the module imports;
    /// - `module` or the definition of an import belongs to another engine than the
    ///   linker.
    ///
    /// # Examples
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Caller, Engine, Linker, Module, Store};
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"
    ///     (module
    ///         (import "host" "next" (func $next (result i32)))
    ///         (func (export "run") (result i32) (call $next)))
    /// "#)?;
    /// let mut linker = Linker::new(&engine);
    /// linker.func_wrap("host", "next", |mut caller: Caller<'_, i32>| {
    ///     *caller.data_mut() += 1;
    ///     *caller.data()
    /// })?;
    ///
    /// // Done once, for instance when a server starts.
    /// let pre = linker.instantiate_pre(&module)?;
    ///
    /// // Done for each request.
    /// for first in [10, 20] {
    ///     let mut store = Store::new(&engine, first);
    ///     let instance = pre.instantiate(&mut store)?;
    ///     let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
    ///     assert_eq!(run.call(&mut store, ())?, first + 1);
    /// }
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn instantiate_pre(&self, module: &Module) -> Result<InstancePre<T>>
    where
        T: 'static,
    {
        check_engine(&self.engine, module)?;
        self.definitions.check_engines(module)?;
        if let Some(constants) = self.constants_for(module) {
            return (constants.instantiate_pre)(self, module);
        }
        let mut raw = ptr::null_mut();
        // SAFETY: invariant "Owned object": the linker and the module are alive and belong to
        // the same engine. `raw` is written unless there is an error, and owned. Its host
        // functions take stores of data `T`, as those of this linker do.
        unsafe {
            let error = wasmtime_linker_instantiate_pre(self.as_ptr(), module.as_ptr(), &mut raw);
            let unknown = UnknownImportError::find(self.as_ptr(), module, error);
            check(error).map_err(|error| unknown.map_or(error, Error::new))?;
            Ok(InstancePre::from_c(
                Owned::from_c(raw),
                module,
                self.definitions.needs_of(module),
            ))
        }
    }

    /// Looks up a module's imports for one instance in a store, whose memories and tables
    /// count with their present sizes.
    fn resolve(&self, store: &mut StoreContextMut<'_, T>, module: &Module) -> Result<InstancePre<T>>
    where
        T: 'static,
    {
        if let Some(constants) = self.constants_for(module) {
            let linker = (constants.in_store)(self, store.opaque_mut(), module)?;
            return linker.resolve(store, module);
        }
        match self.instantiate_pre(module) {
            Err(error) if !error.is::<UnknownImportError>() => {
                self.measured(store, module)?.instantiate_pre(module)
            }
            pre => pre,
        }
    }

    /// Creates a linker with the imports of a module and their present sizes.
    ///
    /// A linker notes the sizes of memories and tables when they are defined, and
    /// `wasmtime_linker_instantiate_pre` compares those with what the module imports.
    fn measured(&self, store: &mut StoreContextMut<'_, T>, module: &Module) -> Result<Linker<T>>
    where
        T: 'static,
    {
        let mut measured = Linker::new(&self.engine);
        measured.allow_shadowing(true);
        for import in module.imports() {
            let (module, name) = (import.module(), import.name());
            // What is found is an item of the store, also an asynchronous host function.
            #[cfg(feature = "async")]
            if self.definitions.needs(module, name).is_async() {
                store.opaque_mut().add_async()?;
            }
            if let Some(item) = self.find(store.opaque_mut(), module, name) {
                measured.define_item(store.opaque(), module, name, &item)?;
            }
        }
        Ok(measured)
    }

    /// Checks that a store's engine is the linker's.
    ///
    /// # Panics
    ///
    /// Panics if it is another one.
    fn assert_engine(&self, engine: &Engine) {
        assert!(
            Engine::same(&self.engine, engine),
            "different engines for this linker and the store provided"
        );
    }

    /// Returns the C object, which is valid as long as `self`.
    pub(crate) fn as_ptr(&self) -> *mut wasmtime_linker_t {
        self.raw.as_ptr()
    }

    /// Notes that WASI is defined, which requires a store with a WASI context.
    #[cfg(feature = "wasi")]
    pub(crate) fn set_has_wasi(&mut self) {
        self.definitions.set_has_wasi();
    }

    /// Sets where stores get their context of WASI from. The source must be for data `T`.
    #[cfg(feature = "wasi")]
    pub(crate) fn set_wasi_source(&mut self, source: WasiSource) {
        self.definitions.set_wasi_source(source);
    }
}

impl<T> Clone for Linker<T> {
    fn clone(&self) -> Linker<T> {
        Linker {
            raw: self.raw.clone(),
            engine: self.engine.clone(),
            definitions: self.definitions.clone(),
            constants: self.constants,
            types: FuncTypes::default(),
            shadowing: self.shadowing,
            unknown_exports: self.unknown_exports,
            data: PhantomData,
        }
    }
}

impl<T: 'static> Default for Linker<T> {
    /// Creates an empty linker for a default engine.
    ///
    /// # Panics
    ///
    /// Panics if the default engine cannot be created, as [`Engine::default`] does.
    fn default() -> Linker<T> {
        Linker::new(&Engine::default())
    }
}

impl<T> fmt::Debug for Linker<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Linker").finish_non_exhaustive()
    }
}
