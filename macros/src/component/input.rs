//! The type that a derive is on.

use crate::crate_path::crate_path;
use syn::parse::{Parse, ParseStream};
use syn::{
    Attribute, Data, DataEnum, DeriveInput, Error, Fields, Generics, Ident, LitStr, Path, Result,
    Token, Type,
};

mod keyword {
    syn::custom_keyword!(record);
    syn::custom_keyword!(variant);
    syn::custom_keyword!(flags);
    syn::custom_keyword!(name);
    syn::custom_keyword!(wasmtime_crate);
}

/// A type, as far as the derives need it.
pub struct Input<'a> {
    pub ident: &'a Ident,
    pub generics: &'a Generics,
    pub kind: Kind<'a>,
    /// The path of `libwasmtime`.
    pub path: Path,
}

/// What the type stands for.
pub enum Kind<'a> {
    Record(Vec<Field<'a>>),
    Variant(Vec<Case<'a>>),
    Enum(Vec<Case<'a>>),
}

/// A field of a record.
pub struct Field<'a> {
    pub ident: &'a Ident,
    /// The component's name.
    pub name: String,
    pub ty: &'a Type,
}

/// A case of a variant or an enum.
pub struct Case<'a> {
    pub ident: &'a Ident,
    /// The component's name.
    pub name: String,
    pub payload: Option<&'a Type>,
}

/// An attribute on the type.
enum TypeOption {
    Style(Style),
    Crate(Path),
}

#[derive(Clone, Copy)]
enum Style {
    Record,
    Variant,
    Enum,
}

impl Parse for TypeOption {
    fn parse(input: ParseStream<'_>) -> Result<TypeOption> {
        let next = input.lookahead1();
        if next.peek(keyword::record) {
            input.parse::<keyword::record>()?;
            Ok(TypeOption::Style(Style::Record))
        } else if next.peek(keyword::variant) {
            input.parse::<keyword::variant>()?;
            Ok(TypeOption::Style(Style::Variant))
        } else if next.peek(Token![enum]) {
            input.parse::<Token![enum]>()?;
            Ok(TypeOption::Style(Style::Enum))
        } else if next.peek(keyword::wasmtime_crate) {
            input.parse::<keyword::wasmtime_crate>()?;
            input.parse::<Token![=]>()?;
            Ok(TypeOption::Crate(input.parse()?))
        } else if input.peek(keyword::flags) {
            Err(input.error("flags are defined by the macro `component::flags!`"))
        } else {
            Err(next.error())
        }
    }
}

impl<'a> Input<'a> {
    pub fn of(item: &'a DeriveInput) -> Result<Input<'a>> {
        let (mut style, mut path) = (None, None);
        for attribute in component_attributes(&item.attrs) {
            match attribute.parse_args()? {
                TypeOption::Style(found) => {
                    if style.replace(found).is_some() {
                        return Err(Error::new_spanned(
                            attribute,
                            "the attribute says for a second time what the type stands for",
                        ));
                    }
                }
                TypeOption::Crate(found) => path = Some(found),
            }
        }
        let Some(style) = style else {
            return Err(Error::new_spanned(
                &item.ident,
                "an attribute has to say what the type stands for: `#[component(record)]`, \
                 `#[component(variant)]` or `#[component(enum)]`",
            ));
        };
        let kind = match style {
            Style::Record => record(item)?,
            Style::Variant => Kind::Variant(cases(item, "variant")?),
            Style::Enum => enumeration(item)?,
        };
        Ok(Input {
            ident: &item.ident,
            generics: &item.generics,
            kind,
            path: crate_path(path),
        })
    }
}

fn record(item: &DeriveInput) -> Result<Kind<'_>> {
    let Data::Struct(data) = &item.data else {
        return Err(Error::new_spanned(
            &item.ident,
            "a record is a struct in Rust",
        ));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(
            &item.ident,
            "a record is a struct with named fields in Rust",
        ));
    };
    let fields = fields.named.iter().map(|field| {
        let ident = field.ident.as_ref().expect("the fields are named");
        Ok(Field {
            ident,
            name: name_of(&field.attrs, ident)?,
            ty: &field.ty,
        })
    });
    Ok(Kind::Record(fields.collect::<Result<_>>()?))
}

fn cases<'a>(item: &'a DeriveInput, style: &str) -> Result<Vec<Case<'a>>> {
    let Data::Enum(DataEnum { variants, .. }) = &item.data else {
        let message = format!("`{style}` stands for an enum in Rust");
        return Err(Error::new_spanned(&item.ident, message));
    };
    if variants.is_empty() {
        let message = format!("`{style}` needs at least one case");
        return Err(Error::new_spanned(&item.ident, message));
    }
    let case = |variant: &'a syn::Variant| {
        let payload = match &variant.fields {
            Fields::Unit => None,
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => Some(&fields.unnamed[0].ty),
            Fields::Unnamed(_) | Fields::Named(_) => {
                return Err(Error::new_spanned(
                    variant,
                    "a case carries one value at most, which has no name",
                ));
            }
        };
        Ok(Case {
            ident: &variant.ident,
            name: name_of(&variant.attrs, &variant.ident)?,
            payload,
        })
    };
    variants.iter().map(case).collect()
}

fn enumeration(item: &DeriveInput) -> Result<Kind<'_>> {
    let cases = cases(item, "enum")?;
    if let Some(case) = cases.iter().find(|case| case.payload.is_some()) {
        return Err(Error::new_spanned(
            case.ident,
            "a case of an `enum` carries no value: use `#[component(variant)]`",
        ));
    }
    if !item.generics.params.is_empty() {
        return Err(Error::new_spanned(
            &item.generics,
            "an `enum` has no parameters",
        ));
    }
    Ok(Kind::Enum(cases))
}

fn component_attributes(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    let is_component = |attribute: &&Attribute| attribute.path().is_ident("component");
    attributes.iter().filter(is_component)
}

/// Returns the name that an attribute gives, or else the Rust name.
pub fn name_of(attributes: &[Attribute], ident: &Ident) -> Result<String> {
    let mut name = None;
    for attribute in component_attributes(attributes) {
        let given = attribute.parse_args_with(|input: ParseStream<'_>| {
            input.parse::<keyword::name>()?;
            input.parse::<Token![=]>()?;
            input.parse::<LitStr>()
        })?;
        if name.replace(given.value()).is_some() {
            return Err(Error::new_spanned(attribute, "a second name"));
        }
    }
    Ok(name.unwrap_or_else(|| ident.to_string()))
}
