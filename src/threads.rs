//! Checks that the system will start the threads that libwasmtime needs.
//!
//! libwasmtime starts threads when it first needs them: to compile, to run WASI functions,
//! for a cache. It aborts if the system refuses one. Only trying tells whether the system
//! will: that depends on limits of the user, of the container and of the address space. So
//! this module first starts as many threads, which exist at the same time, and ends them.
//! What libwasmtime starts once in a process is tried once.

#[cfg(any(feature = "wasi", compiler, target_vendor = "apple"))]
mod first_use;
#[cfg(any(compiler, feature = "wasi"))]
mod pools;
mod room;

#[cfg(any(feature = "wasi", compiler, target_vendor = "apple"))]
pub(crate) use first_use::FirstUse;
#[cfg(compiler)]
pub(crate) use pools::for_compiling;
#[cfg(feature = "wasi")]
pub(crate) use pools::{Reads, for_wasi};

use crate::Result;
use crate::error::Context;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

/// Starts `count` threads and ends them. For the text of the error, `what` is the purpose of
/// the threads, and `remedy` a way to need fewer.
///
/// # Errors
///
/// Returns an [`io::Error`] with a context if the system doesn't start one of them.
pub(crate) fn start(count: usize, what: &str, remedy: &str) -> Result<()> {
    let Err(Refused { started, error }) = start_and_end(count) else {
        return Ok(());
    };
    Err(error).with_context(|| {
        format!(
            "{what} takes {count} threads, and the system starts only {started}; {remedy}, or \
             raise the limits of threads (`ulimit -u`, or the container's) and of address space"
        )
    })
}

/// The error that the system doesn't start another thread.
struct Refused {
    started: usize,
    error: io::Error,
}

fn start_and_end(count: usize) -> Result<(), Refused> {
    let gate = Mutex::new(());
    let (starter, running) = (thread::current(), AtomicUsize::new(0));
    let mut ended = Vec::new();
    let outcome = thread::scope(|scope| {
        let closed = gate.lock().unwrap_or_else(PoisonError::into_inner);
        let mut threads = Vec::new();
        let mut outcome = Ok(());
        for started in 0..count {
            let wait = || {
                let name = system_name();
                running.fetch_add(1, Ordering::Relaxed);
                starter.unpark();
                drop(gate.lock());
                name
            };
            // With a stack of the default size, as libwasmtime starts them.
            let start = |()| thread::Builder::new().spawn_scoped(scope, wait);
            match room::probe().and_then(start) {
                Ok(thread) => threads.push(thread),
                Err(error) => {
                    outcome = Err(Refused { started, error });
                    break;
                }
            }
            // Once it runs, it has allocated all that it needs, so the next probe doesn't
            // count on the same memory.
            while running.load(Ordering::Relaxed) <= started {
                thread::park();
            }
        }
        drop(closed);
        // The scope alone waits only until the closures have returned.
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

/// Returns the path that exists as long as the system counts this thread.
fn system_name() -> Option<PathBuf> {
    if cfg!(not(target_os = "linux")) {
        return None;
    }
    let link = fs::read_link("/proc/thread-self").ok()?;
    Some(Path::new("/proc").join(link))
}

/// Waits until the system no longer counts a thread that has ended: `join` returns a little
/// earlier.
fn wait_until_gone(name: &Path) {
    const LONGEST: Duration = Duration::from_secs(1);
    let start = Instant::now();
    while name.exists() && start.elapsed() < LONGEST {
        thread::yield_now();
    }
}
