//! Callbacks by which the C API calls writers of the host.
//!
//! libwasmtime writes on a thread of its own asynchronous runtime, while the program waits. It
//! may also call the finalizer there, after the store is deleted. Code of a user must not run
//! on such a thread: libwasmtime aborts if it calls another WASI program. So a writer is
//! called on a thread that this crate starts, and dropped on the thread that drops the store.
//!
//! Waking a sleeping thread takes longer than most writes, and a program that writes once
//! often writes again soon. So both threads spin for a moment before they sleep.

use crate::callback::{self, Failure, Report, contain, finalize};
use std::ffi::c_void;
use std::io::{self, Write};
use std::mem;
use std::slice;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

/// A writer, until it is dropped.
type SharedWriter = Arc<Mutex<Option<Box<dyn Write + Send>>>>;

/// The owner of a writer that the C API has a callback for. Dropping it drops the writer.
pub(crate) struct WriterOwner(SharedWriter);

impl WriterOwner {
    /// Creates the owner of a writer, and the data of the callback [`write`], which
    /// [`FINALIZE`] frees.
    pub(super) fn new(writer: Box<dyn Write + Send>) -> (WriterOwner, *mut c_void) {
        let slot = SharedWriter::new(Mutex::new(Some(writer)));
        let callback = Callback {
            slot: slot.clone(),
            thread: Mutex::default(),
        };
        let data = Box::into_raw(Box::new(callback)).cast();
        (WriterOwner(slot), data)
    }
}

impl Drop for WriterOwner {
    fn drop(&mut self) {
        let writer = match self.0.try_lock() {
            Ok(mut slot) => slot.take(),
            Err(TryLockError::Poisoned(slot)) => slot.into_inner().take(),
            // A call that was abandoned is still writing, and its thread drops the writer.
            Err(TryLockError::WouldBlock) => None,
        };
        drop(writer);
    }
}

/// The data of the callback.
struct Callback {
    // Dropped before `thread`, so that the thread has the last reference.
    slot: SharedWriter,
    /// The thread that calls the writer, from the first write on.
    thread: Mutex<Option<WriterThread>>,
}

/// A thread that ends when this is dropped.
struct WriterThread(Arc<Exchange>);

/// The exchange of pieces and results with the thread. There is never more than one of
/// either, so a channel isn't needed.
// Size: with the standard library's channels, a program with a writer is 53 KiB larger (7 %).
struct Exchange {
    state: Mutex<Progress>,
    changed: Condvar,
    /// The number of changes, which can be read without the lock.
    changes: AtomicUsize,
    /// How long a thread spins before it sleeps.
    patience: Duration,
}

#[derive(Default)]
enum Progress {
    #[default]
    Idle,
    Piece(Vec<u8>),
    Writing,
    Written(io::Result<()>),
    /// One of the two sides has ended.
    Ended,
}

impl Exchange {
    fn new() -> Exchange {
        // Speed: a write takes 16 µs instead of 20 without patience. With a single processor,
        // a spinning thread would keep the other from running.
        let alone = thread::available_parallelism().is_ok_and(|threads| threads.get() == 1);
        let patience = if alone {
            Duration::ZERO
        } else {
            Duration::from_micros(50)
        };
        Exchange {
            state: Mutex::default(),
            changed: Condvar::new(),
            changes: AtomicUsize::new(0),
            patience,
        }
    }

    /// Waits until `take` takes something out of the state; `None` if the other side has
    /// ended.
    fn wait<T>(&self, take: impl Fn(&mut Progress) -> Option<T>) -> Option<T> {
        let deadline = Instant::now() + self.patience;
        let mut state = self.lock();
        while !matches!(*state, Progress::Ended) {
            if let Some(taken) = take(&mut state) {
                return Some(taken);
            }
            let seen = self.changes.load(Ordering::Relaxed);
            if Instant::now() < deadline {
                drop(state);
                while self.changes.load(Ordering::Relaxed) == seen && Instant::now() < deadline {
                    // The other thread may be waiting for this processor.
                    thread::yield_now();
                }
                state = self.lock();
            } else {
                let changed = self.changed.wait(state);
                state = changed.unwrap_or_else(PoisonError::into_inner);
            }
        }
        None
    }

