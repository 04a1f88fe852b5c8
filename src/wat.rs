//! [`wat2wasm`]: translates the WebAssembly text format.

use crate::error::{bail, check, format_err};
use crate::module::text::may_be_text;
use crate::sys::{Feature, require, wasmtime_wat2wasm};
use crate::vec::ByteVec;
use crate::{Error, Result};

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
    let binary = ByteVec::try_out(|out| {
        // SAFETY: the text is readable; the function returns an owned error, or null after
        // it has overwritten `out`.
        unsafe { check(wasmtime_wat2wasm(text.as_ptr().cast(), text.len(), out)) }
    });
    binary.map_err(|error| {
        if may_be_text(text) {
            error
        } else {
            not_text(error)
        }
    })
}

/// Returns the error for bytes that are a module in neither format, such as a file that was
/// confused with another one.
#[cold]
fn not_text(error: Error) -> Error {
    format_err!(
        "{error}\nthe input isn't a WebAssembly module: one in the binary format begins with \
         `\\0asm`, one in the text format with `(`"
    )
}
