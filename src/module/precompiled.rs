//! Precompiled code where WebAssembly is expected.

use crate::engine::{Engine, Precompiled};
use crate::error::{bail, format_err};
use crate::{Error, Result};
use std::path::Path;

/// # Errors
///
/// If the bytes are precompiled code.
pub(super) fn refuse(bytes: &[u8]) -> Result<()> {
    match Engine::detect_precompiled(bytes) {
        None => Ok(()),
        Some(Precompiled::Module) => bail!(
            "the bytes are a precompiled module, not WebAssembly: load it with \
             `Module::deserialize`"
        ),
        Some(Precompiled::Component) => Err(component("the bytes are")),
    }
}

/// # Errors
///
/// If the bytes, which are those of that file, are precompiled code.
pub(super) fn refuse_file(file: &Path, bytes: &[u8]) -> Result<()> {
    let file = file.display();
    match Engine::detect_precompiled(bytes) {
        None => Ok(()),
        Some(Precompiled::Module) => bail!(
            "`{file}` is a precompiled module, not WebAssembly: load it with \
             `Module::deserialize_file`"
        ),
        Some(Precompiled::Component) => Err(component(&format!("`{file}` is"))),
    }
}

fn component(subject: &str) -> Error {
    format_err!("{subject} a precompiled component, and a module is expected")
}
