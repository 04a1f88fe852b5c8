//! The settings of the compilers, Cranelift and Winch.

use super::{Config, ConfigConflict, OptLevel, RegallocAlgorithm, Strategy};
use crate::Result;
use crate::sys::{self, Feature, require, wasm_config_t};
use std::ffi::CString;

/// The settings of the compiler.
///
/// Cranelift's settings are kept by name, as libwasmtime keeps them. So the last of two
/// calls decides, even if one is of [`Config::cranelift_opt_level`] and the other of
/// [`Config::cranelift_flag_set`].
#[derive(Clone, Debug)]
pub(crate) struct CompilerConfig {
    pub(super) strategy: Strategy,
    /// One for each name.
    pub(super) settings: Vec<Setting>,
    /// Each name once.
    pub(super) flags: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub(super) name: String,
    pub(super) value: String,
    /// Whether [`Config::cranelift_flag_set`] set the value.
    by_name: bool,
}

impl Default for CompilerConfig {
    fn default() -> CompilerConfig {
        CompilerConfig {
            strategy: Strategy::Auto,
            settings: Vec::new(),
            flags: Vec::new(),
        }
    }
}

/// # Compilers
impl Config {
    /// Sets the compiler that compiles WebAssembly.
    ///
    /// The default is [`Strategy::Auto`]. [`Engine::new`](crate::Engine::new) returns a
    /// [`ConfigConflict`] if this crate or the library was built without the compiler, or
    /// if it doesn't support another setting. Calls `wasmtime_config_strategy_set`.
    pub fn strategy(&mut self, strategy: Strategy) -> &mut Config {
        self.compiler.strategy = strategy;
        self
    }

    /// Sets whether Cranelift verifies its intermediate code.
    ///
    /// That makes compiling much slower, and helps only to find bugs of Cranelift. The
    /// default is `false`. Calls `wasmtime_config_cranelift_flag_set`, as
    /// `wasmtime_config_cranelift_debug_verifier_set` does.
    pub fn cranelift_debug_verifier(&mut self, enable: bool) -> &mut Config {
        self.compiler.set("enable_verifier", enable, false);
        self
    }

    /// Sets what Cranelift optimizes for.
    ///
    /// The default is [`OptLevel::Speed`]. Calls
    /// `wasmtime_config_cranelift_flag_set`, as
    /// `wasmtime_config_cranelift_opt_level_set` does.
    pub fn cranelift_opt_level(&mut self, level: OptLevel) -> &mut Config {
        let value = match level {
            OptLevel::None => "none",
            OptLevel::Speed => "speed",
            OptLevel::SpeedAndSize => "speed_and_size",
        };
        self.compiler.set("opt_level", value, false);
        self
    }

    /// Sets the algorithm by which Cranelift allocates registers.
    ///
    /// The default is [`RegallocAlgorithm::Backtracking`]. Calls
    /// `wasmtime_config_cranelift_flag_set`, as
    /// `wasmtime_config_cranelift_regalloc_algorithm_set` does.
    pub fn cranelift_regalloc_algorithm(&mut self, algo: RegallocAlgorithm) -> &mut Config {
        let value = match algo {
            RegallocAlgorithm::Backtracking => "backtracking",
            RegallocAlgorithm::SinglePass => "single_pass",
        };
        self.compiler.set("regalloc_algorithm", value, false);
        self
    }

    /// Sets whether every NaN that a floating-point operation returns has the same bits.
    ///
    /// WebAssembly leaves the bits of a NaN to the machine; turned on, a program's results
    /// are the same on every machine. That makes floating-point code slower. The default
    /// is `false`. Calls `wasmtime_config_cranelift_flag_set`, as
    /// `wasmtime_config_cranelift_nan_canonicalization_set` does.
    pub fn cranelift_nan_canonicalization(&mut self, enable: bool) -> &mut Config {
        self.compiler
            .set("enable_nan_canonicalization", enable, false);
        self
    }

    /// Turns on one of Cranelift's flags or processor presets by its name.
    ///
    /// Examples are the flag `has_avx2` and the preset `haswell`.
    /// [`Engine::new`](crate::Engine::new) returns a [`ConfigConflict`] if Cranelift has no
    /// such flag for the target. Calls `wasmtime_config_cranelift_flag_enable`.
    ///
    /// # Safety
    ///
    /// The flag must be valid for the processor and for libwasmtime. Some flags make
    /// Cranelift emit instructions that the processor must have; others make it emit code
    /// that libwasmtime can't run.
    pub unsafe fn cranelift_flag_enable(&mut self, flag: &str) -> &mut Config {
        let flags = &mut self.compiler.flags;
        if !flags.iter().any(|enabled| enabled == flag) {
            flags.push(flag.to_owned());
        }
        self
    }

