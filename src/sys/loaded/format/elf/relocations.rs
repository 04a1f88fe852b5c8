//! The relocations: what the loader writes into a library, which depends on its address.

use super::super::{Image, Layout, Problem, damaged};
use super::dynamic::{Dynamic, tag};
use super::symbols::Symbols;
use super::{Header, Memory, Program, WRITABLE, machine};

/// A list of addresses, and what the loader writes there.
pub(super) struct Relocated {
    layout: Layout,
    at: u64,
    /// The list in the file.
    bytes: Vec<u8>,
    /// For each that is relocated, the address that is written; `None` if that is the
    /// address of a symbol.
    addresses: Vec<Option<Option<u64>>>,
}

impl Relocated {
    pub fn new(layout: Layout, at: u64, bytes: Vec<u8>) -> Relocated {
        let count = bytes.len().div_ceil(layout.word() as usize);
        Relocated {
            layout,
            at,
            bytes,
            addresses: vec![None; count],
        }
    }

    /// Records that an address is written.
    fn note(&mut self, at: u64, address: Address) {
        let word = self.layout.word();
        let Some(offset) = at.checked_sub(self.at).filter(|offset| offset % word == 0) else {
            return;
        };
        let index = usize::try_from(offset / word).unwrap_or(usize::MAX);
        let Some(place) = self.addresses.get_mut(index) else {
            return;
        };
        *place = Some(match address {
            Address::Known(address) => Some(address),
            Address::InFile => Some(self.layout.address(&self.bytes, offset as usize)),
            Address::OfSymbol => None,
        });
    }

    /// Checks that the loader can call all of them.
    pub fn all_are_code(&self, memory: &Memory) -> Result<(), Problem> {
        for address in &self.addresses {
            match address {
                Some(None) => {}
                Some(Some(address)) if memory.has_code(*address) => {}
                _ => {
                    return damaged(format!(
                        "the list at {:#x} of what it runs first or last has something in it \
                         that isn't code",
                        self.at
                    ));
                }
            }
        }
        Ok(())
    }
}

/// The address that a relocation writes.
#[derive(Clone, Copy)]
enum Address {
    Known(u64),
    /// The one in the file.
    InFile,
    OfSymbol,
}

/// The kinds of a machine's relocations that are distinguished here.
struct Kinds {
    /// An address within the library.
    relative: u32,
    /// The result of a function within the library.
    indirect: u32,
    /// A copy of a variable, only in executables.
    copy: u32,
    /// The location of thread-local data.
    thread_local: &'static [u32],
}

impl Kinds {
    fn of(machine: u16) -> Option<Kinds> {
        match machine {
            machine::X86_64 => Some(Kinds {
                relative: 8,
                indirect: 37,
                copy: 5,
                thread_local: &[16, 17, 18, 36],
            }),
            machine::X86 => Some(Kinds {
                relative: 8,
                indirect: 42,
                copy: 5,
                thread_local: &[14, 35, 36, 37, 41],
            }),
            machine::AARCH64 => Some(Kinds {
                relative: 1027,
                indirect: 1032,
                copy: 1024,
                thread_local: &[1028, 1029, 1030, 1031],
            }),
            machine::ARM => Some(Kinds {
                relative: 23,
                indirect: 160,
                copy: 20,
                thread_local: &[13, 17, 18, 19],
            }),
            machine::RISCV => Some(Kinds {
                relative: 3,
                indirect: 58,
                copy: 4,
                thread_local: &[6, 7, 8, 9, 10, 11, 12],
            }),
            _ => None,
        }
    }
}

/// The data for all steps.
struct Relocations<'a> {
    layout: Layout,
    kinds: Option<Kinds>,
    program: &'a Program,
    symbols: &'a Symbols,
    /// The flags that the segment of a place that is written must have.
    flags: u32,
    /// The lists whose relocations are recorded.
    lists: &'a mut [Relocated],
}

