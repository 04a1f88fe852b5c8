//! Linkers: imports found by name.

mod define;
mod func_types;
mod get;
mod module;
mod needs;
mod unknown_import;

pub(crate) use needs::Needs;
pub use unknown_import::UnknownImportError;

use crate::error::check;
use crate::instance::check_engine;
use crate::owned::Owned;
use crate::sys::{
    wasmtime_linker_allow_shadowing, wasmtime_linker_instantiate, wasmtime_linker_instantiate_pre,
    wasmtime_linker_new, wasmtime_linker_t,
};
use crate::{AsContextMut, Engine, Error, Instance, InstancePre, Module, Result, StoreContextMut};
use func_types::FuncTypes;
use needs::Definitions;
use std::fmt;
use std::marker::PhantomData;
use std::ptr;

/// Finds the imports of modules by their names.
///
/// What is defined in a linker is either of the host (functions) and can be
/// used with any store of the linker's engine, or it belongs to one store.
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
/// let mut store = Store::new(&engine, ());
/// let instance = linker.instantiate(&mut store, &module)?;
/// let run = instance.get_typed_func::<(), i32>(&mut store, "run")?;
/// assert_eq!(run.call(&mut store, ())?, 42);
/// # Ok::<(), libwasmtime::Error>(())
/// ```
// `Send` and `Sync` whatever `T` is, as there is none in it. Invariant in `T`: a
// closure that is defined takes a `Caller<'_, T>`, so that a linker of a subtype's
// or a supertype's stores would pass it one of another type; the `wasmtime`
// crate's is covariant.
pub struct Linker<T> {
    raw: Owned<wasmtime_linker_t>,
    engine: Engine,
    definitions: Definitions,
    types: FuncTypes,
    /// What [`Linker::allow_shadowing`] has set.
    shadowing: bool,
    /// What [`Linker::allow_unknown_exports`] has set.
    unknown_exports: bool,
    data: PhantomData<fn(T) -> T>,
}

// SAFETY: the C object may be used from any thread, and from several at a time
// where it isn't changed; host functions are `Send + Sync`.
unsafe impl<T> Send for Linker<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Linker<T> {}

impl<T> Linker<T> {
    /// Makes an empty linker.
    ///
    /// Calls `wasmtime_linker_new`.
    pub fn new(engine: &Engine) -> Linker<T> {
        // SAFETY: the engine is alive, and what is returned is owned, of the engine, and
        // empty.
        unsafe { Linker::from_c(Owned::from_c(wasmtime_linker_new(engine.as_ptr())), engine) }
    }

    /// # Safety
    ///
    /// `raw` must be of `engine`. All that is defined must be host functions that may be
    /// used with any store of data `T`, and on any thread, and none may be WASI's.
    pub(crate) unsafe fn from_c(raw: Owned<wasmtime_linker_t>, engine: &Engine) -> Linker<T> {
        Linker {
            raw,
            engine: engine.clone(),
            definitions: Definitions::default(),
            types: FuncTypes::default(),
            shadowing: false,
            unknown_exports: false,
            data: PhantomData,
        }
    }

    /// The engine that the linker is of.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Whether a name may be defined again, in which case the last definition
    /// is the one that counts. By default that is an error.
    ///
    /// Calls `wasmtime_linker_allow_shadowing`.
    pub fn allow_shadowing(&mut self, allow: bool) -> &mut Self {
        // SAFETY: the linker is alive and borrowed exclusively.
        unsafe { wasmtime_linker_allow_shadowing(self.as_ptr(), allow) };
        self.shadowing = allow;
        self
    }

    /// Whether a command that is defined by [`Linker::module`] may export
    /// something that can't be defined. By default that is an error.
    pub fn allow_unknown_exports(&mut self, allow: bool) -> &mut Self {
        self.unknown_exports = allow;
        self
    }

