//! [`MemoryInputPipe`] and [`MemoryOutputPipe`]: pipes in memory.

#[cfg(target_os = "linux")]
use super::memory_file::MemoryFile;
#[cfg(target_os = "linux")]
use std::ffi::CStr;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A pipe whose bytes a program reads as its standard input; see
/// [`WasiCtxBuilder::stdin`](super::WasiCtxBuilder::stdin).
#[derive(Clone, Debug)]
pub struct MemoryInputPipe {
    bytes: Vec<u8>,
}

impl MemoryInputPipe {
    /// Creates a pipe with these bytes, after which the program reads the end of the input.
    pub fn new(bytes: impl Into<Vec<u8>>) -> MemoryInputPipe {
        MemoryInputPipe {
            bytes: bytes.into(),
        }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// A pipe that keeps the output of a program in memory.
///
/// Clones share the same pipe: give one to
/// [`WasiCtxBuilder::stdout`](super::WasiCtxBuilder::stdout) and keep another.
///
/// On Linux the program writes to an anonymous file (`memfd_create`), if there is `/proc` and
/// the process may open three more files. Then a write takes about a microsecond. Otherwise
/// the program writes as to any other [`Write`], which takes several microseconds.
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
    /// Creates an empty pipe that holds up to `capacity` bytes.
    ///
    /// A write beyond the capacity is an error for the program; how many bytes of that write
    /// are kept is unspecified. The memory isn't allocated before it is written to.
    pub fn new(capacity: usize) -> MemoryOutputPipe {
        MemoryOutputPipe {
            contents: Arc::new(Mutex::new(Contents::Bytes(Vec::new()))),
            capacity,
        }
    }

    /// Returns a copy of the bytes that were written so far.
    pub fn contents(&self) -> Vec<u8> {
        match &*self.lock() {
            Contents::Bytes(bytes) => bytes.clone(),
            #[cfg(target_os = "linux")]
            Contents::File(file) => file.contents(),
        }
    }

    /// Returns the bytes that were written; `None` if the pipe has other clones.
    ///
    /// A store keeps a clone as long as it has the WASI context.
    ///
    /// ```
    /// use libwasmtime::wasi::MemoryOutputPipe;
    /// use std::io::Write;
    ///
    /// let pipe = MemoryOutputPipe::new(16);
    /// let mut clone = pipe.clone();
    /// clone.write_all(b"hello")?;
    /// assert_eq!(pipe.clone().try_into_inner(), None);
    /// drop(clone);
    /// assert_eq!(pipe.try_into_inner().unwrap(), b"hello");
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
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

    /// Makes the pipe a file if it isn't one, and calls `open` with its path; see
    /// [`MemoryFile::open_with`]. Returns whether the opened file now writes to the pipe. If
    /// not, this system has no such files.
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
                "the pipe has reached its capacity",
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
