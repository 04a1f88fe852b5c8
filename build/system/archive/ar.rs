//! The format of archives: that of `ar`, in the variants of GNU and BSD.

use std::collections::BTreeMap;
use std::ops::Range;

const MAGIC: &[u8] = b"!<arch>\n";
const HEADER_BYTES: usize = 60;

/// The offset of the contents of an archive's first entry, which is the index if there is one.
pub const FIRST_HEADER_END: usize = MAGIC.len() + HEADER_BYTES;

/// Returns the places of the contents of an archive's files; none if it isn't an archive. Files
/// after a damaged header are left out.
pub fn files(archive: &[u8]) -> Vec<Range<usize>> {
    let files = entries(archive).into_iter();
    files
        .filter_map(|(name, data)| match name {
            // The index, in two formats, and the table of long names.
            b"/" | b"/SYM64/" | b"//" => None,
            _ => match name.strip_prefix(b"#1/") {
                // In BSD's variant the name precedes the contents.
                Some(length) => Some(data.start + number(length)?..data.end),
                None => Some(data),
            },
        })
        .filter(|data| data.start <= data.end)
        .collect()
}

/// Returns the names in the index of a GNU archive, each with a NUL after it; `None` if it has
/// no index.
pub fn index(archive: &[u8]) -> Option<&[u8]> {
    names_of_index(archive).map(|place| &archive[place])
}

/// Returns the length of the index of a GNU archive, from the archive's first header; `None` if
/// it has no index.
pub fn index_bytes(beginning: &[u8]) -> Option<usize> {
    let header = beginning.strip_prefix(MAGIC)?.get(..HEADER_BYTES)?;
    match header[..16].trim_ascii_end() {
        b"/" | b"/SYM64/" => number(&header[48..58]),
        _ => None,
    }
}

/// Renames symbols in the index of a GNU archive, which the linker searches.
pub fn rename_in_index(archive: &mut [u8], names: &BTreeMap<Vec<u8>, Vec<u8>>) {
    let Some(place) = names_of_index(archive) else {
        return;
    };
    let mut rest = &mut archive[place];
    while let Some(end) = rest.iter().position(|byte| *byte == 0) {
        let (name, behind) = rest.split_at_mut(end + 1);
        if let Some(new) = names.get(&name[..end]) {
            name[..end].copy_from_slice(new);
        }
        rest = behind;
    }
}

/// Returns the place of the names in the index of a GNU archive.
fn names_of_index(archive: &[u8]) -> Option<Range<usize>> {
    let (width, data) = entries(archive)
        .into_iter()
        .find_map(|(name, data)| match name {
            b"/" => Some((4, data)),
            b"/SYM64/" => Some((8, data)),
            _ => None,
        })?;
    // The number of symbols, as many offsets, and the names.
    let count = archive[data.clone()].get(..width)?;
    let count = count
        .iter()
        .fold(0_usize, |number, byte| number << 8 | usize::from(*byte));
    let start = data.start + width.checked_mul(count.checked_add(1)?)?;
    (start <= data.end).then_some(start..data.end)
}

/// Returns the name fields and the places of the contents of an archive's entries.
fn entries(archive: &[u8]) -> Vec<(&[u8], Range<usize>)> {
    let mut entries = Vec::new();
    let mut place = MAGIC.len();
    if !archive.starts_with(MAGIC) {
        return entries;
    }
    while let Some(header) = archive.get(place..place + HEADER_BYTES) {
        let Some(size) = number(&header[48..58]) else {
            break;
        };
        let data = place + HEADER_BYTES..place + HEADER_BYTES + size;
        if data.end > archive.len() {
            break;
        }
        // Entries start at even offsets.
        place = data.end + data.end % 2;
        entries.push((header[..16].trim_ascii_end(), data));
    }
    entries
}

/// Parses a decimal number that blanks may follow.
fn number(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.trim_end().parse().ok()
}
