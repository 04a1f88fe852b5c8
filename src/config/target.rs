//! The platform that code is compiled for.

use super::{ConfigConflict, RawConfig};
use crate::error::check;
use crate::sys::{self, wasm_config_t};
use crate::{Result, sys::ensure_loaded};
use std::ffi::CString;
use std::fmt;

/// A target triple that libwasmtime has accepted.
#[derive(Clone)]
pub(crate) struct Target(CString);

impl Target {
    /// Checks a triple against what this machine can run, and has libwasmtime
    /// read it.
    pub(super) fn new(triple: &str) -> Result<Target> {
        let conflict = |problem: &str| {
            ConfigConflict::new(
                format!("target({triple:?})"),
                problem,
                format!(
                    "give a target of this machine's architecture, `{}`, or `pulley{}`",
                    std::env::consts::ARCH,
                    usize::BITS
                ),
            )
        };
        let target = Target(
            CString::new(triple).map_err(|_| conflict("a target triple has no NUL character"))?,
        );
        let host = std::env::consts::ARCH;
        let architecture = target.architecture();
        let native = architecture == host
            || (host == "riscv64" && architecture == "riscv64gc")
            || (host == "x86_64" && architecture == "amd64");
        let available = target.is_pulley() || (native && HAS_COMPILER_BACKEND);
        if !available {
            return Err(conflict(
                "the C API can compile only for the machine it runs on and for Pulley",
            )
            .into());
        }
        if triple.contains("x32") || triple.contains("ilp32") {
            return Err(conflict("pointers of 32 bits are not supported there").into());
        }
        ensure_loaded()?;
        let trial = RawConfig::new();
        // SAFETY: `trial` owns the configuration.
        unsafe { target.apply(trial.as_ptr())? };
        Ok(target)
    }

    /// Passes the target on.
    ///
    /// # Safety
    ///
    /// `config` must be a configuration that the caller owns.
    pub(super) unsafe fn apply(&self, config: *mut wasm_config_t) -> Result<()> {
        // SAFETY: the caller owns the configuration, the text is a C string,
        // and what is returned is an owned error or null.
        unsafe { check(sys::wasmtime_config_target_set(config, self.0.as_ptr())) }
    }

    /// The triple as text.
    pub(crate) fn as_str(&self) -> &str {
        self.0.to_str().expect("made of a `str`")
    }

    fn architecture(&self) -> &str {
        let triple = self.as_str();
        triple.split_once('-').map_or(triple, |(first, _)| first)
    }

    pub(super) fn is_pulley(&self) -> bool {
        ["pulley32", "pulley64", "pulley32be", "pulley64be"].contains(&self.architecture())
    }

    /// Whether Pulley's pointers have 32 bits there.
    pub(super) fn is_pulley32(&self) -> bool {
        self.architecture().starts_with("pulley32")
    }

    pub(super) fn has(&self, component: &str) -> bool {
        self.as_str()
            .split('-')
            .skip(1)
            .any(|part| part.starts_with(component))
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

/// Whether libwasmtime compiles to this machine's own code; it uses Pulley
/// otherwise.
pub(super) const HAS_COMPILER_BACKEND: bool = cfg!(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    target_arch = "riscv64",
    target_arch = "s390x"
));
