//! The macro `component::bindgen!`: its options, and what it makes of the generated code.
//!
//! The code comes from the generator of the `wasmtime` crate, as text. The paths in it, such as
//! that of the crate, are passed as placeholders, which are replaced by the tokens of the paths.

mod function_config;
mod options;
mod placeholders;
mod source;
mod synchronous;
mod unsupported;
mod values;

use options::Options;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Result};

/// Whether `libwasmtime` has asynchronous functions of components.
#[derive(Clone, Copy, PartialEq)]
pub enum Asynchrony {
    Here,
    Missing,
}

/// Expands the macro, or returns the error.
pub fn expand(input: TokenStream, asynchrony: Asynchrony) -> TokenStream {
    let options = syn::parse2::<Options>(input);
    let expanded = options.and_then(|options| generate(options, asynchrony));
    expanded.unwrap_or_else(|error| error.to_compile_error())
}

fn generate(options: Options, asynchrony: Asynchrony) -> Result<TokenStream> {
    let mut source = source::parse(&options)?;
    let error = |error: anyhow::Error| Error::new(options.source_span(), format!("{error:#}"));
    unsupported::check(&source.resolve, source.world).map_err(error)?;
    let opts = options.opts.clone();
    let code = opts
        .generate(&mut source.resolve, source.world)
        .map_err(|error| refused(&options, &error))?;
    if let Some(error) = concurrent(&options, &code) {
        return Err(error);
    }
    if asynchrony == Asynchrony::Missing {
        synchronous::check(&options, &code)?;
    }
    if opts.stringify {
        let code = options.placeholders.replace_in_text(code);
        return Ok(quote!(#code));
    }
    let mut code: TokenStream = code.parse().map_err(|error| {
        Error::new(
            options.span,
            format!("the generated code is no Rust: {error}"),
        )
    })?;
    if asynchrony == Asynchrony::Missing {
        code = synchronous::without_async(code)?;
    }
    let mut code = options.placeholders.replace(code);
    // So that the compiler knows what the code depends on.
    for file in source.files {
        let file = file.display().to_string();
        code.extend(quote!(
            const _: &[u8] = include_bytes!(#file);
        ));
    }
    Ok(code)
}

/// Returns the error for code that runs functions concurrently, if it does.
// Version 48: `async` functions of WIT aside, that is what `async | store` makes of an exported
// function and of the dropping of a resource; look at what the generator writes with `Accessor`.
fn concurrent(options: &Options, code: &str) -> Option<Error> {
    if !code.contains("::component::Accessor") {
        return None;
    }
    let (option, message) = if code.contains("resource_concurrent(") {
        let message = "with `async | store`, resources are dropped concurrently, which the C API \
                       of libwasmtime can't do: leave out `store` or `async`, or add a rule for \
                       dropping, such as `\"example:a/b.[drop]file\": async`";
        ("imports", message)
    } else {
        let message = "with `async | store`, exported functions run concurrently, which the C API \
                       of libwasmtime can't do: leave out `store`";
        ("exports", message)
    };
    Some(Error::new(options.span_of(option), message))
}

/// Returns the error for what the generator has refused, which is a name that isn't in the world.
// Version 48: the generator's errors name the option; look at its calls of `bail!`.
fn refused(options: &Options, error: &anyhow::Error) -> Error {
    let error = format!("{error:#}");
    let (span, advice) = if error.contains("`with`") {
        let advice = "expected the name of an interface or of a type in one, such as \
                      `\"example:a/b\"` or `\"example:a/b.file\"`";
        (options.span_of("with"), advice)
    } else if error.contains("`trappable_error_type`") {
        let advice = "expected the name of a type in an interface: `\"example:a/b.error\"`";
        (options.span_of("trappable_error_type"), advice)
    } else if error.contains("named imports") {
        let advice = "expected the name of an interface: `\"example:a/b\"`";
        (options.span_of("named_imports"), advice)
    } else if error.contains("`imports` rules") {
        (options.span_of("imports"), RULE)
    } else if error.contains("`exports` rules") {
        (options.span_of("exports"), RULE)
    } else {
        return Error::new(options.span, error);
    };
    Error::new(span, format!("{error}: {advice}"))
}

/// What a rule is for.
const RULE: &str = "expected the name of a function of the world: `\"f\"`, or with its interface \
                    `\"example:a/b.f\"`";
