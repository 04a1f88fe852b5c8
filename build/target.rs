//! What is compiled: for which platform, and for which libwasmtime.

use std::env;

/// The major version of libwasmtime that this crate speaks to.
pub const MAJOR: &str = env!("CARGO_PKG_VERSION_MAJOR");

/// The platform that is compiled for.
pub struct Target {
    /// The target triple.
    pub triple: String,
}

impl Target {
    /// Reads what Cargo told the build script.
    pub fn from_cargo() -> Target {
        Target {
            triple: env::var("TARGET").unwrap_or_default(),
        }
    }

    /// The triple as a prefix of environment variables.
    pub fn screaming(&self) -> String {
        self.triple.to_uppercase().replace(['-', '.'], "_")
    }
}
