//! Makes an archive of libwasmtime fit into a Rust program.
//!
//! An archive that Rust code was compiled into brings its own copy of the
//! standard library, and the program has another. Where both define the same
//! symbol, the linker refuses: `rust_eh_personality` has the same name in every
//! version of Rust, and link-time optimisation leaves a few more. Arguments for
//! the linker can't be passed on to the program from here, so what is linked is
//! a copy of the archive in which the archive's own definitions, and all that
//! refers to them, have other names: of the same length, so that nothing moves.
//!
//! If the same rustc made the archive and nothing was optimised at link time,
//! the two copies are the same object files, and the linker takes either. They
//! stay as they are. Then the archive must not be one that aborts on a panic, or
//! the program would as well.
//!
//! The format of the object files is a backend: there is one for ELF. Others
//! are linked unchanged.

#[path = "archive/ar.rs"]
mod ar;
#[path = "archive/elf.rs"]
mod elf;

use std::collections::{BTreeMap, HashSet};
use std::env;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::target::Target;

/// One symbol in the symbol table of an object file.
struct Symbol<'a> {
    name: &'a [u8],
    /// Where the name is in the file.
    place: Range<usize>,
    /// Whether it is defined here, for all other files, and must be so once.
    is_strong_definition: bool,
}

/// What symbols stand for that have a symbol's address, with its name after it.
const ADDRESS_OF: &[u8] = b"DW.ref.";

/// The directory to link an archive from: its own, or that of the copy.
///
/// # Errors
///
/// Why the archive can't be linked, or the copy not be made.
pub fn directory_to_link(archive: &Path, target: &Target) -> Result<PathBuf, String> {
    let unreadable = |path: &Path, error| format!("{} can't be read: {error}", path.display());
    let mut bytes = fs::read(archive).map_err(|error| unreadable(archive, error))?;
    let standard = Standard::of(target);
    if ar::members(&bytes).iter().any(|member| {
        member.name.starts_with(b"panic_abort-") && standard.files.contains(member.name)
    }) {
        return Err(format!(
            "{} was built with `panic = \"abort\"`, by the rustc that builds the program: \
             the two would share one standard library, and so the program would abort on a \
             panic too.\nBuild the archive with `panic = \"unwind\"`, as `cargo xtask install` \
             does, or with link-time optimisation, or link the shared library.",
            archive.display()
        ));
    }
    let clashes = clashes(&bytes, &standard);
    let own = archive.parent().unwrap_or(Path::new(""));
    if clashes.is_empty() {
        return Ok(own.to_owned());
    }
    rename(&mut bytes, &clashes);

    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let copy = out.join(archive.file_name().unwrap_or_default());
    fs::write(&copy, bytes)
        .map_err(|error| format!("{} can't be written: {error}", copy.display()))?;
    Ok(out)
}

/// The standard library that the program is linked with.
#[derive(Default)]
struct Standard {
    /// The names of its object files, which have hashes in them.
    files: HashSet<Vec<u8>>,
    /// Its strong definitions.
    definitions: HashSet<Vec<u8>>,
}

impl Standard {
    fn of(target: &Target) -> Standard {
        let mut standard = Standard::default();
        for library in standard_libraries(target) {
            let Ok(bytes) = fs::read(library) else {
                continue;
            };
            for member in ar::members(&bytes) {
                standard.files.insert(member.name.to_owned());
                let symbols = symbols(&bytes[member.data.clone()], member.data.start);
                let definitions = symbols
                    .into_iter()
                    .filter(|symbol| symbol.is_strong_definition);
                standard
                    .definitions
                    .extend(definitions.map(|symbol| symbol.name.to_owned()));
            }
        }
        // Whatever else there is, and even if rustc doesn't say where.
        standard.definitions.insert(b"rust_eh_personality".to_vec());
        standard
    }
}

/// The files of the target's standard library.
fn standard_libraries(target: &Target) -> Vec<PathBuf> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let asked = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", &target.triple])
        .output();
    let Ok(answer) = asked else {
        return Vec::new();
    };
    let directory = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
    let files = fs::read_dir(directory).into_iter().flatten().flatten();
    files
        .map(|file| file.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "rlib")
        })
        .collect()
}

/// The definitions of an archive that the standard library has as well, each
/// with its new name.
fn clashes(archive: &[u8], standard: &Standard) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let members = ar::members(archive);
    let mut clashes = HashSet::new();
    let mut all = HashSet::new();
    for member in &members {
        let is_shared = standard.files.contains(member.name);
        for symbol in symbols(&archive[member.data.clone()], member.data.start) {
            all.insert(symbol.name);
            if !is_shared
                && symbol.is_strong_definition
                && standard.definitions.contains(symbol.name)
            {
                clashes.insert(symbol.name);
            }
        }
    }
    let is_new = |name: &Vec<u8>| !all.contains(&name[..]) && !standard.definitions.contains(name);
    clashes
        .into_iter()
        .filter_map(|name| {
            let (last, start) = name.split_last()?;
            let mut ends = (b'A'..=b'Z').chain(b'a'..=b'z').filter(|end| end != last);
            let new = ends.find_map(|end| Some([start, &[end]].concat()).filter(is_new))?;
            Some((name.to_owned(), new))
        })
        .collect()
}

/// Gives symbols their new names, wherever they are defined or referred to.
fn rename(archive: &mut [u8], names: &BTreeMap<Vec<u8>, Vec<u8>>) {
    let mut places = Vec::new();
    for member in ar::members(archive) {
        for symbol in symbols(&archive[member.data.clone()], member.data.start) {
            // The address of the one is not that of the other.
            let name = symbol.name.strip_prefix(ADDRESS_OF).unwrap_or(symbol.name);
            if let Some(new) = names.get(name) {
                places.push((symbol.place.end - new.len()..symbol.place.end, new));
            }
        }
    }
    for (place, new) in places {
        archive[place].copy_from_slice(new);
    }
    ar::rename_in_index(archive, names);
}

/// The symbols of an object file, which starts at `start` in the archive; none
/// if its format isn't known.
fn symbols(file: &[u8], start: usize) -> Vec<Symbol<'_>> {
    elf::symbols(file, start).unwrap_or_default()
}
