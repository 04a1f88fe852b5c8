//! The examples, test binaries and features that tables list.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::code::{self, declared, is_of_c_api, matches, root};
use crate::markdown::{quoted, rows, section};

/// Returns what Cargo knows of the package `libwasmtime`.
fn package() -> Value {
    let output = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["metadata", "--no-deps", "--format-version=1"])
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let own = packages
        .iter()
        .find(|package| package["name"] == "libwasmtime");
    own.unwrap().clone()
}

/// Returns the documentation of a module, as Markdown.
fn docs(path: &str) -> String {
    let source = code::text(path);
    let lines = source.lines().filter_map(|line| {
        let line = line.strip_prefix("//!")?;
        Some(line.strip_prefix(' ').unwrap_or(line))
    });
    lines.fold(String::new(), |text, line| text + line + "\n")
}

/// Returns the names of the package's targets of a kind.
fn targets(kind: &str) -> BTreeSet<String> {
    let package = package();
    let targets = package["targets"].as_array().unwrap().iter();
    targets
        .filter(|target| target["kind"][0] == kind)
        .map(|target| target["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn contributors_are_told_of_all_test_binaries() {
    let text = code::text("CONTRIBUTING.md");
    let rows = rows(section(&text, "## Tests"));
    let listed: BTreeSet<String> = rows
        .iter()
        .map(|row| quoted(row[0]).next().unwrap().to_owned())
        .filter(|name| !name.starts_with("LIBWASMTIME_"))
        .collect();
    assert_eq!(listed, targets("test"));
}

#[test]
fn the_readme_lists_all_examples() {
    let mut expected = targets("example");
    // A package of its own.
    expected.insert("examples/standalone".to_owned());
    let readme = code::text("README.md");
    let listed: BTreeSet<String> = rows(section(&readme, "## Examples"))
        .iter()
        .map(|row| quoted(row[0]).next().unwrap().to_owned())
        .collect();
    assert_eq!(listed, expected);
}

#[test]
fn the_documentation_lists_all_features_of_libwasmtime() {
    let package = package();
    let features = package["features"].as_object().unwrap();
    let common: BTreeSet<&str> = features["common"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        // It is of this crate alone.
        .filter(|name| *name != "backtrace")
        .collect();
    let docs = docs("src/lib.rs");
    let rows = rows(section(&docs, "# Features"));
    let mut listed = BTreeSet::new();
    for row in &rows {
        for name in quoted(row[0]) {
            assert!(features.contains_key(name), "src/lib.rs lists `{name}`");
            assert_eq!(row[1] == "✓", common.contains(name), "{name}: {row:?}");
            listed.insert(name);
        }
    }
    // As the package that builds libwasmtime has them.
    let vendor = code::text("vendor/Cargo.toml");
    let built: BTreeSet<&str> = vendor
        .lines()
        .filter_map(|line| Some(line.split_once(" = [\"wasmtime-c-api-impl/")?.0))
        .collect();
    assert!(built.len() > 20, "{built:?}");
    assert_eq!(listed, built);
}

#[test]
fn the_table_of_what_an_example_needs_has_each_form() {
    let source = code::text("src/example.rs");
    let listed: BTreeSet<String> = rows(&docs("src/example.rs"))
        .iter()
        .filter_map(|row| {
            let form = quoted(row[0]).next()?.strip_prefix("example!(")?;
            Some(form.strip_suffix(')')?.to_owned())
        })
        .collect();
    let (_, body) = source.split_once("macro_rules! example {\n").unwrap();
    let body = body.split("\n}\n").next().unwrap();
    let forms: BTreeSet<String> = body
        .lines()
        .filter_map(|line| {
            let form = line.trim().strip_suffix(") => {")?;
            Some(form.strip_prefix('(')?.to_owned())
        })
        .collect();
    assert_eq!(listed, forms);
}

#[test]
fn what_standard_leaves_out_is_in_the_c_api() {
    let declared = declared();
    let types = code::words_of(&code::files(&root().join("src/sys")));
    let docs = docs("src/standard.rs");
    let rows = rows(section(&docs, "# What isn't here"));
    assert!(rows.len() > 5, "{rows:?}");
    for name in rows.iter().flat_map(|row| quoted(row[0])) {
        if is_of_c_api(name) || name.starts_with('*') {
            let is_function = declared.iter().any(|function| matches(name, function));
            assert!(
                is_function || types.contains(name),
                "src/standard.rs names `{name}`"
            );
        }
    }
}
