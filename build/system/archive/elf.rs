//! The symbol tables of ELF files, of either width and byte order.

use std::ffi::CStr;

use super::Symbol;

const MAGIC: &[u8] = b"\x7fELF";
const SYMBOL_TABLE: u32 = 2;
const DYNAMIC: u32 = 6;
const DYNAMIC_SYMBOL_TABLE: u32 = 11;
/// The tag of the entry in a dynamic section that has the library's name.
const SONAME: usize = 14;
const GLOBAL: u8 = 1;
const WEAK: u8 = 2;
const UNDEFINED: u16 = 0;

/// An ELF file.
struct File<'a> {
    bytes: &'a [u8],
    is_64: bool,
    is_big_endian: bool,
}

/// Returns the symbols of an object file, which starts at `start` in the archive; `None` if it
/// isn't an ELF file, or is damaged.
pub fn symbols(bytes: &[u8], start: usize) -> Option<Vec<Symbol<'_>>> {
    let file = File::open(bytes)?;
    let mut symbols = Vec::new();
    for index in 0..file.sections()? {
        let section = file.section(index)?;
        if file.u32(section + 4)? == SYMBOL_TABLE {
            file.read_symbols(section, start, &mut symbols)?;
        }
    }
    Some(symbols)
}

/// Returns the names in the dynamic symbol table of a shared library, each with a NUL after it;
/// `None` if it isn't an ELF file, or is damaged.
pub fn dynamic_names(bytes: &[u8]) -> Option<&[u8]> {
    let file = File::open(bytes)?;
    for index in 0..file.sections()? {
        let section = file.section(index)?;
        if file.u32(section + 4)? == DYNAMIC_SYMBOL_TABLE {
            let (names, size) = file.names(section)?;
            return bytes.get(names..names.checked_add(size)?);
        }
    }
    None
}

/// Returns the name by which programs that are linked with a shared library request it from the
/// loader; `None` if the library has none, isn't an ELF file, or is damaged.
pub fn soname(bytes: &[u8]) -> Option<&[u8]> {
    let file = File::open(bytes)?;
    for index in 0..file.sections()? {
        let section = file.section(index)?;
        if file.u32(section + 4)? == DYNAMIC {
            let (names, _) = file.names(section)?;
            let (start, size) = file.contents(section)?;
            for entry in (start..start.checked_add(size)?).step_by(2 * file.width()) {
                if file.word(entry)? == SONAME {
                    let place = names.checked_add(file.word(entry + file.width())?)?;
                    return bytes.get(place..)?.split(|byte| *byte == 0).next();
                }
            }
        }
    }
    None
}

impl<'a> File<'a> {
    fn open(bytes: &[u8]) -> Option<File<'_>> {
        let is_elf = bytes.starts_with(MAGIC);
        Some(File {
            bytes: is_elf.then_some(bytes)?,
            is_64: *bytes.get(4)? == 2,
            is_big_endian: *bytes.get(5)? == 2,
        })
    }

    /// Returns the offset of a section's header.
    fn section(&self, index: usize) -> Option<usize> {
        let (headers, size) = match self.is_64 {
            true => (self.word(0x28)?, self.u16(0x3a)?),
            false => (self.word(0x20)?, self.u16(0x2e)?),
        };
        headers.checked_add(index.checked_mul(size.into())?)
    }

    /// Returns the number of sections.
    fn sections(&self) -> Option<usize> {
        match self.u16(if self.is_64 { 0x3c } else { 0x30 })? {
            // Too many for the field, or none: the first section's header has the number.
            0 => self.word(self.section(0)? + if self.is_64 { 0x20 } else { 0x14 }),
            count => Some(count.into()),
        }
    }

    /// Returns the offset and the length of a section's contents.
    fn contents(&self, section: usize) -> Option<(usize, usize)> {
        let place = section + if self.is_64 { 0x18 } else { 0x10 };
        Some((self.word(place)?, self.word(place + self.width())?))
    }

    /// Returns the offset and the length of the names of a symbol table or dynamic section.
    fn names(&self, of: usize) -> Option<(usize, usize)> {
        let section = self.u32(of + if self.is_64 { 0x28 } else { 0x18 })?;
        self.contents(self.section(section.try_into().ok()?)?)
    }

    fn read_symbols(
        &self,
        section: usize,
        start: usize,
        symbols: &mut Vec<Symbol<'a>>,
    ) -> Option<()> {
        let (table, size) = self.contents(section)?;
        let (names, _) = self.names(section)?;
        let (entry, info, index) = if self.is_64 { (24, 4, 6) } else { (16, 12, 14) };
        for symbol in (table..table.checked_add(size)?).step_by(entry) {
            let place = names.checked_add(self.u32(symbol)?.try_into().ok()?)?;
            // With a function of the standard library, as that is optimised and a build script
            // isn't.
            let name = CStr::from_bytes_until_nul(self.bytes.get(place..)?).ok()?;
            let name = name.to_bytes();
            // The binding and the type of the symbol.
            let info_byte = self.bytes.get(symbol + info)?;
            let (binding, kind) = (info_byte >> 4, info_byte & 0xf);
            symbols.push(Symbol {
                name,
                place: start + place..start + place + name.len(),
                is_strong_definition: binding == GLOBAL && self.u16(symbol + index)? != UNDEFINED,
                weak: (start + symbol + info, WEAK << 4 | kind),
            });
        }
        Some(())
    }

    /// Returns the size of an address or offset, in bytes.
    fn width(&self) -> usize {
        if self.is_64 { 8 } else { 4 }
    }

    fn word(&self, place: usize) -> Option<usize> {
        self.number(place, self.width())?.try_into().ok()
    }

    fn u32(&self, place: usize) -> Option<u32> {
        self.number(place, 4)?.try_into().ok()
    }

    fn u16(&self, place: usize) -> Option<u16> {
        self.number(place, 2)?.try_into().ok()
    }

    fn number(&self, place: usize, width: usize) -> Option<u64> {
        let bytes = self.bytes.get(place..place.checked_add(width)?)?;
        let add = |number, byte: &u8| number << 8 | u64::from(*byte);
        Some(match self.is_big_endian {
            true => bytes.iter().fold(0, add),
            false => bytes.iter().rev().fold(0, add),
        })
    }
}
