//! [`Linker`]: what components import, by name.
//!
//! A linker is Rust data: names, and definitions behind them. A linker of the C API is built from
//! it when a component is linked ([`Linked`]), since that can neither be copied, nor checked
//! without a store, nor kept for later.

mod check;
mod host;
mod linker_instance;
mod names;
#[cfg(feature = "wasi")]
mod wasi;

pub use linker_instance::LinkerInstance;
#[cfg(feature = "wasi")]
pub(crate) use wasi::WasiSet;

use super::typed::InstanceType;
use super::types::ResourceType;
use super::{Component, Instance, InstancePre};
use crate::error::{bail, check, ensure};
use crate::owned::Owned;
use crate::store::MUST_BE_ASYNC;
#[cfg(feature = "component-model-async")]
use crate::store::StoreOpaque;
use crate::sys::{
    wasmtime_component_linker_allow_shadowing,
    wasmtime_component_linker_define_unknown_imports_as_traps,
    wasmtime_component_linker_instance_add_func, wasmtime_component_linker_instance_add_instance,
    wasmtime_component_linker_instance_add_module, wasmtime_component_linker_instance_add_resource,
    wasmtime_component_linker_instance_t, wasmtime_component_linker_new,
    wasmtime_component_linker_root, wasmtime_component_linker_t,
};
#[cfg(feature = "wasi")]
use crate::wasi::WasiSource;
use crate::{AsContextMut, Engine, Module, Result, StoreContextMut};
use check::{Found, Needs};
use host::{HostDestructor, HostFunc};
use names::Names;
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};
#[cfg(feature = "wasi")]
use wasi::{WasiItem, WasiPart};

/// A set of named definitions, from which components are instantiated.
///
/// Each definition has a name, and may be in an instance, which has a name itself, such as an
/// interface: [`LinkerInstance`] adds to one of them. An interface that a component imports with
/// a version is also found as a later, compatible one.
///
/// It belongs to no store: all that is defined can be used in any store of its engine whose data
/// is a `T`.
///
#[doc = example!(wat)]
/// use libwasmtime::component::{Component, Linker};
/// use libwasmtime::{Engine, Store, StoreContextMut};
///
/// let engine = Engine::default();
/// let component = Component::new(&engine, r#"
///     (component
///         (import "double" (func $double (param "x" u32) (result u32)))
///         (core func $lowered (canon lower (func $double)))
///         (core module $m
///             (import "host" "double" (func $double (param i32) (result i32)))
///             (func (export "run") (result i32) (call $double (i32.const 21))))
///         (core instance $i (instantiate $m
///             (with "host" (instance (export "double" (func $lowered))))))
///         (func (export "run") (result u32) (canon lift (core func $i "run"))))
/// "#)?;
///
/// let mut linker = Linker::new(&engine);
/// linker.root().func_wrap("double", |_: StoreContextMut<'_, ()>, (x,): (u32,)| Ok((2 * x,)))?;
///
/// let mut store = Store::new(&engine, ());
/// let instance = linker.instantiate(&mut store, &component)?;
/// let run = instance.get_typed_func::<(), (u32,)>(&mut store, "run")?;
/// assert_eq!(run.call(&mut store, ())?, (42,));
/// # Ok::<(), libwasmtime::Error>(())
/// ```
// `Send` and `Sync` for every `T`, as a linker contains no `T`. Invariant in `T`, as host
// functions take a store's context of that `T`.
pub struct Linker<T: 'static> {
    engine: Engine,
    definitions: Definitions,
    /// The linker of the C API for all the definitions, until one is added.
    built: Mutex<Option<Arc<Built>>>,
    data: PhantomData<fn(T) -> T>,
}

