//! Finds the version of a library in the names of its symbols.
//!
//! The C API has no function that returns it. But some of libwasmtime's functions have the
//! version in their names, so that two versions can be linked into one program: those for
//! native debuggers, and in an archive a few internal ones.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::str;

use super::archive::{ar, elf};

/// The prefixes of the names that end with a version.
// Version 48: the version is in the names of some functions; look at
// `versioned_export` in `wasmtime-internal-versioned-export-macros`, and at
// `debug_builtins.rs` and `helpers.c` of `wasmtime`.
const VERSIONED: [&[u8]; 3] = [
    b"wasmtime_",
    b"set_vmctx_memory_",
    b"resolve_vmctx_memory_ptr_",
];

/// Returns the version of a library file, such as `48.0.8`; `None` if no symbol has one.
pub fn of_file(path: &Path) -> Option<String> {
    let bytes = read(path).ok()?;
    // One name after the other, each with a NUL after it.
    let names = ar::index(&bytes)
        .or_else(|| elf::dynamic_names(&bytes))
        .unwrap_or(&bytes);
    names.split(|byte| *byte == 0).find_map(in_name)
}

/// Reads a file; of an archive, only the part up to the end of its index, as the rest is a
/// hundred megabytes.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut bytes = Vec::new();
    file.by_ref()
        .take(ar::FIRST_HEADER_END as u64)
        .read_to_end(&mut bytes)?;
    let rest = match ar::index_bytes(&bytes) {
        Some(count) => count as u64,
        None => u64::MAX,
    };
    file.take(rest).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Returns the version at the end of a symbol's name; `None` if it has none.
fn in_name(name: &[u8]) -> Option<String> {
    // On Apple's systems and some others, all C symbols begin with a `_`.
    let name = name.strip_prefix(b"_").unwrap_or(name);
    if !VERSIONED.iter().any(|start| name.starts_with(start)) {
        return None;
    }
    let mut parts = str::from_utf8(name).ok()?.rsplitn(4, '_');
    let mut part = || parts.next().filter(|part| part.parse::<u32>().is_ok());
    let (patch, minor, major) = (part()?, part()?, part()?);
    Some(format!("{major}.{minor}.{patch}"))
}
