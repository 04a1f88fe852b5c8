//! The attributes and derives of `libwasmtime`. They are re-exported there, with the feature
//! `macros`, and documented in its chapter `bind`.

mod crate_path;
mod guest;
mod host;
mod host_value;

use proc_macro::TokenStream;
use syn::parse_macro_input;

// Documented where `libwasmtime` re-exports it, as its example needs that.
#[proc_macro_attribute]
pub fn host(attribute: TokenStream, item: TokenStream) -> TokenStream {
    host::expand(attribute.into(), item.into()).into()
}

/// Turns a trait into a struct whose methods call the exports of an instance.
#[proc_macro_attribute]
pub fn guest(attribute: TokenStream, item: TokenStream) -> TokenStream {
    guest::expand(attribute.into(), item.into()).into()
}

/// Makes a struct or an enum one that bound functions take and return.
#[proc_macro_derive(HostValue, attributes(host))]
pub fn host_value(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as syn::DeriveInput);
    host_value::expand(item)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
