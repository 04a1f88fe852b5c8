//! The derives of components' types, and `flags!`.
//!
//! Their code calls `component::__internal` of `libwasmtime`.

mod flags;
mod input;
mod name;

pub use flags::expand as flags;

use input::{Case, Input, Kind};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Generics, Result, TypeParamBound, parse_quote};

/// Which trait is derived.
#[derive(Clone, Copy)]
pub enum Derive {
    ComponentType,
    Lift,
    Lower,
}

/// Expands a derive to the implementation of the trait, or to the error.
pub fn derive(derive: Derive, item: TokenStream) -> TokenStream {
    let expanded =
        syn::parse2::<DeriveInput>(item).and_then(|item| expand(derive, &Input::of(&item)?));
    expanded.unwrap_or_else(|error| error.to_compile_error())
}

fn expand(derive: Derive, input: &Input<'_>) -> Result<TokenStream> {
    let path = &input.path;
    let internal = quote!(#path::component::__internal);
    let (name, body) = match derive {
        Derive::ComponentType => (quote!(ComponentType), component_type(input, &internal)),
        Derive::Lift => (quote!(Lift), lift(input, &internal)),
        Derive::Lower => (quote!(Lower), lower(input, &internal)),
    };
    let bound: TypeParamBound = parse_quote!(#path::component::#name);
    let generics = bounded(input.generics, &bound);
    let (params, args, bounds) = generics.split_for_impl();
    let ty = input.ident;
    Ok(quote! {
        // SAFETY: what is compared, written and read are the fields or cases of the type, in
        // their order and with their names.
        #[automatically_derived]
        unsafe impl #params #path::component::#name for #ty #args #bounds {
            #body
        }
    })
}

/// Returns the generics, with a bound on each type parameter.
fn bounded(generics: &Generics, bound: &TypeParamBound) -> Generics {
    let mut generics = generics.clone();
    for param in generics.type_params_mut() {
        param.bounds.push(bound.clone());
    }
    generics
}

fn component_type(input: &Input<'_>, internal: &TokenStream) -> TokenStream {
    let path = &input.path;
    let size = |ty: &syn::Type| {
        quote! {(
            <#ty as #path::component::ComponentType>::SIZE32,
            <#ty as #path::component::ComponentType>::ALIGN32,
        )}
    };
    match &input.kind {
        Kind::Record(fields) => {
            let names = fields.iter().map(|field| &field.name);
            let types: Vec<_> = fields.iter().map(|field| field.ty).collect();
            let sizes = types.iter().map(|ty| size(ty));
            quote! {
                const SIZE32: usize = #internal::record_size(&[#(#sizes),*]);
                const ALIGN32: u32 = #internal::record_align(&[
                    #(<#types as #path::component::ComponentType>::ALIGN32),*
                ]);

                fn typecheck(
                    ty: &#path::component::Type,
                    cx: &#internal::InstanceType<'_>,
                ) -> ::core::result::Result<(), #internal::TypeMismatch> {
                    #internal::typecheck_record(ty, cx, &[
                        #((#names, <#types as #path::component::ComponentType>::typecheck)),*
                    ])
                }
            }
        }
        Kind::Variant(cases) => {
            let names = cases.iter().map(|case| &case.name);
            let payloads = cases.iter().map(|case| match case.payload {
                Some(ty) => quote!(#internal::typecheck_payload::<#ty>),
                None => quote!(#internal::typecheck_payload::<()>),
            });
            let sizes: Vec<_> = cases
                .iter()
                .map(|case| case.payload.map_or_else(|| quote!((0, 1)), size))
                .collect();
            quote! {
                const SIZE32: usize = #internal::variant_size(&[#(#sizes),*]);
                const ALIGN32: u32 = #internal::variant_align(&[#(#sizes),*]);

                fn typecheck(
                    ty: &#path::component::Type,
                    cx: &#internal::InstanceType<'_>,
                ) -> ::core::result::Result<(), #internal::TypeMismatch> {
                    #internal::typecheck_variant(ty, cx, &[#((#names, #payloads)),*])
                }
            }
        }
        Kind::Enum(cases) => {
            let names = cases.iter().map(|case| &case.name);
            let len = cases.len();
            quote! {
                const SIZE32: usize = #internal::variant_size(&[(0, 1); #len]);
                const ALIGN32: u32 = #internal::variant_align(&[(0, 1); #len]);

                fn typecheck(
                    ty: &#path::component::Type,
                    _: &#internal::InstanceType<'_>,
                ) -> ::core::result::Result<(), #internal::TypeMismatch> {
                    #internal::typecheck_enum(ty, &[#(#names),*])
                }
            }
        }
    }
}

