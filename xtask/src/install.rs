//! `cargo xtask install`: installs libwasmtime as a C library under a prefix, in the layout of
//! upstream's release archives, plus a `wasmtime.pc`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, bail, ensure};

use crate::workspace::{Workspace, enabled};
use crate::{backtrace, build, conf, pkg_config, platform};

/// The features of `--min`. With only this one, libwasmtime runs precompiled modules and
/// nothing else; upstream's own minimal builds have the same.
const MIN_FEATURES: &[&str] = &["disable-logging"];

/// The options of the command line.
#[derive(Debug, PartialEq)]
pub struct Options {
    prefix: PathBuf,
    min: bool,
    profile: String,
    features: Option<BTreeSet<String>>,
    no_backtrace: bool,
}

impl Options {
    /// Reads the arguments that follow `install`.
    ///
    /// # Errors
    ///
    /// Returns an error if an option is unknown, lacks its value or has one too many, or if
    /// there is no `--prefix`.
    pub fn parse(args: &[String]) -> Result<Options> {
        let (mut prefix, mut profile, mut features) = (None, None, None);
        let (mut min, mut no_backtrace) = (false, false);
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let (name, attached) = match arg.split_once('=') {
                Some((name, value)) => (name, Some(value.to_string())),
                None => (arg.as_str(), None),
            };
            let switch = match name {
                "--min" => Some(&mut min),
                "--no-backtrace" => Some(&mut no_backtrace),
                _ => None,
            };
            if let Some(switch) = switch {
                ensure!(attached.is_none(), "`{name}` takes no value, found `{arg}`");
                *switch = true;
                continue;
            }
            let slot = match name {
                "--prefix" => &mut prefix,
                "--profile" => &mut profile,
                "--features" => &mut features,
                _ => bail!(
                    "`install` has no option `{name}`, expected \
                     `--prefix`, `--min`, `--profile`, `--features` or `--no-backtrace`"
                ),
            };
            let value = attached.or_else(|| args.next().cloned());
            let value = value.with_context(|| format!("`{name}` needs a value after it"))?;
            ensure!(slot.is_none(), "`{name}` is there twice");
            *slot = Some(value);
        }
        let prefix = prefix.filter(|prefix| !prefix.is_empty());
        Ok(Options {
            prefix: prefix
                .context("`install` needs `--prefix DIR`, the directory to install under")?
                .into(),
            min,
            profile: profile.unwrap_or_else(|| "release".to_string()),
            features: features.map(|list| {
                list.split([',', ' '])
                    .filter(|feature| !feature.is_empty())
                    .map(str::to_string)
                    .collect()
            }),
            no_backtrace,
        })
    }

    /// Returns the directory for `lib` and `include`.
    fn root(&self) -> PathBuf {
        if self.min {
            self.prefix.join("min")
        } else {
            self.prefix.clone()
        }
    }

    /// Returns the features of the C API to build, without the ones they imply.
    fn features(&self, workspace: &Workspace) -> Result<BTreeSet<String>> {
        match &self.features {
            Some(features) => {
                for feature in features {
                    ensure!(
                        workspace.vendor.features.contains_key(feature),
                        "libwasmtime's C API has no feature `{feature}`, expected some of: {}",
                        join(workspace.vendor.features.keys(), ", "),
                    );
                }
                Ok(features.clone())
            }
            None if self.min => Ok(MIN_FEATURES.iter().map(ToString::to_string).collect()),
            None => Ok(workspace.default_features()),
        }
    }
}

/// Builds libwasmtime and installs libraries, headers and `wasmtime.pc`. Existing files are
/// replaced.
///
/// # Errors
///
/// Returns an error if a feature is unknown, the prefix can't be written to, or cargo
/// fails.
pub fn install(options: &Options) -> Result<()> {
    if options.no_backtrace {
        backtrace::check_platform()?;
    }
    let workspace = Workspace::load()?;
    let features = options.features(&workspace)?;
    let root = options.root();
    let (lib, include) = (root.join("lib"), root.join("include"));
    // Compiling takes minutes, so check before that the result can be written.
    for directory in [&lib, &include] {
        check_writable(directory)?;
    }

    let artifacts = build::build(
        &workspace,
        &options.profile,
        &features,
        options.no_backtrace.then_some(backtrace::CFG),
    )?;

    install_headers(&workspace, &features, &include)?;
    let mut installed = vec![include];
    for artifact in &artifacts {
        let Some(name) = platform::installed_name(artifact) else {
            continue;
        };
        let to = lib.join(name);
        if options.no_backtrace && name.ends_with(".a") {
            let mut archive = fs::read(artifact)
                .with_context(|| format!("cannot read {}", artifact.display()))?;
            backtrace::keep_to_itself(&mut archive)?;
            write_atomically(&to, |temporary| -> Result<()> {
                fs::write(temporary, &archive)?;
                backtrace::drop_unwind_tables(temporary)
            })?;
        } else {
            write_atomically(&to, |temporary| fs::copy(artifact, temporary).map(drop))?;
        }
        installed.push(to);
    }
    let pc = lib.join("pkgconfig").join("wasmtime.pc");
    write_file(&pc, &pkg_config::wasmtime_pc(&workspace.c_api.version))?;
    installed.push(pc);

    for path in &installed {
        println!("{}", path.display());
    }
    println!(
        "Installed libwasmtime {} ({} profile) under {}, with the features: {}",
        workspace.c_api.version,
        options.profile,
        root.display(),
        join(&features, ", "),
    );
    Ok(())
}

