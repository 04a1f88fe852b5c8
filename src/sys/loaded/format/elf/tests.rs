//! Checks of libraries that are put together here: whole ones, and damaged ones.

use super::super::tests;
use super::dynamic::tag;
use super::*;

const LAYOUTS: [(Layout, u16); 4] = {
    const fn layout(wide: bool, big: bool) -> Layout {
        Layout { wide, big }
    }
    [
        (layout(true, false), machine::X86_64),
        (layout(true, true), machine::POWERPC_64),
        (layout(false, false), machine::X86),
        // SPARC.
        (layout(false, true), 2),
    ]
};

// The offsets of all parts, which are also their addresses. There are three segments: one
// to read, one of code, and one to write.
const SYMBOLS: u64 = 0x200;
const STRINGS: u64 = 0x280;
const HASH: u64 = 0x2c0;
const GNU_HASH: u64 = 0x300;
const RELOCATIONS: u64 = 0x340;
const READ_END: u64 = 0x400;
const CODE: u64 = 0x1000;
const CODE_END: u64 = 0x1100;
const WRITE: u64 = 0x2000;
const DYNAMIC: u64 = 0x2040;
const END: u64 = 0x2200;

const NAMES: &[u8] = b"\0lib\0wasm_a\0";

/// A library that is put together.
struct Made {
    layout: Layout,
    machine: u16,
    file: Vec<u8>,
    /// The entries of the dynamic section.
    dynamic: Vec<(u64, u64)>,
}

impl Made {
    fn new((layout, machine): (Layout, u16)) -> Made {
        let mut made = Made {
            layout,
            machine,
            file: vec![0; END as usize],
            dynamic: Vec::new(),
        };
        made.header();
        let mut segment = 0;
        let mut add = |made: &mut Made, kind, flags, at, end| {
            made.segment(segment, kind, flags, at, end);
            segment += 1;
        };
        add(&mut made, 1, READABLE, 0, READ_END);
        add(&mut made, 1, READABLE | EXECUTABLE, CODE, CODE_END);
        add(&mut made, 1, READABLE | WRITABLE, WRITE, END);
        add(&mut made, 2, READABLE | WRITABLE, DYNAMIC, END);
        made.tables();
        made
    }

    fn put(&mut self, at: u64, bytes: &[u8]) {
        self.file[at as usize..][..bytes.len()].copy_from_slice(bytes);
    }

    /// Writes a number of `size` bytes.
    fn number(&mut self, at: u64, size: u64, number: u64) {
        let size = size as usize;
        if self.layout.big {
            self.put(at, &number.to_be_bytes()[8 - size..]);
        } else {
            self.put(at, &number.to_le_bytes()[..size]);
        }
    }

    /// Writes numbers of `size` bytes each, one after the other.
    fn numbers(&mut self, at: u64, size: u64, numbers: &[u64]) {
        for (index, &number) in (0..).zip(numbers) {
            self.number(at + index * size, size, number);
        }
    }

    fn header(&mut self) {
        let Layout { wide, big } = self.layout;
        let word = self.layout.word();
        self.put(0, b"\x7fELF");
        self.put(4, &[1 + u8::from(wide), 1 + u8::from(big), 1]);
        self.numbers(16, 2, &[3, self.machine.into()]);
        self.number(20, 4, 1);
        let whole = 40 + 3 * word;
        self.number(24 + word, word, whole);
        let (program, section) = if wide { (56, 64) } else { (32, 40) };
        let sizes = [whole, program, 4, section];
        self.numbers(28 + 3 * word, 2, &sizes);
    }

    fn segment(&mut self, index: u64, kind: u32, flags: u32, at: u64, end: u64) {
        let word = self.layout.word();
        let size = if self.layout.wide { 56 } else { 32 };
        let header = 40 + 3 * word + index * size;
        self.number(header, 4, kind.into());
        let fields = [at, at, at, end - at, end - at];
        if self.layout.wide {
            self.number(header + 4, 4, flags.into());
            self.numbers(header + 8, 8, &fields);
            self.number(header + 48, 8, 0x1000);
        } else {
            self.numbers(header + 4, 4, &fields);
            self.numbers(header + 24, 4, &[flags.into(), 0x1000]);
        }
    }

