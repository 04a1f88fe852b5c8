//! What byte vectors can do beyond the others.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::str::{self, Utf8Error};

use super::ByteVec;

impl ByteVec {
    /// Reads a file into a new vector, without a second copy in memory.
    ///
    /// # Errors
    ///
    /// Those of opening and reading the file, and
    /// [`OutOfMemory`](io::ErrorKind::OutOfMemory) if it is too large.
    ///
    /// # Panics
    ///
    /// If the library can't be loaded, as all that makes vectors: see
    /// [`OwnedVec`](super::OwnedVec#panics).
    ///
    /// # Example
    ///
    /// ```no_run
    /// # use libwasmtime::vec::ByteVec;
    /// # fn main() -> std::io::Result<()> {
    /// let wasm = ByteVec::from_file("module.wasm")?;
    /// assert_eq!(&wasm[..4], b"\0asm");
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_file(path: impl AsRef<Path>) -> io::Result<ByteVec> {
        let mut file = File::open(path)?;
        let len = usize::try_from(file.metadata()?.len())
            .map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        // libwasmtime aborts the process when it runs out of memory: see first
        // whether there is enough.
        Vec::<u8>::new().try_reserve_exact(len)?;

        let mut bytes = ByteVec::with_len(len);
        let mut filled = 0;
        while filled < len {
            match file.read(&mut bytes[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }

        // The length was only a hint: the file may have changed since, or may
        // be one that has no length.
        let mut rest = Vec::new();
        file.read_to_end(&mut rest)?;
        if filled < len || !rest.is_empty() {
            rest.splice(..0, bytes[..filled].iter().copied());
            return Ok(rest.into());
        }
        Ok(bytes)
    }

    /// The bytes as text.
    ///
    /// # Errors
    ///
    /// If they aren't UTF-8.
    pub fn to_str(&self) -> Result<&str, Utf8Error> {
        str::from_utf8(self)
    }

    /// The bytes as text, with U+FFFD in place of what isn't UTF-8.
    pub fn to_string_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self)
    }
}

impl From<&str> for ByteVec {
    /// The text's UTF-8 bytes, without a terminator.
    fn from(text: &str) -> ByteVec {
        text.as_bytes().into()
    }
}

impl From<String> for ByteVec {
    /// The text's UTF-8 bytes, without a terminator.
    fn from(text: String) -> ByteVec {
        text.into_bytes().into()
    }
}
