//! Translates the text format in a file.

use super::text_to_wasm;
use crate::Result;
use crate::error::format_err;
use crate::vec::ByteVec;
use std::path::Path;

/// Translates the text of a file into the binary format.
///
/// # Errors
///
/// Returns an error that shows the file, line and column if the text isn't a module. It has
/// the file's name in place of libwasmtime's `<anon>`, as the C API takes no name.
pub(crate) fn file_to_wasm(file: &Path, text: &[u8]) -> Result<ByteVec> {
    // Version 48: text without a name is called so; look at `error.rs` in `wast`.
    const PLACE: &str = "--> <anon>:";
    text_to_wasm(text).map_err(|error| {
        let message = format!("{error}");
        if message.contains(PLACE) {
            let message = message.replacen(PLACE, &format!("--> {}:", file.display()), 1);
            format_err!("{message}")
        } else {
            error.context(format!("failed to parse `{}`", file.display()))
        }
    })
}
