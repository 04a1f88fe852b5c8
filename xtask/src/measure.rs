//! `cargo xtask measure`: what each link mode costs to build and to run, beside
//! the `wasmtime` crate, as the table that the README carries.
//!
//! The same program is built for each, as a package of its own, as a user's
//! would be: release profile, stripped, nothing built before. It runs a
//! precompiled module, so that starting is measured and not compiling.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::workspace::{Workspace, artifacts};

/// The program.
const PROGRAM: &str = include_str!("measure/program.rs");

/// How often the program is started; the median counts.
const STARTS: usize = 21;

/// How often the program is built if that takes less than a minute; the median
/// counts.
const QUICK_BUILDS: usize = 7;

/// What the command line asks for.
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
    /// If an option is unknown or lacks its value, or if there is no
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

/// A way to get at libwasmtime.
struct Subject {
    name: &'static str,
    /// The dependency on it, in TOML.
    dependency: String,
}

/// What was measured.
struct Figures {
    crates: usize,
    build: Duration,
    size: u64,
    start: Duration,
    /// In KiB.
    memory: u64,
}

/// Measures, and prints the table.
///
/// # Errors
///
/// If a build or the program fails.
pub fn measure(options: &Options) -> Result<()> {
    let workspace = Workspace::load()?;
    let prefix = fs::canonicalize(&options.prefix)
        .with_context(|| format!("cannot find the prefix {}", options.prefix.display()))?;
    println!(
        "| | crates compiled | clean release build | executable | start to first call | peak memory |"
    );
    println!("|---|--:|--:|--:|--:|--:|");
    for subject in subjects(&workspace) {
        let wanted = options.only.as_ref();
        if wanted.is_none_or(|only| only.iter().any(|name| name == subject.name)) {
            let figures = figures(&subject, &workspace, &prefix)
                .with_context(|| format!("measuring {} failed", subject.name))?;
            println!("{}", row(subject.name, &figures));
        }
    }
    Ok(())
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

fn figures(subject: &Subject, workspace: &Workspace, prefix: &Path) -> Result<Figures> {
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
    let in_directory = |program: &Path| {
        let mut command = Command::new(program);
        command
            .current_dir(&directory)
            .env("WASMTIME_DIR", prefix)
            .env("LD_LIBRARY_PATH", prefix.join("lib"))
            .env("LIBWASMTIME_PATH", prefix.join("lib"))
            .env_remove("CARGO_TARGET_DIR");
        command
    };
    let cargo = PathBuf::from(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // The table that does without CMake.
    let config = workspace.root.directory.join(".cargo/config.toml");

    // Downloads don't count.
    let fetched = in_directory(&cargo)
        .arg("fetch")
        .status()
        .context("cannot run cargo")?;
    ensure!(fetched.success(), "cargo fetch failed");
    let build = || {
        let began = Instant::now();
        let built = in_directory(&cargo)
            .args([
                "build",
                "--release",
                "--message-format=json-render-diagnostics",
            ])
            .arg("--config")
            .arg(&config)
            .stderr(Stdio::inherit())
            .output()
            .context("cannot run cargo")?;
        let took = began.elapsed();
        ensure!(built.status.success(), "the build failed");
        Ok((took, built.stdout))
    };
    let (took, messages) = build()?;
    let mut builds = vec![took];
    if took < Duration::from_secs(60) {
        while builds.len() < QUICK_BUILDS {
            fs::remove_dir_all(directory.join("target"))?;
            builds.push(build()?.0);
        }
    }
    let messages = String::from_utf8(messages).context("cargo's messages are not UTF-8")?;
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

    let compiled = in_directory(&executable)
        .args(["compile", "module"])
        .status()?;
    ensure!(
        compiled.success(),
        "the program failed to compile its module"
    );
    let mut starts = Vec::new();
    let mut memory = 0;
    for _ in 0..STARTS {
        let began = Instant::now();
        let ran = in_directory(&executable).args(["run", "module"]).output()?;
        starts.push(began.elapsed());
        ensure!(ran.status.success(), "the program failed to run its module");
        memory = String::from_utf8(ran.stdout)?
            .trim()
            .parse()
            .context("no peak memory")?;
    }
    Ok(Figures {
        // All but the program itself.
        crates: crates.len() - 1,
        build: median(builds),
        size: fs::metadata(&executable)?.len(),
        start: median(starts),
        memory,
    })
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
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