fn lift(input: &Input<'_>, internal: &TokenStream) -> TokenStream {
    let path = &input.path;
    let body = match &input.kind {
        Kind::Record(fields) => {
            let idents = fields.iter().map(|field| field.ident);
            let types = fields.iter().map(|field| field.ty);
            let len = fields.len();
            // Without fields, neither is used or changed.
            let (mutable, unused) = match len {
                0 => (None, Some(quote!(_ = (record, cx);))),
                _ => (Some(quote!(mut)), None),
            };
            quote! {
                let #mutable record = #internal::RecordReader::new(val, #len)?;
                let lifted = Self { #(#idents: record.field::<#types>(cx)?),* };
                #unused
                ::core::result::Result::Ok(lifted)
            }
        }
        Kind::Variant(cases) => {
            let arms = cases.iter().map(
                |Case {
                     ident,
                     name,
                     payload,
                 }| match payload {
                    Some(ty) => {
                        quote!(#name => Self::#ident(#internal::lift_payload::<#ty>(cx, payload)?))
                    }
                    None => quote!(#name => Self::#ident),
                },
            );
            quote! {
                let (case, payload) = #internal::lift_case(val)?;
                _ = (&cx, &payload);
                ::core::result::Result::Ok(match case {
                    #(#arms,)*
                    case => return ::core::result::Result::Err(#internal::unknown_case(case)),
                })
            }
        }
        Kind::Enum(cases) => {
            let arms = cases
                .iter()
                .map(|Case { ident, name, .. }| quote!(#name => Self::#ident));
            quote! {
                _ = cx;
                ::core::result::Result::Ok(match #internal::lift_enum(val)? {
                    #(#arms,)*
                    case => return ::core::result::Result::Err(#internal::unknown_case(case)),
                })
            }
        }
    };
    quote! {
        fn lift(
            cx: &mut #internal::LiftContext<'_>,
            val: &#internal::OwnedComponentVal,
        ) -> #path::Result<Self> {
            #body
        }
    }
}

fn lower(input: &Input<'_>, internal: &TokenStream) -> TokenStream {
    let path = &input.path;
    let body = match &input.kind {
        Kind::Record(fields) => {
            let idents = fields.iter().map(|field| field.ident);
            let names = fields.iter().map(|field| &field.name);
            let types = fields.iter().map(|field| field.ty);
            let len = fields.len();
            let mutable = (len > 0).then(|| quote!(mut));
            quote! {
                _ = &cx;
                let #mutable record = #internal::RecordWriter::new(#len);
                #(record.field::<#types>(cx, #names, &self.#idents)?;)*
                ::core::result::Result::Ok(record.finish())
            }
        }
        Kind::Variant(cases) => {
            let arms = cases.iter().map(|Case { ident, name, payload }| match payload {
                Some(ty) => {
                    quote!(Self::#ident(payload) => #internal::lower_case::<#ty>(cx, #name, payload)?)
                }
                None => quote!(Self::#ident => #internal::lower_empty_case(#name)),
            });
            quote! {
                _ = &cx;
                ::core::result::Result::Ok(match self { #(#arms,)* })
            }
        }
        Kind::Enum(cases) => {
            let arms = cases
                .iter()
                .map(|Case { ident, name, .. }| quote!(Self::#ident => #name));
            quote! {
                _ = cx;
                ::core::result::Result::Ok(#internal::lower_enum(match self { #(#arms,)* }))
            }
        }
    };
    quote! {
        fn lower(
            &self,
            cx: &mut #internal::LowerContext<'_>,
        ) -> #path::Result<#internal::OwnedComponentVal> {
            #body
        }
    }
}
