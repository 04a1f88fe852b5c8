//! The number of packages in a program's lock file, which is what `cargo vendor` fetches and
//! what auditors read.

use std::fs;
use std::path::Path;

use crate::cargo::Cargo;
use crate::prefix::Prefix;

/// Returns the packages in the lock file of a program that depends on this crate.
fn locked(name: &str, features: &str) -> Vec<String> {
    let manifest = format!(
        "[package]\nname = \"program\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nlibwasmtime = {{ path = {:?}, default-features = false, \
         features = [{features}] }}\n\n[workspace]\n",
        env!("CARGO_MANIFEST_DIR")
    );
    let package = Prefix::new(&format!("locked_{name}"))
        .lock()
        .file("Cargo.toml", &manifest)
        .file("src/main.rs", "fn main() {}\n");
    let manifest = package.path("Cargo.toml");
    Cargo::bare("tree", Path::new(&manifest))
        .run()
        .assert_success();

    let lock = fs::read_to_string(package.path("Cargo.lock")).unwrap();
    lock.lines()
        .filter_map(|line| line.strip_prefix("name = "))
        .map(|name| name.trim_matches('"').to_owned())
        .collect()
}

fn a_program_locks_no_more_than_it_can_use() {
    for mode in ["load", "static", "dynamic"] {
        for more in [
            "",
            "\"common\"",
            "\"common\", \"standard\", \"winch\", \"wasi-http\"",
        ] {
            let packages = locked(mode, &format!("\"{mode}\", {more}"));
            assert!(packages.len() <= 15, "{mode}, {more}: {packages:?}");
            let foreign = |name: &String| name.contains("wasmtime") && name != "libwasmtime";
            assert!(
                !packages.iter().any(foreign),
                "{mode}, {more}: {packages:?}"
            );
        }
    }
}

fn a_program_that_builds_libwasmtime_locks_that() {
    let packages = locked("vendored", "\"vendored-min\"");
    assert!(
        packages.iter().any(|name| name == "wasmtime-c-api-impl"),
        "{packages:?}"
    );
}

crate::tests![
    a_program_locks_no_more_than_it_can_use,
    a_program_that_builds_libwasmtime_locks_that,
];
