//! [`Config`]: the settings of an [`Engine`](crate::Engine).
//!
//! A configuration is plain Rust data until an engine is made of it. The C
//! API's own object is made only then, after everything that would make
//! libwasmtime abort the process has been looked for: settings that contradict
//! each other, that this machine or this library can't provide, or that ask for
//! more address space than there is.

use crate::sys::{self, wasm_config_t};
use crate::{Error, Result};
use std::fmt;
use std::ptr::NonNull;

#[cfg(feature = "pooling-allocator")]
mod address_space;
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
#[cfg(feature = "pooling-allocator")]
mod pooling;
mod profiler;
#[cfg(any(
    feature = "pooling-allocator",
    all(feature = "profiling", target_os = "linux"),
    all(unix, any(feature = "cache", feature = "wasi", compiler))
))]
pub(crate) mod region;
mod settings;
mod strategy;
mod target;
mod tunables;
mod wasm_features;

#[cfg(feature = "cache")]
pub use cache::{Cache, CacheConfig};
pub use conflict::ConfigConflict;
pub use host_memory::{LinearMemory, MemoryCreator};
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
use settings::Settings;
use target::Target;

/// The settings of an [`Engine`](crate::Engine).
///
/// What isn't set has libwasmtime's own default. Settings are checked together
/// when [`Engine::new`](crate::Engine::new) makes an engine of them: settings
/// that can't be had, or not together, are a [`ConfigConflict`] then.
///
/// ```no_run
/// use libwasmtime::{Config, Engine};
///
/// # fn main() -> libwasmtime::Result<()> {
/// let mut config = Config::new();
/// config.consume_fuel(true).wasm_tail_call(false);
/// let engine = Engine::new(&config)?;
/// # Ok(())
/// # }
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
    pub(crate) allocation_strategy: InstanceAllocationStrategy,
}

impl Config {
    /// Everything at its default.
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
            allocation_strategy: InstanceAllocationStrategy::OnDemand,
        }
    }

    /// What is off, be it because something else is.
    fn disabled(&self) -> WasmFeatures {
        let mut disabled = self.disabled;
        // libwasmtime ends the process at code that catches exceptions with no heap for
        // them.
        if disabled.contains(WasmFeatures::GC_TYPES) {
            disabled |= WasmFeatures::EXCEPTIONS - self.enabled;
        }
        disabled
    }

    /// Turns the given WebAssembly proposals on or off.
    ///
    /// There is a method for each as well. Whether they can be had is found
    /// out when an engine is made. Calls the C function of each method.
    pub fn wasm_features(&mut self, flag: WasmFeatures, enable: bool) -> &mut Config {
        self.enabled.set(flag, enable);
        self.disabled.set(flag, !enable);
        self
    }

    /// Does nothing: asynchronous calls need no setting.
    #[doc(hidden)]
    #[deprecated(note = "no longer has any effect")]
    #[cfg(feature = "async")]
    pub fn async_support(&mut self, _enable: bool) -> &mut Config {
        self
    }

    /// The platform to compile for, as a target triple such as
    /// `x86_64-unknown-linux-gnu` or `pulley64`.
    ///
    /// The default is the machine libwasmtime runs on, with all that its
    /// processor can do; an explicit target starts from what every processor
    /// of that architecture can do. `pulley64` (`pulley32` on 32-bit
    /// machines) is the portable interpreter.
    ///
    /// The C API has no way to compile what it can't run. Only the triple is accepted
    /// that libwasmtime was built for, and Pulley if it was built with it; whether the
    /// library takes the target is tried with an empty module.
    ///
    /// Calls `wasmtime_config_target_set`.
    ///
    /// # Errors
    ///
    /// If the text is not a target triple; with a
    /// [`ConfigConflict`], if the target is of another architecture or system, or is
    /// Pulley and the library doesn't have it; or if the library can't be loaded.
    pub fn target(&mut self, target: &str) -> Result<&mut Config> {
        self.target = Some(Target::new(target)?);
        Ok(self)
    }

    /// How a profiler learns of compiled code.
    ///
    /// The default is [`ProfilingStrategy::None`]. Calls
    /// `wasmtime_config_profiler_set`.
    ///
    /// # Errors
    ///
    /// [`Engine::new`](crate::Engine::new) fails if the system or the library
    /// doesn't support it, and if the file it writes can't be written.
    pub fn profiler(&mut self, profile: ProfilingStrategy) -> &mut Config {
        self.profiler = profile;
        self
    }

    /// Where compiled modules are kept on disk, to be found again by other
    /// engines and processes; `None`, the default, is nowhere.
    ///
    /// Calls `wasmtime_config_cache_config_load`.
    #[cfg(feature = "cache")]
    pub fn cache(&mut self, cache: Option<Cache>) -> &mut Config {
        self.cache = cache;
        self
    }

    /// How instances get their memories, tables and stacks.
    ///
    /// The default is [`InstanceAllocationStrategy::OnDemand`]. Calls
    /// `wasmtime_pooling_allocation_strategy_set`.
    ///
    /// # Errors
    ///
    /// [`Engine::new`](crate::Engine::new) fails if a pool doesn't fit into
    /// the address space.
    pub fn allocation_strategy(
        &mut self,
        strategy: impl Into<InstanceAllocationStrategy>,
    ) -> &mut Config {
        self.allocation_strategy = strategy.into();
        self
    }

    /// The C API's object with these settings, which have been checked.
    ///
    /// # Errors
    ///
    /// If the library lacks a setting, or rejects it.
    pub(crate) fn to_c(&self) -> Result<RawConfig> {
        let config = RawConfig::new();
        // SAFETY: `config` owns the configuration.
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
        #[cfg(compiler)]
        // SAFETY: as above.
        unsafe {
            self.compiler.apply(config.as_ptr())?;
        }
        #[cfg(feature = "cache")]
        if let Some(cache) = &self.cache {
            // SAFETY: as above.
            unsafe { cache.apply(config.as_ptr())? };
        }
        #[cfg(feature = "pooling-allocator")]
        if let InstanceAllocationStrategy::Pooling(pool) = &self.allocation_strategy {
            sys::require(sys::Feature::PoolingAllocator)?;
            // SAFETY: as above.
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
        f.field("allocation_strategy", &self.allocation_strategy);
        f.finish()
    }
}

/// An owned configuration of the C API.
pub(crate) struct RawConfig(NonNull<wasm_config_t>);

impl RawConfig {
    pub(crate) fn new() -> RawConfig {
        // SAFETY: takes nothing.
        let config = unsafe { sys::wasm_config_new() };
        RawConfig(NonNull::new(config).expect("wasm_config_new returns a configuration"))
    }

    fn as_ptr(&self) -> *mut wasm_config_t {
        self.0.as_ptr()
    }

    /// Gives up ownership.
    pub(crate) fn into_raw(self) -> *mut wasm_config_t {
        let config = self.as_ptr();
        std::mem::forget(self);
        config
    }
}

impl Drop for RawConfig {
    fn drop(&mut self) {
        // SAFETY: `self` owns the configuration, which isn't used again.
        unsafe { sys::wasm_config_delete(self.as_ptr()) }
    }
}
