//! The options `imports` and `exports`: how functions are generated.

use super::values::braces;
use syn::parse::ParseStream;
use syn::{Error, Ident, LitStr, Result, Token, ext::IdentExt};
use wasmtime_internal_wit_bindgen::{FunctionConfig, FunctionFilter, FunctionFlags};

/// Reads the value of one of the options: `{ "a:b/c.f": async | trappable, default: … }`.
pub fn parse(option: &Ident, input: ParseStream<'_>) -> Result<FunctionConfig> {
    let content = braces(
        input,
        format_args!("`{option}: {{ default: async | trappable }}`"),
    )?;
    let mut config = FunctionConfig::new();
    let rules = content.parse_terminated(rule, Token![,])?;
    for (filter, flags) in rules {
        config.push(filter, flags);
    }
    Ok(config)
}

fn rule(input: ParseStream<'_>) -> Result<(FunctionFilter, FunctionFlags)> {
    let filter = if input.peek(LitStr) {
        FunctionFilter::Name(input.parse::<LitStr>()?.value())
    } else {
        let name = input.call(Ident::parse_any)?;
        if name != "default" {
            let message =
                format!("expected the name of a function in quotes or `default`, found `{name}`");
            return Err(Error::new(name.span(), message));
        }
        FunctionFilter::Default
    };
    if !input.peek(Token![:]) {
        return Err(input.error("expected `:`, as in `default: async`"));
    }
    input.parse::<Token![:]>()?;
    let mut flags = FunctionFlags::empty();
    while !input.is_empty() && !input.peek(Token![,]) {
        flags |= flag(&input.call(Ident::parse_any)?)?;
        if input.parse::<Option<Token![|]>>()?.is_none() {
            break;
        }
    }
    if !input.is_empty() && !input.peek(Token![,]) {
        return Err(input.error("expected `|` and another way to generate functions, or `,`"));
    }
    Ok((filter, flags))
}

fn flag(name: &Ident) -> Result<FunctionFlags> {
    Ok(match name.to_string().as_str() {
        "async" => FunctionFlags::ASYNC,
        "trappable" => FunctionFlags::TRAPPABLE,
        "tracing" => FunctionFlags::TRACING,
        "verbose_tracing" => FunctionFlags::VERBOSE_TRACING,
        "store" => FunctionFlags::STORE,
        "exact" => FunctionFlags::EXACT,
        other => {
            let message = format!(
                "there is no way `{other}` to generate functions; expected `async`, `trappable`, \
                 `tracing`, `verbose_tracing`, `store` or `exact`"
            );
            return Err(Error::new(name.span(), message));
        }
    })
}
