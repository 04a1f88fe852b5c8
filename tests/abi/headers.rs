//! Finds the headers.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use libwasmtime::sys::Feature;

use crate::compiler::Compiler;
use crate::tokens::{Token, tokens};

/// The prefix of the macros that make the headers declare a feature's items.
const FEATURE_MACRO: &str = "WASMTIME_FEATURE_";

/// The header that defines them.
const CONF: &str = "wasmtime/conf.h";

/// The headers outside of the directory of the others, which other libraries may share.
/// Upstream's `doc-wasm.h` declares nothing.
const OUTER: [&str; 3] = ["wasi.h", "wasm.h", "wasmtime.h"];

/// The names of libwasmtime's libraries, for linking.
const LIBRARIES: &[&str] = &[
    "libwasmtime.so",
    "libwasmtime.dylib",
    "libwasmtime.dll.a",
    "wasmtime.dll.lib",
    #[cfg(unix)]
    "libwasmtime.a",
];

/// A directory of headers.
pub struct Headers {
    pub include: PathBuf,
    /// All of them, named as in `#include <...>`.
    names: BTreeSet<String>,
    /// Every feature macro that a header checks.
    pub features: BTreeSet<String>,
    /// The libraries that were installed with them.
    pub libraries: Vec<PathBuf>,
}

impl Headers {
    /// Finds the headers.
    ///
    /// # Panics
    ///
    /// Panics if there are none; the message says where they were looked for.
    pub fn find() -> Headers {
        let root = variable("WASMTIME_DIR").map(|root| match env::var("WASMTIME_MIN") {
            Ok(on) if on == "1" => root.join("min"),
            _ => root,
        });
        let own = variable("WASMTIME_LIB_DIR");
        let include = variable("WASMTIME_INCLUDE_DIR")
            .or_else(|| Some(root.as_ref()?.join("include")))
            .or_else(|| Some(own.as_ref()?.parent()?.join("include")))
            .unwrap_or_else(|| {
                let source = source().unwrap_or_else(|why| {
                    panic!(
                        "found no wasmtime.h: none of WASMTIME_INCLUDE_DIR, WASMTIME_DIR and \
                         WASMTIME_LIB_DIR is set, and the source of libwasmtime isn't there \
                         either: {why}\n\
                         Set WASMTIME_INCLUDE_DIR to the directory that holds wasmtime.h."
                    )
                });
                source.join("include")
            });
        let include = std::path::absolute(include).expect("the current directory is known");
        assert!(
            include.join("wasmtime.h").is_file(),
            "{} holds no wasmtime.h; set WASMTIME_INCLUDE_DIR to the directory that does",
            include.display()
        );
        let directories = match (own, root) {
            (Some(own), _) => vec![own],
            (None, Some(root)) => vec![root.join("lib"), root.join("lib64")],
            (None, None) => Vec::new(),
        };
        let libraries = directories
            .iter()
            .flat_map(|directory| LIBRARIES.iter().map(|name| directory.join(name)))
            .filter(|library| library.is_file())
            .collect();
        Headers {
            libraries,
            ..Headers::at(&include)
        }
    }

    /// Returns the headers in this directory, without any library.
    pub fn at(include: &Path) -> Headers {
        let mut headers = Headers {
            include: include.to_owned(),
            names: BTreeSet::new(),
            features: BTreeSet::new(),
            libraries: Vec::new(),
        };
        for name in OUTER {
            headers.note(&include.join(name));
        }
        headers.walk(&include.join("wasmtime"));
        headers
    }

    /// Records the headers in a directory.
    fn walk(&mut self, directory: &Path) {
        let entries = fs::read_dir(directory)
            .unwrap_or_else(|error| panic!("can't read {}: {error}", directory.display()));
        for entry in entries {
            let path = entry.expect("a directory can be read to its end").path();
            if path.is_dir() {
                self.walk(&path);
            } else if path.extension().is_some_and(|extension| extension == "h")
                && path != self.include.join(CONF)
            {
                self.note(&path);
            }
        }
    }

    /// Records a header, and the feature macros that it checks.
    fn note(&mut self, file: &Path) {
        let text = fs::read_to_string(file)
            .unwrap_or_else(|error| panic!("can't read {}: {error}", file.display()));
        let name = self.relative(file).expect("it is in the directory");
        self.names.insert(name);
        let directives = text.lines().filter(|line| line.starts_with('#'));
        let words = directives.flat_map(tokens).filter_map(|token| match token {
            Token::Word(word) => Some(word),
            _ => None,
        });
        self.features
            .extend(words.filter(|word| word.starts_with(FEATURE_MACRO)));
    }

