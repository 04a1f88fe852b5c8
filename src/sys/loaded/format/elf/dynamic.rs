//! The dynamic section: instructions to the loader, and the addresses of its tables.

use super::super::{Image, Problem, damaged};
use super::relocations::{self, Relocated};
use super::sections::Sections;
use super::symbols::{self, Names, Strings};
use super::{Header, Program, READABLE, WRITABLE};

/// The tags of the entries that are checked.
pub(super) mod tag {
    pub const NEEDED: u64 = 1;
    pub const PLT_RELOCATIONS_SIZE: u64 = 2;
    pub const GLOBAL_OFFSETS: u64 = 3;
    pub const HASH: u64 = 4;
    pub const STRINGS: u64 = 5;
    pub const SYMBOLS: u64 = 6;
    pub const RELA: u64 = 7;
    pub const RELA_SIZE: u64 = 8;
    pub const RELA_ENTRY: u64 = 9;
    pub const STRINGS_SIZE: u64 = 10;
    pub const SYMBOL_SIZE: u64 = 11;
    pub const INITIALISER: u64 = 12;
    pub const FINALISER: u64 = 13;
    pub const NAME: u64 = crate::sys::elf::SONAME;
    pub const SEARCH_PATH: u64 = 15;
    pub const REL: u64 = 17;
    pub const REL_SIZE: u64 = 18;
    pub const REL_ENTRY: u64 = 19;
    pub const PLT_RELOCATIONS_KIND: u64 = 20;
    pub const RELOCATES_CODE: u64 = 22;
    pub const PLT_RELOCATIONS: u64 = 23;
    pub const INITIALISERS: u64 = 25;
    pub const FINALISERS: u64 = 26;
    pub const INITIALISERS_SIZE: u64 = 27;
    pub const FINALISERS_SIZE: u64 = 28;
    pub const LATE_SEARCH_PATH: u64 = 29;
    pub const FLAGS: u64 = 30;
    pub const RELR_SIZE: u64 = 35;
    pub const RELR: u64 = 36;
    pub const RELR_ENTRY: u64 = 37;
    pub const CONFIGURATION: u64 = 0x6fff_fefa;
    pub const DEPENDENCY_AUDIT: u64 = 0x6fff_fefb;
    pub const AUDIT: u64 = 0x6fff_fefc;
    pub const GNU_HASH: u64 = 0x6fff_fef5;
    pub const VERSIONS: u64 = 0x6fff_fff0;
    pub const RELA_COUNT: u64 = 0x6fff_fff9;
    pub const REL_COUNT: u64 = 0x6fff_fffa;
    pub const VERSIONS_DEFINED: u64 = 0x6fff_fffc;
    pub const VERSIONS_DEFINED_COUNT: u64 = 0x6fff_fffd;
    pub const VERSIONS_NEEDED: u64 = 0x6fff_fffe;
    pub const VERSIONS_NEEDED_COUNT: u64 = 0x6fff_ffff;
    pub const AUXILIARY: u64 = 0x7fff_fffd;
    pub const FILTER: u64 = 0x7fff_ffff;
}

/// Entries that are present all or not at all: the loader looks for one of them and then
/// relies on the others.
const TOGETHER: &[&[u64]] = &[
    &[tag::STRINGS, tag::STRINGS_SIZE],
    &[tag::SYMBOLS, tag::SYMBOL_SIZE],
    &[tag::RELA, tag::RELA_SIZE, tag::RELA_ENTRY],
    &[tag::REL, tag::REL_SIZE, tag::REL_ENTRY],
    &[tag::RELR, tag::RELR_SIZE, tag::RELR_ENTRY],
    &[
        tag::PLT_RELOCATIONS,
        tag::PLT_RELOCATIONS_SIZE,
        tag::PLT_RELOCATIONS_KIND,
    ],
    &[tag::INITIALISERS, tag::INITIALISERS_SIZE],
    &[tag::FINALISERS, tag::FINALISERS_SIZE],
    &[tag::VERSIONS_NEEDED, tag::VERSIONS_NEEDED_COUNT],
    &[tag::VERSIONS_DEFINED, tag::VERSIONS_DEFINED_COUNT],
];

/// The entries that are the address of a table, and for some tables the entry that is
/// its length.
const TABLES: &[(u64, Option<u64>)] = &[
    (tag::HASH, None),
    (tag::GNU_HASH, None),
    (tag::STRINGS, Some(tag::STRINGS_SIZE)),
    (tag::SYMBOLS, None),
    (tag::VERSIONS, None),
    (tag::VERSIONS_DEFINED, None),
    (tag::VERSIONS_NEEDED, None),
    (tag::RELA, Some(tag::RELA_SIZE)),
    (tag::REL, Some(tag::REL_SIZE)),
    (tag::RELR, Some(tag::RELR_SIZE)),
    (tag::PLT_RELOCATIONS, Some(tag::PLT_RELOCATIONS_SIZE)),
    (tag::INITIALISERS, Some(tag::INITIALISERS_SIZE)),
    (tag::FINALISERS, Some(tag::FINALISERS_SIZE)),
];

/// The entries that are the offset of a string.
const NAMES: &[u64] = &[
    tag::NEEDED,
    tag::NAME,
    tag::SEARCH_PATH,
    tag::LATE_SEARCH_PATH,
    tag::CONFIGURATION,
    tag::DEPENDENCY_AUDIT,
    tag::AUDIT,
    tag::AUXILIARY,
    tag::FILTER,
];

/// The entries of the dynamic section.
pub(super) struct Dynamic {
    entries: Vec<(u64, u64)>,
}

