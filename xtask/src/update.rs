//! `cargo xtask update`: reports what has to be done for this repository to follow another
//! version of libwasmtime, and sets the new version's number everywhere once nothing of that
//! is left.

mod declarations;
mod facts;
mod features;
mod sources;
mod version;

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, bail, ensure};

use crate::workspace::{Package, Workspace, metadata, package};
use facts::Fact;
use version::Version;

/// The options of the command line.
#[derive(Debug, PartialEq)]
pub struct Options {
    version: Version,
    write: bool,
}

impl Options {
    /// Reads the arguments that follow `update`.
    ///
    /// # Errors
    ///
    /// Returns an error if an option is unknown, or if there isn't one version.
    pub fn parse(args: &[String]) -> Result<Options> {
        let (mut version, mut write) = (None, false);
        for arg in args {
            match arg.as_str() {
                "--write" => write = true,
                option if option.starts_with('-') => {
                    bail!("`update` has no option `{option}`, expected `--write`")
                }
                _ => {
                    ensure!(version.is_none(), "`update` takes one version");
                    version = Some(Version::parse(arg)?);
                }
            }
        }
        let version = version.context(
            "`update` needs a version of `wasmtime-c-api-impl` after it, such as 48.0.8",
        )?;
        Ok(Options { version, write })
    }
}

/// Prints the report, and sets the version if there is nothing else to do or
/// the options say so.
///
/// # Errors
///
/// Returns an error if something has to be done, if the version doesn't exist, or if cargo
/// fails.
pub fn update(options: &Options) -> Result<()> {
    let workspace = Workspace::load()?;
    let version = options.version;
    let upstream = fetch(&workspace, version)?;
    eprintln!(
        "libwasmtime {version} is in {}",
        upstream.directory.display()
    );

    let todo = Todo {
        declarations: declarations::differences(&workspace, &upstream)?,
        features: features::differences(&upstream, &workspace)?,
        rust: rust(&upstream, &workspace.vendor)?,
    };
    let present = Version::parse(&workspace.root.version)?;
    let reading = Reading {
        sources: sources::differences(&workspace.c_api.directory, &upstream.directory)?,
        facts: match version == present {
            true => Vec::new(),
            false => facts::all(&workspace.root.directory)?,
        },
    };
    print!("{}", report(present, version, &todo, &reading));
    if todo.is_empty() || options.write {
        version::set(&workspace.root.directory, present, version)?;
    }
    ensure!(
        todo.is_empty(),
        "this repository isn't in step with libwasmtime {version} yet: \
         do what the report lists, then run this again"
    );
    Ok(())
}

/// The changes that the new version requires.
#[derive(Default)]
struct Todo {
    /// Markdown, a list for each header.
    declarations: String,
    /// One sentence each.
    features: Vec<String>,
    /// A sentence, if the repository has to ask for a newer Rust.
    rust: Option<String>,
}

impl Todo {
    fn is_empty(&self) -> bool {
        self.declarations.is_empty() && self.features.is_empty() && self.rust.is_none()
    }
}

/// What may differ in the new version although no declaration does.
#[derive(Default)]
struct Reading {
    /// The files of upstream that differ.
    sources: Vec<String>,
    /// The facts that are marked in this repository.
    facts: Vec<Fact>,
}

/// Fetches a version of the C API's implementation, by way of a package
/// that does nothing but depend on it.
fn fetch(workspace: &Workspace, version: Version) -> Result<Package> {
    let name = &workspace.c_api.name;
    let directory = workspace.target.join("update").join(version.to_string());
    let manifest = directory.join("Cargo.toml");
    let text = format!(
        "[package]\nname = \"update\"\nedition = \"2024\"\n\n\
         [dependencies]\n{name} = {{ version = \"={version}\", default-features = false }}\n\n\
         [workspace]\n"
    );
    fs::create_dir_all(directory.join("src"))
        .and_then(|()| fs::write(&manifest, text))
        .and_then(|()| fs::write(directory.join("src/lib.rs"), ""))
        .with_context(|| format!("cannot write {}", manifest.display()))?;
    let metadata = metadata(Some(&manifest))
        .with_context(|| format!("cannot get {name} {version} from the registry"))?;
    package(&metadata, name)
}

