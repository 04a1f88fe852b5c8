//! Checks a [`Config`] for everything that would make libwasmtime abort the process.

#[cfg(feature = "pooling-allocator")]
use super::InstanceAllocationStrategy;
#[cfg(compiler)]
use super::compiled_in;
use super::{Config, Strategy, Tunables, WasmFeatures};
use crate::sys::{self, Feature, require};
use crate::{Error, Result, Unsupported};
use std::fmt;

/// An error for an invalid or unavailable setting of a [`Config`].
///
/// It is also the error for a setting that excludes another one.
/// [`Engine::new`](crate::Engine::new) returns it, and so does an asynchronous call whose
/// stack is too small; its text says what to do. For some
/// settings the `wasmtime` crate has an error text of its own. Then the error has that
/// text, and its cause is a `ConfigConflict`: `{error:#}` shows both, and
/// [`Error::downcast_ref`] finds it either way.
///
/// ```
/// use libwasmtime::{Config, ConfigConflict, Engine};
///
/// let error = Engine::new(Config::new().max_wasm_stack(0)).unwrap_err();
/// let conflict = error.downcast_ref::<ConfigConflict>().unwrap();
/// assert_eq!(conflict.setting(), "max_wasm_stack(0)");
/// // The text of the `wasmtime` crate, and then that of the conflict.
/// assert_eq!(error.to_string(), "max_wasm_stack size cannot be zero");
/// assert!(format!("{error:#}").contains("512 KiB"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigConflict {
    setting: String,
    problem: String,
    remedy: String,
}

impl fmt::Display for ConfigConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the setting `{}` is invalid: {}; {}",
            self.setting, self.problem, self.remedy
        )
    }
}

impl std::error::Error for ConfigConflict {}

