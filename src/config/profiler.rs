//! Checks whether a profiling strategy is available.

use super::{Config, ConfigConflict, ProfilingStrategy};
use crate::sys::{Feature, require};
use crate::{Result, Unsupported};
use std::fs::OpenOptions;
use std::io;

impl Config {
    /// Checks that the profiler's strategy is available and that its file can be written.
    ///
    /// # Errors
    ///
    /// Returns an error that says why not.
    // Version 48: profilers write these files, on these platforms; look at
    // `profiling_agent` in `wasmtime`.
    pub(super) fn check_profiler(&self) -> Result<()> {
        let name = format!("profiler(ProfilingStrategy::{:?})", self.profiler);
        let unavailable =
            |problem: &str| ConfigConflict::new(&name, problem, "set another strategy");
        let profiling = || -> Result<(), Unsupported> { require(Feature::Profiling) };
        let no_feature = "this crate was built without the Cargo feature `profiling`";
        let file = match self.profiler {
            ProfilingStrategy::None => return Ok(()),
            ProfilingStrategy::Pulley => {
                return Err(unavailable("the C API doesn't have this profiler").into());
            }
            ProfilingStrategy::VTune => {
                if cfg!(not(feature = "profiling")) {
                    return Err(unavailable(no_feature).into());
                }
                if cfg!(not(all(
                    target_arch = "x86_64",
                    any(windows, target_os = "macos", target_os = "linux")
                ))) {
                    return Err(unavailable("VTune doesn't support this platform").into());
                }
                return Ok(profiling()?);
            }
            ProfilingStrategy::JitDump => {
                if cfg!(not(feature = "profiling")) {
                    return Err(unavailable(no_feature).into());
                }
                if cfg!(not(all(
                    target_os = "linux",
                    any(
                        target_arch = "x86_64",
                        target_arch = "x86",
                        target_arch = "arm",
                        target_arch = "aarch64",
                        target_arch = "s390x"
                    )
                ))) {
                    return Err(unavailable("jitdump files are supported on Linux only").into());
                }
                profiling()?;
                format!("./jit-{}.dump", std::process::id())
            }
            ProfilingStrategy::PerfMap => {
                if cfg!(not(unix)) {
                    return Err(unavailable("perf's maps are supported on Unix only").into());
                }
                format!("/tmp/perf-{}.map", std::process::id())
            }
        };
        try_file(&file, self.profiler == ProfilingStrategy::JitDump).map_err(|error| {
            ConfigConflict::new(
                name,
                format!("its file `{file}` can't be written: {error}"),
                "make the directory writable, and allow executable files there",
            )
            .into()
        })
    }
}

/// Opens a file as the library will, and maps it if the library does.
///
/// # Errors
///
/// Returns the system's error.
fn try_file(path: &str, mapped: bool) -> io::Result<()> {
    let file = OpenOptions::new()
        .read(mapped)
        .append(true)
        .create(true)
        .open(path)?;
    #[cfg(all(feature = "profiling", target_os = "linux"))]
    if mapped {
        crate::region::Region::executable(&file, 1024)?;
    }
    drop(file);
    Ok(())
}