/// Checks all relocations, and records what they write into some lists.
pub(super) fn check(
    image: &Image<'_>,
    header: &Header,
    program: &Program,
    dynamic: &Dynamic,
    symbols: &Symbols,
    lists: &mut [Relocated],
) -> Result<(), Problem> {
    const WHAT: &str = "relocations";

    let layout = header.layout;
    let word = layout.word();
    let mut relocations = Relocations {
        layout,
        kinds: Kinds::of(header.machine),
        program,
        symbols,
        flags: if dynamic.relocates_code() {
            0
        } else {
            WRITABLE
        },
        lists,
    };
    let part = |table: (u64, u64), entry: u64| {
        let (at, size) = table;
        if size % entry != 0 {
            return damaged(format!("{size} bytes are no whole number of {WHAT}"));
        }
        match size {
            0 => Ok(Vec::new()),
            _ => program.memory.part(image, WHAT, at, size),
        }
    };

    let with_addend = [(tag::RELA, tag::RELA_SIZE, tag::RELA_ENTRY, tag::RELA_COUNT)];
    let without = [(tag::REL, tag::REL_SIZE, tag::REL_ENTRY, tag::REL_COUNT)];
    for (words, (at, size, entry, count)) in [(3, with_addend[0]), (2, without[0])] {
        if let Some(table) = dynamic.table(at, size) {
            let whole = words * word;
            if dynamic.get(entry) != Some(whole) {
                return damaged(format!("its {WHAT} have a size other than {whole}"));
            }
            let relative = dynamic.get(count).unwrap_or(0);
            relocations.table(&part(table, whole)?, whole, relative)?;
        }
    }
    if let Some(table) = dynamic.table(tag::PLT_RELOCATIONS, tag::PLT_RELOCATIONS_SIZE) {
        let whole = match dynamic.get(tag::PLT_RELOCATIONS_KIND) {
            Some(tag::RELA) => 3 * word,
            Some(tag::REL) => 2 * word,
            _ => return damaged(format!("the {WHAT} of its functions are of no known kind")),
        };
        relocations.table(&part(table, whole)?, whole, 0)?;
    }
    if let Some(table) = dynamic.table(tag::RELR, tag::RELR_SIZE) {
        if dynamic.get(tag::RELR_ENTRY) != Some(word) {
            return damaged(format!("its {WHAT} have a size other than {word}"));
        }
        relocations.packed(&part(table, word)?)?;
    }
    Ok(())
}

impl Relocations<'_> {
    /// Checks a table whose first relocations, `relative` in number, should be relative.
    fn table(&mut self, table: &[u8], size: u64, relative: u64) -> Result<(), Problem> {
        let layout = self.layout;
        let word = layout.word() as usize;
        for (index, entry) in table.chunks_exact(size as usize).enumerate() {
            let at = layout.address(entry, 0);
            let info = layout.address(entry, word);
            let (symbol, kind) = match layout.wide {
                true => (info >> 32, info as u32),
                false => (info >> 8, info as u32 & 0xff),
            };
            let address = match size > 2 * layout.word() {
                true => Address::Known(layout.address(entry, 2 * word)),
                false => Address::InFile,
            };
            self.one(at, symbol, kind, address)?;
            let kinds = self.kinds.as_ref();
            if (index as u64) < relative && kinds.is_some_and(|kinds| kind != kinds.relative) {
                return damaged(format!(
                    "its relocation {index} isn't relative to where it is, as it should be"
                ));
            }
        }
        Ok(())
    }

    fn one(&mut self, at: u64, symbol: u64, kind: u32, address: Address) -> Result<(), Problem> {
        const NONE: u32 = 0;
        if kind == NONE {
            return Ok(());
        }
        let defined = usize::try_from(symbol)
            .ok()
            .and_then(|symbol| self.symbols.defined.get(symbol));
        let Some(&defined) = defined else {
            return damaged(format!("a relocation of it is for symbol {symbol}"));
        };
        let memory = &self.program.memory;
        let mut written = Address::OfSymbol;
        if let Some(kinds) = &self.kinds {
            let is_local = symbol == 0 || defined;
            let no_data = is_local && self.program.thread_local.is_none();
            if kind == kinds.relative {
                written = address;
            } else if kind == kinds.copy
                || no_data && kinds.thread_local.contains(&kind)
                || kind == kinds.indirect
                    && matches!(address, Address::Known(to) if !memory.has_code(to))
            {
                return damaged(format!("its relocation at {at:#x} can't be of kind {kind}"));
            }
        }
        self.written(at, written)
    }

    /// Checks a table of packed relative relocations. A word in it is an address or, if it
    /// is odd, has one bit for each of the words that follow the last address.
    fn packed(&mut self, table: &[u8]) -> Result<(), Problem> {
        let layout = self.layout;
        let word = layout.word();
        let mut next = None;
        for entry in table.chunks_exact(word as usize) {
            let entry = layout.address(entry, 0);
            if entry & 1 == 0 {
                self.written(entry, Address::InFile)?;
                // It is mapped, so the sum doesn't overflow.
                next = Some(entry + word);
                continue;
            }
            let Some(first) = next else {
                return damaged("its packed relocations have no first address");
            };
            let mut bits = entry >> 1;
            let mut at: u64 = first;
            while bits != 0 {
                if bits & 1 != 0 {
                    self.written(at, Address::InFile)?;
                }
                bits >>= 1;
                at = at.saturating_add(word);
            }
            next = Some(first.saturating_add((8 * word - 1) * word));
        }
        Ok(())
    }

    /// Checks a place that a relocation writes.
    fn written(&mut self, at: u64, address: Address) -> Result<(), Problem> {
        if !self.program.memory.has(at, self.layout.word(), self.flags) {
            return damaged(format!(
                "a relocation of it is at {at:#x}, which isn't writable"
            ));
        }
        for list in &mut *self.lists {
            list.note(at, address);
        }
        Ok(())
    }
}
