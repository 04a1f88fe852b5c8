//! The options of a trait, and those of a method in it.

use crate::host::errors::Errors;
use crate::host::options::{parse_list, set, set_flag, unknown};
use crate::host::rename::RenameRule;
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Error, Ident, LitStr, Meta, Path, Result};

/// The options of a trait.
#[derive(Default)]
pub struct Options {
    pub rename_all: Option<RenameRule>,
    pub alloc: Option<LitStr>,
    pub crate_path: Option<Path>,
    free: Option<LitStr>,
    memory: Option<LitStr>,
    table: Option<LitStr>,
    memory64: bool,
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut options = Options::default();
        parse_list(input, |key| match key.to_string().as_str() {
            "rename_all" => set(&mut options.rename_all, key, input),
            "alloc" => set(&mut options.alloc, key, input),
            "free" => set(&mut options.free, key, input),
            "memory" => set(&mut options.memory, key, input),
            "table" => set(&mut options.table, key, input),
            "memory64" => set_flag(&mut options.memory64, key),
            "crate" => set(&mut options.crate_path, key, input),
            _ => Err(unknown(
                key,
                "`rename_all`, `alloc`, `free`, `memory`, `table`, `memory64`, `crate`",
            )),
        })?;
        if let (Some(free), None) = (&options.free, &options.alloc) {
            return Err(Error::new(
                free.span(),
                "expected `alloc = \"…\"` as well, the function that allocates what this one frees",
            ));
        }
        Ok(options)
    }
}

impl Options {
    /// Returns the expression for how the functions are called.
    pub fn abi(&self, krate: &Path) -> TokenStream {
        let mut abi = quote!(#krate::bind::Abi::DEFAULT);
        if let Some(name) = &self.memory {
            abi.extend(quote!(.with_memory(#name)));
        }
        if let Some(name) = &self.alloc {
            abi.extend(quote!(.with_alloc(#name)));
        }
        if let Some(name) = &self.table {
            abi.extend(quote!(.with_table(#name)));
        }
        if self.memory64 {
            abi.extend(quote!(.with_memory64(true)));
        }
        let free = self.free.as_ref().map(|name| quote!(.with_free(#name)));
        quote!(#krate::bind::GuestAbi::new(#abi) #free)
    }
}

/// Takes the attributes `guest` off a method, and returns its name in WebAssembly.
pub fn take_name(
    attributes: &mut Vec<Attribute>,
    ident: &Ident,
    rename_all: Option<RenameRule>,
    errors: &mut Errors,
) -> LitStr {
    let mut name: Option<LitStr> = None;
    attributes.retain(|attribute| {
        if !attribute.path().is_ident("guest") {
            return true;
        }
        let parse = |input: ParseStream<'_>| {
            parse_list(input, |key| match key.to_string().as_str() {
                "name" => set(&mut name, key, input),
                _ => Err(unknown(key, "`name`")),
            })
        };
        errors.of(match &attribute.meta {
            Meta::Path(_) => Err(Error::new_spanned(
                attribute,
                "expected options: `#[guest(name = \"…\")]`",
            )),
            Meta::List(_) | Meta::NameValue(_) => attribute.parse_args_with(parse),
        });
        false
    });
    name.unwrap_or_else(|| {
        let name = ident.unraw().to_string();
        let name = rename_all.map_or(name.clone(), |rule| rule.apply(&name));
        LitStr::new(&name, ident.span())
    })
}
