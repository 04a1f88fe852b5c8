//! Other people's crates, which depend on `wasmtime`, with the package in
//! `stand-in/wasmtime` in its place.

#[path = "../harness/mod.rs"]
mod harness;
mod messages;
mod packages;
mod provider;

use harness::{Need, leave_out};
use packages::{Packages, texts};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(&["stand_in"], &[TESTS, messages::TESTS, provider::TESTS])
}

crate::tests![a_dependent_runs_with_it];

/// Returns how the library that is there can be linked in place of the `wasmtime` crate.
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

/// A crate that knows nothing of the patch, and a program that uses it.
///
/// Cargo needs nothing for them that this repository's lock file doesn't have.
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
    // The two packages, the stand-in, this crate, and what it depends on.
    assert!(packages.locked().len() <= 15, "{:?}", packages.locked());
}