/// What is defined.
#[derive(Clone, Default)]
struct Definitions {
    /// What the program has defined. What is WASI's is here as well, as long as it hasn't been
    /// replaced, so that nothing is defined twice.
    root: Names<Definition>,
    /// Set by [`Linker::allow_shadowing`].
    shadowing: bool,
    /// The components whose unknown imports trap.
    trapping: Vec<Component>,
    /// What defines the interfaces of WASI in `root`, in the order in which they were defined.
    #[cfg(feature = "wasi")]
    wasi: Vec<WasiPart>,
    /// Where stores get their context of WASI from.
    #[cfg(feature = "wasi")]
    wasi_source: Option<WasiSource>,
}

/// A definition.
#[derive(Clone)]
enum Definition {
    Func(Arc<HostFunc>),
    Module(Module),
    Resource(ResourceType, Arc<HostDestructor>),
    Instance(Names<Definition>),
    #[cfg(feature = "wasi")]
    Wasi(WasiItem),
    /// A function that traps, a resource without a destructor: what libwasmtime defines.
    Trap,
}

impl<T: 'static> Linker<T> {
    /// Creates an empty linker.
    pub fn new(engine: &Engine) -> Linker<T> {
        Linker {
            engine: engine.clone(),
            definitions: Definitions::default(),
            built: Mutex::new(None),
            data: PhantomData,
        }
    }

    /// Returns the engine that the linker was created with.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Sets whether a name may be defined again, by which the new definition replaces the old
    /// one. By default that is an error.
    pub fn allow_shadowing(&mut self, allow: bool) -> &mut Self {
        self.definitions.shadowing = allow;
        self
    }

    /// Returns what adds definitions that a component imports by their names alone, and instances
    /// among them.
    pub fn root(&mut self) -> LinkerInstance<'_, T> {
        self.forget_built();
        LinkerInstance::new(&self.engine, &mut self.definitions)
    }

    /// Returns what adds definitions to the instance of that name, such as `a:b/c@1.0.0`. It is
    /// created if there is none.
    ///
    /// # Errors
    ///
    /// Returns an error if the name is defined as something else.
    pub fn instance(&mut self, name: &str) -> Result<LinkerInstance<'_, T>> {
        self.root().into_instance(name)
    }

    /// Defines all that a component imports, and that isn't defined: functions that trap, and
    /// resources.
    ///
    /// Calls `wasmtime_component_linker_define_unknown_imports_as_traps`.
    ///
    /// # Errors
    ///
    /// Returns an error if the component imports a module or a component, or belongs to another
    /// engine.
    pub fn define_unknown_imports_as_traps(&mut self, component: &Component) -> Result<()> {
        check_engine(&self.engine, component)?;
        self.forget_built();
        check::check_trapping(&component.component_type(), &self.engine)?;
        self.definitions.trapping.push(component.clone());
        Ok(())
    }

    /// Finds a component's imports and compares their types once, for many instances.
    ///
    /// What is defined in the linker later doesn't change what is returned.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - an import isn't defined, or is defined as something else;
    /// - a host function has other types than the component imports, or the component imports a
    ///   function with a stream, a future or an error context, which the C API can't pass;
    /// - the component belongs to another engine than the linker.
    pub fn instantiate_pre(&self, component: &Component) -> Result<InstancePre<T>> {
        check_engine(&self.engine, component)?;
        let ty = component.component_type();
        let built = self.built()?;
        let needs = check::check_imports(&built.found, &ty, &self.engine)?;
        let linked = Linked {
            built,
            needs,
            #[cfg(feature = "wasi")]
            wasi_source: self.definitions.wasi_source.clone(),
        };
        // SAFETY: the definitions are for stores of data `T`.
        Ok(unsafe { InstancePre::new(component.clone(), Arc::new(linked)) })
    }

    /// Instantiates a component with imports from the linker, and runs the start functions of its
    /// modules.
    ///
    /// To instantiate a component many times, look up its imports once, with
    /// [`Linker::instantiate_pre`].
    ///
    /// Calls `wasmtime_component_linker_instantiate`.
    ///
    /// # Errors
    ///
    /// Returns an error if
    ///
    /// - [`Linker::instantiate_pre`] does;
    /// - `store` belongs to another engine;
    /// - the component imports WASI functions that the linker defines, and `store` has no WASI
    ///   context;
    /// - the component imports an asynchronous function, the store requires asynchronous calls,
    ///   or an asynchronous call is running in it: use `instantiate_async`;
    /// - the store's limits don't allow the instance, or memories and tables can't be allocated;
    /// - a start function traps.
    ///
    /// # Panics
    ///
    /// Panics if a host function that is called panics.
    pub fn instantiate(
        &self,
        store: impl AsContextMut<Data = T>,
        component: &Component,
    ) -> Result<Instance> {
        self.instantiate_pre(component)?.instantiate(store)
    }

    /// Sets where stores get their context of WASI from. The source must be for data `T`.
    #[cfg(feature = "wasi")]
    pub(crate) fn set_wasi_source(&mut self, source: WasiSource) {
        self.definitions.wasi_source = Some(source);
    }

    fn forget_built(&mut self) {
        *self.built.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Returns a linker of the C API with all the definitions.
    fn built(&self) -> Result<Arc<Built>> {
        // The lock guards no data that a panic could leave half changed.
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(built) = &*built {
            return Ok(built.clone());
        }
        let new = Arc::new(Built::new(&self.engine, &self.definitions)?);
        *built = Some(new.clone());
        Ok(new)
    }
}

