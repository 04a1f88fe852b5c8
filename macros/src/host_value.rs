//! The derive `HostValue`.

use crate::crate_path::crate_path;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DataEnum, DeriveInput, Error, Field, Fields, Ident, Index, Member, Path,
    Result, Token, Type,
};

/// How a value is passed.
#[derive(Default)]
struct Options {
    /// As an address of its layout in the guest's memory.
    pointer: Option<proc_macro2::Span>,
    crate_path: Option<Path>,
}

impl Options {
    fn of(attributes: &[Attribute]) -> Result<Options> {
        let mut options = Options::default();
        for attribute in attributes {
            if !attribute.path().is_ident("host") {
                continue;
            }
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("pointer") {
                    options.pointer = Some(meta.path.span());
                } else if meta.path.is_ident("crate") {
                    options.crate_path = Some(meta.value()?.parse()?);
                } else {
                    return Err(meta.error(
                        "unknown option of `HostValue`: expected `pointer` or `crate = path`",
                    ));
                }
                Ok(())
            })?;
        }
        Ok(options)
    }
}

/// Expands the derive.
pub fn expand(item: DeriveInput) -> Result<TokenStream> {
    let options = Options::of(&item.attrs)?;
    let krate = crate_path(options.crate_path);
    if !item.generics.params.is_empty() {
        return Err(Error::new_spanned(
            &item.generics,
            "`HostValue` can't be derived for a type with parameters: write out the type",
        ));
    }
    let name = &item.ident;
    match (&item.data, options.pointer) {
        (Data::Struct(data), None) => fields(&krate, name, &data.fields),
        (Data::Struct(data), Some(span)) => pointer(&krate, name, &data.fields, &item.attrs, span),
        (Data::Enum(data), None) => number(&krate, name, data, &item.attrs),
        (Data::Enum(_), Some(span)) => Err(Error::new(
            span,
            "only a struct can be passed by pointer: not every number is a value of an enum",
        )),
        (Data::Union(data), _) => Err(Error::new_spanned(
            data.union_token,
            "`HostValue` can't be derived for a union: use a struct or an enum",
        )),
    }
}

/// Refuses fields that borrow.
fn check_field(field: &Field) -> Result<()> {
    match &field.ty {
        Type::Reference(ty) => Err(Error::new_spanned(
            ty,
            "a field of a `HostValue` can't be a reference: use an owned type, such as a `String` \
             or a `Vec`",
        )),
        _ => Ok(()),
    }
}

