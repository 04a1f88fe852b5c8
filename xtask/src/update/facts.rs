//! What this repository takes from the texts and internals of a version of libwasmtime,
//! of which no declaration tells.
//!
//! Each such fact is marked where the code relies on it, with a comment that begins with
//! `Version`, the major version, and a colon, and that says where to look in another
//! version:
//!
//! ```text
//! // Version 48: the error has this text; look at `UnknownImportError` in `wasmtime`.
//! ```
//!
//! A mark goes on to the end of its comment. A developer who has looked at it in a new major
//! version changes the number: the tests here fail while one of them is old.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Where marks are, in the repository.
const PLACES: [&str; 5] = ["build.rs", "build", "src", "tests", "vendor"];

const COMMENT: &str = "// ";
const MARK: &str = "// Version ";

/// One fact.
#[derive(Debug, PartialEq)]
pub struct Fact {
    /// The file, by its path in the repository.
    file: String,
    /// The line on which its mark begins.
    line: usize,
    /// The major version in which it was looked at.
    major: u32,
    /// What it is, and where to look.
    text: String,
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}:{}`: {}", self.file, self.line, self.text)
    }
}

/// Reads all facts that are marked in the repository in `root`.
///
/// # Errors
///
/// Returns an error if a file can't be read.
pub fn all(root: &Path) -> Result<Vec<Fact>> {
    let mut facts = Vec::new();
    for place in PLACES {
        read(root, &root.join(place), &mut facts)?;
    }
    Ok(facts)
}

/// Reads the facts in a file of Rust, or in those of a directory.
fn read(root: &Path, path: &Path, into: &mut Vec<Fact>) -> Result<()> {
    let at = || format!("cannot read {}", path.display());
    if path.is_dir() {
        let entries = fs::read_dir(path).with_context(at)?;
        let mut paths = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<Vec<_>, _>>()
            .with_context(at)?;
        paths.sort();
        return paths.iter().try_for_each(|path| read(root, path, into));
    }
    if path.extension().is_some_and(|extension| extension == "rs") {
        let text = fs::read_to_string(path).with_context(at)?;
        let file = path.strip_prefix(root).unwrap_or(path);
        let file = file.to_string_lossy().replace('\\', "/");
        into.extend(in_text(&file, &text));
    }
    Ok(())
}

/// Returns the facts that are marked in a file's text.
fn in_text(file: &str, text: &str) -> Vec<Fact> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let marks = lines.iter().enumerate().filter_map(|(index, line)| {
        let (major, first) = mark(line)?;
        let rest = lines[index + 1..].iter().map_while(|line| {
            let text = line.strip_prefix(COMMENT)?;
            mark(line).is_none().then_some(text)
        });
        Some(Fact {
            file: file.to_owned(),
            line: index + 1,
            major,
            text: std::iter::once(first)
                .chain(rest)
                .collect::<Vec<_>>()
                .join(" "),
        })
    });
    marks.collect()
}

/// Returns the version and the first words of a mark that begins with a line.
fn mark(line: &str) -> Option<(u32, &str)> {
    let (major, text) = line.strip_prefix(MARK)?.split_once(": ")?;
    Some((major.parse().ok()?, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::update::version::Version;
    use crate::workspace::Workspace;

    #[test]
    fn a_mark_goes_on_to_the_end_of_its_comment() {
        let text = "\
/// A text.
// It is libwasmtime's.
// Version 48: errors end so; look at
// `trap.rs`.
// Version 47: a second one; look at it.
const TEXT: &str = \"x\";

    // Version 48: a third; look at it.
    //
    // Not a part of it.
// Version of something: no mark.
";
        let fact = |line, major, text: &str| Fact {
            file: "a.rs".to_owned(),
            line,
            major,
            text: text.to_owned(),
        };
        let facts = in_text("a.rs", text);
        assert_eq!(
            facts,
            [
                fact(3, 48, "errors end so; look at `trap.rs`."),
                fact(5, 47, "a second one; look at it."),
                fact(8, 48, "a third; look at it."),
            ]
        );
        assert_eq!(
            facts[0].to_string(),
            "`a.rs:3`: errors end so; look at `trap.rs`."
        );
    }

    #[test]
    fn every_fact_was_looked_at_in_this_version() {
        let workspace = Workspace::load().unwrap();
        let present = Version::parse(&workspace.root.version).unwrap();
        let facts = all(&workspace.root.directory).unwrap();
        // There were about 60 when this was written, and few go away.
        assert!(facts.len() > 50, "only {} are marked", facts.len());
        for fact in facts {
            assert_eq!(
                fact.major, present.major,
                "{fact}\nIt is marked for another version: see what is so in this one, and then \
                 change the number in the mark."
            );
        }
    }

    #[test]
    fn every_fact_says_where_to_look() {
        let workspace = Workspace::load().unwrap();
        for fact in all(&workspace.root.directory).unwrap() {
            let text = fact.text.to_lowercase();
            let says = ["look at ", "look for "]
                .iter()
                .any(|look| text.contains(look));
            assert!(says && text.ends_with('.'), "{fact}");
        }
    }
}
