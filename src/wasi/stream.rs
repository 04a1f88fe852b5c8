//! The standard streams of a program.

use std::ffi::c_void;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::slice;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes that a program reads as its standard input.
#[derive(Clone, Debug)]
pub struct MemoryInputPipe {
    bytes: Vec<u8>,
}

impl MemoryInputPipe {
    /// Has the program read these bytes, and then the end.
    pub fn new(bytes: impl Into<Vec<u8>>) -> MemoryInputPipe {
        MemoryInputPipe {
            bytes: bytes.into(),
        }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Keeps what a program writes in memory.
///
/// Clones are the same pipe: give one to
/// [`WasiCtxBuilder::stdout`](super::WasiCtxBuilder::stdout) and keep another.
#[derive(Clone, Debug)]
pub struct MemoryOutputPipe {
    bytes: Arc<Mutex<Vec<u8>>>,
    capacity: usize,
}

impl MemoryOutputPipe {
    /// An empty pipe that holds as many bytes as `capacity`. Writing more is an
    /// error for the program.
    pub fn new(capacity: usize) -> MemoryOutputPipe {
        MemoryOutputPipe {
            bytes: Arc::default(),
            capacity,
        }
    }

    /// What was written so far.
    pub fn contents(&self) -> Vec<u8> {
        self.bytes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Write for MemoryOutputPipe {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let mut bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let room = self.capacity - bytes.len();
        if room == 0 && !piece.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::StorageFull,
                "the pipe is full",
            ));
        }
        let fits = &piece[..piece.len().min(room)];
        bytes.extend_from_slice(fits);
        Ok(fits.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where a program's standard input comes from.
#[derive(Default)]
pub(super) enum Input {
    #[default]
    Empty,
    Inherit,
    File(PathBuf),
    Bytes(Vec<u8>),
}

/// Where what a program writes goes to.
#[derive(Default)]
pub(super) enum Output {
    #[default]
    Nowhere,
    Inherit,
    File(PathBuf),
    Writer(Box<dyn Write + Send>),
}

/// A writer as the C API has it: a callback's data.
///
/// libwasmtime may call it from several threads, if never at the same time as
/// far as is known: the lock makes sure.
type Writer = Mutex<Box<dyn Write + Send>>;

/// What `write` returns for an error that the system has no number for.
const EIO: i32 = 5;

/// Gives a writer to the C API, to be called with `write` and freed with
/// `finalize`.
pub(super) fn into_raw(writer: Box<dyn Write + Send>) -> *mut c_void {
    Box::into_raw(Box::new(Writer::new(writer))).cast()
}

/// Writes a piece. Returns its length, or the negative number of an error.
pub(super) unsafe extern "C" fn write(data: *mut c_void, piece: *const u8, len: usize) -> isize {
    // SAFETY: the data is what `into_raw` made, not freed yet; libwasmtime
    // passes a valid piece, which isn't null even if it is empty.
    let (writer, piece) = unsafe { (&*data.cast::<Writer>(), slice::from_raw_parts(piece, len)) };
    let write = || {
        let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.write_all(piece)?;
        // The program's own flushing doesn't get here.
        writer.flush()
    };
    // A panic can't cross into libwasmtime, nor reach whoever called the
    // program; the panic hook has printed it.
    let error = match catch_unwind(AssertUnwindSafe(write)) {
        Ok(Ok(())) => return len as isize,
        Ok(Err(error)) => error
            .raw_os_error()
            .filter(|number| *number > 0)
            .unwrap_or(EIO),
        Err(_) => EIO,
    };
    -(error as isize)
}

/// Frees what `into_raw` made.
pub(super) const FINALIZE: unsafe extern "C" fn(*mut c_void) = crate::func::finalize::<Writer>;