/// A struct that is passed by its fields.
fn fields(krate: &Path, name: &Ident, fields: &Fields) -> Result<TokenStream> {
    fields.iter().try_for_each(check_field)?;
    let types: Vec<&Type> = fields.iter().map(|field| &field.ty).collect();
    let members: Vec<Member> = fields.members().collect();
    let texts = members.iter().map(|member| {
        let member = match member {
            Member::Named(name) => name.to_string(),
            Member::Unnamed(index) => index.index.to_string(),
        };
        format!("field `{member}` of `{name}`")
    });
    let indices = (0..types.len()).map(Index::from);
    Ok(quote! {
        #[automatically_derived]
        // SAFETY: the fields are read one after the other.
        unsafe impl #krate::bind::FromWasm for #name {
            const NEEDS_STORE: bool =
                false #(|| <#types as #krate::bind::FromWasm>::NEEDS_STORE)*;
            const NEEDS_MEMORY: bool =
                false #(|| <#types as #krate::bind::FromWasm>::NEEDS_MEMORY)*;

            #[allow(unused_variables)]
            fn valtypes(
                abi: &#krate::bind::Abi,
                types: &mut ::std::vec::Vec<#krate::ValType>,
            ) {
                #(<#types as #krate::bind::FromWasm>::valtypes(abi, types);)*
            }

            #[inline]
            #[allow(unused_variables)]
            unsafe fn read<__Form: #krate::bind::private::Form>(
                args: &mut #krate::bind::private::Args<'_, __Form>,
            ) -> #krate::Result<Self> {
                ::core::result::Result::Ok(#name {
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

        #[automatically_derived]
        // SAFETY: the fields are written one after the other.
        unsafe impl #krate::bind::IntoWasm for #name {
            type Prepared = (#(<#types as #krate::bind::IntoWasm>::Prepared,)*);
            const NEEDS_STORE: bool =
                false #(|| <#types as #krate::bind::IntoWasm>::NEEDS_STORE)*;
            const ALLOCATES: bool =
                false #(|| <#types as #krate::bind::IntoWasm>::ALLOCATES)*;

            #[allow(unused_variables)]
            fn valtypes(
                abi: &#krate::bind::Abi,
                types: &mut ::std::vec::Vec<#krate::ValType>,
            ) {
                #(<#types as #krate::bind::IntoWasm>::valtypes(abi, types);)*
            }

            #[allow(unused_variables)]
            fn allocations(&self, each: &mut dyn ::core::ops::FnMut(usize, usize)) {
                #(<#types as #krate::bind::IntoWasm>::allocations(&self.#members, each);)*
            }

            #[inline]
            #[allow(unused_variables)]
            fn prepare(
                self,
                guest: &mut #krate::bind::private::Guest<'_>,
            ) -> #krate::Result<Self::Prepared> {
                ::core::result::Result::Ok((
                    #(<#types as #krate::bind::IntoWasm>::prepare(self.#members, guest)?,)*
                ))
            }

            #[inline]
            #[allow(unused_variables)]
            unsafe fn write<__Form: #krate::bind::private::Form>(
                prepared: &Self::Prepared,
                results: &mut #krate::bind::private::Writer<'_, __Form>,
            ) -> #krate::Result<()> {
                #(
                    // SAFETY: the places are next, as this function requires.
                    unsafe {
                        <#types as #krate::bind::IntoWasm>::write(&prepared.#indices, results)?
                    };
                )*
                ::core::result::Result::Ok(())
            }
        }
    })
}

/// Returns the integer type and the other words of `#[repr]`.
fn reprs(attributes: &[Attribute]) -> Result<Vec<Ident>> {
    let mut words = Vec::new();
    for attribute in attributes {
        if attribute.path().is_ident("repr") {
            let list =
                attribute.parse_args_with(Punctuated::<syn::Meta, Token![,]>::parse_terminated)?;
            words.extend(
                list.iter()
                    .filter_map(|meta| meta.path().get_ident().cloned()),
            );
        }
    }
    Ok(words)
}

/// A struct that is passed as an address.
fn pointer(
    krate: &Path,
    name: &Ident,
    fields: &Fields,
    attributes: &[Attribute],
    span: proc_macro2::Span,
) -> Result<TokenStream> {
    fields.iter().try_for_each(check_field)?;
    let reprs = reprs(attributes)?;
    if !reprs
        .iter()
        .any(|word| word == "C" || word == "transparent")
        || reprs.iter().any(|word| word == "packed")
    {
        return Err(Error::new(
            span,
            "a struct that is passed by pointer has the layout that the guest expects: add \
             `#[repr(C)]`, without `packed`",
        ));
    }
    let types: Vec<&Type> = fields.iter().map(|field| &field.ty).collect();
    let padding =
        format!("`{name}` has padding, whose bytes have no value: add fields in its place");
    let assert_element = format_ident!("assert_element");
    let members: Vec<Member> = fields.members().collect();
    let names: Vec<Ident> = (0..types.len())
        .map(|number| format_ident!("field{number}"))
        .collect();
    Ok(quote! {
        // Another attribute of the struct may change its fields after this derive has seen them.
        // The pattern names all fields, and a raw pointer isn't coerced to one of another type.
        #[allow(unused_variables, non_snake_case)]
        const _: fn(&#name) = |value| {
            let #name { #(#members: #names),* } = value;
            #(let _: *const #types = ::core::ptr::addr_of!(*#names);)*
        };

        const _: () = {
            const fn #assert_element<__Element: #krate::bind::Element>() -> usize {
                ::core::mem::size_of::<__Element>()
            }
            let size = 0 #(+ #assert_element::<#types>())*;
            ::core::assert!(size == ::core::mem::size_of::<#name>(), #padding);
        };

        #[automatically_derived]
        // SAFETY: all fields are, and there is no padding, as was asserted above.
        unsafe impl #krate::bind::Element for #name {}

        #krate::__by_pointer!(#name);
    })
}