    fn tables(&mut self) {
        let word = self.layout.word();
        // The first symbol is the null symbol; the second is a function.
        let symbol = SYMBOLS + symbols::symbol_size(self.layout);
        self.number(symbol, 4, 5);
        if self.layout.wide {
            self.put(symbol + 4, &[0x12, 0]);
            self.number(symbol + 6, 2, 1);
            self.number(symbol + 8, 8, CODE);
        } else {
            self.number(symbol + 4, 4, CODE);
            self.put(symbol + 12, &[0x12, 0]);
            self.number(symbol + 14, 2, 1);
        }
        self.put(STRINGS, NAMES);
        // One bucket, two symbols; then the bucket and the chain.
        self.numbers(HASH, 4, &[1, 2, 1, 0, 0]);
        // One bucket, the first symbol, one word of the filter, its shift; then the filter,
        // the bucket and the chain.
        self.numbers(GNU_HASH, 4, &[1, 1, 1, 6]);
        self.number(GNU_HASH + 16, word, u64::MAX);
        self.numbers(GNU_HASH + 16 + word, 4, &[1, 1]);
        // The list of initializers has one entry, the start of the code.
        let relative = 8;
        self.numbers(RELOCATIONS, word, &[WRITE, relative, CODE]);
        self.number(WRITE, word, CODE);
        let relocations = match self.layout.wide {
            true => [tag::RELA, tag::RELA_SIZE, tag::RELA_ENTRY],
            false => [tag::REL, tag::REL_SIZE, tag::REL_ENTRY],
        };
        let size = if self.layout.wide { 3 * word } else { 2 * word };
        self.dynamic = vec![
            (tag::NAME, 1),
            (tag::STRINGS, STRINGS),
            (tag::STRINGS_SIZE, NAMES.len() as u64),
            (tag::SYMBOLS, SYMBOLS),
            (tag::SYMBOL_SIZE, symbols::symbol_size(self.layout)),
            (tag::HASH, HASH),
            (tag::GNU_HASH, GNU_HASH),
            (relocations[0], RELOCATIONS),
            (relocations[1], size),
            (relocations[2], size),
            (tag::RELA_COUNT, 1),
            (tag::INITIALISER, CODE),
            (tag::INITIALISERS, WRITE),
            (tag::INITIALISERS_SIZE, word),
        ];
    }

    /// Changes an entry of the dynamic section, or adds it.
    fn set(&mut self, tag: u64, value: u64) {
        self.dynamic.retain(|entry| entry.0 != tag);
        self.dynamic.push((tag, value));
    }

    fn file(mut self) -> Vec<u8> {
        let word = self.layout.word();
        for (index, (tag, value)) in (0..).zip(self.dynamic.clone()) {
            self.numbers(DYNAMIC + index * 2 * word, word, &[tag, value]);
        }
        self.file
    }

    fn checked(self) -> Result<(), Problem> {
        let native = native(self.layout, self.machine);
        checked(&self.file(), native)
    }
}

fn native(layout: Layout, machine: u16) -> Native {
    Native {
        layout,
        machine: Some(machine),
    }
}

fn checked(file: &[u8], native: Native) -> Result<(), Problem> {
    tests::checked(file, |image| check(image, native))
}

#[test]
fn a_whole_library_is_right() {
    for made in LAYOUTS {
        assert_eq!(Made::new(made).checked(), Ok(()), "{made:?}");
    }
}

#[test]
fn a_library_cut_anywhere_is_damaged() {
    for made in LAYOUTS {
        let file = Made::new(made).file();
        tests::assert_damaged_wherever_cut(&file, 4, |file| checked(file, native(made.0, made.1)));
    }
}

#[test]
fn no_byte_makes_the_check_panic() {
    for made in LAYOUTS {
        let file = Made::new(made).file();
        let unread = READ_END as usize..WRITE as usize;
        tests::change_each_byte(&file, unread, |file| checked(file, native(made.0, made.1)));
    }
}

#[test]
fn what_is_for_another_system_is_foreign() {
    for (layout, machine) in LAYOUTS {
        for (other, _) in LAYOUTS {
            let file = Made::new((layout, machine)).file();
            let result = checked(&file, native(other, machine));
            let is_foreign = matches!(result, Err(Problem::Foreign(_)));
            assert_eq!(is_foreign, layout != other, "{result:?}");
        }
        let file = Made::new((layout, machine)).file();
        tests::assert_foreign(checked(&file, native(layout, machine + 1)));
        let mut executable = Made::new((layout, machine));
        executable.number(16, 2, 2);
        tests::assert_foreign(executable.checked());
    }
    for other in [&b"MZ"[..], b"\xcf\xfa\xed\xfe", b"/* GNU ld script */"] {
        tests::assert_foreign(checked(other, NATIVE));
    }
}