    /// C code that includes all of them.
    pub fn includes(&self) -> String {
        let names = self.names.iter();
        names.map(|name| format!("#include <{name}>\n")).collect()
    }

    /// Creates a directory whose `wasmtime/conf.h` defines every feature macro that the
    /// headers check, except `without`. It is included instead of the headers' own, which
    /// has the features of one library or, in libwasmtime's source, is a template.
    pub fn configure(&self, name: &str, without: Option<&str>) -> PathBuf {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("abi")
            .join(name);
        let features = self.features.iter();
        let conf: String = features
            .filter(|feature| Some(feature.as_str()) != without)
            .map(|feature| format!("#define {feature}\n"))
            .collect();
        fs::create_dir_all(directory.join("wasmtime"))
            .and_then(|()| fs::write(directory.join(CONF), conf))
            .unwrap_or_else(|error| panic!("can't write {}: {error}", directory.display()));
        directory
    }

    /// Returns the feature macros that the headers' own `conf.h` defines: those of the
    /// library that they came with.
    pub fn configured(&self, compiler: &Compiler) -> BTreeSet<String> {
        let code = format!("#include <{CONF}>\n");
        let text = compiler.preprocess(&[&self.include], "configured", &code);
        let macros = text
            .lines()
            .filter_map(|line| line.strip_prefix("#define "));
        macros
            .filter(|name| name.starts_with(FEATURE_MACRO))
            .map(|name| name.trim().to_owned())
            .collect()
    }

    /// Returns all of them, named as in `#include <...>`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Returns the name by which `file` is included, if it is one of the headers.
    pub fn name(&self, file: &str) -> Option<String> {
        let name = self.relative(Path::new(file))?;
        self.names.contains(&name).then_some(name)
    }

    fn relative(&self, file: &Path) -> Option<String> {
        let name = file.strip_prefix(&self.include).ok()?;
        let parts: Vec<_> = name.iter().filter_map(|part| part.to_str()).collect();
        Some(parts.join("/"))
    }
}

/// Returns a variable that names a directory.
fn variable(name: &str) -> Option<PathBuf> {
    env::var_os(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

/// Returns the macro that makes the headers declare what belongs to a feature.
pub fn feature_macro(feature: Feature) -> String {
    let name = match feature {
        // There are two compilers, and a macro for either.
        Feature::Compiler => "compiler",
        feature => feature.name(),
    };
    format!("{FEATURE_MACRO}{}", name.to_uppercase().replace('-', "_"))
}

/// Returns the feature that a macro stands for, by the name that Cargo has for it.
pub fn feature_name(feature_macro: &str) -> String {
    let mut known = Feature::ALL.iter().copied();
    match known.find(|&f| self::feature_macro(f) == feature_macro) {
        Some(feature) => feature.name().to_owned(),
        None => {
            let name = feature_macro.trim_start_matches(FEATURE_MACRO);
            name.to_lowercase().replace('_', "-")
        }
    }
}

/// Returns the source of libwasmtime, which Cargo has if it is built from source.
fn source() -> Result<PathBuf, String> {
    const PACKAGE: &str = "wasmtime-c-api-impl";
    // Without a platform, Cargo needs the packages of all platforms.
    let version = cargo(&["-vV"])?;
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .ok_or("`cargo -vV` doesn't name the host")?;
    let metadata = cargo(&[
        "metadata",
        "--locked",
        "--format-version=1",
        "--filter-platform",
        host,
    ])?;
    // Only one path in the JSON is needed, and its key is unique.
    metadata
        .split("\"manifest_path\":\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter_map(|path| {
            PathBuf::from(path.replace("\\\\", "\\"))
                .parent()
                .map(PathBuf::from)
        })
        .find(|directory| {
            directory
                .file_name()
                .and_then(|name| name.to_str())
                .and_then(|name| name.strip_prefix(PACKAGE))
                .is_some_and(|version| version.is_empty() || version.starts_with('-'))
        })
        .ok_or_else(|| format!("`cargo metadata` knows no package {PACKAGE}"))
}

/// Returns the output of Cargo.
fn cargo(arguments: &[&str]) -> Result<String, String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let output = Command::new(cargo)
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .map_err(|error| format!("can't run `cargo`: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let stderr = String::from_utf8_lossy(&output.stderr);
        Err(format!(
            "`cargo {}` says: {}",
            arguments.join(" "),
            stderr.trim()
        ))
    }
}
