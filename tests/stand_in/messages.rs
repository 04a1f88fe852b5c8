//! What is said where a program with the patch doesn't compile.

use crate::MODE;
use crate::packages::{Packages, texts};

/// What Cargo says to a check of the program that turns these features on.
#[track_caller]
fn refused(name: &str, features: &str) -> String {
    let packages = Packages::new(name, features);
    let check = packages
        .cargo("check")
        .args(["--offline", "--package", "wasmtime"])
        .output()
        .unwrap();
    assert!(!check.status.success());
    texts(&check).1
}

#[test]
fn without_a_link_mode_the_features_are_named() {
    let error = refused("no_mode", "");
    for expected in [
        "libwasmtime, which stands in for the `wasmtime` crate",
        "`load`: open the shared library when the program runs",
        r#"default-features = false, features = ["load"] }"#,
    ] {
        assert!(error.contains(expected), "no {expected:?} in\n{error}");
    }
    assert!(!error.contains("vendored"), "{error}");
}

#[test]
fn from_source_is_refused_with_the_reason() {
    let error = refused("vendored", r#""vendored""#);
    let expected = "libwasmtime can't be built from source where it stands in";
    assert!(error.contains(expected), "{error}");
}

#[test]
fn a_feature_that_cannot_be_had_is_named() {
    let error = refused("call_hook", &format!(r#""{MODE}", "call-hook""#));
    for expected in [
        "what the feature `call-hook` of the `wasmtime` crate asks for",
        "`cargo tree --edges features --invert libwasmtime` shows what turned it on",
    ] {
        assert!(error.contains(expected), "no {expected:?} in\n{error}");
    }
}
