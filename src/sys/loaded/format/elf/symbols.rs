//! The symbols of a library: their names, the tables by which they are found, and their
//! versions.

use super::super::{Image, Layout, Problem, damaged};
use super::dynamic::{Dynamic, tag};
use super::sections::Sections;
use super::{EXECUTABLE, Header, Memory, Program, class, machine};
use crate::sys::elf;

/// The names of symbols, libraries and versions.
pub(super) struct Strings {
    /// The last byte is a NUL, so each name ends.
    bytes: Vec<u8>,
}

impl Strings {
    pub fn read(bytes: Vec<u8>) -> Result<Strings, Problem> {
        match bytes.last() {
            Some(0) => Ok(Strings { bytes }),
            _ => damaged("the names of its symbols have no end"),
        }
    }

    pub fn get(&self, at: u64) -> Result<&[u8], Problem> {
        let names = usize::try_from(at).ok().and_then(|at| self.bytes.get(at..));
        let names = names.filter(|names| !names.is_empty());
        match names.and_then(|names| names.split(|&byte| byte == 0).next()) {
            Some(name) => Ok(name),
            None => damaged(format!("a name should be at {at} of those of its symbols")),
        }
    }
}

/// The names in the dynamic section.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub strings: &'a Strings,
    /// The names of the libraries that the library needs.
    pub needed: &'a [&'a [u8]],
}

/// What relocations depend on.
pub(super) struct Symbols {
    /// Whether each symbol is defined in this library.
    pub defined: Vec<bool>,
}

/// The data for all steps.
#[derive(Clone, Copy)]
struct Tables<'a> {
    image: &'a Image<'a>,
    layout: Layout,
    memory: &'a Memory,
    dynamic: &'a Dynamic,
    names: Names<'a>,
}

/// Checks the symbols, the tables by which they are found, and their versions.
pub(super) fn check(
    image: &Image<'_>,
    header: &Header,
    program: &Program,
    sections: &Sections,
    dynamic: &Dynamic,
    names: Names<'_>,
) -> Result<Symbols, Problem> {
    let tables = Tables {
        image,
        layout: header.layout,
        memory: &program.memory,
        dynamic,
        names,
    };
    let by_hash = match dynamic.get(tag::HASH) {
        Some(at) => Some(tables.hash(at, header.machine)?),
        None => None,
    };
    let by_gnu_hash = match dynamic.get(tag::GNU_HASH) {
        Some(at) => match tables.gnu_hash(at)? {
            Some(count) => Some(count),
            // The table lists no symbols that are defined elsewhere.
            None => Some(sections.symbol_count()),
        },
        None => None,
    };
    let Some(count) = by_hash.max(by_gnu_hash) else {
        return damaged("it has no table by which its symbols are found");
    };
    let symbols = tables.symbols(count, header, program)?;
    let newest = tables.versions_needed()?.max(tables.versions_defined()?);
    tables.versions(count, newest)?;
    Ok(symbols)
}

