//! Pipes in memory.

#[cfg(target_os = "linux")]
use super::memory_file::MemoryFile;
#[cfg(target_os = "linux")]
use std::ffi::CStr;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes that a program reads as its standard input.
#[derive(Clone, Debug)]
pub struct MemoryInputPipe {
    bytes: Vec<u8>,
}

impl MemoryInputPipe {
    /// Creates a pipe of these bytes, which the program reads before it finds the end.
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
///
/// On Linux the program writes to it as it would to a file, through an anonymous
/// file (`memfd_create`), if `/proc` is there and the process may open three more
/// files; a write takes about a microsecond. Else it writes as to any other
/// [`Write`], which takes several.
#[derive(Clone, Debug)]
pub struct MemoryOutputPipe {
    contents: Arc<Mutex<Contents>>,
    capacity: usize,
}

#[derive(Debug)]
enum Contents {
    Bytes(Vec<u8>),
    #[cfg(target_os = "linux")]
    File(MemoryFile),
}

impl Contents {
    fn len(&self) -> usize {
        match self {
            Contents::Bytes(bytes) => bytes.len(),
            #[cfg(target_os = "linux")]
            Contents::File(file) => file.len(),
        }
    }
}

impl MemoryOutputPipe {
    /// Creates an empty pipe that holds as many bytes as `capacity`.
    ///
    /// Writing more is an error for the program, and then it isn't said how much of
    /// the last piece is kept.
    pub fn new(capacity: usize) -> MemoryOutputPipe {
        MemoryOutputPipe {
            contents: Arc::new(Mutex::new(Contents::Bytes(Vec::new()))),
            capacity,
        }
    }

    /// Returns what was written so far.
    pub fn contents(&self) -> Vec<u8> {
        match &*self.lock() {
            Contents::Bytes(bytes) => bytes.clone(),
            #[cfg(target_os = "linux")]
            Contents::File(file) => file.contents(),
        }
    }

    /// Takes what was written; `None` if there are other clones, of which a store has
    /// one as long as it has the context.
    pub fn try_into_inner(self) -> Option<Vec<u8>> {
        let contents = Arc::into_inner(self.contents)?;
        Some(
            match contents
                .into_inner()
                .unwrap_or_else(PoisonError::into_inner)
            {
                Contents::Bytes(bytes) => bytes,
                #[cfg(target_os = "linux")]
                Contents::File(file) => file.contents(),
            },
        )
    }

    /// Makes the pipe a file if it isn't one, and lets `open` open it; see
    /// [`MemoryFile::open_with`]. Returns whether the pipe is written to now: if it
    /// isn't, then because there are no such files here.
    #[cfg(target_os = "linux")]
    pub(super) fn open_with(&self, open: impl FnOnce(&CStr) -> bool) -> bool {
        let mut contents = self.lock();
        if let Contents::Bytes(bytes) = &*contents {
            let Ok(file) = MemoryFile::new(self.capacity, bytes) else {
                return false;
            };
            *contents = Contents::File(file);
        }
        let Contents::File(file) = &*contents else {
            return false;
        };
        file.open_with(open).unwrap_or(false)
    }

    fn lock(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for MemoryOutputPipe {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let mut contents = self.lock();
        let room = self.capacity - contents.len();
        if room == 0 && !piece.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::StorageFull,
                "the pipe is full",
            ));
        }
        let fits = &piece[..piece.len().min(room)];
        match &mut *contents {
            Contents::Bytes(bytes) => {
                bytes.extend_from_slice(fits);
                Ok(fits.len())
            }
            #[cfg(target_os = "linux")]
            Contents::File(file) => file.write(fits),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
