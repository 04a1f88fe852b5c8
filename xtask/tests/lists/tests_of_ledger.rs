//! The tests that the ledger names.

use std::fs;
use std::path::{Path, PathBuf};

use crate::code::{self, matches, root, without_comments, words};
use crate::ledger::FILE;
use crate::markdown::{quoted, rows, section};

/// Modules of other test binaries, which the ledger names as if they were `tests/abort`'s.
const ELSEWHERE: [(&str, &str); 2] = [
    ("unsupported", "tests/load/unsupported.rs"),
    ("scarce", "tests/scarce.rs"),
];

/// A module of tests.
struct Module {
    file: PathBuf,
}

impl Module {
    fn at(file: PathBuf) -> Option<Module> {
        file.is_file().then_some(Module { file })
    }

    /// Returns a module in this one: a file, or a part of the same.
    fn inner(&self, name: &str) -> Option<Module> {
        let below = self.file.with_extension("").join(format!("{name}.rs"));
        let in_file = || self.source().contains(&format!("mod {name} {{"));
        Module::at(below).or_else(|| in_file().then(|| Module::at(self.file.clone()))?)
    }

    fn source(&self) -> String {
        without_comments(&fs::read_to_string(&self.file).unwrap())
    }

    /// Reports whether there is a test of a name, which may have a star.
    fn has(&self, test: &str) -> bool {
        test == "*" || words(&self.source()).iter().any(|word| matches(test, word))
    }
}

/// The context that the tests named before in a cell give to the next one.
#[derive(Default)]
struct Names {
    /// The module of the last.
    module: Option<Module>,
    /// A directory that was named instead of `tests/abort`.
    directory: Option<PathBuf>,
}

impl Names {
    /// Returns a module that isn't in another one.
    fn outermost(&self, name: &str) -> Option<Module> {
        let here = |directory: &Path| Module::at(directory.join(format!("{name}.rs")));
        if let Some(module) = self.directory.as_deref().and_then(here) {
            return Some(module);
        }
        match ELSEWHERE.iter().find(|(module, _)| *module == name) {
            Some((_, path)) => Module::at(root().join(path)),
            None => here(&root().join("tests/abort")),
        }
    }

    /// Reports whether a test exists, by its path from an outermost module on or from the
    /// module of the last.
    fn find(&mut self, path: &str) -> bool {
        if path.starts_with("tests/") {
            let path = root().join(path);
            if path.is_dir() {
                self.directory = Some(path);
                return true;
            }
            self.module = Module::at(path.with_extension("rs"));
            return self.module.is_some();
        }
        let mut parts: Vec<&str> = path.split("::").collect();
        let mut module = match self.outermost(parts[0]) {
            Some(module) => {
                parts.remove(0);
                module
            }
            None => match self.module.take() {
                Some(module) => module,
                None => return false,
            },
        };
        while let Some(inner) = parts.first().and_then(|name| module.inner(name)) {
            module = inner;
            parts.remove(0);
        }
        let found = match parts[..] {
            [] => true,
            [test] => module.has(test),
            _ => false,
        };
        self.module = Some(module);
        found
    }
}

/// Panics unless all tests of a cell exist.
fn check(cell: &str) {
    let mut names = Names::default();
    for test in quoted(cell) {
        assert!(
            names.find(test),
            "{FILE} names the test `{test}`, which isn't there: {cell}"
        );
    }
}

#[test]
fn every_test_of_the_ledger_exists() {
    let ledger = code::text(FILE);
    for row in rows(section(&ledger, "## By file")) {
        if let Some(tests) = row.get(4) {
            check(tests);
        }
    }
    for row in rows(section(&ledger, "## By hazard")) {
        check(row[1]);
    }
    let below = section(&ledger, "## What is not kept out");
    for test in quoted(below).filter(|name| name.contains("::")) {
        if Names::default()
            .outermost(test.split("::").next().unwrap())
            .is_some()
        {
            check(&format!("`{test}`"));
        }
    }
}

#[test]
fn every_module_of_tests_is_in_the_ledger() {
    let ledger = code::text(FILE);
    for entry in fs::read_dir(root().join("tests/abort")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let is_rust = path.extension().is_some_and(|extension| extension == "rs");
        // These contain no tests.
        if is_rust && !["main", "limits"].contains(&name) {
            let named = quoted(&ledger).any(|quoted| quoted.split("::").next() == Some(name));
            assert!(
                named,
                "{FILE} doesn't name the tests of tests/abort/{name}.rs"
            );
        }
    }
}

#[test]
fn a_test_is_found_by_its_path() {
    check(
        "`hosts::fail_at_any_depth`, `hosts::misbehave::host_functions`, `exceptions`, \
         `hosts::misbehave::captured_*`, `scarce::for_wasi::*`, `unsupported::*`, `dwarf`, \
         `tests/all/exnref`, `tests/load`: `damage::*`",
    );
    for path in [
        "hosts::no_such_test",
        "no_such_module::test",
        "tests/no_such_file",
    ] {
        assert!(!Names::default().find(path), "{path}");
    }
}
