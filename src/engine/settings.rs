//! What an engine was configured with, and what its defaults are.

use super::Engine;
use crate::{MemoryType, OptLevel, RegallocAlgorithm, Strategy, WasmFeatures};

/// # Settings in effect
///
/// As set in the [`Config`](crate::Config), or else libwasmtime's default.
impl Engine {
    /// See [`Config::memory_may_move`](crate::Config::memory_may_move).
    pub fn get_memory_may_move(&self) -> bool {
        self.inner.tunables.memory_may_move
    }

    /// See [`Config::memory_reservation`](crate::Config::memory_reservation).
    pub fn get_memory_reservation(&self) -> u64 {
        self.inner.tunables.memory_reservation
    }

    /// See [`Config::memory_reservation_for_growth`](crate::Config::memory_reservation_for_growth).
    pub fn get_memory_reservation_for_growth(&self) -> u64 {
        self.inner.tunables.memory_reservation_for_growth
    }

    /// See [`Config::memory_guard_size`](crate::Config::memory_guard_size).
    pub fn get_memory_guard_size(&self) -> u64 {
        self.inner.tunables.memory_guard_size
    }

    /// See [`Config::memory_init_cow`](crate::Config::memory_init_cow).
    pub fn get_memory_init_cow(&self) -> bool {
        self.inner.tunables.memory_init_cow
    }

    /// See [`Config::signals_based_traps`](crate::Config::signals_based_traps).
    pub fn get_signals_based_traps(&self) -> bool {
        self.inner.tunables.signals_based_traps
    }

    /// Whether compiled code may leave it to the pages behind a memory of that type
    /// to catch an access that is out of bounds.
    ///
    /// It compares each access with the memory's size where it can't have signals,
    /// or where WebAssembly's pages are smaller than the system's. Else, with a
    /// reservation, it compares with that if at all; and with a guard, it doesn't
    /// count a constant offset that the guard is large enough for.
    // Version 48: code relies on signals for memories with guard pages; look at
    // `bounds_checks.rs` in `wasmtime-internal-cranelift`.
    pub(crate) fn may_fault(&self, ty: &MemoryType) -> bool {
        let tunables = &self.inner.tunables;
        tunables.signals_based_traps
            && !tunables.pulley
            && (tunables.memory_reservation > 0 || tunables.memory_guard_size > 0)
            && ty.page_size_log2() > 0
    }

    /// See [`Config::max_wasm_stack`](crate::Config::max_wasm_stack).
    pub fn get_max_wasm_stack(&self) -> usize {
        self.inner.tunables.max_wasm_stack
    }

    /// The size, in bytes, of the stacks that asynchronous calls run on.
    pub fn get_async_stack_size(&self) -> usize {
        self.inner.tunables.async_stack_size
    }

    /// Whether functions are compiled on several threads.
    pub fn get_parallel_compilation(&self) -> bool {
        self.inner.tunables.parallel_compilation
    }

    /// Whether components may have several tasks under way at a time.
    pub fn get_concurrency_support(&self) -> bool {
        self.inner.tunables.concurrency_support
    }

    /// The WebAssembly proposals that are on.
    pub fn get_wasm_features(&self) -> WasmFeatures {
        self.inner.tunables.features
    }

    /// See [`Config::epoch_interruption`](crate::Config::epoch_interruption).
    pub fn get_epoch_interruption(&self) -> bool {
        self.config().settings.epoch_interruption.unwrap_or(false)
    }

    /// See [`Config::consume_fuel`](crate::Config::consume_fuel).
    pub fn get_consume_fuel(&self) -> bool {
        self.config().settings.consume_fuel.unwrap_or(false)
    }

    /// See [`Config::debug_info`](crate::Config::debug_info).
    pub fn get_debug_info(&self) -> bool {
        self.config().settings.debug_info.unwrap_or(false)
    }

    /// See [`Config::shared_memory`](crate::Config::shared_memory).
    pub fn get_shared_memory(&self) -> bool {
        self.config().settings.shared_memory.unwrap_or(false)
    }

