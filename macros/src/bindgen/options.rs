//! The options of `bindgen!`, which are those of the `wasmtime` crate's macro.

use super::function_config;
use super::placeholders::Placeholders;
use super::values::{boolean, braces, brackets, literal, path, separated, text};
use crate::crate_path::crate_path;
use crate::host::options::{twice, unknown};
use proc_macro2::Span;
use quote::ToTokens;
use std::collections::HashMap;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Error, Ident, LitStr, Path, Result, Token, braced, bracketed, token};
use wasmtime_internal_wit_bindgen::{Opts, Ownership, TrappableError};

/// The name in the generated code that stands for the crate.
const CRATE: &str = "__libwasmtime_crate";

/// What the macro is given: `[crate path] { name: value, … }`, or `[crate path] "world" in "path"`.
pub struct Options {
    pub opts: Opts,
    pub world: Option<String>,
    pub paths: Vec<String>,
    pub inline: Option<String>,
    pub placeholders: Placeholders,
    pub span: Span,
    /// The options that are given.
    names: Vec<Ident>,
}

impl Options {
    /// Returns the place of an option, or that of all.
    pub fn span_of(&self, name: &str) -> Span {
        let given = self.names.iter().find(|given| *given == name);
        given.map_or(self.span, Ident::span)
    }

    /// Returns the place of the WIT.
    pub fn source_span(&self) -> Span {
        let is_source =
            |name: &&Ident| *name == "inline" || *name == "interfaces" || *name == "path";
        let mut sources = self.names.iter().filter(is_source);
        // If there are two, `path` has what the other depends on.
        let source = sources.clone().find(|name| *name != "path");
        (source.or_else(|| sources.next())).map_or(self.span, Ident::span)
    }
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> Result<Options> {
        let path;
        bracketed!(path in input);
        let mut placeholders = Placeholders::default();
        placeholders.set(CRATE, path.parse()?, &crate_path(None));
        let mut options = Options {
            opts: Opts {
                wasmtime_crate: Some(CRATE.to_owned()),
                ..Opts::default()
            },
            world: None,
            paths: Vec::new(),
            inline: None,
            placeholders,
            span: input.span(),
            names: Vec::new(),
        };
        if input.peek(token::Brace) {
            let content;
            braced!(content in input);
            options.parse_list(&content)?;
        } else {
            options.world = input.parse::<Option<LitStr>>()?.map(|name| name.value());
            if input.parse::<Option<Token![in]>>()?.is_some() {
                let path = literal::<LitStr>(input, format_args!("`\"world\" in \"path\"`"))?;
                options.paths.push(path.value());
            }
        }
        if !input.is_empty() {
            return Err(input.error(
                "expected a world and a path in quotes, `\"world\" in \"path\"`, or options in \
                 braces, `{ world: \"…\", path: \"…\" }`",
            ));
        }
        Ok(options)
    }
}

impl Options {
    /// Reads the options in braces.
    fn parse_list(&mut self, input: ParseStream<'_>) -> Result<()> {
        while !input.is_empty() {
            let name = input.call(Ident::parse_any)?;
            if self.names.contains(&name) {
                return Err(twice(&name));
            }
            if !ALL.contains(&name.to_string().as_str()) {
                return Err(no_option(&name));
            }
            if !input.peek(Token![:]) {
                let message = format!("expected a value: `{name}: …`");
                return Err(Error::new(name.span(), message));
            }
            input.parse::<Token![:]>()?;
            self.set(&name, input)?;
            if !input.is_empty() && !input.peek(Token![,]) {
                return Err(input.error(format_args!("expected `,` after the option `{name}`")));
            }
            input.parse::<Option<Token![,]>>()?;
            self.names.push(name);
        }
        Ok(())
    }

    /// Reads the value of an option.
    fn set(&mut self, name: &Ident, input: ParseStream<'_>) -> Result<()> {
        let opts = &mut self.opts;
        match name.to_string().as_str() {
            "world" => {
                let world = text(name, input)?;
                if opts.only_interfaces {
                    return Err(interfaces_without_world(name));
                }
                self.world = Some(world);
            }
            "path" => self.paths = paths(name, input)?,
            "inline" => self.set_inline(name, text(name, input)?)?,
            "interfaces" => {
                let interfaces = text(name, input)?;
                if self.world.is_some() {
                    return Err(interfaces_without_world(name));
                }
                self.opts.only_interfaces = true;
                self.world = Some("libwasmtime:bindgen/interfaces".to_owned());
                let package =
                    format!("package libwasmtime:bindgen; world interfaces {{ {interfaces} }}");
                self.set_inline(name, package)?;
            }
            "debug" => opts.debug = boolean(name, input)?,
            "stringify" => opts.stringify = boolean(name, input)?,
            "skip_mut_forwarding_impls" => opts.skip_mut_forwarding_impls = boolean(name, input)?,
            "require_store_data_send" => opts.require_store_data_send = boolean(name, input)?,
            "anyhow" => opts.anyhow = boolean(name, input)?,
            "include_component_type" => opts.include_component_type = boolean(name, input)?,
            "include_generated_code_from_file" => {
                if boolean(name, input)? {
                    return Err(Error::new(
                        name.span(),
                        "the code is never read from a file here: leave the option out, or use \
                         `stringify: true` to look at the code",
                    ));
                }
            }
            "wasmtime_crate" => {
                let path = path(input, format_args!("`{name}: libwasmtime`"))?;
                self.placeholders.set(CRATE, path.to_token_stream(), &path);
            }
            "trappable_error_type" => {
                opts.trappable_error_type = trappable_errors(input, &mut self.placeholders)?;
            }
            "ownership" => opts.ownership = ownership(input)?,
            "with" => opts.with = renamed(name, input, &mut self.placeholders)?,
            "named_imports" => opts.named_imports = renamed(name, input, &mut self.placeholders)?,
            "additional_derives" => {
                let content = brackets(input, format_args!("`{name}: [PartialEq]`"))?;
                let paths = Punctuated::<Path, Token![,]>::parse_terminated(&content)?;
                let paths = paths.into_iter();
                opts.additional_derive_attributes = paths
                    .map(|path| path.into_token_stream().to_string())
                    .collect();
            }
            "imports" => opts.imports = function_config::parse(name, input)?,
            "exports" => opts.exports = function_config::parse(name, input)?,
            _ => return Err(no_option(name)),
        }
        Ok(())
    }

