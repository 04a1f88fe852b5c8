//! The way from the types of the safe layer down to the C API, and back; the traits are
//! in [`sys`](crate::sys).

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

/// It counts as another engine than any that there is, also than the one that it is a
/// clone of in C: what belongs to one can't be used with the other.
///
/// # Safety
///
/// The engine must have been created with the settings of the [`Config`], or of one that
/// differs in nothing that the safe layer can set.
impl FromC<Owned<wasm_engine_t>, &Config> for Engine {
    unsafe fn from_c(raw: Owned<wasm_engine_t>, config: &Config) -> Engine {
        // SAFETY: the engine has these settings, as this function requires.
        unsafe { Engine::from_c(raw, config.clone(), Tunables::of(config)) }
    }
}

/// The settings as the C API's object, for settings that only the C API has.
///
/// Calls `wasm_config_new`, and the function of each setting.
/// `wasm_engine_new_with_config` takes the object, and [`FromC`] the engine. With a pool
/// that takes up much of the address space, no other pool may be created until then:
/// whether there is room for both hasn't been checked.
///
#[doc = example!(compiler)]
/// use libwasmtime::sys::{self, FromC};
/// use libwasmtime::vec::Owned;
/// use libwasmtime::{Config, Engine};
///
/// let mut config = Config::new();
/// config.consume_fuel(true);
/// let settings = Owned::try_from(&config)?;
/// // Here may be calls of functions that set something else.
/// let engine = unsafe {
///     // SAFETY: the configuration is given away, and an owned engine is returned.
///     let engine = Owned::from_raw(sys::wasm_engine_new_with_config(settings.into_raw()));
///     // SAFETY: the engine has these settings.
///     Engine::from_c(engine.unwrap(), &config)
/// };
/// assert!(!engine.is_pulley());
/// # Ok::<(), libwasmtime::Error>(())
/// ```
impl TryFrom<&Config> for Owned<wasm_config_t> {
    type Error = Error;

    /// # Errors
    ///
    /// Returns an error if settings are in conflict, or if the library can't be loaded
    /// or lacks one of them, as [`Engine::new`] does.
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

/// The module's [name](Module::name) isn't known, and it is another one than those that
/// were created before: [`Module::same`] doesn't hold between the two.
///
/// # Safety
///
/// A table with 64-bit indices among the module's imports or exports must have limits
/// below 2^32, as for [`Module::deserialize`].
impl FromC<Owned<wasmtime_module_t>, &Engine> for Module {
    unsafe fn from_c(raw: Owned<wasmtime_module_t>, engine: &Engine) -> Module {
        // SAFETY: the module is of the engine, and has no limits that would have to be
        // read from its binary, as this function requires.
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
        // SAFETY: the memory is of the engine, as this function requires.
        unsafe { SharedMemory::from_c(raw, engine) }
    }
}

impl<T> AsC for Linker<T> {
    type C = *mut wasmtime_linker_t;

    fn as_c(&self) -> *mut wasmtime_linker_t {
        self.as_ptr()
    }
}

/// A name may not be defined again until [`Linker::allow_shadowing`] is called.
///
/// # Safety
///
/// Nothing must be defined but host functions that may be called in every store whose
/// data is a `T`, and on any thread. WASI mustn't be.
impl<T> FromC<Owned<wasmtime_linker_t>, &Engine> for Linker<T> {
    unsafe fn from_c(raw: Owned<wasmtime_linker_t>, engine: &Engine) -> Linker<T> {
        // SAFETY: the linker is of the engine, and what is defined may be used with
        // every store of data `T`, as this function requires.
        let mut linker = unsafe { Linker::from_c(raw, engine) };
        linker.allow_shadowing(false);
        linker
    }
}

impl<T> AsC for InstancePre<T> {
    type C = *const wasmtime_instance_pre_t;

    fn as_c(&self) -> *const wasmtime_instance_pre_t {
        self.as_ptr()
    }
}

/// # Safety
///
/// What is linked must be host functions that may be called in every store whose data is
/// a `T`, and on any thread, but none of WASI.
impl<T: 'static> FromC<Owned<wasmtime_instance_pre_t>, &Module> for InstancePre<T> {
    unsafe fn from_c(raw: Owned<wasmtime_instance_pre_t>, module: &Module) -> InstancePre<T> {
        // SAFETY: it is of the module, and needs nothing of a store but its data's
        // type, as this function requires.
        unsafe { InstancePre::from_c(raw, module, Default::default()) }
    }
}