    /// Sets one of Cranelift's settings by its name, such as `opt_level`.
    ///
    /// [`Engine::new`](crate::Engine::new) returns a [`ConfigConflict`] if Cranelift has
    /// no such setting for the target, or if `value` isn't valid for it. Calls
    /// `wasmtime_config_cranelift_flag_set`.
    ///
    #[doc = example!(cranelift)]
    /// use libwasmtime::{Config, Engine};
    ///
    /// let mut config = Config::new();
    /// // SAFETY: the setting changes how well code is optimized, and nothing else.
    /// unsafe { config.cranelift_flag_set("opt_level", "fastest") };
    /// let error = Engine::new(&config).unwrap_err();
    /// assert!(format!("{error:#}").contains("none, speed, speed_and_size"));
    ///
    /// // SAFETY: the setting changes how well code is optimized, and nothing else.
    /// unsafe { config.cranelift_flag_set("opt_level", "speed_and_size") };
    /// Engine::new(&config)?;
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    ///
    /// # Safety
    ///
    /// The same as for [`Config::cranelift_flag_enable`].
    pub unsafe fn cranelift_flag_set(&mut self, name: &str, value: &str) -> &mut Config {
        self.compiler.set(name, value, true);
        self
    }
}

impl CompilerConfig {
    fn set(&mut self, name: &str, value: impl ToString, by_name: bool) {
        self.settings.retain(|setting| setting.name != name);
        self.settings.push(Setting {
            name: name.to_owned(),
            value: value.to_string(),
            by_name,
        });
    }

    /// Returns the value that a setting was given.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let setting = self.settings.iter().find(|setting| setting.name == name)?;
        Some(&setting.value)
    }

    /// Returns the settings of [`Config::cranelift_flag_set`], with their values.
    pub(crate) fn set_by_name(&self) -> impl Iterator<Item = (&str, &str)> {
        self.settings
            .iter()
            .filter(|setting| setting.by_name)
            .map(|setting| (&setting.name[..], &setting.value[..]))
    }

    /// Returns the flags of [`Config::cranelift_flag_enable`].
    pub(crate) fn enabled_by_name(&self) -> impl Iterator<Item = &str> {
        self.flags.iter().map(|flag| &flag[..])
    }

    /// Returns the compiler that is used, which is never `Auto`.
    pub(crate) fn resolved_strategy(&self) -> Strategy {
        match self.strategy {
            Strategy::Auto if cfg!(feature = "cranelift") => Strategy::Cranelift,
            Strategy::Auto => Strategy::Winch,
            chosen => chosen,
        }
    }

    /// Sets the compiler and its settings in a configuration of the C API.
    ///
    /// # Errors
    ///
    /// Returns an error if the loaded library has no compiler, or if a name or value has
    /// a NUL character.
    ///
    /// # Safety
    ///
    /// `config` must be an owned configuration.
    pub(super) unsafe fn apply(&self, config: *mut wasm_config_t) -> Result<()> {
        let strategy = match self.resolved_strategy() {
            Strategy::Winch => Some(sys::WASMTIME_STRATEGY_WINCH),
            _ if self.strategy == Strategy::Auto => None,
            _ => Some(sys::WASMTIME_STRATEGY_CRANELIFT),
        };
        if strategy.is_some() || !self.settings.is_empty() || !self.flags.is_empty() {
            require(Feature::Compiler)?;
        }
        if let Some(strategy) = strategy {
            // SAFETY: `config` is owned, as this function requires.
            unsafe { sys::wasmtime_config_strategy_set(config, strategy) };
        }
        for setting in &self.settings {
            let (name, value) = (c_text(&setting.name)?, c_text(&setting.value)?);
            // SAFETY: `config` is owned, as this function requires; both texts are C
            // strings of UTF-8, and are copied.
            unsafe {
                sys::wasmtime_config_cranelift_flag_set(config, name.as_ptr(), value.as_ptr())
            };
        }
        for flag in &self.flags {
            let flag = c_text(flag)?;
            // SAFETY: `config` is owned, as this function requires; `flag` is a C string
            // of UTF-8, and is copied.
            unsafe { sys::wasmtime_config_cranelift_flag_enable(config, flag.as_ptr()) };
        }
        Ok(())
    }
}

fn c_text(text: &str) -> Result<CString, ConfigConflict> {
    CString::new(text).map_err(|_| {
        ConfigConflict::new(
            format!("cranelift_flag_set({text:?})"),
            "the names and values of Cranelift's settings have no NUL character",
            "remove it",
        )
    })
}
