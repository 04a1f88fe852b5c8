//! The type that a derive is on.

use super::name::{Names, only_option};
use crate::crate_path::crate_path;
use crate::host::errors::Errors;
use crate::host::options::{twice, unknown};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{
    Attribute, Data, DataEnum, DeriveInput, Error, Fields, Generics, Ident, Meta, Path, Result,
    Token, Type, Variant,
};

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
    Crate(Ident, Path),
}

#[derive(Clone, Copy)]
enum Style {
    Record,
    Variant,
    Enum,
}

impl Parse for TypeOption {
    fn parse(input: ParseStream<'_>) -> Result<TypeOption> {
        let name = input.call(Ident::parse_any)?;
        let option = match name.to_string().as_str() {
            "record" => TypeOption::Style(Style::Record),
            "variant" => TypeOption::Style(Style::Variant),
            "enum" => TypeOption::Style(Style::Enum),
            "wasmtime_crate" => TypeOption::Crate(name, crate_option(input)?),
            "flags" => {
                return Err(Error::new(
                    name.span(),
                    "flags are defined by the macro `component::flags!`, in place of a derive",
                ));
            }
            _ => {
                return Err(unknown(
                    &name,
                    "`record`, `variant`, `enum`, `wasmtime_crate`",
                ));
            }
        };
        only_option(input)?;
        Ok(option)
    }
}

fn crate_option(input: ParseStream<'_>) -> Result<Path> {
    let value = input.parse::<Token![=]>().and_then(|_| input.parse());
    value.map_err(|error| {
        Error::new(
            error.span(),
            "expected a path: `wasmtime_crate = libwasmtime`",
        )
    })
}

impl<'a> Input<'a> {
    pub fn of(item: &'a DeriveInput) -> Result<Input<'a>> {
        let (mut style, mut path) = (None, None);
        for attribute in component_attributes(&item.attrs) {
            if !has_option(attribute) {
                return Err(Error::new_spanned(
                    attribute,
                    format!(
                        "expected an option in parentheses: {}",
                        suggested(&item.data)
                    ),
                ));
            }
            match attribute.parse_args()? {
                TypeOption::Style(found) => {
                    if style.replace(found).is_some() {
                        return Err(Error::new_spanned(
                            attribute,
                            "the attribute says for a second time what the type stands for: leave \
                             one of them out",
                        ));
                    }
                }
                TypeOption::Crate(name, found) => {
                    if path.replace(found).is_some() {
                        return Err(twice(&name));
                    }
                }
            }
        }
        if let Data::Union(data) = &item.data {
            return Err(Error::new_spanned(
                data.union_token,
                "expected a struct or an enum: a union stands for no type of components",
            ));
        }
        let Some(style) = style else {
            let message = format!(
                "expected an attribute that says what the type stands for: {}",
                suggested(&item.data)
            );
            return Err(Error::new_spanned(&item.ident, message));
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

/// Returns the attributes that fit a type.
fn suggested(data: &Data) -> &'static str {
    match data {
        Data::Struct(_) | Data::Union(_) => "`#[component(record)]`",
        Data::Enum(DataEnum { variants, .. }) => {
            if variants.iter().all(|variant| variant.fields.is_empty()) {
                "`#[component(enum)]` or `#[component(variant)]`"
            } else {
                "`#[component(variant)]`"
            }
        }
    }
}

fn record(item: &DeriveInput) -> Result<Kind<'_>> {
    let Data::Struct(data) = &item.data else {
        let message = format!(
            "`record` is for a struct, and this is an enum: expected {}",
            suggested(&item.data)
        );
        return Err(Error::new_spanned(&item.ident, message));
    };
    let Fields::Named(fields) = &data.fields else {
        let message = format!(
            "the fields of a record have names: expected `struct {} {{ … }}`",
            item.ident
        );
        return Err(Error::new_spanned(&item.ident, message));
    };
    let (mut names, mut errors) = (Names::of("fields of a record"), Errors::default());
    let mut named = Vec::new();
    for field in &fields.named {
        let ident = field.ident.as_ref().expect("the fields are named");
        if let Some(name) = errors.of(names.add(component_attributes(&field.attrs), ident)) {
            let ty = &field.ty;
            named.push(Field { ident, name, ty });
        }
    }
    errors.into_result()?;
    Ok(Kind::Record(named))
}

fn cases<'a>(item: &'a DeriveInput, style: &str) -> Result<Vec<Case<'a>>> {
    let Data::Enum(DataEnum { variants, .. }) = &item.data else {
        let message = format!(
            "`{style}` is for an enum, and this is a struct: expected `#[component(record)]`"
        );
        return Err(Error::new_spanned(&item.ident, message));
    };
    if variants.is_empty() {
        let message = format!("expected at least one case: `{style}` is for an enum with cases");
        return Err(Error::new_spanned(&item.ident, message));
    }
    let (mut names, mut errors) = (Names::of("cases of a type"), Errors::default());
    let mut cases = Vec::new();
    for variant in variants {
        let ident = &variant.ident;
        let name = names.add(component_attributes(&variant.attrs), ident);
        let (name, payload) = (errors.of(name), errors.of(payload(variant)));
        if let (Some(name), Some(payload)) = (name, payload) {
            cases.push(Case {
                ident,
                name,
                payload,
            });
        }
    }
    errors.into_result()?;
    Ok(cases)
}

/// Returns the type of what a case carries.
fn payload(variant: &Variant) -> Result<Option<&Type>> {
    match &variant.fields {
        Fields::Unit => Ok(None),
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => Ok(Some(&fields.unnamed[0].ty)),
        Fields::Unnamed(_) | Fields::Named(_) => {
            let ident = &variant.ident;
            let message = format!(
                "a case carries one value, without a name, or none: expected `{ident}(…)` with \
                 one type, which may be a tuple or a struct that is a record, or `{ident}`"
            );
            Err(Error::new_spanned(variant, message))
        }
    }
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

/// Returns the attributes `component`.
pub fn component_attributes(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    let is_component = |attribute: &&Attribute| attribute.path().is_ident("component");
    attributes.iter().filter(is_component)
}

/// Reports whether there is something in parentheses.
pub fn has_option(attribute: &Attribute) -> bool {
    matches!(&attribute.meta, Meta::List(list) if !list.tokens.is_empty())
}
