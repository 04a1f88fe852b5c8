//! `tests/abort/README.md` beside libwasmtime's source and the code of this crate.

use std::collections::BTreeSet;

use crate::code::{self, declared, is_of_c_api, matches, safe_layer};
use crate::markdown::{quoted, rows, section};
use crate::upstream;

/// The ledger.
pub const FILE: &str = "tests/abort/README.md";

/// The heading of the list of functions without a row of their own.
const HARMLESS: &str = "### What else is called";

/// Returns the names of functions at the beginning of a row: patterns of functions of the C
/// API, and the last parts of the names of others.
pub fn functions(cell: &str, declared: &BTreeSet<String>) -> (Vec<String>, Vec<String>) {
    let (mut of_c_api, mut others): (Vec<String>, Vec<String>) = Default::default();
    for name in quoted(cell) {
        let is_short = name.starts_with('_');
        let is_plain = name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '*');
        if is_plain && is_short {
            let whole = of_c_api
                .last()
                .and_then(|last| expand(last, name, declared))
                .unwrap_or_else(|| panic!("`{name}` in {cell:?} is the end of no function"));
            of_c_api.push(whole);
        } else if is_plain && (is_of_c_api(name) || name.starts_with('*')) {
            of_c_api.push(name.to_owned());
        } else if let Some(last) = name.rsplit("::").next() {
            others.push(last.to_owned());
        }
    }
    (of_c_api, others)
}

/// Returns the name that ends in `end` and begins as `last` does, for as long as possible.
fn expand(last: &str, end: &str, declared: &BTreeSet<String>) -> Option<String> {
    let stops = last.match_indices('_').map(|(stop, _)| stop);
    let mut starts: Vec<&str> = stops.map(|stop| &last[..stop]).collect();
    starts.push(last);
    let names = starts.into_iter().rev().map(|start| start.to_owned() + end);
    names
        .into_iter()
        .find(|name| declared.iter().any(|function| matches(name, function)))
}

/// Returns the rows of the tables by file.
fn rows_by_file(ledger: &str) -> Vec<Vec<&str>> {
    let (before, _) = section(ledger, "## By file").split_once(HARMLESS).unwrap();
    let rows = rows(before);
    for row in &rows {
        assert_eq!(row.len(), 5, "{row:?}");
    }
    rows
}

/// Returns the functions that are listed as harmless.
fn harmless(ledger: &str) -> Vec<&str> {
    let rows = rows(section(ledger, HARMLESS));
    rows.iter().flat_map(|row| quoted(row[1])).collect()
}

#[test]
fn every_function_of_the_ledger_is_one_of_the_c_api() {
    let (ledger, declared) = (code::text(FILE), declared());
    let mut patterns: Vec<String> = harmless(&ledger).into_iter().map(str::to_owned).collect();
    for row in rows_by_file(&ledger) {
        patterns.extend(functions(row[0], &declared).0);
    }
    for pattern in patterns {
        assert!(
            declared.iter().any(|name| matches(&pattern, name)),
            "{FILE} names `{pattern}`, which `sys` doesn't declare"
        );
    }
}

#[test]
fn what_is_not_called_is_not_called_and_the_rest_is() {
    let (ledger, declared, called) = (code::text(FILE), declared(), safe_layer());
    for row in rows_by_file(&ledger) {
        let is_called = !row[2].starts_with("not called") && !row[2].starts_with("not wrapped");
        for pattern in functions(row[0], &declared).0 {
            let names: Vec<_> = declared
                .iter()
                .filter(|name| matches(&pattern, name) && called.contains(*name))
                .collect();
            // A row may be of two functions, of which one isn't called.
            let says_so = row[2].contains(&format!("`{pattern}` isn't called"));
            assert_eq!(
                !names.is_empty(),
                is_called && !says_so,
                "{FILE} says {:?} of `{pattern}`, and the safe layer calls {names:?}",
                row[2]
            );
        }
    }
    for pattern in harmless(&ledger) {
        let mut names = declared.iter().filter(|name| matches(pattern, name));
        assert!(
            names.any(|name| called.contains(name)),
            "{FILE} lists `{pattern}` as called, and nothing calls it"
        );
    }
}

