//! The attribute `host`: an `impl` block whose functions are bound.
//!
//! It leaves the block as it is and adds an `impl Bind`, which calls the builder `HostModule` for
//! each function. After a mistake, the functions that are right are still bound, so that only the
//! mistake is reported, and not also that the type can't be bound.

mod binding;
pub mod errors;
mod function;
pub mod options;
pub mod rename;
mod types;

use binding::{Binding, BoundItem, Constant};
use errors::Errors;
use function::Function;
use options::{ItemOptions, Options};
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use std::collections::HashSet;
use syn::spanned::Spanned;
use syn::{Attribute, Error, Ident, ImplItem, Item, ItemImpl};

/// Returns the block, and the code that binds its functions.
pub fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let expanded = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Impl(block)) => expand_block(attribute, block, &mut errors),
        Ok(_) => {
            errors.push(Error::new(
                Span::call_site(),
                "`host` is put on an `impl` block: to bind one function, put it into the `impl` \
                 block of a type, such as `struct Host;`",
            ));
            item
        }
        Err(error) => {
            errors.push(error);
            item
        }
    };
    let errors = errors.into_compile_error();
    quote::quote!(#expanded #errors)
}

fn expand_block(attribute: TokenStream, mut block: ItemImpl, errors: &mut Errors) -> TokenStream {
    let options = errors.of(syn::parse2(attribute)).unwrap_or_default();
    if let Some((_, path, _)) = &block.trait_ {
        errors.push(Error::new_spanned(
            path,
            "`host` is put on an `impl` block without a trait: write functions that call the \
             trait's there",
        ));
        return block.into_token_stream();
    }
    for lifetime in block.generics.lifetimes() {
        errors.push(Error::new_spanned(
            lifetime,
            "a type whose functions are bound borrows nothing, as a linker keeps them: use owned \
             data or an `Arc`",
        ));
    }
    let binding = binding(options, &mut block, errors);
    let mut expanded = block.into_token_stream();
    binding.to_tokens(&mut expanded);
    expanded
}

/// Takes the helper attributes off the items of a block, and finds out what is bound.
fn binding(options: Options, block: &mut ItemImpl, errors: &mut Errors) -> Binding {
    let mut binding = Binding::new(&options, block);
    let mut names = Names::default();
    for item in &mut block.items {
        let Some((attributes, ident)) = attributes_of(item) else {
            continue;
        };
        let item_options = ItemOptions::take(attributes, errors);
        if item_options.skip {
            continue;
        }
        let attributes = attributes.clone();
        let name = item_options.name(ident, options.rename_all);
        if !attributes.iter().any(|it| it.path().is_ident("cfg")) {
            names.add(&name, errors);
        }
        let bound = match item {
            ImplItem::Fn(item) => {
                Function::new(&item.sig, &block.self_ty, errors).map(BoundItem::Function)
            }
            ImplItem::Const(item) => Some(BoundItem::Constant(Constant {
                ident: item.ident.clone(),
                span: item.ty.span(),
            })),
            ImplItem::Macro(item) => {
                errors.push(Error::new_spanned(
                    &item.mac.path,
                    "`host` doesn't see the functions that a macro defines: call the macro in an \
                     `impl` block of its own",
                ));
                None
            }
            _ => None,
        };
        if let Some(bound) = bound {
            binding.add(name, &attributes, bound, errors);
        }
    }
    binding
}

/// Returns the attributes of an item that can have helper attributes, and its name.
fn attributes_of(item: &mut ImplItem) -> Option<(&mut Vec<Attribute>, Ident)> {
    match item {
        ImplItem::Fn(item) => Some((&mut item.attrs, item.sig.ident.clone())),
        ImplItem::Const(item) => Some((&mut item.attrs, item.ident.clone())),
        ImplItem::Macro(item) => {
            let name = item.mac.path.segments.last()?.ident.clone();
            Some((&mut item.attrs, name))
        }
        _ => None,
    }
}

/// The names that are taken. Names of items that aren't always compiled may occur twice.
#[derive(Default)]
struct Names(HashSet<String>);

impl Names {
    fn add(&mut self, name: &syn::LitStr, errors: &mut Errors) {
        if !self.0.insert(name.value()) {
            errors.push(Error::new(
                name.span(),
                format!(
                    "another function or constant of this block is bound as `{}`: set a name \
                     with `#[host(name = \"…\")]`",
                    name.value()
                ),
            ));
        }
    }
}
