//! ELF files: the offsets of their fields, and a reader of sections.
//!
//! All code that reads or writes such a file uses this module, the build script included.
//! `loaded/format/elf` checks libraries before the system loads them, and tells what is
//! wrong with them.

#![allow(
    dead_code,
    reason = "the build script and the crate each use a part, and no build uses all"
)]

/// The first bytes of a file.
pub const MAGIC: &[u8; 4] = b"\x7fELF";

// The offsets of fields that are the same in both classes.
/// The width of addresses and offsets: one byte, see [`Class`].
pub const CLASS: usize = 4;
/// One byte.
pub const BYTE_ORDER: usize = 5;
/// The operating system whose interface the file requires, and the interface's version: a
/// byte each.
pub const ABI: usize = 7;
/// The type of the file: 2 bytes.
pub const TYPE: usize = 16;
/// 2 bytes.
pub const MACHINE: usize = 18;
/// The version of the format: 4 bytes.
pub const VERSION: usize = 20;

// Byte orders.
pub const LITTLE_ENDIAN: u8 = 1;
pub const BIG_ENDIAN: u8 = 2;

// Types of files.
pub const RELOCATABLE: u16 = 1;
/// A program at a fixed address.
pub const EXECUTABLE: u16 = 2;
pub const SHARED: u16 = 3;

// Kinds of sections.
pub const CONTENTS: u32 = 1;
pub const SYMBOLS: u32 = 2;
pub const STRINGS: u32 = 3;
pub const DYNAMIC: u32 = 6;
/// The symbols that are visible to other files.
pub const DYNAMIC_SYMBOLS: u32 = 11;

/// The section of a symbol that is defined in another file.
pub const UNDEFINED: u16 = 0;

/// The tag of the entry with the library's name in a dynamic section.
pub const SONAME: u64 = 14;

/// The width of the addresses and offsets in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Elf32 = 1,
    Elf64 = 2,
}

