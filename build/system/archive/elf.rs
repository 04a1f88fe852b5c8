//! The symbol tables of ELF files, of either width and byte order.

use std::ffi::CStr;

use super::Symbol;
use crate::system::elf::{DYNAMIC, DYNAMIC_SYMBOLS, File, SONAME, SYMBOLS, UNDEFINED};

const GLOBAL: u8 = 1;
const WEAK: u8 = 2;

/// Returns the symbols of an object file, which starts at `start` in the archive; `None` if it
/// isn't an ELF file, or is damaged.
pub fn symbols(bytes: &[u8], start: usize) -> Option<Vec<Symbol<'_>>> {
    let file = File::open(bytes)?;
    let mut symbols = Vec::new();
    for index in 0..file.section_count()? {
        let section = file.section(index)?;
        if file.kind(section)? == SYMBOLS {
            read_symbols(bytes, &file, section, start, &mut symbols)?;
        }
    }
    Some(symbols)
}

/// Returns the names in the dynamic symbol table of a shared library, each with a NUL after it;
/// `None` if it isn't an ELF file, or is damaged.
pub fn dynamic_names(bytes: &[u8]) -> Option<&[u8]> {
    let file = File::open(bytes)?;
    file.contents(file.linked(find(&file, DYNAMIC_SYMBOLS)?)?)
}

/// Returns the name by which programs that are linked with a shared library request it from the
/// loader; `None` if the library has none, isn't an ELF file, or is damaged.
pub fn soname(bytes: &[u8]) -> Option<&[u8]> {
    let file = File::open(bytes)?;
    let section = find(&file, DYNAMIC)?;
    let (names, _) = file.place(file.linked(section)?)?;
    let (start, size) = file.place(section)?;
    let width = file.class().width();
    for entry in (start..start.checked_add(size)?).step_by(2 * width) {
        if file.word(entry)? as u64 == SONAME {
            let place = names.checked_add(file.word(entry + width)?)?;
            return bytes.get(place..)?.split(|byte| *byte == 0).next();
        }
    }
    None
}

/// Returns the offset of the header of the first section of a kind.
fn find(file: &File<'_>, kind: u32) -> Option<usize> {
    for index in 0..file.section_count()? {
        let section = file.section(index)?;
        if file.kind(section)? == kind {
            return Some(section);
        }
    }
    None
}

/// Adds the symbols of a section.
fn read_symbols<'a>(
    bytes: &'a [u8],
    file: &File<'_>,
    section: usize,
    start: usize,
    symbols: &mut Vec<Symbol<'a>>,
) -> Option<()> {
    let class = file.class();
    let (table, size) = file.place(section)?;
    let (names, _) = file.place(file.linked(section)?)?;
    for symbol in (table..table.checked_add(size)?).step_by(class.symbol_bytes()) {
        let name = file.u32(symbol + class.symbol_name())?;
        let place = names.checked_add(name.try_into().ok()?)?;
        // With a function of the standard library, as that is optimized and a build script
        // isn't.
        let name = CStr::from_bytes_until_nul(bytes.get(place..)?).ok()?;
        let name = name.to_bytes();
        let info = symbol + class.symbol_info();
        // The binding and the type of the symbol.
        let info_byte = bytes.get(info)?;
        let (binding, kind) = (info_byte >> 4, info_byte & 0xf);
        let section = file.u16(symbol + class.symbol_section())?;
        symbols.push(Symbol {
            name,
            place: start + place..start + place + name.len(),
            is_strong_definition: binding == GLOBAL && section != UNDEFINED,
            weak: (start + info, WEAK << 4 | kind),
        });
    }
    Some(())
}
