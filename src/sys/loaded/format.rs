//! Checks that a file is a complete shared library for this system.
//!
//! The system maps a library according to its headers, and then relies on them. If the
//! file is shorter, the first access is a SIGBUS; if a table isn't at its address, the
//! result is a SIGSEGV or a failed assertion. Nothing can catch these, and the process
//! ends. So the parts that the system's loader reads are checked first:
//!
//! - ELF: the headers, the dynamic section, and all tables that it names: their addresses,
//!   and their references to something else;
//! - Mach-O: the headers of all architectures, the load commands, and the offsets in them;
//! - PE: the headers, the sections, and the directories.
//!
//! The rest is trusted: no header tells whether code and data have changed, or whether a
//! relocation refers to another valid symbol or place than it should. It is also trusted
//! that the file doesn't change until it is open.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::sys::library::LoadError;

#[cfg(any(test, all(unix, not(target_vendor = "apple"))))]
mod elf;
#[cfg(any(test, target_vendor = "apple"))]
mod mach_o;
#[cfg(any(test, windows))]
mod pe;
#[cfg(test)]
mod tests;

/// Checks a file before the system opens it as a library.
///
/// # Errors
///
/// Returns [`LoadError::NotALibrary`] if it is something else, or for another system, and
/// [`LoadError::Damaged`] if it is damaged.
pub(super) fn check(path: &Path) -> Result<(), LoadError> {
    let problem = |problem| {
        let path = path.to_owned();
        match problem {
            Problem::Foreign(reason) => LoadError::NotALibrary { path, reason },
            Problem::Damaged(reason) => LoadError::Damaged { path, reason },
        }
    };
    let unreadable = |error: io::Error| problem(Problem::from(error));
    let file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    if length == 0 {
        return Err(problem(Problem::Foreign("its length is 0".to_owned())));
    }
    let image = Image {
        source: &file,
        length,
    };
    check_image(&image).map_err(problem)
}

#[cfg(all(unix, not(target_vendor = "apple")))]
fn check_image(image: &Image<'_>) -> Result<(), Problem> {
    elf::check(image, elf::NATIVE)
}

#[cfg(target_vendor = "apple")]
fn check_image(image: &Image<'_>) -> Result<(), Problem> {
    mach_o::check(image, mach_o::NATIVE)
}

#[cfg(windows)]
fn check_image(image: &Image<'_>) -> Result<(), Problem> {
    pe::check(image, pe::NATIVE)
}

/// Why a file isn't opened.
#[derive(Debug, PartialEq, Eq)]
enum Problem {
    /// It is something else, or for another system.
    Foreign(String),
    /// It is damaged.
    Damaged(String),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Problem {
        Problem::Foreign(format!("it can't be read: {error}"))
    }
}

/// Returns the error for a damaged file.
fn damaged<T>(what: impl Into<String>) -> Result<T, Problem> {
    Err(Problem::Damaged(what.into()))
}

/// Returns the error for a file that is something else.
fn foreign<T>(what: impl Into<String>) -> Result<T, Problem> {
    Err(Problem::Foreign(what.into()))
}

/// A source of bytes that are read by their offset.
trait Source {
    /// Fills the buffer with the bytes at an offset.
    fn read(&self, at: u64, buffer: &mut [u8]) -> io::Result<()>;
}

impl Source for File {
    fn read(&self, at: u64, buffer: &mut [u8]) -> io::Result<()> {
        let mut file = self;
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(buffer)
    }
}

/// A file that may be a library.
struct Image<'a> {
    source: &'a dyn Source,
    length: u64,
}

/// The size of the largest table in any library. The size in a damaged one can be any
/// number, and a sparse file may be longer than all memory.
const LARGEST_TABLE: u64 = 1 << 28;

impl Image<'_> {
    /// Checks that the file contains these bytes.
    fn reaches(&self, what: &str, at: u64, length: u64) -> Result<(), Problem> {
        match at.checked_add(length) {
            Some(end) if end <= self.length => Ok(()),
            _ => damaged(format!(
                "its {what} should be {length} bytes from byte {at} on, and the file has {}",
                self.length
            )),
        }
    }

    /// Reads a part of the file.
    fn part(&self, what: &str, at: u64, length: u64) -> Result<Vec<u8>, Problem> {
        self.reaches(what, at, length)?;
        if length > LARGEST_TABLE {
            return damaged(format!("its {what} is {length} bytes long"));
        }
        let mut bytes = vec![0; length as usize];
        self.source.read(at, &mut bytes)?;
        Ok(bytes)
    }
}

/// The size of addresses, and the byte order of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layout {
    /// Whether addresses have 64 bits rather than 32.
    wide: bool,
    /// Whether the most significant byte comes first.
    big: bool,
}

#[cfg_attr(
    not(test),
    allow(dead_code, reason = "no format of libraries needs all of them")
)]
impl Layout {
    /// The layout of this program.
    const NATIVE: Layout = Layout {
        wide: cfg!(target_pointer_width = "64"),
        big: cfg!(target_endian = "big"),
    };

    /// Reads a number of 16 bits; 0 if the bytes end before.
    fn u16(self, bytes: &[u8], at: usize) -> u16 {
        match bytes.get(at..).and_then(<[u8]>::first_chunk) {
            Some(&bytes) if self.big => u16::from_be_bytes(bytes),
            Some(&bytes) => u16::from_le_bytes(bytes),
            None => 0,
        }
    }

    /// Reads a number of 32 bits; 0 if the bytes end before.
    fn u32(self, bytes: &[u8], at: usize) -> u32 {
        match bytes.get(at..).and_then(<[u8]>::first_chunk) {
            Some(&bytes) if self.big => u32::from_be_bytes(bytes),
            Some(&bytes) => u32::from_le_bytes(bytes),
            None => 0,
        }
    }

    /// Reads a number of 64 bits; 0 if the bytes end before.
    fn u64(self, bytes: &[u8], at: usize) -> u64 {
        match bytes.get(at..).and_then(<[u8]>::first_chunk) {
            Some(&bytes) if self.big => u64::from_be_bytes(bytes),
            Some(&bytes) => u64::from_le_bytes(bytes),
            None => 0,
        }
    }

    /// Reads a number as wide as an address; 0 if the bytes end before.
    fn address(self, bytes: &[u8], at: usize) -> u64 {
        match self.wide {
            true => self.u64(bytes, at),
            false => self.u32(bytes, at).into(),
        }
    }

    /// Returns the number of bytes of an address.
    fn word(self) -> u64 {
        match self.wide {
            true => 8,
            false => 4,
        }
    }
}