/// Defines the offset of each field in its header, or a number of bytes: first for 64 bits,
/// then for 32.
macro_rules! by_class {
    ($($(#[$doc:meta])* $name:ident: $in_64:literal, $in_32:literal;)*) => {
        impl Class {
            $(
                $(#[$doc])*
                #[inline]
                pub const fn $name(self) -> usize {
                    match self {
                        Class::Elf64 => $in_64,
                        Class::Elf32 => $in_32,
                    }
                }
            )*
        }
    };
}

by_class! {
    /// The number of bytes of an address or offset.
    width: 8, 4;

    /// The number of bytes of the file's header.
    header_bytes: 64, 52;
    /// The offset of the program headers.
    program_headers: 0x20, 0x1c;
    /// The offset of the section headers.
    section_headers: 0x28, 0x20;
    /// 4 bytes.
    flags: 0x30, 0x24;
    /// The field for the number of bytes of the file's header: 2 bytes.
    header_size: 0x34, 0x28;
    /// The field for the number of bytes of a program header: 2 bytes.
    program_header_size: 0x36, 0x2a;
    /// 2 bytes.
    program_header_count: 0x38, 0x2c;
    /// The field for the number of bytes of a section header: 2 bytes.
    section_header_size: 0x3a, 0x2e;
    /// 2 bytes; 0 if there are none, or too many.
    section_count: 0x3c, 0x30;
    /// The index of the section with the names of the sections: 2 bytes.
    names_index: 0x3e, 0x32;

    /// The number of bytes of a section header.
    section_header_bytes: 64, 40;
    /// The offset of a section's name in the names: 4 bytes.
    section_name: 0, 0;
    /// 4 bytes.
    section_kind: 4, 4;
    /// As wide as an offset.
    section_flags: 8, 8;
    /// The section's address in memory.
    section_address: 0x10, 0x0c;
    /// The section's offset in the file.
    section_offset: 0x18, 0x10;
    /// The number of bytes of the section, as wide as an offset.
    section_size: 0x20, 0x14;
    /// Another section that belongs to this one: 4 bytes.
    section_link: 0x28, 0x18;
    /// As wide as an offset.
    section_alignment: 0x30, 0x20;

    /// The number of bytes of a symbol.
    symbol_bytes: 24, 16;
    /// The offset of a symbol's name in the names: 4 bytes.
    symbol_name: 0, 0;
    /// The address.
    symbol_value: 8, 4;
    /// The number of bytes that the symbol stands for, as wide as an address.
    symbol_size: 16, 8;
    /// The binding and the kind: a byte.
    symbol_info: 4, 12;
    /// The index of the symbol's section: 2 bytes.
    symbol_section: 6, 14;
}

/// A file of any class and byte order. Methods return `None` for what would be beyond its
/// end.
pub struct File<'a> {
    bytes: &'a [u8],
    class: Class,
    is_big_endian: bool,
}

impl<'a> File<'a> {
    /// Reads a file; returns `None` if the bytes don't begin like one.
    pub fn open(bytes: &'a [u8]) -> Option<File<'a>> {
        if !bytes.starts_with(MAGIC) {
            return None;
        }
        let class = match *bytes.get(CLASS)? {
            1 => Class::Elf32,
            2 => Class::Elf64,
            _ => return None,
        };
        let is_big_endian = match *bytes.get(BYTE_ORDER)? {
            LITTLE_ENDIAN => false,
            BIG_ENDIAN => true,
            _ => return None,
        };
        Some(File {
            bytes,
            class,
            is_big_endian,
        })
    }

    pub fn class(&self) -> Class {
        self.class
    }

    /// Returns the number of sections.
    pub fn section_count(&self) -> Option<usize> {
        match self.u16(self.class.section_count())? {
            // There are none, or too many for the field: the first header has the number.
            0 => self.word(self.section(0)?.checked_add(self.class.section_size())?),
            count => Some(count.into()),
        }
    }

    /// Returns the offset of a section's header.
    pub fn section(&self, index: usize) -> Option<usize> {
        let size = usize::from(self.u16(self.class.section_header_size())?);
        if size < self.class.section_header_bytes() {
            return None;
        }
        let headers = self.word(self.class.section_headers())?;
        headers.checked_add(index.checked_mul(size)?)
    }

    /// Returns the index of the section with the names of the sections.
    pub fn names_index(&self) -> Option<usize> {
        self.u16(self.class.names_index()).map(Into::into)
    }

    /// Returns the offset in the names of the name of the section with that header.
    pub fn name(&self, section: usize) -> Option<usize> {
        let place = section.checked_add(self.class.section_name())?;
        self.u32(place)?.try_into().ok()
    }

    /// Returns the kind of the section with that header.
    pub fn kind(&self, section: usize) -> Option<u32> {
        self.u32(section.checked_add(self.class.section_kind())?)
    }

    /// Returns the offset of the contents of the section with that header, and their length.
    pub fn place(&self, section: usize) -> Option<(usize, usize)> {
        let field = |at| self.word(section.checked_add(at)?);
        Some((
            field(self.class.section_offset())?,
            field(self.class.section_size())?,
        ))
    }

    /// Returns the contents of the section with that header.
    pub fn contents(&self, section: usize) -> Option<&'a [u8]> {
        let (offset, size) = self.place(section)?;
        self.bytes.get(offset..)?.get(..size)
    }

    /// Returns the offset of the header of the section to which the one with this header
    /// is linked: symbols and dynamic entries are linked to their names.
    pub fn linked(&self, section: usize) -> Option<usize> {
        let link = self.u32(section.checked_add(self.class.section_link())?)?;
        self.section(link.try_into().ok()?)
    }

    /// Returns an address or an offset.
    pub fn word(&self, at: usize) -> Option<usize> {
        self.number(at, self.class.width())?.try_into().ok()
    }

    pub fn u32(&self, at: usize) -> Option<u32> {
        self.number(at, 4)?.try_into().ok()
    }

    pub fn u16(&self, at: usize) -> Option<u16> {
        self.number(at, 2)?.try_into().ok()
    }

    fn number(&self, at: usize, width: usize) -> Option<u64> {
        let bytes = self.bytes.get(at..)?.get(..width)?;
        let add = |number, byte: &u8| number << 8 | u64::from(*byte);
        Some(match self.is_big_endian {
            true => bytes.iter().fold(0, add),
            false => bytes.iter().rev().fold(0, add),
        })
    }
}
