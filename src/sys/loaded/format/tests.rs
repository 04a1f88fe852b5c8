//! Assertions for the checks of all formats.

use super::{Image, Problem, Source};
use std::io;
use std::ops::Range;

impl Source for Vec<u8> {
    fn read(&self, at: u64, buffer: &mut [u8]) -> io::Result<()> {
        let part = self.get(at as usize..).and_then(|b| b.get(..buffer.len()));
        buffer.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// Checks a file.
pub fn checked(
    file: &[u8],
    check: impl FnOnce(&Image<'_>) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let source = file.to_vec();
    check(&Image {
        source: &source,
        length: file.len() as u64,
    })
}

/// Asserts that a file is damaged wherever it is cut off. Cut off within its first `magic`
/// bytes, it may also be a file of another format.
#[track_caller]
pub fn assert_damaged_wherever_cut(
    file: &[u8],
    magic: usize,
    checked: impl Fn(&[u8]) -> Result<(), Problem>,
) {
    for end in 0..file.len() {
        let result = checked(&file[..end]);
        let is_damaged = matches!(result, Err(Problem::Damaged(_)));
        assert!(
            is_damaged || end < magic && result.is_err(),
            "{end}: {result:?}"
        );
    }
}

/// Changes each byte of a file, except those in `unread`, and checks the file each time.
pub fn change_each_byte(
    file: &[u8],
    unread: Range<usize>,
    checked: impl Fn(&[u8]) -> Result<(), Problem>,
) {
    let mut file = file.to_vec();
    for at in (0..file.len()).filter(|at| !unread.contains(at)) {
        let old = file[at];
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            file[at] = value;
            _ = checked(&file);
        }
        file[at] = old;
    }
}

#[track_caller]
pub fn assert_foreign(result: Result<(), Problem>) {
    assert!(matches!(result, Err(Problem::Foreign(_))), "{result:?}");
}
