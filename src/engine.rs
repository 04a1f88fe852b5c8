//! [`Engine`]: the compiler and runtime of WebAssembly, with fixed settings.

use crate::config::{Tunables, default_settings};
use crate::owned::Owned;
#[cfg(feature = "async")]
use crate::store::WaitFunc;
use crate::sys::{self, ensure_loaded, wasm_config_t, wasm_engine_t};
use crate::{Config, Result};
use std::fmt;
#[cfg(feature = "async")]
use std::sync::OnceLock;
use std::sync::{Arc, Weak};

mod precompiled;
mod settings;

pub use precompiled::Precompiled;

/// The compiler and runtime of WebAssembly, with the settings of a [`Config`].
///
/// Most programs create one engine and keep it for as long as they run. Modules, stores,
/// linkers and types belong to an engine, and can be used together only if their engine is
/// the same.
///
/// Clones share a reference count and are the same engine. Several threads can use an
/// engine at a time.
///
/// ```
/// use libwasmtime::{Config, Engine};
///
/// let engine = Engine::default();
/// let metered = Engine::new(Config::new().consume_fuel(true))?;
/// assert!(Engine::same(&engine, &engine.clone()));
/// assert!(!Engine::same(&engine, &metered));
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone)]
pub struct Engine {
    inner: Arc<EngineInner>,
}

struct EngineInner {
    raw: Owned<wasm_engine_t>,
    config: Config,
    tunables: Tunables,
    #[cfg(feature = "async")]
    wait_func: OnceLock<WaitFunc>,
}

impl Engine {
    /// Creates an engine with these settings.
    ///
    /// In the link mode `load`, the first engine of a process loads libwasmtime, as
    /// [`load`](crate::load()) does.
    ///
    /// Calls `wasm_engine_new_with_config`. If the library was built with the
    /// `logging` feature, that installs a logger for the process.
    ///
    /// # Errors
    ///
    /// - Returns a [`LoadError`](crate::LoadError) if the library can't be loaded, or isn't
    ///   a libwasmtime that this crate can use.
    /// - Returns a [`ConfigConflict`](crate::ConfigConflict) if a setting is invalid or
    ///   unavailable, or excludes another one.
    /// - Returns [`Unsupported`](crate::Unsupported) if the library lacks a setting.
    pub fn new(config: &Config) -> Result<Engine> {
        ensure_loaded()?;
        #[cfg(feature = "pooling-allocator")]
        let _pool = config.allocation_strategy.lock();
        let tunables = config.check()?;
        let raw = config.to_c()?;
        // SAFETY: `raw` has the settings of `config`, and `check` has found nothing that
        // libwasmtime aborts on.
        Ok(unsafe { Engine::from_c_config(raw, config.clone(), tunables) })
    }

