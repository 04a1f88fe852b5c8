//! [`Engine`]: what compiles and runs WebAssembly, configured once.

use crate::config::{Tunables, default_settings};
use crate::owned::Owned;
use crate::sys::{self, ensure_loaded, wasm_config_t, wasm_engine_t};
use crate::{Config, Result};
use std::fmt;
use std::sync::{Arc, Weak};

mod precompiled;
mod settings;

pub use precompiled::Precompiled;

/// Compiles and runs WebAssembly, with the settings of a [`Config`].
///
/// Most programs have one, which lives as long as they do. Clones are the same
/// engine, and share a reference count; an engine can be used from several threads at a time.
///
/// ```no_run
/// use libwasmtime::{Config, Engine};
///
/// # fn main() -> libwasmtime::Result<()> {
/// let engine = Engine::default();
/// let metered = Engine::new(Config::new().consume_fuel(true))?;
/// assert!(!Engine::same(&engine, &metered));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Engine {
    inner: Arc<EngineInner>,
}

struct EngineInner {
    raw: Owned<wasm_engine_t>,
    config: Config,
    tunables: Tunables,
}

impl Engine {
    /// Makes an engine with these settings; loads libwasmtime first, if that
    /// has to be.
    ///
    /// Calls `wasm_engine_new_with_config`. If the library was built with the
    /// `logging` feature, that installs a logger for the process.
    ///
    /// # Errors
    ///
    /// - [`LoadError`](crate::LoadError) if the library can't be loaded, or is the
    ///   wrong one;
    /// - [`ConfigConflict`](crate::ConfigConflict) if a setting can't be had,
    ///   or not together with another;
    /// - [`Unsupported`](crate::Unsupported) if the library lacks a setting.
    pub fn new(config: &Config) -> Result<Engine> {
        ensure_loaded()?;
        #[cfg(feature = "pooling-allocator")]
        let _pool = config.allocation_strategy.lock();
        let tunables = config.check()?;
        let raw = config.to_c()?;
        // SAFETY: nothing in the configuration is in conflict.
        Ok(unsafe { Engine::from_c_config(raw, config.clone(), tunables) })
    }

    /// Makes an engine with the default settings: what [`Engine::new`] comes to
    /// where these can't be in conflict. To check them, and to pass on what isn't
    /// set, is a tenth of the code of a program that does little.
    fn with_default_settings() -> Result<Engine> {
        ensure_loaded()?;
        let config = Config::new();
        let tunables = Tunables::of(&config);
        // SAFETY: nothing is set.
        Ok(unsafe { Engine::from_c_config(default_settings(), config, tunables) })
    }

    /// Creates an engine with the settings of a C configuration.
    ///
    /// # Safety
    ///
    /// `settings` must be those of `config`, and none that libwasmtime aborts on.
    unsafe fn from_c_config(
        settings: Owned<wasm_config_t>,
        config: Config,
        tunables: Tunables,
    ) -> Engine {
        // SAFETY: the configuration is owned and given away, and libwasmtime doesn't
        // abort on it, as this function requires. The engine is owned.
        unsafe {
            let raw = Owned::from_c(sys::wasm_engine_new_with_config(settings.into_raw()));
            Engine::from_c(raw, config, tunables)
        }
    }

    /// # Safety
    ///
    /// The engine must have been created with these settings.
    pub(crate) unsafe fn from_c(
        raw: Owned<wasm_engine_t>,
        config: Config,
        tunables: Tunables,
    ) -> Engine {
        Engine {
            inner: Arc::new(EngineInner {
                raw,
                config,
                tunables,
            }),
        }
    }

    /// The settings that the engine was made with.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// Whether two are the same engine: one a clone of the other.
    pub fn same(a: &Engine, b: &Engine) -> bool {
        Arc::ptr_eq(&a.inner, &b.inner)
    }

    /// A reference that doesn't keep the engine alive.
    pub fn weak(&self) -> EngineWeak {
        EngineWeak {
            inner: Arc::downgrade(&self.inner),
        }
    }

