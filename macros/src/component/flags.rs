//! The macro `flags!`.

use super::input::component_attributes;
use super::name::Names;
use crate::crate_path::crate_path;
use crate::host::errors::Errors;
use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, Path, Result, Token, braced};

/// `[path] Name { #[component(name = "…")] const A; … }`
struct Flags {
    path: Path,
    ident: Ident,
    flags: Vec<Flag>,
}

struct Flag {
    ident: Ident,
    name: String,
}

impl Parse for Flags {
    fn parse(input: ParseStream<'_>) -> Result<Flags> {
        let path = if input.peek(syn::token::Bracket) {
            let content;
            syn::bracketed!(content in input);
            Some(content.parse()?)
        } else {
            None
        };
        let ident = type_name(input)?;
        let content;
        braced!(content in input);
        let (mut names, mut errors) = (Names::of("flags of a type"), Errors::default());
        let mut flags = Vec::new();
        while !content.is_empty() {
            let (attributes, ident) = constant(&content)?;
            if let Some(name) = errors.of(names.add(component_attributes(&attributes), &ident)) {
                flags.push(Flag { ident, name });
            }
        }
        errors.into_result()?;
        Ok(Flags {
            path: crate_path(path),
            ident,
            flags,
        })
    }
}

/// Reads the name of the type, which braces follow.
fn type_name(input: ParseStream<'_>) -> Result<Ident> {
    let is_name = input.peek(Ident) && input.peek2(syn::token::Brace);
    match is_name {
        true => input.parse(),
        false => Err(input.error(
            "expected the name of the type and the flags in braces, as in `Access { const READ; }`, \
             without `struct` and `pub`",
        )),
    }
}

/// Reads `const READ;`.
fn constant(input: ParseStream<'_>) -> Result<(Vec<Attribute>, Ident)> {
    let attributes = input.call(Attribute::parse_outer)?;
    if !input.peek(Token![const]) {
        return Err(input.error("expected a flag: `const READ;`"));
    }
    input.parse::<Token![const]>()?;
    let ident: Ident = input.parse()?;
    if !input.is_empty() && !input.peek(Token![;]) {
        let message = format!("expected `const {ident};`: a flag has a name alone");
        return Err(input.error(message));
    }
    input.parse::<Option<Token![;]>>()?;
    Ok((attributes, ident))
}

/// Expands the macro to the type, or to the error.
pub fn expand(input: TokenStream) -> TokenStream {
    match syn::parse2(input) {
        Ok(flags) => define(&flags),
        Err(error) => error.to_compile_error(),
    }
}

fn define(Flags { path, ident, flags }: &Flags) -> TokenStream {
    let internal = quote!(#path::component::__internal);
    let len = flags.len();
    let words = len.div_ceil(32);
    // Of the last word, the bits that have no flag are never set.
    let used = (0..words).map(|word| match len - 32 * word {
        32.. => Literal::u32_unsuffixed(u32::MAX),
        left => Literal::u32_unsuffixed((1 << left) - 1),
    });
    let names = flags.iter().map(|flag| &flag.name);
    let rust_names = flags.iter().map(|flag| flag.ident.to_string());
    let constants = flags.iter().enumerate().map(|(i, flag)| {
        let bits = (0..words).map(|word| match i / 32 == word {
            true => Literal::u32_unsuffixed(1 << (i % 32)),
            false => Literal::u32_unsuffixed(0),
        });
        let (constant, doc) = (&flag.ident, format!("The flag `{}`.", flag.name));
        quote! {
            #[doc = #doc]
            pub const #constant: Self = Self { words: [#(#bits),*] };
        }
    });
    let operators = [
        (
            quote!(BitOr),
            quote!(bitor),
            quote!(BitOrAssign),
            quote!(bitor_assign),
            quote!(|=),
        ),
        (
            quote!(BitAnd),
            quote!(bitand),
            quote!(BitAndAssign),
            quote!(bitand_assign),
            quote!(&=),
        ),
        (
            quote!(BitXor),
            quote!(bitxor),
            quote!(BitXorAssign),
            quote!(bitxor_assign),
            quote!(^=),
        ),
    ];
    let operators =
        operators
            .iter()
            .map(|(operator, method, assign, assign_method, assign_symbol)| {
                quote! {
                    impl ::core::ops::#operator for #ident {
                        type Output = #ident;

                        fn #method(mut self, other: #ident) -> #ident {
                            self #assign_symbol other;
                            self
                        }
                    }

                    impl ::core::ops::#assign for #ident {
                        fn #assign_method(&mut self, other: #ident) {
                            for (word, other) in self.words.iter_mut().zip(other.words) {
                                *word #assign_symbol other;
                            }
                        }
                    }
                }
            });
    let name = ident.to_string();
    let doc = match len {
        0 => "Flags of a component, of which there are none.".to_owned(),
        _ => format!(
            "Flags of a component: `{}`.",
            names.clone().cloned().collect::<Vec<_>>().join("`, `")
        ),
    };
    quote! {
        #[doc = #doc]
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct #ident {
            words: [u32; #words],
        }

        impl #ident {
            #(#constants)*

            const NAMES: [&'static str; #len] = [#(#names),*];
            const USED: [u32; #words] = [#(#used),*];

            /// Returns the flags as bits, in words of 32.
            pub fn as_array(&self) -> [u32; #words] {
                self.words
            }

            /// Returns no flags.
            pub fn empty() -> Self {
                Self { words: [0; #words] }
            }

            /// Returns all flags.
            pub fn all() -> Self {
                Self { words: Self::USED }
            }

            /// Reports whether all flags of the other are among these.
            pub fn contains(&self, other: Self) -> bool {
                *self & other == other
            }

            /// Reports whether some flag of the other is among these.
            pub fn intersects(&self, other: Self) -> bool {
                *self & other != Self::empty()
            }
        }

        impl ::core::default::Default for #ident {
            fn default() -> #ident {
                #ident::empty()
            }
        }

        impl ::core::fmt::Debug for #ident {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #internal::format_flags(f, #name, &[#(#rust_names),*], &self.words)
            }
        }

        #(#operators)*

        impl ::core::ops::Not for #ident {
            type Output = #ident;

            fn not(self) -> #ident {
                self ^ #ident::all()
            }
        }

        // SAFETY: what is compared, written and read are the flags, in their order and with their
        // names.
        const _: () = {
            unsafe impl #path::component::ComponentType for #ident {
                const SIZE32: usize = #internal::flags_size(#len);
                const ALIGN32: u32 = #internal::flags_align(#len);

                fn typecheck(
                    ty: &#path::component::Type,
                    _: &#internal::InstanceType<'_>,
                ) -> ::core::result::Result<(), #internal::TypeMismatch> {
                    #internal::typecheck_flags(ty, &#ident::NAMES)
                }
            }

            unsafe impl #path::component::Lower for #ident {
                fn lower(
                    &self,
                    _: &mut #internal::LowerContext<'_>,
                ) -> #path::Result<#internal::OwnedComponentVal> {
                    ::core::result::Result::Ok(#internal::lower_flags(&#ident::NAMES, &self.words))
                }
            }

            unsafe impl #path::component::Lift for #ident {
                fn lift(
                    _: &mut #internal::LiftContext<'_>,
                    val: &#internal::OwnedComponentVal,
                ) -> #path::Result<#ident> {
                    let mut flags = #ident::empty();
                    #internal::lift_flags(val, &#ident::NAMES, &mut flags.words)?;
                    ::core::result::Result::Ok(flags)
                }
            }
        };
    }
}
