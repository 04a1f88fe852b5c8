//! Packages with the patch, in a directory of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// This repository.
pub const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

/// A program, and the crate `dependent` that it depends on.
pub struct Packages {
    directory: PathBuf,
}

impl Packages {
    /// Turns on these features of `wasmtime` in the program.
    pub fn new(name: &str, features: &[&str]) -> Packages {
        let major = env!("CARGO_PKG_VERSION_MAJOR");
        let packages = Packages::of(
            name,
            &format!(
                "dependent = {{ path = \"dependent\" }}\n\
                 wasmtime = {{ version = \"{major}\", default-features = false, features = {features:?} }}\n"
            ),
            include_str!("packages/program.rs"),
        );
        packages.write(
            "dependent/Cargo.toml",
            &format!("{}wasmtime = \"{major}\"\n", package("dependent")),
        );
        packages.write(
            "dependent/src/lib.rs",
            include_str!("packages/dependent.rs"),
        );
        packages
    }

    /// The same, where `dependent` turns on what the `wasmtime` crate has by default except for
    /// components.
    pub fn without_components(name: &str, features: &[&str]) -> Packages {
        let packages = Packages::new(name, features);
        let stand_in = include_str!("../../stand-in/wasmtime/Cargo.toml");
        let (_, default) = stand_in.split_once("default = [\n").unwrap();
        let (default, _) = default.split_once("]").unwrap();
        let features: Vec<&str> = default
            .lines()
            .filter(|line| !line.contains("component-model"))
            .collect();
        packages.write(
            "dependent/Cargo.toml",
            &format!(
                "{}wasmtime = {{ version = \"{}\", default-features = false, features = [{}] }}\n",
                package("dependent"),
                env!("CARGO_PKG_VERSION_MAJOR"),
                features.join("")
            ),
        );
        packages
    }

    /// Returns a program with these dependencies.
    pub fn of(name: &str, dependencies: &str, program: &str) -> Packages {
        let packages = Packages::empty(name);
        let stand_in = Path::new(REPOSITORY).join("stand-in/wasmtime");
        packages.write(
            "Cargo.toml",
            &format!(
                "{}{dependencies}\n[patch.crates-io]\nwasmtime = {{ path = {stand_in:?} }}\n\n\
                 [workspace]\n",
                package("program")
            ),
        );
        packages.write("src/main.rs", program);
        packages
    }

    /// Returns a directory for packages, with a lock file.
    pub fn empty(name: &str) -> Packages {
        let directory = scratch().join(name);
        let packages = Packages { directory };
        // The versions that the repository is tested with.
        let lock = fs::read_to_string(Path::new(REPOSITORY).join("Cargo.lock")).unwrap();
        packages.write("Cargo.lock", &lock);
        packages
    }

    pub fn write(&self, file: &str, text: &str) {
        let path = self.directory.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Cargo with a subcommand, in the directory.
    pub fn cargo(&self, subcommand: &str) -> Command {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .arg(subcommand)
            .current_dir(&self.directory)
            .env("CARGO_TARGET_DIR", scratch().join("target"))
            .env_remove("CARGO_BUILD_TARGET")
            .env_remove("LIBWASMTIME_LINK");
        cargo
    }

    /// Returns the names of the packages in the lock file, each with whether the registry
    /// has it.
    pub fn locked(&self) -> Vec<(String, bool)> {
        let lock = fs::read_to_string(self.directory.join("Cargo.lock")).unwrap();
        lock.split("[[package]]\n")
            .skip(1)
            .map(|package| {
                let name = package.split('"').nth(1).unwrap();
                (name.to_owned(), package.contains("\nsource = "))
            })
            .collect()
    }

    /// Asserts that the lock file contains nothing of Wasmtime but the stand-in.
    #[track_caller]
    pub fn assert_without_wasmtime(&self) {
        let locked = self.locked();
        assert!(locked.contains(&("wasmtime".to_owned(), false)));
        assert!(locked.contains(&("libwasmtime".to_owned(), false)));
        let own = ["wasmtime", "cranelift", "pulley", "winch", "wiggle"];
        let wasmtime: Vec<&String> = locked
            .iter()
            .filter(|(name, registry)| *registry && own.iter().any(|own| name.starts_with(own)))
            .map(|(name, _)| name)
            .collect();
        // The first belongs to other people. The second generates the code of `bindgen!`, and is no
        // part of a program.
        let others = ["wasmtime-provider", "wasmtime-internal-wit-bindgen"];
        assert!(
            wasmtime.iter().all(|name| others.contains(&name.as_str())),
            "{wasmtime:?}"
        );
    }
}

fn scratch() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("stand-in")
}

/// Returns the manifest of a package, up to its dependencies.
pub fn package(name: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n"
    )
}

/// Returns a process's standard output and standard error.
pub fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}
