//! What is compiled: for which platform, and for which libwasmtime.

use std::env;
use std::fs;
use std::path::PathBuf;

/// The major version of libwasmtime that this crate speaks to.
pub const MAJOR: &str = env!("CARGO_PKG_VERSION_MAJOR");

/// What Cargo tells the build script.
pub fn told(variable: &str) -> String {
    env::var(variable).unwrap_or_default()
}

/// The directory that is this run's own.
pub fn out_dir() -> PathBuf {
    told("OUT_DIR").into()
}

/// Leaves a file to the crate, in [`out_dir`]; gives its path.
///
/// # Errors
///
/// Why it can't be written.
pub fn leave(name: &str, text: &str) -> Result<PathBuf, String> {
    let path = out_dir().join(name);
    match fs::write(&path, text) {
        Ok(()) => Ok(path),
        Err(error) => Err(format!("{} can't be written: {error}", path.display())),
    }
}

/// The platform that is compiled for.
pub struct Target {
    /// The target triple.
    pub triple: String,
}

impl Target {
    /// Reads what Cargo told the build script.
    pub fn from_cargo() -> Target {
        Target {
            triple: told("TARGET"),
        }
    }

    /// The triple of the machine that compiles.
    pub fn host(&self) -> String {
        told("HOST")
    }

    /// Whether this build seems to be for a build script or a procedural macro, and
    /// not for the program.
    ///
    /// Cargo doesn't say. Such a build is for the machine that compiles, and it isn't
    /// optimised and has no debug information, unless the user's profiles say
    /// otherwise. For a program, that is odd in a release. In a development build it
    /// isn't: then Cargo also has to have been given a target, which has a folder, and
    /// this build's files must not be in it.
    pub fn seems_for_a_build_script(&self) -> bool {
        let is_plain = told("OPT_LEVEL") == "0" && told("DEBUG") == "false";
        if self.triple != self.host() || !is_plain {
            return false;
        }
        // FOLDER/PROFILE/build/PACKAGE/out or one more, and the folder of a target, in
        // FOLDER, has its name.
        let out = out_dir();
        let mut folders = out.ancestors().skip(4).take(2);
        let is_in_its_folder = out
            .ancestors()
            .take(6)
            .any(|folder| folder.ends_with(&self.triple));
        let has_folder = folders.any(|folder| folder.join(&self.triple).is_dir());
        !is_in_its_folder && (has_folder || told("PROFILE") == "release")
    }

    /// The triple as a prefix of environment variables.
    pub fn screaming(&self) -> String {
        self.triple.to_uppercase().replace(['-', '.'], "_")
    }
}
