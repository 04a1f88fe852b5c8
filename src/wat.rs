//! [`wat2wasm`]: translates the WebAssembly text format.

use crate::Result;
use crate::error::{bail, check};
use crate::sys::{Feature, require, wasmtime_wat2wasm};
use crate::vec::ByteVec;

// Only the functions that compile read text from a file.
#[cfg(compiler)]
mod file;
#[cfg(compiler)]
pub(crate) use file::file_to_wasm;

/// Translates a module from the text format into the binary format.
///
/// [`Module::new`](crate::Module#method.new) accepts text as well, and calls this function.
/// It parses the text, and doesn't validate the module.
///
/// Calls `wasmtime_wat2wasm`.
///
/// ```
/// let wasm = libwasmtime::wat2wasm("(module)")?;
/// assert!(wasm.starts_with(b"\0asm"));
///
/// // An error shows the line, and says what was expected there.
/// let error = libwasmtime::wat2wasm("(module\n  (func (reslt i32)))").unwrap_err();
/// let text = error.to_string();
/// assert!(text.contains("<anon>:2:10") && text.contains("(func (reslt i32))"), "{text}");
/// # Ok::<(), libwasmtime::Error>(())
/// ```
///
/// # Errors
///
/// - Returns an error that shows the line and column if the text isn't a module.
/// - Returns [`Unsupported`](crate::Unsupported) if libwasmtime was built without `wat`.
pub fn wat2wasm(text: impl AsRef<[u8]>) -> Result<ByteVec> {
    text_to_wasm(text.as_ref())
}

fn text_to_wasm(text: &[u8]) -> Result<ByteVec> {
    require(Feature::Wat)?;
    if std::str::from_utf8(text).is_err() {
        bail!(
            "input bytes aren't valid utf-8, which the text format requires; a module in the \
             binary format begins with `\\0asm`"
        );
    }
    let mut parsed = Ok(());
    let binary = ByteVec::out(|out| {
        // SAFETY: the text is readable; the function returns an owned error, or null after
        // it has overwritten `out`.
        parsed = unsafe { check(wasmtime_wat2wasm(text.as_ptr().cast(), text.len(), out)) };
    });
    parsed?;
    Ok(binary)
}
