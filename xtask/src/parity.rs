//! `cargo xtask parity`: compares the public items of this crate with those of the `wasmtime`
//! crate.
//!
//! Both come from rustdoc's JSON: the names, and of each item that both have its generics,
//! bounds, receiver, parameters, result, attributes, and the traits that the compiler
//! implements. What is missing has to be named in `src/differences.md`; what differs has to be
//! in `xtask/parity/allowed.txt`, with the reason.

mod allowed;
mod compare;
mod differences;
mod document;
mod generate;
mod pattern;
mod render;
mod signature;
mod surface;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;
use allowed::Allowed;
use surface::surface;

/// The options of the command line.
pub struct Options {
    /// Existing JSON of the `wasmtime` crate.
    upstream: Option<PathBuf>,
    /// A list of names of the `wasmtime` crate.
    names: Option<PathBuf>,
}

impl Options {
    /// Parses the arguments after `parity`.
    ///
    /// # Errors
    ///
    /// Returns an error if an option is unknown, or lacks its value.
    pub fn parse(args: &[String]) -> Result<Options> {
        let mut options = Options {
            upstream: None,
            names: None,
        };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let target = match arg.as_str() {
                "--upstream" => &mut options.upstream,
                "--names" => &mut options.names,
                _ => bail!("unknown option `{arg}`, expected `--upstream` or `--names`"),
            };
            let value = args
                .next()
                .with_context(|| format!("{arg} needs a value"))?;
            *target = Some(value.into());
        }
        Ok(options)
    }
}

/// Compares the crates, and prints the differences that are neither named nor allowed.
///
/// # Errors
///
/// Returns an error if there is something to print, or if one of the crates can't be
/// documented.
pub fn parity(options: &Options) -> Result<()> {
    let workspace = Workspace::load()?;
    let directory = workspace.target.join("parity");
    let version = &workspace.c_api.version;
    let own = generate::own(&directory)?;
    let format = own.main().format();
    let file = match &options.upstream {
        Some(file) => file.clone(),
        None => generate::upstream(&directory, version, format)?,
    };
    let upstream = generate::read(&file, version, format)?;
    let (own, upstream) = (surface(&own)?, surface(&upstream)?);

    let mut names: BTreeSet<String> = upstream.keys().cloned().collect();
    if let Some(file) = &options.names {
        names.extend(listed(&read(file)?));
    }
    let missing = compare::missing(&names, &own);
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("parity")
        .join("allowed.txt");
    let allowed = Allowed::parse(&read(&file)?).with_context(|| file.display().to_string())?;
    let named = read(&workspace.root.directory.join("src").join("differences.md"))?;
    let is_type = |name: &str| upstream.get(name).is_some_and(signature::is_type);
    let mut unnamed = differences::unnamed(&named, &missing, is_type);
    unnamed.retain(|name| !allowed.allows(name, "missing"));
    let mut stale = differences::stale(&named, &names, &own);
    stale.retain(|name| !allowed.allows(name, "named"));
    let differing = compare::differing(&upstream, &own, &allowed);
    let unused = allowed.unused();

    for (title, lines) in [
        (
            "Missing, and not named in src/differences.md:",
            unnamed.join("\n"),
        ),
        (
            "There, and named among what is missing in src/differences.md:",
            stale.join("\n"),
        ),
        (
            "Different, and not in xtask/parity/allowed.txt:",
            differing.join("\n"),
        ),
        (
            "In xtask/parity/allowed.txt, and not different:",
            unused.join("\n"),
        ),
    ] {
        if !lines.is_empty() {
            println!("{title}\n\n{lines}\n");
        }
    }
    println!(
        "{} of {} names of the `wasmtime` crate {version} are there",
        names.len() - missing.len(),
        names.len()
    );
    if [unnamed.len(), stale.len(), differing.len(), unused.len()] == [0; 4] {
        return Ok(());
    }
    bail!(
        "{} missing names that are not named, {} names of what is there, {} items that \
         differ, {} entries too many",
        unnamed.len(),
        stale.len(),
        differing.len(),
        unused.len()
    )
}

/// Returns the names of a list whose lines may begin with the kind of item, without the
/// implementations of traits, which can be written in different ways.
fn listed(text: &str) -> impl Iterator<Item = String> {
    const KINDS: [&str; 10] = [
        "mod", "struct", "enum", "union", "trait", "fn", "macro", "type", "const", "reexport",
    ];
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.starts_with("impl ") && !line.starts_with('#'));
    let lines = lines.filter(|line| !line.is_empty());
    lines.map(|line| match line.split_once(' ') {
        Some((kind, name)) if KINDS.contains(&kind) => name.to_owned(),
        _ => line.to_owned(),
    })
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))
}
