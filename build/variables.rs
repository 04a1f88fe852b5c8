//! Environment variables: each may stand for one target only, as
//! `X86_64_UNKNOWN_LINUX_GNU_WASMTIME_DIR` does, and Cargo runs the build
//! script again when one changes.

use std::env;
use std::path::{Path, PathBuf};

use crate::target::Target;

/// A variable that is set.
pub struct Variable<T> {
    /// The name it was found under, with the target's prefix if it had one.
    pub name: String,
    /// Its value.
    pub value: T,
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

/// Reads a variable that names a directory.
///
/// # Errors
///
/// The value is no absolute path of a directory.
pub fn directory(target: &Target, name: &str) -> Result<Option<Variable<PathBuf>>, String> {
    let Some(Variable { name, value }) = text(target, name)? else {
        return Ok(None);
    };
    let path = Path::new(&value);
    if !path.is_absolute() {
        return Err(format!(
            "{name} is `{value}`, a relative path; give the absolute one: \
             the build script doesn't run where Cargo was called."
        ));
    }
    if !path.is_dir() {
        return Err(format!("{name} is `{value}`, which is no directory."));
    }
    let value = path.to_owned();
    Ok(Some(Variable { name, value }))
}

/// Reads a variable that is a switch: `1` for on, `0` for off.
///
/// # Errors
///
/// The value is neither.
pub fn switch(target: &Target, name: &str) -> Result<Option<Variable<bool>>, String> {
    let Some(Variable { name, value }) = text(target, name)? else {
        return Ok(None);
    };
    let value = match value.as_str() {
        "0" => false,
        "1" => true,
        _ => {
            return Err(format!(
                "{name} is `{value}`; give `1` to switch it on or `0` to switch it off."
            ));
        }
    };
    Ok(Some(Variable { name, value }))
}
