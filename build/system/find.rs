//! Searches for a libwasmtime on the system: where variables say, or else with pkg-config and
//! under the usual prefixes.

use std::fs;
use std::path::{Path, PathBuf};

use super::headers::{self, Headers};
use super::pkg_config;
use super::platform::Candidate;
use super::variables;
use super::version;
use crate::mode::Kind;
use crate::target::Target;
use crate::variables::Variable;

/// A library that can be linked.
pub struct Library {
    kind: Kind,
    /// The file.
    pub file: PathBuf,
    /// The directory of the file.
    pub directory: PathBuf,
    /// The linker's name of the file.
    pub link_name: &'static str,
    /// Its headers, if there are any.
    pub headers: Option<Headers>,
    /// Its version, if it is known.
    pub version: Option<String>,
}

impl Library {
    /// Returns its kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

/// The outcome of the search for a library of one kind.
pub struct Search {
    /// The library, if there is one that can be linked.
    pub library: Option<Library>,
    /// The places that were searched before.
    pub rejections: Vec<Rejection>,
}

/// A place that has no usable library, and why.
#[derive(PartialEq, Eq)]
pub struct Rejection {
    /// The kind of library.
    pub kind: &'static str,
    /// The place, by its variable, as pkg-config, or by its prefix.
    pub place: String,
    /// Why the library there is missing or unusable.
    pub reason: String,
    /// The files that would change the outcome if they were created or changed.
    pub files: Vec<PathBuf>,
    /// Whether only the minimal library is acceptable.
    pub minimal: bool,
    named: bool,
}

impl Rejection {
    /// Reports whether a variable names this place: then no other place is acceptable.
    pub fn is_named(&self) -> bool {
        self.named
    }
}

/// A place to search.
struct Place {
    name: String,
    named: bool,
    minimal: bool,
    libraries: Vec<PathBuf>,
    headers: Vec<PathBuf>,
    /// The version, if pkg-config says it.
    version: Option<String>,
}

/// Searches for a library of one kind.
///
/// # Errors
///
/// Returns an error if a variable has an invalid value.
pub fn library(target: &Target, kind: Kind) -> Result<Search, String> {
    let own_headers = variables::directory(target, "WASMTIME_INCLUDE_DIR")?;
    if let Some(Variable { name, value }) = &own_headers {
        // Before the search, as no library fits wrong headers.
        let wrong = match fitting_headers(value) {
            Ok(Some(_)) => None,
            Ok(None) => Some(format!("no wasmtime.h in {}", value.display())),
            Err(reason) => Some(reason),
        };
        if let Some(reason) = wrong {
            let rejection = Rejection {
                kind: kind.name(),
                place: name.clone(),
                reason,
                files: Headers::files(value).to_vec(),
                minimal: false,
                named: true,
            };
            return Ok(Search {
                library: None,
                rejections: vec![rejection],
            });
        }
    }

    let places = match named_place(target)? {
        Some(place) => vec![Ok(place)],
        None => {
            let package = pkg_config::package(target, kind).map(Place::from);
            let prefixes = target.prefixes().into_iter();
            std::iter::once(package)
                .chain(prefixes.map(|prefix| Ok(prefix.into())))
                .collect()
        }
    };
    let mut rejections = Vec::new();
    for place in places {
        let rejection = match place {
            Ok(mut place) => {
                if let Some(headers) = &own_headers {
                    place.headers = vec![headers.value.clone()];
                }
                match place.library(target, kind) {
                    Ok(library) => {
                        return Ok(Search {
                            library: Some(library),
                            rejections,
                        });
                    }
                    Err(reason) => place.rejection(target, kind, reason),
                }
            }
            Err(reason) => Rejection {
                kind: kind.name(),
                place: PKG_CONFIG.to_owned(),
                reason,
                files: pkg_config::files(),
                minimal: false,
                named: false,
            },
        };
        rejections.push(rejection);
    }
    Ok(Search {
        library: None,
        rejections,
    })
}

/// Returns the place that variables name; `None` if none is set.
///
/// # Errors
///
/// Returns an error if a variable has an invalid value.
fn named_place(target: &Target) -> Result<Option<Place>, String> {
    let libraries = variables::directory(target, "WASMTIME_LIB_DIR")?;
    let prefix = variables::directory(target, "WASMTIME_DIR")?;
    let minimal = variables::switch(target, "WASMTIME_MIN")?.filter(|minimal| minimal.value);
    let is_minimal = minimal.is_some();

    // The layout of the archives of upstream's releases.
    let prefix = match (prefix, minimal) {
        (Some(prefix), Some(Variable { name, .. })) => Some(Variable {
            name: format!("{} with {name}", prefix.name),
            value: prefix.value.join("min"),
        }),
        (None, Some(Variable { name, .. })) => {
            return Err(format!(
                "{name} asks for the minimal library under WASMTIME_DIR, which isn't set; \
                 set it to the directory that `min` is in, or unset {name}."
            ));
        }
        (prefix, None) => prefix,
    };
    let prefix_headers = prefix.as_ref().map(|prefix| prefix.value.join("include"));

    Ok(match (libraries, prefix) {
        (Some(Variable { name, value }), _) => Some(Place {
            name,
            named: true,
            minimal: false,
            headers: prefix_headers
                .or_else(|| Some(value.parent()?.join("include")))
                .into_iter()
                .collect(),
            libraries: vec![value],
            version: None,
        }),
        (None, Some(Variable { name, value })) => Some(Place {
            name,
            named: true,
            minimal: is_minimal,
            libraries: vec![value.join("lib"), value.join("lib64")],
            headers: prefix_headers.into_iter().collect(),
            version: None,
        }),
        (None, None) => None,
    })
}

/// Reads the headers in a directory, if there are any.
///
/// # Errors
///
/// Returns the reason why a library with these headers can't be linked.
fn fitting_headers(directory: &Path) -> Result<Option<Headers>, String> {
    if !Headers::main_header(directory).is_file() {
        return Ok(None);
    }
    let headers = Headers::read(directory)?;
    match headers.misfit() {
        Some(misfit) => Err(misfit),
        None => Ok(Some(headers)),
    }
}

/// The name of pkg-config as a place.
const PKG_CONFIG: &str = "pkg-config wasmtime";

impl From<pkg_config::Package> for Place {
    fn from(package: pkg_config::Package) -> Place {
        Place {
            name: PKG_CONFIG.to_owned(),
            named: false,
            minimal: false,
            libraries: package.libraries,
            headers: package.headers,
            version: Some(package.version),
        }
    }
}

impl From<(PathBuf, Vec<PathBuf>)> for Place {
    fn from((prefix, libraries): (PathBuf, Vec<PathBuf>)) -> Place {
        Place {
            name: prefix.display().to_string(),
            named: false,
            minimal: false,
            libraries,
            headers: vec![prefix.join("include")],
            version: None,
        }
    }
}

impl Place {
    /// Rejects the place for a reason.
    fn rejection(self, target: &Target, kind: Kind, reason: String) -> Rejection {
        let candidates = self.candidates(target, kind);
        let mut files: Vec<PathBuf> = candidates
            .map(|(directory, candidate)| directory.join(candidate.file))
            .collect();
        files.extend(self.headers.iter().flat_map(|path| Headers::files(path)));
        Rejection {
            kind: kind.name(),
            place: self.name,
            reason,
            files,
            minimal: self.minimal,
            named: self.named,
        }
    }

