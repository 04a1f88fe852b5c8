//! The text format in a file.

use super::text_to_wasm;
use crate::Result;
use crate::error::format_err;
use crate::vec::ByteVec;
use std::path::Path;

/// Translates the text that a file contains. An error points into the file, where
/// libwasmtime says `<anon>`, as it is given no name.
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
