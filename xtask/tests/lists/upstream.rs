//! What is read out of libwasmtime's source: the package `wasmtime-c-api-impl`.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::code::{self, root};

/// The name of the package.
const PACKAGE: &str = "wasmtime-c-api-impl";

/// Code that panics, or ends the process at once.
const PANICS: [&str; 9] = [
    ".unwrap()",
    ".expect(",
    "panic!(",
    "assert!(",
    "assert_eq!(",
    "abort(",
    "unreachable!(",
    "unreachable_unchecked(",
    "unimplemented!(",
];

/// Files and directories of which nothing is wrapped.
const NOT_WRAPPED: [&str; 1] = ["component"];

/// Returns the directory of the package.
fn directory() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let output = Command::new(env!("CARGO"))
            .current_dir(root())
            .args(["metadata", "--format-version=1"])
            .args(["--filter-platform", "host-tuple"])
            .output()
            .unwrap();
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let packages = metadata["packages"].as_array().unwrap();
        let own = packages.iter().find(|package| package["name"] == PACKAGE);
        let manifest = own.unwrap()["manifest_path"].as_str().unwrap();
        Path::new(manifest).parent().unwrap().to_owned()
    })
}

/// Returns the sources, by their paths in `src`.
fn sources() -> BTreeMap<String, String> {
    let directory = directory().join("src");
    let files = code::files(&directory).into_iter().map(|file| {
        let name = file.strip_prefix(&directory).unwrap().to_str().unwrap();
        let source = code::without_comments(&fs::read_to_string(&file).unwrap());
        (name.replace('\\', "/"), source)
    });
    files.collect()
}

/// Returns the functions, by file and name, in which something may panic or abort.
pub fn functions_that_panic() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (file, source) in sources() {
        if NOT_WRAPPED.iter().any(|start| file.starts_with(start)) {
            continue;
        }
        for function in panicking(&source) {
            found.insert((file.clone(), function.to_owned()));
        }
    }
    found
}

/// Returns the functions of a source that may panic.
fn panicking(source: &str) -> BTreeSet<&str> {
    let mut panicking = BTreeSet::new();
    let mut function = None;
    for line in source.lines() {
        if line.starts_with("const _") {
            // The compiler evaluates these assertions.
            function = None;
        }
        if let Some((_, after)) = line.split_once("fn ") {
            // In a macro, it may be one of its parameters.
            function = after.trim_start_matches('$').split(['(', '<']).next();
        }
        if PANICS.iter().any(|panic| line.contains(panic)) {
            // `abort` itself contains one.
            panicking.extend(function.filter(|name| *name != "abort"));
        }
    }
    panicking
}

/// Returns how each function takes the context of a store: `true` if it may change the
/// store.
pub fn contexts() -> BTreeMap<String, bool> {
    let mut contexts = BTreeMap::new();
    for source in sources().values() {
        for (place, _) in source.match_indices("fn ") {
            let Some((name, rest)) = source[place + 3..].split_once('(') else {
                continue;
            };
            let parameters = rest.split("{\n").next().unwrap();
            if parameters.contains("WasmtimeStoreContextMut<") {
                contexts.insert(name.to_owned(), true);
            } else if parameters.contains("WasmtimeStoreContext<") {
                contexts.insert(name.to_owned(), false);
            }
        }
    }
    contexts
}

#[test]
fn panics_are_found_in_their_functions() {
    let source = "\
pub extern \"C\" fn one(a: u8) {
    two(a).unwrap();
}

const _: () = {
    assert!(1 == 1);
};

fn two<T>(a: T) {
    a.unwrap_or_default();
}
";
    assert_eq!(panicking(source), ["one"].into());
}
