//! Whether a profiler can be had.

use super::{Config, ConfigConflict, ProfilingStrategy};
use crate::sys::{Feature, require};
use crate::{Result, Unsupported};
use std::fs::OpenOptions;
use std::io;

impl Config {
    /// Looks for why the profiler can't be had.
    pub(super) fn check_profiler(&self) -> Result<()> {
        let name = format!("profiler(ProfilingStrategy::{:?})", self.profiler);
        let unavailable = |problem: &str| ConfigConflict::new(&name, problem, "choose another");
        let profiling = || -> Result<(), Unsupported> { require(Feature::Profiling) };
        let no_feature = "this crate was built without the Cargo feature `profiling`";
        let file = match self.profiler {
            ProfilingStrategy::None => return Ok(()),
            ProfilingStrategy::Pulley => {
                return Err(unavailable("the C API has no such profiler").into());
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
                    return Err(unavailable("jitdump files are for Linux").into());
                }
                profiling()?;
                format!("./jit-{}.dump", std::process::id())
            }
            ProfilingStrategy::PerfMap => {
                if cfg!(not(unix)) {
                    return Err(unavailable("perf's maps are for Unix").into());
                }
                format!("/tmp/perf-{}.map", std::process::id())
            }
        };
        try_file(&file, self.profiler == ProfilingStrategy::JitDump).map_err(|error| {
            ConfigConflict::new(
                name,
                format!("the file `{file}` that it writes can't be had: {error}"),
                "make the directory writable, and executable files allowed there",
            )
            .into()
        })
    }
}

/// Does with a file what the library will do, but write to it.
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
