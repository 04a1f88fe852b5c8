//! Other people's crates, which depend on `wasmtime`, with the package in
//! `stand-in/wasmtime` in its place.

// They turn on what the `wasmtime` crate has by default, which the library must have.
// With `vendored` there is no stand-in.
#![cfg(all(
    feature = "common",
    any(
        wasmtime_link = "static",
        wasmtime_link = "dynamic",
        wasmtime_link = "load"
    )
))]

mod messages;
mod packages;
#[cfg(wasmtime_link = "load")]
mod provider;

use packages::Packages;

#[cfg(wasmtime_link = "static")]
const MODE: &str = "static";
#[cfg(wasmtime_link = "dynamic")]
const MODE: &str = "dynamic";
#[cfg(wasmtime_link = "load")]
const MODE: &str = "load";

/// A crate that knows nothing of the patch, and a program that uses it.
///
/// Cargo needs nothing for them that this repository's lock file doesn't have.
#[test]
fn a_dependent_runs_with_it() {
    let packages = Packages::new("dependent", &format!("\"{MODE}\""));
    let run = packages.cargo("run").arg("--offline").output().unwrap();
    let (stdout, stderr) = packages::texts(&run);
    assert!(run.status.success(), "{stdout}\n{stderr}");
    let version = env!("CARGO_PKG_VERSION_MAJOR");
    assert!(
        stdout.starts_with(&format!("libwasmtime {version}")),
        "{stdout}"
    );
    packages.assert_without_wasmtime();
    // The two packages, the stand-in, this crate, and what it depends on.
    assert!(packages.locked().len() <= 13, "{:?}", packages.locked());
}
