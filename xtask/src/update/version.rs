//! Versions, and the places that name the one that this repository follows.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::workspace::cargo;

/// The packages of which upstream's C API accepts any newer version: the lock file has the
/// exact one. Packages come before their dependencies.
const LOCKED: [&str; 4] = [
    "wasmtime-wasi-http",
    "wasmtime-wasi",
    "wasmtime-wasi-io",
    "wasmtime",
];

/// A version of libwasmtime and of this repository, which has the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Version {
    pub major: u32,
    minor: u32,
    patch: u32,
}

impl Version {
    /// Reads three numbers with dots between them.
    ///
    /// # Errors
    ///
    /// Returns an error for any other text.
    pub fn parse(text: &str) -> Result<Version> {
        let read = || {
            let mut numbers = text.split('.').map(|number| number.parse().ok());
            let mut next = || numbers.next()?;
            let (major, minor, patch) = (next()?, next()?, next()?);
            numbers.next().is_none().then_some(Version {
                major,
                minor,
                patch,
            })
        };
        read().with_context(|| format!("`{text}` is no version, expected one such as 48.0.8"))
    }

    /// Returns the places that name the version: file and text.
    fn places(self) -> [(&'static str, String); 17] {
        let Version {
            major,
            minor,
            patch,
        } = self;
        let sys = "src/sys/wasmtime.rs";
        let stand_in = "stand-in/wasmtime/Cargo.toml";
        [
            (
                "Cargo.toml",
                format!("[workspace.package]\nversion = \"{self}\""),
            ),
            (
                "Cargo.toml",
                format!("libwasmtime-macros = {{ version = \"={self}\""),
            ),
            (
                "Cargo.toml",
                format!("libwasmtime-vendor = {{ version = \"={self}\""),
            ),
            (
                "Cargo.toml",
                format!("libwasmtime-vendor-check = {{ version = \"={self}\""),
            ),
            (
                "vendor/Cargo.toml",
                format!("libwasmtime-vendor-check = {{ version = \"={self}\""),
            ),
            ("Cargo.toml", format!("links = \"wasmtime-{major}\"")),
            ("benches/build.rs", format!("\"DEP_WASMTIME_{major}_MODE\"")),
            (
                "vendor/Cargo.toml",
                format!("wasmtime-c-api-impl = {{ version = \"={self}\""),
            ),
            (
                "vendor/Cargo.toml",
                format!("wasmtime-wasi = {{ version = \"{self}\""),
            ),
            (
                "macros/Cargo.toml",
                format!("wasmtime-internal-wit-bindgen = {{ version = \"={self}\""),
            ),
            (
                "Cargo.toml",
                format!("wasi-preview1-component-adapter-provider = \"{self}\""),
            ),
            (
                stand_in,
                format!("[package]\nname = \"wasmtime\"\nversion = \"{self}\""),
            ),
            (stand_in, format!("libwasmtime = {{ version = \"={self}\"")),
            (sys, format!("WASMTIME_VERSION: &str = \"{self}\";")),
            (sys, format!("WASMTIME_VERSION_MAJOR: u32 = {major};")),
            (sys, format!("WASMTIME_VERSION_MINOR: u32 = {minor};")),
            (sys, format!("WASMTIME_VERSION_PATCH: u32 = {patch};")),
        ]
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// Makes the repository in `root` follow `new` instead of `old`: the manifests,
/// the constants of `sys`, and the lock file.
///
/// # Errors
///
/// Returns an error if a place doesn't name the old version, or cargo fails.
pub fn set(root: &Path, old: Version, new: Version) -> Result<()> {
    if old == new {
        return Ok(());
    }
    replace(root, old, new)?;
    lock(&["--workspace"])?;
    let new = new.to_string();
    for name in LOCKED {
        // A package with the right version is left alone, as cargo would also change the
        // versions of its dependencies.
        let file = fs::read_to_string(root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
        if !file.contains(&format!("name = \"{name}\"\nversion = \"{new}\"\n")) {
            lock(&["--package", name, "--precise", &new])?;
        }
    }
    Ok(())
}

fn lock(arguments: &[&str]) -> Result<()> {
    let mut update = cargo();
    update.arg("update").args(arguments);
    let updated = update.status().context("cannot run cargo")?;
    ensure!(
        updated.success(),
        "`cargo update {}` failed; it says why above",
        arguments.join(" ")
    );
    Ok(())
}

/// Replaces the version in all places.
fn replace(root: &Path, old: Version, new: Version) -> Result<()> {
    for ((name, from), (_, to)) in old.places().into_iter().zip(new.places()) {
        let file = root.join(name);
        let text =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        ensure!(
            text.matches(&from).count() == 1,
            "{name} doesn't say `{from}` once"
        );
        fs::write(&file, text.replace(&from, &to))
            .with_context(|| format!("cannot write {}", file.display()))?;
        eprintln!("{name}: {}", to.replace('\n', " "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Workspace;

    #[test]
    fn a_version_is_three_numbers() {
        let version = Version::parse("50.0.1").unwrap();
        assert_eq!(version.to_string(), "50.0.1");
        for wrong in [
            "",
            "50",
            "50.0",
            "50.0.1.2",
            "50.0.x",
            "v50.0.1",
            "50.0.1-rc",
        ] {
            let error = Version::parse(wrong).unwrap_err().to_string();
            assert!(
                error.contains(&format!("`{wrong}` is no version")),
                "{error}"
            );
        }
    }

    #[test]
    fn the_version_is_set_in_every_place() {
        let workspace = Workspace::load().unwrap();
        let old = Version::parse(&workspace.root.version).unwrap();
        let new = Version::parse("1234.5.67").unwrap();
        let copy = workspace.target.join("update").join("places");
        for (name, _) in old.places() {
            let to = copy.join(name);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(workspace.root.directory.join(name), to).unwrap();
        }
        replace(&copy, old, new).unwrap();
        for (name, says) in new.places() {
            let text = fs::read_to_string(copy.join(name)).unwrap();
            assert!(text.contains(&says), "{name} says {says}");
            assert!(
                !text.contains(&old.to_string()),
                "{name} names the old version"
            );
        }
        let error = replace(&copy, old, new).unwrap_err().to_string();
        assert!(error.contains("Cargo.toml doesn't say"), "{error}");
    }
}
