//! Makes an archive of libwasmtime linkable into a Rust program, by renaming symbols.
//!
//! An archive that is compiled from Rust contains a copy of the standard library, and the
//! program contains another. The linker fails if both define the same symbol:
//! `rust_eh_personality` has the same name in every version of Rust, and link-time
//! optimization leaves a few more. A library's build script can't pass arguments for the
//! linker on to the program. So it links a copy of the archive in which the archive's own
//! definitions, and all references to them, have other names. The new names have the same
//! length, so that nothing in the file moves.
//!
//! That is necessary even if the same rustc compiled both. Then the two copies may be the same
//! object files, and the linker could use either. But it can't if the program is optimized at
//! link time, which a build script doesn't know, nor if one of the two aborts on a panic and
//! the other unwinds.
//!
//! A program may get the functions of the C API from another crate as well, such as
//! `wasmtime-c-api-impl`. The linker would use one of the two definitions for both callers, for
//! each function separately. So the archive's functions get new names too, by which only this
//! crate calls them. The new names, and the name of the copy, differ between the major
//! versions of this crate.
//!
//! A program may also use the `wasmtime` crate itself. If its version is exactly the archive's,
//! the two functions by which a native debugger inspects a module clash. They must keep their
//! names, which the debug information of compiled modules contains, but either definition
//! works for both: the archive's are made weak.
//!
//! The format of the object files is a backend. There is one for ELF. Archives of other formats
//! are linked unchanged.

#[path = "archive/ar.rs"]
pub mod ar;
#[path = "archive/copy.rs"]
mod copy;
#[path = "archive/elf.rs"]
pub mod elf;

use std::collections::{BTreeMap, HashSet};
use std::env;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::target::{MAJOR, Target};
use copy::Origin;

/// A symbol in the symbol table of an object file.
pub struct Symbol<'a> {
    name: &'a [u8],
    /// The place of the name in the file.
    place: Range<usize>,
    /// Whether it is a global definition, of which a program must have only one.
    is_strong_definition: bool,
    /// The offset of the byte with its binding, and the value of that byte for a weak symbol.
    weak: (usize, u8),
}

/// The prefixes of the names of the functions for native debuggers; the version follows.
// Version 48: these two functions, and no others, have names that compiled modules
// refer to; look at `debug_builtins.rs` in `wasmtime`.
const FOR_DEBUGGERS: [&[u8]; 2] = [b"resolve_vmctx_memory_ptr_", b"set_vmctx_memory_"];

/// The prefixes of the names of the C API's functions. Some of libwasmtime's internal functions
/// have them as well, and can have another name too.
// Version 48: every function of the C API begins with one of these; look at the
// headers.
const OF_THE_C_API: [&[u8]; 3] = [b"wasm_", b"wasmtime_", b"wasi_"];

/// The linker's name of a copy. The linker searches for each name only once, so the copies for
/// several major versions need different names.
pub const COPY: &str = concat!("wasmtime-", env!("CARGO_PKG_VERSION_MAJOR"));

/// New names of symbols.
type Names = BTreeMap<Vec<u8>, Vec<u8>>;

/// The prefix of symbols for a pointer to another symbol, whose name follows.
const ADDRESS_OF: &[u8] = b"DW.ref.";

/// An archive that can be linked into a Rust program.
pub struct Linkable {
    /// The file: the archive itself, or the copy.
    pub file: PathBuf,
    /// The functions of the C API that are renamed in the file, each with its new name.
    pub renamed: Vec<(String, String)>,
}

/// Makes an archive linkable.
///
/// # Errors
///
/// Returns the reason why the archive can't be read or the copy can't be written.
pub fn linkable(archive: &Path, target: &Target) -> Result<Linkable, String> {
    let unreadable = |error| format!("{} can't be read: {error}", archive.display());
    let standard = standard_libraries(target);
    let origin = Origin::of(archive, &standard).map_err(unreadable)?;
    if let Some(copy) = origin.find() {
        return Ok(copy);
    }

    let mut bytes = fs::read(archive).map_err(unreadable)?;
    if Origin::of(archive, &standard).map_err(unreadable)? != origin {
        return Err(format!(
            "{} changed while it was read: build again once it is complete.",
            archive.display()
        ));
    }
    let names = new_names(&bytes, &standard_definitions(&standard));
    let is_weakened = weaken_for_debuggers(&mut bytes);
    if names.is_empty() && !is_weakened {
        return Ok(Linkable {
            file: archive.to_owned(),
            renamed: Vec::new(),
        });
    }
    rename(&mut bytes, &names);
    let text = |name: Vec<u8>| String::from_utf8_lossy(&name).into_owned();
    let renamed = names
        .into_iter()
        .filter(|(name, _)| is_of_the_c_api(name))
        .map(|(name, new)| (text(name), text(new)))
        .collect();
    origin.make(&bytes, renamed)
}

