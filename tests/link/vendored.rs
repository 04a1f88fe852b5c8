//! Building from source: what is built, and that the features that are on are built in.
//!
//! These tests check programs against a copy of this package and the vendor package, with an
//! empty package below them instead of all of Wasmtime.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::cargo::{Cargo, Printed};
use crate::prefix::Prefix;

/// Returns the copy, which is made once.
fn copy() -> &'static Path {
    static COPY: OnceLock<PathBuf> = OnceLock::new();
    COPY.get_or_init(|| {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let there = Prefix::new("vendored");
        let names = [
            "build",
            "build.rs",
            "docs",
            "macros",
            "src",
            "vendor",
            "README.md",
        ];
        for name in names {
            copy_all(&here.join(name), Path::new(&there.path(name)));
        }
        let read = |name: &str| fs::read_to_string(here.join(name)).unwrap();
        let vendor = read("vendor/Cargo.toml").replace(
            "wasmtime-c-api-impl = {",
            "wasmtime-c-api-impl = { path = \"../empty\",",
        );
        let features: String = vendor
            .split("wasmtime-c-api-impl/")
            .skip(1)
            .map(|rest| format!("{} = []\n", rest.split('"').next().unwrap()))
            .collect();
        let there = there
            .file("Cargo.toml", &manifest(&read("Cargo.toml")))
            .file("vendor/Cargo.toml", &vendor)
            .file("empty/src/lib.rs", "")
            .file(
                "empty/Cargo.toml",
                &format!(
                    "[package]\nname = \"wasmtime-c-api-impl\"\nversion = \"{}\"\n\
                     edition = \"2024\"\n\n[lib]\nname = \"wasmtime_c_api\"\n\n\
                     [features]\n{features}",
                    env!("CARGO_PKG_VERSION")
                ),
            );
        PathBuf::from(there.root())
    })
}

/// Returns this package's manifest without the members of the workspace that aren't copied,
/// and without examples and tests.
fn manifest(text: &str) -> String {
    let members = text
        .lines()
        .find(|line| line.starts_with("members ="))
        .unwrap();
    let text = text.replace(
        members,
        "members = [\"empty\", \"macros\", \"vendor\", \"vendor/check\"]",
    );
    let examples = text.find("[[example]]").unwrap_or(text.len());
    let lints = text.find("[lints.rust]").unwrap();
    format!("{}{}", &text[..examples.min(lints)], &text[lints..])
}

fn copy_all(from: &Path, to: &Path) {
    if from.is_file() {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
        return;
    }
    for entry in fs::read_dir(from).unwrap() {
        let name = entry.unwrap().file_name();
        copy_all(&from.join(&name), &to.join(&name));
    }
}

/// Checks a program with features of this crate and of the vendor package.
fn check(name: &str, features: &str, vendor: &str) -> Printed {
    let copy = copy();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\n\
         libwasmtime = {{ path = {copy:?}, default-features = false, features = [{features}] }}\n\
         libwasmtime-vendor = {{ path = {:?}, features = [{vendor}] }}\n\n[workspace]\n",
        copy.join("vendor")
    );
    let package = Prefix::new(name)
        .lock()
        .file("Cargo.toml", &manifest)
        .file("src/lib.rs", "");
    Cargo::of("check", Path::new(&package.path("Cargo.toml")))
        // Nothing needs CMake here.
        .set("LIBWASMTIME_SKIP_CMAKE_CHECK", "1")
        .run()
}

fn what_is_common_is_built_in() {
    check(
        "vendored_common",
        "\"vendored\", \"common\", \"standard\"",
        "",
    )
    .assert_success();
}

fn the_runtime_alone_takes_no_features() {
    check("vendored_min", "\"vendored-min\", \"standard\"", "").assert_success();
}

fn a_feature_that_is_not_built_in_is_an_error() {
    let printed = check(
        "vendored_lacks",
        "\"vendored-min\", \"load\", \"wat\", \"gc-copying\", \"logging\"",
        "\"gc\"",
    );
    // Another package may have turned on a mode, and these features.
    printed.assert_failure("as its resolver 1 does");
    for name in ["wat", "gc-copying", "logging"] {
        printed.assert_failure(&format!(
            "the Cargo feature `{name}` of `libwasmtime` is on, and libwasmtime is built from \
             source without it"
        ));
    }
    assert!(
        !printed.stdout.contains("feature `gc` of"),
        "{}",
        printed.stdout
    );
}

fn the_vendor_packages_own_features_are_built_in() {
    let features = "\"vendored-min\", \"wat\", \"winch\", \"gc\", \"gc-copying\"";
    let vendor = "\"wat\", \"winch\", \"gc\", \"gc-copying\", \"all-arch\"";
    check("vendored_more", features, vendor).assert_success();
}

crate::tests![
    what_is_common_is_built_in,
    the_runtime_alone_takes_no_features,
    a_feature_that_is_not_built_in_is_an_error,
    the_vendor_packages_own_features_are_built_in,
];
