//! The settings in effect of an engine.

use super::Engine;
use crate::{MemoryType, OptLevel, RegallocAlgorithm, Strategy, WasmFeatures};

/// # Settings in effect
///
/// Each is the value that was set in the [`Config`](crate::Config), or else libwasmtime's
/// default.
impl Engine {
    /// Returns the value of [`Config::memory_may_move`](crate::Config::memory_may_move).
    pub fn get_memory_may_move(&self) -> bool {
        self.inner.tunables.memory_may_move
    }

    /// Returns the value of [`Config::memory_reservation`](crate::Config::memory_reservation).
    pub fn get_memory_reservation(&self) -> u64 {
        self.inner.tunables.memory_reservation
    }

    /// Returns the value of [`Config::memory_reservation_for_growth`](crate::Config::memory_reservation_for_growth).
    pub fn get_memory_reservation_for_growth(&self) -> u64 {
        self.inner.tunables.memory_reservation_for_growth
    }

    /// Returns the value of [`Config::memory_guard_size`](crate::Config::memory_guard_size).
    pub fn get_memory_guard_size(&self) -> u64 {
        self.inner.tunables.memory_guard_size
    }

    /// Returns the value of [`Config::memory_init_cow`](crate::Config::memory_init_cow).
    pub fn get_memory_init_cow(&self) -> bool {
        self.inner.tunables.memory_init_cow
    }

    /// Returns the value of [`Config::signals_based_traps`](crate::Config::signals_based_traps).
    pub fn get_signals_based_traps(&self) -> bool {
        self.inner.tunables.signals_based_traps
    }

    /// Reports whether compiled code may rely on inaccessible pages after a memory of that
    /// type to catch accesses that are out of bounds.
    ///
    /// It checks each access against the memory's size where it can't use signals, or where
    /// WebAssembly's pages are smaller than the system's. Otherwise, if there is a
    /// reservation, it checks at most against the end of the reservation. If there is a
    /// guard, it leaves constant offsets out of the check that are smaller than the guard.
    // Version 48: code relies on signals for memories with guard pages; look at
    // `bounds_checks.rs` in `wasmtime-internal-cranelift`.
    pub(crate) fn may_fault(&self, ty: &MemoryType) -> bool {
        let tunables = &self.inner.tunables;
        tunables.signals_based_traps
            && !tunables.pulley
            && (tunables.memory_reservation > 0 || tunables.memory_guard_size > 0)
            && ty.page_size_log2() > 0
    }

    /// Returns the value of [`Config::max_wasm_stack`](crate::Config::max_wasm_stack).
    pub fn get_max_wasm_stack(&self) -> usize {
        self.inner.tunables.max_wasm_stack
    }

    /// Checks the settings that an asynchronous call depends on.
    ///
    /// # Errors
    ///
    /// Returns an error if the stack of an asynchronous call is too small.
    #[cfg(feature = "async")]
    pub(crate) fn check_async_call(&self) -> Result<(), crate::ConfigConflict> {
        self.inner.tunables.check_async_call()
    }

    /// Returns the value of `Config::async_stack_size`, set or default.
    pub fn get_async_stack_size(&self) -> usize {
        self.inner.tunables.async_stack_size
    }

    /// Reports whether functions are compiled on several threads.
    pub fn get_parallel_compilation(&self) -> bool {
        self.inner.tunables.parallel_compilation
    }

    /// Reports whether components may run several tasks at a time.
    pub fn get_concurrency_support(&self) -> bool {
        self.inner.tunables.concurrency_support
    }

    /// Returns the WebAssembly proposals that are on.
    ///
    /// ```
    /// use libwasmtime::{Config, Engine, WasmFeatures};
    ///
    /// let engine = Engine::new(Config::new().wasm_multi_memory(false))?;
    /// let features = engine.get_wasm_features();
    /// assert!(features.contains(WasmFeatures::BULK_MEMORY));
    /// assert!(!features.contains(WasmFeatures::MULTI_MEMORY));
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn get_wasm_features(&self) -> WasmFeatures {
        self.inner.tunables.features
    }

