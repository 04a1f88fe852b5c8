//! Compiles `vendor/` to a static archive and a shared library.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::platform;
use crate::workspace::{Workspace, artifacts, cargo};

/// Builds libwasmtime as a static archive and as a shared library, and returns the files.
///
/// The package's manifest declares a plain `lib`, as the crate's link mode `vendored` would
/// otherwise link a shared library that it never uses. The package, its features and the
/// target directory are those of that mode, so both share everything that is compiled.
///
/// With a `cfg`, the archive is compiled with it. The shared library isn't.
///
/// # Errors
///
/// Returns an error if cargo fails, which prints the reason on standard error.
pub fn build(
    workspace: &Workspace,
    profile: &str,
    features: &BTreeSet<String>,
    cfg: Option<&str>,
) -> Result<Vec<PathBuf>> {
    let run = |kinds, arguments| rustc(workspace, profile, features, kinds, arguments);
    let shared = platform::shared_library_args();
    match cfg {
        None => run("staticlib,cdylib", shared),
        Some(cfg) => Ok([run("staticlib", &["--cfg", cfg])?, run("cdylib", shared)?].concat()),
    }
}

/// Compiles the vendor package's library into files of some kinds.
fn rustc(
    workspace: &Workspace,
    profile: &str,
    features: &BTreeSet<String>,
    kinds: &str,
    arguments: &[&str],
) -> Result<Vec<PathBuf>> {
    let features: Vec<&str> = features.iter().map(String::as_str).collect();
    let output = cargo()
        .args(["rustc", "--package", &workspace.vendor.name, "--lib"])
        .args(["--crate-type", kinds])
        .args(["--profile", profile])
        .args(["--no-default-features", "--features", &features.join(",")])
        .arg("--message-format=json-render-diagnostics")
        .arg("--")
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo")?;
    ensure!(
        output.status.success(),
        "cargo could not build libwasmtime with the profile `{profile}` ({}); \
         it says why above",
        output.status,
    );
    let messages = String::from_utf8(output.stdout).context("cargo's messages are not UTF-8")?;
    library_files(&messages, workspace, kinds)
}

/// Returns the files of the vendor package's library among cargo's JSON messages. The
/// package's build script has files too, and comes first.
fn library_files(messages: &str, workspace: &Workspace, kinds: &str) -> Result<Vec<PathBuf>> {
    let manifest = workspace.vendor.directory.join("Cargo.toml");
    let files = artifacts(messages)?
        .iter()
        .filter(|artifact| artifact["manifest_path"] == manifest.to_string_lossy().as_ref())
        .find(|artifact| {
            let mut built = artifact["target"]["crate_types"]
                .as_array()
                .into_iter()
                .flatten();
            built.any(|built| kinds.split(',').any(|kind| built == kind))
        })
        .and_then(|artifact| artifact["filenames"].as_array())
        .map(|files| {
            files
                .iter()
                .filter_map(Value::as_str)
                .map(PathBuf::from)
                .collect::<Vec<_>>()
        })
        .unwrap_or_default();
    let libraries = files
        .iter()
        .filter_map(|file| platform::installed_name(file));
    ensure!(
        libraries.count() >= kinds.split(',').count(),
        "expected a library of each of the kinds `{kinds}` from cargo for {}, found the files \
         {files:?}",
        workspace.vendor.name
    );
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cargo's message for a target of a package.
    fn message(manifest: &str, crate_type: &str, files: &[&str]) -> String {
        serde_json::json!({
            "reason": "compiler-artifact",
            "manifest_path": manifest,
            "target": { "crate_types": [crate_type], "kind": [crate_type] },
            "filenames": files,
        })
        .to_string()
    }

    #[test]
    fn the_library_is_not_taken_for_the_build_script() {
        let workspace = Workspace::load().unwrap();
        let manifest = workspace.vendor.directory.join("Cargo.toml");
        let manifest = manifest.to_str().unwrap();
        let other = message(
            "/elsewhere/Cargo.toml",
            "staticlib",
            &["/elsewhere/libother.a"],
        );
        let script = message(manifest, "bin", &["/target/build-script-build"]);
        let library = message(manifest, "staticlib", &["/target/liblibwasmtime_vendor.a"]);
        let files = |messages: &[&String]| {
            let lines: Vec<_> = messages.iter().map(|message| message.as_str()).collect();
            library_files(&lines.join("\n"), &workspace, "staticlib")
        };
        assert_eq!(
            files(&[&other, &script, &library]).unwrap(),
            [PathBuf::from("/target/liblibwasmtime_vendor.a")]
        );
        let error = files(&[&other, &script]).unwrap_err().to_string();
        assert!(error.starts_with("expected a library of each"), "{error}");
    }
}
