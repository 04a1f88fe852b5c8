//! [`Config`]: the settings of an [`Engine`](crate::Engine).
//!
//! A [`Config`] is plain Rust data. [`Engine::new`](crate::Engine::new) creates the
//! C API's own object from it, after it has checked for everything that would make
//! libwasmtime abort the process: settings that contradict each other, that this
//! machine or this library can't provide, or that ask for more address space than
//! there is.

use crate::owned::Owned;
use crate::sys::{self, wasm_config_t};
use crate::{Error, Result};
use std::fmt;

#[cfg(feature = "pooling-allocator")]
mod address_space;
#[cfg(feature = "async")]
mod async_stack;
#[cfg(feature = "cache")]
mod cache;
#[cfg(compiler)]
mod compiled_in;
#[cfg(compiler)]
#[cfg_attr(docsrs, doc(cfg(any(feature = "cranelift", feature = "winch"))))]
mod compiler;
mod conflict;
#[cfg(compiler)]
mod flags;
mod host_memory;
#[cfg(feature = "async")]
mod host_stack;
#[cfg(feature = "pooling-allocator")]
mod pooling;
mod profiler;
mod settings;
mod strategy;
mod target;
mod tunables;
mod wasm_features;

#[cfg(feature = "cache")]
pub use cache::{Cache, CacheConfig};
pub use conflict::ConfigConflict;
pub use host_memory::{LinearMemory, MemoryCreator};
#[cfg(feature = "async")]
pub use host_stack::{StackCreator, StackMemory};
#[cfg(feature = "pooling-allocator")]
pub use pooling::PoolingAllocationConfig;
pub use strategy::{
    InstanceAllocationStrategy, OptLevel, ProfilingStrategy, RegallocAlgorithm, Strategy,
};
pub(crate) use tunables::Tunables;
pub use wasm_features::WasmFeatures;

#[cfg(compiler)]
use compiler::CompilerConfig;
use host_memory::HostMemory;
#[cfg(feature = "async")]
use host_stack::HostStack;
use settings::Settings;
use target::Target;

/// The settings of an [`Engine`](crate::Engine).
///
/// A setting that isn't changed has libwasmtime's own default. The defaults depend on
/// the machine, on the target and on the features of the library; each method names
/// its own.
///
/// The methods only record a value. [`Engine::new`](crate::Engine::new) checks all
/// settings together. It returns a [`ConfigConflict`] for a value that is invalid or
/// unavailable, and for two settings that exclude each other.
///
/// ```
/// use libwasmtime::{Config, ConfigConflict, Engine};
///
/// let mut config = Config::new();
/// config.consume_fuel(true).max_wasm_stack(1 << 20);
/// let engine = Engine::new(&config)?;
/// assert!(engine.get_consume_fuel());
/// assert_eq!(engine.get_max_wasm_stack(), 1 << 20);
///
/// // Larger than the stack of an asynchronous call, which is 2 MiB by default.
/// config.max_wasm_stack(4 << 20);
/// let error = Engine::new(&config).unwrap_err();
/// let conflict = error.downcast_ref::<ConfigConflict>().unwrap();
/// assert_eq!(conflict.setting(), "max_wasm_stack(4194304)");
/// # Ok::<(), libwasmtime::Error>(())
/// ```
#[derive(Clone)]
pub struct Config {
    pub(crate) settings: Settings,
    enabled: WasmFeatures,
    disabled: WasmFeatures,
    profiler: ProfilingStrategy,
    pub(crate) target: Option<Target>,
    #[cfg(compiler)]
    pub(crate) compiler: CompilerConfig,
    #[cfg(feature = "cache")]
    cache: Option<Cache>,
    host_memory: Option<HostMemory>,
    #[cfg(feature = "async")]
    host_stack: Option<HostStack>,
    pub(crate) allocation_strategy: InstanceAllocationStrategy,
}

impl Config {
    /// Creates a configuration with every setting at its default.
    pub fn new() -> Config {
        Config {
            settings: Settings::default(),
            enabled: WasmFeatures::empty(),
            disabled: WasmFeatures::empty(),
            profiler: ProfilingStrategy::None,
            target: None,
            #[cfg(compiler)]
            compiler: CompilerConfig::default(),
            #[cfg(feature = "cache")]
            cache: None,
            host_memory: None,
            #[cfg(feature = "async")]
            host_stack: None,
            allocation_strategy: InstanceAllocationStrategy::OnDemand,
        }
    }

