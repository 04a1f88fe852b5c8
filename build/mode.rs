//! Which link mode: the variable `LIBWASMTIME_LINK`, or else the first of the
//! Cargo features `vendored`, `static`, `dynamic`, `load` that can be had.

use std::env;

use crate::features::is_on;
use crate::report;
use crate::system::{self, Library, Rejection};
use crate::target::Target;
use crate::variables;

/// The variable that overrides the Cargo features.
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
        Some((mode, _)) => vec![*mode],
        None => Mode::ALL
            .into_iter()
            .filter(|mode| is_on(mode.feature()))
            .collect(),
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
            Mode::Load if !named => return Ok(Decision::Load),
            Mode::Load => {}
            Mode::Linked(kind) => match system::find(target, kind)? {
                Ok(library) => return Ok(Decision::System(library)),
                Err(more) => rejections.extend(more),
            },
        }
    }

    let asked = overridden.map(|(mode, variable)| format!("{variable}={}", mode.name()));
    let hard = asked.is_some() || rejections.iter().any(Rejection::is_named);
    let text = system::not_found(&rejections, asked.as_deref(), target);
    if hard {
        Err(text)
    } else {
        Ok(Decision::Missing(text))
    }
}

/// What `LIBWASMTIME_LINK` asks for, and the name of the variable that did.
fn asked_for(target: &Target) -> Result<Option<(Mode, String)>, String> {
    let Some(variable) = variables::text(target, LINK)? else {
        return Ok(None);
    };
    let Some(mode) = Mode::ALL
        .into_iter()
        .find(|mode| mode.name() == variable.value)
    else {
        return Err(report::unknown_mode(&variable, &Mode::ALL.map(Mode::name)));
    };
    if !mode.enablers().iter().any(|name| is_on(name)) {
        return Err(report::mode_without_feature(&variable, mode.enablers()));
    }
    Ok(Some((mode, variable.name)))
}
