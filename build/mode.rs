//! Which link mode: the first of those that the variable `LIBWASMTIME_LINK` lists, or
//! else of the Cargo features `vendored`, `static`, `dynamic`, `load`, that can be
//! had.
//!
//! A program and its build script may both use this crate, with features of their
//! own: then it is built twice, and both builds see the same variable, with a
//! target's prefix too if they are for the same machine. So a build only takes those
//! modes of the list that its features allow. One that can take none is an error,
//! unless it seems to be for a build script, which the variable then wasn't meant for.

use std::env;

use crate::features::is_on;
use crate::report;
use crate::system::{self, Library, Rejection, Search};
use crate::target::Target;
use crate::variables::{self, Variable};

/// The variable that overrides the Cargo features: a mode, or several with commas
/// between them.
const LINK: &str = "LIBWASMTIME_LINK";

/// A link mode that can be asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Vendored,
    Linked(Kind),
    Load,
}

/// The two kinds of library that the linker takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An archive, which becomes a part of the program.
    Static,
    /// A shared library, which the program needs to start.
    Dynamic,
}

impl Kind {
    /// The kind's name as a link mode.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Static => "static",
            Kind::Dynamic => "dynamic",
        }
    }
}

impl Mode {
    /// All modes, the preferred ones first.
    const ALL: [Mode; 4] = [
        Mode::Vendored,
        Mode::Linked(Kind::Static),
        Mode::Linked(Kind::Dynamic),
        Mode::Load,
    ];

    /// The mode's name.
    fn name(self) -> &'static str {
        match self {
            Mode::Vendored => "vendored",
            Mode::Linked(kind) => kind.name(),
            Mode::Load => "load",
        }
    }

    /// The Cargo feature that is on if this mode is to be tried. That of `vendored`
    /// is the one that doesn't say what is built in: the feature `vendored` turns it
    /// on.
    fn feature(self) -> &'static str {
        match self {
            Mode::Vendored => "vendored-min",
            Mode::Linked(_) | Mode::Load => self.name(),
        }
    }

    /// The Cargo features of which one has to be on before the variable can
    /// ask for this mode: they bring the dependencies that it is made of.
    fn enablers(self) -> &'static [&'static str] {
        match self {
            Mode::Vendored => &["vendored", "vendored-min"],
            Mode::Linked(_) => &["static", "dynamic"],
            Mode::Load => &["load"],
        }
    }
}

/// What the variable asks of this build.
struct Override {
    /// Of the modes that it lists, those that this build can take.
    modes: Vec<Mode>,
    variable: Variable<String>,
}

/// What came out.
pub enum Decision {
    /// Cargo builds libwasmtime.
    Vendored,
    /// A library of the system's is linked.
    System(Library),
    /// The program opens the library.
    Load,
    /// There is no library; the text says why.
    Missing(String),
    /// Only the documentation is built.
    Documentation,
}

impl Decision {
    /// The value of the cfg `wasmtime_link`.
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
/// The text of a hard error: something that was asked for explicitly can't be
/// had.
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
        // A place that was named and is no good is an error, also where
        // `load` would do without it: whoever named it meant it.
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

/// The modes whose Cargo features are on, the preferred ones first.
fn by_features() -> impl Iterator<Item = Mode> {
    Mode::ALL.into_iter().filter(|mode| is_on(mode.feature()))
}

/// What `LIBWASMTIME_LINK` asks for; `None` if it is not set, or not meant for this
/// build.
///
/// # Errors
///
/// It lists something else than modes, or none that this build can take.
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
