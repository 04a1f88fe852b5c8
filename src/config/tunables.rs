//! [`Tunables`]: the settings in effect, in which every default is filled in.

use super::target::HAS_COMPILER_BACKEND;
use super::{Config, Strategy, WasmFeatures};
use crate::sys::{self, Feature, require};

/// The values that libwasmtime uses, as far as its C API or its documentation tells them.
#[derive(Clone, Debug)]
pub(crate) struct Tunables {
    pub(crate) features: WasmFeatures,
    pub(crate) strategy: Option<Strategy>,
    pub(crate) pulley: bool,
    pub(crate) signals_based_traps: bool,
    pub(crate) memory_may_move: bool,
    pub(crate) memory_reservation: u64,
    pub(crate) memory_reservation_for_growth: u64,
    pub(crate) memory_guard_size: u64,
    pub(crate) memory_init_cow: bool,
    pub(crate) max_wasm_stack: usize,
    pub(crate) async_stack_size: usize,
    pub(crate) parallel_compilation: bool,
    pub(crate) concurrency_support: bool,
}

/// The default size of the stack of an asynchronous call, in bytes.
// Version 48: the defaults of all settings; look at `Config::new` in `wasmtime`, and at
// `Tunables::default_host` in `wasmtime-environ`.
const ASYNC_STACK_SIZE: usize = 2 << 20;

/// The proposals that are on by default in every library, whatever its features.
// Version 48: these proposals are on by default; look at `Config::features` in
// `wasmtime`.
const ALWAYS: WasmFeatures = WasmFeatures::REFERENCE_TYPES
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::SIMD)
    .union(WasmFeatures::RELAXED_SIMD)
    .union(WasmFeatures::TAIL_CALL)
    .union(WasmFeatures::MULTI_MEMORY)
    .union(WasmFeatures::MEMORY64)
    .union(WasmFeatures::FUNCTION_REFERENCES)
    .union(WasmFeatures::GC);

impl Tunables {
    pub(crate) fn of(config: &Config) -> Tunables {
        let settings = &config.settings;
        let pulley = match &config.target {
            Some(target) => target.is_pulley(),
            None => !HAS_COMPILER_BACKEND,
        };
        let has_32_bit_pointers = match &config.target {
            Some(target) if target.is_pulley() => target.is_pulley32(),
            _ => cfg!(target_pointer_width = "32"),
        };
        // libwasmtime's defaults for 32-bit and for 64-bit address spaces.
        let (reservation, for_growth, guard) = if has_32_bit_pointers {
            (10 << 20, 1 << 20, 64 << 10)
        } else {
            (4 << 30, 2 << 30, 32 << 20)
        };
        #[cfg(feature = "async")]
        let async_stack_size = settings.async_stack_size.unwrap_or(ASYNC_STACK_SIZE);
        #[cfg(not(feature = "async"))]
        let async_stack_size = ASYNC_STACK_SIZE;
        #[cfg(feature = "parallel-compilation")]
        let parallel_compilation = settings.parallel_compilation.unwrap_or(true);
        #[cfg(not(feature = "parallel-compilation"))]
        let parallel_compilation = true;
        let mut tunables = Tunables {
            features: WasmFeatures::empty(),
            #[cfg(compiler)]
            strategy: require(Feature::Compiler)
                .is_ok()
                .then(|| config.compiler.resolved_strategy()),
            #[cfg(not(compiler))]
            strategy: None,
            pulley,
            signals_based_traps: settings.signals_based_traps.unwrap_or(!pulley),
            memory_may_move: settings.memory_may_move.unwrap_or(true),
            memory_reservation: settings.memory_reservation.unwrap_or(reservation),
            memory_reservation_for_growth: settings
                .memory_reservation_for_growth
                .unwrap_or(for_growth),
            memory_guard_size: settings
                .memory_guard_size
                .unwrap_or(if pulley { 0 } else { guard }),
            memory_init_cow: settings
                .memory_init_cow
                .unwrap_or(config.host_memory.is_none()),
            max_wasm_stack: settings.max_wasm_stack.unwrap_or(512 << 10),
            async_stack_size,
            parallel_compilation,
            concurrency_support: concurrency_support(config)
                .unwrap_or(library_has(Feature::ComponentModelAsync)),
        };
        let defaults = tunables.default_features() - tunables.unsupported_features();
        tunables.features = (defaults - config.disabled()) | config.enabled;
        tunables
    }

    /// Returns the proposals that are on by default, if the compiler supports them.
    fn default_features(&self) -> WasmFeatures {
        let mut features = ALWAYS;
        let gc = library_has(Feature::Gc);
        features.set(WasmFeatures::GC_TYPES | WasmFeatures::EXCEPTIONS, gc);
        features.set(WasmFeatures::THREADS, library_has(Feature::Threads));
        features.set(
            WasmFeatures::COMPONENT_MODEL,
            library_has(Feature::ComponentModel),
        );
        features.set(WasmFeatures::CM_ASYNC, self.concurrency_support);
        features
    }

    /// Reports whether the library is known to have no compiler. Then no proposal is
    /// unsupported by the compiler.
    pub(super) fn lacks_compiler(&self) -> bool {
        if cfg!(compiler) {
            self.strategy.is_none()
        } else {
            sys::lacks(Feature::Compiler)
        }
    }

    /// Returns the proposals that the compiler doesn't support for the target.
    // Version 48: the compilers lack these proposals; look at
    // `Config::compiler_panicking_wasm_features` in `wasmtime`.
    pub(super) fn unsupported_features(&self) -> WasmFeatures {
        if self.lacks_compiler() {
            return WasmFeatures::empty();
        }
        if self.strategy == Some(Strategy::Winch) {
            let mut unsupported = WasmFeatures::GC
                | WasmFeatures::FUNCTION_REFERENCES
                | WasmFeatures::RELAXED_SIMD
                | WasmFeatures::TAIL_CALL
                | WasmFeatures::GC_TYPES
                | WasmFeatures::EXCEPTIONS;
            unsupported.set(WasmFeatures::THREADS, cfg!(target_arch = "aarch64"));
            return unsupported;
        }
        let mut unsupported = WasmFeatures::empty();
        unsupported.set(WasmFeatures::THREADS, self.pulley);
        unsupported
    }
}

fn concurrency_support(config: &Config) -> Option<bool> {
    #[cfg(feature = "component-model")]
    return config.settings.concurrency_support;
    #[cfg(not(feature = "component-model"))]
    {
        let _ = config;
        None
    }
}

/// Reports whether both this crate and the library have a feature, for the features that
/// defaults depend on.
fn library_has(feature: Feature) -> bool {
    let built = [
        (Feature::Gc, cfg!(feature = "gc")),
        (Feature::Threads, cfg!(feature = "threads")),
        (Feature::ComponentModel, cfg!(feature = "component-model")),
        (
            Feature::ComponentModelAsync,
            cfg!(feature = "component-model-async"),
        ),
    ];
    built.contains(&(feature, true)) && require(feature).is_ok()
}
