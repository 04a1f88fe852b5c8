//! Creates shared libraries that are like libwasmtime, or not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use libwasmtime::{Feature, sys};

use crate::harness::{Need, leave_out};

/// Compiles a shared library with these functions, all of which return null. Leaves
/// the test out if there is no C compiler.
pub fn library<'a>(path: &Path, functions: impl IntoIterator<Item = &'a str>) {
    let source = path.with_extension("c");
    let text: String = functions
        .into_iter()
        .map(|name| format!("void *{name}(void) {{ return 0; }}\n"))
        .collect();
    fs::write(&source, text).unwrap();
    // Distributions' libraries have one, and the system then identifies an open library by
    // it.
    let soname = path.file_name().unwrap().to_str().unwrap();
    let soname = cfg!(target_os = "linux").then(|| format!("-Wl,-soname,{soname}"));
    let compiler = Command::new("cc")
        // Some have the names of functions that are built into the compiler.
        .args(["-shared", "-fPIC", "-w", "-fno-builtin", "-o"])
        .args([path, &source])
        .args(soname)
        .output();
    let Ok(output) = compiler else {
        leave_out(Need::CCompiler, "there is no `cc`");
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Returns the functions that a libwasmtime with just these features has.
pub fn functions(features: &[Feature]) -> Vec<&'static str> {
    sys::headers()
        .flat_map(|header| header.functions)
        .filter(|function| function.features.iter().all(|f| features.contains(f)))
        .map(|function| function.name)
        .collect()
}

/// Copies a library without the symbols that contain its version, as if it had been built
/// without `debug-builtins`. The symbols become local: the library can refer to them, but
/// they can't be looked up.
#[cfg(target_os = "linux")]
pub fn without_version_symbol(library: &Path, copy: &Path) {
    const SECTIONS_AT: usize = 40;
    const SECTION: usize = 64;
    const DYNAMIC_SYMBOLS: u64 = 11;
    const SYMBOL: usize = 24;

    let mut bytes = fs::read(library).unwrap();
    let number = |bytes: &[u8], at: usize, length: usize| -> u64 {
        let mut number = [0; 8];
        number[..length].copy_from_slice(&bytes[at..at + length]);
        u64::from_le_bytes(number)
    };
    // The offset, size and link of a section.
    let section = |bytes: &[u8], at: usize| {
        let [start, length] = [24, 32].map(|field| number(bytes, at + field, 8) as usize);
        (start, length, number(bytes, at + 40, 4) as usize)
    };
    let sections = number(&bytes, SECTIONS_AT, 8) as usize;
    let symbols = (sections..)
        .step_by(SECTION)
        .find(|at| number(&bytes, at + 4, 4) == DYNAMIC_SYMBOLS)
        .unwrap();
    let (symbols, length, strings) = section(&bytes, symbols);
    let (strings, _, _) = section(&bytes, sections + strings * SECTION);

    let mut hidden = 0;
    for symbol in (symbols..symbols + length).step_by(SYMBOL) {
        let name = strings + number(&bytes, symbol, 4) as usize;
        if bytes[name..].starts_with(b"set_vmctx_memory_") {
            // Its type stays, its binding becomes local.
            bytes[symbol + 4] &= 0xf;
            hidden += 1;
        }
    }
    // A library built without `debug-builtins` has none.
    let expected = hidden == 1 || !cfg!(feature = "debug-builtins") && hidden == 0;
    assert!(expected, "{hidden} in {}", library.display());
    fs::write(copy, bytes).unwrap();
}

/// Returns a shared library that isn't libwasmtime and is on every system of its kind.
/// Leaves the test out if none is known on this one.
pub fn unrelated() -> PathBuf {
    let maps = fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let libc = maps
        .lines()
        .filter_map(|line| line.split_ascii_whitespace().nth(5))
        .find(|file| file.contains("libc.so") || file.contains("/ld-musl"));
    match libc {
        Some(libc) => libc.into(),
        None => leave_out(Need::Linux, "no shared library is known on this system"),
    }
}
