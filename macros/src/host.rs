//! The attribute `host`: an `impl` block or a trait whose functions are bound, or one function.
//!
//! It leaves the block as it is and adds an `impl Bind`, which calls the builder `HostModule` for
//! each function. After a mistake, the functions that are right are still bound, so that only the
//! mistake is reported, and not also that the type can't be bound.

pub mod binding;
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
use syn::{
    Attribute, Error, Generics, Ident, ImplItem, Item, ItemFn, ItemImpl, ItemTrait, Path,
    Signature, TraitItem, Type, parse_quote,
};

/// Returns the block, and the code that binds its functions.
pub fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let expanded = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Impl(block)) => expand_impl(attribute, block, &mut errors),
        Ok(Item::Trait(block)) => expand_trait(attribute, block, &mut errors),
        Ok(Item::Fn(function)) => expand_fn(attribute, function, &mut errors),
        Ok(_) => {
            errors.push(Error::new(
                Span::call_site(),
                "`host` is put on an `impl` block, a trait or a function: put the functions of a \
                 module into the `impl` block of a type, such as `struct Host;`",
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

/// Binds one function, as that of a type with the same name: types and functions have names of
/// their own.
fn expand_fn(attribute: TokenStream, mut item: ItemFn, errors: &mut Errors) -> TokenStream {
    let options: Options = errors.of(syn::parse2(attribute)).unwrap_or_default();
    if let Some(receiver) = item.sig.receiver() {
        errors.push(Error::new_spanned(
            receiver,
            "a method is bound with its type: put `host` on the `impl` block",
        ));
        return item.into_token_stream();
    }
    if options.object {
        errors.push(Error::new(
            Span::call_site(),
            "`object` is an option of the `impl` block of a type",
        ));
    }
    let item_options = ItemOptions::take(&mut item.attrs, errors);
    if item_options.skip {
        errors.push(Error::new_spanned(
            &item.sig.ident,
            "a function that is left out needs no attribute `host`",
        ));
    }
    let ident = &item.sig.ident;
    let self_ty = parse_quote!(#ident);
    let mut binding = Binding::new(&options, &self_ty, &Generics::default(), &item.attrs);
    let name = options.name.clone();
    let name = name.unwrap_or_else(|| item_options.name(ident, options.rename_all));
    if let Some(function) = Function::new(&item.sig, &self_ty, errors) {
        binding.add(name, &[], BoundItem::Free(Box::new(function)), errors);
    }
    let (attributes, vis) = (binding.attributes(), &item.vis);
    let docs = format!("The function [`{ident}`](fn@{ident}), as a type that is bound.");
    let mut expanded = quote::quote! {
        #item

        #[doc = #docs]
        #(#attributes)*
        #[allow(missing_debug_implementations, non_camel_case_types)]
        #vis enum #ident {}
    };
    binding.to_tokens(&mut expanded);
    expanded
}

fn expand_impl(attribute: TokenStream, mut block: ItemImpl, errors: &mut Errors) -> TokenStream {
    let options = Options::of_block(attribute, errors);
    if let Some((_, path, _)) = &block.trait_ {
        errors.push(Error::new_spanned(
            path,
            "`host` is put on an `impl` block without a trait, or on the trait itself, whose \
             functions are then those of a `dyn Trait`",
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
    let mut binding = Binding::new(&options, &block.self_ty, &block.generics, &block.attrs);
    bind_items(&mut binding, &options, &mut block.items, errors);
    let mut expanded = block.into_token_stream();
    binding.to_tokens(&mut expanded);
    expanded
}

fn expand_trait(attribute: TokenStream, mut block: ItemTrait, errors: &mut Errors) -> TokenStream {
    let options = Options::of_block(attribute, errors);
    let ident = &block.ident;
    let self_ty = parse_quote!(dyn #ident);
    if !block.generics.params.is_empty() {
        errors.push(Error::new_spanned(
            &block.generics,
            "a trait whose functions are bound has no parameters, as they are those of a `dyn \
             Trait`: put `host` on an `impl dyn Trait<…>` block",
        ));
    }
    let mut binding = Binding::new(&options, &self_ty, &Generics::default(), &block.attrs);
    bind_items(&mut binding, &options, &mut block.items, errors);
    let mut expanded = block.into_token_stream();
    // After a mistake, there may be no trait objects.
    if errors.is_empty() {
        binding.to_tokens(&mut expanded);
    }
    expanded
}

/// An item of a block or of a trait that can be bound.
trait BoundItems {
    /// Whether functions are called on a trait object.
    const IS_TRAIT: bool;

    /// Returns the attributes of an item, and the item.
    fn parts(&mut self) -> Option<(&mut Vec<Attribute>, Part<'_>)>;
}

/// An item of a block or of a trait.
enum Part<'i> {
    Fn(&'i Signature),
    Const(&'i Ident, &'i Type),
    Macro(&'i Path),
}

macro_rules! bound_items {
    ($($item:ident: $is_trait:literal;)*) => {$(
        impl BoundItems for $item {
            const IS_TRAIT: bool = $is_trait;

            fn parts(&mut self) -> Option<(&mut Vec<Attribute>, Part<'_>)> {
                match self {
                    $item::Fn(item) => Some((&mut item.attrs, Part::Fn(&item.sig))),
                    $item::Const(item) => {
                        Some((&mut item.attrs, Part::Const(&item.ident, &item.ty)))
                    }
                    $item::Macro(item) => Some((&mut item.attrs, Part::Macro(&item.mac.path))),
                    _ => None,
                }
            }
        }
    )*};
}

bound_items! {
    ImplItem: false;
    TraitItem: true;
}

/// Takes the helper attributes off the items, and binds those that aren't skipped.
fn bind_items<I: BoundItems>(
    binding: &mut Binding,
    options: &Options,
    items: &mut [I],
    errors: &mut Errors,
) {
    let mut names = Names::default();
    for item in items {
        let Some((attributes, part)) = item.parts() else {
            continue;
        };
        let item_options = ItemOptions::take(attributes, errors);
        if item_options.skip {
            continue;
        }
        let (ident, bound) = match part {
            Part::Fn(signature) => {
                if I::IS_TRAIT && errors.of(check_dispatch(signature)).is_none() {
                    continue;
                }
                let function = Function::new(signature, binding.self_ty(), errors);
                let bound = function.map(|function| BoundItem::Function(Box::new(function)));
                (&signature.ident, bound)
            }
            Part::Const(ident, ty) => {
                let constant = Constant {
                    ident: ident.clone(),
                    ty: ty.clone(),
                };
                (ident, Some(BoundItem::Constant(Box::new(constant))))
            }
            Part::Macro(path) => {
                errors.push(Error::new_spanned(
                    path,
                    "`host` doesn't see the functions that a macro defines: call the macro in an \
                     `impl` block of its own",
                ));
                continue;
            }
        };
        let name = item_options.name(ident, options.rename_all);
        if !attributes.iter().any(|it| it.path().is_ident("cfg")) {
            names.add(&name, errors);
        }
        if let Some(bound) = bound {
            binding.add(name, attributes, bound, errors);
        }
    }
}

/// Returns an error if a function of a trait can't be called on a trait object.
fn check_dispatch(signature: &Signature) -> syn::Result<()> {
    if let Some(asyncness) = &signature.asyncness {
        return Err(Error::new_spanned(
            asyncness,
            "an `async fn` of a trait can't be called on a `dyn Trait`, which is what is bound: \
             write a type with an `impl` block",
        ));
    }
    if signature.receiver().is_none() {
        return Err(Error::new_spanned(
            &signature.ident,
            "a function without `self` can't be called on a `dyn Trait`, which is what is bound: \
             leave it out with `#[host(skip)]`, and add `where Self: Sized`",
        ));
    }
    Ok(())
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