impl Dynamic {
    fn read(image: &Image<'_>, header: &Header, program: &Program) -> Result<Dynamic, Problem> {
        const MOST: u64 = 1 << 12;

        let memory = &program.memory;
        let segment = &program.dynamic;
        let at = segment.address;
        let size = 2 * header.layout.word();
        // The loader ignores the section's size and reads up to the last entry, which
        // therefore has to be in the section.
        let most = segment.in_file.min(memory.rest(at)).min(MOST * size) / size * size;
        let bytes = memory.part(image, "dynamic section", at, most.max(size))?;
        let mut entries = Vec::new();
        let mut is_whole = false;
        for entry in bytes.chunks_exact(size as usize) {
            let tag = header.layout.address(entry, 0);
            if tag == 0 {
                is_whole = true;
                break;
            }
            let value = header.layout.address(entry, size as usize / 2);
            entries.push((tag, value));
        }
        if !is_whole {
            return damaged("its dynamic section has no end");
        }
        // The loader relocates the addresses in it.
        let length = (entries.len() as u64 + 1) * size;
        if !memory.has(at, length, segment.flags & (READABLE | WRITABLE)) {
            return damaged("its dynamic section isn't in a segment that is writable as it is");
        }
        let dynamic = Dynamic { entries };
        for &tag in TOGETHER.iter().copied().flatten() {
            if dynamic
                .entries
                .iter()
                .filter(|entry| entry.0 == tag)
                .count()
                > 1
            {
                return damaged(format!(
                    "its dynamic section has entry {tag} more than once"
                ));
            }
        }
        for together in TOGETHER {
            let count = together.iter().filter(|&&tag| dynamic.has(tag)).count();
            if count != 0 && count != together.len() {
                return damaged(format!(
                    "of the entries {together:?} of its dynamic section only {count} are there"
                ));
            }
        }
        Ok(dynamic)
    }

    /// Returns the value of an entry: of the last one, if there are several.
    pub fn get(&self, tag: u64) -> Option<u64> {
        let mut entries = self.entries.iter().rev();
        entries.find(|entry| entry.0 == tag).map(|entry| entry.1)
    }

    pub fn has(&self, tag: u64) -> bool {
        self.get(tag).is_some()
    }

    /// Returns the address of a table and its size.
    pub fn table(&self, at: u64, size: u64) -> Option<(u64, u64)> {
        Some((self.get(at)?, self.get(size)?))
    }

    /// Checks that all tables are sections. Their contents don't always tell: a list of
    /// functions is a valid one, wherever it starts.
    fn is_as_in(&self, sections: &Sections) -> Result<(), Problem> {
        const WHAT: &str = "table for the dynamic loader";
        for &(tag, at) in &self.entries {
            let size = TABLES.iter().find(|table| table.0 == tag);
            match size.map(|table| table.1) {
                Some(Some(size)) => sections.span(WHAT, at, self.get(size).unwrap_or(0))?,
                Some(None) => sections.start(WHAT, at)?,
                None => {}
            }
        }
        Ok(())
    }

    /// Reports whether segments that aren't writable are made writable to relocate them.
    pub fn relocates_code(&self) -> bool {
        const RELOCATES_CODE: u64 = 4;
        let flags = self.get(tag::FLAGS).unwrap_or(0);
        self.has(tag::RELOCATES_CODE) || flags & RELOCATES_CODE != 0
    }
}

/// Checks the dynamic section and everything to which it refers.
pub(super) fn check(
    image: &Image<'_>,
    header: &Header,
    program: &Program,
    sections: &Sections,
) -> Result<(), Problem> {
    let dynamic = &Dynamic::read(image, header, program)?;
    dynamic.is_as_in(sections)?;
    let memory = &program.memory;

    let Some((at, size)) = dynamic.table(tag::STRINGS, tag::STRINGS_SIZE) else {
        return damaged("it has no names of symbols");
    };
    let strings = Strings::read(memory.part(image, "names of symbols", at, size)?)?;
    let mut needed = Vec::new();
    for &(tag, value) in &dynamic.entries {
        if NAMES.contains(&tag) {
            let name = strings.get(value)?;
            if tag == tag::NEEDED {
                needed.push(name);
            }
        }
    }

    let names = Names {
        strings: &strings,
        needed: &needed,
    };
    let symbols = symbols::check(image, header, program, sections, dynamic, names)?;

    for tag in [tag::INITIALISER, tag::FINALISER] {
        if let Some(at) = dynamic.get(tag) {
            if !memory.has_code(at) {
                return damaged(format!(
                    "what it runs first or last, at {at:#x}, isn't code"
                ));
            }
            // It has a section of its own, or else a symbol.
            let section = sections.start("function to run first or last", at);
            if section.is_err() && !sections.may_have_function(image, at)? {
                return section;
            }
        }
    }
    let offsets = dynamic.get(tag::GLOBAL_OFFSETS);
    if let Some(at) = offsets.filter(|at| !memory.has(*at, header.layout.word(), 0)) {
        return damaged(format!("its table of offsets, at {at:#x}, isn't in it"));
    }
    let mut run = Vec::new();
    for (at, size) in [
        (tag::INITIALISERS, tag::INITIALISERS_SIZE),
        (tag::FINALISERS, tag::FINALISERS_SIZE),
    ] {
        if let Some((at, size)) = dynamic.table(at, size).filter(|table| table.1 > 0) {
            let bytes = memory.part(image, "list of what it runs first or last", at, size)?;
            run.push(Relocated::new(header.layout, at, bytes));
        }
    }
    relocations::check(image, header, program, dynamic, &symbols, &mut run)?;
    for list in run {
        list.all_are_code(memory)?;
    }
    Ok(())
}