    /// Returns the files that the linker would accept here, in order of preference.
    fn candidates(
        &self,
        target: &Target,
        kind: Kind,
    ) -> impl Iterator<Item = (&PathBuf, &'static Candidate)> {
        let candidates = target.candidates(kind);
        let each = move |directory| {
            candidates
                .iter()
                .map(move |candidate| (directory, candidate))
        };
        self.libraries.iter().flat_map(each)
    }

    /// Returns the library of this place.
    ///
    /// # Errors
    ///
    /// Returns the reason why there is none, or why it can't be linked.
    fn library(&self, target: &Target, kind: Kind) -> Result<Library, String> {
        let (directory, candidate) = self
            .candidates(target, kind)
            .find(|(directory, candidate)| directory.join(candidate.file).is_file())
            .ok_or_else(|| self.absence(target, kind))?;
        let file = directory.join(candidate.file);
        let own_version = version::of_file(&file);
        if let Some(misfit) = own_version.as_deref().and_then(headers::version_misfit) {
            return Err(format!("{} is of {misfit}", file.display()));
        }
        let mut headers = None;
        for directory in &self.headers {
            headers = headers.or(fitting_headers(directory)?);
        }
        let told = self.version.as_deref().filter(|_| headers.is_none());
        if let Some(misfit) = told.and_then(headers::version_misfit) {
            return Err(format!("it says {misfit}"));
        }
        let version = headers.as_ref().map(|headers| headers.version.clone());
        Ok(Library {
            kind,
            file,
            directory: directory.clone(),
            link_name: candidate.link_name,
            version: own_version.or(version).or_else(|| self.version.clone()),
            headers,
        })
    }

    /// Returns the text for a place without a library, with the files that resemble one.
    fn absence(&self, target: &Target, kind: Kind) -> String {
        let list = |items: Vec<String>| items.join(" or ");
        let files = target.candidates(kind).iter();
        let files = list(files.map(|candidate| candidate.file.to_owned()).collect());
        if self.libraries.is_empty() {
            return format!("it names no directory to search for {files}");
        }
        let directories = self.libraries.iter();
        let directories = list(directories.map(|path| path.display().to_string()).collect());
        let resembling: Vec<String> = self
            .libraries
            .iter()
            .flat_map(|directory| resembling(directory))
            .collect();
        let mut text = format!("no {files} in {directories}");
        if !resembling.is_empty() {
            text += &format!(" (only {})", resembling.join(", "));
        }
        text
    }
}

/// Returns the files in a directory whose names contain `wasmtime`.
fn resembling(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains("wasmtime"))
        .collect();
    names.sort();
    names
}