    /// Returns the proposals that are off, including those that need another one that
    /// is off.
    fn disabled(&self) -> WasmFeatures {
        let mut disabled = self.disabled;
        // libwasmtime aborts when it compiles code that catches exceptions and there is
        // no heap that exceptions could live on.
        // Version 48: exceptions without a heap are an `unwrap` in the compiler; look
        // at `Config::validate` in `wasmtime`, which may refuse them.
        if disabled.contains(WasmFeatures::GC_TYPES) {
            disabled |= WasmFeatures::EXCEPTIONS - self.enabled;
        }
        disabled
    }

    /// Turns the given WebAssembly proposals on or off.
    ///
    /// There is also one method for each proposal.
    /// [`Engine::new`](crate::Engine::new) returns an error if the library, the
    /// compiler or the target doesn't support a proposal that is turned on. Calls the
    /// C functions that the methods of these proposals call.
    ///
    #[doc = example!(wat)]
    /// use libwasmtime::{Config, Engine, Module, WasmFeatures};
    ///
    /// let module = "(module (memory 1) (memory 1))";
    /// let mut config = Config::new();
    /// assert!(Module::new(&Engine::new(&config)?, module).is_ok());
    ///
    /// config.wasm_features(WasmFeatures::MULTI_MEMORY | WasmFeatures::MEMORY64, false);
    /// assert!(Module::new(&Engine::new(&config)?, module).is_err());
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn wasm_features(&mut self, flag: WasmFeatures, enable: bool) -> &mut Config {
        self.enabled.set(flag, enable);
        self.disabled.set(flag, !enable);
        self
    }

    /// Does nothing; asynchronous calls need no setting.
    #[doc(hidden)]
    #[deprecated(note = "no longer has any effect")]
    #[cfg(feature = "async")]
    pub fn async_support(&mut self, _enable: bool) -> &mut Config {
        self
    }

    /// Sets the platform to compile for, by its target triple.
    ///
    /// Examples are `x86_64-unknown-linux-gnu` and `pulley64`. The default is the machine
    /// that libwasmtime runs on, and compiled code uses all features of its processor. With
    /// an explicit target, code uses only the features that every processor of that
    /// architecture has; so the triple of this machine gives code that other machines can
    /// run. `pulley64` (`pulley32` on 32-bit machines) is the portable interpreter, which
    /// is slower than native code.
    ///
    /// The C API can't compile code that it can't run. So this method accepts only the
    /// triple that libwasmtime was built for, and Pulley if the library was built with
    /// it. It compiles an empty module to find out whether the library accepts the
    /// target.
    ///
    /// Calls `wasmtime_config_target_set`.
    ///
    /// ```
    /// use libwasmtime::{Config, ConfigConflict};
    ///
    /// let error = Config::new().target("sparc64-unknown-linux-gnu").unwrap_err();
    /// assert!(error.is::<ConfigConflict>());
    /// ```
    ///
    /// # Errors
    ///
    /// - Returns a [`ConfigConflict`] if the text isn't a target triple that libwasmtime
    ///   knows, if the target has another architecture or system than this machine, or
    ///   if it is Pulley and the library was built without Pulley.
    /// - Returns a [`LoadError`](crate::LoadError) if the library can't be loaded.
    pub fn target(&mut self, target: &str) -> Result<&mut Config> {
        self.target = Some(Target::new(target)?);
        Ok(self)
    }

    /// Sets how compiled code is announced to a profiler.
    ///
    /// The default is [`ProfilingStrategy::None`]. Any other strategy makes compiling
    /// and loading modules slower. [`Engine::new`](crate::Engine::new) returns a
    /// [`ConfigConflict`] if the system doesn't support the strategy or its file can't be
    /// written, and [`Unsupported`](crate::Unsupported) if the library doesn't support
    /// it.
    ///
    /// Calls `wasmtime_config_profiler_set`.
    pub fn profiler(&mut self, profile: ProfilingStrategy) -> &mut Config {
        self.profiler = profile;
        self
    }

