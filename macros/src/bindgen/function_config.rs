//! The options `imports` and `exports`: how functions are generated.

use syn::parse::ParseStream;
use syn::{Error, Ident, LitStr, Result, Token, braced, ext::IdentExt};
use wasmtime_internal_wit_bindgen::{FunctionConfig, FunctionFilter, FunctionFlags};

/// Reads `{ "a:b/c.f": async | trappable, default: … }`.
pub fn parse(input: ParseStream<'_>) -> Result<FunctionConfig> {
    let content;
    braced!(content in input);
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
            let message = format!("expected a name in quotes or `default`, found `{name}`");
            return Err(Error::new(name.span(), message));
        }
        FunctionFilter::Default
    };
    input.parse::<Token![:]>()?;
    let mut flags = FunctionFlags::empty();
    while !input.is_empty() && !input.peek(Token![,]) {
        flags |= flag(&input.call(Ident::parse_any)?)?;
        if input.parse::<Option<Token![|]>>()?.is_none() {
            break;
        }
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