impl ConfigConflict {
    pub(super) fn new(
        setting: impl Into<String>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> ConfigConflict {
        ConfigConflict {
            setting: setting.into(),
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// Creates an error with the text of the `wasmtime` crate, and this as its cause.
    pub(super) fn in_words(self, words: impl Into<String>) -> Error {
        Error::from(self).context(words.into())
    }

    /// Returns the setting, as the method of [`Config`] and its argument.
    pub fn setting(&self) -> &str {
        &self.setting
    }
}

/// The largest reservation or guard, in bytes. It is far smaller than the address space, so
/// that the sum of several doesn't overflow.
const MAX_BYTES: u64 = (usize::MAX >> 4) as u64;

impl Config {
    /// Whether the default settings need neither checking nor setting, whatever the library
    /// is. They need it
    ///
    /// - where all engines of a process must agree on a setting, as on Apple's systems;
    /// - where a default needs a collector, and this crate was built without any;
    /// - where the only compiler is Winch, which isn't the library's first choice.
    pub(crate) const DEFAULT_FITS: bool = cfg!(not(target_vendor = "apple"))
        && !sys::NO_COLLECTOR
        && cfg!(any(feature = "cranelift", not(feature = "winch")));

    /// Checks for everything that libwasmtime would abort on.
    ///
    /// # Errors
    ///
    /// Returns the first conflict found.
    // Version 48: libwasmtime unwraps what `Engine::new` returns; look at each error of
    // `Config::validate`, `build_compiler`, `build_allocator` and `build_profiler` in
    // `wasmtime`.
    pub(crate) fn check(&self) -> Result<Tunables> {
        let tunables = Tunables::of(self);
        self.check_features(&tunables)?;
        self.check_sizes(&tunables)?;
        #[cfg(all(feature = "async", unix))]
        self.check_async_stack()?;
        self.check_host_memory(&tunables)?;
        self.check_profiler()?;
        self.check_mach_ports(&tunables)?;
        self.check_unwind_info(&tunables)?;
        #[cfg(compiler)]
        self.check_compiler(&tunables)?;
        #[cfg(feature = "pooling-allocator")]
        if let InstanceAllocationStrategy::Pooling(pool) = &self.allocation_strategy {
            pool.check(&tunables)?;
        }
        Result::<_, Error>::Ok(tunables)
    }

    fn check_features(&self, tunables: &Tunables) -> Result<()> {
        let conflict = |features: WasmFeatures, enable: bool, problem: &str, remedy: &str| {
            let setting = format!("{}({enable})", features.setter().unwrap_or("wasm_features"));
            ConfigConflict::new(setting, problem, remedy)
        };
        // libwasmtime accepts the setting, and aborts when a module uses the proposal.
        if self.enabled.contains(WasmFeatures::STACK_SWITCHING) {
            return Err(Unsupported::by_any_library(Feature::StackSwitching).into());
        }
        let unsettable = (self.enabled | self.disabled) & WasmFeatures::unsettable();
        if !unsettable.is_empty() {
            return Err(conflict(
                unsettable,
                self.enabled.intersects(unsettable),
                "this crate was built without the Cargo feature that it needs",
                "turn on the Cargo feature, or don't change the setting",
            )
            .into());
        }
        let unsupported = self.enabled & tunables.unsupported_features();
        if let Some((name, _)) = unsupported.iter_names().next() {
            let compiler = match tunables.strategy {
                Some(Strategy::Winch) => "Winch doesn't support it",
                _ => "Pulley doesn't support it",
            };
            return Err(conflict(
                unsupported,
                true,
                compiler,
                "turn it off, or set another compiler or target",
            )
            .in_words(format!(
                "the wasm_{} feature is not supported on this compiler configuration",
                name.to_lowercase()
            )));
        }
        if self.enabled.contains(WasmFeatures::GC_TYPES) {
            if cfg!(not(feature = "gc")) {
                return Err(conflict(
                    WasmFeatures::GC_TYPES,
                    true,
                    "this crate was built without the Cargo feature `gc`",
                    "turn on the Cargo feature, or don't change the setting",
                )
                .in_words("support for GC was disabled at compile time"));
            }
            require(Feature::Gc)?;
        }
        if self.disabled.contains(WasmFeatures::GC_TYPES) {
            if self.enabled.contains(WasmFeatures::EXCEPTIONS) {
                return Err(conflict(
                    WasmFeatures::GC_TYPES,
                    false,
                    "`wasm_exceptions` is on, and exceptions need the garbage-collected heap",
                    "turn `wasm_exceptions` off as well",
                )
                .into());
            }
            if cfg!(not(feature = "gc")) && !sys::lacks(Feature::Gc) {
                return Err(conflict(
                    WasmFeatures::GC_TYPES,
                    false,
                    "exceptions, which the library may turn on by default, have to be off as \
                     well, and this crate can't turn them off without the Cargo feature `gc`",
                    "turn on the Cargo feature, or don't change the setting",
                )
                .into());
            }
        }
        if sys::NO_COLLECTOR && tunables.features.contains(WasmFeatures::GC_TYPES) {
            return Err(conflict(
                WasmFeatures::GC_TYPES,
                true,
                "this crate was built without any garbage collector",
                "turn on one of the Cargo features `gc-copying`, `gc-drc` and `gc-null`, \
                 or turn the setting off",
            )
            .into());
        }
        if !tunables.lacks_compiler()
            && tunables.features.contains(WasmFeatures::RELAXED_SIMD)
            && !tunables.features.contains(WasmFeatures::SIMD)
        {
            return Err(conflict(
                WasmFeatures::SIMD,
                false,
                "`wasm_relaxed_simd` is on, and needs SIMD",
                "turn `wasm_relaxed_simd` off as well",
            )
            .in_words("cannot disable the simd proposal but enable the relaxed simd proposal"));
        }
        #[cfg(feature = "component-model")]
        {
            let asynchronous = WasmFeatures::CM_ASYNC
                | WasmFeatures::CM_ASYNC_STACKFUL
                | WasmFeatures::CM_MORE_ASYNC_BUILTINS;
            if self.settings.concurrency_support == Some(true) {
                if cfg!(not(feature = "component-model-async")) {
                    return Err(ConfigConflict::new(
                        "concurrency_support(true)",
                        "this crate was built without the Cargo feature `component-model-async`",
                        "turn on the Cargo feature, or don't change the setting",
                    )
                    .in_words(
                        "concurrency support was requested but was not compiled into this build \
                         of Wasmtime",
                    ));
                }
                require(Feature::ComponentModelAsync)?;
            }
            if self.enabled.intersects(asynchronous) {
                require(Feature::ComponentModelAsync)?;
            }
            if !tunables.concurrency_support && tunables.features.intersects(asynchronous) {
                return Err(conflict(
                    tunables.features & asynchronous,
                    true,
                    "it needs `concurrency_support`, which is off",
                    "turn both on or both off",
                )
                .in_words(
                    "concurrency support must be enabled to use the component model async or \
                     threading features",
                ));
            }
        }
        Ok(())
    }

    fn check_host_memory(&self, tunables: &Tunables) -> Result<(), ConfigConflict> {
        if self.host_memory.is_some() && tunables.memory_init_cow {
            return Err(ConfigConflict::new(
                "memory_init_cow(true)",
                "`with_host_memory` is set, and initial contents can't be mapped into memories \
                 of the host",
                "turn it off, or set no `with_host_memory`",
            ));
        }
        Ok(())
    }

    fn check_sizes(&self, tunables: &Tunables) -> Result<()> {
        let stack = tunables.max_wasm_stack;
        let setting = format!("max_wasm_stack({stack})");
        if stack == 0 {
            return Err(ConfigConflict::new(
                setting,
                "WebAssembly needs a stack",
                "set a larger size, such as the default of 512 KiB",
            )
            .in_words("max_wasm_stack size cannot be zero"));
        }
        if stack > tunables.async_stack_size {
            return Err(ConfigConflict::new(
                setting,
                format!(
                    "it exceeds `async_stack_size`, which is {} bytes",
                    tunables.async_stack_size
                ),
                "set a smaller size, or a larger `async_stack_size`",
            )
            .in_words("max_wasm_stack size cannot exceed the async_stack_size"));
        }
        // With Pulley, each store allocates its stack, and libwasmtime aborts if it can't.
        let mut trial = Vec::<u8>::new();
        if tunables.pulley && trial.try_reserve_exact(stack).is_err() {
            return Err(ConfigConflict::new(
                setting,
                "Pulley allocates the stack, and there isn't as much memory",
                "set a smaller size, such as the default of 512 KiB",
            )
            .into());
        }
        // Version 48: adding a guard page to the size of an asynchronous call's stack may
        // overflow; look at `MmapFiberStack::new` in `wasmtime-internal-fiber`.
        for (name, bytes) in [
            ("max_wasm_stack", stack as u64),
            ("async_stack_size", tunables.async_stack_size as u64),
            ("memory_reservation", tunables.memory_reservation),
            ("memory_guard_size", tunables.memory_guard_size),
            (
                "memory_reservation_for_growth",
                tunables.memory_reservation_for_growth,
            ),
        ] {
            if bytes > MAX_BYTES {
                return Err(ConfigConflict::new(
                    format!("{name}({bytes})"),
                    "it exceeds the address space",
                    format!("set at most {MAX_BYTES}"),
                )
                .into());
            }
        }
        Ok(())
    }

    /// Checks that all engines of the process catch traps in the same way, on Apple's
    /// systems. The first engine that catches traps decides.
    ///
    /// # Errors
    ///
    /// Returns an error if another engine decided otherwise, or if the system doesn't start
    /// the thread that catches traps.
    fn check_mach_ports(&self, tunables: &Tunables) -> Result<()> {
        use std::sync::OnceLock;
        static MACH_PORTS: OnceLock<bool> = OnceLock::new();
        if cfg!(not(target_vendor = "apple")) || !tunables.signals_based_traps {
            return Ok(());
        }
        let wanted = self.settings.macos_use_mach_ports.unwrap_or(true);
        if *MACH_PORTS.get_or_init(|| wanted) != wanted {
            return Err(ConfigConflict::new(
                format!("macos_use_mach_ports({wanted})"),
                "another engine of this process has the opposite value",
                "set the same value for all engines",
            )
            .into());
        }
        // The thread that catches traps starts with the first engine.
        #[cfg(target_vendor = "apple")]
        if wanted {
            use crate::threads::{self, FirstUse};
            static HANDLER: FirstUse = FirstUse::new();
            HANDLER.try_once(|| {
                threads::start(
                    1,
                    "catching traps with Mach ports",
                    "turn `Config::macos_use_mach_ports` off",
                )
            })?;
        }
        Ok(())
    }

    /// Checks the setting of unwind information. A library with a compiler aborts at a
    /// wrong one, even if this crate was built without the feature of the compiler.
    ///
    /// # Errors
    ///
    /// Returns an error if two settings contradict each other, or if the target requires
    /// unwind information.
    fn check_unwind_info(&self, tunables: &Tunables) -> Result<()> {
        if tunables.lacks_compiler() {
            return Ok(());
        }
        let windows = match &self.target {
            Some(target) => target.has("windows"),
            None => cfg!(windows) && !tunables.pulley,
        };
        #[cfg(compiler)]
        let flag = self.compiler.get("unwind_info");
        #[cfg(not(compiler))]
        let flag: Option<&str> = None;
        let both = self.settings.native_unwind_info.zip(flag);
        if let Some((wanted, flag)) = both.filter(|(wanted, flag)| *flag != wanted.to_string()) {
            return Err(ConfigConflict::new(
                format!("native_unwind_info({wanted})"),
                format!("Cranelift's setting `unwind_info` has the value `{flag}`"),
                "set only one of the two",
            )
            .in_words(
                "incompatible settings requested for Cranelift and Wasmtime `unwind-info` settings",
            ));
        }
        let off = self.settings.native_unwind_info == Some(false)
            || flag.is_some_and(|flag| flag != "true");
        if windows && off {
            return Err(ConfigConflict::new(
                "native_unwind_info(false)",
                "Windows requires unwind information",
                "turn it on",
            )
            .in_words("`native_unwind_info` cannot be disabled on Windows"));
        }
        Ok(())
    }

    #[cfg(compiler)]
    fn check_compiler(&self, tunables: &Tunables) -> Result<()> {
        let compiler = &self.compiler;
        let winch = tunables.strategy == Some(Strategy::Winch);
        let strategy = || format!("strategy(Strategy::{:?})", compiler.strategy);
        let missing = match compiler.strategy {
            Strategy::Cranelift if cfg!(not(feature = "cranelift")) => Some("cranelift"),
            Strategy::Winch if cfg!(not(feature = "winch")) => Some("winch"),
            _ => None,
        };
        if let Some(missing) = missing {
            return Err(ConfigConflict::new(
                strategy(),
                format!("this crate was built without the Cargo feature `{missing}`"),
                "turn on the Cargo feature, or set another strategy",
            )
            .in_words(format!("{missing} support not compiled in")));
        }
        // `None`: the library chooses.
        let chosen = match compiler.strategy {
            Strategy::Auto if !winch => None,
            Strategy::Auto | Strategy::Winch => Some((Strategy::Winch, "winch")),
            Strategy::Cranelift => Some((Strategy::Cranelift, "cranelift")),
        };
        if let Some((_, name)) = chosen.filter(|(chosen, _)| !compiled_in::has(*chosen)) {
            return Err(ConfigConflict::new(
                strategy(),
                "the loaded library was built without this compiler",
                "load a library that has it, or set another strategy",
            )
            .in_words(format!("{name} support not compiled in")));
        }
        if winch {
            let conflict =
                |problem: &str, remedy: &str| ConfigConflict::new(strategy(), problem, remedy);
            if tunables.pulley || cfg!(not(any(target_arch = "x86_64", target_arch = "aarch64"))) {
                return Err(conflict(
                    "Winch compiles for x86-64 and AArch64 only",
                    "set Cranelift, or another target",
                )
                .into());
            }
            if !tunables.signals_based_traps {
                return Err(conflict(
                    "Winch needs `signals_based_traps`, which is off",
                    "turn `signals_based_traps` on, or set Cranelift",
                )
                .in_words("Winch requires the signals-based-traps option to be enabled"));
            }
            if self.settings.debug_info == Some(true) {
                return Err(conflict(
                    "Winch doesn't support `debug_info`, which is on",
                    "turn `debug_info` off, or set Cranelift",
                )
                .in_words("Winch does not currently support generating native debug information"));
            }
        }
        self.check_flags(tunables, winch)?;
        if !tunables.signals_based_traps {
            for name in [
                "enable_table_access_spectre_mitigation",
                "enable_heap_access_spectre_mitigation",
            ] {
                if compiler.get(name).is_some_and(|value| value != "false") {
                    return Err(ConfigConflict::new(
                        format!("cranelift_flag_set({name:?}, …)"),
                        "it needs `signals_based_traps`, which is off",
                        "set it to `false`, or turn `signals_based_traps` on",
                    )
                    .in_words(
                        "when signals-based traps are disabled then spectre mitigations must \
                         also be disabled",
                    ));
                }
            }
        }
        Ok(())
    }
}
