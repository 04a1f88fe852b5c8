//! Looking for what would make libwasmtime abort the process.

#[cfg(feature = "pooling-allocator")]
use super::InstanceAllocationStrategy;
#[cfg(compiler)]
use super::compiled_in;
use super::{Config, Strategy, Tunables, WasmFeatures};
use crate::sys::{self, Feature, require};
use crate::{Error, Result, Unsupported};
use std::fmt;

/// A setting that can't be had, or not together with another, in a
/// [`Config`].
///
/// The error of [`Engine::new`](crate::Engine::new), if that is what is wrong;
/// its text says what to do. Where the `wasmtime` crate has words of its own for
/// what is wrong, the error has these for its text, and this is the cause of it:
/// `{error:#}` shows both.
///
/// ```no_run
/// use libwasmtime::{Config, ConfigConflict, Engine};
///
/// let error = Engine::new(Config::new().max_wasm_stack(0)).unwrap_err();
/// let conflict = error.downcast_ref::<ConfigConflict>().unwrap();
/// assert_eq!(conflict.setting(), "max_wasm_stack(0)");
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
            "the setting `{}` is not possible: {}; {}",
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

    /// An error that reads as the `wasmtime` crate words it, with this as its cause.
    pub(super) fn in_words(self, words: impl Into<String>) -> Error {
        Error::from(self).context(words.into())
    }

    /// The setting, as the method of [`Config`] and its argument.
    pub fn setting(&self) -> &str {
        &self.setting
    }
}

/// No reservation or guard can be larger than this, in bytes. Far below the end of
/// the address space, so that sums of them don't wrap around.
const MAX_BYTES: u64 = (usize::MAX >> 4) as u64;

impl Config {
    /// Whether the defaults can't be in conflict, whatever the library is, and
    /// nothing has to be set for them. They can where another engine decides over
    /// the whole process, and where a default needs what was left out; and a
    /// compiler that isn't the library's first choice has to be set.
    pub(crate) const DEFAULT_FITS: bool = cfg!(not(target_vendor = "apple"))
        && !sys::NO_COLLECTOR
        && cfg!(any(feature = "cranelift", not(feature = "winch")));

