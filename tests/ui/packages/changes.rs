//! An attribute that changes a struct after its derives have seen it.

extern crate proc_macro;

use proc_macro::TokenStream;

/// Replaces a word of the struct: `#[change(from => to)]`.
#[proc_macro_attribute]
pub fn change(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let attribute = attribute.to_string();
    let (from, to) = attribute.split_once("=>").expect("there are two words");
    let item = item.to_string().replace(from.trim(), to.trim());
    item.parse().expect("it is a struct again")
}
