//! The examples in the documentation of the `wasmtime` crate, with libwasmtime under that
//! name.
//!
//! They are read from the crate's sources, and written into two packages: those that have to
//! pass, and those that can't. `rustdoc` compiles and runs both.
//!
//! This test fetches packages. It fails without a registry, unless Cargo has fetched them
//! before.

mod examples;
mod failing;

use crate::mode;
use crate::packages::{Packages, REPOSITORY, package, texts};
use examples::{Example, examples};
use failing::FAILING;
use std::collections::BTreeMap;
use std::path::PathBuf;

crate::tests![the_examples_of_the_wasmtime_crate_pass];

/// The package of the examples that have to pass.
const PASSING_PACKAGE: &str = "passing";

/// The package of the examples that have to fail. In the other one they would make `rustdoc`
/// compile each example by itself, and not all in one.
const FAILING_PACKAGE: &str = "failing";

fn the_examples_of_the_wasmtime_crate_pass() {
    let mode = mode();
    let examples = examples(&sources());
    let are_async = examples.iter().filter(|example| example.is_async()).count();
    assert!(are_async > 0, "no asynchronous examples in {examples:?}");
    println!(
        "{} examples in the documentation of the `wasmtime` crate, {are_async} of them asynchronous",
        examples.len(),
    );
    for (name, why) in FAILING {
        let mut names = examples.iter().map(|example| example.name.as_str());
        assert!(names.any(|found| found == *name), "no example `{name}`");
        println!("fails: {name}: {why}");
    }
    let (failing, passing): (Vec<&Example>, Vec<&Example>) = examples
        .iter()
        .partition(|example| FAILING.iter().any(|(name, _)| example.name == *name));

    let packages = Packages::empty("examples");
    packages.write(
        "Cargo.toml",
        &format!(
            "[workspace]\nmembers = [{PASSING_PACKAGE:?}, {FAILING_PACKAGE:?}]\nresolver = \"3\"\n"
        ),
    );
    write(&packages, PASSING_PACKAGE, mode, &passing);
    write(&packages, FAILING_PACKAGE, mode, &failing);
    let run = packages
        .cargo("test")
        .args(["--doc", "--workspace", "--no-fail-fast"])
        .output()
        .unwrap();
    let (stdout, stderr) = texts(&run);
    let outcomes = outcomes(&stdout);
    let outcome = |example: &Example| outcomes.get(example.name.as_str()).copied();
    let mut failed = passing.clone();
    failed.retain(|example| outcome(example) != Some("ok"));
    assert!(
        failed.is_empty(),
        "{stdout}\n{stderr}\nThese examples fail: {failed:?}"
    );
    let mut passed = failing.clone();
    passed.retain(|example| outcome(example) != Some("FAILED"));
    assert!(
        passed.is_empty(),
        "These examples don't fail; take them off the list in \
         tests/stand_in/doc_examples/failing.rs: {passed:?}"
    );
}

/// Returns the directory of the sources of the `wasmtime` crate.
fn sources() -> PathBuf {
    let packages = Packages::empty("sources");
    let version = env!("CARGO_PKG_VERSION");
    packages.write(
        "Cargo.toml",
        &format!(
            "{}wasmtime = {{ version = \"={version}\", default-features = false }}\n\n[workspace]\n",
            package("sources")
        ),
    );
    packages.write("src/lib.rs", "");
    let mut metadata = packages.cargo("metadata");
    let metadata = metadata.args(["--format-version=1"]).output().unwrap();
    let (stdout, stderr) = texts(&metadata);
    assert!(
        metadata.status.success(),
        "{stderr}\nThis needs the sources of `wasmtime` from the registry, or a Cargo that has \
         fetched them before."
    );
    let metadata: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let mut all = metadata["packages"].as_array().unwrap().iter();
    let wasmtime = all.find(|package| package["name"] == "wasmtime").unwrap();
    let manifest = PathBuf::from(wasmtime["manifest_path"].as_str().unwrap());
    manifest.parent().unwrap().join("src")
}

/// Writes a package whose documentation consists of the examples.
fn write(packages: &Packages, name: &str, mode: &str, examples: &[&Example]) {
    packages.write(
        &format!("{name}/Cargo.toml"),
        &format!(
            "{}wasmtime = {{ package = \"libwasmtime\", path = {REPOSITORY:?}, \
             default-features = false, features = [{mode:?}, \"common\"] }}\n\
             tokio = {{ version = \"1\", features = [\"macros\", \"rt\", \"rt-multi-thread\", \"time\"] }}\n",
            package(name)
        ),
    );
    let items: String = examples.iter().map(|example| example.item()).collect();
    packages.write(&format!("{name}/src/lib.rs"), &items);
}

/// Returns what happened to each example that was run.
fn outcomes(stdout: &str) -> BTreeMap<&str, &str> {
    stdout
        .lines()
        .filter_map(|line| {
            // test passing/src/lib.rs - name (line 3) - compile ... ok
            let (_, test) = line.strip_prefix("test ")?.split_once(" - ")?;
            let (name, _) = test.split_once(" (line ")?;
            let (_, outcome) = test.rsplit_once(" ... ")?;
            Some((name, outcome))
        })
        .collect()
}
