//! Cargo's metadata of the packages that matter here.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// A package's features, each with what it turns on.
pub type Features = BTreeMap<String, Vec<String>>;

/// The packages that libwasmtime is made from.
pub struct Workspace {
    /// The crate `libwasmtime` itself.
    pub root: Package,
    /// `libwasmtime-vendor`, which is the C API as a Cargo dependency.
    pub vendor: Package,
    /// Upstream's implementation of the C API.
    pub c_api: Package,
    /// Cargo's target directory.
    pub target: PathBuf,
}

/// One package.
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The version of Rust that it needs, if it says.
    pub rust_version: Option<String>,
    /// Its features.
    pub features: Features,
    /// The directory of its manifest.
    pub directory: PathBuf,
}

impl Workspace {
    /// Asks `cargo metadata`.
    ///
    /// # Errors
    ///
    /// Returns an error if cargo fails, or one of the packages isn't there.
    pub fn load() -> Result<Workspace> {
        let metadata = metadata(None)?;
        Ok(Workspace {
            root: package(&metadata, "libwasmtime")?,
            vendor: package(&metadata, "libwasmtime-vendor")?,
            c_api: package(&metadata, "wasmtime-c-api-impl")?,
            target: metadata["target_directory"]
                .as_str()
                .context("`cargo metadata` names no target directory")?
                .into(),
        })
    }

    /// Returns the features of the C API that the crate `libwasmtime` has by default.
    pub fn default_features(&self) -> BTreeSet<String> {
        let mut features = enabled(&self.root.features, &["default".to_string()].into());
        features.retain(|feature| self.vendor.features.contains_key(feature));
        features
    }
}

/// Returns cargo, to be run in the directory where the workspace's `.cargo/config.toml`
/// applies.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    command
}

/// Returns the artifacts in cargo's JSON messages.
///
/// # Errors
///
/// Returns an error if a message isn't JSON.
pub fn artifacts(messages: &str) -> Result<Vec<Value>> {
    let mut artifacts = Vec::new();
    for line in messages.lines() {
        let message: Value = serde_json::from_str(line)
            .with_context(|| format!("cargo printed a message that is not JSON: {line}"))?;
        if message["reason"] == "compiler-artifact" {
            artifacts.push(message);
        }
    }
    Ok(artifacts)
}

/// Returns the `chosen` features together with the package's features they imply.
pub fn enabled(features: &Features, chosen: &BTreeSet<String>) -> BTreeSet<String> {
    let mut enabled = BTreeSet::new();
    let mut pending: Vec<&String> = chosen.iter().collect();
    while let Some(feature) = pending.pop() {
        if let Some(implied) = features.get(feature)
            && enabled.insert(feature.clone())
        {
            pending.extend(implied);
        }
    }
    enabled
}

/// Returns the output of `cargo metadata` for the workspace, or for another manifest's; it
/// fetches all packages.
///
/// # Errors
///
/// Returns an error if cargo fails.
pub fn metadata(manifest: Option<&Path>) -> Result<Value> {
    let mut command = cargo();
    command
        .args(["metadata", "--format-version=1"])
        // Without a filter, cargo would fetch the packages of all targets.
        .args(["--filter-platform", "host-tuple"]);
    if let Some(manifest) = manifest {
        command.arg("--manifest-path").arg(manifest);
    }
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo")?;
    ensure!(
        output.status.success(),
        "`cargo metadata` failed ({}); it says why above",
        output.status
    );
    serde_json::from_slice(&output.stdout).context("cannot read `cargo metadata`")
}

/// Returns the package of this name in the output of `cargo metadata`.
///
/// # Errors
///
/// Returns an error if there is none.
pub fn package(metadata: &Value, name: &str) -> Result<Package> {
    let read = || {
        let packages = metadata["packages"].as_array()?;
        let package = packages.iter().find(|package| package["name"] == name)?;
        let manifest = Path::new(package["manifest_path"].as_str()?);
        Some(Package {
            name: name.to_string(),
            version: package["version"].as_str()?.to_string(),
            rust_version: package["rust_version"].as_str().map(str::to_string),
            features: serde_json::from_value(package["features"].clone()).ok()?,
            directory: manifest.parent()?.to_path_buf(),
        })
    };
    read().with_context(|| format!("`cargo metadata` does not describe the package {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features<const N: usize>(table: [(&str, &[&str]); N]) -> Features {
        let strings = |list: &[&str]| list.iter().map(ToString::to_string).collect();
        table
            .map(|(name, implied)| (name.to_string(), strings(implied)))
            .into()
    }

    #[test]
    fn implied_features_are_enabled_and_dependencies_are_not_features() {
        let features = features([
            ("async", &["dep:futures", "wasmtime/async"]),
            ("component", &[]),
            ("component-async", &["component", "async"]),
            ("wat", &[]),
        ]);
        let enabled = enabled(&features, &["component-async".to_string()].into());
        let expected = ["async", "component", "component-async"].map(str::to_string);
        assert_eq!(enabled, expected.into());
    }
}
