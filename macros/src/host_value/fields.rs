//! Structs that are passed by their fields.

use super::{check_field, check_owned};
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Error, Fields, GenericParam, Generics, Ident, Index, Member, Path, Result, Type, parse_quote,
};

/// In which directions a struct is passed.
#[derive(Clone, Copy)]
pub struct Directions {
    pub from_wasm: bool,
    pub into_wasm: bool,
}

/// A struct that is passed by its fields.
struct Struct<'i> {
    krate: &'i Path,
    name: &'i Ident,
    generics: &'i Generics,
    types: Vec<&'i Type>,
    members: Vec<Member>,
    /// What errors call the fields.
    texts: Vec<String>,
}

/// Expands the derive for a struct.
pub fn expand(
    krate: &Path,
    name: &Ident,
    generics: &Generics,
    fields: &Fields,
    directions: Directions,
) -> Result<TokenStream> {
    fields.iter().try_for_each(check_field)?;
    if directions.from_wasm {
        fields.iter().try_for_each(check_owned)?;
        if let Some(lifetime) = generics.lifetimes().next() {
            return Err(Error::new_spanned(
                lifetime,
                "a `HostValue` that the host gets borrows nothing: use owned types, such as a \
                 `String` or a `Vec`, or give the struct the option `into_wasm`",
            ));
        }
    }
    let members: Vec<Member> = fields.members().collect();
    let texts = members.iter().map(|member| {
        let member = match member {
            Member::Named(name) => name.to_string(),
            Member::Unnamed(index) => index.index.to_string(),
        };
        format!("field `{member}` of `{name}`")
    });
    let item = Struct {
        krate,
        name,
        generics,
        types: fields.iter().map(|field| &field.ty).collect(),
        texts: texts.collect(),
        members,
    };
    let from_wasm = directions.from_wasm.then(|| item.impl_from_wasm());
    let into_wasm = directions.into_wasm.then(|| item.impl_into_wasm());
    Ok(quote!(#from_wasm #into_wasm))
}

/// Reports whether one of these words is in a type.
fn mentions(tokens: TokenStream, words: &[&Ident]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => words.contains(&&ident),
        TokenTree::Group(group) => mentions(group.stream(), words),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

impl Struct<'_> {
    /// Returns the parameters, where the types of fields that depend on them implement a trait.
    /// That the other types do isn't a condition, but an error if they don't.
    fn where_fields_are(&self, bound: &TokenStream) -> Generics {
        let mut generics = self.generics.clone();
        let params = self.generics.params.iter();
        let params: Vec<&Ident> = params
            .filter_map(|param| match param {
                GenericParam::Type(param) => Some(&param.ident),
                GenericParam::Const(param) => Some(&param.ident),
                GenericParam::Lifetime(_) => None,
            })
            .collect();
        let types = self.types.iter();
        let dependent = types.filter(|ty| mentions(ty.to_token_stream(), &params));
        let predicates = &mut generics.make_where_clause().predicates;
        predicates.extend(dependent.map(|ty| -> syn::WherePredicate { parse_quote!(#ty: #bound) }));
        generics
    }

    fn impl_from_wasm(&self) -> TokenStream {
        let Struct {
            krate,
            name,
            types,
            members,
            texts,
            ..
        } = self;
        let generics = self.where_fields_are(&quote!(#krate::bind::FromWasm));
        let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
        quote! {
            #[automatically_derived]
            // SAFETY: the fields are read one after the other.
            unsafe impl #impl_generics #krate::bind::FromWasm for #name #ty_generics #where_clause {
                const NEEDS_STORE: bool =
                    false #(|| <#types as #krate::bind::FromWasm>::NEEDS_STORE)*;
                const NEEDS_MEMORY: bool =
                    false #(|| <#types as #krate::bind::FromWasm>::NEEDS_MEMORY)*;

                #[allow(unused_variables)]
                fn valtypes(
                    abi: &#krate::bind::Abi,
                    types: &mut #krate::bind::private::std::vec::Vec<#krate::ValType>,
                ) {
                    #(<#types as #krate::bind::FromWasm>::valtypes(abi, types);)*
                }

                #[inline]
                #[allow(unused_variables)]
                unsafe fn read<__Form: #krate::bind::private::Form>(
                    args: &mut #krate::bind::private::Args<'_, __Form>,
                ) -> #krate::Result<Self> {
                    #krate::Result::Ok(#name {
                        #(
                            #members: #krate::bind::private::field(
                                // SAFETY: the values are next, as this function requires.
                                unsafe { <#types as #krate::bind::FromWasm>::read(args) },
                                #texts,
                            )?,
                        )*
                    })
                }
            }
        }
    }

    fn impl_into_wasm(&self) -> TokenStream {
        let Struct {
            krate,
            name,
            types,
            members,
            texts,
            ..
        } = self;
        let generics = self.where_fields_are(&quote!(#krate::bind::IntoWasm));
        let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
        let indices = (0..types.len()).map(Index::from);
        quote! {
            #[automatically_derived]
            // SAFETY: the fields are written one after the other.
            unsafe impl #impl_generics #krate::bind::IntoWasm for #name #ty_generics #where_clause {
                type Prepared = (#(<#types as #krate::bind::IntoWasm>::Prepared,)*);
                const NEEDS_STORE: bool =
                    false #(|| <#types as #krate::bind::IntoWasm>::NEEDS_STORE)*;
                const ALLOCATES: bool =
                    false #(|| <#types as #krate::bind::IntoWasm>::ALLOCATES)*;

                #[allow(unused_variables)]
                fn valtypes(
                    abi: &#krate::bind::Abi,
                    types: &mut #krate::bind::private::std::vec::Vec<#krate::ValType>,
                ) {
                    #(<#types as #krate::bind::IntoWasm>::valtypes(abi, types);)*
                }

                #[allow(unused_variables)]
                fn allocations(&self, each: &mut dyn #krate::bind::private::core::ops::FnMut(usize, usize)) {
                    #(<#types as #krate::bind::IntoWasm>::allocations(&self.#members, each);)*
                }

                #[inline]
                #[allow(unused_variables)]
                fn prepare(
                    self,
                    guest: &mut #krate::bind::private::Guest<'_>,
                ) -> #krate::Result<Self::Prepared> {
                    #krate::Result::Ok((
                        #(
                            #krate::bind::private::field(
                                <#types as #krate::bind::IntoWasm>::prepare(self.#members, guest),
                                #texts,
                            )?,
                        )*
                    ))
                }

                #[inline]
                #[allow(unused_variables)]
                unsafe fn write<__Form: #krate::bind::private::Form>(
                    prepared: &Self::Prepared,
                    results: &mut #krate::bind::private::Writer<'_, __Form>,
                ) -> #krate::Result<()> {
                    #(
                        #krate::bind::private::field(
                            // SAFETY: the places are next, as this function requires.
                            unsafe {
                                <#types as #krate::bind::IntoWasm>::write(
                                    &prepared.#indices,
                                    results,
                                )
                            },
                            #texts,
                        )?;
                    )*
                    #krate::Result::Ok(())
                }
            }
        }
    }
}
