//! Programs that are linked with a real libwasmtime and run: by Cargo and installed, with
//! another library in its place, beside a crate that brings functions of the same names, and
//! as a plugin that is unloaded.
//!
//! `WASMTIME_DIR` has to name an installation, and `LIBWASMTIME_TEST_OTHER_MAJORS` those of
//! other major versions, as in the tests of `load`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::cargo::Cargo;
use crate::harness::{Need, leave_out};
use crate::prefix::Prefix;
use crate::readme;

/// Returns the directories of libraries of other major versions. Leaves the test out if
/// there are none.
pub fn other_majors() -> Vec<PathBuf> {
    const DIRECTORIES: &str = "LIBWASMTIME_TEST_OTHER_MAJORS";
    let directories = env::var_os(DIRECTORIES).unwrap_or_default();
    let directories: Vec<_> = env::split_paths(&directories)
        .filter(|directory| !directory.as_os_str().is_empty())
        .collect();
    if directories.is_empty() {
        let why = format!("{DIRECTORIES} names no libraries");
        leave_out(Need::OtherMajors, why);
    }
    for directory in &directories {
        assert!(
            directory.join("libwasmtime.so").is_file(),
            "{DIRECTORIES} names {}, which has no libwasmtime.so",
            directory.display()
        );
    }
    directories
}

/// How a program is linked.
#[derive(Clone, Copy)]
enum Mode {
    Static,
    Dynamic,
    Load,
}

/// The programs for one link mode, and the library that they are linked with or load.
struct Built {
    mode: Mode,
    prefix: Prefix,
    directory: PathBuf,
    libraries: PathBuf,
}

impl Mode {
    fn name(self) -> &'static str {
        ["static", "dynamic", "load"][self as usize]
    }

    /// Builds everything, once. Leaves the test out if there is no library for it.
    fn built(self) -> &'static Built {
        static BUILT: [OnceLock<Built>; 3] = [const { OnceLock::new() }; 3];
        BUILT[self as usize].get_or_init(|| self.build())
    }

    fn build(self) -> Built {
        if !cfg!(target_os = "linux") {
            leave_out(Need::Linux, "the host program is for Linux");
        }
        let installed = env::var_os("WASMTIME_DIR").map(PathBuf::from);
        let file = match self {
            Mode::Static => "lib/libwasmtime.a",
            Mode::Dynamic | Mode::Load => "lib/libwasmtime.so",
        };
        let Some(installed) = installed.filter(|path| path.join(file).is_file()) else {
            let why = format!("WASMTIME_DIR names no directory with {file}");
            leave_out(Need::Installation, why);
        };
        let prefix = workspace(self);
        let built = Built {
            mode: self,
            directory: prefix.path("target/debug").into(),
            libraries: installed.join("lib").canonicalize().unwrap(),
            prefix,
        };
        built.cargo("build").run().assert_success();
        built
    }
}

/// Returns a workspace with all programs. They have the same dependencies in each mode.
fn workspace(mode: Mode) -> Prefix {
    let wasmtime = format!(
        "wasmtime = {{ package = \"libwasmtime\", path = {:?}, default-features = false, \
         features = [\"static\", \"dynamic\", \"load\", \"cranelift\", \"wat\", \
         \"parallel-compilation\"] }}",
        env!("CARGO_MANIFEST_DIR")
    );
    let package = |name: &str, rest: &str| {
        format!("[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n{rest}\n")
    };
    let program = format!(
        "[[bin]]\nname = \"NAME\"\npath = \"../program.rs\"\n\n[dependencies]\n{wasmtime}\n"
    );
    let half = "half = { path = \"../half\" }\n\n[features]\ndefault = [\"half\"]\nhalf = []";
    let without_half = |name: &str| {
        let rest = program.replace("NAME", name) + "\n[features]\nhalf = []";
        package(name, &rest)
    };
    let mut members = vec!["program", "mixed", "half", "plugin", "host"];
    // With spaces in the path of everything.
    let mut prefix = Prefix::kept(&format!("linked in {}", mode.name()));
    if let Mode::Dynamic = mode {
        members.extend(["user", "installed"]);
        prefix = prefix
            .file("user/Cargo.toml", &without_half("user"))
            .file("user/src/lib.rs", include_str!("../user/lib.rs"))
            .file("installed/Cargo.toml", &without_half("installed"))
            .file("installed/build.rs", readme::build_script());
    }
    prefix
        .file(
            "Cargo.toml",
            &format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n"),
        )
        .lock()
        .file("program.rs", include_str!("linked/program.rs"))
        .file("program/Cargo.toml", &without_half("program"))
        .file(
            "mixed/Cargo.toml",
            &package("mixed", &(program.replace("NAME", "mixed") + half)),
        )
        .file("half/Cargo.toml", &package("half", ""))
        .file("half/src/lib.rs", include_str!("linked/half.rs"))
        .file(
            "plugin/Cargo.toml",
            &package(
                "plugin",
                &format!("[lib]\ncrate-type = [\"cdylib\"]\n\n[dependencies]\n{wasmtime}\n"),
            ),
        )
        .file("plugin/src/lib.rs", include_str!("linked/plugin.rs"))
        .file("host/Cargo.toml", &package("host", ""))
        .file("host/src/main.rs", include_str!("linked/host.rs"))
}