/// Damage that would end the process, with a part of the error for each.
#[test]
fn what_is_inconsistent_is_damaged() {
    type Change = fn(&mut Made);
    const CHANGES: &[(Change, &str)] = &[
        // Program headers.
        (|made| made.number(56, 2, 0xffff), "program headers"),
        (|made| made.number(54, 2, 32), "program headers have"),
        (|made| made.number(64 + 40, 8, 0x1001), "over another"),
        (|made| made.number(64 + 16, 8, 8), "aligned"),
        (|made| made.number(64 + 32, 8, 1 << 60), "its segment"),
        (
            |made| made.number(64 + 56 + 32, 8, 0x10),
            "isn't for variables",
        ),
        (
            |made| made.number(64 + 4, 4, 0),
            "nothing of the file is loaded",
        ),
        (|made| made.number(64 + 56 + 4, 4, 4), "can't be at"),
        (|made| made.number(64 + 3 * 56, 4, 0), "no dynamic section"),
        (
            |made| made.segment(3, 7, 4, WRITE, END),
            "no dynamic section",
        ),
        // The dynamic section.
        (|made| made.dynamic.clear(), "no names"),
        (
            |made| made.dynamic.resize(END as usize, (tag::NAME, 1)),
            "no end",
        ),
        (
            |made| made.dynamic.retain(|e| e.0 != tag::RELA_SIZE),
            "only 2",
        ),
        (
            |made| made.segment(3, 2, READABLE, DYNAMIC, DYNAMIC + 16),
            "no end",
        ),
        (
            |made| made.dynamic.push((tag::RELA_SIZE, 0)),
            "more than once",
        ),
        (|made| made.set(tag::STRINGS, END), "names of symbols"),
        (|made| made.set(tag::STRINGS_SIZE, 3), "have no end"),
        (|made| made.set(tag::NAME, 12), "a name should be at 12"),
        (|made| made.set(tag::SYMBOL_SIZE, 16), "bytes each"),
        (|made| made.set(tag::INITIALISER, WRITE), "isn't code"),
        (|made| made.set(tag::INITIALISERS_SIZE, 16), "isn't code"),
        (|made| made.number(RELOCATIONS + 16, 8, WRITE), "isn't code"),
        // The symbols.
        (|made| made.number(HASH + 4, 4, 1 << 30), "hash table"),
        (
            |made| made.number(HASH + 16, 4, 1),
            "leads to symbol 1 of 2",
        ),
        (|made| made.number(GNU_HASH + 8, 4, 3), "the filter"),
        (|made| made.number(GNU_HASH + 24, 4, 1 << 20), "hash table"),
        (
            |made| made.number(SYMBOLS + 24, 4, 99),
            "a name should be at 99",
        ),
        (
            |made| made.number(SYMBOLS + 32, 8, WRITE),
            "`wasm_a` can't be at",
        ),
        (
            |made| made.put(SYMBOLS + 28, &[0x1a]),
            "`wasm_a` can't be at",
        ),
        (
            |made| made.put(SYMBOLS + 28, &[0x16]),
            "`wasm_a` can't be at",
        ),
        (|made| made.set(tag::VERSIONS, HASH), "has only one"),
        // The relocations.
        (|made| made.set(tag::RELA_SIZE, 23), "no whole number"),
        (|made| made.set(tag::RELA_SIZE, 24 << 20), "relocations"),
        (|made| made.set(tag::RELA_ENTRY, 16), "a size other than 24"),
        (|made| made.number(RELOCATIONS, 8, CODE), "isn't writable"),
        (|made| made.number(RELOCATIONS + 12, 4, 2), "for symbol 2"),
        (|made| made.number(RELOCATIONS + 8, 4, 5), "of kind 5"),
        (|made| made.number(RELOCATIONS + 8, 4, 16), "of kind 16"),
        (|made| made.number(RELOCATIONS + 8, 4, 6), "isn't relative"),
    ];
    for (index, (change, expected)) in CHANGES.iter().enumerate() {
        let mut made = Made::new(LAYOUTS[0]);
        change(&mut made);
        made.dynamic.truncate(((END - DYNAMIC) / 16) as usize);
        match made.checked() {
            Err(Problem::Damaged(reason)) if reason.contains(expected) => {}
            other => panic!("{index}: {expected}: {other:?}"),
        }
    }
}
