//! The options of `bindgen!`, which are those of the `wasmtime` crate's macro.

use super::function_config;
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use std::collections::HashMap;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Error, Ident, LitBool, LitStr, Path, Result, Token, braced, bracketed, token};
use wasmtime_internal_wit_bindgen::{Opts, Ownership, TrappableError};

/// What the macro is given: `[crate path] { name: value, … }`, or `[crate path] "world" in "path"`.
pub struct Options {
    pub opts: Opts,
    pub world: Option<String>,
    pub paths: Vec<String>,
    pub inline: Option<String>,
    /// The path of `libwasmtime`.
    pub crate_tokens: TokenStream,
    /// The path that the user has given, as text.
    given_path: Option<String>,
    pub span: Span,
}

impl Options {
    /// Returns the path of the crate in the generated code.
    pub fn path_text(&self, placeholder: &str) -> String {
        self.given_path
            .clone()
            .unwrap_or_else(|| placeholder.to_owned())
    }
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> Result<Options> {
        let path;
        bracketed!(path in input);
        let mut options = Options {
            opts: Opts::default(),
            world: None,
            paths: Vec::new(),
            inline: None,
            crate_tokens: path.parse()?,
            given_path: None,
            span: input.span(),
        };
        if input.peek(token::Brace) {
            let content;
            braced!(content in input);
            let mut names = Vec::new();
            while !content.is_empty() {
                let name: Ident = content.call(syn::ext::IdentExt::parse_any)?;
                if names.contains(&name) {
                    let message = format!("the option `{name}` is given a second time");
                    return Err(Error::new(name.span(), message));
                }
                content.parse::<Token![:]>()?;
                options.set(&name, &content)?;
                names.push(name);
                if content.is_empty() {
                    break;
                }
                content.parse::<Token![,]>()?;
            }
        } else {
            options.world = input.parse::<Option<LitStr>>()?.map(|name| name.value());
            if input.parse::<Option<Token![in]>>()?.is_some() {
                options.paths.push(input.parse::<LitStr>()?.value());
            }
        }
        Ok(options)
    }
}

impl Options {
    /// Reads the value of an option.
    fn set(&mut self, name: &Ident, input: ParseStream<'_>) -> Result<()> {
        let opts = &mut self.opts;
        match name.to_string().as_str() {
            "world" => {
                let world: LitStr = input.parse()?;
                if opts.only_interfaces {
                    return Err(Error::new(world.span(), "`interfaces` has no world"));
                }
                self.world = Some(world.value());
            }
            "path" => self.paths = paths(input)?,
            "inline" => self.set_inline(name, input.parse::<LitStr>()?.value())?,
            "interfaces" => {
                let interfaces: LitStr = input.parse()?;
                if self.world.is_some() {
                    return Err(Error::new(name.span(), "`interfaces` has no world"));
                }
                self.opts.only_interfaces = true;
                self.world = Some("libwasmtime:bindgen/interfaces".to_owned());
                let package = format!(
                    "package libwasmtime:bindgen; world interfaces {{ {} }}",
                    interfaces.value()
                );
                self.set_inline(name, package)?;
            }
            "debug" => opts.debug = boolean(input)?,
            "stringify" => opts.stringify = boolean(input)?,
            "skip_mut_forwarding_impls" => opts.skip_mut_forwarding_impls = boolean(input)?,
            "require_store_data_send" => opts.require_store_data_send = boolean(input)?,
            "anyhow" => opts.anyhow = boolean(input)?,
            "include_component_type" => opts.include_component_type = boolean(input)?,
            "include_generated_code_from_file" => {
                if boolean(input)? {
                    return Err(Error::new(
                        name.span(),
                        "the code is never read from a file here: leave the option out, or use \
                         `stringify: true` to look at the code",
                    ));
                }
            }
            "wasmtime_crate" => {
                let path: Path = input.parse()?;
                self.given_path = Some(path.into_token_stream().to_string());
            }
            "trappable_error_type" => opts.trappable_error_type = trappable_errors(input)?,
            "ownership" => opts.ownership = ownership(input)?,
            "with" => opts.with = renamed(input)?,
            "named_imports" => opts.named_imports = renamed(input)?,
            "additional_derives" => {
                let content;
                bracketed!(content in input);
                let paths = Punctuated::<Path, Token![,]>::parse_terminated(&content)?;
                let paths = paths.into_iter();
                opts.additional_derive_attributes = paths
                    .map(|path| path.into_token_stream().to_string())
                    .collect();
            }
            "imports" => opts.imports = function_config::parse(input)?,
            "exports" => opts.exports = function_config::parse(input)?,
            unknown => {
                return Err(Error::new(
                    name.span(),
                    format!(
                        "there is no option `{unknown}`; expected one of {}",
                        ALL.join(", ")
                    ),
                ));
            }
        }
        Ok(())
    }

