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
//! That is done even if the same rustc made both. Then the two copies may be the
//! same object files, of which the linker could take either; but not if the
//! program is optimised at link time, which a build script doesn't know, nor if
//! one of the two aborts on a panic and the other doesn't.
//!
//! A program may also use the `wasmtime` crate itself. If it is of the very same
//! version, the two functions by which a native debugger looks into a module
//! clash. Their names have to stay, as the debug information of compiled modules
//! has them, but either definition will do for both: the archive's are made weak.
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
    /// Where the byte is that says so, and what it would be if it needn't.
    weak: (usize, u8),
}

/// What the names of the functions for native debuggers begin with; the version
/// follows.
const FOR_DEBUGGERS: [&[u8]; 2] = [b"resolve_vmctx_memory_ptr_", b"set_vmctx_memory_"];

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
    let clashes = clashes(&bytes, &standard_definitions(target));
    let own = archive.parent().unwrap_or(Path::new(""));
    let is_weakened = weaken_for_debuggers(&mut bytes);
    if clashes.is_empty() && !is_weakened {
        return Ok(own.to_owned());
    }
    rename(&mut bytes, &clashes);

    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let copy = out.join(archive.file_name().unwrap_or_default());
    fs::write(&copy, bytes)
        .map_err(|error| format!("{} can't be written: {error}", copy.display()))?;
    Ok(out)
}

/// The strong definitions of the standard library that the program is linked
/// with.
fn standard_definitions(target: &Target) -> HashSet<Vec<u8>> {
    let mut definitions = HashSet::new();
    for library in standard_libraries(target) {
        let Ok(bytes) = fs::read(library) else {
            continue;
        };
        for file in ar::files(&bytes) {
            let symbols = symbols(&bytes[file.clone()], file.start);
            let strong = symbols
                .into_iter()
                .filter(|symbol| symbol.is_strong_definition);
            definitions.extend(strong.map(|symbol| symbol.name.to_owned()));
        }
    }
    // Whatever else there is, and even if rustc doesn't say where.
    definitions.insert(b"rust_eh_personality".to_vec());
    definitions
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
///
/// It is the first byte that changes. Names that end alike may share their last
/// bytes in the file, as `__rdl_realloc` does with `realloc`, which must stay.
fn clashes(archive: &[u8], standard: &HashSet<Vec<u8>>) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut clashes = HashSet::new();
    let mut all = HashSet::new();
    for file in ar::files(archive) {
        for symbol in symbols(&archive[file.clone()], file.start) {
            all.insert(symbol.name);
            if symbol.is_strong_definition && standard.contains(symbol.name) {
                clashes.insert(symbol.name);
            }
        }
    }
    let is_new = |name: &Vec<u8>| !all.contains(&name[..]) && !standard.contains(name);
    clashes
        .into_iter()
        .filter_map(|name| {
            let (first, rest) = name.split_first()?;
            let mut starts = (b'A'..=b'Z').chain(b'a'..=b'z');
            let new = starts.find_map(|start| {
                let renamed = [&[start], rest].concat();
                (start != *first && is_new(&renamed)).then_some(renamed)
            })?;
            Some((name.to_owned(), new))
        })
        .collect()
}

/// Gives symbols their new names, wherever they are defined or referred to.
fn rename(archive: &mut [u8], names: &BTreeMap<Vec<u8>, Vec<u8>>) {
    let mut places = Vec::new();
    for file in ar::files(archive) {
        for symbol in symbols(&archive[file.clone()], file.start) {
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

/// Lets the program's own functions for native debuggers take the place of the
/// archive's. Says whether the archive has any.
fn weaken_for_debuggers(archive: &mut [u8]) -> bool {
    let mut weak = Vec::new();
    for file in ar::files(archive) {
        for symbol in symbols(&archive[file.clone()], file.start) {
            let starts = |prefix: &&[u8]| symbol.name.starts_with(prefix);
            if symbol.is_strong_definition && FOR_DEBUGGERS.iter().any(starts) {
                weak.push(symbol.weak);
            }
        }
    }
    for (place, byte) in &weak {
        archive[*place] = *byte;
    }
    !weak.is_empty()
}

/// The symbols of an object file, which starts at `start` in the archive; none
/// if its format isn't known.
fn symbols(file: &[u8], start: usize) -> Vec<Symbol<'_>> {
    elf::symbols(file, start).unwrap_or_default()
}
