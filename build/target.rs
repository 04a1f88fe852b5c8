//! What is compiled: for which platform, and for which libwasmtime.

use std::env;
use std::path::{Path, PathBuf};

/// The major version of libwasmtime that this crate speaks to.
pub const MAJOR: &str = env!("CARGO_PKG_VERSION_MAJOR");

/// What Cargo tells the build script.
pub fn told(variable: &str) -> String {
    env::var(variable).unwrap_or_default()
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
    /// Cargo doesn't say. Such a build is for the machine that compiles. If Cargo was
    /// given a target, its files aren't in that target's folder; and if it wasn't,
    /// then only the profile tells: what build scripts need isn't optimised and has
    /// no debug information, unless the user's profiles say otherwise.
    pub fn seems_for_a_build_script(&self) -> bool {
        if self.triple != self.host() {
            return false;
        }
        // FOLDER/PROFILE/build/PACKAGE/out, and the folder of a target has its name.
        let out = PathBuf::from(told("OUT_DIR"));
        let folder = out.ancestors().nth(4).unwrap_or(Path::new(""));
        if folder.ends_with(&self.triple) {
            return false;
        }
        let plain = told("OPT_LEVEL") == "0" && told("DEBUG") == "false";
        plain || folder.join(&self.triple).is_dir()
    }

    /// The triple as a prefix of environment variables.
    pub fn screaming(&self) -> String {
        self.triple.to_uppercase().replace(['-', '.'], "_")
    }
}