impl<T: 'static> Clone for Linker<T> {
    fn clone(&self) -> Linker<T> {
        let built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        Linker {
            engine: self.engine.clone(),
            definitions: self.definitions.clone(),
            built: Mutex::new(built.clone()),
            data: PhantomData,
        }
    }
}

impl<T: 'static> fmt::Debug for Linker<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Linker").finish_non_exhaustive()
    }
}

/// A linker of the C API, to which nothing is added any more.
struct Built {
    raw: Owned<wasmtime_component_linker_t>,
    found: Found,
}

// SAFETY: the C object is bound to no thread, and the host functions that it owns are `Send`.
unsafe impl Send for Built {}
// SAFETY: C functions only read the C object once it is built. The host functions that it owns
// are `Sync`.
unsafe impl Sync for Built {}

impl Built {
    fn new(engine: &Engine, definitions: &Definitions) -> Result<Built> {
        // SAFETY: invariant "Owned object": the engine is alive, and what is returned is owned.
        let raw = unsafe { Owned::from_c(wasmtime_component_linker_new(engine.as_ptr())) };
        // SAFETY: invariant "Owned object": the linker is owned, and so is what `root` returns,
        // which is deleted before the linker is used again.
        unsafe {
            // Names were compared when they were defined; some replace those of WASI.
            wasmtime_component_linker_allow_shadowing(raw.as_ptr(), true);
            #[cfg(feature = "wasi")]
            for part in &definitions.wasi {
                part.set.define(&raw)?;
            }
            let root = Owned::from_c(wasmtime_component_linker_root(raw.as_ptr()));
            define_all(&root, &definitions.root)?;
            drop(root);
            for component in &definitions.trapping {
                check(wasmtime_component_linker_define_unknown_imports_as_traps(
                    raw.as_ptr(),
                    component.as_ptr(),
                ))?;
            }
        }
        let found = Found::new(definitions, engine)?;
        Ok(Built { raw, found })
    }
}

