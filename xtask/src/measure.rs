//! `cargo xtask measure`: measures what each link mode and the `wasmtime` crate cost to build
//! and to run, and prints the table in the README.
//!
//! The same program is built for each, as a package of its own, like a user's: release
//! profile, stripped, from nothing. It runs a precompiled module, so that its start is
//! measured and not compiling.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::workspace::{Workspace, artifacts};

/// The source of the program.
const PROGRAM: &str = include_str!("measure/program.rs");

/// How often each program is started; the median counts.
const STARTS: usize = 101;

/// How often the program is built if that takes less than a minute; the median
/// counts.
const QUICK_BUILDS: usize = 7;

/// The options of the command line.
#[derive(Debug, PartialEq)]
pub struct Options {
    prefix: PathBuf,
    only: Option<Vec<String>>,
}

impl Options {
    /// Reads the arguments that follow `measure`.
    ///
    /// # Errors
    ///
    /// Returns an error if an option is unknown or lacks its value, or if there is no
    /// `--prefix`.
    pub fn parse(args: &[String]) -> Result<Options> {
        let (mut prefix, mut only) = (None, None);
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let value = args
                .next()
                .with_context(|| format!("`{arg}` needs a value after it"))?;
            match arg.as_str() {
                "--prefix" => prefix = Some(PathBuf::from(value)),
                "--only" => only = Some(value.split(',').map(str::to_owned).collect()),
                _ => bail!("`measure` has no option `{arg}`, expected `--prefix` or `--only`"),
            }
        }
        let prefix = prefix.context(
            "`measure` needs `--prefix DIR`, where `cargo xtask install` has installed libwasmtime",
        )?;
        Ok(Options { prefix, only })
    }
}

/// The program as a package of its own, which depends on a subject.
struct Package<'a> {
    directory: PathBuf,
    prefix: &'a Path,
}

/// The program, built for a subject.
struct Program<'a> {
    name: &'static str,
    package: Package<'a>,
    executable: PathBuf,
    /// The number of compiled crates, without the program itself.
    crates: usize,
    build: Duration,
}

/// A way to use libwasmtime.
struct Subject {
    name: &'static str,
    /// The dependency on it, in TOML.
    dependency: String,
}

/// The measurements of a program.
struct Figures {
    crates: usize,
    build: Duration,
    size: u64,
    start: Duration,
    /// The peak memory, in KiB.
    memory: u64,
}

/// Measures, and prints the table.
///
/// # Errors
///
/// Returns an error if `--only` names something else, or if a build or the program fails.
pub fn measure(options: &Options) -> Result<()> {
    let workspace = Workspace::load()?;
    let prefix = fs::canonicalize(&options.prefix)
        .with_context(|| format!("cannot find the prefix {}", options.prefix.display()))?;
    let programs = wanted(subjects(&workspace), options.only.as_deref())?
        .iter()
        .map(|subject| {
            Program::build(subject, &workspace, &prefix)
                .with_context(|| format!("building {} failed", subject.name))
        })
        .collect::<Result<Vec<_>>>()?;
    // The programs run in turns, so that a busy moment of the machine affects all of them.
    let mut runs = vec![Vec::new(); programs.len()];
    for _ in 0..STARTS {
        for (program, runs) in programs.iter().zip(&mut runs) {
            let run = program.run();
            runs.push(run.with_context(|| format!("running {} failed", program.name))?);
        }
    }
    println!(
        "| | crates compiled | clean release build | executable | start to first call | peak memory |"
    );
    println!("|---|--:|--:|--:|--:|--:|");
    for (program, runs) in programs.iter().zip(runs) {
        println!("{}", row(program.name, &program.figures(runs)?));
    }
    Ok(())
}

