//! Runs rustdoc to write the JSON of both crates.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::document::{Document, Documents};
use crate::workspace::cargo;

/// The crates whose items the `wasmtime` crate re-exports.
const RE_EXPORTED: [&str; 3] = [
    "wasmtime-environ",
    "wasmtime-internal-core",
    "wasmtime-internal-cache",
];

/// Documents this crate, with all features that are possible in one link mode.
///
/// # Errors
///
/// Returns an error if it doesn't compile.
pub fn own(target: &Path) -> Result<Documents> {
    let target = target.join("own");
    run(json(cargo())
        .args([
            "doc",
            "--quiet",
            "--no-deps",
            "--lib",
            "--package=libwasmtime",
        ])
        .args([
            "--no-default-features",
            "--features=load,common,standard,component-macro",
        ])
        .arg("--target-dir")
        .arg(&target))?;
    let document = Document::read(&target.join("doc").join("libwasmtime.json"))?;
    Ok(Documents::new(document, Vec::new()))
}

/// Returns the `wasmtime` crate of a version, with its default features, from a file that
/// rustdoc wrote before; with the crates that it re-exports, whose files are beside it.
///
/// # Errors
///
/// Returns an error if a file is missing, or has another version or format.
pub fn read(file: &Path, version: &str, format: u64) -> Result<Documents> {
    let main = Document::read(file)?;
    if main.version() != version || main.format() != format {
        bail!(
            "{} is of version {}, in format {}; expected version {version} in format {format}",
            file.display(),
            main.version(),
            main.format()
        );
    }
    let mut others = Vec::new();
    for name in RE_EXPORTED {
        let file = file.with_file_name(format!("{}.json", name.replace('-', "_")));
        others.push(Document::read(&file)?);
    }
    Ok(Documents::new(main, others))
}

/// Documents the `wasmtime` crate of a version, if that isn't done yet, and returns
/// the file.
///
/// # Errors
///
/// Returns an error if it can't be fetched, or doesn't compile.
pub fn upstream(target: &Path, version: &str, format: u64) -> Result<PathBuf> {
    let directory = target.join("upstream");
    let file = directory.join("target").join("doc").join("wasmtime.json");
    if read(&file, version, format).is_ok() {
        return Ok(file);
    }
    eprintln!("documenting the `wasmtime` crate {version}, which takes some minutes");
    // A package of its own, so that the crate's dependencies aren't this workspace's.
    let source = directory.join("src");
    fs::create_dir_all(&source).with_context(|| format!("creating {}", source.display()))?;
    let manifest = format!(
        "[workspace]\n\n[package]\nname = \"upstream\"\nversion = \"0.0.0\"\n\
         edition = \"2024\"\n\n[dependencies]\nwasmtime = \"={version}\"\n"
    );
    for (file, text) in [("Cargo.toml", manifest.as_str()), ("src/lib.rs", "")] {
        let file = directory.join(file);
        fs::write(&file, text).with_context(|| format!("writing {}", file.display()))?;
    }
    let mut cargo = json(cargo());
    cargo
        .args(["doc", "--quiet", "--no-deps", "--package=wasmtime"])
        .args(RE_EXPORTED.map(|name| format!("--package={name}")))
        .arg("--target-dir")
        .arg(directory.join("target"))
        .current_dir(&directory);
    run(&mut cargo)?;
    Ok(file)
}

/// Returns a command that makes JSON of the documentation. A stable rustdoc can do this,
/// but needs a variable for unstable options.
fn json(mut cargo: Command) -> Command {
    cargo
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTDOCFLAGS", "-Zunstable-options --output-format=json")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env_remove("CARGO_BUILD_TARGET");
    cargo
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status().context("running cargo")?;
    if !status.success() {
        bail!("documenting failed: {status}");
    }
    Ok(())
}
