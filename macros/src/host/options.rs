//! The options of a block, and those of an item in it.

use super::errors::Errors;
use super::rename::RenameRule;
use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Error, Ident, LitStr, Meta, Path, Result, Token};

/// The options of a block.
#[derive(Default)]
pub struct Options {
    pub module: Option<LitStr>,
    /// That of one function, if the attribute is on that.
    pub name: Option<LitStr>,
    pub rename_all: Option<RenameRule>,
    pub memory: Option<LitStr>,
    pub alloc: Option<LitStr>,
    pub table: Option<LitStr>,
    pub memory64: bool,
    pub object: bool,
    pub crate_path: Option<Path>,
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut options = Options::default();
        if input.peek(LitStr) {
            let name: LitStr = input.parse()?;
            let message = format!("expected `module = {}`", name.token());
            return Err(Error::new(name.span(), message));
        }
        parse_list(input, |key| match key.to_string().as_str() {
            "module" => set(&mut options.module, key, input),
            "name" => set(&mut options.name, key, input),
            "rename_all" => set(&mut options.rename_all, key, input),
            "memory" => set(&mut options.memory, key, input),
            "alloc" => set(&mut options.alloc, key, input),
            "table" => set(&mut options.table, key, input),
            "memory64" => set_flag(&mut options.memory64, key),
            "object" => set_flag(&mut options.object, key),
            "crate" => set(&mut options.crate_path, key, input),
            _ => Err(unknown(
                key,
                "`module`, `name`, `rename_all`, `memory`, `alloc`, `table`, `memory64`, `object`, `crate`",
            )),
        })?;
        if options.module.is_none() {
            return Err(Error::new(
                Span::call_site(),
                "expected `module = \"…\"`, the name of the module that guests import the \
                 functions from",
            ));
        }
        Ok(options)
    }
}

impl Options {
    /// Returns those of a block.
    pub fn of_block(attribute: TokenStream, errors: &mut Errors) -> Options {
        let options: Options = errors.of(syn::parse2(attribute)).unwrap_or_default();
        if let Some(name) = &options.name {
            errors.push(Error::new_spanned(
                name,
                "`name` is an option of one function or constant: write it there, or \
                 `rename_all` here",
            ));
        }
        options
    }
}

/// The options of a function or a constant.
#[derive(Default)]
pub struct ItemOptions {
    name: Option<LitStr>,
    pub skip: bool,
}

impl ItemOptions {
    /// Takes the attributes `host` off an item.
    pub fn take(attributes: &mut Vec<Attribute>, errors: &mut Errors) -> ItemOptions {
        let mut options = ItemOptions::default();
        attributes.retain(|attribute| {
            if attribute.path().is_ident("host") {
                let parse = |input: ParseStream<'_>| options.parse(input);
                let parsed = match &attribute.meta {
                    Meta::Path(_) => Err(Error::new_spanned(
                        attribute,
                        "expected options: `#[host(name = \"…\")]` or `#[host(skip)]`",
                    )),
                    Meta::List(_) | Meta::NameValue(_) => attribute.parse_args_with(parse),
                };
                errors.of(parsed);
                false
            } else if is_conditional_host(attribute) {
                errors.push(Error::new_spanned(
                    attribute,
                    "`host` can't be in a `cfg_attr`: write the function twice, each with a `cfg`",
                ));
                false
            } else {
                true
            }
        });
        options
    }

    fn parse(&mut self, input: ParseStream<'_>) -> Result<()> {
        parse_list(input, |key| match key.to_string().as_str() {
            "name" => set(&mut self.name, key, input),
            "skip" => set_flag(&mut self.skip, key),
            _ => Err(unknown(key, "`name`, `skip`")),
        })
    }

    /// Returns the name of an item in WebAssembly.
    pub fn name(&self, ident: &Ident, rename_all: Option<RenameRule>) -> LitStr {
        let given = || {
            let name = ident.unraw().to_string();
            let name = rename_all.map_or(name.clone(), |rule| rule.apply(&name));
            LitStr::new(&name, ident.span())
        };
        self.name.clone().unwrap_or_else(given)
    }
}

/// Reports whether an attribute is an attribute `host` that depends on a condition.
fn is_conditional_host(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else {
        return false;
    };
    list.path.is_ident("cfg_attr")
        && list
            .tokens
            .clone()
            .into_iter()
            .any(|token| matches!(token, TokenTree::Ident(ident) if ident == "host"))
}

/// Parses options that are separated by commas. `option` gets the name of each, and parses the
/// rest of it.
pub fn parse_list(
    input: ParseStream<'_>,
    mut option: impl FnMut(&Ident) -> Result<()>,
) -> Result<()> {
    while !input.is_empty() {
        option(&input.call(Ident::parse_any)?)?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(())
}

/// Parses the value of an option.
pub fn set<T: Parse>(value: &mut Option<T>, key: &Ident, input: ParseStream<'_>) -> Result<()> {
    if value.is_some() {
        return Err(twice(key));
    }
    if !input.peek(Token![=]) {
        let message = format!("expected a value: `{key} = …`");
        return Err(Error::new(key.span(), message));
    }
    input.parse::<Token![=]>()?;
    *value = Some(input.parse()?);
    Ok(())
}

/// Sets an option that has no value.
pub fn set_flag(value: &mut bool, key: &Ident) -> Result<()> {
    if *value {
        return Err(twice(key));
    }
    *value = true;
    Ok(())
}

pub fn twice(key: &Ident) -> Error {
    Error::new(key.span(), format!("the option `{key}` is there twice"))
}

pub fn unknown(key: &Ident, known: &str) -> Error {
    let message = format!("unknown option `{key}`: expected one of {known}");
    Error::new(key.span(), message)
}
