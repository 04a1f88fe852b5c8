//! Environment variables whose values are directories or switches.

use std::path::{Path, PathBuf};

use crate::target::Target;
use crate::variables::{Variable, text};

/// Reads a variable that names a directory.
///
/// # Errors
///
/// Returns an error if the value isn't the absolute path of a directory.
pub fn directory(target: &Target, name: &str) -> Result<Option<Variable<PathBuf>>, String> {
    let Some(Variable { name, value }) = text(target, name)? else {
        return Ok(None);
    };
    let path = Path::new(&value);
    if !path.is_absolute() {
        return Err(format!(
            "{name} is `{value}`, a relative path: set the absolute path, as the build script \
             doesn't run in the directory where Cargo was called."
        ));
    }
    if !path.is_dir() {
        return Err(format!(
            "{name} is `{value}`, which is not a directory: set the absolute path of one."
        ));
    }
    let value = path.to_owned();
    Ok(Some(Variable { name, value }))
}

/// Reads a variable that is a switch: `1` for on, `0` for off.
///
/// # Errors
///
/// Returns an error if the value is neither.
pub fn switch(target: &Target, name: &str) -> Result<Option<Variable<bool>>, String> {
    let Some(Variable { name, value }) = text(target, name)? else {
        return Ok(None);
    };
    let value = match value.as_str() {
        "0" => false,
        "1" => true,
        _ => {
            return Err(format!(
                "{name} is `{value}`: expected `1` to switch it on, or `0` to switch it off."
            ));
        }
    };
    Ok(Some(Variable { name, value }))
}
