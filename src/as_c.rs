//! Conversions between the types of the safe layer and those of the C API.
//!
//! The traits are in [`sys`](crate::sys), so that `sys` depends on nothing above it; their
//! implementations are here, above all other modules.

mod error;
mod store;
mod types;

use crate::config::Tunables;
use crate::owned::Owned;
use crate::sys::{
    AsC, FromC, ensure_loaded, wasm_config_t, wasm_engine_t, wasmtime_instance_pre_t,
    wasmtime_linker_t, wasmtime_module_t, wasmtime_sharedmemory_t,
};
use crate::{Config, Engine, Error, InstancePre, Linker, Module, Result, SharedMemory};

impl AsC for Engine {
    type C = *mut wasm_engine_t;

    fn as_c(&self) -> *mut wasm_engine_t {
        self.as_ptr()
    }
}

/// The result is different from every other [`Engine`], even from one that it shares its C
/// engine with: modules, types and stores of one can't be used with the other.
///
/// # Safety
///
/// Besides, the engine must have been created with the settings of the [`Config`]. It may
/// differ in settings that `Config` doesn't have.
impl FromC<Owned<wasm_engine_t>, &Config> for Engine {
    unsafe fn from_c(raw: Owned<wasm_engine_t>, config: &Config) -> Engine {
        // SAFETY: the engine has these settings, as this function requires.
        unsafe { Engine::from_c(raw, config.clone(), Tunables::of(config)) }
    }
}

/// The settings as an object of the C API, to which settings can be added that only the C
/// API has.
///
/// `wasm_engine_new_with_config` creates an engine from the object, and [`FromC`] converts
/// that. If the settings include a pool that takes up much of the address space, no other
/// pool may be created in between: the conversion checks that the pool fits into the address
/// space, but reserves none of it.
///
/// Calls `wasm_config_new`, and the function of each setting.
///
#[doc = example!(compiler)]
/// use libwasmtime::sys::{self, FromC};
/// use libwasmtime::vec::Owned;
/// use libwasmtime::{Config, Engine};
///
/// let mut config = Config::new();
/// config.consume_fuel(true);
/// let settings = Owned::try_from(&config)?;
/// // Settings that only the C API has are made here.
/// let engine = unsafe {
///     // SAFETY: the function takes ownership of the settings and returns an owned engine.
///     let engine = Owned::from_raw(sys::wasm_engine_new_with_config(settings.into_raw()));
///     // SAFETY: the engine was created with the settings of `config`.
///     Engine::from_c(engine.unwrap(), &config)
/// };
/// assert!(!engine.is_pulley());
/// # Ok::<(), libwasmtime::Error>(())
/// ```
impl TryFrom<&Config> for Owned<wasm_config_t> {
    type Error = Error;

    /// # Errors
    ///
    /// Returns an error if settings are in conflict, or if the library can't be loaded or lacks
    /// one of them, as [`Engine::new`] does.
    fn try_from(config: &Config) -> Result<Owned<wasm_config_t>> {
        ensure_loaded()?;
        #[cfg(feature = "pooling-allocator")]
        let _pool = config.allocation_strategy.lock();
        config.check()?;
        config.to_c()
    }
}

impl AsC for Module {
    type C = *mut wasmtime_module_t;

    fn as_c(&self) -> *mut wasmtime_module_t {
        self.as_ptr()
    }
}

/// The result has no [name](Module::name). It is different from every other [`Module`], even
/// from one that it shares its C module with, as [`Module::same`] reports.
///
/// # Safety
///
/// Besides, tables with 64-bit indices among the module's imports and exports must have
/// limits below 2^32, as for [`Module::deserialize`].
impl FromC<Owned<wasmtime_module_t>, &Engine> for Module {
    unsafe fn from_c(raw: Owned<wasmtime_module_t>, engine: &Engine) -> Module {
        // SAFETY: the module belongs to the engine, and all limits are below 2^32, as this
        // function requires.
        unsafe { Module::from_c(engine, raw, None, Default::default()) }
    }
}

impl AsC for SharedMemory {
    type C = *mut wasmtime_sharedmemory_t;

    fn as_c(&self) -> *mut wasmtime_sharedmemory_t {
        self.as_ptr()
    }
}

impl FromC<Owned<wasmtime_sharedmemory_t>, &Engine> for SharedMemory {
    unsafe fn from_c(raw: Owned<wasmtime_sharedmemory_t>, engine: &Engine) -> SharedMemory {
        // SAFETY: the memory belongs to the engine, as this function requires.
        unsafe { SharedMemory::from_c(raw, engine) }
    }
}

impl<T> AsC for Linker<T> {
    type C = *mut wasmtime_linker_t;

    fn as_c(&self) -> *mut wasmtime_linker_t {
        self.as_ptr()
    }
}

/// The result refuses to define a name twice until [`Linker::allow_shadowing`] is called.
///
/// # Safety
///
/// Besides, all definitions must be host functions that may be called in every store with
/// data of type `T`, on any thread. None may be asynchronous, and WASI must not be defined.
impl<T> FromC<Owned<wasmtime_linker_t>, &Engine> for Linker<T> {
    unsafe fn from_c(raw: Owned<wasmtime_linker_t>, engine: &Engine) -> Linker<T> {
        // SAFETY: the linker belongs to the engine, and its definitions may be used with
        // every store of data `T`, as this function requires.
        let mut linker = unsafe { Linker::from_c(raw, engine) };
        linker.allow_shadowing(false);
        linker
    }
}

/// # Panics
///
/// Panics if the module imports constants of the linker, see
/// [`HostModule::constant`](crate::bind::HostModule::constant), which are globals of each store.
impl<T> AsC for InstancePre<T> {
    type C = *const wasmtime_instance_pre_t;

    fn as_c(&self) -> *const wasmtime_instance_pre_t {
        self.as_ptr()
    }
}

/// # Safety
///
/// Besides, the imports must meet the requirements on the definitions of a [`Linker`] that
/// is created by [`FromC`].
impl<T: 'static> FromC<Owned<wasmtime_instance_pre_t>, &Module> for InstancePre<T> {
    unsafe fn from_c(raw: Owned<wasmtime_instance_pre_t>, module: &Module) -> InstancePre<T> {
        // SAFETY: the object was created from the module, and its imports require nothing of
        // a store but data of type `T`, as this function requires.
        unsafe { InstancePre::from_c(raw, module, Default::default()) }
    }
}