    /// Creates an engine with the default settings, as [`Engine::new`] does, where
    /// [`Config::DEFAULT_FITS`]. So a program that has no other settings doesn't contain
    /// the code that checks and sets them.
    // Size: without this, hello is 92 KiB larger (12 %).
    fn with_default_settings() -> Result<Engine> {
        ensure_loaded()?;
        let config = Config::new();
        let tunables = Tunables::of(&config);
        // SAFETY: both have the default settings. libwasmtime doesn't abort on these where
        // `Config::DEFAULT_FITS`, and this function is only called there.
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
        // SAFETY: invariant "Owned object": the configuration is owned and given away, and
        // libwasmtime doesn't abort on it, as this function requires. The engine is owned.
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
                #[cfg(feature = "async")]
                wait_func: OnceLock::new(),
            }),
        }
    }

    /// Returns what creates the functions with which host functions wait.
    ///
    /// libwasmtime must have been built with `async`.
    #[cfg(feature = "async")]
    pub(crate) fn wait_func(&self) -> &WaitFunc {
        self.inner.wait_func.get_or_init(|| WaitFunc::new(self))
    }

    /// Returns the settings that the engine was created with.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// Reports whether two engines are the same, as clones are.
    pub fn same(a: &Engine, b: &Engine) -> bool {
        Arc::ptr_eq(&a.inner, &b.inner)
    }

    /// Creates a weak reference, which doesn't keep the engine alive.
    ///
    /// It serves for a thread that increments the epoch as long as the engine exists:
    ///
    /// ```
    /// use libwasmtime::Engine;
    /// use std::{thread, time::Duration};
    ///
    /// let engine = Engine::default();
    /// let weak = engine.weak();
    /// let ticker = thread::spawn(move || {
    ///     while let Some(engine) = weak.upgrade() {
    ///         engine.increment_epoch();
    ///         thread::sleep(Duration::from_millis(1));
    ///     }
    /// });
    /// // The thread ends once the last clone is dropped.
    /// drop(engine);
    /// ticker.join().unwrap();
    /// ```
    pub fn weak(&self) -> EngineWeak {
        EngineWeak {
            inner: Arc::downgrade(&self.inner),
        }
    }

    /// Increments the engine's epoch by one.
    ///
    /// Code that was compiled with
    /// [`Config::epoch_interruption`](crate::Config::epoch_interruption) stops once the
    /// epoch has reached the deadline of its store; there is an example there.
    ///
    /// This is one atomic addition, so it can be called from any thread and from a signal
    /// handler. Calls `wasmtime_engine_increment_epoch`.
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Config, Engine, Instance, Module, Store};
    ///
    /// let engine = Engine::new(Config::new().epoch_interruption(true))?;
    /// let module = Module::new(&engine, r#"(module (func (export "f")))"#)?;
    /// let mut store = Store::new(&engine, ());
    /// store.set_epoch_deadline(2);
    /// let f = Instance::new(&mut store, &module, &[])?.get_typed_func::<(), ()>(&mut store, "f")?;
    ///
    /// engine.increment_epoch();
    /// assert!(f.call(&mut store, ()).is_ok());
    /// engine.increment_epoch();
    /// assert!(f.call(&mut store, ()).is_err());
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn increment_epoch(&self) {
        // SAFETY: invariant "Owned object": `self` owns the engine; the function may be called
        // on any thread.
        unsafe { sys::wasmtime_engine_increment_epoch(self.as_ptr()) }
    }

    /// Deletes the engine, to which this must be the only reference.
    ///
    /// In the `wasmtime` crate this also removes the signal handlers that the first engine
    /// has installed in the process, so that the crate's code can be unloaded. The C API
    /// has no function for that. Here the signal handlers (or the system's equivalent)
    /// stay installed, so libwasmtime must stay loaded. Engines can be created later.
    ///
    /// Calls `wasm_engine_delete`.
    ///
    /// # Panics
    ///
    /// Panics if there is another reference to the engine: a clone, a
    /// [`weak`](Engine::weak) reference, or an object of the engine, such as a module, a
    /// store or a type.
    ///
    /// # Safety
    ///
    /// The library or program that contains libwasmtime must not be unloaded after this.
    /// The other requirements of the `wasmtime` crate don't apply here: there may be other
    /// engines, and threads that have used this one.
    pub unsafe fn unload_process_handlers(self) {
        assert_eq!(
            (Arc::strong_count(&self.inner), Arc::weak_count(&self.inner)),
            (1, 0),
            "the engine is still in use: expected one reference to it, and no weak one"
        );
    }

    /// Reports whether code is compiled for Pulley, the portable interpreter.
    ///
    /// Calls `wasmtime_engine_is_pulley`.
    pub fn is_pulley(&self) -> bool {
        // SAFETY: invariant "Owned object": `self` owns the engine; the function may be called
        // on any thread.
        unsafe { sys::wasmtime_engine_is_pulley(self.as_ptr()) }
    }

    /// Checks that compiling a module won't abort the process: neither at its DWARF nor for
    /// the reasons of [`Engine::prepare_to_validate`].
    ///
    /// # Errors
    ///
    /// Returns an error if the module has DWARF that libwasmtime aborts at and that the
    /// engine would transform, and those of [`Engine::prepare_to_validate`].
    #[cfg(compiler)]
    #[inline]
    pub(crate) fn prepare_to_compile(&self, binary: &[u8]) -> Result<()> {
        if self.get_debug_info() {
            crate::module::binary::dwarf::check(binary)?;
        }
        self.prepare_to_validate()
    }

    /// Checks that validating a module won't abort the process: libwasmtime aborts if it
    /// can't start the threads that it validates and compiles on.
    ///
    /// # Errors
    ///
    /// Returns [`Unsupported`](crate::Unsupported) if libwasmtime was built without a
    /// compiler, and an error if the system doesn't start the threads.
    #[cfg(compiler)]
    #[inline]
    pub(crate) fn prepare_to_validate(&self) -> Result<()> {
        sys::require(sys::Feature::Compiler)?;
        if self.inner.tunables.parallel_compilation {
            crate::threads::for_compiling()?;
        }
        Ok(())
    }

    /// Returns the C object, which is valid as long as `self`.
    pub(crate) fn as_ptr(&self) -> *mut wasm_engine_t {
        self.inner.raw.as_ptr()
    }
}

impl Default for Engine {
    /// Creates an engine with the default settings.
    ///
    /// # Panics
    ///
    /// Panics if libwasmtime can't be loaded, or isn't a libwasmtime that this crate can
    /// use. Call [`load`](crate::load()) first, or [`Engine::new`], to handle that as an
    /// error.
    fn default() -> Engine {
        let engine = if Config::DEFAULT_FITS {
            Engine::with_default_settings()
        } else {
            Engine::new(&Config::new())
        };
        match engine {
            Ok(engine) => engine,
            Err(error) => panic!("the default engine can't be created: {error:?}"),
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

/// A weak reference to an [`Engine`], which doesn't keep it alive; see [`Engine::weak`].
#[derive(Clone, Default)]
pub struct EngineWeak {
    inner: Weak<EngineInner>,
}

impl EngineWeak {
    /// Returns the engine; `None` if its last clone has been dropped.
    pub fn upgrade(&self) -> Option<Engine> {
        let inner = self.inner.upgrade()?;
        Some(Engine { inner })
    }
}