/// Adds definitions to an instance of a linker of the C API.
fn define_all(
    instance: &Owned<wasmtime_component_linker_instance_t>,
    definitions: &Names<Definition>,
) -> Result<()> {
    for (name, definition) in definitions.iter() {
        let (at, len) = (name.as_ptr().cast(), name.len());
        // SAFETY: invariant "Owned object": the instance is owned, and used by nothing else. The
        // name is a borrowed string. A callback, its environment and its finalizer belong
        // together. An instance in it is owned, and deleted before this one is used again.
        unsafe {
            match definition {
                Definition::Func(func) => {
                    let (callback, env, finalizer) = func.shared.to_parts();
                    check(wasmtime_component_linker_instance_add_func(
                        instance.as_ptr(),
                        at,
                        len,
                        callback,
                        env,
                        finalizer,
                    ))?;
                }
                Definition::Module(module) => {
                    check(wasmtime_component_linker_instance_add_module(
                        instance.as_ptr(),
                        at,
                        len,
                        module.as_ptr(),
                    ))?;
                }
                Definition::Resource(ty, destructor) => {
                    let ty = ty.to_c()?;
                    let (callback, env, finalizer) = destructor.shared.to_parts();
                    check(wasmtime_component_linker_instance_add_resource(
                        instance.as_ptr(),
                        at,
                        len,
                        ty.as_ptr(),
                        callback,
                        env,
                        finalizer,
                    ))?;
                }
                Definition::Instance(definitions) => {
                    let inner = Owned::out(|out| {
                        let instance = instance.as_ptr();
                        wasmtime_component_linker_instance_add_instance(instance, at, len, out)
                    })?;
                    define_all(&inner, definitions)?;
                }
                #[cfg(feature = "wasi")]
                Definition::Wasi(_) => {}
                Definition::Trap => {}
            }
        }
    }
    Ok(())
}

/// The definitions for a component.
pub struct Linked {
    built: Arc<Built>,
    needs: Needs,
    #[cfg(feature = "wasi")]
    wasi_source: Option<WasiSource>,
}

impl Linked {
    /// Prepares a store for an instance.
    ///
    /// # Errors
    ///
    /// Returns an error if the store is of another engine, if it lacks what the definitions need, or
    /// if asynchronous functions would come into it during a synchronous call.
    pub(super) fn prepare<T: 'static>(
        &self,
        store: &mut StoreContextMut<'_, T>,
        component: &Component,
    ) -> Result<()> {
        check_engine(store.engine(), component)?;
        #[cfg(feature = "wasi")]
        if let Some(source) = self.wasi_source.as_ref().filter(|_| self.needs.wasi) {
            // SAFETY: the source is for stores of data `T`, as the definitions are.
            unsafe { source.supply_from_now_on(store)? };
        }
        let store = store.opaque();
        ensure!(
            !self.needs.wasi || store.has_wasi(),
            "the component imports WASI functions, and the store has no WASI context: give it one \
             with `Store::set_wasi`"
        );
        ensure!(
            !self.needs.wasi_http || store.has_wasi_http(),
            "the component imports functions of `wasi:http`, and the store has no context for \
             them: give it one with `Store::set_wasi_http`"
        );
        Ok(())
    }

    /// Checks that a component may be instantiated synchronously.
    ///
    /// # Errors
    ///
    /// Returns an error, in the words of the `wasmtime` crate, if it may not.
    pub(super) fn check_sync(&self) -> Result<()> {
        ensure!(!self.needs.is_async, MUST_BE_ASYNC);
        Ok(())
    }

    /// Notes that the store gets the asynchronous functions, if there are any.
    ///
    /// # Errors
    ///
    /// Returns an error if a synchronous call is running in the store.
    #[cfg(feature = "component-model-async")]
    pub(super) fn add_async(&self, store: &mut StoreOpaque) -> Result<()> {
        if self.needs.is_async {
            store.add_async()?;
        }
        if self.needs.waits_for_wasi {
            store.set_waits_for_wasi();
        }
        Ok(())
    }

    /// Returns what the resources in the component's types are.
    pub(super) fn instance_type(&self) -> InstanceType<'_> {
        InstanceType::of_component(&self.needs.resources)
    }

    /// Returns the C object, which is valid as long as `self`.
    pub(super) fn as_ptr(&self) -> *const wasmtime_component_linker_t {
        self.built.raw.as_ptr()
    }
}

/// Checks that a component belongs to the engine of a store or linker.
///
/// # Errors
///
/// Returns an error if it belongs to another one.
fn check_engine(engine: &Engine, component: &Component) -> Result<()> {
    if Engine::same(engine, component.engine()) {
        Ok(())
    } else {
        bail!(
            "cross-`Engine` instantiation is not currently supported: the component belongs to \
             another engine than the store or linker"
        )
    }
}
