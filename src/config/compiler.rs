//! The settings of the compilers.

use super::{Config, ConfigConflict, OptLevel, RegallocAlgorithm, Strategy};
use crate::Result;
use crate::sys::{self, Feature, require, wasm_config_t};
use std::ffi::CString;

/// What was set for the compiler.
///
/// Cranelift's settings are kept by name, as libwasmtime keeps them, so that
/// [`Config::cranelift_opt_level`] and [`Config::cranelift_flag_set`] override
/// each other in the order they are called.
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
    /// Whether it was set by [`Config::cranelift_flag_set`].
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
    /// Which compiler compiles WebAssembly.
    ///
    /// The default is [`Strategy::Auto`]. Calls `wasmtime_config_strategy_set`.
    pub fn strategy(&mut self, strategy: Strategy) -> &mut Config {
        self.compiler.strategy = strategy;
        self
    }

    /// Whether Cranelift checks its own intermediate code, which makes it
    /// slow.
    ///
    /// The default is `false`. Calls `wasmtime_config_cranelift_flag_set`, as
    /// `wasmtime_config_cranelift_debug_verifier_set` does.
    pub fn cranelift_debug_verifier(&mut self, enable: bool) -> &mut Config {
        self.compiler.set("enable_verifier", enable, false);
        self
    }

    /// What Cranelift's optimiser aims at.
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

    /// How Cranelift assigns values to registers.
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

    /// Whether every NaN that an operation makes is the same NaN, so that
    /// programs give the same bits on every machine.
    ///
    /// The default is `false`. Calls `wasmtime_config_cranelift_flag_set`, as
    /// `wasmtime_config_cranelift_nan_canonicalization_set` does.
    pub fn cranelift_nan_canonicalization(&mut self, enable: bool) -> &mut Config {
        self.compiler
            .set("enable_nan_canonicalization", enable, false);
        self
    }

    /// Turns on a flag of Cranelift's, or one of its processor presets, by its
    /// name, such as `has_avx2` or `haswell`.
    ///
    /// Calls `wasmtime_config_cranelift_flag_enable`.
    ///
    /// # Errors
    ///
    /// [`Engine::new`](crate::Engine::new) fails if there is no such flag.
    ///
    /// # Safety
    ///
    /// The flag must be right for the machine and for libwasmtime: some make
    /// Cranelift emit instructions that the processor must have, or code that
    /// libwasmtime doesn't expect.
    pub unsafe fn cranelift_flag_enable(&mut self, flag: &str) -> &mut Config {
        let flags = &mut self.compiler.flags;
        if !flags.iter().any(|enabled| enabled == flag) {
            flags.push(flag.to_owned());
        }
        self
    }

    /// Sets one of Cranelift's settings by its name, such as `opt_level`.
    ///
    /// Calls `wasmtime_config_cranelift_flag_set`.
    ///
    /// # Errors
    ///
    /// [`Engine::new`](crate::Engine::new) fails if there is no such setting,
    /// or if it can't have that value.
    ///
    /// # Safety
    ///
    /// As for [`Config::cranelift_flag_enable`].
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

    /// The value that a setting was given.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let setting = self.settings.iter().find(|setting| setting.name == name)?;
        Some(&setting.value)
    }

    /// The settings that were given by name.
    pub(crate) fn set_by_name(&self) -> impl Iterator<Item = (&str, &str)> {
        self.settings
            .iter()
            .filter(|setting| setting.by_name)
            .map(|setting| (&setting.name[..], &setting.value[..]))
    }

    /// The flags that were turned on by name.
    pub(crate) fn enabled_by_name(&self) -> impl Iterator<Item = &str> {
        self.flags.iter().map(|flag| &flag[..])
    }

    /// The compiler that is used; `Auto` is never returned.
    pub(crate) fn resolved_strategy(&self) -> Strategy {
        match self.strategy {
            Strategy::Auto if cfg!(feature = "cranelift") => Strategy::Cranelift,
            Strategy::Auto => Strategy::Winch,
            chosen => chosen,
        }
    }

    /// Passes everything on.
    ///
    /// # Safety
    ///
    /// `config` must be a configuration that the caller owns.
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
            // SAFETY: the caller owns the configuration.
            unsafe { sys::wasmtime_config_strategy_set(config, strategy) };
        }
        for setting in &self.settings {
            let (name, value) = (c_text(&setting.name)?, c_text(&setting.value)?);
            // SAFETY: as above, and both are C strings of UTF-8.
            unsafe {
                sys::wasmtime_config_cranelift_flag_set(config, name.as_ptr(), value.as_ptr())
            };
        }
        for flag in &self.flags {
            let flag = c_text(flag)?;
            // SAFETY: as above.
            unsafe { sys::wasmtime_config_cranelift_flag_enable(config, flag.as_ptr()) };
        }
        Ok(())
    }
}

fn c_text(text: &str) -> Result<CString, ConfigConflict> {
    CString::new(text).map_err(|_| {
        ConfigConflict::new(
            format!("cranelift_flag_set({text:?})"),
            "a Cranelift setting has no NUL character",
            "leave it out",
        )
    })
}
