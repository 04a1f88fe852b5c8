//! The Cargo features of the `wasmtime` crate: each is one of this crate's as well,
//! so that a manifest needs no change.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// The features of the `wasmtime` crate 48.0.8, from its `Cargo.toml`.
// Version 48: the `wasmtime` crate has these features; look at its `Cargo.toml`, and at
// that of `stand-in/wasmtime`.
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
    "wat",
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

/// Those that are on by default.
const DEFAULT: &[&str] = &[
    "addr2line",
    "anyhow",
    "async",
    "backtrace",
    "cache",
    "compile-time-builtins",
    "component-model",
    "component-model-async",
    "coredump",
    "cranelift",
    "debug",
    "debug-builtins",
    "demangle",
    "gc",
    "gc-copying",
    "gc-drc",
    "gc-null",
    "parallel-compilation",
    "pooling-allocator",
    "profiling",
    "runtime",
    "stack-switching",
    "std",
    "threads",
    "wat",
    "wit-parser",
];

/// Returns the features of the package in this directory, as Cargo reads them, each with
/// what it turns on.
fn features(directory: &str, name: &str) -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version=1",
            "--manifest-path",
        ])
        .arg(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join(directory)
                .join("Cargo.toml"),
        )
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let own = packages.iter().find(|package| package["name"] == name);
    serde_json::from_value(own.unwrap()["features"].clone()).unwrap()
}

#[test]
fn every_feature_of_the_wasmtime_crate_is_there() {
    let own = features("", "libwasmtime");
    let missing: Vec<_> = UPSTREAM
        .iter()
        .filter(|name| !own.contains_key(**name))
        .collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
}

#[test]
fn the_stand_in_has_the_features_of_the_wasmtime_crate_and_its_link_modes() {
    let mut stand_in = features("stand-in/wasmtime", "wasmtime");
    assert_eq!(stand_in["default"], DEFAULT);
    for mode in ["static", "dynamic", "load"] {
        assert_eq!(
            stand_in.remove(mode).unwrap(),
            [format!("libwasmtime/{mode}")]
        );
    }
    stand_in.remove("vendored").unwrap();
    assert_eq!(stand_in.remove("macros").unwrap(), ["libwasmtime/macros"]);
    assert!(stand_in.keys().eq(UPSTREAM), "{:?}", stand_in.keys());
    stand_in.remove("default");
    assert_eq!(
        stand_in.remove("component-model").unwrap(),
        ["libwasmtime/component-model", "libwasmtime/component-macro"]
    );
    for (name, on) in stand_in {
        assert_eq!(on, [format!("libwasmtime/{name}")]);
    }
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
