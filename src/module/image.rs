//! Compiled code as it is in memory: an ELF file of 64 bits.

/// Where things are in the file's header and in that of a section.
const SECTIONS_OFFSET: usize = 0x28;
const SECTION_HEADER_SIZE: usize = 0x3a;
const SECTION_COUNT: usize = 0x3c;
const NAMES_INDEX: usize = 0x3e;
const NAME: usize = 0;
const OFFSET: usize = 0x18;
const SIZE: usize = 0x20;

/// The section that holds the machine code.
// Version 48: the code is in this section; look at `obj.rs` in `wasmtime-environ`.
const TEXT: &[u8] = b".text\0";

/// The machine code in an image; `None` if that is no ELF file or has no such
/// section.
pub(super) fn text(image: &[u8]) -> Option<&[u8]> {
    let file = File {
        bytes: image,
        little_endian: image.get(5)? == &1,
    };
    if !image.starts_with(b"\x7fELF\x02") {
        return None;
    }
    let names = file.section(file.number::<2>(NAMES_INDEX)?)?;
    let names = file.contents(names)?;
    (0..file.number::<2>(SECTION_COUNT)?).find_map(|index| {
        let section = file.section(index)?;
        let name = section.checked_add(NAME)?;
        let is_text = names.get(file.number::<4>(name)?..)?.starts_with(TEXT);
        is_text.then(|| file.contents(section))?
    })
}

struct File<'a> {
    bytes: &'a [u8],
    little_endian: bool,
}

impl<'a> File<'a> {
    /// The number of `N` bytes at that place.
    fn number<const N: usize>(&self, at: usize) -> Option<usize> {
        let bytes = self.bytes.get(at..)?.first_chunk::<N>()?;
        let fold = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        let number = if self.little_endian {
            bytes.iter().rev().fold(0, fold)
        } else {
            bytes.iter().fold(0, fold)
        };
        usize::try_from(number).ok()
    }

    /// Where the header of a section is.
    fn section(&self, index: usize) -> Option<usize> {
        let size = self.number::<2>(SECTION_HEADER_SIZE)?;
        self.number::<8>(SECTIONS_OFFSET)?
            .checked_add(index.checked_mul(size)?)
    }

    /// What is in the section with that header.
    fn contents(&self, section: usize) -> Option<&'a [u8]> {
        let offset = self.number::<8>(section.checked_add(OFFSET)?)?;
        let size = self.number::<8>(section.checked_add(SIZE)?)?;
        self.bytes.get(offset..)?.get(..size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of two sections: the names, and the code.
    fn file(number: fn(u64, usize) -> Vec<u8>, endian: u8) -> Vec<u8> {
        let names = b"\0.names\0.text\0";
        let code = b"code";
        let mut file = vec![0; 64];
        file[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, endian]);
        let sections = 64 + names.len() + code.len();
        let mut put = |at: usize, value: u64, size: usize| {
            file[at..at + size].copy_from_slice(&number(value, size));
        };
        put(SECTIONS_OFFSET, sections as u64, 8);
        put(SECTION_HEADER_SIZE, 64, 2);
        put(SECTION_COUNT, 2, 2);
        put(NAMES_INDEX, 0, 2);
        file.extend(names);
        file.extend(code);
        for (name, offset, size) in [(1, 64, names.len()), (8, 64 + names.len(), code.len())] {
            let mut header = vec![0; 64];
            header[NAME..][..4].copy_from_slice(&number(name, 4));
            header[OFFSET..][..8].copy_from_slice(&number(offset as u64, 8));
            header[SIZE..][..8].copy_from_slice(&number(size as u64, 8));
            file.extend(header);
        }
        file
    }

    fn little(value: u64, size: usize) -> Vec<u8> {
        value.to_le_bytes()[..size].to_vec()
    }

    fn big(value: u64, size: usize) -> Vec<u8> {
        value.to_be_bytes()[8 - size..].to_vec()
    }

    #[test]
    fn text_is_found() {
        assert_eq!(text(&file(little, 1)), Some(&b"code"[..]));
        assert_eq!(text(&file(big, 2)), Some(&b"code"[..]));
    }

    #[test]
    fn nothing_is_read_beyond_the_end() {
        let whole = file(little, 1);
        // Of the last header only the part up to its size is looked at.
        for len in 0..whole.len() - 64 + SIZE + 8 {
            assert_eq!(text(&whole[..len]), None, "{len}");
        }
        for at in 0..whole.len() {
            for value in [0x7f, 0xff] {
                let mut damaged = whole.clone();
                damaged[at] = value;
                // Whatever is found, it is inside.
                text(&damaged);
            }
        }
    }
}
