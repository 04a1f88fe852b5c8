//! Compares the declarations of `src/sys` with a version's headers. The test `abi` does the
//! comparison; here it gets other headers.

use std::fs;
use std::io::ErrorKind;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::workspace::{Package, Workspace, artifacts, cargo};

/// The test that writes the report.
const TEST: &str = "report::sys_is_in_step_with_the_headers";

/// The report's file, in cargo's target directory.
const REPORT: &str = "tmp/abi/report.md";

/// Returns the differences, as Markdown; nothing if there are none.
///
/// # Errors
///
/// Returns an error if the test can't be built or can't read the headers.
pub fn differences(workspace: &Workspace, upstream: &Package) -> Result<String> {
    let report = workspace.target.join(REPORT);
    match fs::remove_file(&report) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot remove {}", report.display()));
        }
        _ => {}
    }
    let built = cargo()
        .args(["test", "--test", "abi", "--no-run"])
        // The one link mode that needs no library to be built.
        .args(["--no-default-features", "--features", "load"])
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo")?;
    ensure!(
        built.status.success(),
        "cargo could not build the test `abi`; it says why above"
    );
    let messages = String::from_utf8(built.stdout).context("cargo's messages are not UTF-8")?;
    let artifacts = artifacts(&messages)?;
    let executable = artifacts
        .iter()
        .find(|artifact| artifact["target"]["name"] == "abi")
        .and_then(|artifact| artifact["executable"].as_str())
        .context("cargo named no executable for the test `abi`")?;
    let run = Command::new(executable)
        .args(["--exact", TEST])
        .current_dir(&workspace.root.directory)
        .env("WASMTIME_INCLUDE_DIR", upstream.directory.join("include"))
        // The library that these name has another version.
        .env_remove("WASMTIME_DIR")
        .env_remove("WASMTIME_LIB_DIR")
        .output()
        .with_context(|| format!("cannot run {executable}"))?;
    match fs::read_to_string(&report) {
        Ok(differences) => Ok(differences),
        Err(_) => bail!(
            "the test `abi` could not compare the headers:\n{}{}",
            String::from_utf8_lossy(&run.stdout),
            String::from_utf8_lossy(&run.stderr),
        ),
    }
}
