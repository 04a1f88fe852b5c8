//! The values of options: each error says what is expected, in an example.

use std::fmt;
use syn::parse::{Parse, ParseBuffer, ParseStream};
use syn::{Error, Ident, LitBool, LitStr, Path, Result, Token, braced, bracketed, token};

/// Reads a literal. `example` says what is expected.
pub fn literal<T: Parse>(input: ParseStream<'_>, example: fmt::Arguments<'_>) -> Result<T> {
    let span = input.span();
    let literal = input.parse();
    literal.map_err(|_| Error::new(span, format!("expected a text in quotes: {example}")))
}

pub fn text(name: &Ident, input: ParseStream<'_>) -> Result<String> {
    Ok(literal::<LitStr>(input, format_args!("`{name}: \"…\"`"))?.value())
}

pub fn boolean(name: &Ident, input: ParseStream<'_>) -> Result<bool> {
    let span = input.span();
    let message = || format!("expected `{name}: true` or `{name}: false`");
    let value = input.parse::<LitBool>();
    Ok(value.map_err(|_| Error::new(span, message()))?.value)
}

pub fn path(input: ParseStream<'_>, example: fmt::Arguments<'_>) -> Result<Path> {
    let path = input.parse();
    path.map_err(|error: Error| Error::new(error.span(), format!("expected a path: {example}")))
}

/// Returns what is in braces. `example` says what is expected.
pub fn braces<'a>(input: ParseStream<'a>, example: fmt::Arguments<'_>) -> Result<ParseBuffer<'a>> {
    if !input.peek(token::Brace) {
        return Err(input.error(format_args!("expected braces: {example}")));
    }
    let content;
    braced!(content in input);
    Ok(content)
}

pub fn brackets<'a>(
    input: ParseStream<'a>,
    example: fmt::Arguments<'_>,
) -> Result<ParseBuffer<'a>> {
    if !input.peek(token::Bracket) {
        return Err(input.error(format_args!("expected square brackets: {example}")));
    }
    let content;
    bracketed!(content in input);
    Ok(content)
}

/// Reads what is separated by commas.
pub fn separated<T>(
    input: ParseStream<'_>,
    mut read: impl FnMut(ParseStream<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut all = Vec::new();
    while !input.is_empty() {
        all.push(read(input)?);
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(all)
}
