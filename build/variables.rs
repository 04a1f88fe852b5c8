//! Environment variables: each may stand for one target only, as
//! `X86_64_UNKNOWN_LINUX_GNU_WASMTIME_DIR` does, and Cargo runs the build
//! script again when one changes.

use std::env;
use std::fmt;

use crate::target::Target;

/// A variable that is set.
pub struct Variable<T> {
    /// The name it was found under, with the target's prefix if it had one.
    pub name: String,
    /// Its value.
    pub value: T,
}

impl fmt::Display for Variable<String> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value)
    }
}

/// Reads a variable: the target's own before the one for every target. An
/// empty one counts as not set.
///
/// # Errors
///
/// The value isn't Unicode, which the instructions to Cargo have to be.
pub fn text(target: &Target, name: &str) -> Result<Option<Variable<String>>, String> {
    for name in [format!("{}_{name}", target.screaming()), name.to_owned()] {
        println!("cargo::rerun-if-env-changed={name}");
        let Some(value) = env::var_os(&name) else {
            continue;
        };
        let value = value.into_string().map_err(|value| {
            format!(
                "{name} is {value:?}, which isn't Unicode.\n\
                 Cargo takes no other paths: move or link the directory to a name that is."
            )
        })?;
        if !value.is_empty() {
            return Ok(Some(Variable { name, value }));
        }
    }
    Ok(None)
}