/// Copies the headers of the C API, and writes the one that defines the features.
fn install_headers(workspace: &Workspace, features: &BTreeSet<String>, to: &Path) -> Result<()> {
    let from = workspace.c_api.directory.join("include");
    copy_headers(&from, to)?;

    let template = from.join("wasmtime").join("conf.h.in");
    let template = fs::read_to_string(&template)
        .with_context(|| format!("cannot read {}", template.display()))?;
    let conf_h = to.join("wasmtime").join("conf.h");
    let enabled = enabled(&workspace.c_api.features, features);
    write_file(&conf_h, &conf::conf_h(&template, &enabled)?)
}

fn copy_headers(from: &Path, to: &Path) -> Result<()> {
    let entries = fs::read_dir(from).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
    for entry in entries.with_context(|| format!("cannot list {}", from.display()))? {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_headers(&from, &to)?;
        } else if from.extension().is_some_and(|e| e == "h" || e == "hh") {
            write_atomically(&to, |temporary| fs::copy(&from, temporary).map(drop))?;
        }
    }
    Ok(())
}

fn write_file(path: &Path, content: &str) -> Result<()> {
    write_atomically(path, |temporary| fs::write(temporary, content))
}

/// Writes a file atomically, even if a running program has the previous one mapped into its
/// memory.
fn write_atomically<E: Into<Error>>(
    path: &Path,
    write: impl Fn(&Path) -> Result<(), E>,
) -> Result<()> {
    let directory = path.parent().context("a file has a directory")?;
    let mut name = path.file_name().context("a file has a name")?.to_owned();
    name.push(".tmp");
    let temporary = directory.join(name);
    fs::create_dir_all(directory)
        .map_err(Error::from)
        .and_then(|()| write(&temporary).map_err(E::into))
        .and_then(|()| Ok(fs::rename(&temporary, path)?))
        .with_context(|| format!("cannot write {}", path.display()))
}

fn check_writable(directory: &Path) -> Result<()> {
    let probe = directory.join(".libwasmtime.tmp");
    fs::create_dir_all(directory)
        .and_then(|()| fs::write(&probe, ""))
        .and_then(|()| fs::remove_file(&probe))
        .with_context(|| {
            format!(
                "cannot write to {}; choose a `--prefix` that you may write to",
                directory.display()
            )
        })
}

fn join<'a>(words: impl IntoIterator<Item = &'a String>, separator: &str) -> String {
    let words: Vec<&str> = words.into_iter().map(String::as_str).collect();
    words.join(separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options> {
        let args: Vec<String> = line.split_whitespace().map(str::to_string).collect();
        Options::parse(&args)
    }

    #[test]
    fn prefix_alone_means_the_release_profile_and_the_default_features() {
        let options = parse("--prefix /opt/wasmtime").unwrap();
        assert_eq!(
            options,
            Options {
                prefix: "/opt/wasmtime".into(),
                min: false,
                profile: "release".to_string(),
                features: None,
                no_backtrace: false,
            }
        );
        assert_eq!(options.root(), Path::new("/opt/wasmtime"));
    }

    #[test]
    fn every_option_has_an_effect_in_both_spellings() {
        let expected = Options {
            prefix: "out".into(),
            min: true,
            profile: "dev".to_string(),
            features: Some(["gc".to_string(), "wat".to_string()].into()),
            no_backtrace: true,
        };
        let apart = parse("--prefix out --min --profile dev --features wat,gc --no-backtrace");
        let attached = parse("--features=gc,wat, --no-backtrace --profile=dev --min --prefix=out");
        let (apart, attached) = (apart.unwrap(), attached.unwrap());
        assert_eq!(apart, expected);
        assert_eq!(attached, expected);
        assert_eq!(expected.root(), Path::new("out/min"));
    }

    #[test]
    fn wrong_arguments_are_named() {
        for (line, expected) in [
            ("", "needs `--prefix DIR`"),
            ("--prefix=", "needs `--prefix DIR`"),
            ("--prefix", "`--prefix` needs a value"),
            ("--prefix a --prefix b", "`--prefix` is there twice"),
            ("--prefix a --min=yes", "`--min` takes no value"),
            ("--no-backtrace=1", "`--no-backtrace` takes no value"),
            ("--prefix a --fast", "no option `--fast`"),
            ("a", "no option `a`"),
        ] {
            let error = parse(line).unwrap_err().to_string();
            assert!(error.contains(expected), "{line:?} gave {error:?}");
        }
    }

    #[test]
    fn features_are_the_crates_default_or_the_ones_asked_for() {
        let workspace = Workspace::load().unwrap();
        let default = parse("--prefix a").unwrap().features(&workspace).unwrap();
        assert!(default.contains("cranelift") && default.contains("wasi"));
        assert!(!default.contains("vendored") && !default.contains("winch"));

        let min = parse("--prefix a --min").unwrap();
        let min = min.features(&workspace).unwrap();
        assert_eq!(min, ["disable-logging".to_string()].into());

        let chosen = parse("--prefix a --min --features gc").unwrap();
        let chosen = chosen.features(&workspace).unwrap();
        assert_eq!(chosen, ["gc".to_string()].into());

        let unknown = parse("--prefix a --features gc,jit").unwrap();
        let error = unknown.features(&workspace).unwrap_err().to_string();
        assert!(
            error.contains("`jit`") && error.contains("cranelift"),
            "{error}"
        );
    }

    #[test]
    fn a_prefix_that_is_a_file_is_refused() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let error = check_writable(&file.join("lib")).unwrap_err().to_string();
        assert!(error.contains("cannot write to"), "{error}");
    }
}
