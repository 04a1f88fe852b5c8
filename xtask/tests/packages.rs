//! The contents of the packages that are published, and their pages.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The packages that are published.
const PUBLISHED: [&str; 4] = [
    "libwasmtime",
    "libwasmtime-macros",
    "libwasmtime-vendor",
    "libwasmtime-vendor-check",
];

/// The files that Cargo adds to a package.
const ADDED: [&str; 4] = [
    ".cargo_vcs_info.json",
    "Cargo.lock",
    "Cargo.toml",
    "Cargo.toml.orig",
];

/// The files that a user needs, if the package has them.
const NEEDED: [&str; 10] = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "build",
    "build.rs",
    "docs",
    "examples",
    "src",
];

/// A package that is published.
struct Package {
    metadata: Value,
    directory: PathBuf,
}

impl Package {
    fn all() -> Vec<Package> {
        let packages = metadata()["packages"].as_array().unwrap().clone();
        let all = packages.into_iter().map(|metadata| Package {
            directory: Path::new(metadata["manifest_path"].as_str().unwrap())
                .parent()
                .unwrap()
                .to_owned(),
            metadata,
        });
        all.filter(|package| !package.metadata["publish"].is_array())
            .collect()
    }

    fn name(&self) -> &str {
        self.metadata["name"].as_str().unwrap()
    }

    /// Returns the files in it.
    fn files(&self) -> BTreeSet<String> {
        let output = cargo()
            .args(["package", "--list", "--allow-dirty", "--quiet", "--package"])
            .arg(self.name())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|file| file.replace('\\', "/")).collect()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Cargo, in the root of the workspace.
fn cargo() -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(root());
    command
}

/// Returns Cargo's metadata of the workspace.
fn metadata() -> Value {
    let output = cargo()
        .args(["metadata", "--no-deps", "--format-version=1"])
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The files in a directory and below, by their paths from `root` on. Files of other
/// packages are left out, and files that aren't a part of the repository.
fn files(root: &Path, directory: &Path, into: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let is_package = path.join("Cargo.toml").is_file();
        if path.is_dir() && !is_package && !path.join("CACHEDIR.TAG").is_file() {
            files(root, &path, into);
        } else if path.is_file() {
            let path = path.strip_prefix(root).unwrap().to_str().unwrap();
            into.insert(path.replace('\\', "/"));
        }
    }
}

/// Collects all manifests in a directory and below, except in build directories.
fn manifests(directory: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("target") && !path.join("CACHEDIR.TAG").is_file() {
                manifests(&path, into);
            }
        } else if path.ends_with("Cargo.toml") {
            into.push(path);
        }
    }
}

/// Returns the targets of the links in a text in Markdown.
fn links(text: &str) -> Vec<&str> {
    let mut links = Vec::new();
    let mut is_code = false;
    for line in text.lines() {
        is_code ^= line.trim_start().starts_with("```");
        if is_code {
            continue;
        }
        for (place, _) in line.match_indices("](") {
            links.extend(line[place + 2..].split(')').next());
        }
        if line.starts_with('[') {
            links.extend(line.split_once("]: ").map(|(_, link)| link.trim()));
        }
    }
    links
}

/// Returns the anchors of a text's headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let kept = title.chars().filter_map(|character| match character {
                ' ' => Some('-'),
                '-' | '_' => Some(character),
                _ => character.is_alphanumeric().then_some(character),
            });
            kept.collect()
        })
        .collect()
}

#[test]
fn every_other_package_says_that_it_is_not_published() {
    let names: BTreeSet<_> = Package::all()
        .iter()
        .map(|package| package.name().to_owned())
        .collect();
    assert_eq!(names, PUBLISHED.map(str::to_owned).into());

    // Also those which are no part of this workspace.
    let mut all = Vec::new();
    manifests(root(), &mut all);
    assert!(all.len() > PUBLISHED.len());
    for manifest in all {
        let text = fs::read_to_string(&manifest).unwrap();
        let is_published = PUBLISHED
            .iter()
            .any(|name| text.contains(&format!("\nname = \"{name}\"\n")));
        assert_ne!(
            is_published,
            text.contains("\npublish = false\n"),
            "{}",
            manifest.display()
        );
    }
}

