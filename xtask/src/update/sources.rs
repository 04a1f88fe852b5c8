//! Compares the source files of two versions of upstream's package, which tell, with the
//! comments of the headers, what its functions do.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// The files of interest: C headers and Rust.
const EXTENSIONS: [&str; 2] = ["h", "rs"];

/// Returns the files that differ or are in one of the directories only, one sentence each.
///
/// # Errors
///
/// Returns an error if a file can't be read.
pub fn differences(old: &Path, new: &Path) -> Result<Vec<String>> {
    let mut names = BTreeSet::new();
    for package in [old, new] {
        for directory in ["include", "src"] {
            walk(package, &package.join(directory), &mut names)?;
        }
    }
    let mut differences = Vec::new();
    for name in names {
        let (old, new) = (old.join(&name), new.join(&name));
        let text = |file: &Path| {
            fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
        };
        match (old.exists(), new.exists()) {
            (true, true) => {
                let (gone, added) = lines(&text(&old)?, &text(&new)?);
                if (gone, added) != (0, 0) {
                    differences.push(format!("`{name}`: +{added} −{gone}"));
                }
            }
            (true, false) => differences.push(format!("`{name}` is gone")),
            (false, _) => differences.push(format!("`{name}` is new")),
        }
    }
    Ok(differences)
}

/// Records the files of interest in a directory, named relative to `root`.
fn walk(root: &Path, directory: &Path, names: &mut BTreeSet<String>) -> Result<()> {
    let entries =
        fs::read_dir(directory).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
    for entry in entries.with_context(|| format!("cannot list {}", directory.display()))? {
        let path = entry.path();
        if path.is_dir() {
            walk(root, &path, names)?;
        } else if path
            .extension()
            .is_some_and(|own| EXTENSIONS.iter().any(|extension| own == *extension))
        {
            let name = path
                .strip_prefix(root)
                .context("a file is in its directory")?;
            names.insert(name.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}

/// Returns the numbers of lines that only the old and only the new text have.
fn lines(old: &str, new: &str) -> (usize, usize) {
    let mut counts: BTreeMap<&str, i32> = BTreeMap::new();
    for line in old.lines() {
        *counts.entry(line).or_default() -= 1;
    }
    for line in new.lines() {
        *counts.entry(line).or_default() += 1;
    }
    let sum = |sign: i32| {
        let counts = counts.values().map(|count| (sign * count).max(0));
        counts.sum::<i32>().unsigned_abs() as usize
    };
    (sum(-1), sum(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Workspace;

    #[test]
    fn files_that_differ_are_told() {
        let scratch = Workspace::load().unwrap().target.join("update/sources");
        let package = |name: &str, files: &[(&str, &str)]| {
            let package = scratch.join(name);
            if package.exists() {
                fs::remove_dir_all(&package).unwrap();
            }
            for (name, text) in files {
                let file = package.join(name);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, text).unwrap();
            }
            package
        };
        let old = package(
            "old",
            &[
                ("include/a.h", "1\n2\n2\n"),
                ("include/a.hh", "1\n"),
                ("src/deep/same.rs", "1\n"),
                ("src/gone.rs", "1\n"),
            ],
        );
        let new = package(
            "new",
            &[
                ("include/a.h", "1\n2\n3\n4\n"),
                ("include/a.hh", "2\n"),
                ("src/deep/same.rs", "1\n"),
                ("src/deep/new.rs", "1\n"),
            ],
        );
        assert_eq!(
            differences(&old, &new).unwrap(),
            [
                "`include/a.h`: +2 −1",
                "`src/deep/new.rs` is new",
                "`src/gone.rs` is gone",
            ]
        );
        assert_eq!(differences(&new, &new).unwrap(), [""; 0]);
    }
}
