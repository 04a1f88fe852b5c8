//! The first five minutes with this crate, by doing what the README says: the code blocks
//! are taken from it without changes, except for the directory in which libwasmtime is
//! installed.
//!
//! Each package is created in an empty directory outside of this repository, as a user
//! doesn't have its `.cargo/config.toml`. No registry has this version of the crate, so
//! `cargo add` gets one that has only its features, and the other commands use the crate in
//! this repository. The suite of each link mode tests its own.

use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::harness::{Need, leave_out};
use crate::script::clear;

const README: &str = include_str!("../../README.md");

/// The link mode of this suite.
const MODE: Option<&str> = if cfg!(wasmtime_link = "vendored") {
    Some("vendored")
} else if cfg!(wasmtime_link = "static") {
    Some("static")
} else if cfg!(wasmtime_link = "dynamic") {
    Some("dynamic")
} else if cfg!(wasmtime_link = "load") {
    Some("load")
} else {
    None
};

/// The directory in which the README installs libwasmtime.
const INSTALLED: &str = "/opt/wasmtime";

/// The function `cargo` for the README's commands.
const CARGO: &str = r#"
cargo() {
  if [ "$1" = add ]; then
    "$CARGO" "$@" --config 'source.crates-io.replace-with="features"' \
      --config "source.features.local-registry='$FEATURES'"
  else
    # The versions that the repository is tested with.
    if [ -f Cargo.toml ]; then cp "$REPOSITORY/Cargo.lock" Cargo.lock; fi
    "$CARGO" "$@" --config "patch.crates-io.libwasmtime.path='$REPOSITORY'" \
      --config 'profile.dev.package."*".opt-level=1' \
      --config 'profile.dev.package."*".debug=false' \
      --config 'profile.dev.package."*".debug-assertions=false'
  fi
}
"#;

/// Returns the part of the README under a heading, up to the next one.
fn section(heading: &str) -> &'static str {
    let (_, rest) = README
        .split_once(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("the README has no `{heading}`"));
    rest.split("\n#").next().unwrap()
}

/// Returns the code blocks of a language.
fn blocks(section: &'static str, language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    let blocks = section.split(&fence).skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap())
        .collect()
}

/// Returns the build script of a program that is installed.
pub fn build_script() -> &'static str {
    let section = section("### Where an installed program finds the shared library");
    blocks(section, "rust")[0]
}

/// A package that the user creates according to the README.
struct Package {
    directory: PathBuf,
    /// The commands so far.
    script: String,
}

impl Package {
    /// Creates it in an empty directory, without its dependencies.
    fn new(name: &str) -> Package {
        let mut hasher = DefaultHasher::new();
        env!("CARGO_TARGET_TMPDIR").hash(&mut hasher);
        let own = format!("libwasmtime-{:x}-{name}", hasher.finish());
        let directory = env::temp_dir().join(own);
        _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(directory.join("empty")).unwrap();
        let section = section("## The first five minutes");
        fs::write(directory.join("main.rs"), blocks(section, "rust")[0]).unwrap();
        let features = directory.join("features/index/li/bw");
        fs::create_dir_all(&features).unwrap();
        fs::write(features.join("libwasmtime"), features_as_in_a_registry()).unwrap();
        Package {
            directory,
            script: format!("{CARGO}{}cp ../../main.rs src\n", blocks(section, "sh")[0]),
        }
    }

    /// Adds commands, for a libwasmtime in another directory.
    fn then(&mut self, commands: &str, installed: &Path) {
        self.script += &commands.replace(INSTALLED, &installed.display().to_string());
    }

    /// Runs the commands, and returns their output.
    fn run(&self, target: &Path) -> String {
        let mut shell = Command::new("sh");
        clear(&mut shell);
        for name in ["LD_LIBRARY_PATH", "CARGO_BUILD_TARGET", "RUSTFLAGS"] {
            shell.env_remove(name);
        }
        let output = shell
            .args(["-euc", &self.script])
            .current_dir(self.directory.join("empty"))
            .env("CARGO", env!("CARGO"))
            .env("CARGO_TARGET_DIR", target)
            .env("REPOSITORY", env!("CARGO_MANIFEST_DIR"))
            .env("FEATURES", self.directory.join("features"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}\n{}",
            self.script,
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Returns the manifest's dependencies.
    fn dependencies(&self) -> String {
        let manifest = fs::read_to_string(self.directory.join("empty/hello/Cargo.toml")).unwrap();
        manifest[manifest.find("[dependencies]").unwrap()..].to_owned()
    }
}

impl Drop for Package {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.directory);
    }
}

