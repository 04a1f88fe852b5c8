//! The environment variables that the documentation names.

use std::collections::BTreeSet;
use std::fs;

use crate::code::{self, files, root, without_comments};

/// The documents in which users and contributors read about variables.
const DOCUMENTS: [&str; 4] = [
    "README.md",
    "CONTRIBUTING.md",
    "vendor/README.md",
    "stand-in/wasmtime/README.md",
];

/// Reports whether a word is the name of a variable of this crate.
fn is_variable(word: &str) -> bool {
    let is_upper = word
        .chars()
        .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    is_upper && (word.starts_with("LIBWASMTIME_") || word.starts_with("WASMTIME_"))
}

/// Returns the variables in a text.
fn variables(text: &str) -> BTreeSet<String> {
    let mut words = code::words(text);
    words.retain(|word| is_variable(word));
    words
}

/// Returns the variables that are literals in the code of some directories.
fn literals(directories: &[&str]) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for directory in directories {
        for file in files(&root().join(directory)) {
            let source = without_comments(&fs::read_to_string(file).unwrap());
            let texts = source.split('"').skip(1).step_by(2);
            all.extend(texts.filter(|text| is_variable(text)).map(str::to_owned));
        }
    }
    all
}

#[test]
fn variables_that_are_documented_are_read() {
    let read = literals(&[
        "build",
        "src",
        "vendor",
        "tests",
        "xtask/src",
        "fuzz",
        "benches",
    ]);
    for document in DOCUMENTS {
        for name in variables(&code::text(document)) {
            assert!(
                read.contains(&name),
                "{document} names {name}, which nothing reads"
            );
        }
    }
}

#[test]
fn variables_that_are_read_are_documented() {
    let documented: BTreeSet<String> = DOCUMENTS
        .iter()
        .flat_map(|document| variables(&code::text(document)))
        .collect();
    // Not variables: macros of the C headers and constants of the C API, and what the
    // build script tells the crate.
    let others = ["WASMTIME_VERSION", "LIBWASMTIME_LINKED_VERSION"];
    let is_other = |name: &str| {
        others.contains(&name)
            || name.starts_with("WASMTIME_FEATURE_")
            || name.starts_with("LIBWASMTIME_FOUND_")
    };
    for name in literals(&["build", "src", "vendor"]) {
        assert!(
            documented.contains(&name) || is_other(&name),
            "{name} is read, and none of {DOCUMENTS:?} names it"
        );
    }
}
