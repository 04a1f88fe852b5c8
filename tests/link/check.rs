//! The check for CMake before libwasmtime is built from source: the package
//! `libwasmtime-vendor-check`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::prefix::Prefix;
use crate::script::FOREIGN;

/// The beginning of the check's message.
const NEEDED: &str = "needs CMake, which isn't on the PATH";

/// A package that depends on the one with the check, in a directory below one for a
/// configuration file.
struct Package(Prefix);

impl Package {
    fn new(name: &str) -> Package {
        let manifest = format!(
            "[package]\nname = \"checked\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\nlibwasmtime-vendor-check = {{ path = {:?} }}\n\n[workspace]\n",
            Path::new(env!("CARGO_MANIFEST_DIR")).join("vendor/check")
        );
        let prefix = Prefix::new(&format!("check_{name}"))
            .file("workspace/Cargo.toml", &manifest)
            .file("workspace/src/lib.rs", "");
        Package(tools(prefix))
    }

    /// Adds a file.
    fn file(self, path: &str, text: &str) -> Package {
        Package(self.0.file(path, text))
    }

    /// Returns Cargo's messages when it builds the package for a target without a table in
    /// this repository, and without CMake.
    fn build(&self, arguments: &[&str], variables: &[(&str, &str)]) -> String {
        let output = Command::new(env!("CARGO"))
            .current_dir(self.0.path("workspace"))
            .args(["check", "--offline", "--target", FOREIGN])
            .args(arguments)
            .env("CARGO_TARGET_DIR", self.0.path("target"))
            .env("PATH", self.0.path("tools"))
            .env_remove("LIBWASMTIME_SKIP_CMAKE_CHECK")
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        String::from_utf8(output.stderr).unwrap()
    }

    /// Asserts that Cargo gets past the check. Usually it fails after that, as there is no
    /// standard library for the target.
    #[track_caller]
    fn assert_passes(&self, arguments: &[&str], variables: &[(&str, &str)]) {
        let stderr = self.build(arguments, variables);
        assert!(!stderr.contains("CMake"), "{stderr}");
        let went_on = ["can't find crate for `std`", "Finished"];
        assert!(went_on.iter().any(|text| stderr.contains(text)), "{stderr}");
    }
}

/// Adds a directory with the tools to compile a build script, and nothing else.
fn tools(prefix: Prefix) -> Prefix {
    let prefix = prefix.file("tools/empty", "");
    let path = env::var_os("PATH").unwrap();
    for name in ["cargo", "rustc", "rustup", "cc", "gcc", "clang", "ld", "as"] {
        let name = format!("{name}{}", env::consts::EXE_SUFFIX);
        let found = env::split_paths(&path).map(|directory| directory.join(&name));
        if let Some(tool) = found.into_iter().find(|tool| tool.is_file()) {
            link(&tool, &PathBuf::from(prefix.path("tools")).join(&name));
        }
    }
    prefix
}

#[cfg(unix)]
fn link(tool: &Path, name: &Path) {
    std::os::unix::fs::symlink(tool, name).unwrap();
}

#[cfg(not(unix))]
fn link(tool: &Path, name: &Path) {
    fs::copy(tool, name).unwrap();
}

fn without_cmake_and_a_table_the_build_stops_and_says_what_helps() {
    let stderr = Package::new("neither").build(&[], &[]);
    assert!(stderr.contains(NEEDED), "{stderr}");
    let expected = [
        "install CMake",
        &format!("[target.{FOREIGN}.wasmtime-c-api]"),
        "include = \"\"",
        &format!("--config 'target.{FOREIGN}.wasmtime-c-api.include=\"\"'"),
        "`static`, `dynamic` or `load` on",
        "LIBWASMTIME_SKIP_CMAKE_CHECK=1",
    ];
    for part in expected {
        assert!(stderr.contains(part), "no {part:?}:\n{stderr}");
    }
    assert!(!stderr.contains("panicked"), "{stderr}");
}

fn a_table_in_a_directory_above_is_seen() {
    let table = format!("[target.{FOREIGN}.wasmtime-c-api]\ninclude = \"\"\n");
    Package::new("table")
        .file(".cargo/config.toml", &table)
        .assert_passes(&[], &[]);
    let within = format!("[target.{FOREIGN}]\nwasmtime-c-api.include = \"\"\n");
    Package::new("within")
        .file("workspace/.cargo/config.toml", &within)
        .assert_passes(&[], &[]);
}

fn a_table_in_cargos_home_is_seen() {
    let home = format!("[target.{FOREIGN}.wasmtime-c-api]\ninclude = \"\"\n");
    let package = Package::new("home").file("home/config.toml", &home);
    package.assert_passes(&[], &[("CARGO_HOME", &package.0.path("home"))]);
}

fn a_table_for_another_target_or_in_a_comment_is_none() {
    let table = format!(
        "[target.x86_64-unknown-none.wasmtime-c-api]\ninclude = \"\"\n\
         # [target.{FOREIGN}.wasmtime-c-api]\n"
    );
    let stderr = Package::new("other")
        .file(".cargo/config.toml", &table)
        .build(&[], &[]);
    assert!(stderr.contains(NEEDED), "{stderr}");
}

fn what_the_message_says_helps() {
    let package = Package::new("helps");
    let argument = format!("target.{FOREIGN}.wasmtime-c-api.include=\"\"");
    if cfg!(unix) {
        package.assert_passes(&["--config", &argument], &[]);
        let file = format!("[target.{FOREIGN}.wasmtime-c-api]\ninclude = \"\"\n");
        let package = Package::new("file").file("workspace/more.toml", &file);
        package.assert_passes(&["--config=more.toml"], &[]);
    }
    let package = Package::new("variable");
    package.assert_passes(&[], &[("LIBWASMTIME_SKIP_CMAKE_CHECK", "1")]);
}

fn cmake_is_a_program() {
    let cmake = format!("tools/cmake{}", env::consts::EXE_SUFFIX);
    let package = Package::new("cmake").file(&cmake, "");
    if cfg!(unix) {
        let stderr = package.build(&[], &[]);
        assert!(stderr.contains(NEEDED), "{stderr}");
        make_executable(Path::new(&package.0.path(&cmake)));
    }
    package.assert_passes(&[], &[]);
}

#[cfg(unix)]
fn make_executable(file: &Path) {
    use std::os::unix::fs::PermissionsExt;

    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(not(unix))]
fn make_executable(_: &Path) {}

fn a_table_in_a_file_that_is_included_is_seen() {
    let table = format!("[target.{FOREIGN}.wasmtime-c-api]\ninclude = \"\"\n");
    for (name, include) in [
        ("list", "include = [\"../more.toml\"]\n[env]\n"),
        (
            "tables",
            "include = [\n  { path = \"../more.toml\" },\n]\n[env]\n",
        ),
    ] {
        Package::new(&format!("included_{name}"))
            .file("more.toml", &table)
            .file(".cargo/config.toml", include)
            .assert_passes(&[], &[]);
    }
}

crate::tests![
    without_cmake_and_a_table_the_build_stops_and_says_what_helps,
    a_table_in_a_directory_above_is_seen,
    a_table_in_cargos_home_is_seen,
    a_table_for_another_target_or_in_a_comment_is_none,
    what_the_message_says_helps,
    cmake_is_a_program,
    a_table_in_a_file_that_is_included_is_seen,
];
