//! Generated code without asynchronous functions, for a `libwasmtime` that has none.

use super::options::Options;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::visit_mut::{VisitMut, visit_item_impl_mut};
use syn::{Error, File, ImplItem, ItemImpl, Result};

/// Refuses functions that the options make asynchronous.
// Version 48: these are what the generator calls for them; look at it.
pub fn check(options: &Options, code: &str) -> Result<()> {
    let is_async = |names: &[&str]| names.iter().any(|name| code.contains(name));
    let option = if is_async(&[".func_wrap_async(", ".resource_async("]) {
        "imports"
    } else if is_async(&[".call_async("]) {
        "exports"
    } else {
        return Ok(());
    };
    let message = "asynchronous functions of components need the Cargo feature \
                   `component-model-async` of `libwasmtime`: turn it on, or leave out `async`";
    Err(Error::new(options.span_of(option), message))
}

/// Leaves out the functions that instantiate asynchronously, which the generator always writes.
pub fn without_async(code: TokenStream) -> Result<TokenStream> {
    let mut file: File = syn::parse2(code)?;
    LeaveOut.visit_file_mut(&mut file);
    Ok(file.into_token_stream())
}

struct LeaveOut;

impl VisitMut for LeaveOut {
    fn visit_item_impl_mut(&mut self, block: &mut ItemImpl) {
        if block.trait_.is_none() {
            let is_async = |item: &ImplItem| matches!(item, ImplItem::Fn(function) if function.sig.asyncness.is_some());
            block.items.retain(|item| !is_async(item));
        }
        visit_item_impl_mut(self, block);
    }
}