    /// Instantiates a module with the imports that the linker has for it, and
    /// runs its start function.
    ///
    /// Calls `wasmtime_linker_instantiate`.
    ///
    /// # Errors
    ///
    /// If the linker lacks an import, in which case the error is an
    /// [`UnknownImportError`], or has one of another type; if the module imports
    /// WASI, which the linker has, but `store` doesn't; if `store`, or an import that
    /// is found, is of another engine, or an import is of another store; and as for
    /// [`Instance::new`].
    ///
    /// # Panics
    ///
    /// If a host function that the start function calls panics.
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
        self.definitions.check(store.opaque(), module)?;
        if self.definitions.have_shared_memory_for(module) {
            // Imports that can't be linked don't bring it into the store.
            let pre = match self.instantiate_pre(module) {
                Err(error) if !error.is::<UnknownImportError>() => {
                    self.measured(&mut store, module)?.instantiate_pre(module)
                }
                pre => pre,
            };
            return pre?.instantiate(store);
        }
        let context = store.raw();
        let mut unknown = None;
        // SAFETY: invariant "Context"; all that is linked may be used with the
        // store, which is borrowed. The error is valid until it is returned.
        let instance = unsafe {
            Instance::start(store.opaque_ptr(), module, |instance, trap| {
                let error = wasmtime_linker_instantiate(
                    self.as_ptr(),
                    context,
                    module.as_ptr(),
                    instance,
                    trap,
                );
                if !error.is_null() {
                    unknown = UnknownImportError::find(self.as_ptr(), module, error);
                }
                error
            })
        };
        instance.map_err(|error| unknown.map_or(error, Error::new))
    }

    /// Looks up a module's imports and checks their types once, for many
    /// instantiations.
    ///
    /// Calls `wasmtime_linker_instantiate_pre`.
    ///
    /// # Errors
    ///
    /// If the module is of another engine, or the linker lacks an import, in
    /// which case the error is an [`UnknownImportError`], or has one of another
    /// type or engine.
    pub fn instantiate_pre(&self, module: &Module) -> Result<InstancePre<T>>
    where
        T: 'static,
    {
        check_engine(&self.engine, module)?;
        self.definitions.check_engines(module)?;
        let mut raw = ptr::null_mut();
        // SAFETY: both are alive and of the same engine; `raw` is written unless
        // there is an error, and owned.
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

    /// A linker with the imports of a module, where the sizes of memories and tables
    /// are those of now. Else they are those of the time of their definition, until
    /// something is instantiated.
    fn measured(&self, store: &mut StoreContextMut<'_, T>, module: &Module) -> Result<Linker<T>>
    where
        T: 'static,
    {
        let mut measured = Linker::new(&self.engine);
        measured.allow_shadowing(true);
        for import in module.imports() {
            let (module, name) = (import.module(), import.name());
            if let Some(item) = self.find(store.opaque_mut(), module, name) {
                measured.define_item(store.opaque(), module, name, &item)?;
            }
        }
        Ok(measured)
    }

    /// # Panics
    ///
    /// If `engine`, which is that of a store, isn't the linker's.
    fn assert_engine(&self, engine: &Engine) {
        assert!(
            Engine::same(&self.engine, engine),
            "different engines for this linker and the store provided"
        );
    }

    /// The C object, valid as long as `self`.
    pub(crate) fn as_ptr(&self) -> *mut wasmtime_linker_t {
        self.raw.as_ptr()
    }

    /// Notes that functions are defined that need a store's WASI context.
    #[cfg(feature = "wasi")]
    pub(crate) fn set_has_wasi(&mut self) {
        self.definitions.set_has_wasi();
    }
}

impl<T> Clone for Linker<T> {
    fn clone(&self) -> Linker<T> {
        Linker {
            raw: self.raw.clone(),
            engine: self.engine.clone(),
            definitions: self.definitions.clone(),
            types: FuncTypes::default(),
            shadowing: self.shadowing,
            unknown_exports: self.unknown_exports,
            data: PhantomData,
        }
    }
}

impl<T: 'static> Default for Linker<T> {
    /// A linker of a default engine.
    ///
    /// # Panics
    ///
    /// If the default engine can't be made, as [`Engine::default`] does.
    fn default() -> Linker<T> {
        Linker::new(&Engine::default())
    }
}

impl<T> fmt::Debug for Linker<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Linker").finish_non_exhaustive()
    }
}