/// Returns what to do if upstream needs a newer Rust than `own` asks for.
fn rust(upstream: &Package, own: &Package) -> Result<Option<String>> {
    let Some(needed) = &upstream.rust_version else {
        return Ok(None);
    };
    let asked_for = own.rust_version.as_deref().unwrap_or_default();
    let newer = rust_numbers(needed)? > rust_numbers(asked_for)?;
    Ok(newer.then(|| {
        format!(
            "It needs Rust {needed}: set `rust-version` in `Cargo.toml` and change what \
             `git grep -nwF {asked_for}` finds."
        )
    }))
}

/// Returns the numbers of a version of Rust, by which versions are ordered; none if the
/// text is empty.
fn rust_numbers(version: &str) -> Result<Vec<u32>> {
    let numbers = version.split('.').filter(|number| !number.is_empty());
    let mut numbers: Vec<u32> = numbers
        .map(str::parse)
        .collect::<Result<_, _>>()
        .with_context(|| format!("`{version}` is no version of Rust"))?;
    // 1.95 is 1.95.0.
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    Ok(numbers)
}

/// Returns the report, in Markdown.
fn report(present: Version, version: Version, todo: &Todo, reading: &Reading) -> String {
    let mut report = format!("# From libwasmtime {present} to {version}\n");
    let mut section = |title: &str, text: &str| {
        write!(report, "\n## {title}\n\n{}\n", text.trim_end()).expect("a string takes it");
    };
    if todo.is_empty() {
        section(
            "To do",
            "Nothing: declarations and features are those of this version.",
        );
    }
    if !todo.declarations.is_empty() {
        section("Declarations", &todo.declarations);
    }
    if !todo.features.is_empty() {
        section("Features", &list(&todo.features));
    }
    if let Some(rust) = &todo.rust {
        section("Rust", rust);
    }
    if !reading.sources.is_empty() {
        let text = format!(
            "No declaration says what a function does. These files of the package differ, and \
             [upstream's notes](https://github.com/bytecodealliance/wasmtime/releases/tag/v{version}) \
             tell what users notice:\n\n{}",
            list(&reading.sources)
        );
        section("To read", &text);
    }
    if !reading.facts.is_empty() {
        let facts: Vec<String> = reading.facts.iter().map(Fact::to_string).collect();
        let text = format!(
            "This repository relies on texts and internals of version {major} as well. See in \
             {version} what each of these marks names{then}:\n\n{facts}",
            major = present.major,
            then = match version.major == present.major {
                true => "",
                false =>
                    ", and then change the version in the mark (`cargo test -p xtask` \
                          fails for those that are left)",
            },
            facts = list(&facts),
        );
        section("To check", &text);
    }
    section("Then", &next(present, version));
    report
}

/// Returns the steps that the report can't derive.
fn next(present: Version, version: Version) -> String {
    let mut next = String::new();
    if version.major != present.major {
        let major = present.major;
        write!(
            next,
            "This is another major version. By hand: the safe layer's counterparts of what is new \
             (`Config`, `Trap`, kinds of items and types), the features of \
             `stand-in/wasmtime`, the versions of `wasm-tools` in `Cargo.toml` and \
             `fuzz/Cargo.toml` and of upstream's libraries in `.ci/run`, and the text that \
             `git grep -nw {major}` finds.\n\n"
        )
        .expect("a string takes it");
    }
    next.push_str(
        "`CHANGELOG.md` gets a section for the version.\n\n\
         ```sh\n\
         cargo test -p xtask        # features, and the template of conf.h\n\
         cargo test --test abi      # declarations, against the headers of the version that is built\n\
         cargo xtask parity         # names and signatures, against the `wasmtime` crate\n\
         .ci/run                    # the whole suite, in all link modes\n\
         ```\n",
    );
    next
}