/// An enum that is passed as a number.
fn number(
    krate: &Path,
    name: &Ident,
    data: &DataEnum,
    attributes: &[Attribute],
) -> Result<TokenStream> {
    const INTEGERS: [&str; 10] = [
        "u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "usize", "isize",
    ];
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new_spanned(
                variant,
                "an enum is passed as a number, so its variants can't have data",
            ));
        }
    }
    if data.variants.is_empty() {
        return Err(Error::new_spanned(
            name,
            "an enum without variants has no values",
        ));
    }
    let repr = reprs(attributes)?
        .into_iter()
        .find(|word| INTEGERS.iter().any(|integer| word == integer))
        .unwrap_or_else(|| Ident::new("i32", name.span()));
    let variants: Vec<&Ident> = data.variants.iter().map(|variant| &variant.ident).collect();
    let known = variants.iter().map(|variant| format!("{variant}"));
    let expected = format!("a `{name}`, which is");
    let does_not_fit = format!("the number of a variant of `{name}` doesn't fit into `{repr}`");
    Ok(quote! {
        const _: () = {
            #(::core::assert!(
                #name::#variants as i128 == #name::#variants as #repr as i128,
                #does_not_fit
            );)*
        };

        #[automatically_derived]
        // SAFETY: one number is read.
        unsafe impl #krate::bind::FromWasm for #name {
            const NEEDS_STORE: bool = <#repr as #krate::bind::FromWasm>::NEEDS_STORE;

            fn valtypes(
                abi: &#krate::bind::Abi,
                types: &mut ::std::vec::Vec<#krate::ValType>,
            ) {
                <#repr as #krate::bind::FromWasm>::valtypes(abi, types);
            }

            #[inline]
            unsafe fn read<__Form: #krate::bind::private::Form>(
                args: &mut #krate::bind::private::Args<'_, __Form>,
            ) -> #krate::Result<Self> {
                // SAFETY: the value is next, as this function requires.
                let found = unsafe { <#repr as #krate::bind::FromWasm>::read(args)? };
                #(
                    if found == #name::#variants as #repr {
                        return ::core::result::Result::Ok(#name::#variants);
                    }
                )*
                ::core::result::Result::Err(#krate::bind::private::unknown_variant(
                    #expected,
                    &[#((#known, #name::#variants as i128)),*],
                    found as i128,
                ))
            }
        }

        #[automatically_derived]
        // SAFETY: one number is written.
        unsafe impl #krate::bind::IntoWasm for #name {
            type Prepared = <#repr as #krate::bind::IntoWasm>::Prepared;
            const NEEDS_STORE: bool = <#repr as #krate::bind::IntoWasm>::NEEDS_STORE;

            fn valtypes(
                abi: &#krate::bind::Abi,
                types: &mut ::std::vec::Vec<#krate::ValType>,
            ) {
                <#repr as #krate::bind::IntoWasm>::valtypes(abi, types);
            }

            #[inline]
            fn prepare(
                self,
                guest: &mut #krate::bind::private::Guest<'_>,
            ) -> #krate::Result<Self::Prepared> {
                <#repr as #krate::bind::IntoWasm>::prepare(self as #repr, guest)
            }

            #[inline]
            unsafe fn write<__Form: #krate::bind::private::Form>(
                prepared: &Self::Prepared,
                results: &mut #krate::bind::private::Writer<'_, __Form>,
            ) -> #krate::Result<()> {
                // SAFETY: the place is next, as this function requires.
                unsafe { <#repr as #krate::bind::IntoWasm>::write(prepared, results) }
            }
        }
    })
}
