//! What is read out of the sources of this repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Returns the root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Returns the text of a file of the repository.
pub fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns the files of Rust in a directory and below, or that file.
pub fn files(path: &Path) -> Vec<PathBuf> {
    match fs::read_dir(path) {
        Ok(entries) => {
            let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
            paths.sort();
            paths.iter().flat_map(|path| files(path)).collect()
        }
        Err(_) if path.extension().is_some_and(|extension| extension == "rs") => {
            vec![path.to_owned()]
        }
        Err(_) => Vec::new(),
    }
}

/// Returns a source without its comments.
pub fn without_comments(source: &str) -> String {
    let lines = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.fold(String::new(), |text, line| text + line + "\n")
}

/// Returns the identifiers in a text.
pub fn words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Returns the identifiers in the code of these files.
pub fn words_of(files: &[PathBuf]) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for file in files {
        let source = fs::read_to_string(file).unwrap();
        all.append(&mut words(&without_comments(&source)));
    }
    all
}

/// Returns the functions of the C API that `sys` declares by their names.
pub fn declared() -> BTreeSet<String> {
    let mut declared = BTreeSet::new();
    for file in files(&root().join("src/sys")) {
        let source = without_comments(&fs::read_to_string(file).unwrap());
        for (place, _) in source.match_indices("fn ") {
            let name = words(source[place + 3..].split('(').next().unwrap());
            declared.extend(name.into_iter().filter(|name| is_of_c_api(name)));
        }
    }
    declared
}

/// Reports whether a name is one of a function of the C API.
pub fn is_of_c_api(name: &str) -> bool {
    ["wasm_", "wasmtime_", "wasi_"]
        .iter()
        .any(|start| name.starts_with(start))
}

/// Returns the code of the safe layer: all but `sys`.
pub fn safe_layer() -> BTreeSet<String> {
    let mut files = files(&root().join("src"));
    files.retain(|file| !file.starts_with(root().join("src/sys")));
    words_of(&files)
}

/// Reports whether a pattern, in which `*` stands for anything, is that of a name.
pub fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            let ends = name.char_indices().map(|(end, _)| end).chain([name.len()]);
            ends.into_iter().any(|end| matches(rest, &name[end..]))
        }),
    }
}

#[test]
fn patterns_have_stars() {
    assert!(matches("wasm_*_delete", "wasm_func_delete"));
    assert!(matches("wasm_*", "wasm_") && matches("a", "a"));
    assert!(!matches("wasm_*_delete", "wasm_func_deleted"));
    assert!(!matches("a*c", "b") && !matches("a", "ab"));
}

#[test]
fn the_functions_of_the_c_api_are_found() {
    let declared = declared();
    assert!(declared.len() > 600, "{}", declared.len());
    assert!(declared.contains("wasmtime_func_call_unchecked"));
    let called = safe_layer();
    assert!(called.contains("wasmtime_func_call_unchecked"));
    assert!(!called.contains("wasm_ref_same"));
}