/// Returns the requested subjects; all, if none is named.
fn wanted(subjects: Vec<Subject>, only: Option<&[String]>) -> Result<Vec<Subject>> {
    let Some(only) = only else {
        return Ok(subjects);
    };
    let names: Vec<_> = subjects.iter().map(|subject| subject.name).collect();
    for name in only {
        ensure!(
            names.contains(&name.as_str()),
            "`--only` knows no `{name}`, expected some of {names:?}"
        );
    }
    let wanted = |subject: &Subject| only.iter().any(|name| name == subject.name);
    Ok(subjects.into_iter().filter(wanted).collect())
}

fn subjects(workspace: &Workspace) -> Vec<Subject> {
    let path = workspace.root.directory.display().to_string();
    let mode = |name| Subject {
        name,
        dependency: format!(
            "{{ package = \"libwasmtime\", path = {path:?}, default-features = false, \
             features = [\"{name}\", \"common\"] }}"
        ),
    };
    let native = Subject {
        name: "wasmtime crate",
        dependency: format!("\"={}\"", workspace.c_api.version),
    };
    vec![
        mode("vendored"),
        mode("static"),
        mode("dynamic"),
        mode("load"),
        native,
    ]
}

impl<'a> Package<'a> {
    /// Writes it into a directory in which nothing was built yet.
    fn create(subject: &Subject, workspace: &Workspace, prefix: &'a Path) -> Result<Package<'a>> {
        let directory = workspace
            .target
            .join("measure")
            .join(subject.name.replace(' ', "-"));
        if directory.exists() {
            fs::remove_dir_all(&directory)?;
        }
        fs::create_dir_all(directory.join("src"))?;
        fs::write(directory.join("Cargo.toml"), manifest(subject))?;
        fs::write(directory.join("src/main.rs"), PROGRAM)?;
        // The versions that the repository was tested with.
        fs::copy(
            workspace.root.directory.join("Cargo.lock"),
            directory.join("Cargo.lock"),
        )?;
        Ok(Package { directory, prefix })
    }

    /// Builds it, and returns the time and Cargo's messages.
    fn build(&self, cargo: &Path, config: &Path) -> Result<(Duration, String)> {
        let began = Instant::now();
        let built = self
            .command(cargo)
            .args([
                "build",
                "--release",
                "--message-format=json-render-diagnostics",
            ])
            .arg("--config")
            .arg(config)
            .stderr(Stdio::inherit())
            .output()
            .context("cannot run cargo")?;
        let took = began.elapsed();
        ensure!(built.status.success(), "the build failed");
        let messages = String::from_utf8(built.stdout).context("cargo's messages are not UTF-8")?;
        Ok((took, messages))
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.directory)
            .env("WASMTIME_DIR", self.prefix)
            .env("LD_LIBRARY_PATH", self.prefix.join("lib"))
            .env("LIBWASMTIME_PATH", self.prefix.join("lib"))
            .env_remove("CARGO_TARGET_DIR");
        command
    }
}

