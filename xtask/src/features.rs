//! `cargo xtask features`: checks that sets of the crate's Cargo features compile without a
//! warning and document without a broken link.
//!
//! There are too many sets to try them all: it tries each feature alone, with `load`, and
//! some sets that it draws. It leaves out `vendored`, as the test suite builds that, and the
//! features that are a compile error.
//!
//! No library is needed: nothing is linked, and an empty file takes its place.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};

use crate::workspace::{Features, Workspace, cargo};

/// The number of sets that are drawn by default.
const SETS: usize = 24;

/// The link modes for which nothing is built from source.
const MODES: [&str; 3] = ["dynamic", "load", "static"];

/// Features with which all of Wasmtime is built.
const FROM_SOURCE: [&str; 3] = ["default", "vendored", "vendored-min"];

/// How cargo compiles a set.
const CHECK: &[&str] = &["check", "--lib", "--examples"];

/// How cargo documents a set.
const DOC: &[&str] = &["doc", "--lib", "--no-deps"];

/// The directory of the files that stand for libraries.
const LIBRARIES: &str = "libraries";

/// The options of the command line.
#[derive(Debug, PartialEq)]
pub struct Options {
    /// The seed of the drawn sets; by default the time.
    seed: Option<u64>,
    /// The number of sets that are drawn.
    sets: usize,
}

impl Options {
    /// Reads the arguments that follow `features`.
    ///
    /// # Errors
    ///
    /// Returns an error if an option is unknown, or has no number after it.
    pub fn parse(args: &[String]) -> Result<Options> {
        let mut options = Options {
            seed: None,
            sets: SETS,
        };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let number = || -> Result<u64> {
                let value = args.clone().next();
                let value = value.with_context(|| format!("`{arg}` needs a number after it"))?;
                let number = value.parse();
                number.with_context(|| format!("`{arg}` needs a number after it, found `{value}`"))
            };
            match arg.as_str() {
                "--seed" => options.seed = Some(number()?),
                "--sets" => options.sets = number()?.try_into()?,
                _ => bail!("`features` has no option `{arg}`, expected `--seed` or `--sets`"),
            }
            args.next();
        }
        Ok(options)
    }
}

/// Compiles and documents the crate with each set.
///
/// # Errors
///
/// Returns an error if one compiles with a warning or has a broken link, or if cargo can't
/// be run.
pub fn features(options: &Options) -> Result<()> {
    let start = Instant::now();
    let workspace = Workspace::load()?;
    let seed = options.seed.unwrap_or_else(time);
    let sources = workspace.root.directory.join("src");
    let choosable = choosable(&workspace.root.features, &sources)?;
    let mut sets = alone(&choosable, &named(&sources)?);
    let mut random = Random(seed);
    sets.extend((0..options.sets).map(|_| draw(&mut random, &choosable)));
    println!(
        "{} sets of features, {} of them drawn with --seed {seed}",
        sets.len(),
        options.sets
    );

    let directory = workspace.target.join("features");
    empty_libraries(&directory.join(LIBRARIES))?;
    // In parallel, as each compiles on one core most of the time.
    let failures = thread::scope(|scope| {
        [CHECK, DOC]
            .map(|subcommand| scope.spawn(|| failures(subcommand, &sets, &directory)))
            .map(|thread| thread.join().expect("to run cargo doesn't panic"))
    });
    let [checks, docs] = failures;
    let failures = checks? + docs?;
    println!("took {} s", start.elapsed().as_secs());
    ensure!(
        failures == 0,
        "{failures} commands have failed, as said above"
    );
    Ok(())
}

/// Returns the number of sets with warnings or errors, and prints these.
fn failures(subcommand: &[&str], sets: &[String], directory: &Path) -> Result<usize> {
    let mut failures = 0;
    for set in sets {
        let mut command = cargo();
        keep_from_libraries(&mut command);
        let output = command
            .args(subcommand)
            .args(["--quiet", "--package=libwasmtime", "--no-default-features"])
            .args(["--features", set])
            // Two cargos can't use one directory at once.
            .env("CARGO_TARGET_DIR", directory.join(subcommand[0]))
            // No set is compiled twice.
            .env("CARGO_INCREMENTAL", "0")
            .env("RUSTFLAGS", "-D warnings")
            .env("RUSTDOCFLAGS", "-D warnings")
            .env("WASMTIME_LIB_DIR", directory.join(LIBRARIES))
            .output()
            .context("cannot run cargo")?;
        if !output.status.success() {
            let command = subcommand.join(" ");
            let text = String::from_utf8_lossy(&output.stderr);
            println!("\ncargo {command} --no-default-features --features {set}\n\n{text}");
            failures += 1;
        }
    }
    Ok(failures)
}

/// Keeps the build script from finding a system library, which may lack a feature.
fn keep_from_libraries(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.contains("WASMTIME") || text == "DOCS_RS" {
            command.env_remove(&name);
        }
    }
}

/// Creates a file that is enough as a library while nothing is linked with it.
fn empty_libraries(directory: &Path) -> Result<()> {
    const ARCHIVE: &str = "!<arch>\n";
    let files = [
        ("libwasmtime.a", ARCHIVE),
        ("wasmtime.lib", ARCHIVE),
        ("wasmtime.dll.lib", ARCHIVE),
        ("libwasmtime.dll.a", ARCHIVE),
        ("libwasmtime.so", ""),
        ("libwasmtime.dylib", ""),
    ];
    let write = || -> std::io::Result<()> {
        fs::create_dir_all(directory)?;
        files
            .iter()
            .try_for_each(|(name, text)| fs::write(directory.join(name), text))
    };
    write().with_context(|| format!("cannot write in {}", directory.display()))
}

