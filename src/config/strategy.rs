//! The settings that are a choice between several ways.

#[cfg(feature = "pooling-allocator")]
use super::PoolingAllocationConfig;
use crate::sys;
#[cfg(feature = "pooling-allocator")]
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Which compiler compiles WebAssembly.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Cranelift if the library has it, else Winch.
    Auto,
    /// Cranelift: takes longer, makes fast code.
    Cranelift,
    /// Winch: fast to compile, on x86-64 and AArch64. It needs
    /// [`Config::signals_based_traps`](crate::Config::signals_based_traps) and
    /// doesn't know every WebAssembly proposal.
    Winch,
}

/// What Cranelift's optimiser aims at.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptLevel {
    /// Nothing: the fastest to compile.
    None,
    /// Fast code. The default.
    Speed,
    /// Fast and small code.
    SpeedAndSize,
}

/// How Cranelift assigns values to registers.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegallocAlgorithm {
    /// Takes longer, makes fast code. The default.
    Backtracking,
    /// Fast to compile, makes slow code.
    SinglePass,
}

/// How a profiler learns of compiled code.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ProfilingStrategy {
    /// Not at all. The default.
    None,
    /// Through the file `/tmp/perf-PID.map`, which `perf` reads, on Unix.
    PerfMap,
    /// Through the file `jit-PID.dump` in the current directory, which `perf
    /// inject` reads, on Linux. The library needs its `profiling` feature.
    JitDump,
    /// Through Intel's VTune interface, on x86-64. The library needs its
    /// `profiling` feature.
    VTune,
    /// Of Pulley's interpreter. The C API doesn't offer it:
    /// [`Engine::new`](crate::Engine::new) fails.
    Pulley,
}

impl ProfilingStrategy {
    /// The C API's constant, if it has to be set.
    pub(super) fn to_c(self) -> Option<sys::wasmtime_profiling_strategy_t> {
        match self {
            ProfilingStrategy::None | ProfilingStrategy::Pulley => None,
            ProfilingStrategy::PerfMap => Some(sys::WASMTIME_PROFILING_STRATEGY_PERFMAP),
            ProfilingStrategy::JitDump => Some(sys::WASMTIME_PROFILING_STRATEGY_JITDUMP),
            ProfilingStrategy::VTune => Some(sys::WASMTIME_PROFILING_STRATEGY_VTUNE),
        }
    }
}

/// How instances get their memories, tables and stacks.
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
    /// From the system when a module is instantiated; they go back when the
    /// store is dropped.
    #[default]
    OnDemand,
    /// From a pool that the engine reserves when it is made, which makes
    /// instantiation cheaper and limits how much there can be at a time.
    #[cfg(feature = "pooling-allocator")]
    Pooling(PoolingAllocationConfig),
}

#[cfg(feature = "pooling-allocator")]
impl InstanceAllocationStrategy {
    /// A pool with everything at its default.
    ///
    /// On a 64-bit machine that reserves 4 TiB of address space.
    pub fn pooling() -> InstanceAllocationStrategy {
        InstanceAllocationStrategy::Pooling(PoolingAllocationConfig::new())
    }

    /// Held while a pool is looked for and made: whether there is room for one
    /// is found out by trying, so no two must be made at a time.
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
