//! The image of compiled code in memory, which is an ELF file.

use crate::sys::elf::File;

/// The name of the section of the machine code.
// Version 48: the code is in this section; look at `obj.rs` in `wasmtime-environ`.
const TEXT: &[u8] = b".text\0";

/// Returns the machine code in an image; `None` if the image isn't an ELF file or has no
/// machine code.
pub(super) fn text(image: &[u8]) -> Option<&[u8]> {
    let file = File::open(image)?;
    let names = file.contents(file.section(file.names_index()?)?)?;
    for index in 0..file.section_count()? {
        let section = file.section(index)?;
        if names.get(file.name(section)?..)?.starts_with(TEXT) {
            return file.contents(section);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::elf::{BYTE_ORDER, CLASS, Class, MAGIC};

    const ELF64: Class = Class::Elf64;
    const SECTION_BYTES: usize = ELF64.section_header_bytes();

    /// Returns a file of two sections: the names, and the code.
    fn file(number: fn(u64, usize) -> Vec<u8>, endian: u8) -> Vec<u8> {
        let names = b"\0.names\0.text\0";
        let code = b"code";
        let mut file = vec![0; ELF64.header_bytes()];
        file[..MAGIC.len()].copy_from_slice(MAGIC);
        file[CLASS] = ELF64 as u8;
        file[BYTE_ORDER] = endian;
        let contents = file.len();
        let sections = contents + names.len() + code.len();
        let mut put = |at: usize, value: u64, size: usize| {
            file[at..at + size].copy_from_slice(&number(value, size));
        };
        put(ELF64.section_headers(), sections as u64, 8);
        put(ELF64.section_header_size(), SECTION_BYTES as u64, 2);
        put(ELF64.section_count(), 2, 2);
        put(ELF64.names_index(), 0, 2);
        file.extend(names);
        file.extend(code);
        for (name, offset, size) in [
            (1, contents, names.len()),
            (8, contents + names.len(), code.len()),
        ] {
            let mut header = vec![0; SECTION_BYTES];
            header[ELF64.section_name()..][..4].copy_from_slice(&number(name, 4));
            header[ELF64.section_offset()..][..8].copy_from_slice(&number(offset as u64, 8));
            header[ELF64.section_size()..][..8].copy_from_slice(&number(size as u64, 8));
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
        // Of the last header, `text` reads only the fields up to its size.
        for len in 0..whole.len() - SECTION_BYTES + ELF64.section_size() + 8 {
            assert_eq!(text(&whole[..len]), None, "{len}");
        }
        for at in 0..whole.len() {
            for value in [0x7f, 0xff] {
                let mut damaged = whole.clone();
                damaged[at] = value;
                // A slice that it returns is inside of the file.
                text(&damaged);
            }
        }
    }
}