impl Built {
    /// Returns Cargo for the workspace. The loader finds only what that Cargo tells it,
    /// even if this test was started by Cargo.
    fn cargo(&self, subcommand: &str) -> Cargo {
        Cargo::of(subcommand, Path::new(&self.prefix.path("Cargo.toml")))
            .set(
                "WASMTIME_DIR",
                &self.libraries.join("..").display().to_string(),
            )
            .set("LIBWASMTIME_LINK", self.mode.name())
            .set("CARGO_TARGET_DIR", &self.prefix.path("target"))
            .unset("LD_LIBRARY_PATH")
    }

    /// Runs a program with the libraries in a directory, and returns its output.
    #[track_caller]
    fn run(&self, program: &str, libraries: &Path, arguments: &[PathBuf]) -> String {
        let output = Command::new(self.directory.join(program))
            .args(arguments)
            .env("LD_LIBRARY_PATH", libraries)
            .env_remove("LIBWASMTIME_PATH")
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert!(
            output.status.success(),
            "{}\n{stdout}{stderr}",
            output.status
        );
        stdout
    }
}

/// Returns a program's output about one thing.
#[track_caller]
fn said<'a>(text: &'a str, of: &str) -> &'a str {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(of)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("no {of} in:\n{text}"))
}

/// Everything is as it should be.
#[track_caller]
fn assert_fine(text: &str) {
    for of in [
        "engine", "default", "vector", "target", "wat", "load", "trusted",
    ] {
        assert_eq!(said(text, of), "fine", "{of}:\n{text}");
    }
    assert_eq!(said(text, "run"), "7");
}

/// Nothing calls the library.
#[track_caller]
fn assert_refused(text: &str, why: &str) {
    for of in ["engine", "target", "load"] {
        assert!(said(text, of).starts_with(why), "{of}:\n{text}");
    }
    assert_eq!(said(text, "default"), "panic");
    assert_eq!(said(text, "vector"), "panic");
    assert_ne!(said(text, "wat"), "fine");
    assert_eq!(said(text, "trusted"), "an error");
    assert_eq!(said(text, "loaded"), "none");
}

fn the_shared_library_tells_which_file_it_is() {
    let built = Mode::Dynamic.built();
    let text = built.run("program", &built.libraries, &[]);
    assert_fine(&text);
    let file = built.libraries.join("libwasmtime.so");
    let loaded = said(&text, "loaded");
    assert!(loaded.starts_with("libwasmtime 48.0."), "{loaded}");
    assert!(
        loaded.ends_with(&format!("({})", file.display())),
        "{loaded}"
    );
}

fn cargo_runs_what_is_linked_with_the_shared_library() {
    let built = Mode::Dynamic.built();
    let run = built.cargo("run").package("user").run();
    run.assert_success();
    assert_fine(&run.stdout);
    // The file itself, and not the link that Cargo passes to the loader.
    let file = built.libraries.join("libwasmtime.so");
    let loaded = said(&run.stdout, "loaded");
    assert!(
        loaded.ends_with(&format!("({})", file.display())),
        "{loaded}"
    );

    let test = built.cargo("test").package("user").run();
    test.assert_success();
    for passed in [
        "test libwasmtime_is_found ... ok",
        "test user/src/lib.rs - has_libwasmtime (line 5) ... ok",
    ] {
        assert!(test.stdout.contains(passed), "{}", test.stdout);
    }
}

