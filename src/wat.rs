//! The WebAssembly text format.

use crate::Result;
use crate::error::{bail, check};
use crate::sys::{Feature, require, wasmtime_wat2wasm};
use crate::vec::ByteVec;

// Only what compiles reads a module from a file of text.
#[cfg(compiler)]
mod file;
#[cfg(compiler)]
pub(crate) use file::file_to_wasm;

/// Translates a module from the text format into the binary format.
///
/// [`Module::new`](crate::Module#method.new) does it by itself.
///
/// Calls `wasmtime_wat2wasm`.
///
/// # Errors
///
/// If the text isn't a module, in which case the error points at where it is
/// wrong; or, with [`Unsupported`](crate::Unsupported), if libwasmtime was
/// built without `wat`.
///
/// ```
/// # fn main() -> libwasmtime::Result<()> {
/// let wasm = libwasmtime::wat2wasm("(module)")?;
/// assert!(wasm.starts_with(b"\0asm"));
/// # Ok(())
/// # }
/// ```
pub fn wat2wasm(text: impl AsRef<[u8]>) -> Result<ByteVec> {
    text_to_wasm(text.as_ref())
}

fn text_to_wasm(text: &[u8]) -> Result<ByteVec> {
    require(Feature::Wat)?;
    if std::str::from_utf8(text).is_err() {
        bail!(
            "input bytes aren't valid utf-8, so that they are no module in the text format; one in \
             the binary format begins with `\\0asm`"
        );
    }
    let mut parsed = Ok(());
    let binary = ByteVec::out(|out| {
        // SAFETY: the text is readable, and what is returned is an owned error
        // or null, in which case `out` is overwritten.
        parsed = unsafe { check(wasmtime_wat2wasm(text.as_ptr().cast(), text.len(), out)) };
    });
    parsed?;
    Ok(binary)
}
