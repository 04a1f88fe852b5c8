//! Tells modules in the text format from other bytes.

/// Reports whether bytes begin as a module in the text format does: with a parenthesis, or
/// with a comment.
pub(crate) fn may_be_text(bytes: &[u8]) -> bool {
    matches!(bytes.trim_ascii_start().first(), Some(b'(' | b';'))
}

/// Checks that the bytes aren't text, where nothing translates it.
///
/// # Errors
///
/// Returns an error if they begin as text does; it names the Cargo feature.
#[cfg(all(compiler, not(feature = "wat")))]
pub(crate) fn refuse(bytes: &[u8]) -> crate::Result<()> {
    if may_be_text(bytes) {
        crate::error::bail!(
            "the bytes are a module in the text format, and this crate was built without the Cargo \
             feature `wat`: turn the feature on, or pass the module in the binary format"
        );
    }
    Ok(())
}