    /// Sets the cache of compiled modules on disk.
    ///
    /// Engines look for a module in the cache before they compile it. `None`, the default,
    /// is no cache. See [`Cache`] for who must not be able to write to its directory.
    ///
    /// Calls `wasmtime_config_cache_config_load`.
    #[cfg(feature = "cache")]
    pub fn cache(&mut self, cache: Option<Cache>) -> &mut Config {
        self.cache = cache;
        self
    }

    /// Sets how memories, tables and stacks are allocated for instances.
    ///
    /// The default is [`InstanceAllocationStrategy::OnDemand`].
    /// [`Engine::new`](crate::Engine::new) returns a [`ConfigConflict`] if a pool doesn't fit
    /// into the address space.
    ///
    /// Calls `wasmtime_pooling_allocation_strategy_set`.
    pub fn allocation_strategy(
        &mut self,
        strategy: impl Into<InstanceAllocationStrategy>,
    ) -> &mut Config {
        self.allocation_strategy = strategy.into();
        self
    }

    /// Creates the C API's object with these settings, which have been checked.
    ///
    /// # Errors
    ///
    /// Returns an error if the library lacks a setting or rejects it.
    pub(crate) fn to_c(&self) -> Result<Owned<wasm_config_t>> {
        let config = default_settings();
        // SAFETY: invariant "Owned object": `config` owns the configuration, as each `apply`
        // requires.
        unsafe {
            self.settings.apply(config.as_ptr())?;
            WasmFeatures::apply(self.enabled, self.disabled(), config.as_ptr())?;
            if let Some(profiler) = self.profiler.to_c() {
                sys::wasmtime_config_profiler_set(config.as_ptr(), profiler);
            }
            if let Some(target) = &self.target {
                target.apply(config.as_ptr())?;
            }
            if let Some(memory) = &self.host_memory {
                memory.apply(config.as_ptr());
            }
        }
        #[cfg(feature = "async")]
        if let Some(stack) = &self.host_stack {
            sys::require(sys::Feature::Async)?;
            // SAFETY: invariant "Owned object": `config` owns the configuration, as `apply`
            // requires, and the library has the feature.
            unsafe { stack.apply(config.as_ptr()) };
        }
        #[cfg(compiler)]
        // SAFETY: invariant "Owned object": `config` owns the configuration, as `apply`
        // requires.
        unsafe {
            self.compiler.apply(config.as_ptr())?;
        }
        #[cfg(feature = "cache")]
        if let Some(cache) = &self.cache {
            // SAFETY: invariant "Owned object": `config` owns the configuration, as `apply`
            // requires.
            unsafe { cache.apply(config.as_ptr())? };
        }
        #[cfg(feature = "pooling-allocator")]
        if let InstanceAllocationStrategy::Pooling(pool) = &self.allocation_strategy {
            sys::require(sys::Feature::PoolingAllocator)?;
            // SAFETY: invariant "Owned object": `config` owns the configuration, as `apply`
            // requires.
            unsafe { pool.apply(config.as_ptr())? };
        }
        Result::<_, Error>::Ok(config)
    }
}

impl Default for Config {
    fn default() -> Config {
        Config::new()
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Config");
        f.field("wasm_features", &Tunables::of(self).features);
        self.settings.debug(&mut f);
        if let Some(target) = &self.target {
            f.field("target", target);
        }
        if self.profiler != ProfilingStrategy::None {
            f.field("profiler", &self.profiler);
        }
        #[cfg(compiler)]
        f.field("compiler", &self.compiler);
        #[cfg(feature = "cache")]
        if let Some(cache) = &self.cache {
            f.field("cache", cache);
        }
        if self.host_memory.is_some() {
            f.field("host_memory", &format_args!("_"));
        }
        #[cfg(feature = "async")]
        if self.host_stack.is_some() {
            f.field("host_stack", &format_args!("_"));
        }
        f.field("allocation_strategy", &self.allocation_strategy);
        f.finish()
    }
}

/// Creates a configuration of the C API in which nothing is set.
pub(crate) fn default_settings() -> Owned<wasm_config_t> {
    // SAFETY: the function requires nothing, and returns an owned configuration.
    unsafe { Owned::from_c(sys::wasm_config_new()) }
}
