//! Reads a library's version, and the features that it was built with, from its C headers.
//!
//! The C preprocessor evaluates the headers. Without a C compiler their text is searched for
//! definitions, which has the same result for headers that libwasmtime's build has written.

use std::fs;
use std::path::{Path, PathBuf};

use crate::features::{self, IN_HEADERS, is_on, upper_snake};
use crate::target::{MAJOR, leave};

/// The headers in a directory.
pub struct Headers {
    /// The directory that contains `wasmtime.h`.
    pub directory: PathBuf,
    /// The full version, such as `48.0.8`.
    pub version: String,
    /// The features of [`IN_HEADERS`] that the library has; `None` if there is no
    /// `wasmtime/conf.h`, which defines them.
    pub features: Option<Vec<&'static str>>,
}

impl Headers {
    /// Returns the header that every C program includes.
    pub fn main_header(directory: &Path) -> PathBuf {
        directory.join("wasmtime.h")
    }

    /// Returns the header that defines the features.
    pub fn conf_header(directory: &Path) -> PathBuf {
        directory.join("wasmtime").join("conf.h")
    }

    /// Returns the headers of a directory that are read.
    pub fn files(directory: &Path) -> [PathBuf; 2] {
        [
            Headers::main_header(directory),
            Headers::conf_header(directory),
        ]
    }

    /// Reads the headers in a directory that contains `wasmtime.h`.
    ///
    /// # Errors
    ///
    /// Returns the reason why they define no version, or can't be read.
    pub fn read(directory: &Path) -> Result<Headers, String> {
        let main_header = Headers::main_header(directory);
        let conf_header = Headers::conf_header(directory);
        let found = match preprocess(directory) {
            Some(output) => Definitions::from_preprocessed(&output),
            None => {
                let read = |path: &Path| {
                    fs::read_to_string(path)
                        .map_err(|error| format!("{} can't be read: {error}", path.display()))
                };
                let mut text = read(&main_header)?;
                if conf_header.is_file() {
                    text.push_str(&read(&conf_header)?);
                }
                Definitions::from_text(&text)
            }
        };
        let Some(version) = found.version else {
            return Err(format!(
                "{} defines no WASMTIME_VERSION; this crate needs headers of version {MAJOR}",
                main_header.display()
            ));
        };
        Ok(Headers {
            directory: directory.to_owned(),
            version,
            features: conf_header.is_file().then_some(found.features),
        })
    }

    /// Returns the reason why this crate, with the Cargo features that are on, can't be linked
    /// with the library of these headers; `None` if it can.
    pub fn misfit(&self) -> Option<String> {
        if let Some(misfit) = version_misfit(&self.version) {
            let header = Headers::main_header(&self.directory);
            return Some(format!("{} says {misfit}", header.display()));
        }
        let present = self.features.as_ref()?;
        let absent: Vec<String> = IN_HEADERS
            .into_iter()
            .filter(|name| is_on(name) && !present.contains(name))
            .map(|name| format!("`{name}`"))
            .collect();
        if absent.is_empty() {
            return None;
        }
        let header = Headers::conf_header(&self.directory);
        Some(format!(
            "{} says that the library was built without {}; \
             turn the Cargo feature off or take a library that has it{}",
            header.display(),
            absent.join(", "),
            features::shared()
        ))
    }
}

/// Returns the reason why a library of a version can't be linked with this crate; `None` if it
/// can.
pub fn version_misfit(version: &str) -> Option<String> {
    (version.split('.').next() != Some(MAJOR))
        .then(|| format!("version {version}; this crate needs {MAJOR} (any minor and patch)"))
}

/// The definitions in preprocessed or unprocessed headers.
struct Definitions {
    version: Option<String>,
    features: Vec<&'static str>,
}

/// The words that precede the values in the preprocessor's output.
const VERSION_ANSWER: &str = "LIBWASMTIME_FOUND_VERSION";
const FEATURE_ANSWER: &str = "LIBWASMTIME_FOUND_FEATURE_";

/// Returns the macro that is defined if a library has a feature.
fn feature_macro(name: &str) -> String {
    format!("WASMTIME_FEATURE_{}", upper_snake(name))
}

impl Definitions {
    /// Reads the preprocessor's output for [`questions`].
    fn from_preprocessed(output: &str) -> Definitions {
        let has = |name: &str| {
            let answer = format!("{FEATURE_ANSWER}{}", upper_snake(name));
            output.lines().any(|line| line.trim() == answer)
        };
        // The value of a macro from a system header is on a line of its own, after a `#` line
        // that names the header.
        let version = output.split(VERSION_ANSWER).nth(1).and_then(|answer| {
            let mut lines = answer.lines().map(str::trim);
            lines.find(|line| !line.is_empty() && !line.starts_with('#'))
        });
        Definitions {
            version: version.and_then(quoted),
            features: IN_HEADERS.into_iter().filter(|name| has(name)).collect(),
        }
    }

    /// Reads `#define` lines.
    fn from_text(text: &str) -> Definitions {
        let definition = |name: &str| {
            text.lines().find_map(|line| {
                let line = line.trim_start().strip_prefix('#')?.trim_start();
                let line = line.strip_prefix("define")?.trim_start();
                let value = line.strip_prefix(name)?;
                (value.is_empty() || value.starts_with(char::is_whitespace)).then_some(value)
            })
        };
        Definitions {
            version: definition("WASMTIME_VERSION").and_then(quoted),
            features: IN_HEADERS
                .into_iter()
                .filter(|name| definition(&feature_macro(name)).is_some())
                .collect(),
        }
    }
}

/// Returns the text of a C string literal.
fn quoted(literal: &str) -> Option<String> {
    let text = literal.trim().strip_prefix('"')?.split('"').next()?;
    Some(text.to_owned())
}

/// Returns a C program whose preprocessed text contains the version and each feature.
fn questions() -> String {
    let mut program = format!("#include <wasmtime.h>\n{VERSION_ANSWER} WASMTIME_VERSION\n");
    for name in IN_HEADERS {
        let (symbol, answer) = (feature_macro(name), upper_snake(name));
        program += &format!("#ifdef {symbol}\n{FEATURE_ANSWER}{answer}\n#endif\n");
    }
    program
}

/// Returns the output of the C preprocessor for the headers; `None` if there is no compiler, or
/// if it fails.
fn preprocess(directory: &Path) -> Option<String> {
    let source = leave("questions.c", &questions()).ok()?;
    let output = cc::Build::new()
        .cargo_warnings(false)
        .include(directory)
        .file(&source)
        .try_expand()
        .ok()?;
    String::from_utf8(output).ok()
}
