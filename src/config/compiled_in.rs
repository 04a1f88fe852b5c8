//! Finds out which compilers the loaded library has. The C API has no function that tells.

use crate::Strategy;
use std::io::{self, BufRead};
use std::sync::OnceLock;
use std::{fs, path::Path};

/// Reports whether libwasmtime has a compiler. If libwasmtime is linked, the build script
/// has read that from its headers.
///
/// # Panics
///
/// Panics if `strategy` is [`Strategy::Auto`], which isn't a compiler.
pub(super) fn has(strategy: Strategy) -> bool {
    static CRANELIFT: OnceLock<bool> = OnceLock::new();
    static WINCH: OnceLock<bool> = OnceLock::new();
    // The text of the panic when a compiler is chosen that wasn't built in. The library
    // contains the text only if the compiler is missing.
    // Version 48: the texts are in a library that has no such compiler, and in no
    // other; look at `Config::build_compiler` in `wasmtime`.
    let (there, absent) = match strategy {
        Strategy::Cranelift => (&CRANELIFT, &b"cranelift support not compiled in"[..]),
        Strategy::Winch => (&WINCH, &b"winch support not compiled in"[..]),
        Strategy::Auto => unreachable!("`Auto` is resolved before"),
    };
    *there.get_or_init(|| match crate::loaded().and_then(|it| it.path()) {
        Some(library) => lacks_text(library, absent).unwrap_or(false),
        None => true,
    })
}

fn lacks_text(library: &Path, text: &[u8]) -> io::Result<bool> {
    let bytes = fs::read(library)?;
    let mut rest = &bytes[..];
    // Speed: 5 ms instead of 77 for comparing the text at every place; in a debug build, 9 ms
    // instead of 580.
    while rest.skip_until(text[0])? > 0 {
        if rest.starts_with(&text[1..]) {
            return Ok(false);
        }
    }
    Ok(true)
}
