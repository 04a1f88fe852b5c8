//! Decides the link mode.
//!
//! It is the first available one of the modes that the variable `LIBWASMTIME_LINK` lists, or
//! else of the Cargo features `vendored`, `static`, `dynamic`, `load` that are on.
//!
//! A program and its build script may both depend on this crate, with different features. Then
//! the crate is built twice. Both builds read the same variable, even one with a target's
//! prefix if both are for the same machine. So a build uses only those modes of the list that
//! its features allow. A build whose features allow none of them is an error, unless it seems
//! to be for a build script: then the variable was meant for the program.

use std::env;

use crate::features::is_on;
use crate::report;
use crate::system::{self, Library, Rejection, Search};
use crate::target::Target;
use crate::variables::{self, Variable};

/// The variable that overrides the Cargo features: a mode, or several separated by commas.
const LINK: &str = "LIBWASMTIME_LINK";

/// A link mode that a feature or the variable can select.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Vendored,
    Linked(Kind),
    Load,
}

/// A kind of library that the linker accepts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An archive, which becomes a part of the program.
    Static,
    /// A shared library, which is loaded when the program starts.
    Dynamic,
}

impl Kind {
    /// Returns the name of the kind's link mode.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Static => "static",
            Kind::Dynamic => "dynamic",
        }
    }
}

impl Mode {
    /// All modes, in order of preference.
    const ALL: [Mode; 4] = [
        Mode::Vendored,
        Mode::Linked(Kind::Static),
        Mode::Linked(Kind::Dynamic),
        Mode::Load,
    ];

    /// Returns the mode's name.
    fn name(self) -> &'static str {
        match self {
            Mode::Vendored => "vendored",
            Mode::Linked(kind) => kind.name(),
            Mode::Load => "load",
        }
    }

    /// Returns the Cargo feature by which this mode is tried. That is `vendored-min` for
    /// `vendored`, which turns it on.
    fn feature(self) -> &'static str {
        match self {
            Mode::Vendored => "vendored-min",
            Mode::Linked(_) | Mode::Load => self.name(),
        }
    }

    /// Returns the Cargo features of which one has to be on before the variable can select
    /// this mode: they turn on the dependencies that the mode needs.
    fn enablers(self) -> &'static [&'static str] {
        match self {
            Mode::Vendored => &["vendored", "vendored-min"],
            Mode::Linked(_) => &["static", "dynamic"],
            Mode::Load => &["load"],
        }
    }
}

/// The modes that the variable selects for this build.
struct Override {
    /// The modes of the list that the features of this build allow.
    modes: Vec<Mode>,
    variable: Variable<String>,
}

/// The decision of this build script.
pub enum Decision {
    /// Cargo builds libwasmtime.
    Vendored,
    /// A library of the system is linked.
    System(Library),
    /// The program loads the library when it runs.
    Load,
    /// No library was found; the text says why.
    Missing(String),
    /// Only the documentation is built.
    Documentation,
}

impl Decision {
    /// Returns the value of the cfg `wasmtime_link`.
    pub fn name(&self) -> &'static str {
        match self {
            Decision::Vendored => "vendored",
            Decision::System(library) => library.kind().name(),
            Decision::Load => "load",
            Decision::Missing(_) | Decision::Documentation => "missing",
        }
    }
}

/// Decides the link mode.
///
/// # Errors
///
/// Returns the text of an error that fails the build: something was selected explicitly and is
/// unavailable.
pub fn decide(target: &Target) -> Result<Decision, String> {
    println!("cargo::rerun-if-env-changed=DOCS_RS");
    if env::var_os("DOCS_RS").is_some() {
        return Ok(Decision::Documentation);
    }

    let overridden = asked_for(target)?;
    let modes: Vec<Mode> = match &overridden {
        Some(Override { modes, .. }) => modes.clone(),
        None => by_features().collect(),
    };
    if modes.is_empty() {
        return Err(report::no_feature());
    }

    let mut rejections: Vec<Rejection> = Vec::new();
    for mode in modes {
        // A place that a variable names and that has no usable library is an error, even if
        // `load` needs no library now: the user wants the library of that place.
        let named = rejections.iter().any(Rejection::is_named);
        match mode {
            Mode::Vendored => return Ok(Decision::Vendored),
            Mode::Load if !named => {
                system::watch(&rejections);
                return Ok(Decision::Load);
            }
            Mode::Load => {}
            Mode::Linked(kind) => {
                let Search {
                    library,
                    rejections: more,
                } = system::find(target, kind)?;
                rejections.extend(more);
                if let Some(library) = library {
                    system::watch(&rejections);
                    return Ok(Decision::System(library));
                }
            }
        }
    }

    let asked = overridden.map(|Override { variable, .. }| variable.to_string());
    let hard = asked.is_some() || rejections.iter().any(Rejection::is_named);
    let text = system::not_found(&rejections, asked.as_deref(), target);
    if hard {
        Err(text)
    } else {
        Ok(Decision::Missing(text))
    }
}

/// Returns the modes whose Cargo features are on, in order of preference.
fn by_features() -> impl Iterator<Item = Mode> {
    Mode::ALL.into_iter().filter(|mode| is_on(mode.feature()))
}

/// Returns the modes that `LIBWASMTIME_LINK` selects; `None` if it is not set, or not meant
/// for this build.
///
/// # Errors
///
/// Returns an error if it lists something that isn't a mode, or no mode that the features of
/// this build allow.
fn asked_for(target: &Target) -> Result<Option<Override>, String> {
    let Some(variable) = variables::text(target, LINK)? else {
        return Ok(None);
    };
    let mut listed = Vec::new();
    for name in variable.value.split(',').map(str::trim) {
        match Mode::ALL.into_iter().find(|mode| mode.name() == name) {
            Some(mode) => listed.push(mode),
            None => {
                return Err(report::unknown_mode(
                    &variable,
                    name,
                    &Mode::ALL.map(Mode::name),
                ));
            }
        }
    }
    let is_possible = |mode: &Mode| mode.enablers().iter().any(|name| is_on(name));
    let possible: Vec<Mode> = listed.iter().copied().filter(is_possible).collect();
    if !possible.is_empty() {
        return Ok(Some(Override {
            modes: possible,
            variable,
        }));
    }
    let own: Vec<&str> = by_features().map(Mode::name).collect();
    if !own.is_empty() && target.seems_for_a_build_script() {
        report::not_meant(&variable, &own);
        return Ok(None);
    }
    let mut enablers: Vec<&str> = Vec::new();
    for name in listed.iter().flat_map(|mode| mode.enablers()) {
        if !enablers.contains(name) {
            enablers.push(name);
        }
    }
    Err(report::mode_without_feature(&variable, &enablers, &own))
}
