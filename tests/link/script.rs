//! Runs the build script.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::cargo::Cargo;
use crate::prefix::Prefix;

/// A target without libraries or a compiler on this machine: nothing is found but what a
/// test provides.
pub const FOREIGN: &str = "riscv64gc-unknown-linux-musl";

/// The major version of this package, and of libwasmtime.
pub const MAJOR: u32 = match u32::from_str_radix(env!("CARGO_PKG_VERSION_MAJOR"), 10) {
    Ok(major) => major,
    Err(_) => panic!("Cargo's versions are numbers"),
};

/// One run of the build script.
pub struct Script {
    executable: PathBuf,
    target: String,
    host: String,
    variables: BTreeMap<String, String>,
    out: Option<PathBuf>,
}

impl Script {
    /// Returns the build script with some Cargo features on, for the [`FOREIGN`] target.
    pub fn new(features: &[&str]) -> Script {
        Script::compiled(executable().to_owned(), features)
    }

    /// The build script of this package with another major version.
    pub fn of_major(major: &str, features: &[&str]) -> Script {
        Script::compiled(executable_of(major), features)
    }

    fn compiled(executable: PathBuf, features: &[&str]) -> Script {
        let mut script = Script {
            executable,
            target: FOREIGN.to_owned(),
            host: host().to_owned(),
            variables: BTreeMap::new(),
            out: None,
        };
        // As in the manifest.
        let implied = match features.contains(&"vendored") {
            true => &["vendored-min", "static"][..],
            false => &[],
        };
        for feature in features.iter().chain(implied) {
            let name = feature.to_uppercase().replace('-', "_");
            script = script.set(&format!("CARGO_FEATURE_{name}"), "1");
        }
        script
            .set("CARGO_CFG_TARGET_OS", "linux")
            .set("CARGO_CFG_TARGET_VENDOR", "unknown")
            .set("CARGO_CFG_TARGET_ENV", "musl")
    }

    /// Selects this machine as the target, which has a C compiler.
    pub fn native(mut self) -> Script {
        self.target = self.host.clone();
        self
    }

    /// Selects another target.
    pub fn target(mut self, triple: &str, os: &str, vendor: &str, abi: &str) -> Script {
        self.target = triple.to_owned();
        self.set("CARGO_CFG_TARGET_OS", os)
            .set("CARGO_CFG_TARGET_VENDOR", vendor)
            .set("CARGO_CFG_TARGET_ENV", abi)
    }

    /// Sets a variable.
    pub fn set(mut self, name: &str, value: &str) -> Script {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Sets the directory for its output, instead of one of its own.
    pub fn out(mut self, path: impl Into<PathBuf>) -> Script {
        self.out = Some(path.into());
        self
    }

    /// Runs it.
    pub fn run(self) -> Output {
        let out = self.out.unwrap_or_else(|| {
            static RUNS: AtomicUsize = AtomicUsize::new(0);
            let run = RUNS.fetch_add(1, Ordering::Relaxed);
            let target = Path::new(env!("CARGO_TARGET_TMPDIR"))
                .join("out")
                .join(run.to_string());
            if target.exists() {
                fs::remove_dir_all(&target).unwrap();
            }
            out_of(&target, "debug")
        });

        let mut command = Command::new(self.executable);
        clear(&mut command);
        let output = command
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("TARGET", self.target)
            .env("HOST", self.host)
            .env("OUT_DIR", &out)
            .env("OPT_LEVEL", "0")
            .env("DEBUG", "false")
            .env("PROFILE", "debug")
            .envs(self.variables)
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "the build script failed: {stderr}");
        assert!(!stderr.contains("panicked"), "{stderr}");
        Output {
            text: String::from_utf8(output.stdout).unwrap(),
            missing: fs::read_to_string(out.join("missing.txt")).ok(),
            out,
        }
    }
}

/// The instructions of the build script to Cargo.
pub struct Output {
    text: String,
    /// The report that it wrote for the crate.
    pub missing: Option<String>,
    /// The directory with its output.
    pub out: PathBuf,
}

impl Output {
    /// Returns the link mode it chose.
    pub fn mode(&self) -> &str {
        let modes: Vec<&str> = self.values("cargo::rustc-cfg=wasmtime_link=").collect();
        match modes.as_slice() {
            [mode] => mode.trim_matches('"'),
            _ => panic!("not one mode but {modes:?}:\n{}", self.text),
        }
    }

    /// Returns its error; asserts that it chose no mode.
    pub fn error(&self) -> String {
        let lines: Vec<&str> = self.values("cargo::error=").collect();
        assert!(!lines.is_empty(), "no error:\n{}", self.text);
        assert!(!self.text.contains("wasmtime_link"), "{}", self.text);
        lines.join("\n")
    }

