//! Damaged libraries: loading one is an error, whatever is wrong with it, and never the end
//! of the process.

use std::env;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

use libwasmtime::{LoadError, load_from, loaded};

use crate::case::{Case, directory, good, library_name};

/// A damage of a library.
#[derive(Clone, Copy, Debug)]
enum Damage {
    /// It is truncated here.
    Cut(u64),
    /// A byte has another value.
    Byte { at: u64, value: u8 },
}

/// The variable with the case to continue with, in a process that takes over from another.
const NEXT: &str = "LIBWASMTIME_TEST_NEXT";

/// The variable with the number of cases of each random kind, instead of the default: more
/// take longer and find more.
const RANDOM: &str = "LIBWASMTIME_TEST_DAMAGES";

/// The variable with the seed of the random cases, instead of the default.
const SEED: &str = "LIBWASMTIME_TEST_SEED";

/// The library, of which only parts are read, as each process does so again.
struct Library {
    file: File,
    length: u64,
}

impl Library {
    fn open() -> Library {
        let file = File::open(good()).unwrap();
        let length = file.metadata().unwrap().len();
        Library { file, length }
    }

    fn part(&self, at: u64, length: u64) -> Vec<u8> {
        let mut part = vec![0; length as usize];
        self.file.read_exact_at(&mut part, at).unwrap();
        part
    }

    fn byte(&self, at: u64) -> u8 {
        self.part(at, 1)[0]
    }

    fn number(&self, at: u64, size: usize) -> u64 {
        let mut number = [0; 8];
        self.file.read_exact_at(&mut number[..size], at).unwrap();
        u64::from_le_bytes(number)
    }

    /// Returns the headers of the segments or of the sections: of each its type, where what
    /// it describes is in the file, and its size there.
    fn headers(&self, of: Headers) -> Vec<(u64, Part)> {
        let (table, size, count, kind, offset, length) = match of {
            Headers::Sections => (40, 64, 60, 4, 24, 32),
            Headers::Segments => (32, 56, 56, 0, 8, 32),
        };
        let start = self.number(table, 8);
        (0..self.number(count, 2))
            .map(|index| start + index * size)
            .map(|at| {
                let part = (self.number(at + offset, 8), self.number(at + length, 8));
                (self.number(at + kind, 4), part)
            })
            .collect()
    }

    /// Returns the sections of a kind that are loaded, unless they are empty.
    fn tables(&self, kind: u64) -> Vec<Part> {
        const LOADED: u64 = 1;
        let segments = self.headers(Headers::Segments).into_iter();
        let loaded = segments.filter(|segment| segment.0 == LOADED);
        let end = loaded.map(|segment| segment.1.0 + segment.1.1).max();
        let sections = self.headers(Headers::Sections).into_iter();
        // Sections after the last segment are for debuggers and linkers.
        let tables = sections
            .filter(|&(of, (at, size))| of == kind && size > 0 && at + size <= end.unwrap());
        tables.map(|section| section.1).collect()
    }
}

/// Where something starts in the file, and its size.
type Part = (u64, u64);

enum Headers {
    Segments,
    Sections,
}

/// Loads a copy of the library with each damage in turn. A process can load only one
/// library: when that succeeds, another process takes over.
fn load_all(name: &'static str, damages: impl FnOnce(&Library, &mut Random) -> Vec<Damage>) {
    let case = Case::new(name, |_| {});
    case.run(|| {
        let library = Library::open();
        let path = directory().join(library_name("damaged"));
        let seed = env::var(SEED).map_or(48, |seed| seed.parse().unwrap());
        let damages = damages(&library, &mut Random(seed));
        assert!(
            !damages.is_empty(),
            "nothing is known of {}",
            good().display()
        );
        let next = env::var(NEXT).map_or(0, |next| next.parse().unwrap());
        let mut file = OpenOptions::new();
        let file = file.write(true).create(true).truncate(next == 0);
        let file = file.open(&path).unwrap();
        let mut written = file.metadata().unwrap().len();
        for (index, damage) in damages.iter().enumerate().skip(next) {
            println!("{index} of {}: {damage:?}", damages.len());
            let end = match *damage {
                Damage::Cut(at) => at,
                Damage::Byte { .. } => library.length,
            };
            // Cuts come in order.
            let more = library.part(written, end - written);
            file.write_all_at(&more, written).unwrap();
            written = end;
            if let Damage::Byte { at, value } = *damage {
                file.write_all_at(&[value], at).unwrap();
            }
            let result = load_from(&path);
            if let Damage::Byte { at, .. } = *damage {
                file.write_all_at(&[library.byte(at)], at).unwrap();
            }
            match result {
                Ok(()) => {
                    let error = Command::new(env::current_exe().unwrap())
                        .args(env::args_os().skip(1))
                        .env(NEXT, (index + 1).to_string())
                        .exec();
                    panic!("{error}");
                }
                Err(error) => {
                    assert!(loaded().is_none());
                    assert!(!matches!(error, LoadError::NotFound { .. }), "{error}");
                }
            }
        }
        println!("all {} damages", damages.len());
    });
}

