//! Whether a loaded library has a compiler, which none of its functions tells.

use crate::Strategy;
use std::io::{self, BufRead};
use std::sync::OnceLock;
use std::{fs, path::Path};

/// Whether a compiler can be chosen. If libwasmtime is linked, the build script has
/// asked its headers.
///
/// # Panics
///
/// If `strategy` is none: [`Strategy::Auto`].
pub(super) fn has(strategy: Strategy) -> bool {
    static CRANELIFT: OnceLock<bool> = OnceLock::new();
    static WINCH: OnceLock<bool> = OnceLock::new();
    // What libwasmtime aborts with if the compiler is chosen and wasn't built in. It
    // has the text only then.
    // Version 48: the texts are in a library that has no such compiler, and in no
    // other; look at `Config::build_compiler` in `wasmtime`.
    let (there, absent) = match strategy {
        Strategy::Cranelift => (&CRANELIFT, &b"cranelift support not compiled in"[..]),
        Strategy::Winch => (&WINCH, &b"winch support not compiled in"[..]),
        Strategy::Auto => unreachable!("it is resolved before"),
    };
    *there.get_or_init(|| match crate::loaded().and_then(|it| it.path()) {
        Some(library) => lacks_text(library, absent).unwrap_or(false),
        None => true,
    })
}

fn lacks_text(library: &Path, text: &[u8]) -> io::Result<bool> {
    let bytes = fs::read(library)?;
    let mut rest = &bytes[..];
    // Far faster than comparing at every place, if this crate isn't optimised.
    while rest.skip_until(text[0])? > 0 {
        if rest.starts_with(&text[1..]) {
            return Ok(false);
        }
    }
    Ok(true)
}