    /// Advances the engine's epoch by one.
    ///
    /// Code compiled with
    /// [`Config::epoch_interruption`](crate::Config::epoch_interruption)
    /// looks at the epoch and stops once its store's deadline has passed.
    ///
    /// It is one atomic addition, so it can be called from any thread and from
    /// a signal handler. Calls `wasmtime_engine_increment_epoch`.
    pub fn increment_epoch(&self) {
        // SAFETY: the engine is alive.
        unsafe { sys::wasmtime_engine_increment_epoch(self.as_ptr()) }
    }

    /// Deletes the engine, which has to be the last one.
    ///
    /// In the `wasmtime` crate this removes what its first engine has installed in
    /// the process, so that the code of the crate can be unloaded. The C API has no
    /// function for that: here the signal handlers (or what else the system has for
    /// it) stay, and with them all of libwasmtime has to stay loaded. New engines
    /// can be made later.
    ///
    /// Calls `wasm_engine_delete`.
    ///
    /// # Panics
    ///
    /// If something else holds the engine: a clone, a [`weak`](Engine::weak)
    /// reference, or what was made with it, such as a module, a store or a type.
    ///
    /// # Safety
    ///
    /// The library or program that contains libwasmtime must not be unloaded
    /// because this has been called. What the `wasmtime` crate asks for besides
    /// needs no attention here: there may be other engines, and threads that have
    /// used this one.
    pub unsafe fn unload_process_handlers(self) {
        assert_eq!(
            (Arc::strong_count(&self.inner), Arc::weak_count(&self.inner)),
            (1, 0),
            "the engine is still in use: there must be one reference to it, and no weak one"
        );
    }

    /// Whether code is compiled for Pulley, the portable interpreter, rather
    /// than for a processor.
    ///
    /// Calls `wasmtime_engine_is_pulley`.
    pub fn is_pulley(&self) -> bool {
        // SAFETY: the engine is alive.
        unsafe { sys::wasmtime_engine_is_pulley(self.as_ptr()) }
    }

    /// Makes sure that a module can be compiled: libwasmtime ends the process at some
    /// of what is wrong in its DWARF, and as for [`Engine::prepare_to_validate`].
    ///
    /// # Errors
    ///
    /// If there is such DWARF, and the engine looks at it; and as for
    /// [`Engine::prepare_to_validate`].
    #[cfg(compiler)]
    #[inline]
    pub(crate) fn prepare_to_compile(&self, binary: &[u8]) -> Result<()> {
        if self.get_debug_info() {
            crate::module::binary::dwarf::check(binary)?;
        }
        self.prepare_to_validate()
    }

    /// Makes sure that modules can be validated: libwasmtime ends the process if it
    /// can't start the threads that it does so on.
    ///
    /// # Errors
    ///
    /// With [`Unsupported`](crate::Unsupported), if libwasmtime was built without a
    /// compiler; and if the system doesn't start the threads.
    #[cfg(compiler)]
    #[inline]
    pub(crate) fn prepare_to_validate(&self) -> Result<()> {
        sys::require(sys::Feature::Compiler)?;
        if self.inner.tunables.parallel_compilation {
            crate::threads::for_compiling()?;
        }
        Ok(())
    }

    /// The C object, valid as long as `self`.
    pub(crate) fn as_ptr(&self) -> *mut wasm_engine_t {
        self.inner.raw.as_ptr()
    }
}

impl Default for Engine {
    /// An engine with the default settings.
    ///
    /// # Panics
    ///
    /// If libwasmtime can't be loaded, or is the wrong one; see [`load`](crate::load).
    fn default() -> Engine {
        let engine = if Config::DEFAULT_FITS {
            Engine::with_default_settings()
        } else {
            Engine::new(&Config::new())
        };
        match engine {
            Ok(engine) => engine,
            Err(error) => panic!("no default engine can be made: {error:?}"),
        }
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Engine")
            .field(&Arc::as_ptr(&self.inner))
            .finish()
    }
}

/// A reference to an [`Engine`] that doesn't keep it alive; see
/// [`Engine::weak`].
#[derive(Clone, Default)]
pub struct EngineWeak {
    inner: Weak<EngineInner>,
}

impl EngineWeak {
    /// The engine, if there is still a clone of it.
    pub fn upgrade(&self) -> Option<Engine> {
        let inner = self.inner.upgrade()?;
        Some(Engine { inner })
    }
}
