//! What Cargo does with the build script's instructions.

use std::path::Path;
use std::process::Command;

use crate::prefix::{Prefix, VERSION};
use crate::script::clear;

/// One run of Cargo on this package. All runs share a target directory of
/// their own: Cargo locks it, and compiles the dependencies once.
pub struct Cargo(Command);

/// What Cargo printed.
pub struct Printed {
    success: bool,
    /// Makes Cargo print messages for tools, one on each line.
    pub stdout: String,
    stderr: String,
}

impl Cargo {
    /// Cargo with a subcommand, for a build with `static` alone.
    pub fn new(subcommand: &str) -> Cargo {
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let mut command = Cargo::of(subcommand, Path::new(manifest));
        command.0.args([
            "--package=libwasmtime",
            "--lib",
            "--no-default-features",
            "--features=static",
        ]);
        command
    }

    /// Cargo with a subcommand that compiles, for the package of a manifest.
    pub fn of(subcommand: &str, manifest: &Path) -> Cargo {
        let Cargo(mut command) = Cargo::bare(subcommand, manifest);
        command.arg("--message-format=json");
        Cargo(command)
    }

    /// Cargo with any subcommand, for the package of a manifest.
    pub fn bare(subcommand: &str, manifest: &Path) -> Cargo {
        let mut command = Command::new(env!("CARGO"));
        clear(&mut command);
        command
            .args([subcommand, "--manifest-path"])
            .arg(manifest)
            .env(
                "CARGO_TARGET_DIR",
                Path::new(env!("CARGO_TARGET_TMPDIR")).join("target"),
            )
            .env_remove("CARGO_BUILD_TARGET");
        Cargo(command)
    }

    /// Adds arguments.
    pub fn arguments(mut self, arguments: &[&str]) -> Cargo {
        self.0.args(arguments);
        self
    }

    /// Sets a variable.
    pub fn set(mut self, name: &str, value: &str) -> Cargo {
        self.0.env(name, value);
        self
    }

    /// Selects one package of a workspace.
    pub fn package(mut self, name: &str) -> Cargo {
        self.0.args(["--package", name]);
        self
    }

    /// Removes a variable.
    pub fn unset(mut self, name: &str) -> Cargo {
        self.0.env_remove(name);
        self
    }

