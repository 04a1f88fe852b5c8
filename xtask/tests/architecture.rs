//! What ARCHITECTURE.md says of the source.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The C functions that run WebAssembly code in a store, and where, apart from those that are
/// declared and not used.
const ENTRIES: [(&str, &str); 7] = [
    ("wasmtime_func_call", "store/entry.rs"),
    ("wasmtime_func_call_async", "store/entry/asynchronous.rs"),
    ("wasmtime_func_call_unchecked", "store/entry.rs"),
    ("wasmtime_instance_new", "store/entry.rs"),
    ("wasmtime_instance_pre_instantiate", "store/entry.rs"),
    (
        "wasmtime_instance_pre_instantiate_async",
        "store/entry/asynchronous.rs",
    ),
    ("wasmtime_linker_instantiate", "store/entry.rs"),
];

/// Others whose names or comments say that they do, which nothing may call: each would be
/// another way in.
const NOT_CALLED: [&str; 2] = [
    "wasmtime_linker_instantiate_async",
    "wasmtime_linker_module",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files of the safe layer, with their texts.
fn safe_layer() -> BTreeMap<String, String> {
    fn collect(directory: &Path, files: &mut BTreeMap<String, String>, root: &Path) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, files, root);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).unwrap();
                let name = name.to_str().unwrap().replace('\\', "/");
                files.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut files = BTreeMap::new();
    let source = root().join("src");
    collect(&source, &mut files, &source);
    files.retain(|name, _| !name.starts_with("sys/"));
    files
}

/// Whether a line of code, not of a comment, has the name as a whole word.
fn names(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .any(|line| line.split(|c| !is_part(c)).any(|word| word == name))
}

#[test]
fn webassembly_is_entered_in_one_place() {
    let files = safe_layer();
    for (function, place) in ENTRIES {
        let places: Vec<_> = files
            .iter()
            .filter(|(_, text)| names(text, function))
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(
            places,
            [place],
            "`{function}` runs WebAssembly code, and is for src/{place} alone"
        );
    }
    for function in NOT_CALLED {
        for (name, text) in &files {
            assert!(!names(text, function), "src/{name} calls `{function}`");
        }
    }
}

#[test]
fn panics_are_caught_in_one_place() {
    let places: Vec<_> = safe_layer()
        .into_iter()
        .filter(|(_, text)| names(text, "catch_unwind"))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        places,
        ["callback.rs"],
        "callbacks of libwasmtime run the host's code by `callback::call_host`"
    );
}

/// The invariants that ARCHITECTURE.md lists.
fn invariants() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let (_, section) = text.split_once("\n## Invariants\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let items = section.lines().filter_map(|line| line.strip_prefix("- **"));
    items
        .map(|item| item.split_once("**").unwrap().0.to_owned())
        .collect()
}

/// The invariants that comments cite, with one place for each.
fn cited() -> BTreeMap<String, String> {
    let mut cited = BTreeMap::new();
    for (name, text) in safe_layer() {
        // A comment's lines as one text.
        let words: Vec<_> = text
            .split_whitespace()
            .filter(|word| *word != "//")
            .collect();
        let text = words.join(" ");
        for (start, _) in text.match_indices("nvariant") {
            let mut rest = text[start..].trim_start_matches(char::is_alphabetic);
            // One name, or several: `invariants "A", "B" and "C"`.
            while let Some((between, after)) = rest.split_once('"') {
                if !matches!(between.trim(), "" | "," | "and" | ", and") {
                    break;
                }
                let (invariant, after) = after.split_once('"').unwrap();
                cited.insert(invariant.to_owned(), name.clone());
                rest = after;
            }
        }
    }
    cited
}

#[test]
fn each_invariant_that_is_cited_is_described_and_the_other_way_round() {
    let (described, cited) = (invariants(), cited());
    for (invariant, place) in &cited {
        assert!(
            described.contains(invariant),
            "src/{place} cites the invariant \"{invariant}\", which ARCHITECTURE.md lacks"
        );
    }
    for invariant in described {
        assert!(
            cited.contains_key(&invariant),
            "no comment rests on the invariant \"{invariant}\" of ARCHITECTURE.md"
        );
    }
}

#[test]
fn the_files_that_the_map_names_are_there() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let words = text.split(|c: char| c.is_whitespace() || "`(),│".contains(c));
    for word in words {
        let path = word.trim_end_matches([':', ';', '.']);
        let is_path = ["src/", "build/", "tests/", "vendor/", "xtask/"]
            .iter()
            .any(|directory| path.starts_with(directory));
        if is_path && !path.contains('*') {
            assert!(root().join(path).exists(), "ARCHITECTURE.md names {path}");
        }
    }
}
