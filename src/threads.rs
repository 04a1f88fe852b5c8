//! Whether the system gives the threads that libwasmtime starts.
//!
//! libwasmtime starts threads where it first needs them: to compile, to run WASI
//! functions, for a cache. It ends the process if it doesn't get one. Nothing but
//! trying tells whether it will: limits of the user, of the container and of the
//! address space all play in. So as many threads are started here before, all there
//! at the same time, and ended again. What libwasmtime starts once in a process is
//! tried once.

use crate::Result;
use crate::error::Context;
#[cfg(any(feature = "cranelift", feature = "winch"))]
use crate::sys::{self, Feature};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{env, fs, io, thread};

/// What libwasmtime takes from the system once in a process.
pub(crate) struct FirstUse {
    tried: AtomicBool,
}

impl FirstUse {
    pub(crate) const fn new() -> FirstUse {
        FirstUse {
            tried: AtomicBool::new(false),
        }
    }

    /// Tries it with `take`, unless that has succeeded before.
    ///
    /// # Errors
    ///
    /// That of `take`; the next attempt tries again.
    #[inline]
    pub(crate) fn try_once(&self, take: impl FnOnce() -> Result<()>) -> Result<()> {
        if self.tried.load(Ordering::Acquire) {
            return Ok(());
        }
        self.try_now(take)
    }

    #[cold]
    fn try_now(&self, take: impl FnOnce() -> Result<()>) -> Result<()> {
        // One after the other: two that fit need not fit together.
        static TRYING: Mutex<()> = Mutex::new(());
        let _trying = TRYING.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.tried.load(Ordering::Acquire) {
            take()?;
            self.tried.store(true, Ordering::Release);
        }
        Ok(())
    }
}

/// Starts `count` threads and ends them. `what` says what they are for, and
/// `remedy` what to do if there can't be as many.
///
/// # Errors
///
/// If the system doesn't start one of them: an [`io::Error`] with a context.
pub(crate) fn start(count: usize, what: &str, remedy: &str) -> Result<()> {
    let Err(Refused { started, error }) = start_and_end(count) else {
        return Ok(());
    };
    Err(error).with_context(|| {
        format!(
            "{what} takes {count} threads, and the system starts {started}; {remedy}, or raise \
             the limits of threads (`ulimit -u`, or the container's) and of address space"
        )
    })
}

/// The system doesn't start another thread.
struct Refused {
    started: usize,
    error: io::Error,
}

fn start_and_end(count: usize) -> Result<(), Refused> {
    let gate = Mutex::new(());
    let mut ended = Vec::new();
    let outcome = thread::scope(|scope| {
        let closed = gate.lock().unwrap_or_else(PoisonError::into_inner);
        let mut threads = Vec::new();
        let mut outcome = Ok(());
        for started in 0..count {
            let wait = || {
                drop(gate.lock());
                system_name()
            };
            // As libwasmtime starts them, with a stack of the default size.
            match thread::Builder::new().spawn_scoped(scope, wait) {
                Ok(thread) => threads.push(thread),
                Err(error) => {
                    outcome = Err(Refused { started, error });
                    break;
                }
            }
        }
        drop(closed);
        // Else only the closures have ended when the scope does.
        for thread in threads {
            ended.extend(thread.join().ok().flatten());
        }
        outcome
    });
    for name in ended {
        wait_until_gone(&name);
    }
    outcome
}

/// Where the system shows this thread as long as it counts it.
fn system_name() -> Option<PathBuf> {
    if cfg!(not(target_os = "linux")) {
        return None;
    }
    let link = fs::read_link("/proc/thread-self").ok()?;
    Some(Path::new("/proc").join(link))
}

/// Waits for the system to stop counting a thread that has ended: it does so a
/// little later than it says that the thread has.
fn wait_until_gone(name: &Path) {
    const LONGEST: Duration = Duration::from_secs(1);
    let start = Instant::now();
    while name.exists() && start.elapsed() < LONGEST {
        thread::yield_now();
    }
}

/// The processors that this process may use: how many threads libwasmtime starts
/// unless it is told otherwise.
fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// How many threads libwasmtime's asynchronous runtime starts, which WASI functions
/// run on.
///
/// # Errors
///
/// If it is told of no threads, or of something else: it ends the process then.
#[cfg(feature = "wasi")]
pub(crate) fn of_runtime() -> Result<usize> {
    const THREADS: &str = "TOKIO_WORKER_THREADS";
    let Some(set) = env::var_os(THREADS) else {
        return Ok(processors());
    };
    let count = set.to_str().and_then(|text| text.parse().ok());
    count.filter(|&count| count > 0).with_context(|| {
        format!(
            "the environment variable {THREADS} is set to {set:?}, and has to be a number of \
             threads for WASI"
        )
    })
}

/// How many threads libwasmtime compiles on.
#[cfg(any(feature = "cranelift", feature = "winch"))]
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

/// Makes sure that libwasmtime can start what it compiles on.
///
/// # Errors
///
/// If the system doesn't start as many threads.
#[cfg(any(feature = "cranelift", feature = "winch"))]
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
             RAYON_NUM_THREADS to fewer",
        )
    })
}

/// Makes sure that libwasmtime can start the runtime that WASI functions run on,
/// and what reads the standard input of the process.
///
/// # Errors
///
/// If the system doesn't start as many threads or open as many descriptors, or if
/// the number of threads is set to none.
#[cfg(feature = "wasi")]
pub(crate) fn for_wasi(reads_stdin: bool) -> Result<()> {
    static RUNTIME: FirstUse = FirstUse::new();
    static STDIN: FirstUse = FirstUse::new();
    let remedy = "set the environment variable TOKIO_WORKER_THREADS to fewer";
    RUNTIME.try_once(|| {
        // One more for functions that block, as those of files do.
        let count = of_runtime()? + 1 + usize::from(reads_stdin);
        start(count, "running WASI functions", remedy)?;
        open_descriptors()
    })?;
    if reads_stdin {
        STDIN.try_once(|| {
            start(
                1,
                "reading the standard input for WASI",
                "close what has one",
            )
        })?;
    }
    Ok(())
}

/// Opens as many descriptors as the runtime does, and closes them.
#[cfg(feature = "wasi")]
fn open_descriptors() -> Result<()> {
    // Its queue of events takes three; those of signals, which it has where it is
    // shared with a program that uses them, as many.
    const PIPES: usize = 3;
    let pipes: io::Result<Vec<_>> = (0..PIPES).map(|_| io::pipe()).collect();
    pipes.map(drop).with_context(|| {
        format!(
            "running WASI functions takes {} file descriptors, and there are fewer; close some, \
             or raise the limit (`ulimit -n`)",
            2 * PIPES
        )
    })
}
