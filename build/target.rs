//! The platform and the version of libwasmtime that this build is for.

use std::env;
use std::fs;
use std::path::PathBuf;

/// The major version of libwasmtime that this crate is for.
pub const MAJOR: &str = env!("CARGO_PKG_VERSION_MAJOR");

/// Returns a variable that Cargo sets for the build script; the empty string if it isn't set.
pub fn told(variable: &str) -> String {
    env::var(variable).unwrap_or_default()
}

/// Returns the directory that this run may write to.
pub fn out_dir() -> PathBuf {
    told("OUT_DIR").into()
}

/// Writes a file for the crate, in [`out_dir`], and returns its path.
///
/// # Errors
///
/// Returns the reason why the file can't be written.
pub fn leave(name: &str, text: &str) -> Result<PathBuf, String> {
    let path = out_dir().join(name);
    match fs::write(&path, text) {
        Ok(()) => Ok(path),
        Err(error) => Err(format!("{} can't be written: {error}", path.display())),
    }
}

/// The platform that the crate is compiled for.
pub struct Target {
    /// The target triple.
    pub triple: String,
}

impl Target {
    /// Returns the target that Cargo compiles for.
    pub fn from_cargo() -> Target {
        Target {
            triple: told("TARGET"),
        }
    }

    /// Returns the triple of the machine that compiles.
    pub fn host(&self) -> String {
        told("HOST")
    }

    /// Reports whether this build seems to be for a build script or a procedural macro, and
    /// not for the program.
    ///
    /// Cargo has no variable that tells. A build for a build script is for the machine that
    /// compiles, is not optimized and has no debug information, unless the user's profiles
    /// change that. With `--target`, Cargo puts the program's files into a folder of the
    /// target, and those of build scripts outside of it. So the files of this build must not
    /// be in such a folder. In the profile `release` no more is needed, as programs are
    /// optimized there; in other profiles the folder has to exist.
    pub fn seems_for_a_build_script(&self) -> bool {
        let is_plain = told("OPT_LEVEL") == "0" && told("DEBUG") == "false";
        if self.triple != self.host() || !is_plain {
            return false;
        }
        // `OUT_DIR` is FOLDER/PROFILE/build/PACKAGE/out, or one level deeper; the folder of a
        // target is FOLDER/TRIPLE.
        let out = out_dir();
        let mut folders = out.ancestors().skip(4).take(2);
        let is_in_its_folder = out
            .ancestors()
            .take(6)
            .any(|folder| folder.ends_with(&self.triple));
        let has_folder = folders.any(|folder| folder.join(&self.triple).is_dir());
        !is_in_its_folder && (has_folder || told("PROFILE") == "release")
    }

    /// Returns the triple in the form that names of environment variables begin with.
    pub fn screaming(&self) -> String {
        self.triple.to_uppercase().replace(['-', '.'], "_")
    }
}