/// Returns the features that can be on without Wasmtime being built, other than `common`
/// and the link modes.
fn choosable(features: &Features, sources: &Path) -> Result<BTreeSet<String>> {
    let refused = refused(sources)?;
    let mut choosable: BTreeSet<String> = features.keys().cloned().collect();
    choosable.retain(|name| {
        let name = name.as_str();
        !FROM_SOURCE.contains(&name)
            && !MODES.contains(&name)
            && name != "common"
            && !refused.contains(name)
    });
    Ok(choosable)
}

/// Returns the features that are a compile error, of which `src/features.rs` has a table.
fn refused(sources: &Path) -> Result<BTreeSet<String>> {
    let text = read(&sources.join("features.rs"))?;
    let (_, table) = text
        .split_once("\nrefuse! {")
        .context("src/features.rs has no table `refuse!` of features")?;
    let rows = table.lines().filter_map(|line| {
        let name = line.trim().strip_prefix('"')?;
        Some(name.split_once("\":")?.0.to_owned())
    });
    Ok(rows.collect())
}

/// Returns the features that a source file depends on.
fn named(directory: &Path) -> Result<BTreeSet<String>> {
    let mut named = BTreeSet::new();
    let entries = fs::read_dir(directory)
        .with_context(|| format!("cannot read the directory {}", directory.display()))?;
    for entry in entries {
        let path: PathBuf = entry?.path();
        if path.is_dir() {
            named.append(&mut self::named(&path)?);
        } else {
            let text = read(&path)?;
            let names = text.split("feature = \"").skip(1);
            named.extend(names.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
        }
    }
    Ok(named)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Returns each feature by itself with `load`. Features that no source file names only turn
/// on others: together they are one set.
fn alone(choosable: &BTreeSet<String>, named: &BTreeSet<String>) -> Vec<String> {
    let (alone, together): (Vec<&String>, Vec<&String>) =
        choosable.iter().partition(|name| named.contains(*name));
    let together = together.into_iter().fold("load".to_owned(), with);
    let mut sets = vec!["load".to_owned(), "load,common,standard".into(), together];
    sets.extend(alone.into_iter().map(|name| with("load".into(), name)));
    sets
}

/// Returns a set with one more feature.
fn with(set: String, name: &String) -> String {
    if set.is_empty() {
        return name.clone();
    }
    format!("{set},{name}")
}

/// Returns some link modes, at least one, and some features: few, many, or about a half.
fn draw(random: &mut Random, choosable: &BTreeSet<String>) -> String {
    let modes = 1 + random.below(7);
    let modes = (0..MODES.len()).filter(|bit| modes & (1 << bit) != 0);
    let mut set = modes.fold(String::new(), |set, mode| {
        with(set, &MODES[mode].to_owned())
    });
    let share = 1 + random.below(7);
    for name in choosable {
        if random.below(8) < share {
            set = with(set, name);
        }
    }
    set
}

/// A linear congruential generator, which is the same on all machines.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) % limit
    }
}

/// Returns a new seed, which is short enough to be typed.
fn time() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |time| time.as_secs() % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options> {
        let args: Vec<String> = line.split_whitespace().map(str::to_string).collect();
        Options::parse(&args)
    }

    #[test]
    fn options_are_numbers() {
        let options = |seed, sets| Options { seed, sets };
        assert_eq!(parse("").unwrap(), options(None, SETS));
        assert_eq!(parse("--sets 3 --seed 7").unwrap(), options(Some(7), 3));
        for (line, expected) in [
            ("--seed", "`--seed` needs a number"),
            ("--sets many", "found `many`"),
            ("--all", "no option `--all`"),
        ] {
            let error = parse(line).unwrap_err().to_string();
            assert!(error.contains(expected), "{line:?} gave {error:?}");
        }
    }

    #[test]
    fn every_feature_is_taken_or_known_to_be_left_out() {
        let workspace = Workspace::load().unwrap();
        let sources = workspace.root.directory.join("src");
        let features = &workspace.root.features;
        let refused = refused(&sources).unwrap();
        assert!(refused.contains("rr") && refused.contains("wmemcheck"));
        assert!(refused.iter().all(|name| features.contains_key(name)));

        let choosable = choosable(features, &sources).unwrap();
        for name in ["backtrace", "runtime", "standard", "wat", "winch"] {
            assert!(choosable.contains(name), "{name}");
        }
        let left_out = FROM_SOURCE.len() + MODES.len() + "common".lines().count();
        assert_eq!(choosable.len() + refused.len() + left_out, features.len());

        let alone = alone(&choosable, &named(&sources).unwrap());
        for name in &choosable {
            let is_in = |set: &String| set.split(',').any(|part| part == name);
            assert!(alone.iter().any(is_in), "{name}");
        }
        assert!(alone.contains(&"load,wat".into()));
    }

    #[test]
    fn a_seed_gives_the_same_sets_again() {
        let choosable: BTreeSet<String> = ["gc", "wasi", "wat"].map(str::to_string).into();
        let sets = |seed| -> Vec<String> {
            let mut random = Random(seed);
            (0..50).map(|_| draw(&mut random, &choosable)).collect()
        };
        assert_eq!(sets(1), sets(1));
        assert_ne!(sets(1), sets(2));
        for part in ["dynamic", "load", "static", "gc", "wasi", "wat"] {
            let some = sets(1).iter().filter(|set| set.contains(part)).count();
            assert!((5..50).contains(&some), "{part} is in {some}");
        }
        let starts_with_mode = |set: &String| MODES.iter().any(|mode| set.starts_with(mode));
        assert!(sets(3).iter().all(starts_with_mode));
    }
}
