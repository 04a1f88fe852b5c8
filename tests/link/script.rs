//! Runs the build script.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::cargo::Cargo;

/// A target that this machine has no libraries of, nor a compiler for: what a
/// test doesn't put there isn't found.
pub const FOREIGN: &str = "riscv64gc-unknown-linux-musl";

/// One run of the build script.
pub struct Script {
    target: String,
    host: String,
    variables: BTreeMap<String, String>,
}

impl Script {
    /// The build script with some Cargo features on, for the [`FOREIGN`]
    /// target.
    pub fn new(features: &[&str]) -> Script {
        let mut script = Script {
            target: FOREIGN.to_owned(),
            host: host().to_owned(),
            variables: BTreeMap::new(),
        };
        // The one feature that turns on another which the script asks for.
        let implied = features.contains(&"vendored").then_some("vendored-min");
        for feature in features.iter().copied().chain(implied) {
            let name = feature.to_uppercase().replace('-', "_");
            script = script.set(&format!("CARGO_FEATURE_{name}"), "1");
        }
        script
            .set("CARGO_CFG_TARGET_OS", "linux")
            .set("CARGO_CFG_TARGET_VENDOR", "unknown")
            .set("CARGO_CFG_TARGET_ENV", "musl")
    }

    /// For this machine, which has a C compiler.
    pub fn native(mut self) -> Script {
        self.target = self.host.clone();
        self
    }

    /// For another target.
    pub fn target(mut self, triple: &str, os: &str, vendor: &str, abi: &str) -> Script {
        self.target = triple.to_owned();
        self.set("CARGO_CFG_TARGET_OS", os)
            .set("CARGO_CFG_TARGET_VENDOR", vendor)
            .set("CARGO_CFG_TARGET_ENV", abi)
    }

    /// With a variable set.
    pub fn set(mut self, name: &str, value: &str) -> Script {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Runs it.
    pub fn run(self) -> Output {
        static RUNS: AtomicUsize = AtomicUsize::new(0);
        let run = RUNS.fetch_add(1, Ordering::Relaxed);
        let out = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("out")
            .join(run.to_string());
        if out.exists() {
            fs::remove_dir_all(&out).unwrap();
        }
        fs::create_dir_all(&out).unwrap();

        let mut command = Command::new(executable());
        clear(&mut command);
        let output = command
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("TARGET", self.target)
            .env("HOST", self.host)
            .env("OUT_DIR", &out)
            .env("OPT_LEVEL", "0")
            .env("DEBUG", "false")
            .envs(self.variables)
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "the build script failed: {stderr}");
        assert!(!stderr.contains("panicked"), "{stderr}");
        Output {
            text: String::from_utf8(output.stdout).unwrap(),
            missing: fs::read_to_string(out.join("missing.txt")).ok(),
        }
    }
}

/// What the build script told Cargo.
pub struct Output {
    text: String,
    /// The report that it left to the crate.
    pub missing: Option<String>,
}

impl Output {
    /// The link mode it chose.
    pub fn mode(&self) -> &str {
        let modes: Vec<&str> = self.values("cargo::rustc-cfg=wasmtime_link=").collect();
        match modes.as_slice() {
            [mode] => mode.trim_matches('"'),
            _ => panic!("not one mode but {modes:?}:\n{}", self.text),
        }
    }

    /// The error it refused with; it chose no mode.
    pub fn error(&self) -> String {
        let lines: Vec<&str> = self.values("cargo::error=").collect();
        assert!(!lines.is_empty(), "no error:\n{}", self.text);
        assert!(!self.text.contains("wasmtime_link"), "{}", self.text);
        lines.join("\n")
    }

    /// The warnings it gave.
    pub fn warnings(&self) -> String {
        let lines: Vec<&str> = self.values("cargo::warning=").collect();
        lines.join("\n")
    }

    /// The libraries it links, in order.
    pub fn libraries(&self) -> Vec<&str> {
        self.values("cargo::rustc-link-lib=").collect()
    }

    /// The directories it has searched.
    pub fn directories(&self) -> Vec<&str> {
        self.values("cargo::rustc-link-search=").collect()
    }

    /// What it tells dependents under a key.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        self.values(&format!("cargo::metadata={key}=")).next()
    }

    /// Whether Cargo runs it again when a variable changes.
    pub fn watches(&self, variable: &str) -> bool {
        self.values("cargo::rerun-if-env-changed=")
            .any(|name| name == variable)
    }

    /// The values of the instructions that begin so.
    fn values<'a>(&'a self, instruction: &str) -> impl Iterator<Item = &'a str> {
        self.text
            .lines()
            .filter_map(move |line| line.strip_prefix(instruction))
    }
}

/// Takes from a command the variables that steer the build script, so that the
/// machine's own don't.
pub fn clear(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let steers = ["WASMTIME_", "PKG_CONFIG", "DOCS_RS", "CARGO_FEATURE_"];
        if steers.iter().any(|part| text.contains(part)) {
            command.env_remove(&name);
        }
    }
}

/// The triple of this machine.
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

/// The compiled build script, with the dependencies that it has with `static`
/// or `dynamic`. It asks for all Cargo features by variable.
fn executable() -> &'static Path {
    static EXECUTABLE: OnceLock<PathBuf> = OnceLock::new();
    EXECUTABLE.get_or_init(|| {
        let messages = Cargo::new("check").set("DOCS_RS", "1").run().stdout;
        let script = messages
            .lines()
            .filter(|line| line.contains("\"compiler-artifact\""))
            .filter(|line| line.contains("\"kind\":[\"custom-build\"]"))
            .find(|line| line.contains("#libwasmtime@") || line.contains("/libwasmtime#"));
        let (_, rest) = script.unwrap().split_once("\"filenames\":[\"").unwrap();
        let (path, _) = rest.split_once('"').unwrap();
        PathBuf::from(path.replace("\\\\", "\\"))
    })
}
