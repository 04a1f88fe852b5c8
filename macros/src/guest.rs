//! The attribute `guest`: a trait that becomes a struct, whose methods call the exports of an
//! instance.
//!
//! The logic is in the library, in `GuestExports` and `GuestFunc`. The expansion implements
//! `GuestSignature` for each function, and calls them.

mod function;
mod options;

use crate::crate_path::crate_path;
use crate::host::errors::Errors;
use function::Function;
use options::Options;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use std::collections::HashSet;
use syn::{Error, Ident, Item, ItemTrait, Path, TraitItem};

/// Returns the struct, or the mistakes.
pub fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let expanded = match syn::parse2::<Item>(item) {
        Ok(Item::Trait(item)) => expand_trait(attribute, item, &mut errors),
        Ok(_) => {
            errors.push(Error::new(
                Span::call_site(),
                "`guest` is put on a trait, whose methods are the functions that the guest exports",
            ));
            TokenStream::new()
        }
        Err(error) => {
            errors.push(error);
            TokenStream::new()
        }
    };
    let errors = errors.into_compile_error();
    quote!(#expanded #errors)
}

fn expand_trait(attribute: TokenStream, item: ItemTrait, errors: &mut Errors) -> TokenStream {
    let options: Options = errors.of(syn::parse2(attribute)).unwrap_or_default();
    check_trait(&item, errors);
    let mut names = HashSet::new();
    let mut functions = Vec::new();
    for member in &item.items {
        let TraitItem::Fn(member) = member else {
            errors.push(Error::new_spanned(
                member,
                "a guest has functions only: expected a method without a body",
            ));
            continue;
        };
        let Some(function) = Function::of(member, &options, errors) else {
            continue;
        };
        if !names.insert(function.name.value()) && !function.is_conditional() {
            let message = format!("two functions have the name `{}`", function.name.value());
            errors.push(Error::new(function.name.span(), message));
        }
        functions.push(function);
    }
    let api = Api {
        crate_path: crate_path(options.crate_path.clone()),
        options,
        item,
        functions,
    };
    api.into_token_stream()
}

/// Reports what a trait can't have.
fn check_trait(item: &ItemTrait, errors: &mut Errors) {
    if !item.generics.params.is_empty() || item.generics.where_clause.is_some() {
        errors.push(Error::new_spanned(
            &item.generics,
            "the struct that a guest's trait becomes has no generic parameters",
        ));
    }
    if !item.supertraits.is_empty() {
        errors.push(Error::new_spanned(
            &item.supertraits,
            "a guest's trait becomes a struct, which has no supertraits",
        ));
    }
    for (token, what) in [
        (item.unsafety.map(|token| token.span), "unsafe"),
        (item.auto_token.map(|token| token.span), "auto"),
    ] {
        if let Some(span) = token {
            let message = format!("a guest's trait can't be `{what}`");
            errors.push(Error::new(span, message));
        }
    }
}

/// What a trait becomes.
struct Api {
    crate_path: Path,
    options: Options,
    item: ItemTrait,
    functions: Vec<Function>,
}

/// A variable that the code of the trait can't name.
fn variable(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

impl Api {
    /// Returns the function that checks the exports.
    fn constructor(&self) -> TokenStream {
        let krate = &self.crate_path;
        let vis = &self.item.vis;
        let abi = self.options.abi(krate);
        let [store, instance, exports] = ["store", "instance", "exports"].map(variable);
        let mut found = TokenStream::new();
        let mut fields = TokenStream::new();
        for (number, function) in self.functions.iter().enumerate() {
            let Function {
                ident, name, cfgs, ..
            } = function;
            let func = format_ident!("func_{number}", span = Span::mixed_site());
            found.extend(quote! {
                #(#cfgs)*
                let #func = #exports.func::<Self, #number>(&mut #store, #name);
            });
            fields.extend(quote! {
                #(#cfgs)*
                #ident: #func.expect("there is no mismatch"),
            });
        }
        quote! {
            /// Finds the functions among the exports of an instance, and checks their types.
            ///
            /// # Errors
            ///
            /// Returns an error that lists all exports that are missing or of another type.
            ///
            /// # Panics
            ///
            /// Panics if the instance belongs to another store.
            #[allow(unused_mut, unused_variables)]
            #vis fn new(
                mut #store: impl #krate::AsContextMut,
                #instance: &#krate::Instance,
            ) -> #krate::Result<Self> {
                let mut #exports = #krate::bind::GuestExports::new(&mut #store, #instance, #abi);
                #found
                #exports.finish()?;
                #krate::Result::Ok(Self { #fields })
            }
        }
    }
}

impl ToTokens for Api {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let krate = &self.crate_path;
        let ItemTrait {
            attrs, vis, ident, ..
        } = &self.item;
        let mut fields = TokenStream::new();
        let mut signatures = TokenStream::new();
        let mut methods = TokenStream::new();
        for (number, function) in self.functions.iter().enumerate() {
            let (field, cfgs) = (&function.ident, &function.cfgs);
            fields.extend(quote! {
                #(#cfgs)*
                #field: #krate::bind::GuestFunc<#ident, #number>,
            });
            signatures.extend(function.signature(krate, ident, number));
            methods.extend(function.method(krate, vis));
        }
        let constructor = self.constructor();
        tokens.extend(quote! {
            #(#attrs)*
            #vis struct #ident {
                #fields
            }

            #signatures

            impl #ident {
                #constructor
                #methods
            }
        });
    }
}
