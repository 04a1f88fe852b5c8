//! The path by which the code of a macro names `libwasmtime`.

use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::Span;
use syn::{Ident, Path, parse_quote};

/// Returns the path that the user gave, or else finds out by which name the user's crate
/// depends on `libwasmtime`, or on a `wasmtime` that re-exports it.
pub fn crate_path(given: Option<Path>) -> Path {
    if let Some(path) = given {
        return path;
    }
    let found = crate_name("libwasmtime").or_else(|_| crate_name("wasmtime"));
    match found {
        // Its tests, examples and documentation name it like other crates do.
        Ok(FoundCrate::Itself) | Err(_) => parse_quote!(::libwasmtime),
        Ok(FoundCrate::Name(name)) => {
            let name = Ident::new(&name, Span::call_site());
            parse_quote!(::#name)
        }
    }
}