/// A linear congruential generator, the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 24) % end
    }

    /// Returns a byte that often differs from this one in one bit only.
    fn other_than(&mut self, byte: u8) -> u8 {
        match self.below(2) {
            0 => byte ^ 1 << self.below(8),
            _ => byte.wrapping_add(1 + self.below(255) as u8),
        }
    }
}

fn random_cases(least: usize) -> usize {
    env::var(RANDOM).map_or(least, |count| count.parse().unwrap())
}

fn cut_anywhere() {
    const NO_BITS: u64 = 8;
    load_all("damage::cut_anywhere", |library, random| {
        let mut places = vec![0, 1, 4, 16, 63, 64, 65, 640, 4096];
        let [segments, sections] =
            [Headers::Segments, Headers::Sections].map(|of| library.headers(of));
        for (kind, (at, size)) in [segments, sections].concat() {
            let end = if kind == NO_BITS { at } else { at + size };
            places.extend([at.saturating_sub(1), at, at + 1]);
            places.extend([end.saturating_sub(1), end]);
        }
        places.extend((0..random_cases(40)).map(|_| random.below(library.length)));
        places.retain(|&at| at <= library.length);
        places.sort();
        places.dedup();
        places.into_iter().map(Damage::Cut).collect()
    });
}

/// Each byte of the headers and of the dynamic section.
fn a_byte_of_a_header() {
    const DYNAMIC: u64 = 2;
    load_all("damage::a_byte_of_a_header", |library, random| {
        let segments = library.headers(Headers::Segments);
        let dynamic = segments.iter().find(|header| header.0 == DYNAMIC).unwrap();
        let mut places: Vec<u64> = (0..64 + 56 * segments.len() as u64).collect();
        let (at, size) = dynamic.1;
        places.extend(at..at + size);
        let change = |at: u64| Damage::Byte {
            at,
            value: random.other_than(library.byte(at)),
        };
        places.into_iter().map(change).collect()
    });
}

/// Any byte of the tables by which the system's loader finds symbols.
fn a_byte_of_a_table() {
    const STRINGS: u64 = 3;
    const HASH: u64 = 5;
    const GNU_HASH: u64 = 0x6fff_fff6;
    const VERSIONS_NEEDED: u64 = 0x6fff_fffe;
    const VERSIONS: u64 = 0x6fff_ffff;
    load_all("damage::a_byte_of_a_table", |library, random| {
        let mut damages = Vec::new();
        for kind in [STRINGS, HASH, GNU_HASH, VERSIONS_NEEDED, VERSIONS] {
            for (at, size) in library.tables(kind) {
                damages.extend((0..random_cases(20)).map(|_| {
                    let at = at + random.below(size);
                    let value = random.other_than(library.byte(at));
                    Damage::Byte { at, value }
                }));
            }
        }
        damages
    });
}

/// The first byte of a number in a symbol or a relocation, so that it points outside of the
/// library. A number that points to another existing symbol or place can't be detected:
/// that is a library with other code.
fn a_symbol_or_relocation_that_leads_nowhere() {
    const RELOCATIONS: u64 = 4;
    const SYMBOLS: u64 = 11;
    load_all(
        "damage::a_symbol_or_relocation_that_leads_nowhere",
        |library, random| {
            let mut damages = Vec::new();
            // The size of an entry, and the last byte of its numbers: the place
            // and the symbol of a relocation, the name and the place of a symbol.
            for (kind, size, fields) in [(RELOCATIONS, 24, [7, 15]), (SYMBOLS, 24, [3, 15])] {
                for (at, length) in library.tables(kind) {
                    for field in fields {
                        damages.extend((0..random_cases(20)).map(|_| Damage::Byte {
                            at: at + random.below(length / size) * size + field,
                            value: 0x7f,
                        }));
                    }
                }
            }
            damages
        },
    );
}

crate::tests![
    cut_anywhere,
    a_byte_of_a_header,
    a_byte_of_a_table,
    a_symbol_or_relocation_that_leads_nowhere,
];