fn list(entries: &[String]) -> String {
    entries.iter().map(|entry| format!("- {entry}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options> {
        let args: Vec<String> = line.split_whitespace().map(str::to_string).collect();
        Options::parse(&args)
    }

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn a_version_is_needed_and_writing_is_a_choice() {
        for (line, write) in [("50.0.1", false), ("50.0.1 --write", true)] {
            let expected = Options {
                version: version("50.0.1"),
                write,
            };
            assert_eq!(parse(line).unwrap(), expected);
        }
        for (line, expected) in [
            ("", "needs a version"),
            ("--write", "needs a version"),
            ("50.0.1 50.0.2", "takes one version"),
            ("50", "`50` is no version"),
            ("50.0.1 --force", "no option `--force`"),
        ] {
            let error = parse(line).unwrap_err().to_string();
            assert!(error.contains(expected), "{line:?} gave {error:?}");
        }
    }

    #[test]
    fn a_newer_rust_is_asked_for() {
        let mut workspace = Workspace::load().unwrap();
        let mut rust = |needed: &str, asked_for: &str| {
            workspace.c_api.rust_version = Some(needed.into());
            workspace.vendor.rust_version = Some(asked_for.into());
            super::rust(&workspace.c_api, &workspace.vendor).unwrap()
        };
        let told = rust("1.97.0", "1.95").unwrap();
        assert!(
            told.contains("1.97.0") && told.contains("`git grep -nwF 1.95`"),
            "{told}"
        );
        assert!(rust("1.95.1", "1.95").is_some());
        assert_eq!(rust("1.95.0", "1.95"), None);
        assert_eq!(rust("1.95", "1.95.0"), None);
        assert_eq!(rust("1.95.0", "1.101"), None);
    }

    #[test]
    fn a_patch_with_nothing_to_do_says_so() {
        let (todo, reading) = (Todo::default(), Reading::default());
        let report = report(version("48.0.8"), version("48.0.9"), &todo, &reading);
        assert!(report.starts_with("# From libwasmtime 48.0.8 to 48.0.9\n"));
        assert!(
            report.contains("Nothing: declarations and features"),
            "{report}"
        );
        assert!(!report.contains("git grep"), "{report}");
    }

    #[test]
    fn everything_to_do_is_in_the_report() {
        let todo = Todo {
            declarations: "### `wasm.h`\n\n- **New** function `f`\n".into(),
            features: vec!["**New** feature `jit`".into()],
            rust: Some("It needs Rust 1.97.0".into()),
        };
        let facts = facts::all(&Workspace::load().unwrap().root.directory).unwrap();
        let reading = Reading {
            sources: vec!["`src/wat.rs` is gone".into()],
            facts,
        };
        let report = report(version("48.0.8"), version("50.0.1"), &todo, &reading);
        for part in [
            "## Declarations\n\n### `wasm.h`",
            "## Features\n\n- **New** feature `jit`\n",
            "## Rust\n\nIt needs Rust 1.97.0",
            "- `src/wat.rs` is gone\n",
            "releases/tag/v50.0.1",
            "internals of version 48",
            "- `src/error/text.rs:",
            "git grep -nw 48",
        ] {
            assert!(report.contains(part), "`{part}` isn't in:\n{report}");
        }
        assert!(!report.contains("Nothing"), "{report}");
    }

    #[test]
    fn anything_at_all_to_do_keeps_the_version() {
        let declarations = Todo {
            declarations: "a".into(),
            ..Todo::default()
        };
        let features = Todo {
            features: vec!["a".into()],
            ..Todo::default()
        };
        let rust = Todo {
            rust: Some("1".into()),
            ..Todo::default()
        };
        assert!(Todo::default().is_empty());
        assert!(![declarations, features, rust].iter().any(Todo::is_empty));
    }
}