    fn set_inline(&mut self, name: &Ident, package: String) -> Result<()> {
        if self.inline.replace(package).is_some() {
            return Err(Error::new(
                name.span(),
                "there is one source: `inline` or `interfaces`",
            ));
        }
        Ok(())
    }
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

fn boolean(input: ParseStream<'_>) -> Result<bool> {
    Ok(input.parse::<LitBool>()?.value)
}

/// Reads one path, or several in brackets.
fn paths(input: ParseStream<'_>) -> Result<Vec<String>> {
    if !input.peek(token::Bracket) {
        return Ok(vec![input.parse::<LitStr>()?.value()]);
    }
    let content;
    bracketed!(content in input);
    let paths = Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?;
    Ok(paths.iter().map(LitStr::value).collect())
}

/// Reads `{ "a:b/c.error" => Type, … }`.
fn trappable_errors(input: ParseStream<'_>) -> Result<Vec<TrappableError>> {
    let content;
    braced!(content in input);
    let error = |input: ParseStream<'_>| {
        let wit_path = input.parse::<LitStr>()?.value();
        input.parse::<Token![=>]>()?;
        let rust_type_name = input.parse::<Path>()?.into_token_stream().to_string();
        Ok(TrappableError {
            wit_path,
            rust_type_name,
        })
    };
    let errors = content.parse_terminated(error, Token![,])?;
    Ok(errors.into_iter().collect())
}

/// Reads `Owning`, or `Borrowing { duplicate_if_necessary: true }`.
fn ownership(input: ParseStream<'_>) -> Result<Ownership> {
    let name: Ident = input.parse()?;
    if name == "Owning" {
        return Ok(Ownership::Owning);
    }
    if name != "Borrowing" {
        let message = format!("expected `Owning` or `Borrowing`, found `{name}`");
        return Err(Error::new(name.span(), message));
    }
    let content;
    braced!(content in input);
    let field: Ident = content.parse()?;
    if field != "duplicate_if_necessary" {
        let message = format!("expected `duplicate_if_necessary`, found `{field}`");
        return Err(Error::new(field.span(), message));
    }
    content.parse::<Token![:]>()?;
    let duplicate_if_necessary = boolean(&content)?;
    content.parse::<Option<Token![,]>>()?;
    Ok(Ownership::Borrowing {
        duplicate_if_necessary,
    })
}

/// Reads `{ "a:b/c": path, … }`.
fn renamed(input: ParseStream<'_>) -> Result<HashMap<String, String>> {
    let content;
    braced!(content in input);
    let one = |input: ParseStream<'_>| {
        let name = input.parse::<LitStr>()?.value();
        input.parse::<Token![:]>()?;
        let path: Path = input.parse()?;
        let mut has_arguments = path.segments.iter().map(|part| !part.arguments.is_none());
        if has_arguments.any(|has| has) {
            return Err(Error::new_spanned(path, "the path has no arguments here"));
        }
        let text: String = path
            .into_token_stream()
            .to_string()
            .split_whitespace()
            .collect();
        Ok((name, text))
    };
    let all = content.parse_terminated(one, Token![,])?;
    Ok(all.into_iter().collect())
}