#[test]
fn the_registry_learns_what_a_package_is() {
    for package in Package::all() {
        let (name, metadata) = (package.name(), &package.metadata);
        assert_eq!(
            metadata["documentation"],
            format!("https://docs.rs/{name}"),
            "{name}"
        );
        assert_eq!(metadata["license"], "Apache-2.0 WITH LLVM-exception");
        assert!(metadata["description"].is_string(), "{name}");
        // The limits of crates.io.
        let keywords = metadata["keywords"].as_array().unwrap();
        assert!((1..=5).contains(&keywords.len()), "{name}: {keywords:?}");
        let categories = metadata["categories"].as_array().unwrap();
        assert!((1..=5).contains(&categories.len()), "{name}");
    }
}

#[test]
fn a_package_has_what_a_user_needs_and_nothing_else() {
    let license = fs::read_to_string(root().join("LICENSE")).unwrap();
    for package in Package::all() {
        let mut expected: BTreeSet<String> = ADDED.map(str::to_owned).into();
        for name in NEEDED {
            let path = package.directory.join(name);
            if path.is_dir() {
                files(&package.directory, &path, &mut expected);
            } else if path.is_file() {
                expected.insert(name.to_owned());
            }
        }
        let mut packaged = package.files();
        // Only in a clone.
        packaged.insert(".cargo_vcs_info.json".to_owned());
        assert_eq!(packaged, expected, "{}", package.name());

        // It isn't a symbolic link, as that would be a text file on systems without links.
        let own = fs::read_to_string(package.directory.join("LICENSE"));
        assert_eq!(own.unwrap(), license, "{}", package.name());
    }
}

/// The page of a package has no files beside it, and the repository has no address to which
/// a relative link could refer.
#[test]
fn the_links_of_a_readme_work_on_the_packages_page() {
    let packages = Package::all();
    for package in &packages {
        let Ok(readme) = fs::read_to_string(package.directory.join("README.md")) else {
            continue;
        };
        for link in links(&readme) {
            let at = || format!("{} in {}'s README", link, package.name());
            match link.strip_prefix('#') {
                Some(anchor) => assert!(anchors(&readme).contains(anchor), "{}", at()),
                None => assert!(link.starts_with("https://"), "{}", at()),
            }
            // A file of one of the packages, on docs.rs.
            for other in &packages {
                let source = format!("https://docs.rs/crate/{}/latest/source/", other.name());
                if let Some(file) = link.strip_prefix(&source) {
                    assert!(other.files().contains(file), "{}", at());
                }
            }
        }
    }
}

#[test]
fn docs_rs_has_all_features_but_those_that_build_or_refuse() {
    let package = Package::all()
        .into_iter()
        .find(|package| package.name() == "libwasmtime")
        .unwrap();
    let refusals = fs::read_to_string(root().join("src/features.rs")).unwrap();
    let (_, refused) = refusals.split_once("\nrefuse! {\n").unwrap();
    let refused = refused
        .lines()
        .filter_map(|line| Some(line.trim().strip_prefix('"')?.split_once('"')?.0));
    let left_out: BTreeSet<_> = ["default", "vendored", "vendored-min"]
        .into_iter()
        .chain(refused)
        .collect();
    assert!(left_out.contains("wmemcheck"), "{left_out:?}");

    let metadata = &package.metadata["metadata"]["docs"]["rs"];
    assert_eq!(metadata["no-default-features"], true);
    let named = metadata["features"].as_array().unwrap();
    let mut documented: BTreeSet<_> = named.iter().map(|name| name.as_str().unwrap()).collect();
    let features = package.metadata["features"].as_object().unwrap();
    let common = features["common"].as_array().unwrap();
    documented.extend(common.iter().map(|name| name.as_str().unwrap()));
    let expected: BTreeSet<_> = features
        .keys()
        .map(String::as_str)
        .filter(|name| !left_out.contains(name))
        .collect();
    assert_eq!(documented, expected);
}
