//! The Cargo features of the `wasmtime` crate: each is one of this crate's as well,
//! so that a manifest needs no change.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// The features of the `wasmtime` crate 48.0.8, as its `Cargo.toml` has them.
const UPSTREAM: &[&str] = &[
    "addr2line",
    "all-arch",
    "anyhow",
    "async",
    "backtrace",
    "cache",
    "call-hook",
    "compile-time-builtins",
    "component-model",
    "component-model-async",
    "component-model-bytes",
    "coredump",
    "cranelift",
    "custom-fiber",
    "custom-native-signals",
    "custom-sync-primitives",
    "custom-virtual-memory",
    "debug",
    "debug-builtins",
    "default",
    "demangle",
    "gc",
    "gc-copying",
    "gc-drc",
    "gc-null",
    "incremental-cache",
    "memory-protection-keys",
    "parallel-compilation",
    "pooling-allocator",
    "profile-pulley",
    "profiling",
    "pulley",
    "reexport-wasmparser",
    "rr",
    "runtime",
    "stack-switching",
    "std",
    "threads",
    "trace-log",
    "wave",
    "winch",
    "wit-parser",
    "wmemcheck",
];

/// Those that are a compile error here.
const REFUSED: &[&str] = &[
    "call-hook",
    "custom-fiber",
    "custom-native-signals",
    "custom-sync-primitives",
    "custom-virtual-memory",
    "memory-protection-keys",
    "profile-pulley",
    "reexport-wasmparser",
    "rr",
    "wmemcheck",
];

/// This crate's features, as Cargo reads them.
fn features() -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version=1",
            "--manifest-path",
        ])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let own = packages
        .iter()
        .find(|package| package["name"] == env!("CARGO_PKG_NAME"));
    let features = own.unwrap()["features"].as_object().unwrap();
    features.keys().cloned().collect()
}

#[test]
fn every_feature_of_the_wasmtime_crate_is_there() {
    let own = features();
    let missing: Vec<_> = UPSTREAM
        .iter()
        .filter(|name| !own.contains(**name))
        .collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
}

#[test]
fn what_cannot_be_had_is_a_compile_error_that_says_so() {
    let output = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--lib", "--no-default-features"])
        .arg(format!("--features=load,{}", REFUSED.join(",")))
        .arg("--manifest-path")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .arg("--target-dir")
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("target"))
        .env_remove("CARGO_BUILD_TARGET")
        .env_remove("LIBWASMTIME_LINK")
        .output()
        .unwrap();
    assert!(!output.status.success());
    let printed = String::from_utf8(output.stderr).unwrap();
    for feature in REFUSED {
        assert!(
            printed.contains(&format!(
                "what the feature `{feature}` of the `wasmtime` crate asks"
            )),
            "{feature}: {printed}"
        );
    }
    assert_eq!(
        printed.matches("error: libwasmtime").count(),
        REFUSED.len(),
        "{printed}"
    );
}