fn is_of_the_c_api(name: &[u8]) -> bool {
    OF_THE_C_API.iter().any(|start| name.starts_with(start))
}

/// Returns the strong definitions of the standard library that the program is linked with.
fn standard_definitions(libraries: &[PathBuf]) -> HashSet<Vec<u8>> {
    let mut definitions = HashSet::new();
    for library in libraries {
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
    // It always exists, even if rustc doesn't print the directory of the library.
    definitions.insert(b"rust_eh_personality".to_vec());
    definitions
}

/// Returns the files of the target's standard library.
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

/// Returns the definitions of an archive that are renamed, each with its new name: those that
/// the standard library has as well, and those of the C API.
///
/// Only the first byte changes. In the file, a name may share its bytes with the end of a
/// longer one, as `realloc` does with `__rdl_realloc`, which is renamed while `realloc` is not.
/// A name that is itself the end of a name that is not renamed isn't renamed either.
fn new_names(archive: &[u8], standard: &HashSet<Vec<u8>>) -> Names {
    let mut old = HashSet::new();
    let mut all = HashSet::new();
    for file in ar::files(archive) {
        for symbol in symbols(&archive[file.clone()], file.start) {
            all.insert(symbol.name);
            if symbol.is_strong_definition
                && (standard.contains(symbol.name) || is_of_the_c_api(symbol.name))
            {
                old.insert(symbol.name);
            }
        }
    }
    let is_new = |name: &Vec<u8>| !all.contains(&name[..]) && !standard.contains(name);
    // Capitals first: the names of the C API begin with a `w`, so none of these is the old
    // letter.
    let major: usize = MAJOR.parse().unwrap_or_default();
    let capitals = (b'A'..=b'Z').cycle().skip(major % 26).take(26);
    let mut names: Names = old
        .into_iter()
        .filter_map(|name| {
            let (first, rest) = name.split_first()?;
            let mut starts = capitals.clone().chain(b'a'..=b'z');
            let new = starts.find_map(|start| {
                let renamed = [&[start], rest].concat();
                (start != *first && is_new(&renamed)).then_some(renamed)
            })?;
            Some((name.to_owned(), new))
        })
        .collect();
    for name in shared(archive, &names) {
        names.remove(&name);
    }
    names
}

/// Returns the names whose first byte in the file also belongs to a name that is not renamed.
fn shared(archive: &[u8], names: &Names) -> Vec<Vec<u8>> {
    let mut shared = Vec::new();
    for file in ar::files(archive) {
        let symbols = symbols(&archive[file.clone()], file.start);
        let mut firsts: Vec<(usize, &[u8])> = Vec::new();
        for symbol in &symbols {
            if names.contains_key(renamed_part(symbol.name)) {
                let name = renamed_part(symbol.name);
                firsts.push((symbol.place.end - name.len(), name));
            }
        }
        firsts.sort_unstable();
        for symbol in &symbols {
            if !names.contains_key(renamed_part(symbol.name)) {
                let next = firsts.partition_point(|(first, _)| *first < symbol.place.start);
                let inside = firsts[next..].iter();
                let inside = inside.take_while(|(first, _)| *first < symbol.place.end);
                shared.extend(inside.map(|(_, name)| name.to_vec()));
            }
        }
    }
    shared
}

/// Returns the part of a symbol's name that is renamed: a pointer to a symbol is renamed with
/// that symbol.
fn renamed_part(name: &[u8]) -> &[u8] {
    name.strip_prefix(ADDRESS_OF).unwrap_or(name)
}

/// Renames symbols in all definitions and references.
fn rename(archive: &mut [u8], names: &Names) {
    let mut places = Vec::new();
    for file in ar::files(archive) {
        for symbol in symbols(&archive[file.clone()], file.start) {
            if let Some(new) = names.get(renamed_part(symbol.name)) {
                places.push((symbol.place.end - new.len()..symbol.place.end, new));
            }
        }
    }
    for (place, new) in places {
        archive[place].copy_from_slice(new);
    }
    ar::rename_in_index(archive, names);
}

/// Makes the archive's functions for native debuggers weak, so that the program's take their
/// place. Returns whether the archive has any.
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

/// Returns the symbols of an object file, which starts at `start` in the archive; none if its
/// format has no backend.
fn symbols(file: &[u8], start: usize) -> Vec<Symbol<'_>> {
    elf::symbols(file, start).unwrap_or_default()
}
