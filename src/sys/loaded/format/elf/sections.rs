//! The sections: a second description of the file, for linkers. The dynamic loader
//! doesn't read it; here the other tables are compared with it.

use super::super::{Image, Layout, Problem, damaged};
use super::{EXECUTABLE, Header, Memory, WRITABLE, class, symbols};
use crate::sys::elf;

/// A section that is loaded.
struct Section {
    kind: u32,
    flags: u64,
    offset: u64,
    address: u64,
    length: u64,
}

/// The sections that are loaded. A library may have no section headers, and works if they
/// are cut off, as the system's loader doesn't read them. Then this is empty.
pub(super) struct Sections {
    sections: Vec<Section>,
    layout: Layout,
    /// The offset and the length of the table of all symbols, including those that other
    /// libraries don't see.
    symbols: Option<(u64, u64)>,
}

impl Sections {
    pub fn read(image: &Image<'_>, header: &Header) -> Result<Sections, Problem> {
        const EMPTY: u32 = 0;
        const LOADED: u64 = 2;

        let layout = header.layout;
        let (at, size, count) = header.sections;
        let fields = class(layout);
        let length = u64::from(size) * u64::from(count);
        if usize::from(size) != fields.section_header_bytes()
            || image.reaches("section headers", at, length).is_err()
        {
            return Ok(Sections {
                sections: Vec::new(),
                layout,
                symbols: None,
            });
        }
        let bytes = image.part("section headers", at, length)?;
        let sections = bytes.chunks_exact(size.into()).map(|bytes| {
            let field = |at| layout.address(bytes, at);
            Section {
                kind: layout.u32(bytes, fields.section_kind()),
                flags: field(fields.section_flags()),
                address: field(fields.section_address()),
                offset: field(fields.section_offset()),
                length: field(fields.section_size()),
            }
        });
        let is_loaded = |section: &Section| section.kind != EMPTY && section.flags & LOADED != 0;
        let symbols = sections
            .clone()
            .find(|section| section.kind == elf::SYMBOLS);
        Ok(Sections {
            sections: sections.filter(is_loaded).collect(),
            layout,
            symbols: symbols.map(|section| (section.offset, section.length)),
        })
    }

    /// Checks that each section is in a segment with the flags that it needs, and thereby
    /// that no segment has been lost.
    pub fn check(&self, memory: &Memory) -> Result<(), Problem> {
        const ZEROS: u32 = 8;
        const IS_WRITABLE: u64 = 1;
        const IS_CODE: u64 = 4;
        const IS_THREAD_LOCAL: u64 = 1 << 10;

        for section in self.sections.iter().filter(|section| section.length > 0) {
            let Section {
                kind,
                flags,
                offset,
                address,
                length,
            } = *section;
            let mut needs = 0;
            if flags & IS_WRITABLE != 0 {
                needs |= WRITABLE;
            }
            if flags & IS_CODE != 0 {
                needs |= EXECUTABLE;
            }
            let is_loaded = match kind {
                ZEROS if flags & IS_THREAD_LOCAL != 0 => true,
                ZEROS => memory.has(address, length, needs),
                _ => memory.segments.iter().any(|segment| {
                    let from_start = address.wrapping_sub(segment.address);
                    let end = from_start.checked_add(length);
                    from_start == offset.wrapping_sub(segment.offset)
                        && end.is_some_and(|end| end <= segment.in_file)
                        && segment.flags & needs == needs
                }),
            };
            if !is_loaded {
                return damaged(format!(
                    "its section of {length} bytes at address {address:#x} isn't in any segment \
                     for it"
                ));
            }
        }
        Ok(())
    }

    /// Returns the number of symbols that other libraries may see; 0 if no section tells.
    pub fn symbol_count(&self) -> u64 {
        let mut sections = self.sections.iter();
        let found = sections.find(|section| section.kind == elf::DYNAMIC_SYMBOLS);
        found.map_or(0, |section| {
            section.length / symbols::symbol_size(self.layout)
        })
    }

    /// Checks that something starts at the address of a section.
    pub fn start(&self, what: &str, at: u64) -> Result<(), Problem> {
        let mut sections = self.sections.iter();
        if self.sections.is_empty() || sections.any(|section| section.address == at) {
            return Ok(());
        }
        damaged(format!(
            "no section starts at {at:#x}, where its {what} should be"
        ))
    }

    /// Reports whether there is a symbol for an address, or no table of symbols.
    pub fn may_have_function(&self, image: &Image<'_>, at: u64) -> Result<bool, Problem> {
        let Some((offset, length)) = self.symbols else {
            return Ok(true);
        };
        let bytes = image.part("symbols for linkers", offset, length)?;
        let mut symbols = bytes.chunks_exact(symbols::symbol_size(self.layout) as usize);
        Ok(symbols.any(|symbol| symbols::value(self.layout, symbol) == at))
    }

    /// Checks that something consists of whole sections.
    pub fn span(&self, what: &str, at: u64, length: u64) -> Result<(), Problem> {
        self.start(what, at)?;
        let end = at.checked_add(length);
        let ends = |section: &Section| match length {
            0 => section.address == at && section.length == 0,
            _ => section.address.checked_add(section.length) == end,
        };
        if self.sections.is_empty() || self.sections.iter().any(ends) {
            return Ok(());
        }
        damaged(format!(
            "no section ends {length} bytes after {at:#x}, where its {what} should"
        ))
    }
}