/// As the README says, with its build script.
fn an_installed_program_finds_the_shared_library() {
    let built = Mode::Dynamic.built();
    let prefix = Prefix::new("installed")
        .file("bin/readme", "")
        .file("lib/readme", "");
    let program = prefix.path("bin/installed");
    // If possible, it isn't a copy: a file can't be executed while a process has it open for
    // writing, and another test may start a process now that inherits the descriptor.
    let executable = built.directory.join("installed");
    if fs::hard_link(&executable, &program).is_err() {
        fs::copy(&executable, &program).unwrap();
    }
    let run = || {
        let output = Command::new(&program).env_clear().output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };

    let text = run();
    assert_fine(&text);
    let loaded = said(&text, "loaded").to_owned();
    let there = built.libraries.join("libwasmtime.so");
    assert!(
        loaded.ends_with(&format!("({})", there.display())),
        "{loaded}"
    );

    let beside = prefix.path("lib/libwasmtime.so");
    fs::copy(&there, &beside).unwrap();
    let text = run();
    assert_fine(&text);
    let loaded = said(&text, "loaded");
    assert!(loaded.ends_with(&format!("({beside})")), "{loaded}");
}

fn another_major_in_its_place_is_refused() {
    let built = Mode::Dynamic.built();
    for libraries in other_majors() {
        let text = built.run("program", &libraries, &[]);
        assert_refused(&text, "wrong version");
        let error = said(&text, "load");
        let file = libraries.join("libwasmtime.so");
        assert!(error.contains(&file.display().to_string()), "{error}");
        assert!(error.contains("libwasmtime 48 is needed"), "{error}");
        assert!(error.contains("`load` and `load_from`"), "{error}");
    }
}

fn an_archive_is_kept_apart_from_another_copy() {
    let built = Mode::Static.built();
    assert_fine(&built.run("program", Path::new(""), &[]));
    assert_fine(&built.run("mixed", Path::new(""), &[]));
}

fn a_library_that_is_loaded_is_kept_apart_from_another_copy() {
    let built = Mode::Load.built();
    assert_fine(&built.run("mixed", &built.libraries, &[]));
}

fn two_halves_of_a_library_are_refused() {
    let built = Mode::Dynamic.built();
    let text = built.run("mixed", &built.libraries, &[]);
    assert_refused(&text, "mixed");
    let error = said(&text, "load");
    for expected in [
        "/mixed",
        "/libwasmtime.so",
        "wasmtime-c-api-impl",
        "`static`",
    ] {
        assert!(error.contains(expected), "no {expected} in {error}");
    }
}

fn a_plugin_that_is_unloaded_leaves_nothing_dangling() {
    for mode in [Mode::Static, Mode::Dynamic, Mode::Load] {
        let built = mode.built();
        // Copies are separate plugins, each with its own libwasmtime if the plugin contains
        // one.
        let plugins = ["libplugin.so", "one.so", "two.so"].map(|name| built.directory.join(name));
        for copy in &plugins[1..] {
            _ = fs::remove_file(copy);
            fs::copy(&plugins[0], copy).unwrap();
        }
        let [_, one, two] = plugins;
        let order = [one.clone(), one.clone(), two.clone(), one, two];
        let text = built.run("host", &built.libraries, &order);
        let expected = "a trap: true\n".repeat(order.len()) + "the host's own fault\n";
        assert_eq!(text, expected, "{}", mode.name());
    }
}

crate::tests![
    the_shared_library_tells_which_file_it_is,
    cargo_runs_what_is_linked_with_the_shared_library,
    an_installed_program_finds_the_shared_library,
    another_major_in_its_place_is_refused,
    an_archive_is_kept_apart_from_another_copy,
    a_library_that_is_loaded_is_kept_apart_from_another_copy,
    two_halves_of_a_library_are_refused,
    a_plugin_that_is_unloaded_leaves_nothing_dangling,
];
