//! The messages if a program with the patch doesn't compile.

use crate::packages::{Packages, texts};

crate::tests![
    without_a_link_mode_the_features_are_named,
    from_source_is_refused_with_the_reason,
    a_feature_that_cannot_be_had_is_named,
];

/// Returns Cargo's messages when it checks the program with these features.
#[track_caller]
fn refused(name: &str, features: &[&str]) -> String {
    let packages = Packages::new(name, features);
    let check = packages
        .cargo("check")
        .args(["--offline", "--package", "wasmtime"])
        .output()
        .unwrap();
    assert!(!check.status.success());
    texts(&check).1
}

fn without_a_link_mode_the_features_are_named() {
    let error = refused("no_mode", &[]);
    for expected in [
        "libwasmtime, which stands in for the `wasmtime` crate",
        "`load`: open the shared library when the program runs",
        r#"default-features = false, features = ["load"] }"#,
    ] {
        assert!(error.contains(expected), "no {expected:?} in\n{error}");
    }
    assert!(!error.contains("vendored"), "{error}");
}

fn from_source_is_refused_with_the_reason() {
    let error = refused("vendored", &["vendored"]);
    let expected = "libwasmtime can't be built from source where it stands in";
    assert!(error.contains(expected), "{error}");
}

fn a_feature_that_cannot_be_had_is_named() {
    let error = refused("call_hook", &["load", "call-hook"]);
    for expected in [
        "what the feature `call-hook` of the `wasmtime` crate asks for",
        "`cargo tree --edges features --invert libwasmtime` shows what turned it on",
    ] {
        assert!(error.contains(expected), "no {expected:?} in\n{error}");
    }
}
