//! The target: the platform that code is compiled for.

use super::{ConfigConflict, default_settings};
#[cfg(feature = "cranelift")]
use super::{Strategy, compiled_in};
use crate::Result;
use crate::error::check;
#[cfg(feature = "cranelift")]
use crate::owned::Owned;
use crate::sys::{self, ensure_loaded, wasm_config_t};
#[cfg(feature = "cranelift")]
use crate::sys::{Feature, require};
use std::ffi::CString;
use std::fmt;

/// A target triple that libwasmtime has accepted.
#[derive(Clone)]
pub(crate) struct Target(CString);

impl Target {
    /// Checks that this machine can run the code of a target, and that libwasmtime accepts
    /// its triple.
    ///
    /// # Errors
    ///
    /// Returns an error if not, or if the library can't be loaded.
    pub(super) fn new(triple: &str) -> Result<Target> {
        let conflict = |problem: &str| {
            ConfigConflict::new(
                format!("target({triple:?})"),
                problem,
                format!(
                    "set the triple that libwasmtime was built for, which is this machine's \
                     (`rustc -vV` prints one as `host`), or `pulley{}` if the library has \
                     Pulley; or set no target",
                    usize::BITS
                ),
            )
        };
        let target = Target(
            CString::new(triple)
                .map_err(|_| conflict("the target triple contains a NUL character"))?,
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
            return Err(conflict("its pointers have 32 bits, and 64 are expected").into());
        }
        ensure_loaded()?;
        let trial = default_settings();
        // SAFETY: invariant "Owned object": `trial` owns the configuration, as `apply`
        // requires.
        unsafe { target.apply(trial.as_ptr()) }
            .map_err(|error| error.context(conflict("libwasmtime doesn't know this triple")))?;
        #[cfg(feature = "cranelift")]
        compile_nothing(trial).map_err(|error| {
            error.context(conflict(
                "the library can't run code of that target, and the C API compiles only what \
                 it can run",
            ))
        })?;
        Ok(target)
    }

    /// Sets the target in a configuration of the C API.
    ///
    /// # Errors
    ///
    /// Returns an error if libwasmtime doesn't know the triple.
    ///
    /// # Safety
    ///
    /// `config` must be an owned configuration.
    pub(super) unsafe fn apply(&self, config: *mut wasm_config_t) -> Result<()> {
        // SAFETY: `config` is owned, as this function requires; the text is a C string,
        // and the function returns an owned error or null, as `check` requires.
        unsafe { check(sys::wasmtime_config_target_set(config, self.0.as_ptr())) }
    }

    /// Returns the triple.
    pub(crate) fn as_str(&self) -> &str {
        self.0.to_str().expect("created from a `str`")
    }

    fn architecture(&self) -> &str {
        let triple = self.as_str();
        triple.split_once('-').map_or(triple, |(first, _)| first)
    }

    pub(super) fn is_pulley(&self) -> bool {
        ["pulley32", "pulley64", "pulley32be", "pulley64be"].contains(&self.architecture())
    }

    /// Reports whether the target is Pulley with pointers of 32 bits.
    pub(super) fn is_pulley32(&self) -> bool {
        self.architecture().starts_with("pulley32")
    }

    /// Reports whether a part of the triple after the architecture begins with
    /// `component`.
    pub(super) fn has(&self, component: &str) -> bool {
        self.as_str()
            .split('-')
            .skip(1)
            .any(|part| part.starts_with(component))
    }
}

/// Compiles an empty module with a configuration in which only a target is set.
///
/// # Errors
///
/// Returns an error if libwasmtime can't run the code. That depends on the triple that it
/// was built for, and on whether it has Pulley. The C API has no function that tells
/// either.
#[cfg(feature = "cranelift")]
fn compile_nothing(config: Owned<wasm_config_t>) -> Result<()> {
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
    // SAFETY: invariant "Owned object": the configuration is owned and given away. It has
    // nothing that libwasmtime aborts on: no collector, which the library may lack, and no
    // signals, for which another engine may have chosen other handlers. The engine and the
    // module are owned; `check` takes ownership of the error.
    unsafe {
        let raw = config.as_ptr();
        sys::wasmtime_config_gc_support_set(raw, false);
        sys::wasmtime_config_signals_based_traps_set(raw, false);
        #[cfg(feature = "parallel-compilation")]
        if !parallel {
            sys::wasmtime_config_parallel_compilation_set(raw, false);
        }
        let engine = Owned::from_c(sys::wasm_engine_new_with_config(config.into_raw()));
        drop(Owned::out(|out| {
            sys::wasmtime_module_new(engine.as_ptr(), EMPTY.as_ptr(), EMPTY.len(), out)
        })?);
    }
    Ok(())
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

/// Whether libwasmtime can compile to this machine's native code. Otherwise it uses
/// Pulley.
// Version 48: these architectures have a compiler, and Pulley has these names; look at
// `Config::compiler_target` and `Engine::check_compatible_with_native_host` in
// `wasmtime`.
pub(super) const HAS_COMPILER_BACKEND: bool = cfg!(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    target_arch = "riscv64",
    target_arch = "s390x"
));
