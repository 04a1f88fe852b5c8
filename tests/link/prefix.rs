//! Simulated installations of libwasmtime.

use std::fs;
use std::path::{Path, PathBuf};

/// A version that the crate supports.
pub const VERSION: &str = "48.0.3";

/// A test's directory with files that look like an installation. No library is linked, so
/// the library files are empty.
pub struct Prefix(PathBuf);

impl Prefix {
    /// Creates an empty directory under a name that no other test uses.
    pub fn new(name: &str) -> Prefix {
        let Prefix(path) = Prefix::kept(name);
        fs::remove_dir_all(&path).unwrap();
        fs::create_dir_all(&path).unwrap();
        Prefix(path)
    }

    /// Returns the same, with the files of an earlier run of the tests.
    pub fn kept(name: &str) -> Prefix {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("prefixes")
            .join(name);
        fs::create_dir_all(&path).unwrap();
        Prefix(path)
    }

    /// Returns an installation of the right version in the layout of upstream's releases,
    /// with one library file.
    pub fn installed(name: &str, library: &str) -> Prefix {
        Prefix::new(name)
            .file(&format!("lib/{library}"), "")
            .headers("include", VERSION, &[])
    }

    /// Adds a file.
    pub fn file(self, path: &str, text: &str) -> Prefix {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Adds the lock file of this repository, for a package with the same versions.
    pub fn lock(self) -> Prefix {
        self.file("Cargo.lock", include_str!("../../Cargo.lock"))
    }

    /// Adds the headers of a library of this version and with these features, under Cargo's
    /// names.
    pub fn headers(self, directory: &str, version: &str, features: &[&str]) -> Prefix {
        let mut conf = String::new();
        for feature in features {
            let name = feature.to_uppercase().replace('-', "_");
            conf += &format!("#define WASMTIME_FEATURE_{name}\n");
        }
        self.file(&format!("{directory}/wasmtime/conf.h"), &conf)
            .file(
                &format!("{directory}/wasmtime.h"),
                &format!("#include <wasmtime/conf.h>\n#define WASMTIME_VERSION \"{version}\"\n"),
            )
    }

    /// Adds a pkg-config file for `lib` and `include`.
    pub fn package(self, version: &str) -> Prefix {
        let prefix = self.0.display().to_string();
        self.file(
            "lib/pkgconfig/wasmtime.pc",
            &format!(
                "Name: wasmtime\nDescription: A test\nVersion: {version}\n\
                 Libs: -L{prefix}/lib -lwasmtime\nCflags: -I{prefix}/include\n"
            ),
        )
    }

    /// Returns a path in this directory.
    pub fn path(&self, path: &str) -> String {
        self.0.join(path).display().to_string()
    }

    /// Returns the path of this directory.
    pub fn root(&self) -> String {
        self.0.display().to_string()
    }
}
