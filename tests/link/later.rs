//! Libraries that are installed after a build that found none. Cargo runs the build script
//! again once there is one, and not before, as that would compile this crate and everything
//! that depends on it in every build.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::cargo::Cargo;
use crate::harness::{Need, leave_out};
use crate::place::needs_pkg_config;
use crate::prefix::{Prefix, VERSION};

/// A package that uses the crate with two link modes, and the installation to build it
/// with.
struct Package {
    package: Prefix,
    variable: (&'static str, String),
}

impl Package {
    fn new(features: [&str; 2], variable: &'static str, value: String) -> Package {
        let name = format!("later_{}", features.join("_"));
        let manifest = format!(
            "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\nlibwasmtime = {{ path = {:?}, default-features = false, \
             features = {features:?} }}\n\n[workspace]\n",
            env!("CARGO_MANIFEST_DIR")
        );
        let package = Prefix::new(&name)
            .lock()
            .file("Cargo.toml", &manifest)
            .file("src/lib.rs", "");
        Package {
            package,
            variable: (variable, value),
        }
    }

    /// Checks it; returns the link mode, and whether anything was compiled.
    #[track_caller]
    fn check(&self) -> (String, bool) {
        let (name, value) = &self.variable;
        let printed = Cargo::of("check", Path::new(&self.package.path("Cargo.toml")))
            .set(name, value)
            .set("CARGO_TARGET_DIR", &self.package.path("target"))
            .run();
        printed.assert_success();
        let messages: Vec<serde_json::Value> = printed
            .stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let mode = messages.iter().find_map(|message| {
            let mut cfgs = message["cfgs"].as_array()?.iter();
            cfgs.find_map(|cfg| cfg.as_str()?.strip_prefix("wasmtime_link="))
        });
        let compiled = messages.iter().any(|message| message["fresh"] == false);
        (mode.unwrap().trim_matches('"').to_owned(), compiled)
    }
}

/// Adds a file that is older than any build, like those of packages.
fn add(prefix: Prefix, path: &str) -> Prefix {
    let prefix = prefix.file(path, "");
    let file = File::options().write(true).open(prefix.path(path)).unwrap();
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 30);
    file.set_modified(old).unwrap();
    prefix
}

fn an_archive_is_taken_once_it_is_there() {
    let prefix =
        Prefix::installed("later_shared", "libwasmtime.so").file("lib/libwasmtime.dylib", "");
    let package = Package::new(["static", "dynamic"], "WASMTIME_DIR", prefix.root());
    assert_eq!(package.check(), ("dynamic".to_owned(), true));
    assert_eq!(package.check(), ("dynamic".to_owned(), false));
    add(prefix, "lib/libwasmtime.a");
    assert_eq!(package.check(), ("static".to_owned(), true));
    assert_eq!(package.check(), ("static".to_owned(), false));
}

fn a_package_is_taken_once_it_is_there() {
    let prefix =
        Prefix::new("later_package")
            .file("lib/readme", "")
            .headers("include", VERSION, &[]);
    let search = prefix.path("lib/pkgconfig");
    let package = Package::new(["static", "load"], "PKG_CONFIG_PATH", search);
    needs_pkg_config();
    let (mode, _) = package.check();
    if mode != "load" {
        leave_out(Need::NoLibrary, "a libwasmtime is where it usually is");
    }
    assert_eq!(package.check(), ("load".to_owned(), false));
    // One of them alone isn't enough.
    let prefix = prefix.package(VERSION);
    assert_eq!(package.check(), ("load".to_owned(), true));
    assert_eq!(package.check(), ("load".to_owned(), false));
    add(prefix, "lib/libwasmtime.a");
    assert_eq!(package.check(), ("static".to_owned(), true));
    assert_eq!(package.check(), ("static".to_owned(), false));
}

crate::tests![
    an_archive_is_taken_once_it_is_there,
    a_package_is_taken_once_it_is_there,
];
