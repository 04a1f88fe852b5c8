//! The derive `HostValue`.

mod fields;

use crate::crate_path::crate_path;
use fields::Directions;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DataEnum, DeriveInput, Error, Field, Fields, Generics, Ident, Member, Path,
    Result, Token, Type,
};

/// How a value is passed.
#[derive(Default)]
struct Options {
    /// As an address of its layout in the guest's memory.
    pointer: Option<Span>,
    /// From WebAssembly to the host only, or also.
    from_wasm: Option<Span>,
    /// From the host to WebAssembly only, or also.
    into_wasm: Option<Span>,
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
                let span = Some(meta.path.span());
                if meta.path.is_ident("pointer") {
                    options.pointer = span;
                } else if meta.path.is_ident("from_wasm") {
                    options.from_wasm = span;
                } else if meta.path.is_ident("into_wasm") {
                    options.into_wasm = span;
                } else if meta.path.is_ident("crate") {
                    options.crate_path = Some(meta.value()?.parse()?);
                } else {
                    return Err(meta.error(
                        "unknown option of `HostValue`: expected `from_wasm`, `into_wasm`, \
                         `pointer` or `crate = path`",
                    ));
                }
                Ok(())
            })?;
        }
        Ok(options)
    }

    /// Returns the directions in which a struct is passed by its fields.
    fn directions(&self) -> Directions {
        let is_both = self.from_wasm.is_some() == self.into_wasm.is_some();
        Directions {
            from_wasm: is_both || self.from_wasm.is_some(),
            into_wasm: is_both || self.into_wasm.is_some(),
        }
    }
}

/// Expands the derive.
pub fn expand(item: DeriveInput) -> Result<TokenStream> {
    let options = Options::of(&item.attrs)?;
    let krate = crate_path(options.crate_path.clone());
    let name = &item.ident;
    let is_by_fields = matches!(item.data, Data::Struct(_)) && options.pointer.is_none();
    if !is_by_fields {
        check_whole(&options, &item.generics)?;
    }
    match (&item.data, options.pointer) {
        (Data::Struct(data), None) => {
            let directions = options.directions();
            fields::expand(&krate, name, &item.generics, &data.fields, directions)
        }
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

/// Refuses what a value that isn't passed by its fields can't have.
fn check_whole(options: &Options, generics: &Generics) -> Result<()> {
    if let Some(span) = options.from_wasm.or(options.into_wasm) {
        return Err(Error::new(
            span,
            "`from_wasm` and `into_wasm` are options of a struct that is passed by its fields",
        ));
    }
    if !generics.params.is_empty() {
        return Err(Error::new_spanned(
            generics,
            "only a struct that is passed by its fields can have parameters: write out the type",
        ));
    }
    Ok(())
}

/// Refuses options of a field, which would have no effect.
fn check_field(field: &Field) -> Result<()> {
    match field.attrs.iter().find(|it| it.path().is_ident("host")) {
        None => Ok(()),
        Some(attribute) => Err(Error::new_spanned(
            attribute,
            "a field of a `HostValue` has no options: all fields are passed, as their types say",
        )),
    }
}

/// Refuses fields that borrow.
fn check_owned(field: &Field) -> Result<()> {
    match &field.ty {
        Type::Reference(ty) => Err(Error::new_spanned(
            ty,
            "a field of a `HostValue` that the host gets can't be a reference: use an owned type, \
             such as a `String` or a `Vec`, or give the struct the option `into_wasm`",
        )),
        _ => Ok(()),
    }
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
    span: Span,
) -> Result<TokenStream> {
    fields.iter().try_for_each(check_field)?;
    fields.iter().try_for_each(check_owned)?;
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
            #(let _: *const #types = &raw const *#names;)*
        };

        // Nothing is defined here that the types of the fields might name.
        const _: () = #krate::bind::private::assert_no_padding::<#name>(
            0 #(+ #krate::bind::private::size_of_element::<#types>())*,
            #padding,
        );

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
    let name_text = name.to_string();
    let does_not_fit = format!("the number of a variant of `{name}` doesn't fit into `{repr}`");
    Ok(quote! {
        const _: () = {
            #(#krate::bind::private::core::assert!(
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
                types: &mut #krate::bind::private::std::vec::Vec<#krate::ValType>,
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
                        return #krate::Result::Ok(#name::#variants);
                    }
                )*
                #krate::Result::Err(#krate::bind::private::unknown_variant(
                    #name_text,
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
                types: &mut #krate::bind::private::std::vec::Vec<#krate::ValType>,
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

        #[automatically_derived]
        impl #krate::bind::Constant for #name {
            fn into_val(self, abi: &#krate::bind::Abi) -> #krate::Result<#krate::Val> {
                #krate::bind::Constant::into_val(self as #repr, abi)
            }
        }
    })
}