/// Returns this crate's entry in a registry's index, with only what `cargo add` reads.
fn features_as_in_a_registry() -> String {
    let manifest = include_str!("../../Cargo.toml");
    let (_, features) = manifest.split_once("\n[features]\n").unwrap();
    let features = features.split("\n[").next().unwrap();
    let names: Vec<String> = features
        .lines()
        .filter_map(|line| line.split_once(" = ["))
        .filter(|(name, _)| !name.starts_with('#'))
        .map(|(name, _)| format!("{name:?}:[]"))
        .collect();
    format!(
        "{{\"name\":\"libwasmtime\",\"vers\":\"{}\",\"deps\":[],\"features\":{{{}}},\
         \"cksum\":\"{}\",\"yanked\":false}}\n",
        env!("CARGO_PKG_VERSION"),
        names.join(","),
        "0".repeat(64)
    )
}

/// Returns where libwasmtime is installed, if it is.
fn installed() -> Option<PathBuf> {
    if let Some(directory) = env::var_os("WASMTIME_DIR") {
        return Some(directory.into());
    }
    let library = PathBuf::from(env::var_os("LIBWASMTIME_PATH")?);
    Some(library.parent()?.parent()?.to_owned())
}

fn a_package_is_made_and_runs() {
    if !cfg!(unix) {
        leave_out(Need::Linux, "the README's commands are for a shell");
    }
    let mode = MODE.expect("the suite is linked in some way");
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let section = section(&format!("### `{mode}`"));
    let commands = blocks(section, "sh");
    let mut package = Package::new(mode);
    let target = if mode == "vendored" {
        package.then(commands[0], Path::new(INSTALLED));
        // The target directory of this suite, which has compiled most of Wasmtime.
        temporary.join("..")
    } else {
        let Some(installed) = installed() else {
            let why = "WASMTIME_DIR doesn't say where libwasmtime is installed";
            leave_out(Need::Installation, why);
        };
        assert!(commands[0].contains(INSTALLED), "{}", commands[0]);
        package.then(commands[0], &installed);
        temporary.join("target")
    };
    assert_eq!(package.run(&target), "Hello from Rust!\n");
    // Writing the manifest by hand gives the same.
    assert_eq!(package.dependencies(), blocks(section, "toml")[0]);
}

/// Both ways to skip CMake are the same setting.
fn the_table_against_cmake_is_what_the_argument_says() {
    let section = section("### `vendored`");
    let argument = blocks(section, "sh")[0];
    let (_, setting) = argument.split_once("target.").unwrap();
    let setting = setting.replace("$(rustc --print host-tuple)", "x86_64-unknown-linux-gnu");
    let (key, value) = setting
        .trim_end()
        .trim_end_matches('"')
        .split_once('=')
        .unwrap();
    let (table, key) = key.rsplit_once('.').unwrap();
    let value = value.replace('\'', "\"");
    let expected = format!("[target.{table}]\n{key} = {value}\n");
    assert_eq!(blocks(section, "toml")[1], expected);
}

/// The opening fence of the program in the documentation of the crate.
const FENCE: &str = r#"#![cfg_attr(all(feature = "wat", compiler), doc = "```")]"#;

/// The dependency and the program, without what only rustdoc needs.
fn the_documentation_of_the_crate_begins_with_the_same() {
    let lines = include_str!("../../src/lib.rs").lines();
    let text: String = lines
        .filter_map(|line| match line {
            FENCE => Some("```"),
            _ => line.strip_prefix("//!"),
        })
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .filter(|line| !line.starts_with("# "))
        .flat_map(|line| [line, "\n"])
        .collect();
    let dependency = blocks(section("### `vendored`"), "toml")[0];
    let program = blocks(section("## The first five minutes"), "rust")[0];
    for block in [
        format!("```toml\n{dependency}```"),
        format!("```\n{program}```"),
    ] {
        assert!(text.contains(&block), "no {block} in:\n{text}");
    }
}

crate::tests![
    a_package_is_made_and_runs,
    the_table_against_cmake_is_what_the_argument_says,
    the_documentation_of_the_crate_begins_with_the_same,
];
