//! The macro `component::bindgen!`: its options, and what it makes of the generated code.
//!
//! The code comes from the generator of the `wasmtime` crate. It names that crate by a path,
//! for which a placeholder is passed: a name that is replaced in the tokens by the path that
//! `libwasmtime` gives, which resolves wherever the macro is used.

mod function_config;
mod options;
mod unsupported;

use options::Options;
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::quote;
use std::path::PathBuf;
use syn::{Error, Result};
use wasmtime_internal_wit_bindgen::Opts;
use wit_parser::{PackageId, Resolve, WorldId};

/// The name in the generated code that stands for the crate.
const PLACEHOLDER: &str = "__libwasmtime_crate";

/// Expands the macro, or returns the error.
pub fn expand(input: TokenStream) -> TokenStream {
    let expanded = syn::parse2::<Options>(input).and_then(generate);
    expanded.unwrap_or_else(|error| error.to_compile_error())
}

/// The interfaces that the code is generated from.
struct Source {
    resolve: Resolve,
    world: WorldId,
    files: Vec<PathBuf>,
}

fn generate(options: Options) -> Result<TokenStream> {
    let span = options.span;
    let error = |error: anyhow::Error| Error::new(span, format!("{error:#}"));
    let mut source = parse(&options).map_err(error)?;
    unsupported::check(&source.resolve, source.world).map_err(error)?;
    let opts = Opts {
        wasmtime_crate: Some(options.path_text(PLACEHOLDER)),
        ..options.opts
    };
    let code = opts
        .generate(&mut source.resolve, source.world)
        .map_err(error)?;
    if code.contains("::component::Accessor") {
        return Err(Error::new(
            span,
            "a function with the options `async | store` runs concurrently, which the C API of \
             libwasmtime can't do: leave `store` out, or `async`",
        ));
    }
    if opts.stringify {
        return Ok(quote!(#code));
    }
    let code: TokenStream = code
        .parse()
        .map_err(|error| Error::new(span, format!("the generated code is no Rust: {error}")))?;
    let mut code = replace(code, &options.crate_tokens);
    // So that the compiler knows what the code depends on.
    for file in source.files {
        let file = file.display().to_string();
        code.extend(quote!(
            const _: &[u8] = include_bytes!(#file);
        ));
    }
    Ok(code)
}

fn parse(options: &Options) -> anyhow::Result<Source> {
    let mut resolve = Resolve {
        all_features: true,
        ..Resolve::default()
    };
    let (mut packages, mut files): (Vec<PackageId>, _) = (Vec::new(), Vec::new());
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let mut paths: Vec<_> = options.paths.iter().map(|path| root.join(path)).collect();
    let default = root.join("wit");
    if paths.is_empty() && default.exists() {
        paths.push(default);
    }
    for path in paths {
        // A path that is as short as possible reads better in messages.
        let path = std::fs::canonicalize(&path).unwrap_or(path);
        let (package, sources) = resolve.push_path(path)?;
        packages.push(package);
        files.extend(sources.paths().map(ToOwned::to_owned));
    }
    if let Some(inline) = &options.inline {
        packages = vec![resolve.push_str("macro-input", inline)?];
    }
    let world = resolve.select_world(&packages, options.world.as_deref())?;
    Ok(Source {
        resolve,
        world,
        files,
    })
}

/// Replaces the placeholder by the path of the crate.
fn replace(code: TokenStream, path: &TokenStream) -> TokenStream {
    let replaced = code.into_iter().map(|token| match token {
        TokenTree::Ident(ident) if is_placeholder(&ident) => path.clone(),
        TokenTree::Group(group) => {
            let inner = replace(group.stream(), path);
            let mut replaced = Group::new(group.delimiter(), inner);
            replaced.set_span(group.span());
            TokenTree::from(replaced).into()
        }
        token => token.into(),
    });
    replaced.collect()
}

fn is_placeholder(ident: &Ident) -> bool {
    ident == PLACEHOLDER
}
