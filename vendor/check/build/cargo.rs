//! Finds out whether Cargo's configuration replaces the build script of `wasmtime-c-api-impl`.
//!
//! A build script can't ask Cargo for its configuration. So this module reads the places that
//! Cargo reads: the files `.cargo/config.toml` in the directory where Cargo was run and in those
//! above it, the one in Cargo's home, and Cargo's arguments. A configuration counts if it names
//! the key and the target; Cargo itself reports an invalid one.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The `links` key of the package `wasmtime-c-api-impl`.
const LINKS: &str = "wasmtime-c-api";

/// The maximum depth of files that include others.
const INCLUDES: u32 = 8;

/// Reports whether a table replaces the build script for a target.
pub fn replaces_script(triple: &str) -> bool {
    let directory = directory().unwrap_or_default();
    let arguments = arguments();
    let in_arguments = values(&arguments, "--config").any(|value| {
        is_about(value, triple) || is_file_about(&directory.join(value), triple, INCLUDES)
    });
    in_arguments
        || files(&arguments)
            .iter()
            .any(|file| is_file_about(file, triple, INCLUDES))
}

/// Returns the values of an option in a list of arguments.
fn values<'a>(arguments: &'a [String], option: &'a str) -> impl Iterator<Item = &'a str> {
    let after = arguments.windows(2).filter_map(move |pair| {
        let [name, value] = pair else { return None };
        (name == option).then_some(value.as_str())
    });
    let joined = arguments
        .iter()
        .filter_map(move |argument| argument.strip_prefix(option)?.strip_prefix('='));
    after.chain(joined)
}

/// Returns a target as a TOML key.
pub fn key(triple: &str) -> String {
    match triple.contains('.') {
        true => format!("\"{triple}\""),
        false => triple.to_owned(),
    }
}

/// Reports whether a piece of configuration has a table for the build script and a target. It may
/// be a table of its own, or a part of the table of the target or of all targets.
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

/// Reports whether a file has such a table, or a file that it includes, up to a depth.
fn is_file_about(file: &Path, triple: &str, includes: u32) -> bool {
    let Ok(text) = fs::read_to_string(file) else {
        return false;
    };
    let directory = file.parent().unwrap_or(Path::new(""));
    is_about(&text, triple)
        || includes > 0
            && included(&text)
                .any(|name| is_file_about(&directory.join(name), triple, includes - 1))
}

/// Returns the files that a text includes: all strings in the value of the key, as the value may
/// be a list, also of tables with more keys.
fn included(text: &str) -> impl Iterator<Item = &str> {
    let value = text
        .split("\ninclude")
        .nth(1)
        .or(text.strip_prefix("include"));
    let value = value.unwrap_or("").trim_start();
    let value = match value.strip_prefix('=').map(str::trim_start) {
        Some(list) if list.starts_with('[') => list.split(']').next(),
        Some(value) => value.lines().next(),
        None => None,
    };
    let strings = value.unwrap_or("").split(['"', '\'']).skip(1).step_by(2);
    strings.filter(|name| !name.is_empty())
}

/// Returns the files that Cargo may read its configuration from.
fn files(arguments: &[String]) -> BTreeSet<PathBuf> {
    let mut directories = BTreeSet::new();
    for place in places(arguments) {
        directories.extend(place.ancestors().map(|above| above.join(".cargo")));
    }
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    directories.extend(home.or_else(|| Some(env::home_dir()?.join(".cargo"))));
    directories
        .into_iter()
        .flat_map(|directory| ["config.toml", "config"].map(|name| directory.join(name)))
        .collect()
}

/// Returns the directories from which Cargo may search upwards for files.
fn places(arguments: &[String]) -> Vec<PathBuf> {
    let Some(directory) = directory() else {
        // The directory of the shell, and the target directory, which is usually inside of
        // the workspace.
        let in_environment = ["PWD", "OUT_DIR"].into_iter().filter_map(env::var_os);
        return in_environment.map(PathBuf::from).collect();
    };
    // `cargo install --path` searches from the directory of the package.
    let installed = values(arguments, "--path").map(|path| directory.join(path));
    let mut places: Vec<PathBuf> = installed.collect();
    places.push(directory);
    places
}

/// Returns the directory where Cargo was run.
#[cfg(target_os = "linux")]
fn directory() -> Option<PathBuf> {
    let parent = std::os::unix::process::parent_id();
    fs::read_link(format!("/proc/{parent}/cwd")).ok()
}

/// Returns `None`, as there is no way to find out where Cargo was run.
#[cfg(not(target_os = "linux"))]
fn directory() -> Option<PathBuf> {
    None
}

/// Returns the arguments of Cargo.
#[cfg(target_os = "linux")]
fn arguments() -> Vec<String> {
    let parent = std::os::unix::process::parent_id();
    let line = fs::read(format!("/proc/{parent}/cmdline")).unwrap_or_default();
    line.split(|&byte| byte == 0)
        .map(|argument| String::from_utf8_lossy(argument).into_owned())
        .collect()
}

/// Returns the arguments of Cargo, split at spaces.
#[cfg(all(unix, not(target_os = "linux")))]
fn arguments() -> Vec<String> {
    let parent = std::os::unix::process::parent_id().to_string();
    let ps = std::process::Command::new("ps")
        .args(["-o", "args=", "-p", &parent])
        .output();
    let line = ps.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let line = line.unwrap_or_default();
    line.split_whitespace().map(str::to_owned).collect()
}

/// Returns no arguments, as there is no way to find them out.
#[cfg(not(unix))]
fn arguments() -> Vec<String> {
    Vec::new()
}