    /// See [`Config::wasm_branch_hinting`](crate::Config::wasm_branch_hinting).
    pub fn get_wasm_branch_hinting(&self) -> bool {
        self.config().settings.wasm_branch_hinting.unwrap_or(false)
    }

    /// See [`Config::relaxed_simd_deterministic`](crate::Config::relaxed_simd_deterministic).
    pub fn get_relaxed_simd_deterministic(&self) -> bool {
        self.config()
            .settings
            .relaxed_simd_deterministic
            .unwrap_or(false)
    }

    /// The target triple that was set.
    ///
    /// `None` if none was, or without a compiler: the C API doesn't tell the
    /// name of the machine that it compiles for by itself.
    pub fn get_target(&self) -> Option<String> {
        self.get_strategy()?;
        let target = self.config().target.as_ref()?;
        Some(target.as_str().to_owned())
    }

    /// The compiler; `None` without one.
    pub fn get_strategy(&self) -> Option<Strategy> {
        self.inner.tunables.strategy
    }

    /// What Cranelift's optimiser aims at; `None` without a compiler.
    pub fn get_cranelift_opt_level(&self) -> Option<OptLevel> {
        match self.compiler_setting("opt_level", "speed")? {
            "none" => Some(OptLevel::None),
            "speed_and_size" => Some(OptLevel::SpeedAndSize),
            _ => Some(OptLevel::Speed),
        }
    }

    /// How Cranelift assigns registers; `None` without a compiler.
    pub fn get_cranelift_regalloc_algorithm(&self) -> Option<RegallocAlgorithm> {
        match self.compiler_setting("regalloc_algorithm", "backtracking")? {
            "single_pass" => Some(RegallocAlgorithm::SinglePass),
            _ => Some(RegallocAlgorithm::Backtracking),
        }
    }

    /// Whether Cranelift checks its own code; `None` without a compiler.
    pub fn get_cranelift_debug_verifier(&self) -> Option<bool> {
        self.compiler_flag("enable_verifier", false)
    }

    /// Whether every NaN is the same NaN; `None` without a compiler.
    pub fn get_cranelift_nan_canonicalization(&self) -> Option<bool> {
        self.compiler_flag("enable_nan_canonicalization", false)
    }

    /// Whether native code comes with unwind information; `None` without a
    /// compiler.
    pub fn get_native_unwind_info(&self) -> Option<bool> {
        let default = self.config().settings.native_unwind_info.unwrap_or(true);
        self.compiler_flag("unwind_info", default)
    }

    /// The flags that were turned on by name, with
    /// `Config::cranelift_flag_enable`.
    pub fn get_cranelift_flags_enabled(&self) -> impl Iterator<Item = &str> {
        #[cfg(compiler)]
        return self.config().compiler.enabled_by_name();
        #[cfg(not(compiler))]
        std::iter::empty()
    }

    /// The settings that were set by name, with `Config::cranelift_flag_set`.
    pub fn get_cranelift_flags_set(&self) -> impl Iterator<Item = (&str, &str)> {
        #[cfg(compiler)]
        return self.config().compiler.set_by_name();
        #[cfg(not(compiler))]
        std::iter::empty()
    }

    fn compiler_flag(&self, name: &str, default: bool) -> Option<bool> {
        let default = if default { "true" } else { "false" };
        let value = self.compiler_setting(name, default)?;
        let enabled = self.get_cranelift_flags_enabled().any(|flag| flag == name);
        Some(enabled || matches!(value, "true" | "on" | "yes" | "1"))
    }

    fn compiler_setting<'a>(&'a self, name: &str, default: &'a str) -> Option<&'a str> {
        self.get_strategy()?;
        #[cfg(compiler)]
        return Some(self.config().compiler.get(name).unwrap_or(default));
        #[cfg(not(compiler))]
        {
            let _ = (name, default);
            None
        }
    }
}
