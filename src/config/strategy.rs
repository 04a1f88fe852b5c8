//! The settings that are a choice between several variants.

#[cfg(feature = "pooling-allocator")]
use super::PoolingAllocationConfig;
use crate::sys;
#[cfg(feature = "pooling-allocator")]
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A compiler of WebAssembly code; see [`Config::strategy`](crate::Config#method.strategy).
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Cranelift if the library has it, otherwise Winch. The default.
    Auto,
    /// Cranelift, the optimizing compiler: compiling takes longer, code runs faster.
    Cranelift,
    /// Winch, the baseline compiler: compiling is fast, code runs slower. It supports
    /// x86-64 and AArch64, requires
    /// [`Config::signals_based_traps`](crate::Config::signals_based_traps), and doesn't
    /// support all WebAssembly proposals.
    Winch,
}

/// An optimization level of Cranelift; see
/// [`Config::cranelift_opt_level`](crate::Config#method.cranelift_opt_level).
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptLevel {
    /// No optimizations: the fastest compilation.
    None,
    /// Speed of the code. The default.
    Speed,
    /// Speed and size of the code.
    SpeedAndSize,
}

/// An algorithm that allocates registers; see
/// [`Config::cranelift_regalloc_algorithm`](crate::Config#method.cranelift_regalloc_algorithm).
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegallocAlgorithm {
    /// Compiling takes longer, code runs faster. The default.
    Backtracking,
    /// Compiling is fast, code runs slower.
    SinglePass,
}

/// A way to announce compiled code to a profiler of the system; see
/// [`Config::profiler`](crate::Config::profiler).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ProfilingStrategy {
    /// It isn't announced. The default.
    None,
    /// In the file `/tmp/perf-PID.map`, which `perf` reads, on Unix.
    PerfMap,
    /// In the file `jit-PID.dump` in the current directory, which `perf inject` reads, on
    /// Linux. Requires a library with the `profiling` feature.
    JitDump,
    /// Through Intel's VTune interface, on x86-64. Requires a library with the
    /// `profiling` feature.
    VTune,
    /// To the profiler of Pulley's interpreter. The C API doesn't have it:
    /// [`Engine::new`](crate::Engine::new) returns a
    /// [`ConfigConflict`](crate::ConfigConflict).
    Pulley,
}

impl ProfilingStrategy {
    /// Returns the C API's constant; `None` if there is nothing to set.
    pub(super) fn to_c(self) -> Option<sys::wasmtime_profiling_strategy_t> {
        match self {
            ProfilingStrategy::None | ProfilingStrategy::Pulley => None,
            ProfilingStrategy::PerfMap => Some(sys::WASMTIME_PROFILING_STRATEGY_PERFMAP),
            ProfilingStrategy::JitDump => Some(sys::WASMTIME_PROFILING_STRATEGY_JITDUMP),
            ProfilingStrategy::VTune => Some(sys::WASMTIME_PROFILING_STRATEGY_VTUNE),
        }
    }
}

/// A strategy that allocates memories, tables and stacks for instances; see
/// [`Config::allocation_strategy`](crate::Config::allocation_strategy).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
#[cfg_attr(
    feature = "pooling-allocator",
    allow(
        clippy::large_enum_variant,
        reason = "the `wasmtime` crate's has the same variants, and there are few of them"
    )
)]
pub enum InstanceAllocationStrategy {
    /// From the system when a module is instantiated. They are freed when the store is
    /// dropped. The default.
    #[default]
    OnDemand,
    /// From a pool that is reserved when the engine is created. Instantiation becomes
    /// faster, and the size of the pool limits how many instances can exist at a time.
    #[cfg(feature = "pooling-allocator")]
    Pooling(PoolingAllocationConfig),
}

#[cfg(feature = "pooling-allocator")]
impl InstanceAllocationStrategy {
    /// Returns the pooling strategy, with all settings of the pool at their defaults.
    ///
    /// Such a pool reserves 4 TiB of address space on a 64-bit machine.
    pub fn pooling() -> InstanceAllocationStrategy {
        InstanceAllocationStrategy::Pooling(PoolingAllocationConfig::new())
    }

    /// Locks the creation of pools; `None` if there is no pool to create.
    ///
    /// An engine with a pool first tries whether the pool fits into the address space, and
    /// then creates it. The lock keeps other engines from creating a pool in between.
    pub(crate) fn lock(&self) -> Option<MutexGuard<'static, ()>> {
        static POOLS: Mutex<()> = Mutex::new(());
        match self {
            InstanceAllocationStrategy::OnDemand => None,
            InstanceAllocationStrategy::Pooling(_) => {
                Some(POOLS.lock().unwrap_or_else(PoisonError::into_inner))
            }
        }
    }
}

#[cfg(feature = "pooling-allocator")]
impl From<PoolingAllocationConfig> for InstanceAllocationStrategy {
    fn from(config: PoolingAllocationConfig) -> InstanceAllocationStrategy {
        InstanceAllocationStrategy::Pooling(config)
    }
}
