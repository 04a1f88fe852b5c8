//! What a library file itself says of its version.
//!
//! The C API has no function for it. But some of libwasmtime's functions have the
//! version in their names, so that two versions fit into one program: those for
//! native debuggers, and in an archive a few of its own.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::str;

use super::archive::{ar, elf};

/// What the names begin with that end with a version.
// Version 48: the version is in the names of some functions; look at
// `versioned_export` in `wasmtime-internal-versioned-export-macros`, and at
// `debug_builtins.rs` and `helpers.c` of `wasmtime`.
const VERSIONED: [&[u8]; 3] = [
    b"wasmtime_",
    b"set_vmctx_memory_",
    b"resolve_vmctx_memory_ptr_",
];

/// The version, such as `48.0.8`, of a library file; `None` if nothing tells.
pub fn of_file(path: &Path) -> Option<String> {
    let bytes = read(path).ok()?;
    // All names are in there, one after the other.
    let names = ar::index(&bytes)
        .or_else(|| elf::dynamic_names(&bytes))
        .unwrap_or(&bytes);
    names.split(|byte| *byte == 0).find_map(in_name)
}

/// Reads a file, but an archive no further than to the end of its index. The rest is
/// a hundred megabytes.
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

/// The version at the end of a symbol's name.
fn in_name(name: &[u8]) -> Option<String> {
    // On Apple's systems and some others, all names of C have a `_` before them.
    let name = name.strip_prefix(b"_").unwrap_or(name);
    if !VERSIONED.iter().any(|start| name.starts_with(start)) {
        return None;
    }
    let mut parts = str::from_utf8(name).ok()?.rsplitn(4, '_');
    let mut part = || parts.next().filter(|part| part.parse::<u32>().is_ok());
    let (patch, minor, major) = (part()?, part()?, part()?);
    Some(format!("{major}.{minor}.{patch}"))
}