#[test]
fn every_function_that_is_called_is_in_the_ledger() {
    let (ledger, declared, called) = (code::text(FILE), declared(), safe_layer());
    let mut patterns: Vec<String> = harmless(&ledger).into_iter().map(str::to_owned).collect();
    for row in rows_by_file(&ledger) {
        patterns.extend(functions(row[0], &declared).0);
    }
    let missing: Vec<_> = declared
        .intersection(&called)
        .filter(|name| !patterns.iter().any(|pattern| matches(pattern, name)))
        .collect();
    assert!(
        missing.is_empty(),
        "{FILE} has no row for {missing:?}: see whether libwasmtime can panic or abort in them, \
         and add a row, or list them under `{HARMLESS}`"
    );
}

#[test]
fn every_function_of_libwasmtime_that_can_panic_is_in_the_ledger() {
    let (ledger, declared) = (code::text(FILE), declared());
    let rows = rows_by_file(&ledger);
    let (mut patterns, mut others): (Vec<String>, Vec<String>) = Default::default();
    for row in &rows {
        let (of_c_api, other) = functions(row[0], &declared);
        patterns.extend(of_c_api);
        others.extend(other);
    }
    let panics = upstream::functions_that_panic();
    assert!(panics.len() > 50, "{panics:?}");
    let missing: Vec<_> = panics
        .iter()
        .filter(|(_, name)| {
            let in_c_api = patterns.iter().any(|pattern| matches(pattern, name));
            !in_c_api && !others.iter().any(|other| matches(other, name))
        })
        .collect();
    assert!(
        missing.is_empty(),
        "{FILE} has no row for these functions of libwasmtime, which can panic or abort: \
         {missing:?}"
    );
}

/// Returns the names in a cell that are to be found in the code: the last parts of paths.
fn names(cell: &str) -> impl Iterator<Item = (&str, &str)> {
    quoted(cell).filter_map(|quoted| {
        let last = quoted.trim_end_matches('!').rsplit("::").next()?;
        let is_name = last.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        (is_name && !last.is_empty()).then_some((quoted, last))
    })
}

#[test]
fn the_safe_api_and_the_guards_exist() {
    let ledger = code::text(FILE);
    let mut code = safe_layer();
    code.extend(code::words_of(&code::files(&code::root().join("src/sys"))));
    // A name may be that of a Cargo feature.
    let manifest = code::words(&code::text("Cargo.toml"));
    for row in rows_by_file(&ledger) {
        for (quoted, name) in names(row[2]).chain(names(row[3])) {
            assert!(
                code.contains(name) || manifest.contains(name),
                "{FILE} names `{quoted}`, which isn't in the code: {row:?}"
            );
        }
        let mut directory = String::new();
        for file in quoted(row[3]).filter(|name| name.ends_with(".rs") && !name.contains('*')) {
            let path = match file.contains('/') {
                true => file.to_owned(),
                // Beside the one before; or a file of libwasmtime's, in "see `wasi.rs`".
                false if row[3].contains("see `") => continue,
                false => format!("{directory}{file}"),
            };
            assert!(code::root().join(&path).is_file(), "{FILE} names {path}");
            directory = path[..path.rfind('/').map_or(0, |end| end + 1)].to_owned();
        }
    }
}

#[test]
fn short_names_stand_for_whole_ones() {
    let declared: BTreeSet<String> = [
        "wasmtime_func_type",
        "wasmtime_func_to_raw",
        "wasmtime_linker_define",
        "wasmtime_linker_get",
    ]
    .map(str::to_owned)
    .into();
    let cell = "`wasmtime_func_type`, `_to_raw` and `Val::to_c`; `wasmtime_linker_define`, `_get`";
    let (of_c_api, others) = functions(cell, &declared);
    let expected = [
        "wasmtime_func_type",
        "wasmtime_func_to_raw",
        "wasmtime_linker_define",
        "wasmtime_linker_get",
    ];
    assert_eq!(of_c_api, expected);
    assert_eq!(others, ["to_c"]);
}
