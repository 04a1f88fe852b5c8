//! Whether a loaded library has Winch, which none of its functions tells.

use std::io::{self, BufRead};
use std::sync::OnceLock;
use std::{fs, path::Path};

/// What libwasmtime aborts with if Winch is chosen and wasn't built in. It has
/// the text only then.
const ABSENT: &[u8] = b"winch support not compiled in";

/// Whether Winch can be chosen. If libwasmtime is linked, the build script has
/// asked its headers.
pub(super) fn is_there() -> bool {
    static THERE: OnceLock<bool> = OnceLock::new();
    *THERE.get_or_init(|| match crate::loaded().and_then(|it| it.path()) {
        Some(library) => has_it(library).unwrap_or(false),
        None => true,
    })
}

fn has_it(library: &Path) -> io::Result<bool> {
    let bytes = fs::read(library)?;
    let mut rest = &bytes[..];
    // Far faster than comparing at every place, if this crate isn't optimised.
    while rest.skip_until(ABSENT[0])? > 0 {
        if rest.starts_with(&ABSENT[1..]) {
            return Ok(false);
        }
    }
    Ok(true)
}
