//! The pools of threads that libwasmtime starts once in a process.

use super::{FirstUse, start};
use crate::Result;
#[cfg(feature = "wasi")]
use crate::error::Context;
#[cfg(compiler)]
use crate::sys::{self, Feature};
#[cfg(all(feature = "wasi", unix))]
use std::io;
#[cfg(all(feature = "wasi", unix))]
use std::os::unix::net::UnixStream;
use std::{env, thread};

/// Returns the number of processors that this process may use, which is the default number
/// of threads in libwasmtime's pools.
fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Returns the number of threads of libwasmtime's asynchronous runtime, which WASI functions
/// run on.
///
/// # Errors
///
/// Returns an error if the environment variable isn't a positive number: libwasmtime aborts
/// then.
// Version 48: the runtime has as many threads as this variable says; look at `loom/std`
// in `tokio`, and at `runtime.rs` in `wasmtime-wasi`.
#[cfg(feature = "wasi")]
fn of_runtime() -> Result<usize> {
    const THREADS: &str = "TOKIO_WORKER_THREADS";
    let Some(set) = env::var_os(THREADS) else {
        return Ok(processors());
    };
    let count = set.to_str().and_then(|text| text.parse().ok());
    count.filter(|&count| count > 0).with_context(|| {
        format!(
            "{set:?} is not a valid value for the environment variable {THREADS}: expected the \
             number of threads for WASI, at least 1"
        )
    })
}

/// Returns the number of threads that libwasmtime compiles on.
// Version 48: modules are compiled in the global pool, which has as many threads as
// these variables say; look at `ThreadPoolBuilder` in `rayon-core`.
#[cfg(compiler)]
fn of_compiler() -> usize {
    const MOST: usize = if cfg!(target_pointer_width = "64") {
        u16::MAX as usize
    } else {
        u8::MAX as usize
    };
    let number = |name| env::var(name).ok()?.parse::<usize>().ok();
    let count = match number("RAYON_NUM_THREADS") {
        Some(0) => None,
        Some(count) => Some(count),
        None => number("RAYON_RS_NUM_CPUS").filter(|&count| count > 0),
    };
    count.unwrap_or_else(processors).min(MOST)
}

/// Checks that libwasmtime can start the threads that it compiles on.
///
/// # Errors
///
/// Returns an error if the system doesn't start as many threads.
#[cfg(compiler)]
#[inline]
pub(crate) fn for_compiling() -> Result<()> {
    static POOL: FirstUse = FirstUse::new();
    POOL.try_once(|| {
        if sys::lacks(Feature::ParallelCompilation) {
            return Ok(());
        }
        start(
            of_compiler(),
            "compiling in parallel",
            "turn `Config::parallel_compilation` off, or set the environment variable \
             RAYON_NUM_THREADS to a smaller number",
        )
    })
}

/// What a WASI program reads as its standard input.
#[cfg(feature = "wasi")]
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reads {
    Memory,
    /// A file, which is open before libwasmtime's runtime starts.
    File,
    /// The standard input of the process, which a thread of its own reads.
    Process,
}

/// Checks that libwasmtime can start the runtime that WASI functions run on, and the thread
/// that reads the standard input of the process.
///
/// # Errors
///
/// Returns an error if the system doesn't start as many threads or open as many descriptors,
/// or if the environment variable isn't a positive number.
#[cfg(feature = "wasi")]
pub(crate) fn for_wasi(reads: Reads) -> Result<()> {
    static RUNTIME: FirstUse = FirstUse::new();
    static STDIN: FirstUse = FirstUse::new();
    let remedy = "set the environment variable TOKIO_WORKER_THREADS to a smaller number";
    RUNTIME.try_once(|| {
        // One more for functions that block, as those that read and write files do.
        let count = of_runtime()? + 1 + usize::from(reads == Reads::Process);
        start(count, "running WASI functions", remedy)?;
        #[cfg(unix)]
        open_descriptors(reads)?;
        Ok(())
    })?;
    if reads == Reads::Process {
        STDIN.try_once(|| {
            start(
                1,
                "reading the standard input for WASI",
                "end another thread",
            )
        })?;
    }
    Ok(())
}

/// Opens as many descriptors as the runtime does, and closes them.
#[cfg(all(feature = "wasi", unix))]
fn open_descriptors(reads: Reads) -> Result<()> {
    // The queue of events needs three. The handling of signals needs three more, in a
    // runtime that is shared with a program that uses signals.
    let pairs = 3 + usize::from(reads == Reads::File);
    let opened: io::Result<Vec<_>> = (0..pairs).map(|_| UnixStream::pair()).collect();
    opened.map(drop).with_context(|| {
        format!(
            "running WASI functions needs {} file descriptors, and fewer are free; close some, \
             or raise the limit (`ulimit -n`)",
            2 * pairs
        )
    })
}