    /// Changes the state, unless the other side has ended.
    fn put(&self, next: Progress) {
        let mut state = self.lock();
        if !matches!(*state, Progress::Ended) {
            *state = next;
            self.changes.fetch_add(1, Ordering::Relaxed);
            self.changed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the next piece to write; `None` after the last.
    fn piece(&self) -> Option<Vec<u8>> {
        self.wait(|state| {
            let Progress::Piece(piece) = state else {
                return None;
            };
            let piece = mem::take(piece);
            *state = Progress::Writing;
            Some(piece)
        })
    }

    /// Waits for the result of the piece that was put; `None` if the thread has ended.
    fn result(&self) -> Option<io::Result<()>> {
        self.wait(|state| {
            let Progress::Written(result) = state else {
                return None;
            };
            let result = mem::replace(result, Ok(()));
            *state = Progress::Idle;
            Some(result)
        })
    }
}

impl Callback {
    fn write(&self, piece: &[u8]) -> io::Result<()> {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        let thread = match &mut *thread {
            Some(thread) => thread,
            none => none.insert(WriterThread::start(self.slot.clone())?),
        };
        thread.write(piece)
    }
}

impl WriterThread {
    fn start(slot: SharedWriter) -> io::Result<WriterThread> {
        let exchange = Arc::new(Exchange::new());
        let thread = WriterThread(exchange.clone());
        thread::Builder::new()
            .name("wasi-writer".to_owned())
            .spawn(move || {
                contain(|| {
                    // Dropped in here, in case the thread has the last reference to the
                    // writer, whose destructor may panic.
                    let slot = slot;
                    while let Some(piece) = exchange.piece() {
                        exchange.put(Progress::Written(write_to(&slot, &piece)));
                    }
                });
                // Also after a panic of the writer.
                exchange.put(Progress::Ended);
            })?;
        Ok(thread)
    }

    /// Makes the thread write a piece, and waits for the result.
    fn write(&self, piece: &[u8]) -> io::Result<()> {
        self.0.put(Progress::Piece(piece.to_vec()));
        // The thread ends early only if the writer panics; the panic hook has printed the
        // panic.
        let result = self.0.result();
        result.unwrap_or_else(|| Err(io::Error::other("the writer panicked")))
    }
}

impl Drop for WriterThread {
    fn drop(&mut self) {
        self.0.put(Progress::Ended);
    }
}

fn write_to(slot: &SharedWriter, piece: &[u8]) -> io::Result<()> {
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    let writer = slot.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
    writer.write_all(piece)?;
    // A program's flush doesn't call the writer.
    writer.flush()
}

/// The number that `write` returns for an error that the system has no number for: `EIO`, or
/// `ERROR_IO_DEVICE`.
const IO_ERROR: i32 = if cfg!(windows) { 1117 } else { 5 };

/// The largest number that a system may have for an error. libwasmtime aborts at a larger one.
// Version 48: an error's number is asserted to be one of the system's; look at
// `raw_write` in `wasmtime-c-api-impl`, and at `Errno` in `rustix`.
const LARGEST_ERROR: i32 = if cfg!(windows) { i32::MAX } else { 4095 };

/// Returns the system's number of an error.
fn number_of(error: &io::Error) -> i32 {
    let number = error.raw_os_error();
    number
        .filter(|number| (1..=LARGEST_ERROR).contains(number))
        .unwrap_or(IO_ERROR)
}

/// Reports to the C API with a number: the bytes that were written, or the negative number of
/// an error.
struct ReportStatus;

impl Report<isize> for ReportStatus {
    type Output = isize;

    fn success(self, status: isize) -> isize {
        status
    }

    fn failure(self, _: Failure) -> isize {
        -(IO_ERROR as isize)
    }
}

/// Writes a piece, as a callback of WASI. Returns the length of what was written, or the
/// negative number of an error.
pub(super) unsafe extern "C" fn write(data: *mut c_void, piece: *const u8, len: usize) -> isize {
    // SAFETY: invariant "Callback": the data is the `Callback` of `WriterOwner::new`, which
    // is `Sync` and not yet freed, and the piece is readable. Its address isn't null even if
    // it is empty.
    let (callback, piece) =
        unsafe { (&*data.cast::<Callback>(), slice::from_raw_parts(piece, len)) };
    callback::call_host(ReportStatus, || {
        Ok(match callback.write(piece) {
            Ok(()) => len as isize,
            // The error's own payload may panic when it is dropped, which is here.
            Err(error) => -(number_of(&error) as isize),
        })
    })
}

/// The function that frees the callback's data.
pub(super) const FINALIZE: unsafe extern "C" fn(*mut c_void) = finalize::<Callback>;

const _: () = {
    const fn is_sync<T: Sync>() {}
    is_sync::<Callback>();
};
