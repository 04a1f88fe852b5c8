//! The WIT that the code is generated from.

use super::options::Options;
use proc_macro2::Span;
use std::path::PathBuf;
use syn::{Error, Result};
use wit_parser::{PackageId, Resolve, WorldId};

/// The interfaces that the code is generated from.
pub struct Source {
    pub resolve: Resolve,
    pub world: WorldId,
    pub files: Vec<PathBuf>,
}

/// Reads the WIT that the options name, and finds the world.
pub fn parse(options: &Options) -> Result<Source> {
    let mut resolve = Resolve {
        all_features: true,
        ..Resolve::default()
    };
    let (mut packages, mut files): (Vec<PackageId>, _) = (Vec::new(), Vec::new());
    for path in paths(options)? {
        let pushed = resolve.push_path(path);
        let (package, sources) =
            pushed.map_err(|error| unreadable(&resolve, &error, options.span_of("path")))?;
        packages.push(package);
        files.extend(sources.paths().map(ToOwned::to_owned));
    }
    if let Some(inline) = &options.inline {
        let pushed = resolve.push_str("macro-input", inline);
        packages =
            vec![pushed.map_err(|error| unreadable(&resolve, &error, options.source_span()))?];
    }
    let world = resolve
        .select_world(&packages, options.world.as_deref())
        .map_err(|error| no_world(options, &resolve, &packages, &error))?;
    Ok(Source {
        resolve,
        world,
        files,
    })
}

/// Returns where the packages are.
fn paths(options: &Options) -> Result<Vec<PathBuf>> {
    let root = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let root = root.ok_or_else(|| {
        let message =
            "the variable `CARGO_MANIFEST_DIR` isn't set: expected to be compiled by Cargo";
        Error::new(options.span, message)
    })?;
    let default = root.join("wit");
    if options.paths.is_empty() && default.exists() {
        return Ok(vec![default]);
    }
    if options.paths.is_empty() && options.inline.is_none() {
        let message = "expected WIT: the package has no directory `wit` beside its `Cargo.toml`, so \
                       the option `path` has to say where the WIT is, or `inline` has to be it";
        return Err(Error::new(options.span, message));
    }
    let paths = options.paths.iter().map(|path| {
        // A path that is as short as possible reads better in messages.
        std::fs::canonicalize(root.join(path)).map_err(|error| {
            let message = format!(
                "can't read the WIT in `{path}`, which is looked for in `{}`, the directory of \
                 the package's `Cargo.toml`: {error}",
                root.display()
            );
            Error::new(options.span_of("path"), message)
        })
    });
    paths.collect()
}

/// Returns the error for WIT that doesn't parse, with the place.
fn unreadable(resolve: &Resolve, error: &anyhow::Error, span: Span) -> Error {
    Error::new(span, resolve.render_error(error))
}

/// Returns the error for a world that isn't there, or isn't named.
fn no_world(
    options: &Options,
    resolve: &Resolve,
    packages: &[PackageId],
    error: &anyhow::Error,
) -> Error {
    let names = packages.iter().flat_map(|package| {
        let package = &resolve.packages[*package];
        let world = |world: &String| format!("`{}/{world}`", package.name);
        package.worlds.keys().map(world).collect::<Vec<_>>()
    });
    let names = names.collect::<Vec<_>>().join(", ");
    let (span, advice) = if names.is_empty() {
        let advice = "write a `world` with what is imported and exported, or use the option \
                      `interfaces` in place of one";
        (options.source_span(), advice.to_owned())
    } else if options.world.is_some() {
        (options.span_of("world"), format!("there is {names}"))
    } else {
        let advice = "expected the option `world`, with the name of one";
        (options.source_span(), advice.to_owned())
    };
    Error::new(span, format!("{error:#}\n{advice}"))
}