impl<'a> Program<'a> {
    /// Builds it, repeatedly if that is quick, and lets it compile its module.
    fn build(subject: &Subject, workspace: &Workspace, prefix: &'a Path) -> Result<Program<'a>> {
        let package = Package::create(subject, workspace, prefix)?;
        let cargo = PathBuf::from(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // Downloads aren't measured.
        let fetched = package
            .command(&cargo)
            .arg("fetch")
            .status()
            .context("cannot run cargo")?;
        ensure!(fetched.success(), "cargo fetch failed");

        // The table that replaces CMake.
        let config = workspace.root.directory.join(".cargo/config.toml");
        let (took, messages) = package.build(&cargo, &config)?;
        let mut builds = vec![took];
        if took < Duration::from_secs(60) {
            while builds.len() < QUICK_BUILDS {
                fs::remove_dir_all(package.directory.join("target"))?;
                builds.push(package.build(&cargo, &config)?.0);
            }
        }
        let artifacts = artifacts(&messages)?;
        let executable = artifacts
            .iter()
            .find_map(|artifact| artifact["executable"].as_str())
            .map(PathBuf::from)
            .context("cargo named no executable")?;
        let mut crates: Vec<_> = artifacts
            .iter()
            .filter_map(|artifact| artifact["package_id"].as_str())
            .collect();
        crates.sort_unstable();
        crates.dedup();

        let compiled = package
            .command(&executable)
            .args(["compile", "module"])
            .status()?;
        ensure!(
            compiled.success(),
            "the program failed to compile its module"
        );
        Ok(Program {
            name: subject.name,
            package,
            executable,
            crates: crates.len() - 1,
            build: median(builds),
        })
    }

    /// Runs it, and returns the time and the peak memory, in KiB.
    fn run(&self) -> Result<(Duration, u64)> {
        let began = Instant::now();
        let ran = self
            .package
            .command(&self.executable)
            .args(["run", "module"])
            .output()?;
        let took = began.elapsed();
        ensure!(ran.status.success(), "the program failed to run its module");
        let memory = String::from_utf8(ran.stdout)?.trim().parse();
        Ok((took, memory.context("no peak memory")?))
    }

    fn figures(&self, runs: Vec<(Duration, u64)>) -> Result<Figures> {
        let (starts, memory) = runs.into_iter().unzip();
        Ok(Figures {
            crates: self.crates,
            build: self.build,
            size: fs::metadata(&self.executable)?.len(),
            start: median(starts),
            memory: median(memory),
        })
    }
}

fn median<T: Ord + Copy>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values[values.len() / 2]
}

fn manifest(subject: &Subject) -> String {
    format!(
        "[package]\nname = \"measured\"\nedition = \"2024\"\n\n\
         [dependencies]\nwasmtime = {}\n\n\
         [profile.release]\nstrip = true\n\n[workspace]\n",
        subject.dependency
    )
}

fn row(name: &str, figures: &Figures) -> String {
    let Figures {
        crates,
        build,
        size,
        start,
        memory,
    } = figures;
    let size = match size / 1024 {
        kib @ ..1024 => format!("{kib} KiB"),
        kib => format!("{:.1} MiB", kib as f64 / 1024.0),
    };
    format!(
        "| {name} | {crates} | {:.*} s | {size} | {:.1} ms | {:.1} MiB |",
        // To three digits or so.
        usize::from(build.as_secs() < 100),
        build.as_secs_f64(),
        start.as_secs_f64() * 1000.0,
        *memory as f64 / 1024.0,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_needed() {
        assert!(
            Options::parse(&[])
                .unwrap_err()
                .to_string()
                .contains("--prefix")
        );
        let args = ["--prefix", "p", "--only", "load,static"].map(str::to_owned);
        let options = Options::parse(&args).unwrap();
        assert_eq!(options.only.unwrap(), ["load", "static"]);
    }

    #[test]
    fn what_is_wanted_must_be_known() {
        let names = |only: Option<&str>| {
            let subjects = ["static", "load"].map(|name| Subject {
                name,
                dependency: String::new(),
            });
            let only = only.map(|name| vec![name.to_owned()]);
            let found = wanted(subjects.into(), only.as_deref())?;
            Ok(found.iter().map(|subject| subject.name).collect::<Vec<_>>())
        };
        assert_eq!(names(None).unwrap(), ["static", "load"]);
        assert_eq!(names(Some("load")).unwrap(), ["load"]);
        let error: anyhow::Error = names(Some("laod")).unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("`laod`") && error.contains("\"load\""),
            "{error}"
        );
    }

    #[test]
    fn a_row_has_units() {
        let figures = Figures {
            crates: 9,
            build: Duration::from_millis(4100),
            size: 500 << 10,
            start: Duration::from_micros(2340),
            memory: 3 << 10,
        };
        assert_eq!(
            row("load", &figures),
            "| load | 9 | 4.1 s | 500 KiB | 2.3 ms | 3.0 MiB |"
        );
    }
}
