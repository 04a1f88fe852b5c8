//! The harness reports tests that can't run: this runs the binary again, with a test that
//! needs missing libraries.

use std::env;
use std::process::Command;

use crate::harness::find_attributes;

/// The test, and what it needs.
const TEST: &str = "headers::real_libraries_of_other_majors_are_errors";
const NEED: &str = "other-majors";

/// Runs it. Returns whether that succeeds, and what is printed.
fn run(may_be_missing: Option<&str>) -> (bool, String) {
    let mut test = Command::new(env::current_exe().unwrap());
    test.args([TEST, "--exact"])
        .env_remove("LIBWASMTIME_TEST_OTHER_MAJORS")
        .env_remove("LIBWASMTIME_TEST_WITHOUT");
    if let Some(names) = may_be_missing {
        test.env("LIBWASMTIME_TEST_WITHOUT", names);
    }
    let output = test.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

fn what_cannot_run_does_not_pass() {
    for may_be_missing in [None, Some(NEED), Some("superuser other-majors")] {
        let (success, text) = run(may_be_missing);
        assert!(success, "{text}");
        assert!(text.contains(" 0 passed; 0 failed; 1 ignored;"), "{text}");
        let said = "\nnot run: 1 test of tests/link needs libraries of other major versions: \
                    set LIBWASMTIME_TEST_OTHER_MAJORS";
        assert!(text.contains(said), "{text}");
    }
}

fn it_fails_where_everything_is_said_to_be_there() {
    for may_be_missing in ["", "superuser"] {
        let (success, text) = run(Some(may_be_missing));
        assert!(!success, "{text}");
        assert!(text.contains(" 0 passed; 1 failed; 0 ignored;"), "{text}");
        assert!(text.contains("without naming `other-majors`"), "{text}");
    }
}

fn a_name_that_nothing_has_is_an_error() {
    let (success, text) = run(Some("other-major"));
    assert!(!success, "{text}");
    assert!(text.contains("names `other-major`, which is"), "{text}");
}

fn a_test_that_only_has_an_attribute_is_an_error() {
    find_attributes(&["link", "link_mode.rs"]).unwrap();
    let error = find_attributes(&["link", "ui/main.rs"]).unwrap_err();
    assert!(error.contains("main.rs marks a test"), "{error}");
}

crate::tests![
    what_cannot_run_does_not_pass,
    it_fails_where_everything_is_said_to_be_there,
    a_name_that_nothing_has_is_an_error,
    a_test_that_only_has_an_attribute_is_an_error,
];
