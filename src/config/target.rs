//! The platform that code is compiled for.

use super::{ConfigConflict, RawConfig};
#[cfg(feature = "cranelift")]
use super::{Strategy, compiled_in};
use crate::Result;
use crate::error::check;
use crate::sys::{self, ensure_loaded, wasm_config_t};
#[cfg(feature = "cranelift")]
use crate::sys::{Feature, require};
use std::ffi::CString;
use std::fmt;
#[cfg(feature = "cranelift")]
use std::ptr;

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
                    "give the triple of this machine, which is what libwasmtime was built for \
                     (`rustc -vV` names its own as the host), or `pulley{}` if the library has \
                     Pulley; or set none",
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
                "the C API compiles only for the machine that it runs on and for Pulley",
            )
            .into());
        }
        if triple.contains("x32") || triple.contains("ilp32") {
            return Err(conflict("pointers of 32 bits are not supported there").into());
        }
        ensure_loaded()?;
        let trial = RawConfig::new();
        // SAFETY: `trial` owns the configuration.
        unsafe { target.apply(trial.as_ptr()) }
            .map_err(|error| error.context(conflict("libwasmtime doesn't know such a triple")))?;
        #[cfg(feature = "cranelift")]
        compile_nothing(trial).map_err(|error| {
            error.context(conflict(
                "the library can't run what it compiles for that target, and the C API doesn't \
                 compile without",
            ))
        })?;
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

/// Compiles an empty module with a configuration that has a target and nothing else.
///
/// # Errors
///
/// If libwasmtime can't run the code. That depends on the triple that it was built
/// for, and on whether it has Pulley, which nothing else tells.
#[cfg(feature = "cranelift")]
fn compile_nothing(config: RawConfig) -> Result<()> {
    const EMPTY: &[u8] = b"\0asm\x01\0\0\0";
    if require(Feature::Compiler).is_err() || !compiled_in::has(Strategy::Cranelift) {
        return Ok(());
    }
    #[cfg(feature = "parallel-compilation")]
    let parallel = require(Feature::ParallelCompilation).is_err();
    #[cfg(not(feature = "parallel-compilation"))]
    let parallel = true;
    if parallel {
        crate::threads::for_compiling()?;
    }
    // SAFETY: the configuration is owned and given away, and has nothing that
    // libwasmtime aborts on: neither a collector that it may lack nor signals, over
    // which another engine may have decided. The engine and the module are owned, and
    // deleted after their last use; `check` takes the error.
    unsafe {
        let raw = config.as_ptr();
        sys::wasmtime_config_gc_support_set(raw, false);
        sys::wasmtime_config_signals_based_traps_set(raw, false);
        #[cfg(feature = "parallel-compilation")]
        if !parallel {
            sys::wasmtime_config_parallel_compilation_set(raw, false);
        }
        let engine = sys::wasm_engine_new_with_config(config.into_raw());
        let mut module = ptr::null_mut();
        let compiled = check(sys::wasmtime_module_new(
            engine,
            EMPTY.as_ptr(),
            EMPTY.len(),
            &mut module,
        ));
        if compiled.is_ok() {
            sys::wasmtime_module_delete(module);
        }
        sys::wasm_engine_delete(engine);
        compiled
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

/// Whether libwasmtime compiles to this machine's own code; it uses Pulley
/// otherwise.
// Version 48: these architectures have a compiler, and Pulley has these names; look at
// `Config::compiler_target` and `Engine::check_compatible_with_native_host` in
// `wasmtime`.
pub(super) const HAS_COMPILER_BACKEND: bool = cfg!(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    target_arch = "riscv64",
    target_arch = "s390x"
));
