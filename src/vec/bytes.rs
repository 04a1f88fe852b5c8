//! Methods of byte vectors.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::str::{self, Utf8Error};

use super::{ByteVec, VecType};
use crate::sys::wasm_byte_vec_t;

impl ByteVec {
    /// Reads a file into a new vector, without a second copy in memory.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be opened or read, and
    /// [`OutOfMemory`](io::ErrorKind::OutOfMemory) if it is too large.
    ///
    /// # Panics
    ///
    /// Panics if the library can't be loaded: see [`OwnedVec`](super::OwnedVec#panics).
    ///
    /// # Examples
    ///
    /// ```
    /// use libwasmtime::vec::ByteVec;
    ///
    /// # let path = std::env::temp_dir().join(format!("{}.wasm", std::process::id()));
    /// # std::fs::write(&path, b"\0asm\x01\0\0\0")?;
    /// let wasm = ByteVec::from_file(&path)?;
    /// # std::fs::remove_file(&path)?;
    /// assert!(wasm.starts_with(b"\0asm"), "{} isn't a module", path.display());
    /// # Ok::<(), libwasmtime::Error>(())
    /// ```
    pub fn from_file(path: impl AsRef<Path>) -> io::Result<ByteVec> {
        let mut file = File::open(path)?;
        let len = usize::try_from(file.metadata()?.len())
            .map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        // libwasmtime aborts the process when it runs out of memory, so the allocation is
        // tried here first.
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

        // The length was only a hint: the file may have changed since, or have no length.
        let mut rest = Vec::new();
        file.read_to_end(&mut rest)?;
        if filled < len || !rest.is_empty() {
            rest.splice(..0, bytes[..filled].iter().copied());
            return Ok(rest.into());
        }
        Ok(bytes)
    }

    /// Copies bytes.
    // Speed: a call of a component with a string takes 90 instructions less than with a vector that
    // libwasmtime fills with zeros first.
    #[inline]
    fn copied(bytes: &[u8]) -> ByteVec {
        super::check_size::<wasm_byte_vec_t>(bytes.len());
        ByteVec::out(|out| {
            if !bytes.is_empty() {
                // SAFETY: `out` is valid for writes, and the bytes for reads. Bytes are copied when
                // they are moved.
                unsafe { wasm_byte_vec_t::new_moving(out, bytes.len(), bytes.as_ptr()) }
            }
        })
    }

    /// Returns the bytes as text.
    ///
    /// # Errors
    ///
    /// Returns an error if they aren't UTF-8.
    ///
    /// # Examples
    ///
    /// ```
    /// use libwasmtime::vec::ByteVec;
    ///
    /// assert_eq!(ByteVec::from("memory").to_str(), Ok("memory"));
    /// assert!(ByteVec::from([0xff]).to_str().is_err());
    /// ```
    pub fn to_str(&self) -> Result<&str, Utf8Error> {
        str::from_utf8(self)
    }

    /// Returns the bytes as text, with U+FFFD in place of bytes that aren't UTF-8.
    ///
    /// # Examples
    ///
    /// ```
    /// use libwasmtime::vec::ByteVec;
    ///
    /// assert_eq!(ByteVec::from([b'a', 0xff]).to_string_lossy(), "a\u{fffd}");
    /// ```
    pub fn to_string_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self)
    }
}

impl From<&str> for ByteVec {
    /// Copies the text's UTF-8 bytes, without a terminator.
    fn from(text: &str) -> ByteVec {
        ByteVec::copied(text.as_bytes())
    }
}

impl From<String> for ByteVec {
    /// Copies the text's UTF-8 bytes, without a terminator.
    fn from(text: String) -> ByteVec {
        ByteVec::copied(text.as_bytes())
    }
}
