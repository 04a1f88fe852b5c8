//! Environment variables. Each can also be set for one target only, with the triple as a
//! prefix, such as `X86_64_UNKNOWN_LINUX_GNU_WASMTIME_DIR`. Cargo runs the build script again
//! when one changes.

use std::env;
use std::fmt;

use crate::target::Target;

/// A variable that is set.
pub struct Variable<T> {
    /// The name, with the target's prefix if it has one.
    pub name: String,
    /// The value.
    pub value: T,
}

impl fmt::Display for Variable<String> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value)
    }
}

/// Reads a variable: the one for the target, or else the one for every target. An empty
/// variable counts as not set.
///
/// # Errors
///
/// Returns an error if the value isn't Unicode, as instructions to Cargo have to be.
pub fn text(target: &Target, name: &str) -> Result<Option<Variable<String>>, String> {
    for name in [format!("{}_{name}", target.screaming()), name.to_owned()] {
        println!("cargo::rerun-if-env-changed={name}");
        let Some(value) = env::var_os(&name) else {
            continue;
        };
        let value = value.into_string().map_err(|value| {
            format!(
                "{name} is {value:?}, which isn't Unicode.\n\
                 Cargo accepts only such paths: move or link the directory to a path in Unicode."
            )
        })?;
        if !value.is_empty() {
            return Ok(Some(Variable { name, value }));
        }
    }
    Ok(None)
}
