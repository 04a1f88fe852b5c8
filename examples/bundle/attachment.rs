//! A program that is attached to the end of an executable, which still runs.
//!
//! After the executable itself, at a multiple of [`PAGE`] bytes, follow a label,
//! the options, the code, and the label again. The executable looks for the last label
//! when it is started. The first one tells a truncated executable from one that never
//! had anything attached.

use libwasmtime::error::Context;
use libwasmtime::{Result, ensure};
use std::fs::File;
use std::hash::{DefaultHasher, Hasher};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// The alignment of the first label.
const PAGE: usize = 4096;

/// A program, and the options to run it with.
pub struct Attachment {
    /// The options, none of which contains a NUL.
    pub options: Vec<String>,
    /// The precompiled module.
    pub code: Vec<u8>,
}

/// Describes what is attached.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Label {
    /// The length of the options, each with a NUL after it.
    options: u64,
    /// The length of the code.
    code: u64,
    /// The hash of both. The executable that writes it is the one that reads it, so any
    /// hash function will do.
    hash: u64,
}

impl Label {
    const SIZE: usize = 32;

    fn to_bytes(self) -> [u8; Label::SIZE] {
        let mut bytes = [0; Label::SIZE];
        let numbers = [self.options, self.code, self.hash];
        for (place, number) in bytes.chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        // Marks these bytes as a label.
        let own = hash(&bytes[..24]).to_le_bytes();
        bytes[24..].copy_from_slice(&own);
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Label> {
        let number = |index| Some(u64::from_le_bytes(*bytes.get(index..)?.first_chunk()?));
        let label = Label {
            options: number(0)?,
            code: number(8)?,
            hash: number(16)?,
        };
        (label.to_bytes() == bytes).then_some(label)
    }

    /// Returns the length of all that is attached, including both labels.
    fn whole(&self) -> Option<u64> {
        let labels = 2 * Label::SIZE as u64;
        self.options.checked_add(self.code)?.checked_add(labels)
    }
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

impl Attachment {
    /// Returns an executable with this attached to its end.
    pub fn attached_to(&self, mut executable: Vec<u8>) -> Vec<u8> {
        let mut content = Vec::new();
        for option in &self.options {
            content.extend(option.bytes().chain([0]));
        }
        let label = Label {
            options: content.len() as u64,
            code: self.code.len() as u64,
            hash: hash(&[&content[..], &self.code].concat()),
        };
        executable.resize(executable.len().next_multiple_of(PAGE), 0);
        for part in [
            &label.to_bytes()[..],
            &content,
            &self.code,
            &label.to_bytes(),
        ] {
            executable.extend_from_slice(part);
        }
        executable
    }

    /// Reads what is attached to an executable; `None` if nothing is.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be read, or was changed since.
    pub fn read(executable: &Path) -> Result<Option<Attachment>> {
        let mut file = File::open(executable)?;
        let length = file.metadata()?.len();
        let Some(last) = length.checked_sub(Label::SIZE as u64) else {
            return Ok(None);
        };
        file.seek(SeekFrom::Start(last))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let Some(label) = Label::from_bytes(&bytes) else {
            return Ok(None);
        };

        let start = label.whole().and_then(|whole| length.checked_sub(whole));
        let start = start.context("it is shorter than what is attached")?;
        file.seek(SeekFrom::Start(start))?;
        let mut content = vec![0; (last - start).try_into()?];
        file.read_exact(&mut content)?;
        let first = content.drain(..Label::SIZE).collect::<Vec<u8>>();
        ensure!(
            Label::from_bytes(&first) == Some(label) && hash(&content) == label.hash,
            "what is attached has changed"
        );
        let code = content.split_off(label.options.try_into()?);
        let options = String::from_utf8(content)?;
        Ok(Some(Attachment {
            options: options.split_terminator('\0').map(str::to_owned).collect(),
            code,
        }))
    }
}

/// Reports whether something was attached to an executable that was truncated since.
pub fn was_cut_off(executable: &[u8]) -> bool {
    let pages = executable.chunks(PAGE);
    pages
        .filter_map(|page| page.get(..Label::SIZE))
        .any(|bytes| Label::from_bytes(bytes).is_some())
}
