//! Refuses precompiled code where WebAssembly is expected.

use crate::engine::{Engine, Precompiled};
use crate::error::{bail, format_err};
use crate::{Error, Result};
use std::path::Path;

/// Checks that the bytes aren't precompiled code.
///
/// # Errors
///
/// Returns an error if they are; it says which function loads them.
pub(super) fn refuse(bytes: &[u8]) -> Result<()> {
    match Engine::detect_precompiled(bytes) {
        None => Ok(()),
        Some(Precompiled::Module) => bail!(
            "the bytes are a precompiled module, and WebAssembly is expected: load them with \
             `Module::deserialize`"
        ),
        Some(Precompiled::Component) => Err(component("the bytes are")),
    }
}

/// Checks that the bytes, which should be a component, aren't precompiled code.
///
/// # Errors
///
/// Returns an error if they are; it says which function loads them.
#[cfg(feature = "component-model")]
pub(crate) fn refuse_for_component(bytes: &[u8]) -> Result<()> {
    match Engine::detect_precompiled(bytes) {
        None => Ok(()),
        Some(Precompiled::Component) => bail!(
            "the bytes are a precompiled component, and WebAssembly is expected: load them with \
             `Component::deserialize`"
        ),
        Some(Precompiled::Module) => {
            bail!("the bytes are a precompiled module, and a component is expected")
        }
    }
}

/// Checks that the bytes of a file aren't precompiled code.
///
/// # Errors
///
/// Returns an error if they are; it says which function loads the file.
pub(super) fn refuse_file(file: &Path, bytes: &[u8]) -> Result<()> {
    let file = file.display();
    match Engine::detect_precompiled(bytes) {
        None => Ok(()),
        Some(Precompiled::Module) => bail!(
            "`{file}` is a precompiled module, and WebAssembly is expected: load it with \
             `Module::deserialize_file`"
        ),
        Some(Precompiled::Component) => Err(component(&format!("`{file}` is"))),
    }
}

fn component(subject: &str) -> Error {
    format_err!("{subject} a precompiled component, and a module is expected")
}
