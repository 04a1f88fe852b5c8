//! The standard streams of a program.

use std::io::{self, Write};
use std::path::PathBuf;
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

    /// Takes what was written, without a copy; `None` if there are other clones,
    /// of which a store has one as long as it has the context.
    pub fn try_into_inner(self) -> Option<Vec<u8>> {
        let bytes = Arc::into_inner(self.bytes)?;
        Some(bytes.into_inner().unwrap_or_else(PoisonError::into_inner))
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
