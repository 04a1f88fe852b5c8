//! What Cargo was told about the build script of `wasmtime-c-api-impl`.
//!
//! Cargo doesn't tell a build script how it was configured, so the places are looked
//! at again which Cargo has its configuration from: the files `.cargo/config.toml` of
//! the directory where it was run and of those above it, that of its home, and its
//! arguments. What is found counts if it names the key and the target; whether it is
//! right is for Cargo to say.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The `links` key of the package `wasmtime-c-api-impl`.
const LINKS: &str = "wasmtime-c-api";

/// Whether a table stands in for the build script, for a target.
pub fn replaces_script(triple: &str) -> bool {
    let directory = directory().unwrap_or_default();
    let in_arguments = arguments().iter().any(|argument| {
        let value = argument.strip_prefix("--config=").unwrap_or(argument);
        is_about(value, triple) || is_file_about(&directory.join(value), triple)
    });
    in_arguments || files().iter().any(|file| is_file_about(file, triple))
}

/// A target as a key of TOML.
pub fn key(triple: &str) -> String {
    match triple.contains('.') {
        true => format!("\"{triple}\""),
        false => triple.to_owned(),
    }
}

/// Whether a piece of configuration says something of the build script, for a
/// target. It is in a table of its own, or in one of the target's or of all targets.
fn is_about(text: &str, triple: &str) -> bool {
    let mut lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or(""));
    let mut target = false;
    lines.any(|line| {
        target |= line.contains(triple);
        target && line.contains(LINKS)
    })
}

fn is_file_about(file: &Path, triple: &str) -> bool {
    fs::read_to_string(file).is_ok_and(|text| is_about(&text, triple))
}

/// The files that Cargo may have its configuration from.
fn files() -> BTreeSet<PathBuf> {
    let mut directories = BTreeSet::new();
    for place in places() {
        directories.extend(place.ancestors().map(|above| above.join(".cargo")));
    }
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    directories.extend(home.or_else(|| Some(env::home_dir()?.join(".cargo"))));
    directories
        .into_iter()
        .flat_map(|directory| ["config.toml", "config"].map(|name| directory.join(name)))
        .collect()
}

/// Where Cargo may have been run.
fn places() -> Vec<PathBuf> {
    let in_environment = ["PWD", "OUT_DIR"].into_iter().filter_map(env::var_os);
    // Where the shell was, and what the target directory is in, which is the
    // workspace as a rule.
    directory()
        .into_iter()
        .chain(in_environment.map(PathBuf::from))
        .collect()
}

/// Where Cargo was run.
#[cfg(target_os = "linux")]
fn directory() -> Option<PathBuf> {
    let parent = std::os::unix::process::parent_id();
    fs::read_link(format!("/proc/{parent}/cwd")).ok()
}

/// Where Cargo was run, which isn't known.
#[cfg(not(target_os = "linux"))]
fn directory() -> Option<PathBuf> {
    None
}

/// The arguments of Cargo.
#[cfg(target_os = "linux")]
fn arguments() -> Vec<String> {
    let parent = std::os::unix::process::parent_id();
    let line = fs::read(format!("/proc/{parent}/cmdline")).unwrap_or_default();
    line.split(|&byte| byte == 0)
        .map(|argument| String::from_utf8_lossy(argument).into_owned())
        .collect()
}

/// The arguments of Cargo, as one.
#[cfg(all(unix, not(target_os = "linux")))]
fn arguments() -> Vec<String> {
    let parent = std::os::unix::process::parent_id().to_string();
    let ps = std::process::Command::new("ps")
        .args(["-o", "args=", "-p", &parent])
        .output();
    ps.map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .into_iter()
        .collect()
}

/// The arguments of Cargo, which can't be seen.
#[cfg(not(unix))]
fn arguments() -> Vec<String> {
    Vec::new()
}