    fn set_inline(&mut self, name: &Ident, package: String) -> Result<()> {
        if self.inline.replace(package).is_some() {
            return Err(Error::new(
                name.span(),
                "there is one source: leave out `inline` or `interfaces`",
            ));
        }
        Ok(())
    }
}

fn interfaces_without_world(name: &Ident) -> Error {
    let message = "`interfaces` is in place of a world: leave out one of the options";
    Error::new(name.span(), message)
}

/// Returns the error for an option that isn't there, which may be one of an older version.
fn no_option(name: &Ident) -> Error {
    let function_flag = match name.to_string().as_str() {
        "async" => "async",
        "trappable_imports" => "trappable",
        "tracing" => "tracing",
        "verbose_tracing" => "verbose_tracing",
        _ => {
            let all = ALL.map(|name| format!("`{name}`")).join(", ");
            return unknown(name, &all);
        }
    };
    let message = format!(
        "unknown option `{name}`: expected it to be said for functions, \
         `imports: {{ default: {function_flag} }}`, or the same with `exports`"
    );
    Error::new(name.span(), message)
}

/// The names of all options.
const ALL: [&str; 19] = [
    "world",
    "path",
    "inline",
    "interfaces",
    "imports",
    "exports",
    "with",
    "named_imports",
    "ownership",
    "trappable_error_type",
    "additional_derives",
    "require_store_data_send",
    "skip_mut_forwarding_impls",
    "include_component_type",
    "include_generated_code_from_file",
    "anyhow",
    "stringify",
    "debug",
    "wasmtime_crate",
];

/// Reads one path, or several in brackets.
fn paths(name: &Ident, input: ParseStream<'_>) -> Result<Vec<String>> {
    if !input.peek(token::Bracket) {
        return Ok(vec![text(name, input)?]);
    }
    let content;
    bracketed!(content in input);
    let paths = Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?;
    Ok(paths.iter().map(LitStr::value).collect())
}

/// Reads `{ "a:b/c.error" => Type, … }`.
fn trappable_errors(
    input: ParseStream<'_>,
    placeholders: &mut Placeholders,
) -> Result<Vec<TrappableError>> {
    let example = "`trappable_error_type: { \"example:a/b.error\" => MyError }`";
    let content = braces(input, format_args!("{example}"))?;
    separated(&content, |input| {
        let wit_path = literal::<LitStr>(input, format_args!("{example}"))?.value();
        if !input.peek(Token![=>]) {
            return Err(input.error(format_args!("expected `=>`: {example}")));
        }
        input.parse::<Token![=>]>()?;
        let path = path(input, format_args!("{example}"))?;
        let rust_type_name = placeholders.add(&path);
        Ok(TrappableError {
            wit_path,
            rust_type_name,
        })
    })
}

/// Reads `Owning`, or `Borrowing { duplicate_if_necessary: true }`.
fn ownership(input: ParseStream<'_>) -> Result<Ownership> {
    let example = "expected `Owning`, or `Borrowing { duplicate_if_necessary: true }` (or `false`)";
    let error = |span: Span| Error::new(span, example);
    let name: Ident = input.parse().map_err(|found: Error| error(found.span()))?;
    if name == "Owning" {
        return Ok(Ownership::Owning);
    }
    if name != "Borrowing" || !input.peek(token::Brace) {
        return Err(error(name.span()));
    }
    let content;
    braced!(content in input);
    let field: Ident = content
        .parse()
        .map_err(|found: Error| error(found.span()))?;
    if field != "duplicate_if_necessary" {
        return Err(error(field.span()));
    }
    content.parse::<Token![:]>()?;
    let duplicate_if_necessary = boolean(&field, &content)?;
    content.parse::<Option<Token![,]>>()?;
    Ok(Ownership::Borrowing {
        duplicate_if_necessary,
    })
}

/// Reads `{ "a:b/c": path, … }`.
fn renamed(
    name: &Ident,
    input: ParseStream<'_>,
    placeholders: &mut Placeholders,
) -> Result<HashMap<String, String>> {
    let example = format!("`{name}: {{ \"example:a/b\": path }}`");
    let content = braces(input, format_args!("{example}"))?;
    let all = separated(&content, |input| {
        let name = literal::<LitStr>(input, format_args!("{example}"))?.value();
        input.parse::<Token![:]>()?;
        let path = path(input, format_args!("{example}"))?;
        let mut has_arguments = path.segments.iter().map(|part| !part.arguments.is_none());
        if has_arguments.any(|has| has) {
            return Err(Error::new_spanned(
                path,
                "expected a path without arguments: define a type with `type Name = …;`, and \
                 write its name here",
            ));
        }
        Ok((name, placeholders.add(&path)))
    })?;
    Ok(all.into_iter().collect())
}
