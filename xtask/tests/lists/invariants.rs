//! The invariant "Shared" of ARCHITECTURE.md, compared with libwasmtime's source.

use std::fs;

use crate::code::{declared, files, is_of_c_api, root, safe_layer, without_comments};
use crate::markdown::quoted;
use crate::upstream::contexts;

/// Returns the text of an invariant of ARCHITECTURE.md.
fn invariant(name: &str) -> String {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let heading = format!("- **{name}**");
    let (_, text) = text
        .split_once(&heading)
        .unwrap_or_else(|| panic!("ARCHITECTURE.md has no invariant {name}"));
    text.split("\n- **").next().unwrap().to_owned()
}

/// Returns the functions that `sys` declares to take a context, each with whether it is a
/// constant pointer.
fn declared_contexts() -> Vec<(String, bool)> {
    let mut all = Vec::new();
    for file in files(&root().join("src/sys")) {
        let source = without_comments(&fs::read_to_string(file).unwrap());
        for (place, _) in source.match_indices("fn ") {
            let Some((name, rest)) = source[place + 3..].split_once('(') else {
                continue;
            };
            let parameters = rest.split([';', '{']).next().unwrap();
            let is_const = parameters.contains("*const wasmtime_context_t");
            if is_const || parameters.contains("*mut wasmtime_context_t") {
                all.push((name.to_owned(), is_const));
            }
        }
    }
    all
}

#[test]
fn functions_that_are_declared_to_take_a_constant_context_only_read() {
    let contexts = contexts();
    let declared = declared_contexts();
    assert!(declared.len() > 60, "{}", declared.len());
    for (name, _) in declared.iter().filter(|(_, is_const)| *is_const) {
        assert_eq!(
            contexts.get(name),
            Some(&false),
            "the invariant \"Shared\" says that `{name}` takes a `WasmtimeStoreContext`"
        );
    }
}

#[test]
fn functions_that_shared_names_are_what_it_says() {
    let text = invariant("Shared");
    let (contexts, declared, called) = (contexts(), declared(), safe_layer());
    let constant: Vec<String> = declared_contexts()
        .into_iter()
        .filter_map(|(name, is_const)| is_const.then_some(name))
        .collect();
    // Two lists: those that only read, and those that take more than they need.
    let (only_read, take_more) = text
        .split_once("`WasmtimeStoreContextMut`")
        .expect("the second list says what the functions take");
    let mut count = 0;
    for (list, may_change) in [(only_read, false), (take_more, true)] {
        for name in quoted(list).filter(|name| is_of_c_api(name)) {
            count += 1;
            assert!(declared.contains(name), "`sys` doesn't declare `{name}`");
            assert!(called.contains(name), "nothing calls `{name}`");
            assert!(
                !constant.contains(&name.to_owned()) || may_change,
                "`{name}` is declared to take a constant pointer"
            );
            assert_eq!(contexts.get(name), Some(&may_change), "{name}");
        }
    }
    assert!(count > 3, "\"Shared\" names {count} functions");
}