    /// Runs it.
    pub fn run(mut self) -> Printed {
        let output = self.0.output().unwrap();
        Printed {
            success: output.status.success(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Printed {
    /// Asserts that Cargo succeeded.
    #[track_caller]
    pub fn assert_success(&self) {
        assert!(self.success, "{}\n{}", self.stdout, self.stderr);
    }

    /// Reports whether there was nothing to compile in this package's library.
    pub fn is_fresh(&self) -> bool {
        let mut lines = self.stdout.lines();
        let library = lines.find(|line| {
            line.contains("\"compiler-artifact\"")
                && line.contains("\"kind\":[\"lib\"]")
                && line.contains("\"name\":\"libwasmtime\"")
        });
        library.unwrap().contains("\"fresh\":true")
    }

    /// Returns the path of an executable that was built, on a system where its name has
    /// no extension.
    #[track_caller]
    pub fn executable(&self, name: &str) -> &str {
        let mut executables = self.stdout.lines().filter_map(|line| {
            let (_, path) = line.split_once(r#""executable":""#)?;
            Some(path.split_once('"')?.0)
        });
        let found = executables.find(|path| Path::new(path).ends_with(name));
        found.unwrap_or_else(|| panic!("`{name}` was not built:\n{}", self.stderr))
    }

    /// Asserts that Cargo failed and one of its messages contains a text.
    #[track_caller]
    pub fn assert_failure(&self, expected: &str) {
        assert!(!self.success, "{}", self.stderr);
        assert!(
            self.stdout.contains(expected),
            "{}\n{}",
            self.stdout,
            self.stderr
        );
    }

    /// Returns what Cargo read from this package's build script.
    pub fn executed(&self) -> &str {
        let executed = self.stdout.lines().find(|line| {
            line.contains("\"build-script-executed\"") && line.contains("wasmtime_link")
        });
        executed.unwrap_or_else(|| panic!("not executed:\n{}", self.stderr))
    }
}

fn without_a_library_a_check_succeeds_and_a_build_says_why_not() {
    let check = Cargo::new("check").set("DOCS_RS", "1").run();
    assert!(check.success, "{}", check.stderr);
    assert!(check.executed().contains(r#"wasmtime_link=\"missing\""#));

    let build = Cargo::new("build").set("DOCS_RS", "1").run();
    assert!(!build.success);
    let expected = "evaluation panicked: DOCS_RS is set, so libwasmtime was not looked for";
    assert!(build.stdout.contains(expected), "{}", build.stdout);
}

fn an_error_is_shown_without_noise() {
    let check = Cargo::new("check").set("LIBWASMTIME_LINK", "shared").run();
    assert!(!check.success);
    assert!(
        check.stderr.contains("LIBWASMTIME_LINK is `shared`"),
        "{}",
        check.stderr
    );
    for noise in ["panicked", "--- stdout", "cargo::"] {
        assert!(!check.stderr.contains(noise), "{}", check.stderr);
    }
}

/// Returns a package that depends on this one, and reads what this one's build script
/// passes on to dependents.
fn dependent(expected: &[(&str, &str)]) -> Prefix {
    let mut checks = String::new();
    for (name, value) in expected {
        checks += &format!("    assert_eq!(std::env::var({name:?}).as_deref(), Ok({value:?}));\n");
    }
    let manifest = format!(
        "[package]\nname = \"dependent\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nlibwasmtime = {{ path = {:?}, default-features = false, \
         features = [\"static\"] }}\n\n[workspace]\n",
        env!("CARGO_MANIFEST_DIR")
    );
    Prefix::new("dependent")
        .lock()
        .file("Cargo.toml", &manifest)
        .file("build.rs", &format!("fn main() {{\n{checks}}}\n"))
        .file("src/lib.rs", "")
}

/// The variable that passes something on to dependents.
macro_rules! told {
    ($what:literal) => {
        concat!("DEP_WASMTIME_", env!("CARGO_PKG_VERSION_MAJOR"), "_", $what)
    };
}

fn a_library_is_linked_and_dependents_learn_of_it() {
    let library = Prefix::installed("cargo_dependent", "libwasmtime.a")
        // An archive for every platform.
        .file("lib/wasmtime.lib", "");
    let package = dependent(&[
        (told!("MODE"), "static"),
        (told!("LIB"), &library.path("lib")),
        (told!("INCLUDE"), &library.path("include")),
        (told!("VERSION"), VERSION),
    ]);
    let check = Cargo::of("check", Path::new(&package.path("Cargo.toml")))
        .set("WASMTIME_DIR", &library.root())
        .run();
    assert!(check.success, "{}", check.stderr);
    let executed = check.executed();
    assert!(
        executed.contains(r#"wasmtime_link=\"static\""#),
        "{executed}"
    );
    assert!(executed.contains("static:-bundle=wasmtime"), "{executed}");
}

fn the_mode_is_decided_again_when_a_variable_changes() {
    let library = Prefix::installed("cargo_again", "libwasmtime.a").file("lib/wasmtime.lib", "");
    let mode = |documentation: bool| {
        let mut cargo = Cargo::new("check").set("WASMTIME_DIR", &library.root());
        if documentation {
            cargo = cargo.set("DOCS_RS", "1");
        }
        let printed = cargo.run();
        printed.executed().contains(r#"wasmtime_link=\"static\""#)
    };
    assert!(mode(false));
    assert!(!mode(true));
    assert!(mode(false));
}

crate::tests![
    without_a_library_a_check_succeeds_and_a_build_says_why_not,
    an_error_is_shown_without_noise,
    a_library_is_linked_and_dependents_learn_of_it,
    the_mode_is_decided_again_when_a_variable_changes,
];