impl Tables<'_> {
    /// Checks the older kind of hash table, and returns the number of symbols.
    fn hash(&self, at: u64, machine: u16) -> Result<u64, Problem> {
        const WHAT: &str = "hash table";
        // On s390x, as on Alpha, its entries have 64 bits.
        let size: u64 = match machine {
            machine::S390 if self.layout.wide => 8,
            _ => 4,
        };
        let number = |bytes: &[u8], index: u64| {
            let at = (index * size) as usize;
            match size {
                8 => self.layout.u64(bytes, at),
                _ => self.layout.u32(bytes, at).into(),
            }
        };
        let head = self.memory.part(self.image, WHAT, at, 2 * size)?;
        let [buckets, symbols] = [0, 1].map(|index| number(&head, index));
        let Some(length) = buckets
            .checked_add(symbols)
            .and_then(|sum| sum.checked_add(2))
            .and_then(|sum| sum.checked_mul(size))
        else {
            return damaged(format!("its {WHAT} is for {symbols} symbols"));
        };
        let table = self.memory.part(self.image, WHAT, at, length)?;
        // Each symbol is in one chain, so more steps would be a cycle.
        let mut steps = 0;
        for bucket in 0..buckets {
            let mut symbol = number(&table, 2 + bucket);
            while symbol != 0 {
                steps += 1;
                if symbol >= symbols || steps > symbols {
                    return damaged(format!("its {WHAT} leads to symbol {symbol} of {symbols}"));
                }
                symbol = number(&table, 2 + buckets + symbol);
            }
        }
        Ok(symbols)
    }

    /// Checks the newer kind of hash table, and returns the number of symbols; `None` if the
    /// library defines none.
    fn gnu_hash(&self, at: u64) -> Result<Option<u64>, Problem> {
        const WHAT: &str = "hash table";
        let part = |at: u64, length| self.memory.part(self.image, WHAT, at, length);
        let head = part(at, 16)?;
        let [buckets, first, filter, shift] =
            [0, 4, 8, 12].map(|at| u64::from(self.layout.u32(&head, at)));
        if !filter.is_power_of_two() || shift >= 32 {
            return damaged(format!(
                "the filter of its {WHAT} has {filter} words, shifted by {shift}"
            ));
        }
        // The parts before are mapped, so the sums don't overflow.
        let filter_at = at + 16;
        part(filter_at, filter * self.layout.word())?;
        let buckets_at = filter_at + filter * self.layout.word();
        let table = part(buckets_at, 4 * buckets)?;
        let chains_at = buckets_at + 4 * buckets;

        let mut last = None;
        for bucket in table.chunks_exact(4) {
            let symbol = u64::from(self.layout.u32(bucket, 0));
            if symbol != 0 && symbol < first {
                return damaged(format!(
                    "its {WHAT} leads to symbol {symbol}, and starts at {first}"
                ));
            }
            last = last.max((symbol != 0).then_some(symbol));
        }
        // The chains follow each other. If the last one ends, they all do.
        let Some(last) = last else {
            return Ok(None);
        };
        let at = chains_at + 4 * (last - first);
        let chain = part(at, self.memory.rest(at) / 4 * 4)?;
        let ends = |entry: &[u8]| self.layout.u32(entry, 0) & 1 != 0;
        match chain.chunks_exact(4).position(ends) {
            Some(more) => Ok(Some(last + more as u64 + 1)),
            None => damaged(format!("the last chain of its {WHAT} has no end")),
        }
    }

    fn symbols(&self, count: u64, header: &Header, program: &Program) -> Result<Symbols, Problem> {
        const ABSOLUTE: u16 = 0xfff1;
        const FUNCTION: u8 = 2;
        const THREAD_LOCAL: u8 = 6;
        const INDIRECT_FUNCTION: u8 = 10;

        let layout = self.layout;
        let fields = class(layout);
        let size = symbol_size(layout);
        let Some((at, said)) = self.dynamic.table(tag::SYMBOLS, tag::SYMBOL_SIZE) else {
            return damaged("it has no symbols");
        };
        if said != size {
            return damaged(format!("its symbols have {said} bytes each, not {size}"));
        }
        let bytes = self.memory.part(self.image, "symbols", at, count * size)?;
        let mut defined = Vec::new();
        for symbol in bytes.chunks_exact(size as usize) {
            let info = symbol[fields.symbol_info()];
            let section = layout.u16(symbol, fields.symbol_section());
            let value = value(layout, symbol);
            let size = layout.address(symbol, fields.symbol_size());
            let name = layout.u32(symbol, fields.symbol_name());
            let name = self.names.strings.get(name.into())?;
            let is_right = match (section, info & 0xf) {
                (elf::UNDEFINED | ABSOLUTE, _) => true,
                // The loader calls it to get the address of the actual function.
                (_, INDIRECT_FUNCTION) if !header.is_extended => false,
                // On powerpc64 it may be the address of a descriptor. On Arm, the lowest bit
                // is the instruction set.
                (_, FUNCTION) if header.machine == machine::POWERPC_64 => {
                    self.memory.has(value, 0, 0)
                }
                (_, FUNCTION | INDIRECT_FUNCTION) => self.memory.has(value, 0, EXECUTABLE),
                (_, THREAD_LOCAL) => program.thread_local.as_ref().is_some_and(|data| {
                    let end = value.checked_add(size);
                    end.is_some_and(|end| end <= data.in_memory)
                }),
                _ => true,
            };
            if !is_right {
                return damaged(format!(
                    "its symbol `{}` can't be at {value:#x}",
                    String::from_utf8_lossy(name)
                ));
            }
            defined.push(section != elf::UNDEFINED);
        }
        Ok(Symbols { defined })
    }

    /// Checks the versions of other libraries that it needs, and returns the highest number
    /// of one.
    fn versions_needed(&self) -> Result<u16, Problem> {
        const WHAT: &str = "list of versions needed";
        let Some(mut at) = self.dynamic.get(tag::VERSIONS_NEEDED) else {
            return Ok(0);
        };
        let layout = self.layout;
        let Names { strings, needed } = self.names;
        let mut newest = 0;
        loop {
            let library = self.memory.part(self.image, WHAT, at, 16)?;
            let number = |at| u64::from(layout.u32(&library, at));
            if !needed.contains(&strings.get(number(4))?) {
                return damaged("it needs a version of a library, and not the library");
            }
            let mut of = at + number(8);
            loop {
                let version = self.memory.part(self.image, WHAT, of, 16)?;
                strings.get(layout.u32(&version, 8).into())?;
                newest = newest.max(layout.u16(&version, 6) & VERSION);
                match layout.u32(&version, 12) {
                    0 => break,
                    next => of += u64::from(next),
                }
            }
            match number(12) {
                0 => return Ok(newest),
                next => at += next,
            }
        }
    }

    /// Checks the versions that it defines, and returns the highest number of one.
    fn versions_defined(&self) -> Result<u16, Problem> {
        const WHAT: &str = "list of versions";
        let Some(mut at) = self.dynamic.get(tag::VERSIONS_DEFINED) else {
            return Ok(0);
        };
        let layout = self.layout;
        let mut newest = 0;
        loop {
            let version = self.memory.part(self.image, WHAT, at, 20)?;
            let name = at + u64::from(layout.u32(&version, 12));
            let name = self.memory.part(self.image, WHAT, name, 8)?;
            self.names.strings.get(layout.u32(&name, 0).into())?;
            newest = newest.max(layout.u16(&version, 4) & VERSION);
            match layout.u32(&version, 16) {
                0 => return Ok(newest),
                next => at += u64::from(next),
            }
        }
    }

    /// Checks the version of each symbol.
    fn versions(&self, count: u64, newest: u16) -> Result<(), Problem> {
        // If there is one of both, the loader relies on the other.
        let at = match (self.dynamic.get(tag::VERSIONS), newest) {
            (None, 0) => return Ok(()),
            (Some(at), 1..) => at,
            _ => {
                return damaged(
                    "of the versions of its symbols and the list of versions it has only one",
                );
            }
        };
        let numbers = self
            .memory
            .part(self.image, "versions of symbols", at, 2 * count)?;
        for number in numbers.chunks_exact(2) {
            let number = self.layout.u16(number, 0) & VERSION;
            // 0 and 1 mean that the symbol has no version.
            if number > newest.max(1) {
                return damaged(format!("a symbol of it is of version {number} of {newest}"));
            }
        }
        Ok(())
    }
}

/// Returns the number of bytes of a symbol.
pub(super) fn symbol_size(layout: Layout) -> u64 {
    class(layout).symbol_bytes() as u64
}

/// Returns the value of a symbol: its address.
pub(super) fn value(layout: Layout, symbol: &[u8]) -> u64 {
    layout.address(symbol, class(layout).symbol_value())
}

/// The bits of a version that are its number. The other bit marks it as hidden.
const VERSION: u16 = 0x7fff;