    /// Returns the value of [`Config::epoch_interruption`](crate::Config::epoch_interruption).
    pub fn get_epoch_interruption(&self) -> bool {
        self.config().settings.epoch_interruption.unwrap_or(false)
    }

    /// Returns the value of [`Config::consume_fuel`](crate::Config::consume_fuel).
    pub fn get_consume_fuel(&self) -> bool {
        self.config().settings.consume_fuel.unwrap_or(false)
    }

    /// Returns the value of [`Config::debug_info`](crate::Config::debug_info).
    pub fn get_debug_info(&self) -> bool {
        self.config().settings.debug_info.unwrap_or(false)
    }

    /// Returns the value of [`Config::shared_memory`](crate::Config::shared_memory).
    pub fn get_shared_memory(&self) -> bool {
        self.config().settings.shared_memory.unwrap_or(false)
    }

    /// Returns the value of [`Config::wasm_branch_hinting`](crate::Config::wasm_branch_hinting).
    pub fn get_wasm_branch_hinting(&self) -> bool {
        self.config().settings.wasm_branch_hinting.unwrap_or(false)
    }

    /// Returns the value of [`Config::relaxed_simd_deterministic`](crate::Config::relaxed_simd_deterministic).
    pub fn get_relaxed_simd_deterministic(&self) -> bool {
        self.config()
            .settings
            .relaxed_simd_deterministic
            .unwrap_or(false)
    }

    /// Returns the target triple that was set.
    ///
    /// It is `None` if none was set, or without a compiler. The C API has no function that
    /// returns the triple of the default target.
    pub fn get_target(&self) -> Option<String> {
        self.get_strategy()?;
        let target = self.config().target.as_ref()?;
        Some(target.as_str().to_owned())
    }

    /// Returns the compiler; `None` without one.
    pub fn get_strategy(&self) -> Option<Strategy> {
        self.inner.tunables.strategy
    }

    /// Returns what Cranelift optimizes for; `None` without a compiler.
    pub fn get_cranelift_opt_level(&self) -> Option<OptLevel> {
        match self.compiler_setting("opt_level", "speed")? {
            "none" => Some(OptLevel::None),
            "speed_and_size" => Some(OptLevel::SpeedAndSize),
            _ => Some(OptLevel::Speed),
        }
    }

    /// Returns Cranelift's register allocator; `None` without a compiler.
    pub fn get_cranelift_regalloc_algorithm(&self) -> Option<RegallocAlgorithm> {
        match self.compiler_setting("regalloc_algorithm", "backtracking")? {
            "single_pass" => Some(RegallocAlgorithm::SinglePass),
            _ => Some(RegallocAlgorithm::Backtracking),
        }
    }

    /// Returns whether Cranelift verifies its intermediate code; `None` without a compiler.
    pub fn get_cranelift_debug_verifier(&self) -> Option<bool> {
        self.compiler_flag("enable_verifier", false)
    }

    /// Returns whether NaNs are canonicalized; `None` without a compiler.
    pub fn get_cranelift_nan_canonicalization(&self) -> Option<bool> {
        self.compiler_flag("enable_nan_canonicalization", false)
    }

    /// Returns whether compiled modules have unwind information; `None` without a compiler.
    pub fn get_native_unwind_info(&self) -> Option<bool> {
        let default = self.config().settings.native_unwind_info.unwrap_or(true);
        self.compiler_flag("unwind_info", default)
    }

    /// Returns the flags that `Config::cranelift_flag_enable` turned on.
    pub fn get_cranelift_flags_enabled(&self) -> impl Iterator<Item = &str> {
        #[cfg(compiler)]
        return self.config().compiler.enabled_by_name();
        #[cfg(not(compiler))]
        std::iter::empty()
    }

    /// Returns the settings that `Config::cranelift_flag_set` set, with their values.
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