    /// Returns the warnings it gave.
    pub fn warnings(&self) -> String {
        let lines: Vec<&str> = self.values("cargo::warning=").collect();
        lines.join("\n")
    }

    /// Returns the libraries it links, in order.
    pub fn libraries(&self) -> Vec<&str> {
        self.values("cargo::rustc-link-lib=").collect()
    }

    /// Returns the directories it has searched.
    pub fn directories(&self) -> Vec<&str> {
        self.values("cargo::rustc-link-search=").collect()
    }

    /// Returns the value that it passes on to dependents under a key.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        self.values(&format!("cargo::metadata={key}=")).next()
    }

    /// Reports whether Cargo runs it again when a variable changes.
    pub fn watches(&self, variable: &str) -> bool {
        self.values("cargo::rerun-if-env-changed=")
            .any(|name| name == variable)
    }

    /// Returns the values of the instructions with a prefix.
    fn values<'a>(&'a self, instruction: &str) -> impl Iterator<Item = &'a str> {
        self.text
            .lines()
            .filter_map(move |line| line.strip_prefix(instruction))
    }
}

/// Creates the directory that Cargo would pass to the build script in a target folder, and
/// tags that folder.
pub fn out_of(target: &Path, profile: &str) -> PathBuf {
    let out = target.join(profile).join("build/libwasmtime-0/out");
    fs::create_dir_all(&out).unwrap();
    let tag = "Signature: 8a477f597d28d172789f06886806bc55\n\
               # This file is a cache directory tag created by cargo.\n";
    fs::write(target.join("CACHEDIR.TAG"), tag).unwrap();
    out
}

/// Removes the variables that affect the build script from a command, so that the machine's
/// own have no effect.
pub fn clear(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let steers = ["WASMTIME_", "PKG_CONFIG", "DOCS_RS", "CARGO_FEATURE_"];
        if steers.iter().any(|part| text.contains(part)) {
            command.env_remove(&name);
        }
    }
}

/// Returns the triple of this machine.
pub fn host() -> &'static str {
    static HOST: OnceLock<String> = OnceLock::new();
    HOST.get_or_init(|| {
        let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let output = Command::new(rustc).arg("-vV").output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let host = text.lines().find_map(|line| line.strip_prefix("host: "));
        host.unwrap().to_owned()
    })
}

/// Returns the compiled build script, with the dependencies that it has with `static` or
/// `dynamic`. It reads all Cargo features from variables.
fn executable() -> &'static Path {
    static EXECUTABLE: OnceLock<PathBuf> = OnceLock::new();
    EXECUTABLE.get_or_init(|| compile(Cargo::new("check")))
}

/// Returns the same as if the package had another major version, and nothing else in it.
fn executable_of(major: &str) -> PathBuf {
    let read =
        |file: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let manifest = read("Cargo.toml");
    let dependencies: Vec<&str> = manifest
        .lines()
        .filter(|line| line.starts_with("cc = ") || line.starts_with("pkg-config = "))
        .collect();
    let manifest = format!(
        "[package]\nname = \"libwasmtime\"\nversion = \"{major}.0.0\"\nedition = \"2024\"\n\
         build = {:?}\n\n[features]\ndefault = [\"static\"]\n\
         static = [\"dep:cc\", \"dep:pkg-config\"]\ndynamic = []\n\n\
         [build-dependencies]\n{}\n[workspace]\n",
        Path::new(env!("CARGO_MANIFEST_DIR")).join("build.rs"),
        dependencies.join("\n"),
    );
    let package = Prefix::new(&format!("script_{major}"))
        .file("Cargo.toml", &manifest)
        .file("Cargo.lock", &read("Cargo.lock"))
        .file("src/lib.rs", "");
    compile(Cargo::of("check", Path::new(&package.path("Cargo.toml"))))
}

/// Compiles a package's build script with Cargo.
fn compile(cargo: Cargo) -> PathBuf {
    let printed = cargo.set("DOCS_RS", "1").run();
    printed.assert_success();
    let script = printed
        .stdout
        .lines()
        .filter(|line| line.contains("\"compiler-artifact\""))
        .filter(|line| line.contains("\"kind\":[\"custom-build\"]"))
        .find(|line| line.contains("#libwasmtime@") || line.contains("/libwasmtime#"));
    let (_, rest) = script.unwrap().split_once("\"filenames\":[\"").unwrap();
    let (path, _) = rest.split_once('"').unwrap();
    PathBuf::from(path.replace("\\\\", "\\"))
}
