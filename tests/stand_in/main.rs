//! Other people's crates, which depend on `wasmtime`, with the package in
//! `stand-in/wasmtime` in its place.

mod doc_examples;
#[path = "../harness/mod.rs"]
mod harness;
mod messages;
mod opa;
mod packages;
mod provider;

use harness::{Need, leave_out};
use packages::{Packages, texts};
use std::process::ExitCode;

fn main() -> ExitCode {
    let tests = [
        TESTS,
        doc_examples::TESTS,
        messages::TESTS,
        opa::TESTS,
        provider::TESTS,
    ];
    harness::run(&["stand_in"], &tests)
}

crate::tests![a_dependent_runs_with_it, macros_find_it_by_its_name];

/// Returns the link mode of the library that can be linked in place of the `wasmtime`
/// crate.
fn mode() -> &'static str {
    if cfg!(wasmtime_link = "static") {
        "static"
    } else if cfg!(wasmtime_link = "dynamic") {
        "dynamic"
    } else if cfg!(wasmtime_link = "load") {
        "load"
    } else {
        let why = "libwasmtime from source can't stand in for what it is made of";
        leave_out(Need::LoadMode, why);
    }
}

/// A crate that isn't written for the patch, and a program that uses it.
///
/// They need no packages that this repository's lock file lacks.
fn a_dependent_runs_with_it() {
    let packages = Packages::new("dependent", &[mode()]);
    let run = packages.cargo("run").arg("--offline").output().unwrap();
    let (stdout, stderr) = texts(&run);
    assert!(run.status.success(), "{stdout}\n{stderr}");
    let version = env!("CARGO_PKG_VERSION_MAJOR");
    assert!(
        stdout.starts_with(&format!("libwasmtime {version}")),
        "{stdout}"
    );
    packages.assert_without_wasmtime();
    // Without components, and so without `bindgen!`: the two packages, the stand-in, this crate, and
    // its dependencies.
    let packages = Packages::without_components("lean", &[mode()]);
    let locked = packages
        .cargo("metadata")
        .arg("--offline")
        .output()
        .unwrap();
    assert!(locked.status.success(), "{:?}", texts(&locked));
    packages.assert_without_wasmtime();
    assert!(packages.locked().len() <= 15, "{:?}", packages.locked());
}

/// The attributes and derives name this crate by the name of the stand-in, and by that of
/// `libwasmtime` in a program that depends on both.
fn macros_find_it_by_its_name() {
    let features = [mode(), "macros"];
    let stand_in = format!(
        "wasmtime = {{ version = \"{}\", default-features = false, features = {features:?} }}\n",
        env!("CARGO_PKG_VERSION_MAJOR")
    );
    let original = format!(
        "libwasmtime = {{ path = {:?}, default-features = false }}\n",
        packages::REPOSITORY
    );
    let program = include_str!("packages/bound.rs");
    for (name, dependencies) in [
        ("macros", stand_in.clone()),
        ("macros_both", format!("{stand_in}{original}")),
    ] {
        let packages = Packages::of(name, &dependencies, program);
        let run = packages.cargo("run").arg("--offline").output().unwrap();
        let (stdout, stderr) = texts(&run);
        assert!(run.status.success(), "{stdout}\n{stderr}");
        assert_eq!(stdout, "42\n");
    }
}
