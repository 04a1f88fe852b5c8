//! Writers of the host, as the C API calls them.
//!
//! libwasmtime writes on a thread of its own asynchronous runtime, while the
//! program waits, and may finalize the callback there as well, later than it
//! deletes the store. Neither is a place for code of a user: to run another WASI
//! program there would abort the process. So the writer is called on a thread
//! that this crate starts, and dropped by whoever drops the store.
//!
//! To wake a sleeping thread takes longer than most writers take to write, and a
//! program that writes once often writes again soon. So both threads look for each
//! other for a moment before they sleep.

use crate::callback::{self, contain, finalize};
use std::ffi::c_void;
use std::io::{self, Write};
use std::mem;
use std::slice;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

/// Where a writer is, until it is dropped.
type Slot = Arc<Mutex<Option<Box<dyn Write + Send>>>>;

/// Owns a writer that the C API has a callback to: dropped with it.
pub(crate) struct WriterOwner(Slot);

impl WriterOwner {
    /// Gives a writer to the C API, to be called with [`write`] and freed with
    /// [`FINALIZE`].
    pub(super) fn new(writer: Box<dyn Write + Send>) -> (WriterOwner, *mut c_void) {
        let slot = Slot::new(Mutex::new(Some(writer)));
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
            // A call that was given up is still writing: that thread drops it.
            Err(TryLockError::WouldBlock) => None,
        };
        drop(writer);
    }
}

/// The data of the callback.
struct Callback {
    // Dropped before `thread`, so that the thread is the last to hold it.
    slot: Slot,
    /// What calls the writer, once there was something to write.
    thread: Mutex<Option<WriterThread>>,
}

/// A thread that ends when this is dropped.
struct WriterThread(Arc<Exchange>);

/// Where the thread gets pieces, and leaves results. There is never more than one
/// of either, which needs less than a channel: that of the standard library is a
/// tenth of the code of this crate.
struct Exchange {
    state: Mutex<State>,
    changed: Condvar,
    /// Counts the changes, to be looked at without the lock.
    changes: AtomicUsize,
    /// How long a thread looks for a change before it sleeps.
    patience: Duration,
}

#[derive(Default)]
enum State {
    #[default]
    Idle,
    Piece(Vec<u8>),
    Writing,
    Written(io::Result<()>),
    /// One of the two is gone.
    Ended,
}

impl Exchange {
    fn new() -> Exchange {
        // Where only one thread runs at a time, it would keep the other from running.
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

    /// Waits until `take` gets something out of the state; `None` if the other
    /// side is gone.
    fn wait<T>(&self, take: impl Fn(&mut State) -> Option<T>) -> Option<T> {
        let deadline = Instant::now() + self.patience;
        let mut state = self.lock();
        while !matches!(*state, State::Ended) {
            if let Some(taken) = take(&mut state) {
                return Some(taken);
            }
            let seen = self.changes.load(Ordering::Relaxed);
            if Instant::now() < deadline {
                drop(state);
                while self.changes.load(Ordering::Relaxed) == seen && Instant::now() < deadline {
                    // The other may be waiting for this processor.
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

    /// Changes the state, unless the other side is gone.
    fn put(&self, next: State) {
        let mut state = self.lock();
        if !matches!(*state, State::Ended) {
            *state = next;
            self.changes.fetch_add(1, Ordering::Relaxed);
            self.changed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next piece to write; `None` after the last.
    fn piece(&self) -> Option<Vec<u8>> {
        self.wait(|state| {
            let State::Piece(piece) = state else {
                return None;
            };
            let piece = mem::take(piece);
            *state = State::Writing;
            Some(piece)
        })
    }

    /// What came of the piece that was put; `None` if the thread is gone.
    fn result(&self) -> Option<io::Result<()>> {
        self.wait(|state| {
            let State::Written(result) = state else {
                return None;
            };
            let result = mem::replace(result, Ok(()));
            *state = State::Idle;
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
    fn start(slot: Slot) -> io::Result<WriterThread> {
        let exchange = Arc::new(Exchange::new());
        let thread = WriterThread(exchange.clone());
        thread::Builder::new()
            .name("wasi-writer".to_owned())
            .spawn(move || {
                contain(|| {
                    // The thread is the last to hold the writer, if it must drop it.
                    let slot = slot;
                    while let Some(piece) = exchange.piece() {
                        exchange.put(State::Written(write_to(&slot, &piece)));
                    }
                });
                // By a panic of the writer, for one.
                exchange.put(State::Ended);
            })?;
        Ok(thread)
    }

    /// Has the thread write a piece, and waits for it.
    fn write(&self, piece: &[u8]) -> io::Result<()> {
        self.0.put(State::Piece(piece.to_vec()));
        // A thread that is gone has panicked in the writer; the panic hook has
        // printed it.
        let result = self.0.result();
        result.unwrap_or_else(|| Err(io::Error::other("the writer panicked")))
    }
}

impl Drop for WriterThread {
    fn drop(&mut self) {
        self.0.put(State::Ended);
    }
}

fn write_to(slot: &Slot, piece: &[u8]) -> io::Result<()> {
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    let writer = slot.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
    writer.write_all(piece)?;
    // The program's own flushing doesn't get here.
    writer.flush()
}

/// What `write` returns for an error that the system has no number for: `EIO`,
/// or `ERROR_IO_DEVICE`.
const IO_ERROR: i32 = if cfg!(windows) { 1117 } else { 5 };

/// The largest number that a system may have for an error. libwasmtime takes a
/// larger one apart only to end the process.
// Version 48: an error's number is asserted to be one of the system's; look at
// `raw_write` in `wasmtime-c-api-impl`, and at `Errno` in `rustix`.
const LARGEST_ERROR: i32 = if cfg!(windows) { i32::MAX } else { 4095 };

/// The number that the system has for an error.
fn number_of(error: &io::Error) -> i32 {
    let number = error.raw_os_error();
    number
        .filter(|number| (1..=LARGEST_ERROR).contains(number))
        .unwrap_or(IO_ERROR)
}

/// The callback: writes a piece. Returns its length, or the negative number of
/// an error.
pub(super) unsafe extern "C" fn write(data: *mut c_void, piece: *const u8, len: usize) -> isize {
    // SAFETY: the data is what `WriterOwner::new` made, not freed yet, and
    // `Sync`; libwasmtime passes a valid piece, which isn't null even if it is
    // empty.
    let (callback, piece) =
        unsafe { (&*data.cast::<Callback>(), slice::from_raw_parts(piece, len)) };
    let written = callback::catch(|| {
        Ok(match callback.write(piece) {
            Ok(()) => len as isize,
            // What is in the error may panic when it is dropped, which is here.
            Err(error) => -(number_of(&error) as isize),
        })
    });
    written.unwrap_or(-(IO_ERROR as isize))
}

/// Frees the callback's data.
pub(super) const FINALIZE: unsafe extern "C" fn(*mut c_void) = finalize::<Callback>;

const _: () = {
    const fn is_sync<T: Sync>() {}
    is_sync::<Callback>();
};