    /// Looks for everything that libwasmtime would abort on.
    ///
    /// # Errors
    ///
    /// The first conflict found.
    // Version 48: libwasmtime unwraps what `Engine::new` returns; look at each error of
    // `Config::validate`, `build_compiler`, `build_allocator` and `build_profiler` in
    // `wasmtime`.
    pub(crate) fn check(&self) -> Result<Tunables> {
        let tunables = Tunables::of(self);
        self.check_features(&tunables)?;
        self.check_sizes(&tunables)?;
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
        // Libwasmtime takes it, and ends the process when a module uses it.
        if self.enabled.contains(WasmFeatures::STACK_SWITCHING) {
            return Err(Unsupported::by_any_library(Feature::StackSwitching).into());
        }
        let unsettable = (self.enabled | self.disabled) & WasmFeatures::unsettable();
        if !unsettable.is_empty() {
            return Err(conflict(
                unsettable,
                self.enabled.intersects(unsettable),
                "this crate was built without the Cargo feature that has it",
                "turn on the Cargo feature, or leave the setting alone",
            )
            .into());
        }
        let unsupported = self.enabled & tunables.unsupported_features();
        if let Some((name, _)) = unsupported.iter_names().next() {
            let compiler = match tunables.strategy {
                Some(Strategy::Winch) => "Winch doesn't implement it",
                _ => "Pulley doesn't implement it",
            };
            return Err(conflict(
                unsupported,
                true,
                compiler,
                "leave it off, or choose another compiler or target",
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
                    "turn on the Cargo feature, or leave the setting alone",
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
                    "exceptions are on, and live on the heap that it turns off",
                    "turn `wasm_exceptions` off as well",
                )
                .into());
            }
            if cfg!(not(feature = "gc")) && !sys::lacks(Feature::Gc) {
                return Err(conflict(
                    WasmFeatures::GC_TYPES,
                    false,
                    "exceptions may be on in the library, and have to be off then, for which \
                     this crate was built without the Cargo feature `gc`",
                    "turn on the Cargo feature, or leave the setting alone",
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
                "relaxed SIMD is on, and needs SIMD",
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
                        "turn on the Cargo feature, or leave the setting alone",
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
                    "`concurrency_support` is off, and asynchronous components need it",
                    "turn one of the two the other way",
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
                "nothing can be mapped into memories of the host",
                "leave it alone, or do without `with_host_memory`",
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
                "WebAssembly can't run without a stack",
                "give it some, such as the default of 512 KiB",
            )
            .in_words("max_wasm_stack size cannot be zero"));
        }
        if stack > tunables.async_stack_size {
            return Err(ConfigConflict::new(
                setting,
                format!(
                    "the stack of an asynchronous call has {} bytes",
                    tunables.async_stack_size
                ),
                "give it less, or make `async_stack_size` larger",
            )
            .in_words("max_wasm_stack size cannot exceed the async_stack_size"));
        }
        // Each store of Pulley's has its own, and ends the process if there is no memory.
        let mut trial = Vec::<u8>::new();
        if tunables.pulley && trial.try_reserve_exact(stack).is_err() {
            return Err(ConfigConflict::new(
                setting,
                "Pulley has it as memory, and there is not as much",
                "give it less, such as the default of 512 KiB",
            )
            .into());
        }
        // The stack of an asynchronous call isn't among them: there is an error when it
        // is made.
        for (name, bytes) in [
            ("max_wasm_stack", stack as u64),
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
                    "no address space has that many bytes",
                    format!("give it at most {MAX_BYTES}"),
                )
                .into());
            }
        }
        Ok(())
    }

    /// On Apple's systems, traps are caught one way or the other for the whole
    /// process, and the first engine that needs it decides.
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
                "another engine of this process has it the other way",
                "set it the same way for all engines",
            )
            .into());
        }
        // The thread that catches them starts with the first engine.
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

    /// Whether native code can come with, or without, what unwinders need: a
    /// compiler minds, even one of which this crate wasn't told.
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
                format!("Cranelift's `unwind_info` was set to `{flag}`"),
                "set one of the two only",
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
                "Windows needs it",
                "leave it on",
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
                "turn on the Cargo feature, or choose another",
            )
            .in_words(format!("{missing} support not compiled in")));
        }
        // What isn't chosen is the library's own choice.
        let chosen = match compiler.strategy {
            Strategy::Auto if !winch => None,
            Strategy::Auto | Strategy::Winch => Some((Strategy::Winch, "winch")),
            Strategy::Cranelift => Some((Strategy::Cranelift, "cranelift")),
        };
        if let Some((_, name)) = chosen.filter(|(chosen, _)| !compiled_in::has(*chosen)) {
            return Err(ConfigConflict::new(
                strategy(),
                "the library that was loaded was built without it",
                "load one that has it, or choose another",
            )
            .in_words(format!("{name} support not compiled in")));
        }
        if winch {
            let conflict =
                |problem: &str, remedy: &str| ConfigConflict::new(strategy(), problem, remedy);
            if tunables.pulley || cfg!(not(any(target_arch = "x86_64", target_arch = "aarch64"))) {
                return Err(conflict(
                    "Winch compiles for x86-64 and AArch64 only",
                    "choose Cranelift, or another target",
                )
                .into());
            }
            if !tunables.signals_based_traps {
                return Err(conflict(
                    "Winch relies on signals, and `signals_based_traps` is off",
                    "turn that on, or choose Cranelift",
                )
                .in_words("Winch requires the signals-based-traps option to be enabled"));
            }
            if self.settings.debug_info == Some(true) {
                return Err(conflict(
                    "Winch can't make debug information, and `debug_info` is on",
                    "turn that off, or choose Cranelift",
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
                        "set it to `false`, or turn signals on",
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
