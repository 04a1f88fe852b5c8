//! Whether the system gives the threads that libwasmtime starts.
//!
//! libwasmtime starts threads where it first needs them: to compile, to run WASI
//! functions, for a cache. It ends the process if it doesn't get one. Nothing but
//! trying tells whether it will: limits of the user, of the container and of the
//! address space all play in. So as many threads are started here before, all there
//! at the same time, and ended again. What libwasmtime starts once in a process is
//! tried once.

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
pub(crate) use pools::for_wasi;

use crate::Result;
use crate::error::Context;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

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
            // As libwasmtime starts them, with a stack of the default size.
            let start = |()| thread::Builder::new().spawn_scoped(scope, wait);
            match room::probe().and_then(start) {
                Ok(thread) => threads.push(thread),
                Err(error) => {
                    outcome = Err(Refused { started, error });
                    break;
                }
            }
            // It has taken what it needs. The next has room of its own.
            while running.load(Ordering::Relaxed) <= started {
                thread::park();
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
